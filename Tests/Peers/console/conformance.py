"""schemathesis against a live console: no failure of the server, and every answer is as documented."""
from client import *

# The streams never end; the others are asked with everything that the document allows and much that it does not.
STREAMS = ["/api/events", "/api/orders/stream"]

SETTINGS = """
[generation]
max-examples = {examples}
database = "none"
deterministic = true

[phases]
coverage.enabled = true
stateful.enabled = false

[checks]
positive_data_acceptance.expected-statuses = [200, 204, 400, 401, 404, 409, 422, 429, 503]
"""


def conforms(document, name, value):
    from jsonschema_rs import Draft202012Validator
    schema = {"$ref": f"#/components/schemas/{name}", "components": document["components"]}
    faults = [f"{fault.message} at {list(fault.instance_path)}"
              for fault in Draft202012Validator(schema).iter_errors(value)]
    equal(faults, [], name)


def resources(console, document):
    """Generated ids name nothing: what exists is asked for by its own."""
    def get(path):
        status, _, value = console.call("GET", path, token=console.token)
        equal(status, 200, path)
        return value
    orders = get("/api/orders?limit=500")["items"]
    check(len(orders) >= 3, "orders are on record", len(orders))
    for order in orders[:20]:
        conforms(document, "OrderDetail", get(f"/api/orders/{order['cl_ord_id']}"))
    for item in get("/api/agents/feed?limit=100")["items"][:20]:
        conforms(document, "DecisionDetail", get(f"/api/agents/decisions/{item['id']}"))
        get(f"/api/agents/snapshots/{item['snapshot_hash']}") if item["snapshot_hash"] else None


def schemathesis():
    with Desk() as desk:
        desk.run()
        console = Console(desk)
        console.await_up()
        for index, name in enumerate(desk.names):
            desk.inject(name, index % 2 + 1)
        until(lambda: all(desk.position(name) for name in desk.names), "some orders to ask for")
        status, _, document = console.call("GET", "/api/openapi.json", token=console.token)
        equal(status, 200, "the document")
        place = os.path.join(desk.folder, "openapi.json")
        with open(place, "w") as file:
            json.dump(document, file)
        settings = os.path.join(desk.folder, "schemathesis.toml")
        with open(settings, "w") as file:
            file.write(SETTINGS.format(examples=os.environ.get("EXAMPLES", "12")))
        words = [os.path.join(os.path.dirname(sys.executable), "schemathesis"), "--config-file", settings,
                 "run", place, "--url", f"http://{console.authority}", "--header",
                 f"Authorization: Bearer {console.token}", "--max-time", "60", "--no-color",
                 "--request-timeout", "10", "--continue-on-failure", "--seed", "1"]
        for path in STREAMS:
            words += ["--exclude-path", path]
        done = subprocess.run(words, capture_output=True, text=True, timeout=100, cwd=desk.folder)
        told = done.stdout + done.stderr
        print(told[-int(os.environ.get("TOLD", "6000")):])
        equal(done.returncode, 0, "schemathesis")
        resources(console, document)
        check(console.token not in desk.log(), "the token is in no log")
        until(lambda: console.call("GET", "/api/health")[2]["core"] == "up", "the desk is up")


if __name__ == "__main__":
    globals()[sys.argv[1]]()
