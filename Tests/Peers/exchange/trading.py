"""Orders over WebSocket and REST: acknowledgements, pushes, refusals, money to the last digit."""
from desk import *


def lifecycle(exchange):
    with Desk(exchange) as desk:
        reply = desk.send(desk.order(clOrdId="1099511627777"))
        row = reply["data"][0]
        equal(sorted(reply), ["code", "data", "id", "inTime", "msg", "op", "outTime"], "the envelope")
        equal(sorted(row), ["clOrdId", "ordId", "sCode", "sMsg", "subCode", "tag", "ts"], "a row")
        equal((reply["code"], reply["op"], row["sCode"], row["clOrdId"]),
              ("0", "order", "0", "1099511627777"), "an accepted order")
        now = time.time() * 1e6
        check(now - 5e6 < int(reply["inTime"]) <= int(reply["outTime"]) < now + 1e6, "µs", reply)
        live = desk.push(row["ordId"])
        equal((live["state"], live["accFillSz"], live["clOrdId"]), ("live", "0", "1099511627777"), "live")
        pending = exchange.rows("/api/v5/trade/orders-pending")
        equal([order["ordId"] for order in pending], [row["ordId"]], "orders-pending")
        queried = exchange.rows(f"/api/v5/trade/order?instId={desk.name}&clOrdId=1099511627777")
        equal(queried[0]["ordId"], row["ordId"], "trade/order by clOrdId")
        again = desk.send(desk.order(clOrdId="1099511627777"))
        equal((again["code"], again["data"][0]["sCode"]), ("1", "51016"), "a duplicate clOrdId")
        changed = desk.send({"instIdCode": desk.code, "ordId": row["ordId"], "reqId": "r1",
                             "newSz": plain(desk.lot * 3)}, op="amend-order")
        equal(changed["data"][0]["sCode"], "0", f"an amend {changed}")
        equal((sorted(changed["data"][0]), changed["data"][0]["ts"]),
              (["clOrdId", "ordId", "reqId", "sCode", "sMsg", "subCode", "ts"], live["cTime"]), "an amend's row")
        amended = desk.push(row["ordId"])
        equal((amended["sz"], amended["reqId"], amended["amendResult"]),
              (plain(desk.lot * 3), "r1", "0"), "the push of an amend")
        cancel = {"instIdCode": desk.code, "ordId": row["ordId"]}
        reply = desk.send(cancel, op="cancel-order", expTime=str(int(time.time() * 1000) - 1))
        equal((reply["code"], reply["op"], reply["data"][0]["ordId"]),
              ("0", "cancel-order", row["ordId"]), "a cancel, which has no time to be late for")
        equal(sorted(reply["data"][0]), ["clOrdId", "ordId", "sCode", "sMsg", "ts"], "a cancel's row")
        equal((reply["data"][0]["ts"], reply["data"][0]["clOrdId"]), (live["cTime"], live["clOrdId"]), "of the order")
        gone = desk.push(row["ordId"])
        equal((gone["state"], gone["cancelSource"]), ("canceled", "1"), "canceled")
        reply = desk.send(cancel, op="cancel-order")
        equal((reply["code"], reply["data"][0]["sCode"]), ("1", "51400"), "a second cancel")
        reply = desk.send({"instIdCode": desk.code, "clOrdId": "1099511627777"}, op="cancel-order")
        equal(reply["data"][0]["sCode"], "51400", "a cancel by a clOrdId that is done")
        equal(exchange.rows("/api/v5/trade/orders-pending"), [], "nothing pending")


