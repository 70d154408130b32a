"""What the exchange does to a running desk that is no fault of a connection: its clock, its instruments, its upkeep."""
import sys
import tempfile
import time
from decimal import Decimal

from desk import *

AHEAD = 40_000


def orders_sent(desk, name):
    return [row for row in desk.journal() if row["kind"] == "order" and row["action"] == "place"
            and row["instrument"] == name]


def clocks_apart():
    """An exchange 40 s ahead: logins, requests and orders go by its clock; beyond the limit the desk only reduces."""
    market = ("--clock-ahead", str(AHEAD))
    # Above the difference: everything works, and an order's expiry is right by the exchange's clock.
    roomy = CONFIGURATION.replace("exchange_age_milliseconds: 5000",
                                  "exchange_age_milliseconds: 5000, clock_offset_milliseconds: 60000")
    with Desk(market=market, configuration=roomy) as desk:
        desk.run("--no-console")
        check("ms ahead of ours" in desk.log(), "the difference is told", desk.log()[-2000:])
        name = desk.names[0]
        desk.inject(name, 2)
        until(lambda: desk.position(name) == 2, "the desk trades")
        clock = [row for row in desk.journal() if row["kind"] == "clock"][-1]
        apart = (clock["exchange_offset_ns"] - clock["wall_offset_ns"]) / 1e6
        check(abs(apart - AHEAD) < 2_000, "the exchange's clock is on record", apart)
    # Beyond it (5 s where nothing is configured): reduceOnly, with what to do.
    with Desk(market=market) as desk:
        desk.run("--no-console")
        name = desk.names[0]
        until(lambda: "clock_offset_milliseconds" in desk.log(), "the limit is named")
        until(lambda: "in_force=reduceOnly" in desk.log(), "the desk is held")
        desk.inject(name, 2, refused="exchange reduceOnly")
        time.sleep(2)
        equal(desk.position(name), 0, "nothing is opened")
        equal(orders_sent(desk, name), [], "nothing was sent")


def table(desk):
    return {row["instId"]: row for kind in ("SPOT", "SWAP") for row in desk.exchange.rows(
        f"/api/v5/public/instruments?instType={kind}", sign=False)}


def size(desk, name, lots):
    """Of `lots` of the exchange's lot, as orders and fills write it."""
    return float(table(desk)[name]["lotSz"]) * lots


def part(text, divisor):
    return format((Decimal(text) / divisor).normalize(), "f")


def held(desk, name):
    """What the exchange holds of a swap, in contracts. Positions may be asked for ten times in two seconds."""
    time.sleep(0.25)
    rows = desk.exchange.rows(f"/api/v5/account/positions?instId={name}")
    return sum(float(row["pos"] or 0) for row in rows)


def taken(desk, name, count=1):
    until(lambda: desk.log().count("an instrument counts anew") >= count, "the change is taken")


def grid_changes():
    """Ticks and lots change under a held position, finer and coarser: it is named, taken, traded on and closed."""
    with Desk(instruments=2, market=("--swaps", "1")) as desk:
        name = next(one for one in desk.names if one.endswith("-SWAP"))
        before = table(desk)[name]
        lots = max(3, 3 * int(float(before["minSz"]) / float(before["lotSz"])))
        desk.run("--no-console")
        desk.inject(name, lots)
        worth = size(desk, name, lots)
        until(lambda: abs(held(desk, name) - worth) < 1e-9, "the position is bought")
        play(desk.exchange, [f"at 0ms of exchange tick {name} {part(before['tickSz'], 10)}"])
        taken(desk, name)
        check("tickSz" in desk.log(), "the change is named", desk.log()[-1500:])
        # Of a swap the lot follows the smallest size.
        play(desk.exchange, [f"at 0ms of exchange min-size {name} {part(before['lotSz'], 2)}"])
        taken(desk, name, 2)
        equal(held(desk, name), worth, "nothing was traded by it")
        desk.inject(name, 2 * lots + 1)
        more = worth + float(part(before["lotSz"], 2))
        until(lambda: abs(held(desk, name) - more) < 1e-9, "half an old lot is bought")
        # Coarser: what is no whole number of new lots stays, and the rest can be closed.
        play(desk.exchange, [f"at 0ms of exchange min-size {name} {before['lotSz']}",
                             f"at 0ms of exchange tick {name} {before['tickSz']}"])
        until(lambda: table(desk)[name]["lotSz"] == before["lotSz"], "the exchange's lot is coarser")
        until(lambda: "lotSz 0.005 → 0.01" in desk.log(), "it is named")
        time.sleep(1)
        desk.tell("flatten", "--reason", "test")
        left = float(part(before["lotSz"], 2))
        until(lambda: abs(held(desk, name) - left) < 1e-9, "what makes whole lots is closed")
        sent = orders_sent(desk, name)
        check(len(sent) >= 2, "a buy and a sell", sent)


