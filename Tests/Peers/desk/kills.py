"""The console killed with agents at work, and kept off the core's CPUs."""
import random
import sqlite3

from team import *  # noqa: F403


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
