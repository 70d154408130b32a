#!/usr/bin/env python3
"""An independent naive book fed straight from a raw recording.

Prints one JSON object: per instrument the count of book messages, how many carried a checksum that
verified or failed, and the digest of the final book (SHA-256 of the lines b,PRICE,SIZE of all bids,
then a,PRICE,SIZE of all asks, best first, decimals without trailing zeros).
"""
import binascii
import hashlib
import json
import sys
from decimal import Decimal

DEPTH_CHANNELS = ("books", "books50-l2-tbt", "books-l2-tbt")


def plain(text):
    number = format(Decimal(text).normalize(), "f")
    return "0" if number in ("-0", "") else number


def ordered(levels, best_high):
    return sorted(levels.items(), key=lambda item: Decimal(item[0]), reverse=best_high)


def checksum(bids, asks):
    best_bids, best_asks = ordered(bids, True)[:25], ordered(asks, False)[:25]
    parts = []
    for index in range(25):
        for side in (best_bids, best_asks):
            if index < len(side):
                parts += side[index]
    value = binascii.crc32(":".join(parts).encode())
    return value - (1 << 32) if value >= 1 << 31 else value


def main(path):
    books, report = {}, {}
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            stamp, _, body = line.partition(": ")
            if " " in stamp:
                continue
            message = json.loads(body)
            argument = message.get("arg", {})
            if "data" not in message or argument.get("channel") not in DEPTH_CHANNELS:
                continue
            name = argument["instId"]
            entry = report.setdefault(name, {"messages": 0, "verified": 0, "failed": 0})
            for data in message["data"]:
                if message["action"] == "snapshot":
                    books[name] = ({}, {})
                bids, asks = books[name]
                for side, levels in ((bids, data["bids"]), (asks, data["asks"])):
                    for price, size, *_ in levels:
                        if Decimal(size) == 0:
                            side.pop(price, None)
                        else:
                            side[price] = size
                entry["messages"] += 1
                if data.get("checksum"):
                    good = checksum(bids, asks) == data["checksum"]
                    entry["verified" if good else "failed"] += 1
    for name, (bids, asks) in books.items():
        lines = [f"b,{plain(p)},{plain(s)}\n" for p, s in ordered(bids, True)]
        lines += [f"a,{plain(p)},{plain(s)}\n" for p, s in ordered(asks, False)]
        report[name]["digest"] = hashlib.sha256("".join(lines).encode()).hexdigest()
    json.dump(report, sys.stdout, indent=1)


main(sys.argv[1])
