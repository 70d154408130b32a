"""`llmtrading conform` against the simulated exchange of a day: what it finds of each rule."""
import argparse

from desk import *
from desk import CONFIGURATION
from liar import LIES, Liar
import lies_account  # noqa: F401
import lies_lines  # noqa: F401
import lies_orders  # noqa: F401

CONFORM = CONFIGURATION.replace(
    "    rest: https", "    business: wss://localhost:{port}/ws/v5/business\n    rest: https")


class Conformance:
    """`with Conformance("2026-05-01") as it: it.run()` has an exchange of that day."""

    def __init__(self, day=None, *market):
        dated = ("--as-of", day) if day else ()
        self.day = day
        # OKX's old port, and a third spot pair whose book may be kept still.
        self.old_port = str(free_port())
        self.desk = Desk(
            instruments=3, configuration=CONFORM,
            market=("--swaps", "2", "--rate", "100", "--depth-login", "--second-port",
                    self.old_port, *dated, *market))
        self.spot = next(name for name in self.desk.names if not name.endswith("SWAP"))
        self.swap = next(name for name in self.desk.names if name.endswith("SWAP"))

    def __enter__(self):
        self.desk.__enter__()
        return self

    def __exit__(self, *words):
        self.desk.__exit__(*words)

    def believe(self, liar):
        """From now on the desk asks the liar, in plain text."""
        path = os.path.join(self.desk.folder, "llmtrading.yaml")
        with open(path) as file:
            text = file.read()
        port = self.desk.exchange.port
        text = text.replace(f"https://localhost:{port}", f"http://127.0.0.1:{liar.rest_port}")
        text = text.replace(f"wss://localhost:{port}", f"ws://127.0.0.1:{liar.port}")
        with open(path, "w") as file:
            file.write(text)

    def run(self, *words, seconds=600):
        """Exit status, the report by rule, and all that was printed."""
        out = os.path.join(self.desk.folder, "conform")
        dated = ("--as-of", self.day) if self.day else ()
        done = subprocess.run(
            [BINARY, "conform", "--state-dir", self.desk.folder, "--out", out, "--spot", self.spot,
             "--swap", self.swap, "--old-port", self.old_port, *dated, *words], capture_output=True, text=True, timeout=seconds)
        report = os.path.join(out, "report.json")
        if not os.path.exists(report):
            raise AssertionError(done.stdout + done.stderr)
        with open(report) as file:
            found = json.load(file)
        return done.returncode, {row["rule"]: row for row in found["rules"]}, done.stdout


    def replayed(self, damage=None):
        """Exit status and output of the desk's own decoders over the frames of the run."""
        folder = os.path.join(self.desk.folder, "conform")
        if damage:
            path = os.path.join(folder, "frames.jsonl")
            with open(path) as file:
                text = file.read()
            changed = text.replace(*damage)
            check(changed != text, "the damage is in the frames", damage)
            with open(path, "w") as file:
                file.write(changed)
        done = subprocess.run(
            [BINARY, "conform", "--replay", folder], capture_output=True, text=True, timeout=60)
        return done.returncode, done.stdout + done.stderr


def verdicts(rules, wanted):
    return sorted(name for name, row in rules.items() if row["verdict"] == wanted)


def agrees(day=None, *words):
    """Every rule agrees, and nothing is left behind."""
    with Conformance(day) as it:
        begin = time.monotonic()
        status, rules, text = it.run("--strict", *words)
        print(text.strip().splitlines()[-2], f"{time.monotonic() - begin:.0f} s")
        equal(verdicts(rules, "differs") + verdicts(rules, "not seen"), [], text)
        equal(status, 0, text)
        with open(os.path.join(it.desk.folder, "conform", "frames.jsonl")) as file:
            frames = file.read()
        for secret in (KEY, SECRET, PASSPHRASE):
            check(secret not in frames, "no secret is in the frames")
        status, text = it.replayed()
        equal(status, 0, "the desk's decoders take every frame: " + text)
        status, text = it.replayed((r'\"prevSeqId\":', r'\"prevSeq\":'))
        check(status == 65 and "refused" in text, "a damaged frame is refused", text)


