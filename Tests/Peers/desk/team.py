"""The desk with its agents, as processes: what the demo shows, and prompts that act at once."""
import contextlib
import os
import signal
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "console"))
from client import *  # noqa: E402,F403

ROLES = {
    "macro_trader", "news_collector", "data_analyst", "technical_analyst", "order_flow_analyst",
    "decision_maker", "risk_controller",
}


def get(console, path, **query):
    words = "&".join(f"{name}={value}" for name, value in query.items())
    status, _, body = console.call(
        "GET", path + ("?" + words if words else ""), token=console.token)
    check(status == 200, path, body)
    return body


def feed(console, **query):
    return get(console, "/api/agents/feed", **query)["items"]


def audit(folder, trace):
    done = subprocess.run(
        [BINARY, "audit", "show", trace, "--json", "--state-dir", folder], capture_output=True,
        text=True, timeout=20)
    check(done.returncode == 0, "audit show", done.stderr)
    return json.loads(done.stdout)


class Demo:
    """`llmtrading demo --headless` with a state folder of its own, interrupted at the end."""

    def __init__(self, *words):
        self.folder = tempfile.mkdtemp(prefix="llmtrading-desk-")
        os.chmod(self.folder, 0o700)
        self.out = open(os.path.join(self.folder, "log"), "ab")
        self.process = subprocess.Popen(
            [BINARY, "demo", "--headless", "--state-dir", self.folder, "--port", "0",
             "--report", os.path.join(self.folder, "report.json"), *words],
            stdout=self.out, stderr=self.out)

    def __enter__(self):
        return self

    def log(self):
        with open(os.path.join(self.folder, "log"), errors="replace") as file:
            return file.read()

    def stop(self):
        self.process.send_signal(signal.SIGINT)
        equal(self.process.wait(60), 0, "the demo's exit status")
        with open(os.path.join(self.folder, "report.json")) as file:
            return json.load(file)

    def __exit__(self, kind, *_):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(30)
            self.process.kill()
        self.out.close()
        if kind:
            sys.stderr.write(self.log()[-6000:])
        told = self.log()
        shutil.rmtree(self.folder, ignore_errors=True)
        if not kind:
            check(UNFENCED not in told, "every call of the ledger was behind the fence")


def demo_decides():
    """No key: seven agents, leases that the core takes, an order whose card shows every role's input, and an
    audit that prints the same chain."""
    with Demo() as demo:
        console = Console(demo)
        until(lambda: all(os.path.exists(os.path.join(demo.folder, name))
                          for name in ("console", "token")), "a console", 30)
        console.await_up()
        begin = time.monotonic()
        until(lambda: ROLES <= {one["agent_id"] for one in feed(console, limit=200)},
              "seven agents in the feed", 60)
        print(f"seven agents after {time.monotonic() - begin:.1f} s")

        def filled():
            for one in feed(console, limit=200, agent="cycle"):
                for order in one["order_ids"]:
                    if get(console, f"/api/orders/{order}")["fills"]:
                        return one
            return None

        until(filled, "an order of an agent's decision with a fill", 60)
        print(f"a filled order of a decision after {time.monotonic() - begin:.1f} s")
        newest = feed(console, limit=200)
        check(ROLES <= {one["agent_id"] for one in newest}, "the newest 200 hold all roles")
        check(any(one["agent_id"] == "cycle" and one["order_ids"] for one in newest), "and an order")
        chain(demo, console, filled())
        report = demo.stop()
        positions = {name: one["position"] for name, one in report["instruments"].items()}
        equal({name: report["exchange"]["instruments"][name]["position"] for name in positions},
              positions, "positions are the exchange's")
        check(sum(one["signals"] for one in report["instruments"].values()) > 0, "signals were taken")


