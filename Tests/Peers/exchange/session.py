"""Sessions: envelopes, errors, login, subscriptions, limits, closing."""
import socket
import ssl
import subprocess
import time

from peer import *


def first(exchange):
    return exchange.health()["instruments"][0]


def tls(exchange, ca, leaf):
    """OpenSSL and curl verify the exchange, and its CA vouches for loopback alone."""
    target = f"127.0.0.1:{exchange.port}"
    for host in ("127.0.0.1", "localhost"):
        name = ["-verify_hostname", host] if host == "localhost" else ["-verify_ip", host]
        run = subprocess.run(
            ["openssl", "s_client", "-connect", target, "-CAfile", ca, "-verify_return_error", *name],
            input=b"", capture_output=True, timeout=WAIT)
        check(run.returncode == 0 and b"Verify return code: 0 (ok)" in run.stdout,
              f"openssl verifies {host}", run.stderr[-400:])
        run = subprocess.run(
            ["curl", "-sS", "--cacert", ca, f"https://{host}:{exchange.port}/api/v5/public/time"],
            capture_output=True, timeout=WAIT)
        equal(run.returncode, 0, f"curl to {host}: {run.stderr[-300:]}")
        check(abs(int(json.loads(run.stdout)["data"][0]["ts"]) - time.time() * 1000) < 5000, "time")
    untrusting = subprocess.run(
        ["openssl", "s_client", "-connect", target, "-verify_return_error"],
        input=b"", capture_output=True, timeout=WAIT)
    check(untrusting.returncode != 0, "a client without the CA refuses")
    text = subprocess.run(["openssl", "x509", "-in", ca, "-noout", "-text"],
                          capture_output=True, timeout=WAIT).stdout.decode()
    for part in ("X509v3 Name Constraints: critical", "DNS:localhost", "IP:127.0.0.0/255.0.0.0",
                 "IP:0:0:0:0:0:0:0:1/FFFF:FFFF:FFFF:FFFF:FFFF:FFFF:FFFF:FFFF", "pathlen:0"):
        check(part in text, f"the CA says {part}", text)
    text = subprocess.run(["openssl", "x509", "-in", leaf, "-noout", "-text"],
                          capture_output=True, timeout=WAIT).stdout.decode()
    check("DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1" in text, "the names", text)
    verified = subprocess.run(["openssl", "verify", "-CAfile", ca, leaf], capture_output=True)
    equal(verified.returncode, 0, f"openssl verify: {verified.stderr}")


def envelopes(exchange):
    name = first(exchange)
    trades = {"channel": "trades", "instId": name}
    with exchange.connect("public") as client:
        client.send("ping")
        equal(client.text(), "pong", "the answer to ping")
        for text, code in [
            ("nonsense", "60012"), ('{"op":', "60012"), ("[]", "60012"), ('{"args":[{}]}', "60012"),
            ('{"op":"subscribe"}', "60013"), ('{"op":"subscribe","args":[]}', "60013"),
            ('{"op":"subscribe","args":[7]}', "60013"),
            ('{"op":"subscribe","args":[{"channel":7}]}', "60013"),
            ('{"op":"subscribe","args":[{}]}', "60027"),
            ('{"op":"subscribe","args":[{"channel":"nothing","instId":"%s"}]}' % name, "60018"),
            ('{"op":"subscribe","args":[{"channel":"trades","instId":"NO-SUCH"}]}', "60018"),
            ('{"op":"subscribe","args":[{"channel":"trades"}]}', "60018"),
            ('{"op":"subscribe","args":[{"channel":"orders","instType":"ANY"}]}', "60018"),
            ('{"op":"dance","args":[{}]}', "60019"), ('{"op":"order","args":[{}]}', "60028"),
            ('{"id":"a-b","op":"subscribe","args":[{}]}', "60033"),
            ('{"id":7,"op":"subscribe","args":[{}]}', "60033"),
            ('{"id":"%s","op":"subscribe","args":[{}]}' % ("a" * 33), "60033"),
            (b"\xff\xfe", "60012"), ("[" * 100, "60012"),
        ]:
            client.send(text)
            reply = client.next()
            equal((reply["event"], reply["code"]), ("error", code), f"the refusal of {text!r}")
            check("arg" not in reply and len(reply["connId"]) == 8, "an error event", reply)
        client.send({"id": "q7", "op": "subscribe", "args": [{"channel": "no", "instId": name}, trades]})
        reply = client.next()
        equal((reply["id"], reply["code"]), ("q7", "60018"), "the id of an error")
        reply = client.next()
        equal((reply["id"], reply["event"], reply["arg"]), ("q7", "subscribe", trades), "the ack")
        client.send({"op": "unsubscribe", "args": [trades]})
        reply = client.until(lambda m: "event" in m)
        check("id" not in reply, "no id where none was sent", reply)
        equal((reply["event"], reply["arg"]), ("unsubscribe", trades), "the ack of an unsubscribe")
        client.socket.ping().wait(WAIT)


