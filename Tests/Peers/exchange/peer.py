"""A client of the simulated exchange that shares no code with it: websockets, urllib, ssl."""
import base64
import hashlib
import hmac
import json
import os
import ssl
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
import zlib
from datetime import datetime, timezone
from decimal import Decimal

from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

KEY = "00000000-0000-4000-8000-000000000000"
SECRET = "00000000000000000000000000000000"
PASSPHRASE = "simulated-passphrase"
WAIT = 10.0


def check(condition, what, detail=""):
    """Fails the scenario with a message that says what was expected."""
    if not condition:
        raise AssertionError(f"{what}: {detail}" if detail != "" else what)


def equal(found, wanted, what):
    check(found == wanted, what, f"found {found!r}, wanted {wanted!r}")


class Exchange:
    """Where the exchange listens and whom it is verified by."""

    def __init__(self, port, ca=None):
        self.port = int(port)
        self.tls = ssl.create_default_context(cafile=ca) if ca else None

    def rest_url(self):
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}"

    def connect(self, endpoint, **options):
        scheme = "wss" if self.tls else "ws"
        return Client(self, f"{scheme}://127.0.0.1:{self.port}/ws/v5/{endpoint}", options)

    def call(self, method, path, body=None, sign=True, headers=None, secret=SECRET, stamp=None):
        """Status, JSON (or text) of a REST call, signed as OKX asks unless told otherwise."""
        text = "" if body is None else json.dumps(body)
        given = {"Content-Type": "application/json"}
        if sign:
            stamp = stamp or iso(time.time())
            mac = hmac.new(secret.encode(), (stamp + method + path + text).encode(), hashlib.sha256)
            given.update({
                "OK-ACCESS-KEY": KEY, "OK-ACCESS-PASSPHRASE": PASSPHRASE,
                "OK-ACCESS-TIMESTAMP": stamp,
                "OK-ACCESS-SIGN": base64.b64encode(mac.digest()).decode()})
        given.update(headers or {})
        request = urllib.request.Request(
            self.rest_url() + path, data=text.encode() if body is not None else None,
            headers={name: value for name, value in given.items() if value is not None},
            method=method)
        try:
            with urllib.request.urlopen(request, context=self.tls, timeout=WAIT) as reply:
                return reply.status, decoded(reply.read())
        except urllib.error.HTTPError as error:
            return error.code, decoded(error.read())

    def rows(self, path, **options):
        status, reply = self.call("GET", path, **options)
        check(status == 200 and reply["code"] == "0", f"GET {path}", reply)
        return reply["data"]

    def report(self):
        status, reply = self.call("GET", "/sim/report", sign=False)
        equal(status, 200, "the report's status")
        return reply

    def health(self):
        return self.call("GET", "/sim/health", sign=False)[1]


def decoded(body):
    try:
        return json.loads(body)
    except ValueError:
        return body.decode()


def iso(seconds):
    moment = datetime.fromtimestamp(seconds, timezone.utc)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


class Client:
    def __init__(self, exchange, url, options):
        self.socket = connect(
            url, ssl=exchange.tls, max_size=None, ping_interval=None, open_timeout=WAIT,
            compression=None, close_timeout=2, max_queue=None, **options)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, message):
        self.socket.send(message if isinstance(message, (str, bytes)) else json.dumps(message))

    def text(self, wait=WAIT):
        return self.socket.recv(timeout=wait)

    def next(self, wait=WAIT):
        return json.loads(self.text(wait))

    def until(self, wanted, wait=WAIT):
        """The first message that `wanted` accepts; others are passed over."""
        end = time.monotonic() + wait
        passed = []
        while time.monotonic() < end:
            try:
                message = self.next(max(0.01, end - time.monotonic()))
            except TimeoutError:
                break
            if wanted(message):
                return message
            passed.append(message)
        raise AssertionError(f"no such message in {wait} s; passed over {str(passed)[:600]}")

    def quiet(self, seconds=0.3):
        """Nothing comes for so long."""
        try:
            raise AssertionError(f"unexpected {self.text(seconds)[:300]}")
        except TimeoutError:
            pass

    def closed(self, wait=WAIT):
        """The code and reason the exchange closes with."""
        try:
            end = time.monotonic() + wait
            while time.monotonic() < end:
                self.text(max(0.01, end - time.monotonic()))
        except ConnectionClosed as closed:
            return (closed.rcvd.code, closed.rcvd.reason) if closed.rcvd else (1006, "")
        except TimeoutError:
            pass
        raise AssertionError(f"still open after {wait} s")

    def login(self, **changes):
        self.send(login_request(**changes))
        return self.next()

    def subscribe(self, *arguments, id="s1"):
        self.send({"id": id, "op": "subscribe", "args": list(arguments)})

    def subscribed(self, *arguments, id="s1"):
        """Subscribes and takes the acknowledgements; other messages meanwhile are passed over."""
        self.subscribe(*arguments, id=id)
        for _ in arguments:
            self.until(lambda m: m.get("event") == "subscribe" and m.get("id") == id)

    def order(self, id, *orders, op="order", **members):
        """The reply of an order operation, and the pushes that came before it."""
        self.send({"id": id, "op": op, "args": list(orders), **members})
        return self.until(lambda m: m.get("id") == id)


