#!/usr/bin/env python3
"""Writes a small seed corpus per fuzz target below the folder given: DIR/TARGET/NNN."""
import base64
import hashlib
import json
import pathlib
import struct
import sys

SEED = b"\0\1\2\3\4\5\6\7"  # the first eight bytes of an input choose how it is cut


def frame(opcode, payload=b"", final=True, bits=None):
    head = bytes([(0x80 if final else 0) | opcode])
    size = len(payload)
    bits = bits or (7 if size < 126 else 16 if size < 65536 else 64)
    length = {7: lambda: bytes([size]), 16: lambda: b"\x7e" + struct.pack(">H", size),
              64: lambda: b"\x7f" + struct.pack(">Q", size)}[bits]()
    return head + length + payload


def web_socket():
    text = "κόσμε 𝄞 ok".encode()
    yield frame(1, b"hello") + frame(2, bytes(300)) + frame(9, b"p") + frame(8, b"\x03\xe8bye")
    yield frame(1, text[:5], False) + frame(10) + frame(0, text[5:9], False) + frame(0, text[9:])
    yield frame(1, b"a" * 126) + frame(1, b"b" * 700) + frame(8)
    yield frame(2, bytes(1500), False) + frame(0, bytes(548)) + frame(2, bytes(2049))
    yield frame(1, b"x", bits=64) + frame(1, b"\xff") + frame(8, b"\x0f\xa4No data received in 30s.")
    yield b"\x82\x7f" + b"\x7f" + b"\xff" * 7


