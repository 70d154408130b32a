"""The route table: rights of links, methods, queries."""
from client import *

SIGNAL = "/api/trade/signal"


def sign_in(console, *words):
    """A browser's headers after it followed a link with these rights."""
    told = console.desk.tell("link", *words)
    secret = told.strip().split("#token=")[-1].split()[0]
    status, fields, _ = console.call("POST", "/api/session", {"token": secret})
    equal(status, 204, "sign-in")
    return {"Cookie": fields["Set-Cookie"].split(";")[0], "Origin": f"http://{console.authority}"}


def rights():
    """A link gives what it says and no more; who signed in goes on record with what he does."""
    with Desk() as desk:
        desk.run()
        console = Console(desk)
        console.await_up()
        signal = {"instrument": desk.names[0], "target": 1, "urgency": "high", "ttl": "60s"}
        watcher = sign_in(console, "--rights", "view", "--person", "wanda")
        equal(console.call("GET", "/api/session", headers=watcher)[2],
              {"person": "wanda", "rights": ["view"]}, "who watches")
        status, _, reply = console.call("POST", SIGNAL, signal, watcher)
        equal((status, reply["code"]), (403, "right"), "a watcher publishes nothing")
        check("risk" in reply["detail"], "what is missing is named", reply)
        editor = sign_in(console, "--rights", "edit_prompts", "--person", "edna")
        equal(console.call("GET", "/api/session", headers=editor)[2]["rights"],
              ["view", "edit_prompts"], "view is always among them")
        equal(console.call("POST", SIGNAL, signal, editor)[0], 403, "nor does an editor")
        # Rights cannot be raised in the cookie itself.
        name, value = watcher["Cookie"].split("=", 1)
        parts = value.split(".")
        for forged in (parts[:2] + ["7"] + parts[3:], parts[:3] + ["00"] + parts[4:]):
            again = {**watcher, "Cookie": f"{name}={'.'.join(forged)}"}
            equal(console.call("GET", "/api/session", headers=again)[0], 401, "a forged cookie")
        equal([row for row in desk.journal() if row["kind"] == "signal"], [], "nothing got through")
        trader = sign_in(console, "--rights", "risk", "--person", "tom")
        equal(console.call("POST", SIGNAL, signal, trader)[0], 200, "the right is enough")
        until(lambda: desk.position(desk.names[0]) == 1, "the target")
        token = console.token
        equal(console.call("GET", "/api/session", token=token)[2],
              {"person": "token", "rights": ["view", "edit_prompts", "risk"]}, "the token")
        for body in ({"rights": ["root"]}, {"rights": []}, {"person": "a\nb"}, {"person": ""},
                     {"rights": "view"}):
            status, _, reply = console.call("POST", "/api/link", body, token=token)
            equal((status, reply["code"]), (400, "json"), f"a link for {body}")
        told = desk.tell("link", "--rights", "root", fails=True)
        check("view, edit_prompts, risk" in told, "the command says which there are", told)
        check("tom" in desk.log() and "wanda" in desk.log(), "who signed in is in the log")


def table():
    """Unknown methods say which there are; unknown, repeated and garbled queries are refused."""
    with Desk() as desk:
        desk.run()
        console = Console(desk)
        console.await_up()
        token = console.token
        for path, allowed in (("/api/health", "GET"), ("/api/session", "GET, POST"),
                              (SIGNAL, "POST"), ("/", "GET"), ("/page/app.js", "GET")):
            for method in ("PUT", "DELETE", "PATCH", "OPTIONS"):
                status, fields, reply = console.call(method, path, token=token)
                equal((status, reply["code"], fields["Allow"]), (405, "method", allowed),
                      f"{method} {path}")
                check("default-src" in fields["Content-Security-Policy"], "the headers stay")
        for path in ("/api", "/api/", "/api/health/", "/api//health", "/api/trade", "/API/health"):
            equal(console.call("GET", path, token=token)[0], 404, path)
            equal(console.call("GET", path)[0], 401, f"{path} of a stranger")
        for query in ("token=x", "instrument=A&instrument=B", "more=1", "instrument=%ff", "=", "%zz",
                      "instrument=" + "x" * 3000):
            status, _, reply = console.call("GET", "/api/events?" + query, token=token)
            equal((status, reply["code"]), (400, "query"), query[:40])
        equal(console.call("GET", "/api/health?x=1")[0], 400, "an open route as well")
        equal(console.call("GET", "/?x=1")[0], 200, "the page's own address may carry anything")


ACTIONS = "/api/risk/actions"