def chain(demo, console, card):
    """What the page's card leads to is what the audit prints, id by id."""
    rows = feed(console, cycle=card["cycle"], limit=50)
    by_agent = {one["agent_id"]: one for one in rows}
    equal(set(by_agent), ROLES | {"cycle"}, "the cycle's records")
    equal(len(rows), len(by_agent), "one of each")
    whole = {one["id"]: get(console, f"/api/agents/decisions/{one['id']}") for one in rows}
    for one in rows:
        equal(one["snapshot_hash"], card["snapshot_hash"], "one snapshot for all")
        equal(one["order_ids"], card["order_ids"], "the orders of the cycle")
        check(one["input_summary"], "an input", one)
        if one["agent_id"] != "cycle" and "reused" not in one["tags"]:
            check(card["instrument"] in whole[one["id"]]["rendered_prompt"] or
                  one["agent_id"] == "news_collector", "what it was asked", one)
    snapshot = get(console, "/api/agents/snapshots/" + card["snapshot_hash"])
    text = json.dumps(snapshot)
    check(card["instrument"] in text and "bids" in text, "the snapshot", text[:200])

    trail = audit(demo.folder, card["trace_id"])
    equal(trail["trace_id"], card["trace_id"], "the trace")
    equal([one["id"] for one in trail["cycles"]], [card["cycle"]], "one cycle")
    cycle = trail["cycles"][0]
    # Newest first in the feed, as they happened in the audit.
    ids = [row.get("id") for row in cycle["records"]]
    equal(ids, sorted(by_agent[name]["id"] for name in by_agent), "the records' ids")
    for row in cycle["records"]:
        shown = whole[row["id"]]
        for ours, theirs in (("rendered_prompt", "renderedPrompt"), ("output", "output"),
                             ("raw_reply", "rawReply"), ("outcome", "outcome")):
            given = row.get(ours, row.get(theirs))
            check(given is not None, "a field", theirs)
            same = given == shown[ours] or json.loads(given or "null") == shown[ours]
            check(same, f"{row['id']} {ours}", (given, shown[ours]))
    lease = card["lease"]
    check(any(one["present"] and one["target_lots"] == lease["target_lots"]
              for one in cycle["signals"]), "the core took the lease", cycle["signals"])
    orders = {one["order"]["cl_ord_id"]: one for one in cycle["orders"]}
    check(set(card["order_ids"]) <= set(orders), "the orders", (card["order_ids"], set(orders)))
    for name, told in orders.items():
        detail = get(console, f"/api/orders/{name}")
        equal(detail["order"]["decision"], card["cycle"], "the order's decision")
        equal(detail["order"]["trace_id"], card["trace_id"], "the order's trace")
        equal(told["intent"]["verdict"]["code"], "approved", "the gate's verdict")
        seen = {one["trade_id"] for one in told["fills"]}
        check(seen <= {one["trade_id"] for one in detail["fills"]}, "the fills", name)
    journal = subprocess.run(
        [BINARY, "journal", "cat", os.path.join(demo.folder, "journal")], capture_output=True,
        text=True, timeout=20)
    placed = {row["cl_ord_id"] for row in map(json.loads, journal.stdout.splitlines())
              if row["kind"] == "order" and row["action"] == "place"}
    check(set(orders) <= {str(one) for one in placed}, "the journal has them")


def prompts_act():
    """A save is used by the next call and the feed names its version; a rollback the same; nothing restarts."""
    with Desk(more=AGENTS.format(more="")) as desk:
        desk.run()
        console = Console(desk)
        console.await_up()
        process = desk.processes("console")
        base = "/api/prompts/technical_analyst"

        def ask(method, path, body, status):
            found, _, reply = console.call(method, path, body, token=console.token)
            check(found == status, f"{method} {path}", reply)
            return reply

        def next_call(before):
            """The first record of the role that was asked after `before`, whole."""
            found = []

            def is_there():
                found[:] = [one for one in feed(console, agent="technical_analyst", limit=20)
                            if one["started_at"] > before and "reused" not in one["tags"]]
                return found
            until(is_there, "the next call", 30)
            return get(console, f"/api/agents/decisions/{found[-1]['id']}")

        equal(next_call(0)["prompt_version"], 0, "as shipped")
        shipped = get(console, base)["text"]
        for word, version in (("EXTRAORDINARY", 1), ("MAGNIFICENT", 2)):
            text = shipped.replace("goals: |\n", f"goals: |\n  Think {word} thoughts.\n")
            ask("PUT", base, {"text": text, "note": word, "expected_version": version - 1}, 201)
            asked = next_call(int(time.time() * 1000))
            equal(asked["prompt_version"], version, "the version that the next call used")
            check(word in asked["rendered_prompt"], "and its text", word)
        ask("POST", base + "/rollback", {"version": 1, "note": "back", "expected_version": 2}, 200)
        asked = next_call(int(time.time() * 1000))
        equal(asked["prompt_version"], 3, "a rollback is a version of its own")
        check("EXTRAORDINARY" in asked["rendered_prompt"], "with the old text")
        check("MAGNIFICENT" not in asked["rendered_prompt"], "and not the newer one")
        equal(desk.processes("console"), process, "the same process all along")


