"""ccxt.pro, ccxt's unified WebSocket client: redirected by its `urls`, its certificates by `cafile`."""
import asyncio

import ccxt.pro

from operations import Run, check, equal, near
from peer import KEY, PASSPHRASE, SECRET

WAIT = 12


def run(place):
    run = Run("ccxt.pro")
    asyncio.run(session(run, place))
    return run


async def session(run, place):
    client = ccxt.pro.okx({
        "apiKey": KEY, "secret": SECRET, "password": PASSPHRASE, "enableRateLimit": False, "cafile": place.ca})
    # Two names of one host: the client would upgrade a connection that it made for REST.
    client.urls["api"] = {
        **client.urls["api"], "rest": place.rest, "ws": place.ws.replace("127.0.0.1", "localhost")}
    client.has["fetchCurrencies"] = False
    try:
        await client.load_markets()
        await public(run, place, client)
        await private(run, place, client)
    finally:
        await client.close()


async def soon(awaitable):
    return await asyncio.wait_for(awaitable, WAIT)


async def until(watch, wanted):
    """The first update that is wanted."""
    async def look():
        while True:
            found = await watch()
            if wanted(found):
                return found
    return await soon(look())


async def public(run, place, client):
    spot, swap = "BTC/USDT", "BTC/USDT:USDT"
    with run.op("ws tickers"):
        near((await soon(client.watch_ticker(spot)))["last"], place.last(place.spot), 0.01, "last")
    with run.op("ws books"):
        book = await soon(client.watch_order_book(spot))
        for _ in range(3):
            book = await soon(client.watch_order_book(spot))
        check(book["bids"][0][0] < book["asks"][0][0], "not crossed after three updates", book["bids"][:1])
    with run.op("ws bbo-tbt"):
        best = (await soon(client.watch_bids_asks([spot])))[spot]
        check(best["bid"] < best["ask"], "bid below ask", best)
    with run.op("ws trades"):
        near((await soon(client.watch_trades(spot)))[-1]["price"], place.last(place.spot), 0.01, "price")
    with run.op("ws candle"):
        near((await soon(client.watch_ohlcv(spot, "1m")))[-1][4], place.last(place.spot), 0.01, "close")
    with run.op("ws funding-rate"):
        check(abs((await soon(client.watch_funding_rate(swap)))["fundingRate"]) < 0.01, "rate")
    with run.op("ws mark-price"):
        near((await soon(client.watch_mark_price(swap)))["markPrice"], place.last(place.swap), 0.01, "mark")


async def private(run, place, client):
    spot, swap = "BTC/USDT", "BTC/USDT:USDT"
    size = float(place.lot(place.swap))
    away = lambda share: float(place.away(place.swap, share))
    with run.op("ws login"):
        await soon(client.authenticate())
    with run.op("ws order", "ws orders"):
        watching = asyncio.create_task(client.watch_orders(swap))
        await asyncio.sleep(0.3)
        id = (await soon(client.create_order_ws(swap, "limit", "buy", size, away(0.9), {"op": "order"})))["id"]
        told = (await soon(watching))[-1]
        equal((told["id"], told["status"], told["amount"]), (id, "open", size), "the push")
    with run.op("ws amend-order"):
        await soon(client.edit_order_ws(id, swap, "limit", "buy", size * 2, away(0.91)))
        equal(float(place.order(place.swap, id)["sz"]), size * 2, "the new size")
    with run.op("ws cancel-order"):
        await soon(client.cancel_order_ws(id, swap))
        equal(place.order(place.swap, id)["state"], "canceled", "gone")
    with run.op("ws batch-orders", "ws batch-cancel-orders"):
        ids = [(await soon(client.create_order_ws(swap, "limit", "buy", size, away(share))))["id"] for share in (0.8, 0.81)]
        await soon(client.cancel_orders_ws(ids, swap))
        equal([place.order(place.swap, id)["state"] for id in ids], ["canceled"] * 2, "both gone")
    with run.op("ws account", "ws positions"):
        balance = asyncio.create_task(until(client.watch_balance, lambda b: abs(b["USDT"]["total"] - place.cash("USDT")) < 0.01 and place.position(place.swap) != 0))
        positions = asyncio.create_task(until(lambda: client.watch_positions([swap]), lambda rows: any(row["contracts"] == size and row["side"] == "long" for row in rows)))
        await asyncio.sleep(0.5)
        id = (await soon(client.create_order_ws(swap, "market", "buy", size)))["id"]
        await positions
        await balance
        near(place.position(place.swap), size, 1e-9, "the position")
    with run.op("ws orders-algo"):
        watching = asyncio.create_task(client.watch_orders(swap, params={"trigger": True}))
        await asyncio.sleep(0.5)
        made = await soon(client.create_order(swap, "market", "sell", size, None, {"stopLossPrice": away(0.8), "reduceOnly": True}))
        told = (await soon(watching))[-1]
        equal((told["id"], told["status"]), (made["id"], "open"), "the push")
        near(told["stopLossPrice"], place.last(place.swap) * 0.8, 0.01, "its stop")
        await soon(client.cancel_order(made["id"], swap, {"trigger": True}))
    await soon(client.close_position(swap))
