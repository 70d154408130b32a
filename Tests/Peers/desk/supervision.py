"""Kills at every joint: what dies, what comes back, what the exchange and the journal say afterwards."""
import os
import pty
import random
import re
import select
import signal
import socket
import socketserver
import threading
import time

from desk import *
from relay import joined


def fills(desk):
    """Signed lots by instrument, and trade ids, as the journal has them; every trade once."""
    sums, seen = {}, set()
    for row in desk.journal():
        if row["kind"] == "report" and row.get("report") == "fill":
            key = (row["instrument"], row["trade_id"])
            check(key not in seen, "a trade is on record once", key)
            seen.add(key)
            sign = 1 if row["side"] == "buy" else -1
            sums[key[0]] = sums.get(key[0], 0) + sign * row["fill_lots"]
    return sums


def agree(desk):
    """Journal and exchange tell the same positions, and nothing of ours works."""
    report = desk.exchange.report()["instruments"]
    wanted = {name: int(one["position"]) for name, one in report.items() if int(one["position"])}
    found = {name: lots for name, lots in fills(desk).items() if lots}
    equal(found, wanted, "the journal's fills make the exchange's positions")


def core_killed_at_rest():
    with Desk() as desk:
        desk.run("--no-console")
        name = desk.names[0]
        desk.inject(name, 3)
        until(lambda: desk.position(name) == 3 and not desk.working(), "the target")
        before = desk.starts()
        os.kill(desk.core(), signal.SIGKILL)
        took = desk.await_active(before)
        print(f"back after {took:.2f} s")
        check(took < 5, "the core is back within 5 s", took)
        agree(desk)
        equal(desk.position(name), 3, "the position is kept")
        desk.inject(name, 1)
        until(lambda: desk.position(name) == 1, "it trades again")
        agree(desk)


def forged_rings():
    """Rings that are not as this desk left them: nothing of them is believed, at no later start, until a person rearms."""
    with Desk() as desk:
        core = desk.start("core")
        desk.await_active(0)
        os.kill(core.pid, signal.SIGKILL)
        core.wait()
        rings = desk.rings()
        equal(os.stat(rings).st_mode & 0o7777, 0o600, "the rings' mode")
        equal(os.stat(os.path.dirname(rings)).st_mode & 0o7777, 0o700, "their folder's mode")
        os.rename(rings, rings + "-real")
        os.symlink(rings + "-real", rings)
        before = desk.starts()
        desk.run("--no-console")
        desk.await_active(before)
        check("not to be believed" in desk.log(), "the alarm is on the log")
        check(os.path.islink(rings), "the evidence stays")
        name = desk.names[0]
        for _ in range(2):
            desk.inject(name, 2, refused="person cancelOnly")
            time.sleep(1.0)
            check(not desk.working() and desk.position(name) == 0, "nothing goes out")
            before = desk.starts()
            os.kill(desk.core(), signal.SIGKILL)
            desk.await_active(before)
        desk.tell("rearm", "--reason", "looked at it")
        desk.inject(name, 2)
        until(lambda: desk.position(name) == 2, "it trades again")
        agree(desk)
        shutil.rmtree(os.path.dirname(rings))


def exchange_late():
    """An exchange that does not answer at start is waited for; a signal ends the wait."""
    with Desk() as desk:
        os.kill(desk.server.pid, signal.SIGSTOP)
        core = desk.start("core")
        until(lambda: "asking again" in desk.log(), "a pause on the log")
        os.kill(core.pid, signal.SIGTERM)
        equal(core.wait(10), 0, "the core that waited ended in order")
        desk.supervisor = desk.start("run", "--no-console")
        until(lambda: desk.log().count("asking again") > 2, "more pauses")
        os.kill(desk.server.pid, signal.SIGCONT)
        desk.await_active(0)
        check("core is DOWN" not in desk.log(), "it never died")
        os.kill(desk.supervisor.pid, signal.SIGTERM)
        equal(desk.supervisor.wait(20), 0, "it ended with nothing at work")
        # Nobody knows what became of a start's orders that nobody asked about.
        os.kill(desk.server.pid, signal.SIGSTOP)
        asked = desk.log().count("asking again")
        core = desk.start("core")
        until(lambda: desk.log().count("asking again") > asked, "a pause on the log")
        os.kill(core.pid, signal.SIGTERM)
        equal(core.wait(10), 75, "orders of an earlier start may rest")
        os.kill(desk.server.pid, signal.SIGCONT)


