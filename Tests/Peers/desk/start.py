"""How long a start takes: 50 instruments and a thousand fills that the journal and the exchange have to agree on."""
import os
import signal
import sys
import time

from desk import Desk, check, equal

INSTRUMENTS, FILLS = 50, 1000
# What is expected of an idle machine; ten times that is a fault.
SECONDS = 2.0


def fill(desk, count):
    """Market orders of somebody else, `count` fills at least."""
    rows = desk.exchange.rows("/api/v5/public/instruments?instType=SPOT", sign=False)
    sizes = {row["instId"]: row["minSz"] for row in rows}
    for round in range((count + INSTRUMENTS * 10 - 1) // (INSTRUMENTS * 10)):
        for name in desk.names:
            orders = [{"instId": name, "tdMode": "cash", "side": "buy" if number % 2 else "sell",
                       "ordType": "market", "sz": sizes[name], "tgtCcy": "base_ccy"}
                      for number in range(10)]
            status, reply = desk.exchange.call("POST", "/api/v5/trade/batch-orders", orders)
            equal((status, reply["code"]), (200, "0"), f"orders fill: {reply}")


def fills_on_record(desk):
    return [row for row in desk.journal() if row.get("report") == "fill"]


def start_with_history():
    with Desk(instruments=INSTRUMENTS) as desk:
        desk.run("--no-console")
        # Half of it while the core listens, half while nobody does.
        fill(desk, FILLS // 2)
        os.kill(desk.supervisor.pid, signal.SIGTERM)
        desk.supervisor.wait(20)
        held = len(fills_on_record(desk))
        check(held >= FILLS // 2, "fills of the first half are on record", held)
        fill(desk, FILLS // 2)
        begun, before = time.monotonic(), desk.starts()
        desk.supervisor = desk.start("run", "--no-console")
        desk.await_active(before, seconds=SECONDS * 10)
        seconds = time.monotonic() - begun
        records = fills_on_record(desk)
        trades = [(row["instrument"], row["ord_id"], row["trade_id"]) for row in records]
        equal(len(trades), len(set(trades)), "each fill once on record")
        check(len(trades) >= FILLS, "all of them", len(trades))
        print(f"start to active: {seconds:.2f} s with {INSTRUMENTS} instruments and "
              f"{len(trades)} fills, {len(trades) - held} of them missed ({SECONDS:.0f} s expected)")
        check(seconds < SECONDS * 10, "within ten times what is expected", seconds)


if __name__ == "__main__":
    globals()[sys.argv[1]]()
