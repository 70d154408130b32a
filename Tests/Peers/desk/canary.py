"""Keys, tokens and account ids planted in a desk with agents, and searched for in everything it says."""
from team import *  # noqa: F403

CANARIES = {
    "the exchange's key": "canary00-key0-4000-8000-a1b2c3d4e5f6",
    "the exchange's secret": "CANARY5ECRET0F1E2D3C4B5A69788796",
    "the exchange's passphrase": "canary-passphrase-Zx9",
    "the model's key": "sk-canary-model-5f3a9c7e1b2d4680",
    "the account's id": "614488474791936",
}

MODELS = """
llm:
  day_budget_cents: 100000
  endpoints:
    test: {{url: "http://127.0.0.1:{port}/gullible_up", model: deepseek-flash, key_variable: LLM_CANARY,
           prompt_micros: 100, completion_micros: 100}}
"""


def canary():
    """No key, token or account id in any log, journal, row, response, error, or request to a model."""
    sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "models"))
    import server as models

    httpd, port = models.start()
    os.environ["LLM_CANARY"] = CANARIES["the model's key"]
    key, secret, phrase = list(CANARIES.values())[:3]
    with Desk(more=AGENTS.format(more=MODELS.format(port=port)),
              credentials=(key, secret, phrase)) as desk:
        desk.run()
        console = Console(desk)
        console.await_up()
        name = desk.names[0]
        desk.inject(name, 2)
        until(lambda: desk.position(name) == 2, "an order that filled")
        until(lambda: len({one["agent_id"] for one in feed(console, limit=200)}) == 8, "a cycle", 40)
        told = answers(desk, console)
        asked = models.Handler.desk.requests
        check(len(asked) > 10, "models were asked", len(asked))
        check(all(CANARIES["the model's key"] in one["headers"].get("Authorization", "")
                  for one in asked), "the key goes where it belongs")
        told["requests to the model"] = json.dumps([one["raw"] for one in asked]).encode()
        desk.tell("stop", "--reason", "the canary")
        told["journal cat"] = json.dumps(desk.journal()).encode()
        token = console.token
        told.update(files(desk))
        for name in ("log", "ledger.sqlite", "state", "llmtrading.yaml"):
            check(name in told, "a file to search", name)
        check(any(name.startswith("journal/") for name in told), "a journal to search")
        told.update(lines_of_processes(desk))
        desk.supervisor.terminate()
        equal(desk.supervisor.wait(20), 0, "the desk's exit status")
        told.update((name + " at the end", data) for name, data in files(desk).items())
    httpd.shutdown()
    wanted = {**CANARIES, "the console's token": token}
    check(len(token) >= 32, "a token")
    found = [(whose, where) for where, data in told.items() for whose, text in wanted.items()
             if text.encode() in data]
    equal(found, [], "canaries that got out")
    # The same search finds what may be there.
    for place in ("log", "ledger.sqlite", "state", "journal cat", "events", "requests to the model"):
        # The ledger's newest pages are in its `-wal` file.
        data = b"".join(text for where, text in told.items() if where.startswith(place))
        check(desk.names[0].encode() in data, "the search sees text", place)
    print(f"{len(told)} places, {sum(len(data) for data in told.values()) >> 10} KiB, "
          f"{len(asked)} requests to the model")


def answers(desk, console):
    """Every GET of the document, plain and bad, and what an event stream says meanwhile."""
    told = {}
    events = Events(console)
    document = get(console, "/api/openapi.json")
    newest = feed(console, limit=1)[0]
    orders = get(console, "/api/orders")["items"]
    check(orders, "an order")
    filled = {"cl_ord_id": orders[0]["cl_ord_id"], "id": newest["id"], "role": "macro_trader",
              "hash": newest["snapshot_hash"], "version": 1}
    needed = {"/api/market/bars": f"?instrument={desk.names[0]}&interval=60",
              "/api/portfolio/equity": "?from=0&to=4000000000000&step=60000",
              "/api/prompts/{role}/diff": "?from=1&to=1"}
    good = 0
    for path, methods in document["paths"].items():
        if "get" not in methods or path in ("/api/events", "/api/orders/stream"):
            continue
        place = path.format(**filled)
        for words, token in ((needed.get(path, ""), console.token), ("?nonsense=1", console.token),
                             ("", None), ("", "wrong-token")):
            status, headers, body = console.call("GET", place + words, token=token)
            text = body if isinstance(body, bytes) else json.dumps(body).encode()
            told[f"GET {place}{words} as {token and token[:5]}"] = (
                text + str(headers).encode())
            good += status == 200
    for body in ("{", '{"instrument": 7}', '{"instrument": "BTC-USDT", "target_lots": "x"}'):
        for path in ("/api/trade/signal", "/api/risk/actions", "/api/link", "/api/session"):
            _, headers, reply = console.call("POST", path, body, token=console.token)
            told[f"POST {path} {body}"] = json.dumps(reply).encode() if not isinstance(
                reply, bytes) else reply
    check(good >= 12, "routes that answered", good)
    time.sleep(1)
    told["events"] = json.dumps(events.rows).encode()
    check(len(events.rows) > 3, "events came", len(events.rows))
    return told


# Where a secret belongs, and the exchange's own folder.
HOLDERS = {"api-key", "secret", "passphrase", "token", "link", "accepted"}


def files(desk):
    found = {}
    for folder, folders, names in os.walk(desk.folder):
        folders[:] = [name for name in folders if name != "exchange"]
        for name in names:
            path = os.path.join(folder, name)
            if name in HOLDERS or not os.path.isfile(path):
                continue
            with open(path, "rb") as file:
                found[path[len(desk.folder) + 1:]] = file.read()
    return found


def lines_of_processes(desk):
    found = {}
    for process in desk.processes():
        with open(f"/proc/{process}/cmdline", "rb") as file:
            found[f"the command line of {process}"] = file.read()
    return found


if __name__ == "__main__":
    globals()[sys.argv[1]]()