def upgrade():
    key = base64.b64encode(b"the sample nonce")
    accept = base64.b64encode(hashlib.sha1(key + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest())
    head = (b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Accept: " + accept + b"\r\n")
    yield head + b"\r\n\x81\x02hi"
    yield head + b"Sec-WebSocket-Extensions: permessage-deflate\r\nSec-WebSocket-Protocol: x\r\n\r\n"
    yield b"HTTP/1.1 103 Early Hints\r\nLink: <a>\r\n\r\n" + head + b"\r\n"
    yield b"HTTP/1.0 200 Connection established\r\n\r\n"
    yield b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\n\r\n{}"
    yield b"wss://[2001:db8::1]:8443/ws/v5/public?a=%20b"
    yield b"ws://127.0.0.1:9001/runCase?case=1"


def private():
    order = {"accFillSz": "0.001", "amendResult": "", "avgPx": "31527.1", "cancelSource": "",
             "clOrdId": "549755813889", "code": "0", "execType": "M", "fillFee": "-0.0252",
             "fillFeeCcy": "USDT", "fillPx": "31527.1", "fillSz": "0.001", "instId": "BTC-USDT",
             "instType": "SPOT", "ordId": "452197707845865472", "ordType": "limit", "px": "31527.1",
             "reduceOnly": "false", "side": "sell", "state": "filled", "sz": "0.001", "tgtCcy": "",
             "tradeId": "242589207", "uTime": "1654084353264", "attachAlgoOrds": []}
    swap = dict(order, instId="BTC-USDT-SWAP", instType="SWAP", sz="0.5", accFillSz="0.25",
                fillSz="0.25", px="31527.5", fillPx="31527.5", state="partially_filled")
    odd = dict(order, px="31527.15", clOrdId="x")
    arg = {"channel": "orders", "instType": "ANY"}
    yield dumps({"arg": arg, "data": [order]})
    yield dumps({"data": [swap, odd, order], "arg": arg})
    yield dumps({"arg": {"channel": "account"}, "eventType": "snapshot", "data": [
        {"uTime": "1", "details": [{"ccy": "USDT", "cashBal": "100.52", "availBal": "-1"},
                                   {"ccy": "OKB", "cashBal": "1"}]}]})
    yield dumps({"arg": {"channel": "positions"}, "data": [
        {"instId": "BTC-USDT-SWAP", "instType": "SWAP", "posSide": "net", "pos": "-1.25",
         "avgPx": "31527.1234567890123456", "uTime": "5"}]})
    reply = {"clOrdId": "549755813889", "ordId": "12345678901234567890", "sCode": "51008_1000",
             "ts": "1695190491421"}
    yield dumps({"id": "1512", "op": "order", "data": [reply], "code": "1", "inTime": "1",
                 "outTime": "1900"})
    yield dumps({"id": "7", "op": "cancel-order", "data": [], "code": "60013"})
    login = dumps({"event": "login", "code": "0"})
    acks = [dumps({"id": "s1", "event": "subscribe", "arg": {"channel": name}})
            for name in ("orders", "account", "positions")]
    yield b"\n".join([login, *acks, dumps({"arg": arg, "data": [order]}), b"pong"])
    yield b"\n".join([login, dumps({"event": "error", "code": "60018", "id": "s1"}),
                      dumps({"event": "notice", "code": "64008"}),
                      dumps({"event": "channel-conn-count-error", "channel": "orders"})])
    yield b"pong"


def public():
    def book(previous, sequence, name="BTC-USDT", channel="books", checksum=0, px="78722.3"):
        return dumps({
            "arg": {"channel": channel, "instId": name},
            "action": "snapshot" if previous < 0 else "update",
            "data": [{"asks": [[px, "0.5", "0", "10"], ["78725", "0", "0", "0"]],
                      "bids": [["78722.2", "12.5", "0", "123"]], "ts": "1787612486107",
                      "checksum": checksum, "seqId": sequence, "prevSeqId": previous}]})

    def ack(event, request):
        return dumps({"id": str(request), "event": event,
                      "arg": {"channel": "books", "instId": "BTC-USDT"}, "connId": "a"})

    trade = {"instId": "BTC-USDT", "tradeId": "1040968613", "px": "64040.2", "sz": "0.00240857",
             "side": "buy", "ts": "1786538760218", "count": "2", "source": "0", "seqId": 79706765}
    yield book(-1, 80274874800)
    yield book(80274874800, 80274874876, checksum=-855196043)
    yield book(5, 7, "ELON-USDT", "books-l2-tbt", px="0.00000074408")
    yield dumps({"arg": {"channel": "trades", "instId": "BTC-USDT"}, "data": [trade]})
    # A name that ends in zeros is no instrument's.
    yield dumps({"arg": {"channel": "trades", "instId": "BTC-USDT"}, "data": [trade]}).replace(
        b'BTC-USDT"}', b'BTC-USDT\0\0"}')
    yield dumps({"data": [trade, trade], "arg": {"channel": "trades", "instId": "BTC-USDT"}})
    yield dumps({"arg": {"channel": "bbo-tbt", "instId": "ELON-USDT"}, "data": [
        {"asks": [["8476.5", "415", "0", "13"]], "bids": [], "ts": "1597026383085", "seqId": 12}]})
    yield b"\n".join([ack("subscribe", 1), book(-1, 10), book(10, 15), book(15, 3), book(4, 5),
                      ack("unsubscribe", 2), ack("subscribe", 3), book(-1, 20)])
    yield dumps({"id": "1", "event": "error", "code": "64003", "msg": "fee \"tier\""})
    yield b"\n".join([dumps({"event": "notice", "code": "64008"}), dumps({"event": "login"}),
                      dumps({"event": "channel-conn-count-error", "channel": "orders"}), b"pong"])


def dumps(value):
    return json.dumps(value, separators=(",", ":")).encode()


TARGETS = {"FuzzWebSocket": web_socket, "FuzzUpgrade": upgrade, "FuzzPrivate": private,
           "FuzzPublic": public}

if __name__ == "__main__":
    root = pathlib.Path(sys.argv[1])
    for target, seeds in TARGETS.items():
        folder = root / target
        folder.mkdir(parents=True, exist_ok=True)
        for index, seed in enumerate(seeds()):
            (folder / f"{index:03}").write_bytes(SEED + seed)