def login_request(stamp=None, key=KEY, secret=SECRET, passphrase=PASSPHRASE):
    stamp = stamp or str(int(time.time()))
    mac = hmac.new(secret.encode(), (stamp + "GET/users/self/verify").encode(), hashlib.sha256)
    return {"op": "login", "args": [{
        "apiKey": key, "passphrase": passphrase, "timestamp": stamp,
        "sign": base64.b64encode(mac.digest()).decode()}]}


class NaiveBook:
    """A book as OKX describes it: two dictionaries of texts. Checks chain and checksum."""

    def __init__(self):
        self.bids, self.asks = {}, {}
        self.last = None
        self.messages = self.verified = self.heartbeats = 0
        self.gaps = self.failed = self.snapshots = 0

    def apply(self, push):
        data = push["data"][0]
        self.messages += 1
        if push["action"] == "snapshot":
            self.snapshots += 1
            self.bids, self.asks = {}, {}
            equal(data["prevSeqId"], -1, "a snapshot's prevSeqId")
        elif data["prevSeqId"] != self.last:
            self.gaps += 1
        elif not data["asks"] and not data["bids"] and data["seqId"] == data["prevSeqId"]:
            self.heartbeats += 1
        self.last = data["seqId"]
        for side, levels in ((self.bids, data["bids"]), (self.asks, data["asks"])):
            for price, size, zero, orders in levels:
                if Decimal(size) == 0:
                    side.pop(Decimal(price), None)
                else:
                    side[Decimal(price)] = (price, size)
        if data.get("checksum"):
            if self.checksum() == data["checksum"]:
                self.verified += 1
            else:
                self.failed += 1

    def levels(self):
        return (sorted(self.bids.items(), reverse=True), sorted(self.asks.items()))

    def copied(self):
        other = NaiveBook()
        other.bids, other.asks = dict(self.bids), dict(self.asks)
        return other

    def top(self, depth):
        return [[(price, Decimal(size)) for price, (_, size) in side[:depth]] for side in self.levels()]

    def checksum(self):
        bids, asks = self.levels()
        parts = []
        for index in range(25):
            for side in (bids, asks):
                if index < len(side):
                    parts += side[index][1]
        value = zlib.crc32(":".join(parts).encode())
        return value - (1 << 32) if value >= 1 << 31 else value

    def digest(self):
        bids, asks = self.levels()
        lines = [f"{name},{plain(price)},{plain(Decimal(size))}\n"
                 for name, side in (("b", bids), ("a", asks)) for price, (_, size) in side]
        return hashlib.sha256("".join(lines).encode()).hexdigest()


def plain(number):
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def main(scenarios):
    """`FILE NAME PORT [CA [ARGUMENT…]]` runs one scenario; its failure is the exit code."""
    name, port, *rest = sys.argv[1:]
    exchange = Exchange(port, rest[0] if rest and rest[0] != "-" else None)
    try:
        scenarios[name](exchange, *rest[1:])
    except AssertionError as error:
        print(f"{name}: {error}", file=sys.stderr, flush=True)
        os._exit(1)  # connections left open must not hold the process
    print(f"{name}: ok")
