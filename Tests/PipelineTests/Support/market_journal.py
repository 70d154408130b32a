#!/usr/bin/env python3
"""Books rebuilt from `journal cat --stream market`, and what intents say that they were decided on.

Arguments: the market stream's JSON lines and the trade stream's. Prints one JSON object: per instrument
the digest of the final book (as naive_book.py has it) and the count of book messages; `lost`, records
that were lost; `intents`, how many were checked; `wrong`, those whose cause, bid, ask or seqId the market
stream does not bear out.
"""
import hashlib
import json
import sys
from decimal import Decimal


def plain(number):
    text = format(number.normalize(), "f")
    return "0" if text in ("-0", "") else text


def lines_of(path):
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def main(market, trade):
    lots, causes, lost, wrong, checked = {}, {}, 0, [], 0
    for row in lines_of(trade):
        if row["kind"] == "instrument":
            lots[row["instrument"]] = Decimal(row["lot"])
        elif row["kind"] == "intent":
            stage, number = row["cause"].split(":")
            assert stage == "builder"
            causes.setdefault(int(number), []).append(row)
    books, counts, sequence = {}, {}, {}
    for row in lines_of(market):
        if row["kind"] == "lost":
            lost += row["to"] - row["from"] + 1
        if row["kind"] != "market":
            continue
        for message in row["messages"]:
            name = message["instrument"]
            if message["message"] == "snapshot":
                books[name] = ({}, {})
            if message["message"] in ("snapshot", "update"):
                counts[name] = counts.get(name, 0) + 1
                for side, levels in zip(books[name], (message["bids"], message["asks"])):
                    for level in levels:
                        price = Decimal(level["price"])
                        if level["lots"] == 0:
                            side.pop(price, None)
                        else:
                            side[price] = level["lots"]
            if message["message"] in ("snapshot", "update", "heartbeat", "reset"):
                sequence[name] = message["seq_id"]
        for intent in causes.pop(row["number"], []):
            bids, asks = books[intent["instrument"]]
            checked += 1
            found = (plain(max(bids)), plain(min(asks)), sequence[intent["instrument"]])
            said = (intent["bid"], intent["ask"], intent["seq_id"])
            if found != said:
                wrong.append({"intent": intent["intent"], "said": said, "found": found})
    wrong += [{"intent": one["intent"], "cause": "not on record"}
              for rows in causes.values() for one in rows]
    report = {"instruments": {}, "lost": lost, "intents": checked, "wrong": wrong}
    for name, (bids, asks) in books.items():
        text = "".join(f"b,{plain(p)},{plain(bids[p] * lots[name])}\n"
                       for p in sorted(bids, reverse=True))
        text += "".join(f"a,{plain(p)},{plain(asks[p] * lots[name])}\n" for p in sorted(asks))
        report["instruments"][name] = {
            "digest": hashlib.sha256(text.encode()).hexdigest(), "messages": counts[name]}
    json.dump(report, sys.stdout, indent=1)


main(*sys.argv[1:])
