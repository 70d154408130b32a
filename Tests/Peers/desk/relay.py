"""Bytes between two sockets, for whatever stands before an exchange: proxies, and a line that can be cut."""
import contextlib
import socket
import socketserver
import threading


def pump(source, sink):
    """Until one of them ends; then both do."""
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
    for end in (source, sink):
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


def joined(near, far):
    """Both ways at once; returns when they have ended."""
    back = threading.Thread(target=pump, args=(far, near), daemon=True)
    back.start()
    pump(near, far)
    back.join()


class Relay(socketserver.ThreadingTCPServer):
    """Stands before a port of this machine, until it is cut for good."""
    allow_reuse_address, daemon_threads = True, True

    def __init__(self, port=0):
        super().__init__(("127.0.0.1", port), RelayHandler)
        self.port, self.target, self.sockets = self.server_address[1], None, []
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def cut(self):
        self.shutdown()
        self.server_close()
        for one in self.sockets:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)


class RelayHandler(socketserver.BaseRequestHandler):
    def handle(self):
        with socket.create_connection(("127.0.0.1", self.server.target)) as far:
            self.server.sockets += [self.request, far]
            joined(self.request, far)
