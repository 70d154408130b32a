"""What the exchange does to a running desk that is no fault of a connection: its clock, its instruments, its upkeep."""
import sys
import time

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


if __name__ == "__main__":
    globals()[sys.argv[1]]()
