"""The core killed again and again with orders in flight: exchange and journal agree to the last digit.

`kill_rounds.py ROUNDS [SEED]`. VERBOSE=1 prints a line a round, KEEP=FOLDER keeps the state folder of a run that fails.
"""
import contextlib
import glob
import random
import signal
import statistics

from desk import *
from truth import *

# Sizes of about a level: orders fill in parts, and rest in part.
LOTS = 40_000
ROUNDS_CONFIGURATION = CONFIGURATION.replace("order_lots: 5", "order_lots: 20000").replace(
    "position_lots: 5", f"position_lots: {LOTS}").replace("orders_per_window: 40", "orders_per_window: 60")
STRATEGY = """strategy:
  {order_lots: 1999, reprice_ticks: 0, reprice_milliseconds: 50, cross_interval_milliseconds: 50,
   rate_share_percent: 50}"""
# Requests take a while to the book, so that kills meet them on their way.
MARKET = ("--swaps", "2", "--latency", "4000", "--jitter", "4000")
# What may befall the account's pushes, requests and REST in a round.
FAULTS = (
    "at {n} of orders drop", "at {n} of orders duplicate", "at {n} of orders delay {ms}",
    "at {n} of orders reorder", "at {n} of positions drop", "at {n} of account duplicate",
    "at {n} of place lose-reply", "at {n} of place lose-request", "at {n} of place take 50004",
    "at {n} of place take-all 50013", "at {n} of place refuse-all 50011",
    "at {n} of cancel lose-reply", "at {n} of cancel lose-request",
    "at {ms}ms of exchange rest-lag 300 1500", "at {ms}ms of exchange rest-fail 503 400",
    "at {ms}ms of exchange not-found 300", "at {ms}ms of exchange disconnect",
    "at {ms}ms of exchange half-open",
)


class Journal:
    """The desk's journal, read segment by segment: what is finished is read once."""

    def __init__(self, desk):
        self.folder, self.read, self.finished = os.path.join(desk.folder, "journal"), {}, set()

    def rows(self):
        files = sorted(glob.glob(os.path.join(self.folder, "trade-*.journal")))
        for path in files:
            if path in self.finished:
                continue
            done = subprocess.run(
                [BINARY, "journal", "cat", path], capture_output=True, text=True, timeout=60)
            equal(done.returncode, 0, "journal cat")
            self.read[path] = Record.parse(done.stdout)
        self.finished = set(files[:-1])
        return Record([row for path in files for row in self.read[path]]).rows

    def believed(self, rows):
        """Lots by instrument as the newest start counts them: what it adopted and its fills since."""
        lots, newest = {}, max(row["start"] for row in rows)
        for row in rows:
            if row["start"] != newest or row.get("recovered") or row["kind"] != "report":
                continue
            if row["report"] == "position":
                lots[row["instrument"]] = row["lots"]
            elif row["report"] == "fill":
                name = row["instrument"]
                lots[name] = lots.get(name, 0) + signed(row, row["fill_lots"])
        return lots


