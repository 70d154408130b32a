"""A server of news for tests: good documents, and every way to lead a reader astray. Prints its port."""

import http.server
import os
import sys
import threading
import time

FEED = b"<rss><channel><item><title>one</title><description>body</description></item></channel></rss>"


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments):
        pass

    def answer(self, status, body=b"", **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        if "Content_Length" not in headers:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        port = self.server.server_address[1]
        path = self.path
        if path == "/feed":
            if self.headers.get("If-None-Match") == '"v1"':
                return self.answer(304)
            return self.answer(200, FEED, ETag='"v1"', Content_Type="application/rss+xml")
        if path == "/moved":
            return self.answer(302, Location="/feed")
        if path == "/loop":
            return self.answer(302, Location="/loop")
        if path == "/elsewhere":
            return self.answer(302, Location=f"http://localhost:{port}/feed")
        if path == "/metadata":
            return self.answer(302, Location="http://169.254.169.254/latest/meta-data/")
        if path == "/gzip":
            return self.answer(200, b"\x1f\x8b" + b"0" * 100, Content_Encoding="gzip")
        if path == "/huge":
            return self.answer(200, b"", Content_Length=str(1 << 30))
        if path == "/endless":
            self.send_response(200)
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            piece = b"10000\r\n" + b"x" * 65536 + b"\r\n"
            try:
                for _ in range(400):
                    self.wfile.write(piece)
            except OSError:
                pass
            return None
        if path == "/drip":
            self.send_response(200)
            self.send_header("Content-Length", "1000")
            self.end_headers()
            try:
                for _ in range(20):
                    self.wfile.write(b"x")
                    self.wfile.flush()
                    time.sleep(0.5)
            except OSError:
                pass
            return None
        if path == "/reset":
            self.send_response(200)
            self.send_header("Content-Length", "1000")
            self.end_headers()
            self.wfile.write(b"half")
            self.close_connection = True
            return None
        return self.answer(404)


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
server.daemon_threads = True
print(server.server_address[1], flush=True)
threading.Thread(target=server.serve_forever, daemon=True).start()
sys.stdin.buffer.read()
os._exit(0)
