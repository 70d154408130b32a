"""A front that is busy: `busy.py PORT` passes requests on to an exchange at PORT, but answers the next ones as it is told.

POST /busy with {"status": 503, "body": "...", "count": 3, "path": "/api/v5/account"} tells it; `path` is a prefix, and
status 0 hangs up without a word. GET /asked answers the paths that were asked, in order.
"""
import http.client
import http.server
import json
import sys
import threading

upstream = int(sys.argv[1])
lock = threading.Lock()
told = []
asked = []


class Front(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def serve(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path == "/busy":
            with lock:
                told.append(json.loads(body))
            return self.reply(200, b'{"code":"0","data":[]}')
        if self.path == "/asked":
            with lock:
                return self.reply(200, json.dumps(asked).encode())
        with lock:
            asked.append(self.path)
            busy = next((one for one in told if self.path.startswith(one.get("path", "/"))), None)
            if busy:
                busy["count"] -= 1
                if busy["count"] <= 0:
                    told.remove(busy)
        if busy and busy["status"] == 0:
            self.close_connection = True
            self.connection.close()
            return None
        if busy:
            return self.reply(busy["status"], busy.get("body", "").encode())
        far = http.client.HTTPConnection("127.0.0.1", upstream, timeout=10)
        headers = {name: value for name, value in self.headers.items()
                   if name.lower() not in ("host", "connection", "content-length")}
        far.request(self.command, self.path, body or None, headers)
        answer = far.getresponse()
        self.reply(answer.status, answer.read())
        far.close()

    do_GET = do_POST = serve

    def reply(self, status, body):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Front)
server.daemon_threads = True
print(server.server_port, flush=True)
# Whoever started it closes its standard input to end it.
threading.Thread(target=lambda: (sys.stdin.read(), server.shutdown()), daemon=True).start()
server.serve_forever()