class Rounds:
    def __init__(self, desk, seed):
        self.desk, self.seed, self.dice = desk, seed, random.Random(seed)
        self.journal, self.requests, self.number = Journal(desk), [], 0
        self.kills, self.seconds, self.resting = {"start": 0, "work": 0, "stop": 0}, [], []
        self.before = self.balances()
        self.core = self.mark = None
        self.isAtWork = True

    def balances(self):
        return {name: Decimal(cash) for name, cash in self.desk.exchange.report()["balances"].items()}

    def start(self, *words):
        self.mark = os.path.getsize(os.path.join(self.desk.folder, "log"))
        self.core = self.desk.start("core", *words)

    def is_active(self):
        with open(os.path.join(self.desk.folder, "log"), "rb") as file:
            file.seek(self.mark)
            return b"start-up is through: active" in file.read()

    def signal_target(self, name):
        """Publishes a target without waiting for the answer: a kill may cut it off."""
        words = ["inject", "--instrument", name, f"--target={self.dice.randint(-LOTS, LOTS)}",
                 "--urgency", self.dice.choice(["high", "low"]), "--ttl", "20s"]
        self.requests.append(subprocess.Popen(
            [BINARY, *words, "--state-dir", self.desk.folder], stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL))

    def work(self, seconds):
        end, due = time.monotonic() + seconds, time.monotonic()
        for name in self.desk.names:
            self.signal_target(name)
        while (now := time.monotonic()) < end:
            if now >= due:
                self.signal_target(self.dice.choice(self.desk.names))
                due = now + self.dice.uniform(0.03, 0.2)
            time.sleep(max(0.0, min(due, end) - time.monotonic()))

    def kill(self):
        self.core.kill()
        self.core.wait()
        for request in self.requests:
            request.wait(20)
        self.requests = []

    def agree(self, seconds=5.0):
        """What the desk counts is what the exchange holds, while nothing is asked of the desk."""
        seen = None

        def same():
            nonlocal seen
            held = {name: int(one["position"])
                    for name, one in self.desk.exchange.report()["instruments"].items()}
            rows = self.journal.rows()
            believed, counted = self.journal.believed(rows), dict.fromkeys(held, 0)
            for row in rows:
                if row.get("report") == "fill":
                    counted[row["instrument"]] += signed(row, row["fill_lots"])
            seen = (held, counted, {name: believed.get(name, 0) for name in held})
            return seen[0] == seen[1] == seen[2]

        try:
            until(same, "agreement", seconds)
        except AssertionError:
            raise AssertionError(
                f"at the start of round {self.number} the exchange holds {seen[0]}, on record are "
                f"{seen[1]}, the core counts {seen[2]}") from None

    def round(self):
        self.number += 1
        kind = self.dice.choices(("start", "work", "stop"), (2, 6, 2))[0]
        faults = self.dice.sample(FAULTS, self.dice.choice((0, 1, 1, 2)))
        faults = [line.format(n=self.dice.randint(1, 12), ms=self.dice.randint(0, 1200)) for line in faults]
        after = self.dice.uniform(0, {"start": 0.7, "work": 1.5, "stop": 1.0}[kind])
        # Some live on until what waits for seconds has come about.
        after += 6 if kind == "work" and self.dice.random() < 0.06 else 0
        late = self.dice.uniform(0, 0.25)
        play(self.desk.exchange, faults)
        begin, took, checked = time.monotonic(), None, ""
        self.start()
        if kind != "start":
            took = until(self.is_active, f"round {self.number}: an active core", 30)
            self.seconds.append(took)
            # A kill right after the start comes before anybody could have compared.
            if after > 0.2:
                self.agree()
                checked = " agreed"
        self.work(after)
        if kind == "stop":
            self.core.terminate()
            time.sleep(late)
        self.kill()
        self.kills[kind] += 1
        play(self.desk.exchange, ["at 0ms of exchange calm"])
        self.resting.append(len(self.desk.working()))
        if os.environ.get("VERBOSE"):
            active = "" if took is None else f", active after {took:.2f} s{checked}"
            print(f"round {self.number}: {kind} killed {after:.2f} s in{active}; {self.resting[-1]} orders rest; "
                  f"{time.monotonic() - begin:.1f} s; {'; '.join(faults)}", flush=True)

    def end(self):
        """One start more, which is stopped in order: no order is left, and its report says what the exchange says."""
        path = os.path.join(self.desk.folder, "report.json")
        self.number += 1
        self.start("--report", path)
        until(self.is_active, "the last start: an active core", 30)
        self.agree()
        self.work(1.0)
        if self.seed % 2:
            self.desk.tell("stop", "--reason", "the count")
        else:
            self.desk.tell("flatten", "--reason", "the count")
            until(lambda: not any(map(self.desk.position, self.desk.names)), "all is flat", 30)
        until(lambda: not self.desk.working(), "no order works", 10)
        # What the exchange never heard of is asked about for a while before it counts as refused.
        until(lambda: not open_orders(self.journal.rows()), "every order has ended on record", 20)
        self.agree()
        self.core.send_signal(signal.SIGTERM)
        equal(self.core.wait(20), 0, "the exit status of a stop in order")
        report = self.desk.exchange.report()
        with open(path) as file:
            own = json.load(file)
        for name, one in report["instruments"].items():
            equal(own["instruments"][name]["position"], one["position"], f"the core's {name}")
        equal({name: Decimal(cash) for name, cash in own["balances"].items()},
              {name: Decimal(report["balances"][name]) for name in own["balances"]}, "the core's balances")
        done = subprocess.run(
            [BINARY, "journal", "verify", self.journal.folder], capture_output=True, text=True, timeout=60)
        check(done.returncode == 0, "journal verify", done.stdout + done.stderr)

    def truth(self):
        exchange = self.desk.exchange
        specs = {row["instId"]: row for kind in ("SPOT", "SWAP") for row in exchange.rows(
            f"/api/v5/public/instruments?instType={kind}", sign=False)}
        working = paged(exchange, "/api/v5/trade/orders-pending?", "ordId")
        orders = working + [row for kind in ("SPOT", "SWAP") for row in paged(
            exchange, f"/api/v5/trade/orders-history?instType={kind}&", "ordId")]
        fills = paged(exchange, "/api/v5/trade/fills?", "billId")
        positions = {name: int(one["position"]) for name, one in exchange.report()["instruments"].items()}
        return Truth(specs, orders, fills, working, positions, self.before, self.balances())


