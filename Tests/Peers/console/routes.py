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


if __name__ == "__main__":
    globals()[sys.argv[1]]()