def core_killed_at_work():
    """SIGKILL at random moments with orders resting and in flight."""
    dice = random.Random(7)
    more = "strategy: {reprice_ticks: 0, reprice_milliseconds: 50}"
    with Desk(more=more) as desk:
        desk.run("--no-console")
        for round in range(2):
            for index, name in enumerate(desk.names):
                target = dice.choice([-3, -1, 2, 4])
                desk.inject(name, target, ["high", "low", "normal"][index % 3])
            time.sleep(dice.uniform(0.0, 0.6))
            before = desk.starts()
            os.kill(desk.core(), signal.SIGKILL)
            desk.await_active(before)
        desk.tell("stop", "--reason", "the count")
        until(lambda: not desk.working(), "no order works")
        time.sleep(0.3)
        agree(desk)


def missed_fill():
    """A fill while no core lives goes on record at the next start, once."""
    with Desk() as desk:
        desk.run("--no-console")
        name = desk.names[0]
        desk.inject(name, 1)
        until(lambda: desk.position(name) == 1, "the first fill")
        os.kill(desk.supervisor.pid, signal.SIGTERM)
        desk.supervisor.wait(15)
        book = desk.exchange.rows(f"/api/v5/market/books?instId={name}&sz=5", sign=False)[0]
        spec = next(row for row in desk.exchange.rows(
            "/api/v5/public/instruments?instType=SPOT", sign=False) if row["instId"] == name)
        status, reply = desk.exchange.call("POST", "/api/v5/trade/order", {
            "instId": name, "tdMode": "cash", "side": "buy", "ordType": "ioc",
            "px": book["asks"][0][0], "sz": spec["lotSz"], "clOrdId": "12345"})
        check(status == 200 and reply["code"] == "0", "the order beside the core", reply)
        until(lambda: desk.position(name) == 2, "the fill beside the core")
        for _ in range(2):
            before = desk.starts()
            desk.supervisor = desk.start("run", "--no-console")
            desk.await_active(before)
            agree(desk)
            os.kill(desk.supervisor.pid, signal.SIGTERM)
            desk.supervisor.wait(15)
        rows = [row for row in desk.journal() if row["kind"] == "report" and row["reconciled"]
                and row["report"] == "fill"]
        equal(len(rows), 1, "one reconciled fill on record")


def console_killed():
    with Desk() as desk:
        desk.run()
        until(lambda: "page at" in desk.log() or desk.processes("console"), "a console")
        before = desk.processes("console")
        core = desk.core()
        os.kill(before[0], signal.SIGKILL)
        until(lambda: desk.processes("console") not in ([], before), "another console")
        equal(desk.core(), core, "the core is the same")


def environments():
    """Neither process sees a variable that is not its own."""
    os.environ.update(OPENAI_API_KEY="model", EXCHANGE_KEY="exchange", STRANGER="x")
    with Desk() as desk:
        desk.run()
        until(lambda: desk.processes("console"), "a console")
        for kind, models in (("core", False), ("console", True)):
            with open(f"/proc/{desk.processes(kind)[0]}/environ", "rb") as file:
                names = {word.split(b"=")[0].decode() for word in file.read().split(b"\0")}
            check("STRANGER" not in names and "EXCHANGE_KEY" not in names, kind, names)
            equal("OPENAI_API_KEY" in names, models, f"the {kind}'s view of model keys")


def supervisor_killed():
    with Desk() as desk:
        desk.run()
        until(lambda: desk.processes("console"), "a console")
        for name in desk.names:
            desk.inject(name, 2, "low")
        until(desk.working, "a resting order")
        begin = time.monotonic()
        os.kill(desk.supervisor.pid, signal.SIGKILL)
        desk.supervisor.wait()
        until(lambda: not desk.processes(), "no process is left", 6.0)
        took = time.monotonic() - begin
        print(f"all gone after {took:.2f} s")
        check(took < 5, "all gone within 5 s", took)
        equal(desk.working(), [], "no order works")


