"""`okx-sdk`: REST by its `domain` argument, WebSocket by `public_url`, `private_url` and `business_url`."""
import asyncio
import logging

from okx import clients

from operations import Run
from peer import KEY, PASSPHRASE, SECRET
from scenario import (
    Line, Renamed, algo_arguments, algos, leverage, lists, market, orders, private_arguments,
    private_pushes, public_arguments, public_pushes)

NAMES = {
    "get_system_time": "get_time", "status": "get_status", "get_history_trades": "get_trades_history",
    "get_account_balance": "get_balance", "get_account_bills": "get_bills",
    "get_account_bills_archive": "get_bills_archive"}
ALGO_NAMES = {
    "place_algo_order": "place_order", "cancel_algo_order": "cancel_order", "amend_algo_order": "amend_order",
    "get_algo_order_details": "get_order", "order_algos_list": "get_pending_orders",
    "order_algos_history": "get_order_history"}


class Trade:
    """Its trading and algo trading classes share names."""

    def __init__(self, trade, algotrade):
        self.trade, self.algotrade = Renamed([trade]), Renamed([algotrade], ALGO_NAMES)

    def __getattr__(self, name):
        return getattr(self.algotrade if name in ALGO_NAMES else self.trade, name)


def run(place):
    run = Run("okx-sdk")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    client = clients.OkxRestClient(KEY, SECRET, PASSPHRASE, domain=place.rest)
    public = Renamed([client.publicdata, client.marketdata], NAMES)
    account = Renamed([client.account], NAMES)
    trade = Trade(client.trade, client.algotrade)
    market(run, place, public, public, public)
    leverage(run, place, account)
    orders(run, place, trade)
    lists(run, place, trade, account)
    algos(run, place, trade)
    asyncio.run(sockets(run, place))
    return run


async def sockets(run, place):
    def client():
        return clients.OkxSocketClient(
            KEY, SECRET, PASSPHRASE, public_url=place.ws + "/public", private_url=place.ws + "/private",
            business_url=place.ws + "/business", loglevel=logging.WARNING)
    made = client()
    lines = {
        Line(made.public): public_arguments(place), Line(made.business): algo_arguments(),
        Line(made.private): private_arguments(),
        Line(client().business): [dict(channel="candle1m", instId=place.spot)]}
    tasks = []
    for line, arguments in lines.items():
        await line.socket.start()
        tasks.append(asyncio.create_task(line.socket.subscribe(arguments, line.take)))
    # The client waits five seconds between login and subscription.
    await asyncio.sleep(5.5)
    public, business, private, candles = lines
    await public_pushes(run, place, public, candles)
    await private_pushes(run, place, private, business)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    for line in lines:
        await line.socket.factory.close()
