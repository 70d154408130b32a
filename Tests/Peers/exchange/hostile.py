"""An exchange that answers every request with the body it is given: `hostile.py`, bodies come as POST /body."""
import http.server
import sys


class Hostile(http.server.BaseHTTPRequestHandler):
    body = b"{}"

    def do_POST(self):
        Hostile.body = self.rfile.read(int(self.headers["Content-Length"]))
        self.answer(b'{"code":"0","data":[]}')

    def do_GET(self):
        self.answer(Hostile.body)

    def answer(self, body):
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


server = http.server.HTTPServer(("127.0.0.1", 0), Hostile)
print(server.server_port, flush=True)
# Whoever started it closes its standard input to end it.
import threading  # noqa: E402
threading.Thread(target=lambda: (sys.stdin.read(), server.shutdown()), daemon=True).start()
server.serve_forever()