def fills(exchange):
    """Crossing, and the account by fills alone: positions, balances, fees to the last digit."""
    with Desk(exchange) as desk:
        base, quote = desk.spec["baseCcy"], desk.spec["quoteCcy"]
        before = balances(exchange)
        account, positions = {"channel": "account"}, {"channel": "positions", "instType": "ANY"}
        desk.client.subscribe(account, positions)
        first = desk.client.until(lambda m: m.get("arg", {}).get("channel") == "account" and "data" in m)
        equal((first["eventType"], first["curPage"], first["lastPage"]), ("snapshot", 1, True), "account")
        first = desk.client.until(lambda m: m.get("arg", {}).get("channel") == "positions" and "data" in m)
        equal((first["eventType"], first["data"]), ("snapshot", []), "no position yet")
        seen = []
        for side, lots, kind in (("buy", 40, "ioc"), ("buy", 7, "limit"), ("sell", 30, "fok"),
                                 ("sell", 60, "ioc")):
            bid, ask = desk.book()
            price = ask * Decimal("1.01") if side == "buy" else bid * Decimal("0.99")
            order = desk.place(side=side, ordType=kind, sz=plain(desk.lot * lots),
                               px=plain(price // desk.tick * desk.tick))
            pushes = desk.pushes(order)
            last = pushes[-1]
            equal((last["state"], Decimal(last["accFillSz"])), ("filled", desk.lot * lots), f"{kind}")
            equal(pushes[0]["state"], "live", "an order's first push")
            parts = [push for push in pushes if push["tradeId"]]
            equal(sum(Decimal(push["fillSz"]) for push in parts), desk.lot * lots, "Σ fillSz")
            equal({push["execType"] for push in parts}, {"T"}, "a taker")
            seen += parts
        listed = exchange.rows("/api/v5/trade/fills?instType=SPOT")
        equal(sorted(row["tradeId"] for row in listed), sorted(push["tradeId"] for push in seen), "fills")
        expected = dict(before)
        position = Decimal(0)
        for row in listed:
            size, price = Decimal(row["fillSz"]), Decimal(row["fillPx"])
            sign = 1 if row["side"] == "buy" else -1
            position += sign * size
            expected[base] += sign * size
            expected[quote] -= sign * size * price
            check(Decimal(row["fee"]) < 0, "a fee is charged", row)
            equal(row["feeCcy"], base if sign > 0 else quote, "the fee's currency")
            expected[row["feeCcy"]] += Decimal(row["fee"])
        equal(position, desk.lot * -43, "the position")
        equal(balances(exchange), expected, "balances by fills")
        report = exchange.report()
        equal(report["instruments"][desk.name]["position"], "-43", "the report's position")
        equal(report["instruments"][desk.name]["filled"], 137, "the report's filled lots")
        equal({name: Decimal(text) for name, text in report["balances"].items()}, expected, "report")
        for query in ("", f"?instId={desk.name}", "?instType=SPOT"):
            equal(exchange.rows("/api/v5/account/positions" + query), [], "spot has no row")
        push = desk.client.until(
            lambda m: m.get("arg", {}).get("channel") == "account" and m.get("data")
            and {d["ccy"]: Decimal(d["cashBal"]) for d in m["data"][0]["details"]}.get(base)
            == expected[base])
        check(push["arg"].get("uid"), "a private push names the user", push)
        paging(exchange, desk.name, listed)


def paging(exchange, name, listed):
    """Pages of two add up to the whole, newest first, whichever way they are walked."""
    ids = [int(row["billId"]) for row in listed]
    equal(ids, sorted(ids, reverse=True), "newest first")
    path = f"/api/v5/trade/fills?instId={name}&limit=2"
    walked, after = [], ""
    for _ in range(len(ids)):
        page = exchange.rows(path + (f"&after={after}" if after else ""))
        check(len(page) <= 2, "a page")
        walked += [int(row["billId"]) for row in page]
        if len(page) < 2:
            break
        after = page[-1]["billId"]
    equal(walked, ids, "all pages by after")
    newer = exchange.rows(f"/api/v5/trade/fills?before={ids[-1]}")
    equal([int(row["billId"]) for row in newer], ids[:-1], "before is exclusive")
    newer = exchange.rows(f"/api/v5/trade/fills?before={ids[-1]}&limit=2")
    equal([int(row["billId"]) for row in newer], ids[-3:-1], "the page next to before")
    between = exchange.rows(f"/api/v5/trade/fills?before={ids[-1]}&after={ids[0]}&limit=1")
    equal([int(row["billId"]) for row in between], ids[1:2], "with both the page next to after")
    equal(exchange.call("GET", "/api/v5/trade/fills-history")[1]["code"], "50014", "wants a type")
    history = exchange.rows("/api/v5/trade/fills-history?instType=SPOT")
    equal([int(row["billId"]) for row in history], ids, "the history of today")
    equal(exchange.rows("/api/v5/trade/fills?instType=SWAP"), [], "of another type")
    equal(exchange.call("GET", "/api/v5/trade/fills?limit=0")[1]["code"], "51000", "limit 0")


def kinds(exchange):
    """post_only, ioc, fok and market orders end as on OKX."""
    with Desk(exchange) as desk:
        bid, ask = desk.book()
        high = plain(ask * Decimal("1.02") // desk.tick * desk.tick)
        low = plain(bid * Decimal("0.95") // desk.tick * desk.tick)
        pushes = desk.pushes(desk.place(ordType="post_only", px=high))
        equal([(p["state"], p["cancelSource"]) for p in pushes], [("canceled", "31")], "post_only")
        pushes = desk.pushes(desk.place(ordType="ioc", px=low))
        equal([(p["state"], p["cancelSource"]) for p in pushes], [("live", ""), ("canceled", "14")], "ioc")
        pushes = desk.pushes(desk.place(ordType="fok", px=plain(ask + desk.tick * 3),
                                        sz=plain(desk.lot * 100_000_000 // 1000)))
        equal(pushes[-1]["state"], "canceled", f"fok {pushes[-1]}")
        equal(pushes[-1]["cancelSource"], "13", "fok")
        rested = desk.place(ordType="post_only", px=low)
        equal(desk.push(rested)["state"], "live", "a post_only that rests")
        pushes = desk.pushes(desk.place(ordType="market", side="sell", px=None))
        equal(pushes[-1]["state"], "filled", "market sell")
        pushes = desk.pushes(desk.place(ordType="market", px=None, sz="100", tgtCcy="quote_ccy"))
        equal(pushes[-1]["state"], "filled", "market buy for 100 of the quote")
        check(Decimal(pushes[-1]["accFillSz"]) * Decimal(pushes[-1]["avgPx"]) <= 100, "no more than 100")
        reply = desk.send({"instIdCode": desk.code, "ordId": rested}, op="cancel-order")
        equal(reply["code"], "0", "the end")


def refusals(exchange):
    """One table: what is wrong with an order, and the code that says so."""
    with Desk(exchange) as desk:
        unit = desk.lot
        table = [
            ({"instIdCode": None}, "50014"), ({"instIdCode": None, "instId": desk.name}, "50014"),
            ({"instIdCode": 1}, "51001"), ({"instIdCode": str(desk.code)}, "51000"),
            ({"side": None}, "50014"), ({"side": "up"}, "51000"), ({"side": 7}, "51000"),
            ({"ordType": None}, "50014"), ({"ordType": "maybe"}, "51000"),
            ({"tdMode": None}, "50014"), ({"tdMode": "cross"}, "51000"),
            ({"posSide": "long"}, "51000"), ({"reduceOnly": "perhaps"}, "51000"),
            ({"sz": None}, "50014"), ({"sz": "x"}, "51000"), ({"sz": "0"}, "51000"),
            ({"sz": "-1"}, "51000"), ({"sz": plain(unit / 10)}, "51121"),
            ({"sz": plain(unit + unit / 10)}, "51121"),
            ({"sz": "1" + "0" * 30}, "51000"), ({"sz": plain(unit * 10 ** 17)}, "51005"),
            ({"px": None}, "51000"), ({"px": "0"}, "51000"), ({"px": "1e5"}, "51000"),
            ({"px": plain(desk.tick * 1000 + desk.tick / 10)}, "51150"),
            ({"clOrdId": "a-b"}, "51000"), ({"clOrdId": "a" * 33}, "51000"),
            ({"clOrdId": "ü"}, "51000"), ({"tag": "t" * 17}, "51000"),
            ({"sz": plain(unit * 10 ** 12)}, "51008"), ({"tradeQuoteCcy": "EUR"}, "51000"),
            ({"ordType": "market", "tgtCcy": "quote_ccy", "sz": "1000001"}, "51201"),
        ]
        for changes, code in table:
            reply = desk.send(desk.order(**changes))
            equal((reply["code"], reply["data"][0]["sCode"]), ("1", code), f"an order with {changes}")
            equal(reply["data"][0]["subCode"], "1000" if code == "51008" else "", "its subCode")
            check(reply["data"][0]["sMsg"] and not reply["data"][0]["ordId"], "its sMsg", reply)
            time.sleep(0.08)  # under 40 books in 2 s
        past, soon = (str(int(time.time() * 1000) + offset) for offset in (-1, 60_000))
        for expiry, code in ((past, "50036"), ("soon", "51000"), (soon, "0")):
            reply = desk.send(desk.order(), expTime=expiry)
            equal(reply["code"], code, f"expTime {expiry}")
        for arguments, code in (([desk.order(), desk.order()], "60013"), ([7], "1")):
            equal(desk.send(*arguments)["code"], code, f"args {len(arguments)}")
        reply = desk.send(desk.order(), desk.order(sz="x"), op="batch-orders")
        equal((reply["code"], [row["sCode"] for row in reply["data"]]), ("2", ["0", "51000"]), "a batch")
        equal(desk.send(*[desk.order()] * 21, op="batch-orders")["code"], "51111", "a large batch")
        for arguments, code in ((({"instIdCode": desk.code}), "51407"),
                                ({"instIdCode": desk.code, "ordId": "12"}, "51400"),
                                ({"instIdCode": desk.code, "ordId": "x"}, "51000"),
                                ({"ordId": "12"}, "50014")):
            reply = desk.send(arguments, op="cancel-order")
            equal(reply["data"][0]["sCode"], code, f"a cancel with {arguments}")
        desk.client.send({"op": "order", "args": [desk.order()]})
        equal(desk.client.until(lambda m: "event" in m)["code"], "60027", "an order without id")


def rates(exchange):
    """60 orders of one instrument in 2 s, cancels counted apart; 70 of the account here, spot aside."""
    names = exchange.health()["instruments"]
    with Desk(exchange) as spot:
        for _ in range(20):
            spot.place()
    with Desk(exchange, names[-2], "SWAP") as desk:
        order = desk.order(tdMode="cross")
        time.sleep(2.05)
        for number in range(60):
            desk.client.send({"id": f"n{number}", "op": "order", "args": [order]})
        desk.client.send({"id": "past", "op": "order", "args": [order]})
        replies = [desk.client.until(lambda m: m.get("id") == f"n{n}") for n in range(60)]
        equal({reply["code"] for reply in replies}, {"0"}, "60 orders")
        reply = desk.client.until(lambda m: m.get("id") == "past")
        equal((reply["code"], reply["data"]), ("50011", []), "the order past 60")
        reply = desk.send({"instIdCode": desk.code, "ordId": replies[0]["data"][0]["ordId"]},
                          op="cancel-order")
        equal(reply["code"], "0", "cancels have a limit of their own")
        with Desk(exchange, names[-1], "SWAP") as other:
            order = other.order(tdMode="cross")
            time.sleep(0.1)
            codes = [other.send(order) for _ in range(11)]
            codes = [(reply["code"], reply["data"][0]["sCode"]) for reply in codes]
            equal(codes, [("0", "0")] * 10 + [("1", "50061")], "the account's limit")
    with Desk(exchange) as spot:
        spot.place()


def rejections(exchange):
    """`at 0 of INSTRUMENT reject 51008` meets the first order and no other."""
    with Desk(exchange) as desk:
        reply = desk.send(desk.order())
        equal(reply["data"][0]["sCode"], "51008", "the injected refusal")
        desk.place()
        equal(exchange.report()["faults"], {"reject": 1}, "the count of faults")


def dead_man(exchange):
    """cancel-all-after cancels with cancelSource 20, and 0 disarms it."""
    path = "/api/v5/trade/cancel-all-after"
    for bad in ("9", "121"):
        equal(exchange.call("POST", path, {"timeOut": bad})[1]["code"], "51000", f"timeOut {bad!r}")
    codes = [exchange.call("POST", path, {"timeOut": "0", "tag": tag})[1]["code"] for tag in ("a", "b", "a")]
    equal(codes, ["0", "0", "50011"], "once a second for each tag")
    with Desk(exchange) as desk:
        order = desk.place()
        status, reply = exchange.call("POST", path, {"timeOut": "10"})
        due = int(reply["data"][0]["triggerTime"])
        check(9_000 < due - time.time() * 1000 <= 10_100, "the trigger time", reply)
        time.sleep(1.01)
        equal(exchange.call("POST", path, {"timeOut": "0"})[1]["data"][0]["triggerTime"], "0", "off")
        time.sleep(1.01)
        exchange.call("POST", path, {"timeOut": "10"})
        began = time.monotonic()
        gone = desk.client.until(
            lambda m: m.get("data") and m["data"][0].get("state") == "canceled", wait=14)["data"][0]
        check(time.monotonic() - began > 9, "not before its time")
        equal((gone["ordId"], gone["cancelSource"]), (order, "20"), "the dead-man's cancel")


if __name__ == "__main__":
    main({function.__name__: function for function in (
        lifecycle, fills, kinds, refusals, rates, rejections, dead_man)})