def rest_orders(desk):
    """Two resting orders as the desk's newest start places them, and one that looks so but for its tag: its id."""
    name = desk.names[0]
    with open(os.path.join(desk.folder, "start-number")) as file:
        start = int(file.read())
    ticker = desk.exchange.rows(f"/api/v5/market/ticker?instId={name}", sign=False)[0]
    size = desk.exchange.rows("/api/v5/public/instruments?instType=SPOT", sign=False)[0]["minSz"]
    price = ticker["bidPx"].split(".")[0][:-1] or "1"
    other = str(start << 39 | 9)
    for client in [str(start << 39 | 7), str(start << 39 | 8), other]:
        status, reply = desk.exchange.call("POST", "/api/v5/trade/order", {
            "instId": name, "tdMode": "cash", "side": "buy", "ordType": "limit", "px": price,
            "sz": size, "clOrdId": client, "tag": "" if client == other else "llmtrading"})
        equal((status, reply["code"]), (200, "0"), f"an order rests: {reply}")
    equal(len(desk.working()), 3, "three orders rest")
    return other


def three_deaths():
    with Desk() as desk:
        desk.run("--no-console")
        for death in range(3):
            core = desk.core()
            if death == 2:
                # It stands still, so that nobody but a sweep can cancel what rests then.
                os.kill(core, signal.SIGSTOP)
                other = rest_orders(desk)
            before = desk.starts()
            os.kill(core, signal.SIGKILL)
            if death < 2:
                desk.await_active(before)
        until(lambda: "core is DOWN" in desk.log(), "it says that the core is down")
        until(lambda: [row["clOrdId"] for row in desk.working()] == [other],
              "what the desk had at work is cancelled by REST, and nobody else's order")
        until(lambda: "2 orders cancelled, 0 left" in desk.log(), "and it says so")
        check("1 orders of other people were left alone" in desk.log(), "the other's is told of")
        time.sleep(1.0)
        equal(desk.processes("core"), [], "no core runs")
        equal(desk.supervisor.poll(), None, "the supervisor stays")
        os.kill(desk.supervisor.pid, signal.SIGTERM)
        check(desk.supervisor.wait(15) != 0, "the end says that something was wrong")


def second_core():
    with Desk() as desk:
        desk.run("--no-console")
        for words in (["core"], ["run", "--no-console"]):
            other = desk.tell(*words, fails=True)
            check("another core" in other and str(desk.core()) in other, "it names the holder", other)


def stop_survives():
    with Desk() as desk:
        desk.run("--no-console")
        name = desk.names[0]
        desk.tell("stop", "--instrument", name, "--reason", "test")
        desk.tell("stop", "--state", "reduceOnly", "--reason", "test")
        before = desk.starts()
        os.kill(desk.core(), signal.SIGKILL)
        desk.await_active(before)
        for each in desk.names[:2]:
            desk.inject(each, 2, refused="person reduceOnly of the desk")
        time.sleep(1.5)
        equal([desk.position(each) for each in desk.names[:2]], [0, 0], "nothing is opened")
        check("--reason" in desk.tell("rearm", fails=True), "a rearm needs a reason")
        desk.tell("rearm", "--reason", "test over")
        desk.inject(desk.names[1], 2)
        until(lambda: desk.position(desk.names[1]) == 2, "the desk trades")
        desk.inject(name, 2, refused="person cancelOnly")
        equal(desk.position(name), 0, "the instrument's own stop holds")
        desk.tell("rearm", "--instrument", name, "--reason", "test over")
        desk.inject(name, 2)
        until(lambda: desk.position(name) == 2, "the instrument trades")
        states = [row for row in desk.journal() if row["kind"] == "state"]
        check(sum(row["rearm"] for row in states) == 2, "rearms are on record", states)


def halt_by_signal():
    with Desk() as desk:
        desk.run("--no-console")
        name = desk.names[0]
        # Of several: one alone may have filled before it is seen.
        for each in desk.names:
            desk.inject(each, 4, "low")
        until(desk.working, "a resting order")
        os.kill(desk.core(), signal.SIGUSR1)
        until(lambda: not desk.working(), "it is cancelled", 5.0)
        # What rested may have filled first.
        held = [desk.position(each) for each in desk.names]
        until(lambda: any(row["kind"] == "state" and row["requested"] == "halted"
                          for row in desk.journal()), "the halt is on record")
        desk.inject(name, 3, refused="person halted of the desk")
        time.sleep(1.0)
        check(not desk.working(), "no order works")
        equal([desk.position(each) for each in desk.names], held, "nothing goes out")


