"""The desk with its agents, as processes: what the demo shows, and what survives a kill."""
import contextlib
import os
import random
import signal
import sqlite3
import sys
import threading
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
        shutil.rmtree(self.folder, ignore_errors=True)


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


AGENTS = """
agents: {{enabled: true, cycle_seconds: 1, deadline_milliseconds: 900, lease_milliseconds: 10000}}
{more}
"""


def console_kills():
    """20 SIGKILLs of the console with agents at work: nothing acknowledged is lost, nothing is there twice."""
    seed = int(os.environ.get("SEED") or random.randrange(1 << 30))
    print(f"seed {seed}")
    dice = random.Random(seed)
    with Desk(more=AGENTS.format(more="")) as desk:
        desk.run("--no-console")
        console, seen, held = Console(desk), {}, None
        for number in range(20):
            held = desk.start("console")
            console.await_up()
            # Every fourth dies at its start, the others at any point of a cycle.
            newest, end = max(seen, default=0), time.monotonic() + 10
            while number % 4 and max(seen, default=0) == newest and time.monotonic() < end:
                seen.update((one["id"], one) for one in feed(console, limit=100))
            end = time.monotonic() + dice.uniform(0.0, 1.2)
            while time.monotonic() < end:
                seen.update((one["id"], one) for one in feed(console, limit=100))
                time.sleep(0.005)
            held.kill()
            held.wait()
        held = desk.start("console")
        console.await_up()
        newest = max(seen)
        until(lambda: feed(console, limit=1)[0]["id"] > newest + 24, "it goes on", 20)
        desk.tell("stop", "--reason", "the count")
        until(lambda: not desk.working(), "no order works")
        time.sleep(1.5)
        nothing_lost(desk, console, seen)
        held.terminate()
        equal(held.wait(20), 0, "the console's exit status")


def console_keeps_off():
    """No thread of the console may run on a hot CPU, and all stand behind the core."""
    hot = min(os.sched_getaffinity(0))
    with Desk(more=AGENTS.format(more=f"cpus: {{hot: [{hot}]}}")) as desk:
        desk.run()
        Console(desk).await_up()
        until(lambda: feed(Console(desk), limit=1), "agents at work")
        process = desk.processes("console")[0]
        threads = os.listdir(f"/proc/{process}/task")
        check(len(threads) > 3, "threads", threads)
        for thread in map(int, threads):
            check(hot not in os.sched_getaffinity(thread), "a thread on a hot CPU", thread)
            with open(f"/proc/{process}/task/{thread}/comm") as file:
                name = file.read().strip()
            # Dispatch gives the workers of its overcommit queues their own niceness.
            if not name.endswith("overcommit"):
                equal(os.getpriority(os.PRIO_PROCESS, thread), 5, f"niceness of {name}")
        equal(os.getpriority(os.PRIO_PROCESS, desk.core()), 0, "the core's niceness")


def nothing_lost(desk, console, seen):
    rows, cursor = {}, None
    while True:
        page = get(console, "/api/agents/feed", limit=500, **({"cursor": cursor} if cursor else {}))
        for one in page["items"]:
            check(one["id"] not in rows, "an id is there once", one["id"])
            rows[one["id"]] = one
        cursor = page["next"]
        if not cursor:
            break
    print(f"{len(seen)} records were seen, {len(rows)} are there")
    check(len(seen) > 100, "the agents were at work", len(seen))
    later = ("order_ids", "lease")  # what the core said afterwards is joined on reading
    for number, before in seen.items():
        check(number in rows, "an acknowledged decision is lost", before)
        for name, value in before.items():
            if name not in later:
                equal(rows[number][name], value, f"{number} {name}")
    spoken = [(one["cycle"], one["agent_id"]) for one in rows.values()]
    equal(len(spoken), len(set(spoken)), "a role speaks once in a cycle")
    ends = {one["cycle"]: one for one in rows.values() if one["agent_id"] == "cycle"}

    journal = desk.journal()
    taken = {}
    for row in journal:
        if row["kind"] == "signal" and row["source"] == "agent" and row.get("decision"):
            check(row["decision"] not in taken, "a lease is published once", row)
            taken[row["decision"]] = row
    check(len(taken) > 20, "leases were taken", len(taken))
    for decision, row in taken.items():
        check(decision in ends and ends[decision]["lease"], "no lease without its record", row)
        equal(ends[decision]["lease"]["target_lots"], row["target"], "the lease's target")
        equal(ends[decision]["lease"]["door_code"], "done", f"the door's answer of {decision}")

    # The journal is in the Ledger exactly once.
    book = sqlite3.connect(f"file:{desk.folder}/ledger.sqlite?mode=ro", uri=True)
    for table, kind in (("orders", "order"), ("reports", "report"), ("fills", "report"),
                        ("signals", "signal")):
        wanted = [row for row in journal if row["kind"] == kind and
                  (table != "fills" or row["report"] == "fill")]
        found = book.execute(f"SELECT count(*), count(DISTINCT place) FROM {table}").fetchone()
        equal(found, (len(wanted), len(wanted)), f"rows of {table}")
    print(f"{len(ends)} cycles, {len(taken)} leases, {len(journal)} journal records")


if __name__ == "__main__":
    globals()[sys.argv[1]]()
