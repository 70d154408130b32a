"""Who may ask the console for what, and what its event stream tells over kills and slow readers."""
import socket

from client import *

SIGNAL = "/api/trade/signal"


def signal_of(desk, target, **more):
    return {"instrument": desk.names[0], "target": target, "urgency": "high", "ttl": "60s", **more}


def refusals():
    """Each refusal has its status and code, says what to do, and moves nothing."""
    with Desk() as desk:
        desk.run()
        console = Console(desk)
        console.await_up()
        good = console.token
        own = f"http://{console.authority}"

        def refused(status, code, method, path, body=None, headers=None, token=good):
            found, fields, document = console.call(method, path, body, headers, token)
            what = f"{method} {path} {headers or ''}"
            equal(found, status, what)
            equal(fields["Content-Type"], "application/problem+json", what)
            equal((document["code"], document["status"]), (code, status), what)
            check(len(document["detail"]) > 10, what, document)

        body = signal_of(desk, 2)
        for host in ("evil.example", "evil.example:" + console.authority.split(":")[1],
                     "127.0.0.1", "127.0.0.1:1", "0.0.0.0:1", ""):
            for path in ("/", "/api/health", "/api/events"):
                refused(403, "host", "GET", path, headers={"Host": host})
            refused(403, "host", "POST", SIGNAL, body, {"Host": host})
        for origin in ("http://evil.example", "null", own + ".evil.example", "https" + own[4:]):
            refused(403, "origin", "POST", SIGNAL, body, {"Origin": origin})
            refused(403, "origin", "GET", "/api/events", headers={"Origin": origin})
        for token in (None, "", good[:-1], good + "0", "x" * 5000):
            refused(401, "token", "POST", SIGNAL, body, token=token)
            refused(401, "token", "GET", "/api/events", token=token)
            refused(401, "token", "POST", "/api/link", token=token)
        for query in (f"?token={good}", f"?access_token={good}"):
            refused(401, "token", "GET", "/api/events" + query, token=None)
        for kind in ("text/plain", "application/x-www-form-urlencoded", "", None):
            refused(415, "content_type", "POST", SIGNAL, json.dumps(body), {"Content-Type": kind})
        refused(413, "body_size", "POST", SIGNAL, json.dumps({**body, "more": "x" * 20_000}))
        wrong = [
            "", "[]", "{", "null", '{"instrument":"X"}', json.dumps({**body, "target": 1.5}),
            json.dumps({**body, "target": "two"}), json.dumps({**body, "target": 10 ** 30}),
            json.dumps({**body, "urgency": "soon"}), json.dumps({**body, "ttl": "forever"}),
            json.dumps({**body, "ttl": "-5s"}), json.dumps({**body, "more": 1}),
            json.dumps({**body, "instrument": "a" * 200}), '{"a":' * 3000, "\x00",
            json.dumps({**body, "max_drift_bps": -1})]
        for text in wrong:
            refused(400, "json", "POST", SIGNAL, text)
        status, _, document = console.call(
            "POST", SIGNAL, {**body, "instrument": "NO-SUCH"}, token=good)
        check(status in (409, 422), "an instrument that is not traded", (status, document))
        refused(405, "method", "GET", SIGNAL)
        refused(405, "method", "POST", "/api/health", {})
        refused(404, "not_found", "GET", "/api/nothing")
        refused(401, "link", "POST", "/api/session", {"token": "guess"}, token=None)
        for path in ("/../token", "/page/../../token", "/token", "/%2e%2e/token"):
            status, _, _ = console.call("GET", path, token=good)
            check(status in (400, 404), "no file of the state folder is served", (path, status))
        equal(desk.position(desk.names[0]), 0, "nothing was traded")
        equal([row for row in desk.journal() if row["kind"] == "signal"], [], "nothing got through")
        for path in ("token", "link", "console"):
            mode = os.stat(os.path.join(desk.folder, path)).st_mode & 0o777
            equal(mode, 0o600, f"the mode of {path}")
        check(good not in desk.log(), "the token is in no log")


