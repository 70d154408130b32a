"""A planted liar: it stands between `llmtrading conform` and the simulated exchange and changes what one rule says.

A lie is a function that is given a decoded message and says how it lied (anything but None). Each is declared with the
rules of docs/OKX.md that it breaks; `conform` has to find exactly these. Books, orders and all else pass byte for byte.
"""
import asyncio
import http.server
import json
import threading
import urllib.error
import urllib.request

from websockets.asyncio.client import connect
from websockets.asyncio.server import serve
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed, InvalidStatus

LIES = []
# The message is not given on at all.
DROP = object()


class Lie:
    def __init__(self, rules, kind, key, change):
        self.rules, self.kind, self.key, self.change = rules, kind, key, change
        self.name = change.__name__
        self.told = 0


def lie(*rules, push=None, event=None, reply=None, rest=None):
    """Declares a lie about pushes of a channel, events, replies to an op, or answers of a REST path (its beginning).

    The function takes the message, or for REST the whole answer `{"status": …, "body": …}` with the request's
    method and path; it changes it in place and returns True, returns DROP, or None where it leaves the message alone.
    """
    kind, key = next((k, v) for k, v in (
        ("push", push), ("event", event), ("reply", reply), ("rest", rest)) if v is not None)

    def declare(change):
        LIES.append(Lie(rules, kind, key, change))
        return change
    return declare


def kind_of(message):
    """The kind and the key of a frame, as lies name them."""
    if "event" in message:
        return "event", message["event"]
    if "op" in message:
        return "reply", message["op"]
    if "arg" in message and "data" in message:
        return "push", message["arg"].get("channel", "")
    return "none", ""


class Liar:
    """`with Liar(exchange, lies) as liar:` listens; `liar.port` (WebSocket) and `liar.rest_port`."""

    def __init__(self, exchange, lies=None):
        self.exchange = exchange
        self.lies = LIES if lies is None else lies
        self.lock = threading.Lock()
        self.loop = asyncio.new_event_loop()
        self.ready = threading.Event()

    def __enter__(self):
        threading.Thread(target=self.run, daemon=True).start()
        assert self.ready.wait(10), "the liar listens"
        liar = self

        class Answers(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do(self):
                liar.answer(self)
            do_GET = do_POST = do_DELETE = do

            def log_message(self, *_):
                pass
        self.rest = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers)
        self.rest_port = self.rest.server_address[1]
        threading.Thread(target=self.rest.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.rest.shutdown()
        self.loop.call_soon_threadsafe(self.loop.stop)

    def told(self):
        """Rules that were lied about, and the lies that found nothing to lie about."""
        return ({rule for lie in self.lies if lie.told for rule in lie.rules},
                [lie.name for lie in self.lies if not lie.told])

    def change(self, kind, key, message):
        """The message as it is told: None where it is left as it was, DROP where it is kept back."""
        changed = None
        with self.lock:
            for lie in self.lies:
                if lie.kind != kind or not (key.startswith(lie.key) if kind == "rest" else key == lie.key):
                    continue
                did = lie.change(message)
                if did is not None:
                    lie.told += 1
                    if did is DROP:
                        return DROP
                    changed = message
        return changed

    # WebSocket

    def run(self):
        asyncio.set_event_loop(self.loop)
        self.loop.run_until_complete(self.listen())
        self.loop.run_forever()

    async def listen(self):
        server = await serve(
            self.meet, "127.0.0.1", 0, compression=None, max_size=None, ping_interval=None,
            process_request=self.dial)
        self.port = server.sockets[0].getsockname()[1]
        self.ready.set()

    async def dial(self, line, request):
        """The exchange is asked first: what it refuses is refused."""
        given = {name: value for name, value in request.headers.raw_items()
                 if name.lower().startswith("x-")}
        try:
            line.upstream = await connect(
                f"wss://127.0.0.1:{self.exchange.port}{request.path}", ssl=self.exchange.tls,
                additional_headers=Headers(given), compression=None, max_size=None,
                ping_interval=None, max_queue=None)
        except InvalidStatus as refusal:
            return line.respond(refusal.response.status_code, refusal.response.body.decode())
        return None

    async def meet(self, line):
        async def pump(source, target, change):
            try:
                async for text in source:
                    if change and isinstance(text, str):
                        text = self.changed(text)
                        if text is None:
                            continue
                    await target.send(text)
            except ConnectionClosed:
                pass
            code = source.close_code or 1000
            await target.close(code if code not in (1005, 1006, 1015) else 1000, source.close_reason or "")
        await asyncio.gather(pump(line, line.upstream, False), pump(line.upstream, line, True))

    def changed(self, text):
        try:
            message = json.loads(text)
        except ValueError:
            return text
        kind, key = kind_of(message)
        found = self.change(kind, key, message)
        if found is DROP:
            return None
        return text if found is None else json.dumps(message, separators=(",", ":"))

    # REST

    def answer(self, asked):
        length = int(asked.headers.get("Content-Length") or 0)
        body = asked.rfile.read(length) if length else None
        given = {name: value for name, value in asked.headers.items()
                 if name.lower() not in ("host", "connection", "content-length", "accept-encoding")}
        request = urllib.request.Request(
            self.exchange.rest_url() + asked.path, data=body, headers=given, method=asked.command)
        try:
            with urllib.request.urlopen(request, context=self.exchange.tls, timeout=20) as reply:
                status, text = reply.status, reply.read()
        except urllib.error.HTTPError as error:
            status, text = error.code, error.read()
        try:
            answer = {"method": asked.command, "path": asked.path, "status": status, "body": json.loads(text)}
        except ValueError:
            answer = None
        if answer and self.change("rest", asked.path.removeprefix("/api/v5/"), answer) not in (None, DROP):
            status, text = answer["status"], json.dumps(answer["body"], separators=(",", ":")).encode()
        asked.send_response(status)
        asked.send_header("Content-Type", "application/json")
        asked.send_header("Content-Length", str(len(text)))
        asked.end_headers()
        asked.wfile.write(text)


# The lies, in the order of docs/OKX.md.

@lie("OKX-052", push="books")
def the_chain_breaks(message):
    """A chain that skips is what no client can follow."""
    if message.get("action") == "update":
        message["data"][0]["prevSeqId"] += 1
        return True
    return None
