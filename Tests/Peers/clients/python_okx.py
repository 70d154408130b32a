"""OKX's own `python-okx`: REST by its `domain` argument, WebSocket by its `url` argument."""
import asyncio
import logging

from okx.Account import AccountAPI
from okx.MarketData import MarketAPI
from okx.PublicData import PublicAPI
from okx.Status import StatusAPI
from okx.Trade import TradeAPI
from okx.websocket.WsPrivateAsync import WsPrivateAsync
from okx.websocket.WsPublicAsync import WsPublicAsync

from operations import Run, equal
from peer import KEY, PASSPHRASE, SECRET
from scenario import (
    Line, Renamed, accepted, algo_arguments, algos, leverage, lists, market, orders, private_arguments,
    private_pushes, public_arguments, public_pushes, rows)


def run(place):
    run = Run("python-okx")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    keys = dict(api_key=KEY, api_secret_key=SECRET, passphrase=PASSPHRASE, flag="0", domain=place.rest)
    market(run, place, MarketAPI(flag="0", domain=place.rest), PublicAPI(flag="0", domain=place.rest),
           StatusAPI(flag="0", domain=place.rest))
    account, trade = AccountAPI(**keys), Renamed([TradeAPI(**keys)])
    leverage(run, place, account)
    orders(run, place, trade)
    lists(run, place, trade, account)
    algos(run, place, trade)
    asyncio.run(sockets(run, place))
    return run


async def sockets(run, place):
    public = Line(WsPublicAsync(url=place.ws + "/public"))
    business = Line(WsPublicAsync(url=place.ws + "/business"))
    private = Line(WsPrivateAsync(KEY, PASSPHRASE, SECRET, url=place.ws + "/private"))
    algos = Line(WsPrivateAsync(KEY, PASSPHRASE, SECRET, url=place.ws + "/business"))
    lines = [public, business, private, algos]
    tasks = [await line.socket.start() for line in lines]
    await public.socket.subscribe(public_arguments(place), public.take)
    await business.socket.subscribe([dict(channel="candle1m", instId=place.spot)], business.take)
    # The client waits five seconds between login and subscription.
    await asyncio.gather(
        private.socket.subscribe(private_arguments(), private.take),
        algos.socket.subscribe(algo_arguments(), algos.take))
    await public_pushes(run, place, public, business)
    await private_pushes(run, place, private, algos)
    await socket_orders(run, place, private)
    for line in lines:
        await line.socket.stop()
    await asyncio.gather(*tasks, return_exceptions=True)


async def socket_orders(run, place, line):
    swap = place.swap
    order = dict(instIdCode=place.code(swap), tdMode="cross", side="buy", sz=place.lot(swap))
    socket = line.socket
    with run.op("ws order"):
        await socket.place_order([dict(**order, ordType="limit", px=place.away(swap, 0.9), clOrdId="771")], id="o1")
        reply = await line.until(lambda m: m.get("id") == "o1")
        id = accepted(reply)["ordId"]
        push = await line.push("orders", lambda row: row["ordId"] == id)
        equal((push["state"], push["clOrdId"]), ("live", "771"), "the push")
    with run.op("ws amend-order"):
        await socket.amend_order([dict(instIdCode=place.code(swap), ordId=id, newSz=place.lot(swap, 2))], id="a1")
        accepted(await line.until(lambda m: m.get("id") == "a1"))
        await line.push("orders", lambda row: row["ordId"] == id and row["sz"] == place.lot(swap, 2))
    with run.op("ws cancel-order"):
        await socket.cancel_order([dict(instIdCode=place.code(swap), ordId=id)], id="c1")
        accepted(await line.until(lambda m: m.get("id") == "c1"))
        await line.push("orders", lambda row: row["ordId"] == id and row["state"] == "canceled")
    with run.op("ws batch-orders", "ws batch-cancel-orders"):
        await socket.batch_orders([dict(**order, ordType="limit", px=place.away(swap, share)) for share in (0.8, 0.81)], id="b1")
        ids = [row["ordId"] for row in rows(await line.until(lambda m: m.get("id") == "b1"))]
        await socket.batch_cancel_orders([dict(instIdCode=place.code(swap), ordId=one) for one in ids], id="b2")
        equal([row["sCode"] for row in rows(await line.until(lambda m: m.get("id") == "b2"))], ["0", "0"], "both")