def flatten():
    with Desk() as desk:
        desk.run("--no-console")
        for name in desk.names:
            desk.inject(name, 3)
        until(lambda: all(desk.position(name) == 3 for name in desk.names), "the targets")
        desk.tell("flatten", "--reason", "test")
        until(lambda: all(desk.position(name) == 0 for name in desk.names), "all is flat")
        until(lambda: [row for row in desk.journal() if row["kind"] == "state"][-1]["flattening"]
              is False, "the request ends")
        time.sleep(1.0)
        equal([desk.position(name) for name in desk.names], [0] * 3, "live leases stay unheard")
        agree(desk)


def flatten_survives():
    """A flatten that waits is still to be done after a SIGKILL, although the new start counts from 0 at first."""
    with Desk() as desk:
        desk.run("--no-console")
        name = desk.names[0]
        desk.inject(name, 3)
        until(lambda: desk.position(name) == 3, "the target")
        # Until the next start: the flatten has to wait for it.
        desk.tell("limits", "--instrument", name, "--disallow", "--reason", "test")
        said = desk.tell("flatten", "--reason", "test")
        check("on the allow-list" in said, "what it waits for", said)
        time.sleep(0.5)
        equal(desk.position(name), 3, "it waits")
        # So long the start knows nothing of what is held.
        play(desk.exchange, ["at 0ms of exchange rest-fail 503 3000 account"])
        before = desk.starts()
        os.kill(desk.core(), signal.SIGKILL)
        desk.await_active(before)
        until(lambda: desk.position(name) == 0, "it goes on")
        until(lambda: [row for row in desk.journal() if row["kind"] == "state"][-1]["flattening"]
              is False, "the request ends")
        agree(desk)


def limits():
    with Desk() as desk:
        desk.run("--no-console")
        name = desk.names[0]
        desk.tell("limits", "--instrument", name, "--position-lots", "2", "--reason", "test")
        said = desk.tell("limits", "--instrument", name, "--position-lots", "4", "--reason",
                         "looser", fails=True)
        check("position_lots 2 holds" in said, "no limit is loosened at the door", said)
        desk.inject(name, 4)
        until(lambda: desk.position(name) == 2, "the target is cut to the limit in force")
        time.sleep(1.0)
        equal(desk.position(name), 2, "and no further")
        desk.tell("limits", "--disallow", "--reason", "test")
        desk.inject(desk.names[1], 1, refused="allow-list")
        time.sleep(1.0)
        equal(desk.position(desk.names[1]), 0, "nothing is allowed any more")


class ConnectProxy(socketserver.ThreadingTCPServer):
    """An HTTP proxy that only knows CONNECT; `targets` are those asked for."""
    allow_reuse_address = True
    daemon_threads = True

    def __init__(self):
        self.targets, self.refused = [], 0
        super().__init__(("127.0.0.1", 0), ProxiedConnection)
        threading.Thread(target=self.serve_forever, daemon=True).start()


class ProxiedConnection(socketserver.StreamRequestHandler):
    def handle(self):
        method, target, _ = self.rfile.readline().decode().split()
        while self.rfile.readline().strip():
            pass
        if method != "CONNECT":
            self.server.refused += 1
            self.wfile.write(b"HTTP/1.1 405 Method Not Allowed\r\n\r\n")
            return
        self.server.targets.append(target)
        host, port = target.rsplit(":", 1)
        with socket.create_connection((host, int(port))) as far:
            self.wfile.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            joined(self.connection, far)


def proxied():
    """With network.proxy every connection to the exchange goes through it: both sessions and REST."""
    proxy = ConnectProxy()
    port = proxy.server_address[1]
    with Desk(more=f'network: {{proxy: "http://127.0.0.1:{port}"}}') as desk:
        desk.run("--no-console")
        desk.inject(desk.names[0], 2)
        until(lambda: desk.position(desk.names[0]) == 2, "it trades through the proxy")
        equal(set(proxy.targets), {f"localhost:{desk.exchange.port}"}, "where the proxy went")
        check(len(proxy.targets) >= 3, "two sessions and REST", proxy.targets)
        equal(proxy.refused, 0, "nothing but CONNECT was asked")
        core = desk.core()
        with open("/proc/net/tcp") as file:
            rows = [line.split() for line in file][1:]
        ours = {os.readlink(f"/proc/{core}/fd/{name}") for name in os.listdir(f"/proc/{core}/fd")}
        far = {int(row[2].split(":")[1], 16) for row in rows if f"socket:[{row[9]}]" in ours}
        check(desk.exchange.port not in far and port in far, "no connection goes past it", far)


