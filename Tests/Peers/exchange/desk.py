"""A trader's private connection to the simulated exchange."""
from peer import *


class Desk:
    """A logged-in private connection with the order, account and position channels."""

    def __init__(self, exchange, instrument=None, type="SPOT"):
        self.exchange = exchange
        name = instrument or exchange.health()["instruments"][0]
        self.spec = next(row for row in exchange.rows(
            f"/api/v5/public/instruments?instType={type}", sign=False) if row["instId"] == name)
        self.name, self.code = name, self.spec["instIdCode"]
        self.tick, self.lot = Decimal(self.spec["tickSz"]), Decimal(self.spec["lotSz"])
        self.client = exchange.connect("private")
        equal(self.client.login()["event"], "login", "the login")
        self.client.subscribed({"channel": "orders", "instType": "ANY"})
        self.number = 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.client.socket.close()

    def book(self):
        row = self.exchange.rows(f"/api/v5/market/books?instId={self.name}&sz=5", sign=False)[0]
        return Decimal(row["bids"][0][0]), Decimal(row["asks"][0][0])

    def order(self, **changes):
        bid, _ = self.book()
        order = {"instIdCode": self.code, "tdMode": "cash", "side": "buy", "ordType": "limit",
                 "px": plain(bid * Decimal("0.9") // self.tick * self.tick), "sz": plain(self.lot)}
        order.update(changes)
        return {key: value for key, value in order.items() if value is not None}

    def send(self, *orders, op="order", **members):
        self.number += 1
        return self.client.order(f"d{self.number}", *orders, op=op, **members)

    def place(self, **changes):
        """An accepted order's id."""
        reply = self.send(self.order(**changes))
        equal((reply["code"], reply["data"][0]["sCode"]), ("0", "0"), f"the reply {reply}")
        return reply["data"][0]["ordId"]

    def push(self, order, state=None):
        """The next push of that order (in that state)."""
        push = self.client.until(
            lambda m: m.get("arg", {}).get("channel") == "orders" and "data" in m
            and m["data"][0]["ordId"] == order and state in (None, m["data"][0]["state"]))
        return push["data"][0]

    def pushes(self, order):
        """All pushes of the order up to its end."""
        found = []
        while not found or found[-1]["state"] not in ("filled", "canceled"):
            found.append(self.push(order))
        return found


def balances(exchange):
    details = exchange.rows("/api/v5/account/balance")[0]["details"]
    return {row["ccy"]: Decimal(row["cashBal"]) for row in details}