def today():
    """The rules of today against today's exchange."""
    agrees()


def spring():
    """2026-05-01: checksums, whole rows, the old second life of post_only."""
    agrees("2026-05-01")


def refuses():
    """Live is refused before anything is asked, and so is a step that is none."""
    with Conformance() as it:
        for words, said in ((("--environment", "live"), "refuses live"), (("--steps", "nothing"), "no step nothing")):
            done = subprocess.run(
                [BINARY, "conform", "--state-dir", it.desk.folder, *words], capture_output=True, text=True, timeout=60)
            check(done.returncode not in (0, 65) and said in done.stderr, said, done.stdout + done.stderr)
        path = os.path.join(it.desk.folder, "llmtrading.yaml")
        with open(path) as file:
            text = file.read()
        hosts = ("endpoints:", "public:", "private:", "business:", "rest:", "ca_file:")
        with open(path, "w") as file:
            file.writelines(
                line for line in text.replace("environment: simulated", "environment: live").splitlines(True)
                if not line.strip().startswith(hosts))
        done = subprocess.run(
            [BINARY, "conform", "--state-dir", it.desk.folder, "--live"], capture_output=True, text=True, timeout=60)
        check(done.returncode not in (0, 65), "live is refused", done.stdout + done.stderr)
        check("refuses live" in done.stderr, "and says so", done.stderr)


def steps_of(rules):
    """The steps that judge these rules, by the command's own list."""
    done = subprocess.run([BINARY, "conform", "--list"], capture_output=True, text=True, timeout=60)
    lines = [line.split("\t") for line in done.stdout.splitlines()]
    return ",".join(name for name, judged, _ in lines if set(judged.split()) & set(rules))


def told(lies, *words):
    """Rules that were found to differ, and the lies that were not found: untold, or hidden behind another."""
    with Conformance() as it, Liar(it.desk.exchange, lies) as between:
        it.believe(between)
        status, rules, text = it.run(*words)
        lied, silent = between.told()
        for lie in lies:
            lie.told = 0
        differ = set(verdicts(rules, "differs"))
        shown = [row["texts"] for name, row in rules.items() if name in differ - lied]
        equal(differ - lied, set(), f"only what was lied about differs: {shown}")
        equal(status, 65 if differ else 0, "a difference is a failure")
        return differ, [lie for lie in lies if lie.name in silent or not set(lie.rules) <= differ]


def liar(*names):
    """Exactly the lies differ. One lie may end a step before another is told, or hide it: that one is told again."""
    lies = [lie for lie in LIES if not names or lie.name in names]
    found, left = told(lies)
    for turn in range(3):
        for group in [left] if turn == 0 else [[lie] for lie in left]:
            if group:
                more, again = told(group, "--steps", steps_of({rule for lie in group for rule in lie.rules}))
                found |= more
                left = [lie for lie in left if lie not in group or lie in again]
    equal([lie.name for lie in left], [], "every lie is found")
    print(f"{len(lies)} lies about {len(found)} rules")


SCENARIOS = {name: found for name, found in globals().items() if name in ("today", "spring", "liar", "refuses")}

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scenario", nargs="*", help=f"{', '.join(SCENARIOS)}, or `run`; `liar NAME …`: these lies alone")
    parser.add_argument("--as-of")
    parser.add_argument("--steps")
    arguments = parser.parse_args()
    if arguments.scenario and arguments.scenario[0] in SCENARIOS:
        SCENARIOS[arguments.scenario[0]](*arguments.scenario[1:])
    else:
        with Conformance(arguments.as_of) as it:
            status, rules, text = it.run(
                *(["--steps", arguments.steps] if arguments.steps else []), "--watch", "10")
            print(text)
            print("status", status)
