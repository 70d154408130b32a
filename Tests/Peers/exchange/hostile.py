"""An exchange that answers every request with the body it is given: `hostile.py`.

POST /body gives the body of all answers. POST /answers gives a list of {"when": text, "status": 200, "body": text}: a
request whose path holds `when` is answered so, by the first that fits. GET /asked answers what was asked since.
"""
import http.server
import json
import sys


class Hostile(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    body = b"{}"
    answers = []
    asked = []

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path == "/body":
            Hostile.body, Hostile.answers, Hostile.asked = body, [], []
        elif self.path == "/answers":
            Hostile.answers, Hostile.asked = json.loads(body), []
        else:
            return self.told(self.path + " " + body.decode())
        self.answer(200, b'{"code":"0","data":[]}')

    def do_GET(self):
        if self.path == "/asked":
            return self.answer(200, json.dumps(Hostile.asked).encode())
        self.told(self.path)

    def told(self, request):
        Hostile.asked.append(request)
        for one in Hostile.answers:
            if one["when"] in request:
                return self.answer(one.get("status", 200), one["body"].encode())
        self.answer(200, Hostile.body)

    def answer(self, status, body):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hostile)
server.daemon_threads = True
print(server.server_port, flush=True)
# Whoever started it closes its standard input to end it.
import threading  # noqa: E402
threading.Thread(target=lambda: (sys.stdin.read(), server.shutdown()), daemon=True).start()
server.serve_forever()