def login(exchange):
    now = int(time.time())
    for changes, code in [
        ({"key": "no"}, "60032"), ({"key": ""}, "60005"), ({"passphrase": "no"}, "60024"),
        ({"secret": "no"}, "60007"), ({"stamp": str(now - 40)}, "60006"),
        ({"stamp": str(now + 40)}, "60006"), ({"stamp": "now"}, "60004"),
    ]:
        with exchange.connect("private") as client:
            reply = client.login(**changes)
            equal((reply["event"], reply["code"]), ("error", code), f"login with {changes}")
            equal(client.closed()[0], 4001, "the close code of a failed login")
    with exchange.connect("private") as client:
        client.send({"op": "login", "args": [7]})
        equal(client.next()["code"], "60009", "a login without members")
    with exchange.connect("private") as client:
        orders = {"channel": "orders", "instType": "ANY"}
        client.subscribe(orders)
        equal(client.next()["code"], "60011", "a private channel before login")
        client.send({"id": "1", "op": "order", "args": [{"instIdCode": 1}]})
        equal(client.next()["code"], "60011", "an order before login")
        reply = client.login(stamp=str(now - 25))
        equal((reply["event"], reply["code"], reply["msg"]), ("login", "0", ""), "the login")
        equal(client.login()["code"], "60031", "a second login")
        client.subscribe({"channel": "trades", "instId": first(exchange)})
        equal(client.next()["code"], "60018", "a public channel on the private URL")
        client.subscribe({"channel": "orders", "instType": "NONE"})
        equal(client.next()["code"], "60018", "an unknown instType")
        client.subscribe(orders, id="o1")
        reply = client.next()
        equal((reply["event"], reply["arg"], reply["id"]), ("subscribe", orders, "o1"), "the ack")
        reply = client.next()
        equal((reply["event"], reply["channel"], reply["connCount"]),
              ("channel-conn-count", "orders", "1"), "the connection count")
        with exchange.connect("private") as other:
            other.login()
            other.subscribed(orders)
            equal(other.next()["connCount"], "2", "the count of a second connection")


def channels(exchange):
    """Conflicting depth channels, and what each channel's first push looks like."""
    name = first(exchange)
    with exchange.connect("public") as client:
        books, tbt = ({"channel": c, "instId": name} for c in ("books", "books-l2-tbt"))
        client.subscribed(books)
        push = client.until(lambda m: m.get("arg") == books and "data" in m)
        equal((push["action"], push["data"][0]["prevSeqId"]), ("snapshot", -1), "the first push")
        equal(list(push["data"][0]), ["asks", "bids", "ts", "checksum", "seqId", "prevSeqId"], "keys")
        equal(push["data"][0]["checksum"], 0, "today's checksum")
        equal(len(push["data"][0]["asks"][0]), 4, "the members of a level")
        client.subscribe(books, id="again")
        client.until(lambda m: m.get("id") == "again")
        client.subscribe(tbt, id="t")
        client.until(lambda m: m.get("id") == "t" and m["event"] == "subscribe")
        reply = client.until(lambda m: m.get("event") == "unsubscribe")
        equal(reply["arg"], books, "what books-l2-tbt displaces")
        client.until(lambda m: m.get("arg") == tbt and m.get("action") == "snapshot")
        client.subscribe(books, id="b")
        client.until(lambda m: m.get("id") == "b" and m["event"] == "subscribe")
        client.until(lambda m: m.get("id") == "b" and m.get("code") == "64004")
    for channel, depth in (("bbo-tbt", 1), ("books5", 5)):
        with exchange.connect("public") as client:
            client.subscribed({"channel": channel, "instId": name})
            push = client.until(lambda m: "data" in m)
            check(1 <= len(push["data"][0]["bids"]) <= depth and "seqId" in push["data"][0],
                  f"a push of {channel}", push)
            check("action" not in push and "checksum" not in push["data"][0], channel, push)


