"""Fills in turn, the account's pushes, an inverse swap."""
from desk import *


def maker(exchange):
    """An order that rests at the best bid is filled in its turn, at the maker's fee."""
    with Desk(exchange) as desk:
        end = time.monotonic() + 25
        while True:
            check(time.monotonic() < end, "a resting order is filled")
            bid, _ = desk.book()
            order = desk.place(ordType="post_only", px=plain(bid))
            first = desk.push(order)
            if first["state"] == "canceled":
                continue
            try:
                push = desk.client.until(
                    lambda m: m.get("data") and m["data"][0].get("ordId") == order
                    and m["data"][0]["state"] == "filled", wait=1)["data"][0]
                break
            except AssertionError:
                desk.send({"instIdCode": desk.code, "ordId": order}, op="cancel-order")
        equal((push["execType"], Decimal(push["fillPx"])), ("M", bid), "a maker's fill at its price")
        equal(Decimal(push["fillFee"]), desk.lot * Decimal("-0.0008"), "the maker's fee")


def account_pushes(exchange):
    """Regular pushes each second here, none for those who ask for events alone; fills on `fills`."""
    with Desk(exchange) as desk:
        client = desk.client
        quiet = exchange.connect("private")
        quiet.login()
        events = {"channel": "account", "extraParams": '{"updateInterval":"0"}'}
        client.subscribe({"channel": "account"}, {"channel": "fills"})
        quiet.subscribe(events)
        seen = quiet.until(lambda m: "data" in m)
        equal(seen["eventType"], "snapshot", "the first push comes all the same")
        for number in range(3):
            push = client.until(lambda m: "data" in m and m["arg"]["channel"] == "account")
            equal(push["eventType"], "snapshot", f"regular push {number}")
        quiet.quiet(0.5)
        bid, ask = desk.book()
        order = desk.place(ordType="ioc", clOrdId="77", px=plain(ask * Decimal("1.01") // desk.tick * desk.tick))
        fill = client.until(lambda m: "data" in m and m["arg"]["channel"] == "fills")["data"][0]
        equal((fill["ordId"], fill["clOrdId"], fill["execType"]), (order, "77", "T"), "fills")
        push = quiet.until(lambda m: "data" in m)
        equal(push["eventType"], "event_update", "an event push")
        changed = {row["ccy"] for row in push["data"][0]["details"]}
        equal(changed, {desk.spec["baseCcy"], desk.spec["quoteCcy"]}, "what changed")
        quiet.send("ping")
        equal(quiet.text(), "pong", "and nothing more")
        quiet.socket.close()


def swap(exchange):
    """An inverse swap against the book that a recording left: fees and profit in the coin."""
    names = exchange.health()["instruments"]
    with exchange.connect("public") as client:
        client.subscribe(*({"channel": "books-l2-tbt", "instId": name} for name in names))
        while not exchange.health()["playback"]["done"]:
            try:
                client.text(0.1)
            except TimeoutError:
                pass
    with Desk(exchange, "UNI-USD-SWAP", "SWAP") as desk:
        equal((desk.spec["ctType"], desk.spec["settleCcy"]), ("inverse", "UNI"), "the contract")
        value = Decimal(desk.spec["ctVal"])
        before = balances(exchange)["UNI"]
        reply = desk.send(desk.order(tdMode="cash"))
        equal(reply["data"][0]["sCode"], "51000", "a swap is traded in cross")
        bid, ask = desk.book()
        total = Decimal(0)
        entry = {}
        for side, price in (("buy", ask * 2), ("sell", bid / 2)):
            pushes = desk.pushes(desk.place(
                side=side, ordType="ioc", tdMode="cross", sz="3",
                px=plain(price // desk.tick * desk.tick)))
            equal(pushes[-1]["state"], "filled", f"the {side}")
            parts = [push for push in pushes if push["tradeId"]]
            coins = sum(Decimal(p["fillSz"]) * value / Decimal(p["fillPx"]) for p in parts)
            entry[side] = coins
            total += sum(Decimal(p["fillFee"]) for p in parts)
            equal({p["feeCcy"] for p in parts}, {"UNI"}, "the fee's currency")
            rate = Decimal("0.0005")
            check(abs(sum(Decimal(p["fillFee"]) for p in parts) + coins * rate) < Decimal("1e-8"), "fee")
            rows = exchange.rows("/api/v5/account/positions")
            equal([row["pos"] for row in rows], ["3"] if side == "buy" else [], "the position")
        profit = entry["buy"] - entry["sell"]
        check(profit < 0, "crossing the spread costs")
        change = balances(exchange)["UNI"] - before
        check(abs(change - profit - total) < Decimal("1e-8"), "the coin", (change, profit, total))
        equal(exchange.report()["instruments"][desk.name]["position"], "0", "flat")


if __name__ == "__main__":
    main({function.__name__: function for function in (maker, account_pushes, swap)})
