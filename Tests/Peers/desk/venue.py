"""What the exchange does to a running desk that is no fault of a connection: its clock, its instruments, its upkeep."""
import sys
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
        desk.inject(name, 2 * lots + 1, refused="say which lot")
        desk.inject(name, 2 * lots + 1, lot=part(before["lotSz"], 2))
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


def cool_off():
    """An underlying in its cool-off: one order finds out, its contracts only reduce, the rest trades, time lets it go."""
    with Desk(instruments=3, market=("--swaps", "2")) as desk:
        cool, other = [one for one in desk.names if one.endswith("-SWAP")][:2]
        spot = next(one for one in desk.names if not one.endswith("-SWAP"))
        desk.run("--no-console")
        # Orders at market are no smaller than the smallest one.
        row = table(desk)[cool]
        lots = int(float(row["minSz"]) / float(row["lotSz"])) or 1
        desk.inject(cool, 4 * lots)
        until(lambda: abs(held(desk, cool) - size(desk, cool, 4 * lots)) < 1e-9, "it is bought")
        begun = len(orders_sent(desk, cool))
        play(desk.exchange, [f"at 0ms of exchange cool-off {cool} 20000"])
        desk.inject(cool, 5 * lots)
        until(lambda: "is in a cool-off of this account" in desk.log(), "it is named")
        until(lambda: "in_force=reduceOnly" in desk.log(), "its contracts are held")
        desk.inject(cool, 5 * lots, refused="cool-off")
        time.sleep(2)
        check(len(orders_sent(desk, cool)) - begun <= 2, "one order found out, or two on their way",
              orders_sent(desk, cool)[begun:])
        named = [line for line in desk.log().splitlines()
                 if line.split("Core: ")[-1].startswith(f"{cool.removesuffix('-SWAP')} is in a cool-off")]
        equal(len(named), 1, "named once on the log")
        rows = [row for row in desk.journal() if row["kind"] == "state" and row["source"] == "exchange"]
        equal([(row["instrument"], row["in_force"]) for row in rows], [(cool, "reduceOnly")], "and on record")
        # What reduces goes on, and so does everything of another underlying.
        desk.inject(cool, 3 * lots)
        until(lambda: abs(held(desk, cool) - size(desk, cool, 3 * lots)) < 1e-9, "it is reduced")
        check(orders_sent(desk, cool)[-1]["reduce_only"], "under the exchange's own flag")
        for name in (other, spot):
            desk.inject(name, lots if name == other else 2)
        until(lambda: held(desk, other) > 0, "another contract trades")
        until(lambda: desk.position(spot) == 2, "spot trades")
        until(lambda: "the pause of its cool-off is over" in desk.log(), "it is let go", seconds=40)
        desk.inject(cool, 5 * lots)
        until(lambda: abs(held(desk, cool) - size(desk, cool, 5 * lots)) < 1e-9, "it opens again")


def paid_in():
    """Spot is paid in what the desk chose where the exchange offers it; a pair that is not opened is named with its step."""
    told = CONFIGURATION.replace("channels:", "trade_quote_currency: USD\n  channels:")
    with Desk(instruments=2, configuration=told) as desk:
        first, second = desk.names[:2]
        play(desk.exchange, [f"at 0ms of exchange trade-quotes {first} USDT,USD",
                             "at 0ms of exchange deposit USD 1000000"])
        desk.run("--no-console")
        check(f"{first}: orders are paid in USD" in desk.log(), "it is told", desk.log()[-2000:])
        check(f"{second}: paid in USDT, for USD is not offered" in desk.log(), "and what is not", "")

        def cash(currency):
            time.sleep(0.25)
            rows = desk.exchange.rows(f"/api/v5/account/balance?ccy={currency}")[0]["details"]
            return float(rows[0]["cashBal"])

        before = cash("USDT")
        desk.inject(first, 3)
        until(lambda: desk.position(first) == 3, "it trades")
        check(cash("USD") < 1_000_000, "dollars paid for it", cash("USD"))
        equal(cash("USDT"), before, "and nothing else")
        desk.inject(second, 2)
        until(lambda: desk.position(second) == 2, "the other trades")
        check(cash("USDT") < before, "in its own currency")
        # Taken from the list: the next order names none again.
        play(desk.exchange, [f"at 0ms of exchange trade-quotes {first} USDT",
                             f"at 0ms of exchange market-max {first} 900000"])
        # Pushes do not tell of it, so that the daily list finds out; until then it is refused and named.
        desk.inject(first, 4)
        until(lambda: "Parameter tradeQuoteCcy error" in desk.log(), "the refusal is named")
        play(desk.exchange, ["at 1 of place refuse 54109"])
        desk.inject(second, 3)
        until(lambda: "press trade" in desk.log(), "a pair that is not opened has its next step")


def renamed():
    """A contract gets another name while the desk holds it: it is the same one, and trades on by the new name."""
    with Desk(instruments=2, market=("--swaps", "1")) as desk:
        old = next(one for one in desk.names if one.endswith("-SWAP"))
        new = "XBT-USDT-SWAP"
        desk.run("--no-console")
        row = table(desk)[old]
        lots = int(float(row["minSz"]) / float(row["lotSz"])) or 1
        desk.inject(old, 2 * lots)
        until(lambda: abs(held(desk, old) - size(desk, old, 2 * lots)) < 1e-9, "it is bought")
        until(lambda: not desk.working(), "nothing rests")
        begun = len(orders_sent(desk, old))
        play(desk.exchange, [f"at 0ms of exchange rename {old} {new} 4000"])
        until(lambda: f"{old} is called {new} by the exchange from here on" in desk.log(), "it is named")
        check("okx.instruments, risk.allow_list" in desk.log(), "with the lines to change")
        # Not while it is rebased; then by the new name.
        desk.inject(new, 3 * lots, refused="rebase")
        until(lambda: "state postOnly → live" in desk.log(), "it trades again")
        equal(len(orders_sent(desk, old)), begun, "no order went out by the old name")
        time.sleep(1)
        desk.inject(new, 3 * lots)
        until(lambda: abs(held(desk, new) - size(desk, new, 3 * lots)) < 1e-9, "it is bought on")
        desk.inject(new, 0)
        until(lambda: held(desk, new) == 0, "all of it is sold: nothing was lost, nothing counted twice")
        log = desk.log()
        for word in ("foreign", "of another", "differs", "unknownInstrument"):
            check(word not in log, "nothing was counted as another's", word)
        check(desk.tell("stop", "--instrument", old, "--reason", "test"), "the old name still finds it")


if __name__ == "__main__":
    globals()[sys.argv[1]]()