def tbt_login(exchange):
    """With `requireLoginForTbt`."""
    tbt = {"channel": "books-l2-tbt", "instId": first(exchange)}
    with exchange.connect("public") as client:
        client.subscribe(tbt)
        equal(client.next()["code"], "64003", "books-l2-tbt before login")
        equal(client.login()["event"], "login", "a login on the public URL")
        client.subscribe(tbt)
        equal(client.next()["event"], "subscribe", "books-l2-tbt after login")


def limits(exchange):
    """With 5 requests an hour, 3 connects a second, idle after 1 s."""
    name = first(exchange)
    status = []
    clients = []
    for _ in range(5):
        try:
            clients.append(exchange.connect("public"))
        except InvalidStatus as refusal:
            status.append(refusal.response.status_code)
    equal((len(clients), status), (3, [429, 429]), "connections in one second")
    began = time.monotonic()
    talker = clients[0]
    for number in range(5):
        talker.send({"id": f"r{number}", "op": "unsubscribe",
                     "args": [{"channel": "trades", "instId": name}]})
        equal(talker.next()["event"], "unsubscribe", "a request within the limit")
    talker.send({"id": "r5", "op": "unsubscribe", "args": [{"channel": "trades", "instId": name}]})
    reply = talker.next()
    equal((reply["code"], reply["id"]), ("60014", "r5"), "the request past the limit")
    equal(clients[1].closed(), (4004, "No data received in 30s."), "the close of an idle connection")
    check(0.9 < time.monotonic() - began < 4, "when it closes", time.monotonic() - began)
    kept = clients[2]
    try:
        kept.send("ping")
    except ConnectionClosed:
        pass
    time.sleep(1.1)
    with exchange.connect("public") as client:
        for _ in range(4):
            time.sleep(0.5)
            client.send("ping")
            equal(client.text(), "pong", "pings keep it open")


def oversized(exchange):
    for size in (70_000, 200_000):
        with exchange.connect("public") as client:
            try:
                client.send('{"op":"subscribe","args":["' + "x" * size + '"]}')
            except ConnectionClosed:
                pass
            equal(client.closed()[0], 1009, f"a request of {size} bytes")
    with exchange.connect("public") as client:
        # Fragments are put together, up to the same limit.
        client.socket.send(['{"op":"sub', 'scribe","args":', "[7]}"])
        equal(client.next()["code"], "60013", "a request in three fragments")
        try:
            client.socket.send("x" * 30_000 for _ in range(4))
        except ConnectionClosed:
            pass
        equal(client.closed()[0], 1009, "fragments that add up to too much")


