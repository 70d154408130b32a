"""ccxt's unified REST client: redirected by its `urls`, its certificates by `validateServerSsl`."""
import time

import ccxt

from operations import Run, check, equal, near
from peer import KEY, PASSPHRASE, SECRET


def settings(place):
    return {
        "apiKey": KEY, "secret": SECRET, "password": PASSPHRASE, "enableRateLimit": False,
    }


def run(place):
    run = Run("ccxt")
    client = ccxt.okx(settings(place))
    client.urls["api"]["rest"] = place.rest
    client.validateServerSsl = place.ca
    # Currencies are the funding account's, which the exchange does not simulate.
    client.has["fetchCurrencies"] = False
    client.load_markets()
    spot, swap = "BTC/USDT", "BTC/USDT:USDT"
    public(run, place, client, spot, swap)
    account(run, place, client, spot, swap)
    orders(run, place, client, spot, swap)
    lists(run, place, client, spot, swap)
    algos(run, place, client, swap)
    return run


def public(run, place, client, spot, swap):
    with run.op("time"):
        near(client.fetch_time(), time.time() * 1000, 1e-6, "the server's time")
    with run.op("instruments"):
        row = place.specification[place.swap]
        market = client.market(swap)
        equal((market["id"], market["linear"], market["active"]), (row["instId"], True, True), "the market")
        equal(market["contractSize"], float(row["ctVal"]), "contract size")
        equal(market["precision"], {**market["precision"], "price": float(row["tickSz"]), "amount": float(row["lotSz"])}, "steps")
        equal(market["limits"]["amount"]["min"], float(row["minSz"]), "the least")
    with run.op("ticker"):
        ticker = client.fetch_ticker(spot)
        check(ticker["bid"] < ticker["ask"], "bid below ask", ticker)
        near(ticker["last"], place.last(place.spot), 0.01, "last")
    with run.op("tickers"):
        equal(sorted(client.fetch_tickers([spot, "ETH/USDT"])), [spot, "ETH/USDT"], "tickers")
    with run.op("books"):
        book = client.fetch_order_book(spot, 5)
        equal((len(book["bids"]), len(book["asks"])), (5, 5), "levels")
        check(book["bids"][0][0] < book["asks"][0][0], "not crossed", book)
    with run.op("candles"):
        bars = client.fetch_ohlcv(spot, "1m", limit=5)
        equal([b[0] - a[0] for a, b in zip(bars, bars[1:])], [60_000] * 4, "minutes, oldest first")
        near(bars[-1][4], place.last(place.spot), 0.01, "close")
    with run.op("history-candles"):
        bars = client.fetch_ohlcv(spot, "1m", limit=3, params={"type": "HistoryCandles"})
        check(len(bars) == 3 and bars[-1][0] < time.time() * 1000 - 60_000, "closed bars", bars)
    with run.op("trades"):
        trades = client.fetch_trades(spot, limit=10)
        check(len(trades) == 10, "ten", trades)
        near(trades[-1]["price"], place.last(place.spot), 0.01, "price")
    with run.op("history-trades"):
        trades = client.fetch_trades(spot, limit=5, params={"method": "publicGetMarketHistoryTrades"})
        equal(len(trades), 5, "five")
    with run.op("status"):
        equal(client.fetch_status()["status"], "ok", "no maintenance")
    with run.op("funding-rate"):
        rate = client.fetch_funding_rate(swap)
        check(abs(rate["fundingRate"]) < 0.01 and rate["fundingTimestamp"] > time.time() * 1000, "rate", rate)
    with run.op("mark-price"):
        near(client.fetch_mark_price(swap)["markPrice"], place.last(place.swap), 0.01, "mark")
    with run.op("price-limit"):
        equal(client.public_get_public_price_limit({"instId": place.swap})["data"][0]["instId"], place.swap, "row")
    with run.op("open-interest"):
        check(client.fetch_open_interest(swap)["openInterestAmount"] > 0, "open interest")
    with run.op("index-tickers"):
        row = client.public_get_market_index_tickers({"instId": "BTC-USDT"})["data"][0]
        near(row["idxPx"], place.last(place.spot), 0.01, "index")