def bad_input():
    """What the exchange should not send is counted, logged once a second by code, and disturbs nothing else."""
    folder = tempfile.mkdtemp(prefix="llmtrading-demo-")
    script, report = os.path.join(folder, "faults"), os.path.join(folder, "report")
    with open(script, "w") as file:
        # The market runs from its start on: late enough that the core has subscribed.
        file.writelines(f"at {1200 + 3 * index} of BTC-USDT garbage\n" for index in range(60))
        file.write("at 1500 of ETH-USDT drop\nat 1700 of ETH-USDT disconnect\n")
    done = subprocess.run(
        [BINARY, "demo", "--headless", "--generate", "2", "--seconds", "6", "--faults", script,
         "--report", report, "--port", "0", "--state-dir", folder],
        capture_output=True, text=True, timeout=60)
    equal(done.returncode, 0, done.stderr[-2000:])
    lines = re.findall(r"warning .*faults fault=(\w+)(?: instrument=\S+)? more=(\d+) total=(\d+)", done.stderr)
    garbage = [line for line in lines if line[0] == "malformedJSON"]
    check(1 <= len(garbage) <= 6, "a line a second at most", done.stderr[-3000:])
    equal(garbage[-1][2], "60", "all are counted")
    check({"sequenceGap", "connectionLost"} <= {line[0] for line in lines}, "the others too", lines)
    with open(report) as file:
        found = json.load(file)
    equal(found["faults"]["malformedJSON"], 60, "the report says the same")
    for name, one in found["instruments"].items():
        equal(one["book"]["digest"], found["exchange"]["instruments"][name]["digest"], name)
    shutil.rmtree(folder)


def command_line(process):
    try:
        with open(f"/proc/{process}/cmdline", "rb") as file:
            return file.read()
    except OSError:
        return b""


def demo_interrupted():
    """`make demo` at a terminal: a live line a second, and Ctrl-C ends all of it in order."""
    folder = tempfile.mkdtemp(prefix="llmtrading-demo-")
    child, terminal = pty.fork()
    if child == 0:
        os.execv(BINARY, [BINARY, "demo", "--port", "0", "--state-dir", folder])
    seen, begin, interrupted = b"", time.monotonic(), None
    while select.select([terminal], [], [], 30)[0]:
        try:
            data = os.read(terminal, 65536)
        except OSError:
            break
        if not data:
            break
        seen += data
        # The agents have decided and an order went out.
        if not interrupted and (seen.count(b"msg/s") >= 3 and re.search(rb"[1-9]\d* lots filled", seen)
                                and time.monotonic() - begin > 4):
            os.write(terminal, b"\x03")
            interrupted = time.monotonic()
    status = os.waitpid(child, 0)[1]
    text = seen.decode(errors="replace")
    equal(status, 0, "the exit status")
    check(time.monotonic() - interrupted < 10, "it ends soon")
    check("GENERATED frames" in text and "#token=" in text, "what the screen says", text)
    check(re.search(r"tick-to-order p50 [0-9.]+ .s p99", text), "the live line", text)
    check("rror" not in text, "no error is shown", text)
    left = [entry for entry in os.listdir("/proc") if folder.encode() in command_line(entry)]
    equal(left, [], "no process is left")
    rows = [json.loads(line) for line in subprocess.run(
        [BINARY, "journal", "cat", folder + "/journal"], capture_output=True, text=True,
        timeout=20).stdout.splitlines()]
    placed = {row["cl_ord_id"] for row in rows if row["kind"] == "order" and row["action"] == "place"}
    over = {row["cl_ord_id"] for row in rows
            if row.get("report") in ("filled", "cancelled", "rejected")}
    check(placed and placed <= over, "every order has ended", placed - over)
    shutil.rmtree(folder)


if __name__ == "__main__":
    globals()[sys.argv[1]]()
