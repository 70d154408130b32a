"""`llmtrading conform` against the simulated exchange of a day: what it finds of each rule."""
import argparse

from desk import *
from desk import CONFIGURATION

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


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--as-of")
    parser.add_argument("--steps")
    parser.add_argument("--times", action="store_true", help="show when each step began")
    arguments = parser.parse_args()
    with Conformance(arguments.as_of) as it:
        status, rules, text = it.run(
            *(["--steps", arguments.steps] if arguments.steps else []), "--watch", "10")
        print(text)
        print("status", status)