def headers():
    """The page and the API carry the rules of the browser's side."""
    with Desk() as desk:
        desk.run()
        console = Console(desk)
        console.await_up()
        for path in ("/", "/page/app.js", "/page/elements.js", "/page/style.css", "/api/health"):
            status, fields, _ = console.call("GET", path)
            equal(status, 200, path)
            policy = fields["Content-Security-Policy"]
            check("default-src 'self'" in policy and "unsafe" not in policy, path, policy)
            equal(fields["X-Content-Type-Options"], "nosniff", path)
            check("Access-Control-Allow-Origin" not in fields, path, fields)
        until(lambda: console.call("GET", "/api/health")[2]["core"] == "up", "the core is seen")
        _, _, health = console.call("GET", "/api/health")
        equal(health["instruments"], desk.names, "the instruments, as ids")
        equal(health["environment"], "simulated", "the environment")
        until(lambda: console.call("GET", "/api/health")[2]["status"] == "ok", "all is well")
        states = {one["name"]: one["state"]
                  for one in console.call("GET", "/api/health")[2]["connections"]}
        check(len(states) >= 2 and set(states.values()) == {"ready"}, "the connections", states)


def link_once():
    """A link signs one browser in, once; the cookie is HttpOnly and SameSite=Strict."""
    with Desk() as desk:
        desk.run()
        console = Console(desk)
        console.await_up()
        link = console.file("link")
        check(link.startswith(f"http://{console.authority}/#token="), "the link's shape", link)
        secret = link.split("#token=")[1]
        status, fields, _ = console.call("POST", "/api/session", {"token": secret})
        equal(status, 204, "the first use")
        cookie = fields["Set-Cookie"]
        for word in ("HttpOnly", "SameSite=Strict", "Path=/"):
            check(word in cookie, word, cookie)
        equal(console.call("POST", "/api/session", {"token": secret})[0], 401, "the second use")
        session = {"Cookie": cookie.split(";")[0], "Origin": f"http://{console.authority}"}
        status, _, reply = console.call("POST", SIGNAL, signal_of(desk, 1), session)
        equal(status, 200, "the cookie publishes")
        equal((reply["target"], reply["source"]), (1, "manual"), "what was published")
        until(lambda: desk.position(desk.names[0]) == 1, "the target")
        blind = {"Cookie": session["Cookie"]}
        equal(console.call("POST", SIGNAL, signal_of(desk, 2), blind)[0], 403, "no Origin, no POST")
        ending = "11" if session["Cookie"].endswith("00") else "00"
        forged = {**session, "Cookie": session["Cookie"][:-2] + ending}
        equal(console.call("POST", SIGNAL, signal_of(desk, 2), forged)[0], 401, "a forged cookie")
        equal(console.call("POST", "/api/link", None, session)[0], 401, "links ask for the token")
        fresh = desk.tell("link").strip().split("#token=")[-1].split()[0]
        equal(console.call("POST", "/api/session", {"token": fresh})[0], 204, "`link` makes another")


def shown(desk):
    """What of the journal the stream must tell, in the order of the journal, with the ids."""
    rows = []
    for row in desk.journal():
        if row["kind"] in ("signal", "order", "report", "state", "lost") or (
                row["kind"] == "verdict" and row["code"] != "approved"):
            rows.append((row["start"], row["segment"], row["offset"]))
    return rows


def console_killed():
    """SIGKILL of the console, several times: who resumes by the last id misses nothing, sees nothing twice."""
    with Desk() as desk:
        desk.run()
        console = Console(desk)
        console.await_up()
        first = desk.journal()[0]
        last = f"{first['start']}.{first['segment']}.{first['offset']}"
        told = []

        def collect(events):
            events.close()
            told.extend(events.journal())
            return told[-1][0] if told else last

        for round in range(4):
            events = Events(console, after=last)
            for index, name in enumerate(desk.names):
                desk.inject(name, (round + index) % 4 - 1, ["high", "low"][round % 2])
            time.sleep(0.4)
            before = desk.processes("console")
            os.kill(before[0], signal.SIGKILL)
            # Some of it happens while no console lives.
            desk.inject(desk.names[0], 3 - round)
            last = collect(events)
            until(lambda: desk.processes("console") not in ([], before), "another console")
            console.await_up()
        events = Events(console, after=last)
        desk.tell("stop", "--reason", "the count")
        until(lambda: not desk.working(), "no order works")
        wanted = shown(desk)
        until(lambda: len(told) + len(events.journal()) >= len(wanted), "all events", 10)
        time.sleep(0.5)
        collect(events)
        check(not events.kinds("reset"), "every id was known")
        ids = [row[0] for row in told]
        equal(len(set(ids)), len(ids), "no event came twice")
        equal(len(told), len(wanted), "no event was missed")
        # An id names the end of its record: the next one begins there or later.
        ends = [tuple(int(word) for word in text.split(".")) for text in ids]
        check(all(start < end for start, end in zip(wanted, ends)), "each begins before its id")
        check(all(end <= start for end, start in zip(ends, wanted[1:])), "the order is the journal's")
        kinds = {row[1] for row in told}
        check({"order", "fill", "signal", "stop"} <= kinds, "all kinds are among them", kinds)
        print(f"{len(told)} events over 4 kills")