def account(run, place, client, spot, swap):
    with run.op("config"):
        equal(client.fetch_position_mode()["hedged"], False, "net mode")
    with run.op("account instruments"):
        rows = client.private_get_account_instruments({"instType": "SWAP"})["data"]
        check(place.swap in {row["instId"] for row in rows}, "the swap", rows)
    with run.op("set-position-mode"):
        client.set_position_mode(False)
    with run.op("set-leverage", "leverage-info"):
        client.set_leverage(6, swap, {"marginMode": "cross"})
        equal(client.fetch_leverage(swap)["longLeverage"], 6, "leverage")
        client.set_leverage(10, swap, {"marginMode": "cross"})
    with run.op("trade-fee"):
        fee = client.fetch_trading_fee(swap)
        equal((fee["maker"], fee["taker"]), (0.0002, 0.0005), "rates, as they are paid")
    with run.op("max-size"):
        row = client.private_get_account_max_size({"instId": place.spot, "tdMode": "cash", "px": place.away(place.spot, 1)})["data"][0]
        near(row["maxBuy"], place.cash("USDT") / place.last(place.spot), 0.01, "what the cash buys")
    with run.op("max-avail-size"):
        row = client.private_get_account_max_avail_size({"instId": place.swap, "tdMode": "cross"})["data"][0]
        near(row["availBuy"], place.cash("USDT"), 0.01, "free")


def orders(run, place, client, spot, swap):
    size = float(place.lot(place.spot, 2))
    with run.op("limit", "orders-pending", "order"):
        id = client.create_order(spot, "limit", "buy", size, float(place.away(place.spot, 0.9)), {"clientOrderId": "ccxt1"})["id"]
        equal([order["id"] for order in client.fetch_open_orders(spot)], [id], "pending")
        order = client.fetch_order(id, spot)
        equal((order["status"], order["amount"], order["clientOrderId"]), ("open", size, "ccxt1"), "details")
    with run.op("amend-order"):
        client.edit_order(id, spot, "limit", "buy", size * 2)
        equal(client.fetch_order(id, spot)["amount"], size * 2, "the new size")
    with run.op("cancel-order"):
        client.cancel_order(id, spot)
        equal(client.fetch_order(id, spot)["status"], "canceled", "gone")
    with run.op("market"):
        coins = place.cash("BTC")
        id = client.create_order(spot, "market", "buy", size)["id"]
        order = client.fetch_order(id, spot)
        equal((order["status"], order["filled"]), ("closed", size), "filled")
        near(place.cash("BTC") - coins, size - order["fee"]["cost"], 1e-6, "coins less the fee")
        near(order["average"], place.last(place.spot), 0.01, "the mean")
    with run.op("post_only"):
        id = client.create_order(spot, "limit", "buy", size, float(place.away(place.spot, 0.9)), {"postOnly": True})["id"]
        equal(client.fetch_order(id, spot)["postOnly"], True, "rests")
        client.cancel_order(id, spot)
    with run.op("ioc"):
        id = client.create_order(spot, "limit", "buy", size, float(place.away(place.spot, 0.9)), {"timeInForce": "IOC"})["id"]
        order = client.fetch_order(id, spot)
        equal((order["status"], order["timeInForce"]), ("canceled", "IOC"), "what is left goes")
    with run.op("fok"):
        id = client.create_order(spot, "limit", "buy", size, float(place.away(place.spot, 1.01)), {"timeInForce": "FOK"})["id"]
        equal(client.fetch_order(id, spot)["status"], "closed", "all at once")
    with run.op("batch-orders", "cancel-batch-orders"):
        made = client.create_orders([
            {"symbol": spot, "type": "limit", "side": "buy", "amount": size, "price": float(place.away(place.spot, share))}
            for share in (0.8, 0.81)])
        ids = [order["id"] for order in made]
        client.cancel_orders(ids, spot)
        equal([client.fetch_order(id, spot)["status"] for id in ids], ["canceled"] * 2, "both gone")
    with run.op("amend-batch-orders"):
        made = client.create_orders([
            {"symbol": spot, "type": "limit", "side": "buy", "amount": size, "price": float(place.away(place.spot, share))}
            for share in (0.8, 0.81)])
        client.edit_orders([
            {"id": order["id"], "symbol": spot, "type": "limit", "side": "buy", "amount": size * 2} for order in made])
        equal([client.fetch_order(order["id"], spot)["amount"] for order in made], [size * 2] * 2, "both")
    with run.op("cancel-all-after"):
        row = client.cancel_all_orders_after(60_000)["data"][0]
        check(int(row["triggerTime"]) > 0, "armed", row)
        time.sleep(1.1)
        equal(client.cancel_all_orders_after(0)["data"][0]["triggerTime"], "0", "off")
        for order in client.fetch_open_orders(spot):
            client.cancel_order(order["id"], spot)
    with run.op("close-position"):
        client.create_order(swap, "market", "buy", float(place.lot(place.swap, 4)))
        client.close_position(swap)
        equal(place.position(place.swap), 0.0, "closed")


