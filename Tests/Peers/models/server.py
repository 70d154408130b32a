"""A DeepSeek-shaped model server that answers well or in one of many bad ways; prints its port.

The case is the first part of the path: base URL `http://127.0.0.1:PORT/CASE`. `good` answers plainly; `CASE`
may be any name of `shapes.TEXTS`, `gullible_up` or `gullible_down` (believe the news), `mutant` (invents),
`repairs` (heeds a complaint), a status (`503`), `503-once` (that status, then plain), or a transport fault
below. `PUT /answer` sets the answer's text where a request carries no tool; `GET /requests` lists what was
asked, headers included.
"""

import http.server
import json
import random
import sys
import threading
import time

import gullible
from shapes import STATUSES, TEXTS, Cache, error, minimal

BODY_BYTES_MAX = 4 << 20
REQUESTS_MAX = 10_000
REASONING = "The spread is narrow, so I wait."


class Desk:
    """What the server remembers between requests."""

    def __init__(self):
        self.lock = threading.Lock()
        self.requests = []
        self.answer = "{}"
        self.cache = Cache()
        self.once = set()
        self.dice = random.Random(20_261_125)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    desk = Desk()

    def log_message(self, *arguments):
        pass

    # ---- Requests ----

    def body(self):
        length = int(self.headers.get("Content-Length") or 0)
        if length > BODY_BYTES_MAX:
            return None
        return self.rfile.read(length)

    def do_PUT(self):
        self.desk.answer = (self.body() or b"").decode()
        self.send(200, {})

    def do_GET(self):
        with self.desk.lock:
            self.send(200, self.desk.requests)

    def do_POST(self):
        raw = self.body()
        parts = self.path.strip("/").split("/")
        case = parts[0]
        try:
            asked = json.loads(raw)
        except (TypeError, ValueError):
            return self.send(400, error(400))
        with self.desk.lock:
            if len(self.desk.requests) < REQUESTS_MAX:
                self.desk.requests.append(
                    {"case": case, "headers": dict(self.headers), "body": asked, "raw": raw.decode()}
                )
        if parts[-2:] != ["chat", "completions"]:
            return self.send(404, error(404))
        if not isinstance(asked.get("messages"), list) or not asked.get("model"):
            return self.send(422, error(422))
        try:
            self.reply(case, asked)
        except OSError:
            self.close_connection = True

    def reply(self, case, asked):
        if case.endswith("-once"):
            name, case = case, case[: -len("-once")]
            with self.desk.lock:
                if name in self.desk.once:
                    case = "good"
                self.desk.once.add(name)
        if case.isdigit() and int(case) in STATUSES:
            extra = {"Retry-After": "1"} if case in ("429", "503") else {}
            return self.send(int(case), error(int(case)), **extra)
        fault = getattr(self, "fault_" + case, None)
        if fault:
            return fault(asked)
        message, finish = self.message(case, asked)
        if asked.get("stream"):
            return self.stream(case, asked, message, finish)
        self.send(200, self.completion(asked, message, finish))

    def message(self, case, asked):
        """The reply's message and its finish reason."""
        message = {"role": "assistant", "content": ""}
        thinks = (asked.get("thinking") or {}).get("type") == "enabled"
        if thinks or case == "reasoning":
            message["reasoning_content"] = REASONING
        tools = asked.get("tools") or []
        alter = TEXTS.get(case, lambda text: text)
        # Heeds the complaint of a repair, which is the third message.
        if case == "repairs" and len(asked["messages"]) < 3:
            alter = TEXTS["unknown_key"]
        finish = {
            "length": "length",
            "filtered": "content_filter",
            "starved": "insufficient_system_resource",
            "unfinished": None,
        }
        if tools and case not in ("no_tool", "echo_key"):
            function = tools[0]["function"]
            text = alter(json.dumps(minimal(function["parameters"])))
            if case in ("gullible_up", "gullible_down"):
                sign = 1 if case == "gullible_up" else -1
                text = gullible.text(function["parameters"], asked, sign)
            if case == "mutant":
                with self.desk.lock:
                    text = gullible.mutated(function["parameters"], asked, self.desk.dice)
            name = "place_order" if case == "wrong_tool" else function["name"]
            one = {"id": "call_0", "type": "function", "function": {"name": name, "arguments": text}}
            message["tool_calls"] = [one] * (2 if case == "two_tools" else 1)
            for index, call in enumerate(message["tool_calls"]):
                message["tool_calls"][index] = {**call, "id": f"call_{index}"}
            return message, finish.get(case, "tool_calls")
        if case == "echo_key":
            message["content"] = json.dumps({"abstain": True, "reason": self.headers["Authorization"]})
            return message, "stop"
        message["content"] = alter(self.desk.answer)
        return message, finish.get(case, "stop")

    def completion(self, asked, message, finish):
        answer = message["content"] + "".join(
            call["function"]["arguments"] for call in message.get("tool_calls", [])
        )
        with self.desk.lock:
            usage = self.desk.cache.usage(
                asked["messages"], answer, message.get("reasoning_content", "")
            )
        return {
            "id": "chatcmpl-1",
            "object": "chat.completion",
            "created": int(time.time()),
            "model": asked["model"],
            "system_fingerprint": "fp_test_1",
            "choices": [
                {"index": 0, "message": message, "logprobs": None, "finish_reason": finish}
            ],
            "usage": usage,
        }

    # ---- Replies ----

    def send(self, status, value, kind="application/json", **headers):
        data = value if isinstance(value, bytes) else json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        for name, text in headers.items():
            self.send_header(name.replace("_", "-"), text)
        self.end_headers()
        self.wfile.write(data)

    def open_stream(self, kind="text/event-stream; charset=utf-8"):
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()

    def piece(self, data):
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
        self.wfile.flush()

    def event(self, value):
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        self.piece(b"data: " + text.encode() + b"\n\n")

    def finish_stream(self):
        self.event("[DONE]")
        self.wfile.write(b"0\r\n\r\n")

    def deltas(self, message):
        """The message in small pieces, thoughts first, as DeepSeek sends them."""
        yield {"role": "assistant", "content": ""}
        thought = message.get("reasoning_content", "")
        for start in range(0, len(thought), 8):
            yield {"reasoning_content": thought[start : start + 8]}
        for start in range(0, len(message["content"]), 8):
            yield {"content": message["content"][start : start + 8]}
        for index, call in enumerate(message.get("tool_calls", [])):
            text = call["function"]["arguments"]
            first = {"name": call["function"]["name"], "arguments": ""}
            yield {
                "tool_calls": [
                    {"index": index, "id": call["id"], "type": "function", "function": first}
                ]
            }
            for start in range(0, len(text), 8):
                part = {"index": index, "function": {"arguments": text[start : start + 8]}}
                yield {"tool_calls": [part]}

    def stream(self, case, asked, message, finish):
        whole = self.completion(asked, message, finish)
        head = {name: whole[name] for name in ("id", "created", "model", "system_fingerprint")}
        head["object"] = "chat.completion.chunk"
        self.open_stream()
        for number, delta in enumerate(self.deltas(message)):
            if case == "keep_alive":
                self.piece(b": keep-alive\n\n\n")
            if case == "broken_off" and number == 3:
                self.close_connection = True
                return self.wfile.write(b"0\r\n\r\n")
            if case == "bad_event" and number == 3:
                self.piece(b'data: {"choices":[{"delta"\n\n')
            if case == "error_event" and number == 3:
                self.event(error(503))
            if case == "drip":
                time.sleep(0.3)
            choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": None}
            self.event({**head, "choices": [choice]})
        last = {"index": 0, "delta": {"content": ""}, "logprobs": None, "finish_reason": finish}
        usage = whole["usage"]
        self.event({**head, "choices": [last], "usage": usage})
        if case == "no_done":
            self.wfile.write(b"0\r\n\r\n")
        else:
            self.finish_stream()

    # ---- Faults of the transport ----

    def fault_stall(self, asked):
        self.open_stream()
        time.sleep(60)

    def fault_comments(self, asked):
        """Comments and blank lines for ever, and never a token."""
        self.open_stream()
        for _ in range(600):
            self.piece(b": keep-alive\n\n\n\n")
            time.sleep(0.1)

    def fault_silent(self, asked):
        time.sleep(60)

    def fault_html(self, asked):
        self.send(200, b"<html><body>Welcome to the captive portal</body></html>", "text/html")

    def fault_wrong_type(self, asked):
        message, finish = self.message("good", asked)
        self.send(200, json.dumps(self.completion(asked, message, finish)).encode(), "text/plain")

    def fault_huge(self, asked):
        self.open_stream()
        for _ in range(64):
            self.piece(b"data: " + b"x" * (1 << 20))

    def fault_huge_length(self, asked):
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(1 << 40))
        self.end_headers()
        self.wfile.write(b"{")
        self.close_connection = True

    def fault_invalid_utf8(self, asked):
        self.send(200, b'{"choices":[{"message":{"content":"\xff\xfe{}"},"finish_reason":"stop"}]}')

    def fault_bad_chunking(self, asked):
        self.open_stream()
        self.wfile.write(b"zz\r\ndata: {}\r\n\r\n")
        self.close_connection = True

    def fault_cut_body(self, asked):
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", "1000")
        self.end_headers()
        self.wfile.write(b'{"choices":[')
        self.close_connection = True

    def fault_redirect(self, asked):
        self.send(307, {}, Location="/good/chat/completions")

    def fault_hang_up(self, asked):
        self.close_connection = True
        self.connection.close()

    def fault_no_choices(self, asked):
        self.send(200, {"id": "x", "object": "chat.completion", "choices": []})


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, address):
        pass


def start(port=0):
    """A running server and its port, for tests in Python."""
    server = Server(("127.0.0.1", port), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server, server.server_address[1]


if __name__ == "__main__":
    _, port = start()
    print(port, flush=True)
    # Ends with whoever started it.
    sys.stdin.read()
