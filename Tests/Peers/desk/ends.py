"""The end of the process: every order of ours is cancelled, or it is named and the exit status says so."""
import contextlib
import os
import signal
import sys
import time

from desk import *
from relay import Relay

SECONDS = 9.0


@contextlib.contextmanager
def relayed(more="", market=()):
    """`more`: lines of the configuration's part `okx`; `market`: options of the exchange."""
    relay = Relay()
    configuration = CONFIGURATION.replace(
        "private: wss://localhost:{port}", f"private: wss://localhost:{relay.port}").replace("okx:\n", "okx:\n" + more)
    with Desk(configuration=configuration, market=market) as desk:
        relay.target = desk.exchange.port
        desk.run("--no-console")
        yield desk, relay


def put_to_work(desk):
    """Orders of the core that rest."""
    for name in desk.names:
        desk.inject(name, 4, "low")
    until(desk.working, "a resting order")


def rest_far(desk, client):
    """An order that the market does not reach."""
    name = desk.names[0]
    ticker = desk.exchange.rows(f"/api/v5/market/ticker?instId={name}", sign=False)[0]
    size = desk.exchange.rows("/api/v5/public/instruments?instType=SPOT", sign=False)[0]["minSz"]
    status, reply = desk.exchange.call("POST", "/api/v5/trade/order", {
        "instId": name, "tdMode": "cash", "side": "buy", "ordType": "limit",
        "px": ticker["bidPx"].split(".")[0][:-1] or "1", "sz": size, "clOrdId": client,
        "tag": "" if client == "phone" else "llmtrading"})
    equal((status, reply["code"]), (200, "0"), f"an order rests: {reply}")


def end(desk):
    """The supervisor's exit status, and how long its end took."""
    begun = time.monotonic()
    os.kill(desk.supervisor.pid, signal.SIGTERM)
    status = desk.supervisor.wait(20)
    return status, time.monotonic() - begun


def cancelled_by_rest():
    """The private line is gone for good: REST cancels what rests."""
    with relayed() as (desk, relay):
        with open(os.path.join(desk.folder, "start-number")) as file:
            rest_far(desk, str(int(file.read()) << 39 | 7_000_000))
        put_to_work(desk)
        relay.cut()
        status, took = end(desk)
        equal(desk.working(), [], "no order works")
        equal(status, 0, "and the status says so")
        check(took < SECONDS, "within the supervisor's grace", took)
        check("cancelling by REST" in desk.log(), "REST did it")


def fallback():
    """The private line stays away while the desk runs on: REST cancels what rests, others' orders stay."""
    # The market may fill what rests, or the desk move it, before anybody cancels it: that says nothing.
    for _ in range(4):
        if fallback_cancels():
            return
    raise AssertionError("no order rested long enough")


def fallback_cancels():
    more = "  order_fallback: cancels\n  order_fallback_seconds: 4\n"
    with relayed(more, market=("--rate", "3")) as (desk, relay):
        rest_far(desk, "phone")
        put_to_work(desk)
        begun = time.monotonic()
        relay.cut()
        until(lambda: [row["clOrdId"] for row in desk.exchange.rows("/api/v5/trade/orders-pending")]
              == ["phone"], "none of ours works", 12.0)
        took = time.monotonic() - begun
        said = "cancelled by REST (okx.order_fallback)"
        if took <= 3.5:
            check(said not in desk.log(), "the line was waited for", took)
            return False
        check(desk.core(), "the core runs on")
        check(said in desk.log(), "and says so")
        check("an order may still rest" not in desk.log(), "none is left", desk.log()[-3000:])
        return True


def fallback_closes():
    """The private line stays away and a person flattens: REST closes the contract, and the line's return counts it."""
    more = "  order_fallback: closes\n  order_fallback_seconds: 4\n"
    with relayed(more, market=("--swaps", "1")) as (desk, relay):
        swap = next(name for name in desk.names if name.endswith("SWAP"))

        def stated():
            time.sleep(0.4)  # The core asks too, of the same budget.
            rows = desk.exchange.rows(f"/api/v5/account/positions?instId={swap}")
            return float(rows[0]["pos"] or 0) if rows else 0.0
        desk.inject(swap, 3)
        until(lambda: desk.position(swap) == 3 and stated() > 0, "a position")
        relay.cut()
        time.sleep(6.0)
        check(stated() > 0, "without a flatten nothing is closed")
        desk.tell("flatten", "--instrument", swap, "--reason", "the line is gone")
        until(lambda: stated() == 0, "flat at the exchange", 25.0)
        check("a flattened position is closed by REST" in desk.log(), "and says so", desk.log()[-3000:])
        again = Relay(relay.port)
        again.target = relay.target
        until(lambda: desk.position(swap) == 0, "the desk counts it once the line is back", 60.0)
        again.cut()


def named():
    """Neither the private line nor REST answers: each order that may rest is named, and the status is 75."""
    with relayed() as (desk, relay):
        put_to_work(desk)
        play(desk.exchange, ["at 0ms of exchange rest-fail 503 60000"])
        relay.cut()
        status, took = end(desk)
        equal(status, 75, "orders may rest")
        check(took < SECONDS, "within the supervisor's grace", took)
        named = [line for line in desk.log().splitlines() if "an order may still rest" in line]
        check(named, "orders are named")
        play(desk.exchange, ["at 0ms of exchange calm"])
        for client in [row["clOrdId"] for row in desk.working()]:
            check(any(f"clOrdId {client}" in line for line in named), "it is named", (client, named))
        check("SIGKILL" not in desk.log() and "signal 9" not in desk.log(), "nobody was killed")


def orphaned():
    """The supervisor dies while the private line is gone: REST cancels within the time that is left."""
    with relayed() as (desk, relay):
        with open(os.path.join(desk.folder, "start-number")) as file:
            rest_far(desk, str(int(file.read()) << 39 | 7_000_000))
        put_to_work(desk)
        relay.cut()
        begun = time.monotonic()
        os.kill(desk.supervisor.pid, signal.SIGKILL)
        desk.supervisor.wait()
        until(lambda: not desk.processes(), "no process is left", 6.0)
        check(time.monotonic() - begun < 5, "all gone within 5 s")
        equal(desk.working(), [], "no order works")
        check("took too long" not in desk.log(), "it ended by itself")


def others_order_rests():
    """Somebody else's order costs the end no time and no alarm."""
    with Desk() as desk:
        desk.run("--no-console")
        rest_far(desk, "phone")
        time.sleep(0.5)
        status, took = end(desk)
        equal(status, 0, "nothing of ours rests")
        check(took < 3, "nobody waited for it", took)
        check("may still rest" not in desk.log() and "cancelling by REST" not in desk.log(), "no alarm")
        equal([row["clOrdId"] for row in desk.working()], ["phone"], "it is as it was")


if __name__ == "__main__":
    globals()[sys.argv[1]]()
