"""What a desk asks of the exchange: the rows of docs/CLIENTS.md, and who did which of them."""
import contextlib
import pathlib
import sys
import time
import traceback

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "exchange"))
from peer import Exchange, check, equal  # noqa: E402  (the oracle shares no code with any client)

GROUPS = {
    "Market, REST": [
        "time", "instruments", "ticker", "tickers", "books", "candles", "history-candles", "trades",
        "history-trades", "status", "funding-rate", "mark-price", "price-limit", "open-interest",
        "index-tickers"],
    "Account, REST": [
        "balance", "positions", "config", "account instruments", "set-leverage", "leverage-info",
        "set-position-mode", "trade-fee", "bills", "bills-archive", "max-size", "max-avail-size"],
    "Orders, REST": [
        "limit", "market", "post_only", "ioc", "fok", "amend-order", "cancel-order", "batch-orders",
        "amend-batch-orders", "cancel-batch-orders", "order", "orders-pending", "orders-history",
        "orders-history-archive", "fills", "fills-history", "cancel-all-after", "close-position"],
    "Algo orders, REST": [
        "conditional", "oco", "trigger", "move_order_stop", "amend-algos", "cancel-algos",
        "order-algo", "orders-algo-pending", "orders-algo-history"],
    "Market, WebSocket": [
        "ws tickers", "ws books", "ws bbo-tbt", "ws trades", "ws candle", "ws funding-rate",
        "ws mark-price", "ws index-tickers", "ws price-limit", "ws open-interest"],
    "Account, WebSocket": [
        "ws login", "ws account", "ws positions", "ws balance_and_position", "ws orders", "ws fills",
        "ws orders-algo", "ws algo-advance", "ws order", "ws amend-order", "ws cancel-order",
        "ws batch-orders", "ws batch-cancel-orders"],
}
NAMES = [name for names in GROUPS.values() for name in names]


class NoCall(Exception):
    """The client has no call for an operation."""


class Run:
    """One client's way through the operations. What fails is told and does not hide the rest."""

    def __init__(self, client):
        self.client = client
        self.done = []
        self.failed = {}

    @contextlib.contextmanager
    def op(self, *names):
        for name in names:
            check(name in NAMES, "an operation of the table", name)
        try:
            yield
        except NoCall:
            pass
        except Exception:
            for name in names:
                self.failed[name] = traceback.format_exc(limit=4)
        else:
            self.done += [name for name in names if name not in self.done]

    def report(self):
        for name, text in self.failed.items():
            print(f"{self.client}: {name} failed\n{text}")
        both = [name for name in self.failed if name in self.done]
        self.done = [name for name in self.done if name not in both]
        return self.done


class Place:
    """Where the exchange is, and two instruments to trade there."""

    def __init__(self, port, ca):
        self.port, self.ca = int(port), ca
        self.rest = f"https://127.0.0.1:{port}"
        self.ws = f"wss://127.0.0.1:{port}/ws/v5"
        self.raw = Exchange(port, ca)
        self.spot, self.swap = "BTC-USDT", "BTC-USDT-SWAP"
        rows = self.rows("public/instruments?instType=SPOT")
        rows += self.rows("public/instruments?instType=SWAP")
        self.specification = {row["instId"]: row for row in rows}

    def rows(self, path):
        """The oracle waits where the exchange asks it to, so that no limit need be off."""
        end = time.monotonic() + 5
        while True:
            _, reply = self.raw.call("GET", "/api/v5/" + path)
            if reply["code"] != "50011" or time.monotonic() > end:
                equal(reply["code"], "0", f"GET {path}: {reply}")
                return reply["data"]
            time.sleep(0.1)

    def code(self, name):
        return self.specification[name]["instIdCode"]

    def last(self, name):
        return float(self.rows(f"market/ticker?instId={name}")[0]["last"])

    def away(self, name, share):
        """A price that share of the last one, on the tick."""
        tick = float(self.specification[name]["tickSz"])
        decimals = len(self.specification[name]["tickSz"].partition(".")[2])
        return f"{round(self.last(name) * share / tick) * tick:.{decimals}f}"

    def lot(self, name, times=1):
        size = self.specification[name]["minSz"]
        decimals = len(size.partition(".")[2])
        return f"{float(size) * times:.{decimals}f}"

    def order(self, name, order):
        return self.rows(f"trade/order?instId={name}&ordId={order}")[0]

    def position(self, name):
        rows = self.rows(f"account/positions?instId={name}")
        return float(rows[0]["pos"]) if rows else 0.0

    def cash(self, currency):
        details = self.rows(f"account/balance?ccy={currency}")[0]["details"]
        return float(details[0]["cashBal"]) if details else 0.0


def near(found, wanted, share, what):
    check(abs(float(found) - float(wanted)) <= share * abs(float(wanted)), what, f"{found} and {wanted}")