def risk():
    """Pause, resume, cancel and flatten do what they say, name who asked, and need reason and consent."""
    with Desk() as desk:
        desk.run()
        console = Console(desk)
        console.await_up()
        token, name = console.token, desk.names[0]
        until(lambda: console.call("GET", ACTIONS, token=token)[2]["core"] == "up", "State is read")

        def states():
            _, _, reply = console.call("GET", ACTIONS, token=token)
            return {row["scope"]: row for row in reply["items"]}

        def act(**fields):
            body = {"reason": "a test", "confirm": True, **fields}
            status, _, reply = console.call("POST", ACTIONS, body, token=token)
            return status, reply

        equal(list(states()), ["desk"] + desk.names, "all scopes, the desk first")
        # The core trades before the state that it shows says so.
        until(lambda: states()["desk"]["state"] == "active", "an active desk is shown")
        equal(states()["desk"], {"scope": "desk", "state": "active", "flattening": False,
                                 "requests": {}}, "nobody asks")
        for fields in ({"action": "explode"}, {"action": "pause", "confirm": False},
                       {"action": "pause", "reason": " "}, {"action": "pause", "reason": "x" * 300},
                       {"action": "pause", "reason": "a\nb"}, {"action": "pause", "state": "active"},
                       {"action": "resume", "state": "halted"}, {"action": "cancel", "on": True},
                       {"action": "pause", "more": 1}, {"action": "pause", "scope": "a b"},
                       {"action": "pause", "scope": "desk", "instrument": name}):
            status, reply = act(**fields)
            equal((status, reply["code"]), (400, "json"), fields)
        status, reply = act(action="pause", scope="NO-SUCH")
        equal((status, reply["code"]), (422, "unknownInstrument"), "an unknown instrument")
        equal(states()["desk"]["requests"], {}, "nothing of it was done")

        status, reply = act(action="pause", instrument=name, state="reduceOnly")
        equal((status, reply["scope"], reply["detail"]), (200, name, "reduceOnly"), "one instrument")
        until(lambda: states()[name]["state"] == "reduceOnly", "its state")
        equal(states()["desk"]["state"], "active", "the desk's is not touched")
        equal(act(action="pause")[0], 200, "the desk")
        until(lambda: states()["desk"]["requests"] == {"person": "cancelOnly"}, "who asks for what")
        status, reply = act(action="pause", state="reduceOnly")
        equal((status, reply["code"]), (409, "needsRearm"), "a pause never loosens")
        equal(act(action="resume")[0], 200, "resumed")
        equal(act(action="resume", scope=name)[0], 200, "resumed as well")
        until(lambda: states()["desk"]["state"] == "active", "active again")

        signal = {"instrument": name, "target": 3, "urgency": "high", "ttl": "60s"}
        equal(console.call("POST", SIGNAL, signal, token=token)[0], 200, "a signal")
        until(lambda: desk.position(name) == 3, "the target")
        equal(act(action="cancel", scope=name)[0], 200, "cancel")
        trader = sign_in(console, "--rights", "risk", "--person", "tom")
        body = {"action": "flatten", "scope": name, "reason": "go home", "confirm": True}
        status, _, reply = console.call("POST", ACTIONS, body, trader)
        equal((status, reply["person"]), (200, "tom"), "who did it")
        until(lambda: desk.position(name) == 0, "flat")
        until(lambda: states()[name]["state"] == "reduceOnly", "and reduceOnly afterwards")
        editor = sign_in(console, "--rights", "edit_prompts")
        status, _, reply = console.call("POST", ACTIONS, body, editor)
        equal((status, reply["code"]), (403, "right"), "an editor acts on no risk")
        rows = [row for row in desk.journal() if row["kind"] == "request"]
        check(any(b"tom".hex() in row["hex"] for row in rows), "the journal names him", rows[-3:])


def orders_stream():
    """Orders, fills and refusals alone, resumed by the last id without a loss or a repeat."""
    with Desk() as desk:
        desk.run()
        console = Console(desk)
        console.await_up()
        path = "/api/orders/stream"
        name = desk.names[0]
        first = Events(console, path=path)
        desk.inject(name, 1)
        until(lambda: len(first.kinds("fill")) >= 1, "a fill")
        first.close()
        last = first.journal()[-1][0]
        desk.inject(desk.names[1], 1)
        desk.inject(name, 3)
        until(lambda: desk.position(name) == 3 and desk.position(desk.names[1]) == 1, "targets")
        second = Events(console, after=last, path=path)
        until(lambda: any(row["instrument"] == name for row in second.kinds("fill")), "what was missed")
        desk.inject(name, 2)
        until(lambda: any(row["instrument"] == name and row["side"] == "sell"
                          for row in second.kinds("fill")), "what is new")
        one = Events(console, path=f"{path}?instrument={desk.names[1]}")
        until(lambda: one.kinds("fill"), "one instrument's")
        time.sleep(0.5)
        for events in (second, one):
            events.close()
        ids = [row[0] for row in first.rows + second.rows]
        check(all(ids), "each event has its place")
        equal(len(set(ids)), len(ids), "no event came twice")
        kinds = {row[1] for row in first.rows + second.rows}
        check(kinds <= {"order", "fill", "verdict"} and "order" in kinds, "orders alone", kinds)
        equal({row[2]["instrument"] for row in one.rows}, {desk.names[1]}, "one instrument alone")
        wanted = [row for row in desk.journal() if row["kind"] == "order"]
        told = {row[2]["cl_ord_id"] for row in first.rows + second.rows if row[1] == "order"}
        check(len(told) > 0 and len(wanted) >= len(told), "orders", (len(told), len(wanted)))


if __name__ == "__main__":
    globals()[sys.argv[1]]()