def prompts_shadow():
    """A candidate is compared over recorded snapshots, or beside the cycle where it needs other answers, and
    promoted once it has its runs; it is never in a record of a decision before that."""
    with Desk(more=AGENTS.format(more="prompts: {promotion: shadow, shadow_runs: 5, "
                                      "shadow_share_permille: 1000}")) as desk:
        desk.run()
        console = Console(desk)
        console.await_up()
        until(lambda: len({one["cycle"] for one in feed(console, limit=200)}) > 5, "cycles", 30)
        for role in ("technical_analyst", "decision_maker"):
            base = f"/api/prompts/{role}"

            def ask(method, path, body, status):
                found, _, reply = console.call(method, path, body, token=console.token)
                check(found == status, f"{method} {path}", reply)
                return reply

            shipped = get(console, base)["text"]
            text = shipped.replace("goals: |\n", "goals: |\n  Think twice.\n")
            made = ask("PUT", base, {"text": text, "note": "twice", "expected_version": 0}, 201)
            equal((made["version"], made["live"]), (1, False), "it waits")
            refused = ask("POST", base + "/promote", {"version": 1}, 409)
            check(refused["code"].startswith("prompt_"), "not yet", refused)
            ask("POST", base + "/shadow", {"version": 1, "share_permille": 1000}, 201)
            until(lambda: get(console, base + "/shadow")["complete"], f"the runs of {role}", 30)
            figures = get(console, base + "/shadow")
            check(figures["runs"] >= 5 and figures["candidate_figures"]["valid"] >= 5, "runs", figures)
            equal({one["prompt_version"] for one in feed(console, agent=role, limit=200)}, {0},
                  "the version that decided all along")
            ask("POST", base + "/promote", {"version": 1}, 200)
            until(lambda: any(one["prompt_version"] == 1 for one in feed(console, agent=role, limit=9)),
                  "the promoted version decides", 30)
            print(f"{role}: {figures['summary']}")


EIGHTH = """
id: basis_watcher
title: Basis watcher
kind: analyst
tags: [desk]
inputs: [book, bars]
cadence_seconds: 2
weight_cap: 100
local_rule: trend
answer:
  - {name: stance, type: integer, minimum: -100, maximum: 100, meaning: Long or short.}
  - {name: confidence, type: integer, minimum: 0, maximum: 100, meaning: Percent.}
  - {name: horizon, type: choice, choices: [seconds, minutes, hours, days], meaning: For how long.}
  - {name: reference_price, type: number, minimum: 0, maximum: 1000000000, ground: price, meaning: At.}
  - {name: observations, type: list, maximum: 5, meaning: Why., item: {type: text, maximum: 160}}
"""


def eighth_role():
    """Two files add a role: it decides with the others, and its prompt is edited like theirs."""
    with tempfile.TemporaryDirectory() as folder:
        for name, text in (("basis.role.yaml", EIGHTH),
                           ("basis.prompt.yaml", "role: basis_watcher\ngoals: Watch the basis.\n")):
            with open(os.path.join(folder, name), "w") as file:
                file.write(text)
        agents = AGENTS.replace("lease_milliseconds: 10000", f"lease_milliseconds: 10000, "
                                                             f"roles_folder: {folder}")
        with Desk(more=agents.format(more="")) as desk:
            desk.run()
            console = Console(desk)
            console.await_up()
            until(lambda: feed(console, agent="basis_watcher", limit=1), "its first record", 30)
            roles = {one["id"]: one for one in get(console, "/api/agents")["items"]}
            equal(set(roles), ROLES | {"basis_watcher"}, "eight agents")
            equal((roles["basis_watcher"]["title"], roles["basis_watcher"]["cadence_seconds"]),
                  ("Basis watcher", 2), "as its file says")
            base = "/api/prompts/basis_watcher"
            equal(len(get(console, "/api/prompts")["items"]), 8, "eight prompts")
            body = {"text": "role: basis_watcher\ngoals: Watch it closely.\n", "note": "closer",
                    "expected_version": 0}
            status, _, reply = console.call("PUT", base, body, token=console.token)
            check(status == 201, "a save", reply)
            until(lambda: feed(console, agent="basis_watcher", limit=1)[0]["prompt_version"] == 1,
                  "the next call uses it", 30)
            check("closely" in desk.tell("prompts", "show", "basis_watcher"), "the command knows it")


AGENTS = """
agents: {{enabled: true, cycle_seconds: 1, deadline_milliseconds: 900, lease_milliseconds: 10000}}
{more}
"""


if __name__ == "__main__":
    globals()[sys.argv[1]]()