def suspended():
    """A suspended instrument is left alone, named; the others trade on, and it comes back by itself."""
    with Desk(instruments=2) as desk:
        first, second = desk.names[:2]
        desk.run("--no-console")
        desk.inject(first, 2, urgency="low")
        # It rests, or the market fills it.
        time.sleep(1)
        play(desk.exchange, [f"at 0ms of exchange state {first} suspend"])
        until(lambda: "suspended by the exchange" in desk.log(), "it is named")
        desk.inject(first, 2, refused="suspended by the exchange")
        desk.inject(second, 2)
        until(lambda: desk.position(second) == 2, "the other trades")
        play(desk.exchange, [f"at 0ms of exchange state {first} live"])
        until(lambda: "state suspend → live" in desk.log(), "it comes back")
        until(lambda: not [row for row in desk.working() if row["instId"] == second], "nothing rests")
        time.sleep(1)
        desk.inject(first, 2)
        until(lambda: desk.position(first) == 2, "it trades again")


def maintenance():
    """Announced: reduceOnly; at its beginning everything is cancelled; afterwards the desk trades on by itself."""
    with Desk(instruments=1) as desk:
        name = desk.names[0]
        desk.run("--no-console")
        desk.inject(name, 2, urgency="low")
        # It rests, or the market fills it.
        time.sleep(1)
        play(desk.exchange, ["at 0ms of exchange maintenance 13000 3000"])
        until(lambda: "is scheduled" in desk.log() and "desk=reduceOnly" in desk.log(), "it is announced")
        desk.inject(name, 3, refused="exchange reduceOnly")
        until(lambda: "desk=cancelOnly" in desk.log(), "its beginning is near")
        until(lambda: not desk.working(), "the order is cancelled before it begins")
        until(lambda: "maintenance is over" in desk.log(), "it ends", seconds=60)
        desk.inject(name, 2)
        until(lambda: desk.position(name) == 2, "the desk trades again")


def delisted():
    """One of two instruments is gone at the next start: the other trades, the desk says which is missing."""
    with Desk(instruments=2) as desk:
        first, second = desk.names[:2]
        desk.run("--no-console")
        desk.inject(first, 1)
        until(lambda: desk.position(first) == 1, "it trades")
        play(desk.exchange, [f"at 0ms of exchange delist {second}"])
        os.kill(desk.supervisor.pid, signal.SIGTERM)
        desk.supervisor.wait(30)
        before = desk.starts()
        desk.supervisor = desk.start("run", "--no-console")
        desk.await_active(before)
        until(lambda: f"{second}: the exchange does not list it" in desk.log(), "it is named")
        desk.inject(first, 2)
        until(lambda: desk.position(first) == 2, "the other trades on")
        desk.tell("inject", "--instrument", second, "--target=1", "--ttl", "5s", fails=True)


def shares(seconds=10):
    """Sixty books on two connections, one of them cut about each second: the other's books never notice."""
    told = CONFIGURATION.replace("channels: [books-l2-tbt, trades]", "channels: [books]")
    with Desk(instruments=60) as desk:
        names = desk.names
    with tempfile.NamedTemporaryFile("w", suffix=".faults") as script:
        # Ten messages of each instrument a second; a line ends with the one that is named.
        for turn in range(seconds):
            script.write(f"at {60 + 10 * turn} of {names[turn % 30]} disconnect\n")
        script.flush()
        market = ("--rate", "600", "--faults", script.name)
        with Desk(instruments=60, configuration=told, market=market) as desk:
            report = os.path.join(desk.folder, "report.json")
            before = desk.starts()
            core = desk.start("core", "--report", report)
            desk.await_active(before)
            until(lambda: "line=public-1" in desk.log(), "a second connection")
            until(lambda: desk.log().count("kind=disconnect") >= seconds, "every cut", seconds * 10)
            # Each is mended within the pause of a line that was lost.
            time.sleep(4)
            core.terminate()
            core.wait(20)
            with open(report) as file:
                books = {name: row["book"] for name, row in json.load(file)["instruments"].items()}
        cut = [books[name]["snapshot"] for name in names[:30]]
        left = [books[name]["snapshot"] for name in names[30:]]
        check(min(cut) > seconds // 3, "the cut line's books were fetched again and again", cut)
        equal(set(left), {1}, "the other line's books were never lost")
        print(f"{seconds} cuts: snapshots of the cut share {min(cut)} to {max(cut)}, of the other 1")


def shares_for_a_minute():
    shares(60)


if __name__ == "__main__":
    globals()[sys.argv[1]]()
