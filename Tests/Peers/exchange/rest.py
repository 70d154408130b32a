"""REST: signatures, envelopes, the calls of the core."""
from peer import *


def signatures(exchange):
    path = "/api/v5/account/config"
    equal(exchange.rows(path)[0]["posMode"], "net_mode", "a signed call")
    query = "/api/v5/account/balance?ccy=USDT"
    equal([row["ccy"] for row in exchange.rows(query)[0]["details"]], ["USDT"], "the query is signed")
    now = time.time()
    for changes, code in [
        ({"sign": False}, "50103"), ({"headers": {"OK-ACCESS-KEY": None}}, "50103"),
        ({"headers": {"OK-ACCESS-PASSPHRASE": None}}, "50104"),
        ({"headers": {"OK-ACCESS-SIGN": None}}, "50106"),
        ({"headers": {"OK-ACCESS-TIMESTAMP": None}}, "50107"),
        ({"headers": {"OK-ACCESS-KEY": "no"}}, "50119"),
        ({"headers": {"OK-ACCESS-PASSPHRASE": "no"}}, "50105"),
        ({"headers": {"OK-ACCESS-SIGN": "bm8="}}, "50113"), ({"secret": "no"}, "50113"),
        ({"headers": {"OK-ACCESS-SIGN": "not base64"}}, "50113"),
        ({"stamp": iso(now - 40)}, "50102"), ({"stamp": iso(now + 40)}, "50102"),
        ({"stamp": str(int(now))}, "50112"), ({"stamp": "2026-13-01T00:00:00.000Z"}, "50112"),
    ]:
        status, reply = exchange.call("GET", path, **changes)
        equal((status, reply["code"], reply["data"]), (401, code, []), f"a call with {changes}")
    time.sleep(2.05)
    equal(exchange.rows(path, stamp=iso(time.time() - 25))[0]["acctLv"], "2", "a clock 25 s behind")
    # The body is signed too.
    status, reply = exchange.call("POST", "/api/v5/trade/order", {"instId": "X"}, secret="no")
    equal((status, reply["code"]), (401, "50113"), "a POST with a wrong signature")


def calls(exchange):
    name = exchange.health()["instruments"][0]
    rows = exchange.rows("/api/v5/public/instruments?instType=SPOT", sign=False)
    equal([row["instId"] for row in rows], exchange.health()["instruments"], "public/instruments")
    for row in rows:
        equal((row["minSz"], row["state"], type(row["instIdCode"])), (row["lotSz"], "live", int), "a row")
    equal(exchange.rows("/api/v5/account/instruments?instType=SPOT"), rows, "account/instruments")
    equal(exchange.rows("/api/v5/public/instruments?instType=SWAP", sign=False), [], "no swaps")
    for path, code in [
        ("/api/v5/public/instruments", "50014"), ("/api/v5/public/instruments?instType=X", "51000"),
        ("/api/v5/public/instruments?instType=SPOT&instId=NO", "51001"),
        ("/api/v5/market/books", "50014"), ("/api/v5/market/books?instId=NO", "51001"),
        (f"/api/v5/market/books?instId={name}&sz=401", "51000"),
        (f"/api/v5/trade/order?instId={name}", "51003"),
        (f"/api/v5/trade/order?instId={name}&ordId=12", "51603"),
        (f"/api/v5/trade/order?instId={name}&ordId=x", "51000"),
    ]:
        status, reply = exchange.call("GET", path)
        equal((status, reply["code"]), (400 if code in ("50014", "51000") else 200, code), path)
    book = exchange.rows(f"/api/v5/market/books?instId={name}&sz=400", sign=False)[0]
    check(len(book["bids"]) > 5 and isinstance(book["seqId"], int), "market/books")
    bids, asks = ([Decimal(level[0]) for level in book[side]] for side in ("bids", "asks"))
    check(bids == sorted(bids, reverse=True) and asks == sorted(asks) and bids[0] < asks[0], "sorted")
    fee = exchange.rows("/api/v5/account/trade-fee?instType=SPOT")[0]
    equal((fee["maker"], fee["taker"]), ("-0.0008", "-0.001"), "OKX writes a charge as negative")
    order = {"instId": name, "tdMode": "cash", "side": "buy", "ordType": "limit", "sz": rows[0]["minSz"],
             "px": plain(bids[0] * Decimal("0.9") // Decimal(rows[0]["tickSz"]) * Decimal(rows[0]["tickSz"]))}
    status, reply = exchange.call("POST", "/api/v5/trade/order", order)
    equal((status, reply["code"], reply["data"][0]["sCode"]), (200, "0", "0"), f"a REST order {reply}")
    check("inTime" in reply and "outTime" in reply, "the times", reply)
    identifier = reply["data"][0]["ordId"]
    equal(exchange.rows("/api/v5/trade/orders-pending")[0]["ordId"], identifier, "pending")
    status, reply = exchange.call(
        "POST", "/api/v5/trade/cancel-order", {"instId": name, "ordId": identifier})
    equal((reply["code"], reply["data"][0]["ordId"]), ("0", identifier), "a REST cancel")
    history = exchange.rows("/api/v5/trade/orders-history?instType=SPOT")
    equal((history[0]["ordId"], history[0]["state"]), (identifier, "canceled"), "orders-history")
    status, reply = exchange.call("POST", "/api/v5/trade/batch-orders", [order, {**order, "instId": "NO"}])
    equal((reply["code"], reply["data"][1]["sCode"]), ("2", "51001"), "a REST batch")
    for body, code in ((None, "50000"), ):
        status, reply = exchange.call("POST", "/api/v5/trade/order", body)
        equal(reply["code"], code, "an empty body")
    past = {"expTime": str(int(time.time() * 1000) - 1)}
    status, reply = exchange.call("POST", "/api/v5/trade/order", order, headers=past)
    equal(reply["code"], "50036", "expTime past")
    equal(exchange.call("GET", "/api/v5/no/such")[0], 404, "no such call")
    time.sleep(2.05)
    statuses = [exchange.call("GET", "/api/v5/account/balance")[0] for _ in range(11)]
    equal(statuses, [200] * 10 + [429], "account/balance: 10 in 2 s")


if __name__ == "__main__":
    main({function.__name__: function for function in (signatures, calls)})