def resume():
    """A place that is none is answered by `reset`, never by silence or another journal's events."""
    with Desk() as desk:
        desk.run()
        console = Console(desk)
        console.await_up()
        for text in ("x", "1.1", "999999.1.256", "-1.2.3", "1.99999999999999999999.0", "a" * 3000):
            events = Events(console, after=text)
            until(lambda: events.kinds("reset") and events.kinds("state"), f"a reset for {text[:20]}")
            events.close()
        quiet = Events(console)
        until(lambda: quiet.comments > 0, "a heartbeat", 12)
        check(not quiet.kinds("reset"), "a new client is told no reset")
        quiet.close()


def slow_reader():
    """Clients that do not read are cut off; those beside them see everything at once."""
    with Desk(more="limits: {event_clients: 6}") as desk:
        desk.run()
        console = Console(desk)
        console.await_up()
        host, port = console.authority.split(":")
        asleep = []
        for _ in range(4):
            client = socket.socket()
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
            client.connect((host, int(port)))
            client.sendall(
                (f"GET /api/events HTTP/1.1\r\nHost: {console.authority}\r\n"
                 f"Authorization: Bearer {console.token}\r\n\r\n").encode())
            asleep.append(client)
        events = Events(console)
        time.sleep(0.3)
        worst = 0.0
        for target in range(8):
            seen = len(events.kinds("fill"))
            desk.inject(desk.names[0], 1 + target % 2 * 2)
            begin = time.monotonic()
            until(lambda: len(events.kinds("fill")) > seen, "the fill on the stream", 5)
            worst = max(worst, time.monotonic() - begin)
        print(f"slowest fill on the stream beside four sleepers: {worst:.2f} s")
        second = Events(console)
        over = console.call("GET", "/api/events", token=console.token)
        equal((over[0], over[2]["code"]), (503, "clients"), "one stream too many")
        until(lambda: "does not read" in desk.log(), "the sleepers are cut off", 60)
        until(lambda: console.call("GET", "/api/health")[0] == 200, "the console serves")
        second.close()
        events.close()
        for client in asleep:
            client.close()


def core_down():
    """Without a core the console says so, and a signal is refused with the reason."""
    with Desk() as desk:
        desk.run()
        console = Console(desk)
        console.await_up()
        os.kill(desk.supervisor.pid, signal.SIGTERM)
        desk.supervisor.wait(15)
        alone = desk.start("console")
        try:
            time.sleep(0.3)
            console.await_up()
            equal(console.call("GET", "/api/health")[2]["status"], "down", "the status")
            status, _, reply = console.call(
                "POST", SIGNAL, signal_of(desk, 1), token=console.token)
            equal((status, reply["code"]), (503, "core_down"), "a signal without a core")
            events = Events(console)
            until(lambda: events.kinds("state"), "a state")
            equal(events.kinds("state")[0]["core"], "down", "what the stream says")
            begin = time.monotonic()
            os.kill(alone.pid, signal.SIGTERM)
            equal(alone.wait(10), 0, "a clean end with a stream open")
            check(time.monotonic() - begin < 5, "it ends soon")
            check("rror" not in desk.log().split("console listening")[-1], "it ends quietly",
                  desk.log()[-500:])
            events.close()
        finally:
            alone.poll() is None and alone.kill()


if __name__ == "__main__":
    globals()[sys.argv[1]]()