def paged(exchange, path, key):
    """All rows of a list that gives a hundred at once, newest first."""
    rows = []
    while True:
        after = f"&after={rows[-1][key]}" if rows else ""
        status, reply = exchange.call("GET", f"{path}limit=100{after}")
        if reply["code"] == "50011":
            time.sleep(0.5)
            continue
        check(status == 200 and reply["code"] == "0", path, reply)
        rows += reply["data"]
        if len(reply["data"]) < 100:
            return rows


def open_orders(rows):
    """Client ids of orders that have no end on record."""
    record = Record(rows)
    return {row["cl_ord_id"] for row in record.places()} - {row["cl_ord_id"] for row in record.reports(*ENDS)}


def unended(rows):
    """Orders without an end in the records of the start that placed them: what the kills met in flight."""
    ended = {(row["start"], row["cl_ord_id"]) for row in rows if row.get("report") in ENDS}
    return sum(1 for row in Record(rows).places() if (row["start"], row["cl_ord_id"]) not in ended)


def main():
    count = int(sys.argv[1])
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else random.randrange(1 << 30)
    print(f"{count} rounds, seed {seed}", flush=True)
    began = time.monotonic()
    with Desk(instruments=2, more=STRATEGY, configuration=ROUNDS_CONFIGURATION, market=MARKET) as desk:
        rounds = Rounds(desk, seed)
        try:
            for _ in range(count):
                rounds.round()
            rounds.end()
            compare(rounds, seed, began)
        except BaseException:
            print(f"seed {seed}, round {rounds.number}", flush=True)
            with contextlib.suppress(Exception):
                play(desk.exchange, ["at 0ms of exchange calm"])
                if rounds.isAtWork:
                    Comparison(rounds.truth(), Record(rounds.journal.rows()), atWork=True).tell()
            if keep := os.environ.get("KEEP"):
                shutil.copytree(desk.folder, keep, dirs_exist_ok=True, ignore_dangling_symlinks=True,
                                ignore=shutil.ignore_patterns("door", "state"))
            raise


def compare(rounds, seed, began):
    rounds.isAtWork = False
    truth, rows = rounds.truth(), rounds.journal.rows()
    record = Record(rows)
    found = Comparison(truth, record)
    found.tell()
    places, fills = record.places(), record.reports("fill")
    late = [row for row in fills if row["reconciled"]]
    kills = ", ".join(f"{count} at {kind}" for kind, count in rounds.kills.items())
    seconds = rounds.seconds or [0]
    print(f"{rounds.number - 1} kills ({kills}); {len(places)} orders, {unended(rows)} of them in flight at a kill, "
          f"{sum(rounds.resting)} of these resting; {len(truth.fills)} fills, {len(late)} told by REST, "
          f"{len(record.reports('fillNamed'))} named later, {found.replaced()} counts replaced; "
          f"unequal: {found.counts()}; "
          f"seconds to active p50 {statistics.median(seconds):.2f} max {max(seconds):.2f}; "
          f"seed {seed}; {time.monotonic() - began:.0f} s")
    check(not found.faults, f"{len(found.faults)} inequalities", f"seed {seed}")
    equal(planted(truth, record), [], "planted faults that are not seen")


if __name__ == "__main__":
    main()