def raw(exchange):
    """Frames that RFC 6455 forbids, and paths that are none."""
    def opened():
        plain = socket.create_connection(("127.0.0.1", exchange.port), WAIT)
        stream = exchange.tls.wrap_socket(plain, server_hostname="localhost") if exchange.tls else plain
        stream.settimeout(WAIT)
        stream.sendall(b"GET /ws/v5/public HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
                       b"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                       b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
        head = b""
        while b"\r\n\r\n" not in head:
            head += stream.recv(4096)
        check(b" 101 " in head and b"s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" in head, "the upgrade", head)
        return stream
    for frame, code in [
        (b"\x81\x04ping", 1002),              # not masked
        (b"\xc1\x84\0\0\0\0ping", 1002),      # a reserved bit
        (b"\x83\x84\0\0\0\0ping", 1002),      # a reserved opcode
        (b"\x80\x84\0\0\0\0ping", 1002),      # a continuation of nothing
        (b"\x09\x80\0\0\0\0", 1002),          # a fragmented ping
    ]:
        with opened() as stream:
            stream.sendall(frame)
            reply = stream.recv(200)
            check(reply[:1] == b"\x88" and int.from_bytes(reply[2:4], "big") == code,
                  f"the close after {frame!r}", reply)
    with opened() as stream:
        # A ping between two fragments is answered at once.
        stream.sendall(b"\x01\x82\0\0\0\0pi" + b"\x89\x82\0\0\0\0ab" + b"\x80\x82\0\0\0\0ng")
        reply = b""
        while len(reply) < 10:
            reply += stream.recv(200)
        equal(reply, b"\x8a\x02ab\x81\x04pong", "pong, then the answer to the whole")
    for path in ("/ws/v5/nothing", "/nothing", "/ws/v5/"):
        equal(exchange.call("GET", path, sign=False)[0], 404, f"GET {path}")
    equal(exchange.call("GET", "/ws/v5/public", sign=False)[0], 426, "no upgrade asked")


def kept(exchange):
    """A connection that asked by REST, twice, becomes a WebSocket; the first frame may come with the request."""
    def opened():
        plain = socket.create_connection(("127.0.0.1", exchange.port), timeout=WAIT)
        return exchange.tls.wrap_socket(plain, server_hostname="127.0.0.1") if exchange.tls else plain

    def until(end):
        data = b""
        while end not in data:
            part = wire.recv(4096)
            check(part, "the connection stays", data)
            data += part
        return data

    def asked():
        for _ in range(2):
            wire.sendall(b"GET /api/v5/public/time HTTP/1.1\r\nHost: localhost\r\n\r\n")
            check(until(b"}]}").startswith(b"HTTP/1.1 200"), "a REST reply")

    upgrade = (b"GET /ws/v5/public HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
               b"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n")
    wire = opened()
    asked()
    wire.sendall(upgrade + b"\r\n")
    head = until(b"\r\n\r\n")
    check(not head.startswith(b"HTTP/1.1 101") and b"Connection: close" in head, "no key, no upgrade", head)
    equal(wire.recv(100), b"", "and the connection ends")
    wire = opened()
    asked()
    mask = bytes(4)
    ping = b"\x81\x84" + mask + b"ping"
    wire.sendall(upgrade + b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n" + ping)
    reply = until(b"pong")
    head, _, frames = reply.partition(b"\r\n\r\n")
    check(head.startswith(b"HTTP/1.1 101"), "the upgrade", head)
    check(b"s3pplmbitxaq9kygzzhzrbk+xoo=" in head.lower(), "RFC 6455's own answer", head)
    equal(frames, b"\x81\x04pong", "the frame behind the request")
    wire.sendall(ping)
    equal(until(b"pong"), b"\x81\x04pong", "and the next one")
    wire.close()


def slow_reader(exchange):
    """One who reads nothing is closed with 4005; its neighbour loses no message."""
    names = exchange.health()["instruments"]
    arguments = [{"channel": "books-l2-tbt", "instId": name} for name in names]
    plain = socket.socket()
    plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    plain.connect(("127.0.0.1", exchange.port))
    with connect(f"ws://127.0.0.1:{exchange.port}/ws/v5/public", sock=plain, max_size=None,
                 ping_interval=None, compression=None, max_queue=1, close_timeout=1) as slow:
        slow.send(json.dumps({"op": "subscribe", "args": arguments}))
        with exchange.connect("public") as quick:
            quick.subscribe(*arguments)
            books = {name: NaiveBook() for name in names}
            end = time.monotonic() + 20
            while exchange.health()["connections"] > 1:
                check(time.monotonic() < end, "the slow reader is closed")
                stop = time.monotonic() + 0.2
                while time.monotonic() < stop:
                    push = quick.next()
                    if "action" in push:
                        books[push["arg"]["instId"]].apply(push)
            equal(sum(book.gaps for book in books.values()), 0, "gaps at the neighbour")
            check(sum(book.messages for book in books.values()) > 100, "the neighbour's messages")


if __name__ == "__main__":
    main({function.__name__: function for function in (
        tls, envelopes, login, channels, tbt_login, limits, oversized, raw, kept, slow_reader)})
