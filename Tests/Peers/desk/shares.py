"""Sixty deep books on sharded connections, one line cut each second: what the core wrote of it, and the books at the end."""
import sys
import time
from decimal import Decimal

from desk import *
from peer import NaiveBook

# So much more than a second for each cut is not a cut each second.
PAUSE = 1.0
DEPTH = 400


class Book:
    """A book of the market journal: what is at each price, and since which message."""

    def __init__(self):
        self.sides = {"bids": {}, "asks": {}}
        self.seq, self.is_valid, self.snapshots, self.invalid = None, False, 0, []

    def apply(self, message):
        kind = message["message"]
        if kind == "invalid":
            self.is_valid = False
            self.invalid.append(message["received_at"])
            return
        if kind == "snapshot":
            self.sides = {"bids": {}, "asks": {}}
            self.is_valid = True
            self.snapshots += 1
        else:
            check(self.is_valid, "nothing continues an invalid book", message)
            equal(message["prev_seq_id"], self.seq, "the chain")
        self.seq = message["seq_id"]
        for name, side in self.sides.items():
            for level in message.get(name, []):
                if level["lots"] == 0:
                    side.pop(Decimal(level["price"]), None)
                else:
                    side[Decimal(level["price"])] = level["lots"]

    def levels(self, name, lot):
        """From the best on, in the exchange's own unit."""
        ordered = sorted(self.sides[name].items(), reverse=name == "bids")
        return [(price, lots * lot) for price, lots in ordered]


def market_journal(desk):
    """Every book message of the market stream, in the order in which the Builder took it."""
    folder = os.path.join(desk.folder, "journal")
    with subprocess.Popen([BINARY, "journal", "cat", folder, "--stream", "market"],
                          stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout:
            record = json.loads(line)
            check(record["kind"] != "lost", "nothing of the market stream was lost", record)
            yield from (one for one in record.get("messages", []) if one["channel"] == "books")
    equal(process.returncode, 0, "journal cat")


def stated(exchange, name):
    """The exchange's own book by REST, and its number."""
    row = exchange.rows(f"/api/v5/market/books?instId={name}&sz={DEPTH}", sign=False)[0]
    time.sleep(0.05)
    levels = {side: [(Decimal(level[0]), Decimal(level[1])) for level in row[side]]
              for side in ("bids", "asks")}
    return levels, row["seqId"]


def late(exchange, names):
    """What a client of another make is told of the same books once the market stands."""
    books = {name: NaiveBook() for name in names}
    with exchange.connect("public") as client:
        client.subscribe(*({"channel": "books", "instId": name} for name in names))
        waiting = set(names)
        while waiting:
            push = client.until(lambda message: message.get("action") == "snapshot")
            books[push["arg"]["instId"]].apply(push)
            waiting.discard(push["arg"]["instId"])
    return books


def check_cuts(cuts, shares, books):
    """At each cut its share became invalid, all of it and nothing beside it."""
    for number, (begin, share) in enumerate(cuts):
        end = cuts[number + 1][0] if number + 1 < len(cuts) else float("inf")
        struck = [name for name, book in books.items()
                  if any(begin <= moment < end for moment in book.invalid)]
        equal(sorted(struck), sorted(shares[share]), f"what cut {number} of line {share} made invalid")
    for share, names in enumerate(shares):
        count = sum(line == share for _, line in cuts)
        for name in names:
            equal((len(books[name].invalid), books[name].snapshots), (count, count + 1),
                  f"{name}: once invalid and once whole again for each cut of its line")


def check_ends(desk, report, books):
    """The market stands: four ways to one book, each with its number."""
    lots = {row["instId"]: Decimal(row["lotSz"]) for row in desk.exchange.rows(
        "/api/v5/public/instruments?instType=SPOT", sign=False)}
    theirs = late(desk.exchange, desk.names)
    digests = desk.exchange.report()["instruments"]
    for name, book in books.items():
        levels, seq = stated(desk.exchange, name)
        equal(book.seq, theirs[name].last, f"{name}: the last number on record is another client's")
        # What came and went within 100 ms moves the exchange's number alone (docs/OKX.md OKX-064).
        check(book.seq <= seq, f"{name}: and not past the exchange's", (book.seq, seq))
        for side in ("bids", "asks"):
            check(len(levels[side]) >= 25, f"{name}: a deep book", len(levels[side]))
            equal(book.levels(side, lots[name]), levels[side], f"{name}: {side} by the journal")
        wanted = [[(price, Decimal(size)) for price, (_, size) in side]
                  for side in theirs[name].levels()]
        equal([levels["bids"], levels["asks"]], wanted, f"{name}: as another client has it")
        equal(report[name]["book"]["digest"], digests[name]["digest"], f"{name}: the core's own book")


def run(seconds, isTimed=False):
    """`isTimed`: the machine has to keep up as well, which a busy one does not."""
    told = CONFIGURATION.replace("channels: [books-l2-tbt, trades]", "channels: [books]")
    market = ("--rate", "600")
    with Desk(instruments=60, configuration=told, market=market) as desk:
        report = os.path.join(desk.folder, "report.json")
        core = desk.start("core", "--report", report)
        desk.await_active(0)
        until(lambda: "line=public-1" in desk.log(), "a second connection")
        shares = [desk.names[:30], desk.names[30:]]
        time.sleep(2)
        cuts = []
        begin = time.monotonic()
        for turn in range(seconds):
            time.sleep(max(0, begin + turn - time.monotonic()))
            # Records go by the machine's monotonic clock, and so does this.
            cuts.append((time.monotonic_ns(), turn % 2))
            play(desk.exchange, [f"at 0ms of exchange cut {shares[turn % 2][turn % 30]}"])
        took = time.monotonic() - begin
        check(not isTimed or took < seconds + PAUSE, "a cut each second", took)
        time.sleep(3)
        urllib.request.urlopen(urllib.request.Request(
            desk.exchange.rest_url() + "/sim/pause", method="POST"), context=desk.exchange.tls).close()
        time.sleep(1)
        core.terminate()
        core.wait(20)
        with open(report) as file:
            final = json.load(file)["instruments"]
        books = {name: Book() for name in desk.names}
        for message in market_journal(desk):
            books[message["instrument"]].apply(message)
        check_cuts(cuts, shares, books)
        check_ends(desk, final, books)
        levels = sum(len(side) for book in books.values() for side in book.sides.values())
        print(f"{seconds} cuts in {took:.1f} s, each of its share alone; 60 books, {levels} levels equal")


def shares():
    run(10)


def shares_for_a_minute():
    run(60, isTimed=True)


if __name__ == "__main__":
    globals()[sys.argv[1]]()
