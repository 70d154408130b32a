#!/usr/bin/env python3
"""Makes Made/books-l2-tbt.raw and Made/instruments.raw: a recording that nobody recorded.

The shapes are those of OKX before June 2026: no sequence numbers in `books-l2-tbt`, a CRC-32 of the
best 25 levels instead. Prices walk at random under a fixed seed, so the same files come out again.
"""
import binascii
import json
import pathlib
import random
from decimal import Decimal

FOLDER = pathlib.Path(__file__).parent / "Made"
START = 1_646_003_667.0
URL = "wss://ws.okx.com/ws/v5/public"
CHANNEL = "books-l2-tbt"
# Name, tick, lot, price in ticks, mean size in lots, updates, levels a side.
INSTRUMENTS = [
    ("MOON-USDT", "0.00000000001", "1", 74_450, 150_000_000, 180, 50),
    ("BTC-USDT", "0.1", "0.00000001", 412_050, 30_000_000, 110, 30),
    ("UNI-USD-SWAP", "0.001", "1", 9_623, 120, 130, 30),
    ("ETH-USD-220429-1900-P", "0.0005", "1", 130, 20, 10, 6),
]
SNAPSHOT_AGAIN = ("UNI-USD-SWAP", 70)  # a second snapshot in the middle of a chain


def text(count, step):
    number = format((Decimal(count) * Decimal(step)).normalize(), "f")
    return "0" if number in ("-0", "0") else number


class Book:
    def __init__(self, name, tick, lot, price, size, _, depth):
        self.name, self.tick, self.lot, self.size, self.depth = name, tick, lot, size, depth
        self.fair = price
        self.bids, self.asks = {}, {}
        for side, step in ((self.bids, -1), (self.asks, 1)):
            at = price
            for _ in range(depth):
                at += step * random.randint(1, 3)
                if at > 0:
                    side[at] = self.lots()
        if name.endswith("-P"):
            self.bids.clear()  # a side may be empty

    def lots(self):
        return 1 + int(random.expovariate(1 / self.size))

    def sorted(self, side):
        return sorted(side, reverse=side is self.bids)

    def change(self):
        """One to four changed levels, none of them crossing the other side."""
        changed = {id(self.bids): {}, id(self.asks): {}}
        self.fair = max(self.depth * 4, self.fair + random.randint(-2, 2))
        for _ in range(random.choice((1, 1, 1, 2, 2, 3, 4))):
            side = random.choice((self.bids, self.asks))
            step = -1 if side is self.bids else 1
            other = self.sorted(self.asks if side is self.bids else self.bids)
            prices = self.sorted(side)
            kind = random.random()
            if prices and kind < 0.3 and len(prices) > 2:
                price, lots = random.choice(prices[:12]), 0
            elif prices and kind < 0.7:
                price, lots = random.choice(prices[:12]), self.lots()
            else:
                price, lots = self.fair + step * random.randint(1, 9), self.lots()
            crosses = other and (price >= other[0] if step < 0 else price <= other[0])
            if price < 1 or (crosses and lots) or price in changed[id(side)]:
                continue
            if lots == 0:
                side.pop(price, None)
            else:
                side[price] = lots
            changed[id(side)][price] = lots
        return changed[id(self.bids)], changed[id(self.asks)]

    def levels(self, side, best_high):
        return [[text(price, self.tick), text(lots, self.lot) if lots else "0", "0",
                 str(random.randint(1, 9)) if lots else "0"]
                for price, lots in sorted(side.items(), reverse=best_high)]

    def checksum(self):
        bids, asks = self.sorted(self.bids), self.sorted(self.asks)
        parts = []
        for index in range(25):
            for side, prices in ((self.bids, bids), (self.asks, asks)):
                if index < len(prices):
                    price = prices[index]
                    parts += [text(price, self.tick), text(side[price], self.lot)]
        value = binascii.crc32(":".join(parts).encode())
        return value - (1 << 32) if value >= 1 << 31 else value

    def frame(self, action, bids, asks, time):
        return {"arg": {"channel": CHANNEL, "instId": self.name}, "action": action,
                "data": [{"asks": self.levels(asks, False), "bids": self.levels(bids, True),
                          "ts": str(int(time * 1000) - 12), "checksum": self.checksum()}]}

    def trade(self, number, time):
        is_buy = bool(random.getrandbits(1) and self.asks) or not self.bids
        price = self.sorted(self.asks if is_buy else self.bids)[0]
        return {"arg": {"channel": "trades", "instId": self.name},
                "data": [{"instId": self.name, "tradeId": str(number), "px": text(price, self.tick),
                          "sz": text(self.lots(), self.lot), "side": "buy" if is_buy else "sell",
                          "ts": str(int(time * 1000) - 11)}]}


