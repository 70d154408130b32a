"""Scenarios of desks that reach the exchange through a SOCKS5 proxy: run one with `python proxies.py NAME`."""

import os
import socket
import socketserver
import struct
import sys
import tempfile
import threading
import time

from desk import Desk, check, equal, until
from relay import joined

USER, PASSWORD = "desk", "correct horse"


class SocksProxy(socketserver.ThreadingTCPServer):
    """SOCKS5 for one user; `targets` are those asked for, by name or by address. It can be told to refuse."""
    allow_reuse_address = True
    daemon_threads = True

    def __init__(self):
        self.targets, self.denied, self.reply = [], 0, 0
        super().__init__(("127.0.0.1", 0), SocksConnection)
        threading.Thread(target=self.serve_forever, daemon=True).start()


class SocksConnection(socketserver.StreamRequestHandler):
    def text(self):
        return self.rfile.read(self.rfile.read(1)[0]).decode()

    def handle(self):
        equal(self.rfile.read(1), b"\x05", "version")
        methods = self.rfile.read(self.rfile.read(1)[0])
        if 2 not in methods:
            self.wfile.write(b"\x05\xff")
            return
        self.wfile.write(b"\x05\x02")
        self.rfile.read(1)
        if (self.text(), self.text()) != (USER, PASSWORD):
            self.server.denied += 1
            self.wfile.write(b"\x01\x01")
            return
        self.wfile.write(b"\x01\x00")
        _, _, _, kind = self.rfile.read(4)
        host = self.text() if kind == 3 else socket.inet_ntoa(self.rfile.read(4))
        port = struct.unpack("!H", self.rfile.read(2))[0]
        if self.server.reply:
            self.wfile.write(bytes([5, self.server.reply, 0, 1]) + bytes(6))
            return
        self.server.targets.append((kind, host, port))
        with socket.create_connection((host, port)) as far:
            self.wfile.write(b"\x05\x00\x00\x01" + bytes(6))
            joined(self.connection, far)


def settings(proxy, password=PASSWORD):
    folder = tempfile.mkdtemp(prefix="llmtrading-proxy-")
    path = os.path.join(folder, "password")
    with open(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "w") as file:
        file.write(password + "\n")
    port = proxy.server_address[1]
    return f'network: {{proxy: "socks5h://{USER}@127.0.0.1:{port}", proxy_password_file: "{path}"}}'


def socks():
    """Lines and REST go through it by name, and nothing goes past it."""
    proxy = SocksProxy()
    with Desk(more=settings(proxy)) as desk:
        desk.run("--no-console")
        desk.inject(desk.names[0], 2)
        until(lambda: desk.position(desk.names[0]) == 2, "it trades through the proxy")
        equal(set(proxy.targets), {(3, "localhost", desk.exchange.port)}, "names go to the proxy")
        check(len(proxy.targets) >= 3, "two sessions and REST", proxy.targets)
        equal(proxy.denied, 0, "nobody was denied")
        core = desk.core()
        with open("/proc/net/tcp") as file:
            rows = [line.split() for line in file][1:]
        ours = {os.readlink(f"/proc/{core}/fd/{name}") for name in os.listdir(f"/proc/{core}/fd")}
        far = {int(row[2].split(":")[1], 16) for row in rows if f"socket:[{row[9]}]" in ours}
        check(desk.exchange.port not in far and proxy.server_address[1] in far, "none goes past it", far)
        log = desk.log()
        check(PASSWORD not in log, "no password on the log")


def socks_refuses():
    """A wrong password, then a ruleset: each is on the log in words; the desk comes up once the proxy lets it."""
    proxy = SocksProxy()
    proxy.reply = 2
    with Desk(more=settings(proxy)) as desk:
        desk.supervisor = desk.start("run", "--no-console")
        until(lambda: "connection not allowed by ruleset (reply 2)" in desk.log(), "the proxy's own words")
        proxy.reply = 0
        until(lambda: "start-up is through" in desk.log(), "and then it is let through")
    with Desk(more=settings(proxy, "hunter22")) as desk:
        desk.supervisor = desk.start("run", "--no-console")
        until(lambda: "it refuses user and password (status 1)" in desk.log(), "the wrong password is named")
        check("network.proxy_password_file" in desk.log(), "with the next step")
        time.sleep(0.5)
        check("hunter22" not in desk.log(), "and is not shown", desk.log())


if __name__ == "__main__":
    globals()[sys.argv[1]]()