def lists(run, place, client, spot, swap):
    with run.op("orders-history"):
        closed = client.fetch_closed_orders(spot)
        check(closed and all(order["status"] == "closed" for order in closed), "filled ones", closed)
        check(client.fetch_canceled_orders(spot), "cancelled ones")
    with run.op("orders-history-archive"):
        found = client.fetch_closed_orders(spot, params={"method": "privateGetTradeOrdersHistoryArchive"})
        equal(len(found), len(closed), "the same")
    with run.op("fills", "fills-history"):
        recent = client.fetch_my_trades(spot, params={"method": "privateGetTradeFills"})
        older = client.fetch_my_trades(spot, params={"method": "privateGetTradeFillsHistory"})
        equal([trade["id"] for trade in recent], [trade["id"] for trade in older], "the same")
        bought = sum(order["filled"] for order in closed)
        near(sum(trade["amount"] for trade in recent), bought, 1e-9, "what the orders filled")
    with run.op("balance"):
        near(client.fetch_balance()["USDT"]["total"], place.cash("USDT"), 1e-6, "USDT")
    with run.op("bills", "bills-archive"):
        found = client.fetch_ledger("USDT", params={"type": "swap"})
        newest = max(found, key=lambda row: int(row["id"]))
        near(newest["after"], place.cash("USDT"), 1e-9, "the last one's balance")
        archive = client.fetch_ledger("USDT", params={"type": "swap", "method": "privateGetAccountBillsArchive"})
        equal({row["id"] for row in archive}, {row["id"] for row in found}, "archive")
    with run.op("positions"):
        client.create_order(swap, "market", "sell", float(place.lot(place.swap, 6)))
        position = client.fetch_positions([swap])[0]
        equal((position["side"], position["contracts"]), ("short", float(place.lot(place.swap, 6))), "short")
        near(position["entryPrice"], place.last(place.swap), 0.01, "its price")
        equal((position["leverage"], position["marginMode"]), (10.0, "cross"), "its leverage")


def algos(run, place, client, swap):
    size = float(place.lot(place.swap))
    with run.op("conditional", "order-algo"):
        end = time.time() + 20
        while True:
            try:
                id = client.create_order(swap, "market", "buy", size, None, {"stopLossPrice": float(place.away(place.swap, 1)), "reduceOnly": True})["id"]
                break
            except ccxt.BaseError as error:
                check("51278" in str(error) and time.time() < end, "the price went past it", error)
        while client.fetch_order(id, swap, {"trigger": True})["info"]["state"] == "live":
            check(time.time() < end, "the stop triggers")
            time.sleep(0.1)
        order = client.fetch_order(id, swap, {"trigger": True})
        equal((order["info"]["state"], order["info"]["actualSide"]), ("effective", "sl"), "done")
        near(place.position(place.swap), -float(place.lot(place.swap, 5)), 1e-9, "one lot less")
    with run.op("oco", "orders-algo-pending"):
        id = client.create_order(swap, "market", "buy", size, None, {
            "stopLossPrice": float(place.away(place.swap, 1.2)), "takeProfitPrice": float(place.away(place.swap, 0.8)), "reduceOnly": True})["id"]
        order = client.fetch_open_orders(swap, params={"ordType": "oco"})[0]
        equal((order["id"], order["type"]), (id, "oco"), "pending")
        near(order["stopLossPrice"], place.last(place.swap) * 1.2, 0.01, "the stop")
        near(order["takeProfitPrice"], place.last(place.swap) * 0.8, 0.01, "the profit")
    with run.op("amend-algos"):
        client.edit_order(id, swap, "oco", "buy", size, None, {"stopLossPrice": float(place.away(place.swap, 1.3)), "newSlOrdPx": "-1"})
        near(client.fetch_order(id, swap, {"trigger": True})["stopLossPrice"], place.last(place.swap) * 1.3, 0.01, "moved")
    with run.op("trigger"):
        second = client.create_order(swap, "limit", "buy", size, float(place.away(place.swap, 0.8)), {"triggerPrice": float(place.away(place.swap, 0.85))})["id"]
        order = client.fetch_open_orders(swap, params={"trigger": True})[0]
        equal(order["id"], second, "pending")
        near(order["triggerPrice"], place.last(place.swap) * 0.85, 0.01, "its trigger")
    with run.op("move_order_stop"):
        third = client.create_order(swap, "market", "buy", size, None, {"trailingPercent": "20", "reduceOnly": True})["id"]
        equal(client.fetch_open_orders(swap, params={"trailing": True})[0]["id"], third, "pending")
    with run.op("cancel-algos", "orders-algo-history"):
        client.cancel_order(third, swap, {"trailing": True})
        client.cancel_orders([id, second], swap, {"trigger": True})
        gone = client.fetch_canceled_orders(swap, params={"ordType": "oco", "trigger": True})
        equal([order["id"] for order in gone][-1:], [id], "the history")
    client.close_position(swap)