def recording():
    lines = []
    time = START

    def add(frame):
        nonlocal time
        time += random.choice((0.0004, 0.002, 0.009, 0.031))
        lines.append(f"{time:.6f}: {json.dumps(frame, separators=(',', ':'))}")

    books = [Book(*row) for row in INSTRUMENTS]
    arguments = [{"channel": channel, "instId": book.name} for book in books
                 for channel in ("trades", CHANNEL)]
    lines.append(f"{URL} <-> {START - 1:.6f}")
    request = json.dumps({"op": "subscribe", "args": arguments}, separators=(",", ":"))
    lines.append(f"{URL} <- {START - 0.5:.6f}: {request}")
    for argument in arguments:
        add({"event": "subscribe", "arg": argument})
    for book in books:
        add(book.frame("snapshot", book.bids, book.asks, time))
    turns = [book for book, row in zip(books, INSTRUMENTS) for _ in range(row[5])]
    random.shuffle(turns)
    counts, number = {}, 1_000
    for book in turns:
        counts[book.name] = counts.get(book.name, 0) + 1
        if (book.name, counts[book.name]) == SNAPSHOT_AGAIN:
            add(book.frame("snapshot", book.bids, book.asks, time))
        if random.random() < 0.08:
            number += 1
            add(book.trade(number, time))
        bids, asks = book.change()
        while not bids and not asks:
            bids, asks = book.change()
        add(book.frame("update", bids, asks, time))
    return lines


def instruments():
    common = {"alias": "", "category": "1", "ctMult": "", "ctType": "", "ctVal": "", "ctValCcy": "",
              "expTime": "", "lever": "", "listTime": "1548133413000", "optType": "",
              "settleCcy": "", "state": "live", "stk": "", "uly": "", "baseCcy": "", "quoteCcy": ""}
    rows = {
        "SPOT": [{"instId": "MOON-USDT", "baseCcy": "MOON", "quoteCcy": "USDT", "minSz": "5000000",
                  "lotSz": "1", "tickSz": "0.00000000001"},
                 {"instId": "BTC-USDT", "baseCcy": "BTC", "quoteCcy": "USDT", "minSz": "0.00001",
                  "lotSz": "0.00000001", "tickSz": "0.1"}],
        "SWAP": [{"instId": "UNI-USD-SWAP", "ctMult": "1", "ctType": "inverse", "ctVal": "10",
                  "ctValCcy": "USD", "settleCcy": "UNI", "uly": "UNI-USD", "lever": "75",
                  "minSz": "1", "lotSz": "1", "tickSz": "0.001"}],
        "OPTION": [{"instId": "ETH-USD-220429-1900-P", "ctMult": "1", "ctVal": "1",
                    "ctValCcy": "ETH", "settleCcy": "ETH", "uly": "ETH-USD", "optType": "P",
                    "stk": "1900", "expTime": "1651219200000", "minSz": "1", "lotSz": "1",
                    "tickSz": "0.0005"}],
    }
    for index, (kind, some) in enumerate(rows.items()):
        body = {"code": "0", "data": [dict(common, instType=kind, **row) for row in some], "msg": ""}
        url = "https://www.okx.com/api/v5/public/instruments?instType=" + kind
        yield f"{url} -> {START - 3 + index / 2:.6f}: {json.dumps(body, separators=(',', ':'))}"


if __name__ == "__main__":
    random.seed(20220228)
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / "books-l2-tbt.raw").write_text("\n".join(recording()) + "\n")
    (FOLDER / "instruments.raw").write_text("\n".join(instruments()) + "\n")
