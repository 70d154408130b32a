"""Prompts through the API: save, conflict, problems with their places, rollback, diff, shadow, export."""
from client import *

from routes import sign_in

BASE = "/api/prompts/macro_trader"


def text(background):
    return f"role: macro_trader\nbackground: {background}\ntags: [slow]\n"


def life():
    """A save is a version in use at once; a stale one is refused; a rollback is a version too."""
    with Desk() as desk:
        desk.run()
        console = Console(desk)
        console.await_up()
        token = console.token

        def ask(method, path, body=None, status=200):
            found, _, reply = console.call(method, path, body, token=token)
            equal(found, status, f"{method} {path}: {reply}")
            return reply

        items = ask("GET", "/api/prompts")["items"]
        equal(len(items), 7, "seven roles")
        equal({item["version"] for item in items}, {0}, "as shipped")
        save = {"text": text("first"), "note": "a start", "expected_version": 0}
        made = ask("POST", BASE, save, 201)
        equal((made["version"], made["live"], made["author"]), (1, True, "token"), "saved")
        equal(ask("POST", BASE, save, 409)["code"], "prompt_conflict", "stale")
        equal(ask("PUT", BASE, {**save, "expected_version": 1}, 409)["code"], "prompt_identical",
              "the same again")
        ask("PUT", BASE, {"text": text("second"), "note": "bolder", "expected_version": 1}, 201)
        live = ask("GET", BASE)
        equal((live["version"], live["text"], live["tags"]), (2, text("second"), ["macro", "slow"]), "in use")
        bad = "role: macro_trader\nbackground: x\nparameters:\n  temperature: hot\nwhat: y\n"
        refused = ask("POST", BASE, {"text": bad, "note": "n"}, 422)
        equal([(one["line"], one["column"]) for one in refused["errors"]], [(4, 16), (5, 1)], "places")
        found = ask("POST", BASE + "/validate", {"text": bad})["problems"]
        equal([one["code"] for one in found], ["wrong_type", "unknown_key"], "as one types")
        equal(ask("POST", BASE + "/validate", {"text": text("x")})["problems"], [], "valid")
        diff = ask("GET", BASE + "/diff?from=1&to=2")["diff"]
        check("-background: first\n+background: second\n" in diff, "what changed", diff)
        back = ask("POST", BASE + "/rollback", {"version": 1, "note": "no", "expected_version": 2})
        equal((back["version"], back["origin"]), (3, "rollback"), "a version of its own")
        equal(ask("GET", BASE)["text"], text("first"), "the text is back")
        versions = ask("GET", BASE + "/versions")["items"]
        equal([one["version"] for one in versions], [3, 2, 1, 0], "newest first, shipped last")
        equal(ask("GET", BASE + "/versions/2")["text"], text("second"), "one of them")
        for path in ("/versions/9", "/versions/x", "/versions/01", "/diff?from=1&to=9"):
            ask("GET", BASE + path, status=404)
        ask("GET", "/api/prompts/nobody", status=404)
        ask("POST", "/api/prompts/nobody", save, 404)
        # The command works on the same versions.
        equal("background: first" in desk.tell("prompts", "show", "macro_trader"), True, "the command")
        # A copy of the text in use is no candidate; a wait is told with its figures.
        ask("GET", BASE + "/shadow", status=404)
        ask("POST", BASE + "/shadow", {"version": 3}, 409)
        shadow = ask("POST", BASE + "/shadow", {"version": 2, "runs": 3}, 201)
        equal((shadow["candidate"], shadow["live"], shadow["complete"]), (2, 3, False), "begun")
        refused = ask("POST", BASE + "/promote", {"version": 2}, 409)
        equal(refused["code"], "prompt_shadow_incomplete", "not yet")
        check("0 of 3 runs" in refused["detail"], "with the figures", refused)
        equal(ask("GET", BASE)["version"], 3, "nothing came into use")
        status, fields, _ = console.call("GET", BASE + "/export?format=json", token=token)
        equal((status, fields["Content-Disposition"]),
              (200, 'attachment; filename="macro_trader-v3.json"'), "a file")


def rights():
    """Who only watches reads and checks, and saves nothing; a text that is too long is refused."""
    with Desk() as desk:
        desk.run()
        console = Console(desk)
        console.await_up()
        watcher = sign_in(console, "--rights", "view", "--person", "wanda")
        editor = sign_in(console, "--rights", "edit_prompts", "--person", "edna")
        save = {"text": text("first"), "note": "a start"}
        for path, body in (("", save), ("/import", save), ("/rollback", {"version": 0, "note": "n"}),
                           ("/shadow", {"version": 1}), ("/promote", {"version": 1})):
            status, _, reply = console.call("POST", BASE + path, body, watcher)
            equal((status, reply["code"]), (403, "right"), path)
        equal(console.call("POST", BASE + "/validate", {"text": "x"}, watcher)[0], 200, "checks")
        equal(console.call("POST", BASE, save, editor)[2]["author"], "edna", "on record")
        status, _, reply = console.call("POST", BASE, {**save, "text": text("x" * (1 << 20))}, editor)
        equal((status, reply["code"]), (422, "prompt_invalid"), "longer than 1 MiB")
        status, _, reply = console.call("POST", BASE, {**save, "note": " "}, editor)
        equal((status, reply["code"]), (400, "prompt_invalid_field"), "a note says something")
        for body in ({"text": 1}, {"note": "n"}, {**save, "more": 1}, {**save, "format": "xml"}):
            equal(console.call("POST", BASE, body, editor)[0], 400, f"{body}")
        equal(console.call("GET", BASE, headers=watcher)[2]["version"], 1, "one save")


if __name__ == "__main__":
    globals()[sys.argv[1]]()
