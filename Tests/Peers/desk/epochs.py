"""The exchange of another day, as a process of its own, over TLS: what its clients meet, and what our desk makes of it."""
import subprocess

from desk import *
from desk import CONFIGURATION
from peer import NaiveBook  # noqa: E402


def place(line, **members):
    """The reply to an order by WebSocket."""
    order = {"tdMode": "cash", "side": "buy", "ordType": "limit", "px": "1000", "sz": "0.001", **members}
    return line.order("o1", order)


def states(line, seconds=0.5):
    """States of the orders that are pushed in so long."""
    found, end = [], time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            message = line.next(max(0.01, end - time.monotonic()))
        except TimeoutError:
            break
        if message.get("arg", {}).get("channel") == "orders" and "data" in message:
            found += [row["state"] for row in message["data"]]
    return found


def listed(exchange, kind):
    return exchange.rows(f"/api/v5/public/instruments?instType={kind}", sign=False)


def met(day):
    """What a client of the day meets, by name."""
    with Desk(market=("--as-of", day, "--swaps", "1")) as desk:
        exchange, name = desk.exchange, desk.names[0]
        found = {}
        spot, swap = listed(exchange, "SPOT")[0], listed(exchange, "SWAP")[0]["instId"]
        with exchange.connect("private") as line:
            line.login()
            line.subscribed({"channel": "orders", "instType": "ANY"})
            reply = place(line, instId=name)
            found["by name"] = reply["data"][0]["sCode"] if reply["data"] else reply["code"]
            reply = place(line, instIdCode=spot["instIdCode"], clOrdId="a")
            equal(reply["data"][0]["sCode"], "0", "by code")
            found["sub code"] = "subCode" in reply["data"][0]
            line.until(lambda m: "data" in m and m["data"][0].get("clOrdId") == "a" and "arg" in m)
            best = exchange.rows(f"/api/v5/market/books?instId={name}&sz=1", sign=False)[0]["asks"][0][0]
            place(line, instIdCode=spot["instIdCode"], ordType="post_only", px=best,
                  clOrdId="p")
            found["post only"] = states(line)
        with exchange.connect("public") as line:
            argument = {"channel": "books", "instId": name}
            line.subscribe(argument)
            book, sums = NaiveBook(), set()
            for _ in range(8):
                push = line.until(lambda m: m.get("arg") == argument and "action" in m)
                book.apply(push)
                sums.add(push["data"][0]["checksum"])
            equal(book.failed + book.gaps, 0, "the book holds")
            found["checksums"] = "real" if book.verified == book.messages else "zero" if sums == {0} else "odd"
            for channel in ("books-elp", "books-rpi"):
                line.send({"op": "subscribe", "args": [{"channel": channel, "instId": name}], "id": "c"})
                found[channel] = line.until(lambda m: m.get("id") == "c")["event"] == "subscribe"
            line.subscribed({"channel": "instruments", "instType": "SPOT"})
            play(exchange, [f"at 0ms of exchange state {name} suspend 200",
                            f"at 0ms of exchange cool-off {swap} 60000"])
            row = line.until(lambda m: m.get("arg", {}).get("channel") == "instruments" and "data" in m)
            found["instrument fields"] = sorted(row["data"][0]) if len(row["data"][0]) < 5 else "whole"
        status, reply = exchange.call("POST", "/api/v5/trade/order", {
            "instId": swap, "tdMode": "cross", "side": "buy", "ordType": "limit", "px": "70000", "sz": "1"})
        found["cool-off"] = reply["data"][0]["sCode"]
        return found


PART = ["instId", "instType", "state"]


def spring():
    """2026-05-01: names are refused, checksums are real, a post_only that would take is live first."""
    equal(met("2026-05-01"), {
        "by name": "50014", "sub code": True, "post only": ["live", "canceled"], "checksums": "real",
        "books-elp": True, "books-rpi": False, "instrument fields": "whole", "cool-off": "0"}, "May")


def summer():
    """2026-08-25: both retail names, no checksum, post_only is pushed once it rests, cool-offs bind the API."""
    equal(met("2026-08-25"), {
        "by name": "50014", "sub code": True, "post only": ["canceled"], "checksums": "zero",
        "books-elp": True, "books-rpi": True, "instrument fields": "whole", "cool-off": "54094"}, "August")


def autumn():
    """2026-11-01: instruments in part, one retail name."""
    equal(met("2026-11-01"), {
        "by name": "50014", "sub code": True, "post only": ["canceled"], "checksums": "zero",
        "books-elp": False, "books-rpi": True, "instrument fields": PART, "cool-off": "54094"}, "November")


def winter():
    """2026-12-15 is like November: nothing that is dated later is known."""
    equal(met("2026-12-15"), met("2026-11-01"), "December")


def trades(day):
    """A desk over the exchange of the day takes a position and gives it back; the core's own counts."""
    with Desk(instruments=1, market=("--as-of", day)) as desk:
        report = os.path.join(desk.folder, "report.json")
        core = desk.start("core", "--report", report)
        desk.await_active(0)
        name = desk.names[0]
        for target in (3, 0):
            desk.inject(name, target)
            until(lambda: desk.position(name) == target and not desk.working(), f"target {target}")
        core.terminate()
        equal(core.wait(20), 0, "the core ends well")
        with open(report) as file:
            return json.load(file)["instruments"][name]["checksum"]


def desk_in_spring():
    """Each checksum of the day is held against the book, and holds."""
    counts = trades("2026-05-01")
    check(counts["verified"] > 50 and counts["failed"] == 0, "checksums", counts)


def desk_in_winter():
    counts = trades("2026-12-15")
    equal((counts["verified"], counts["failed"]), (0, 0), "nothing to verify")


def over(desk, port):
    """The desk's WebSockets go by another port."""
    path = os.path.join(desk.folder, "llmtrading.yaml")
    with open(path) as file:
        text = file.read()
    text = text.replace(f"wss://localhost:{desk.exchange.port}/", f"wss://localhost:{port}/")
    with open(path, "w") as file:
        file.write(text)
    return path


def second_port_open():
    """Before the day both ports answer: a desk lives on the second."""
    with Desk(instruments=1, market=("--as-of", "2026-10-30", "--second-port", "0")) as desk:
        check(desk.second.isdigit() and int(desk.second) != desk.exchange.port, "a second port", desk.second)
        over(desk, desk.second)
        core = desk.start("core")
        desk.await_active(0)
        desk.inject(desk.names[0], 2)
        until(lambda: desk.position(desk.names[0]) == 2, "it trades")
        core.terminate()
        equal(core.wait(20), 0, "the core ends well")


def second_port_closed():
    """Since the day it is closed; a desk that dials 8443 is told why and what to do, and check names it before."""
    with Desk(instruments=1, market=("--as-of", "2026-11-01", "--second-port", "8443")) as desk:
        equal(desk.second, "closed", "the second port")
        path = over(desk, 8443)
        def check_on(day):
            return subprocess.run([BINARY, "config", "check", "--config", path, "--today", day],
                                  capture_output=True, text=True, timeout=20).stdout
        check("2026-10-31: WebSocket port 8443" in check_on("2026-10-01"), "announced", check_on("2026-10-01"))
        check("no dated change" in check_on("2026-11-01"), "past", check_on("2026-11-01"))
        core = desk.start("core")
        until(lambda: "OKX closed port 8443 on 2026-10-31: drop the port from the URL" in desk.log(),
              "the log says what to do")
        core.terminate()
        core.wait(20)


if __name__ == "__main__":
    globals()[sys.argv[1]]()
