"""The far ends that the transport's tests talk to: WebSocket servers, misbehaving servers, proxies.

Prints one JSON line {name: port} and serves until its standard input ends. `websockets` stands for correct
peers (an implementation that is not ours); everything that misbehaves is written out by hand.
"""
import asyncio
import base64
import hashlib
import json
import logging
import random
import socket
import ssl
import struct
import sys
import threading
import time
from urllib.parse import parse_qs, urlparse

from websockets.asyncio.server import serve

folder = sys.argv[1]
logging.disable()


def tls(leaf, version=None, ciphers=None):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(f"{folder}/{leaf}.pem", f"{folder}/{leaf}.key")
    if ciphers:
        context.set_ciphers(ciphers)
    if version:
        context.minimum_version = context.maximum_version = version
    return context


# ---- correct peers ----


def random_message(generator, largest):
    count = min(int(generator.expovariate(1 / 900)), largest)
    if generator.random() < 0.01:
        count = generator.randrange(largest)
    if generator.random() < 0.5:
        return generator.randbytes(count)
    return "".join(generator.choices("abcdefgh {}[]:,0123456789éλ€🙂", k=count // 2))


async def compare(connection, messages):
    """Sends every message, in fragments now and then, and closes 1000 when each came back unchanged."""
    verdict = "differs"

    async def receive():
        nonlocal verdict
        for message in messages:
            if await connection.recv() != message:
                return
        verdict = "equal"

    receiving = asyncio.create_task(receive())
    generator = random.Random(7)
    for message in messages:
        if receiving.done():
            break
        if len(message) > 4 and generator.random() < 0.1:
            cut = generator.randrange(1, len(message))
            await connection.send([message[:cut], message[cut:]])
            await connection.ping()
        else:
            await connection.send(message)
    await receiving
    await connection.close(1000 if verdict == "equal" else 4000, verdict)


async def handler(connection):
    url = urlparse(connection.request.path)
    query = {name: values[0] for name, values in parse_qs(url.query).items()}
    if url.path == "/random":
        generator = random.Random(int(query["seed"]))
        await compare(connection, [random_message(generator, 70_000) for _ in range(int(query["count"]))])
    elif url.path == "/large":
        generator = random.Random(3)
        sizes = [int(size) for size in query["sizes"].split(",")]
        await compare(connection, [generator.randbytes(size) for size in sizes])
    elif url.path == "/ticks":
        # One message, one answer: what the allocation test counts.
        for number in range(int(query["count"])):
            await connection.send(f"{number:08d}" + "x" * (number % 1500))
            await connection.recv()
        await connection.close(1000)
    elif url.path == "/getCaseCount":
        await connection.send("3")
        await connection.close(1000)
    elif url.path == "/updateReports":
        await connection.close(1000)
    elif url.path == "/runCase":
        await compare(connection, ["case " + query["case"], b"\0" * 125])
    elif url.path == "/bad-utf8":
        await connection.ping()
        connection.transport.write(b"\x81\x02\xc3\x28")
        await connection.wait_closed()
    else:
        await connection.send("hello")
        async for message in connection:
            await connection.send(message)


# ---- peers that misbehave, one thread a connection ----

released = threading.Event()


def head(stream, limit=65536):
    data = b""
    while b"\r\n\r\n" not in data and len(data) < limit:
        piece = stream.recv(4096)
        if not piece:
            break
        data += piece
    return data


def accept_value(request):
    for line in request.split(b"\r\n"):
        if line.lower().startswith(b"sec-websocket-key:"):
            key = line.split(b":", 1)[1].strip()
            digest = hashlib.sha1(key + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest()
            return base64.b64encode(digest)
    return b""


def upgrade(stream, request, accept=None, early=b""):
    stream.sendall(
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Accept: " + (accept or accept_value(request)) + b"\r\n\r\n" + early
    )


def pattern(count):
    return bytes(range(251)) * (count // 251) + bytes(range(count % 251))


def misbehave(stream, plain):
    request = head(stream)
    if not request:
        return
    url = urlparse(request.split(b" ")[1].decode(errors="replace"))
    if url.path == "/wrong-accept":
        upgrade(stream, request, accept=base64.b64encode(b"\0" * 20))
    elif url.path == "/ok-200":
        stream.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi")
    elif url.path == "/moved-302":
        stream.sendall(b"HTTP/1.1 302 Found\r\nLocation: wss://elsewhere.example/\r\n\r\n")
    elif url.path == "/garbage":
        stream.sendall(b"\x16\x03\x01 this is not HTTP\r\n\r\n")
    elif url.path == "/hang-up":
        pass
    elif url.path == "/oversized-head":
        stream.sendall(b"HTTP/1.1 101 Switching Protocols\r\n")
        for number in range(4000):
            stream.sendall(b"X-%d: %s\r\n" % (number, b"y" * 60))
    elif url.path == "/slow-loris":
        for byte in b"HTTP/1.1 101 Switching Protocols\r\n" * 20:
            stream.sendall(bytes([byte]))
            time.sleep(0.05)
    elif url.path == "/leftover":
        # Frames in the same segment as the head, and part of another.
        upgrade(stream, request, early=b"\x81\x05early\x82\x03ab")
        time.sleep(0.05)
        stream.sendall(b"c\x88\x02\x03\xe8")
        head(stream)
    elif url.path == "/reset":
        upgrade(stream, request)
        stream.sendall(b"\x82\x7e\x03\xe8only ten..")
        time.sleep(0.05)
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        plain.close()
    elif url.path == "/flood":
        upgrade(stream, request)
        stream.sendall(pattern(int(url.query)))
        head(stream)
    elif url.path == "/stall":
        # Reads nothing until released; then tells what came, and in what order.
        upgrade(stream, request)
        released.wait(20)
        digest, count, tail = hashlib.sha1(), 0, b""
        while not tail.endswith(b"\nEND\n"):
            piece = stream.recv(65536)
            if not piece:
                break
            digest.update(piece)
            count += len(piece)
            tail = (tail + piece)[-5:]
        stream.sendall(b"%d %s" % (count, digest.hexdigest().encode()))
        head(stream)
    elif url.path == "/stall-again":
        released.clear()
        upgrade(stream, request)
    elif url.path == "/release":
        released.set()
        upgrade(stream, request)


def proxy(kind):
    def run(stream, _):
        request = head(stream)
        words = request.split(b" ")
        if kind == "proxy407" and b"Proxy-Authorization: Basic dXNlcjpwQHNz\r\n" not in request:
            stream.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
            return
        if kind == "proxyGarbage":
            stream.sendall(b"SSH-2.0-OpenSSH_9.2\r\n\r\n")
            return
        if kind == "proxyEarly":
            stream.sendall(b"HTTP/1.1 200 Connection established\r\n\r\nearly bytes")
            return
        if kind == "proxySilent":
            time.sleep(5)
            return
        if words[0] != b"CONNECT":
            stream.sendall(b"HTTP/1.1 405 Method Not Allowed\r\n\r\n")
            return
        if kind == "proxy403":
            stream.sendall(b"HTTP/1.1 403 Filtered by policy 7\r\nContent-Length: 0\r\n\r\n")
            return
        host, port = words[1].rsplit(b":", 1)
        far = socket.create_connection((host.decode(), int(port)))
        stream.sendall(b"HTTP/1.1 200 Connection established\r\nVia: 1.1 test\r\n\r\n")

        def pump(source, target, change=lambda piece: [piece]):
            try:
                while piece := source.recv(65536):
                    for part in change(piece):
                        target.sendall(part)
                target.shutdown(socket.SHUT_WR)
            except OSError:
                pass

        generator, passed = random.Random(11), 0

        def dribble(piece):
            while piece:
                cut = generator.randrange(1, 41)
                yield piece[:cut]
                piece = piece[cut:]

        def tamper(piece):
            # One bit, in the middle of the first large message.
            nonlocal passed
            at, passed = 50_000 - passed, passed + len(piece)
            if 0 <= at < len(piece):
                piece = piece[:at] + bytes([piece[at] ^ 1]) + piece[at + 1 :]
            return [piece]

        change = {"proxyDribble": dribble, "proxyTamper": tamper}.get(kind, lambda piece: [piece])
        back = threading.Thread(target=pump, args=(far, stream, change), daemon=True)
        back.start()
        pump(stream, far)
        back.join()
        far.close()

    return run


def socks(kind):
    """A SOCKS5 proxy that resolves one name nobody else knows, or breaks off where its kind says."""

    def exactly(stream, count):
        data = b""
        while len(data) < count:
            piece = stream.recv(count - len(data))
            if not piece:
                raise OSError
            data += piece
        return data

    def run(stream, _):
        version, count = exactly(stream, 2)
        exactly(stream, count)
        if kind == "socksSilent":
            time.sleep(8)
            return
        if kind == "socksNobody":
            stream.sendall(b"\x05\xff")
            return
        stream.sendall(b"\x05\x00")
        _, _, _, address = exactly(stream, 4)
        if kind == "socksHangsUp":
            return
        if kind.startswith("socksReply"):
            stream.sendall(b"\x05" + bytes([int(kind[10:])]) + b"\x00\x01\0\0\0\0\0\0")
            time.sleep(0.2)
            return
        if address != 3:
            stream.sendall(b"\x05\x08\x00\x01\0\0\0\0\0\0")
            return
        host = exactly(stream, exactly(stream, 1)[0]).decode()
        port = struct.unpack("!H", exactly(stream, 2))[0]
        far = socket.create_connection(("127.0.0.1" if host == "venue.test" else host, port))
        # Its own address as a name, and the answer in pieces.
        for byte in b"\x05\x00\x00\x03\x05proxy\x00\x01":
            stream.sendall(bytes([byte]))
            time.sleep(0.002)

        def pump(source, target):
            try:
                while piece := source.recv(65536):
                    target.sendall(piece)
                target.shutdown(socket.SHUT_WR)
            except OSError:
                pass

        back = threading.Thread(target=pump, args=(far, stream), daemon=True)
        back.start()
        pump(stream, far)
        back.join()
        far.close()

    return run


def listen(serve_one, context=None):
    listener = socket.create_server(("127.0.0.1", 0))

    def one(plain):
        try:
            stream = context.wrap_socket(plain, server_side=True) if context else plain
            serve_one(stream, plain if not context else stream)
        except OSError:
            pass
        finally:
            plain.close()

    def accept():
        while True:
            plain, _ = listener.accept()
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=one, args=(plain,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    return listener.getsockname()[1]


async def main():
    settings = dict(compression=None, max_size=None, ping_interval=None, max_queue=64)
    ports = {}
    contexts = {
        "plain": None,
        "tls12": tls("good", ssl.TLSVersion.TLSv1_2),
        "tls13": tls("good", ssl.TLSVersion.TLSv1_3),
        "tls12gcm256": tls("good", ssl.TLSVersion.TLSv1_2, "ECDHE-ECDSA-AES256-GCM-SHA384"),
        "tls12chacha": tls("good", ssl.TLSVersion.TLSv1_2, "ECDHE-ECDSA-CHACHA20-POLY1305"),
        "elsewhere": tls("elsewhere"),
        "expired": tls("expired"),
        "untrusted": tls("untrusted"),
    }
    for name, context in contexts.items():
        server = await serve(handler, "127.0.0.1", 0, ssl=context, **settings)
        ports[name] = server.sockets[0].getsockname()[1]
    ports["rawPlain"] = listen(misbehave)
    ports["rawTLS"] = listen(misbehave, tls("good"))
    for kind in ("proxyDribble", "proxyTamper", "proxy", "proxy403", "proxy407", "proxyGarbage", "proxyEarly", "proxySilent"):
        ports[kind] = listen(proxy(kind))
    for kind in ("socks", "socksSilent", "socksNobody", "socksHangsUp", "socksReply2", "socksReply5"):
        ports[kind] = listen(socks(kind))
    closed = socket.create_server(("127.0.0.1", 0))
    ports["closed"] = ports["tlsClosed"] = closed.getsockname()[1]
    closed.close()
    print(json.dumps(ports), flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


asyncio.run(main())
