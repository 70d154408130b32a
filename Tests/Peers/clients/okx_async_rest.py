"""`python-okx-async`: REST by its `domain` argument. Its WebSocket needs autobahn, which it does not install."""
import asyncio

from okx_async import AsyncAccount, AsyncMarketData, AsyncPublicData, AsyncStatus, AsyncTrade

from operations import Run
from peer import KEY, PASSPHRASE, SECRET
from scenario import Renamed, algos, leverage, lists, market, orders


def run(place):
    run = Run("python-okx-async")
    loop = asyncio.new_event_loop()
    keys = dict(api_key=KEY, api_secret_key=SECRET, passphrase=PASSPHRASE, flag="0", domain=place.rest)

    def renamed(client):
        return Renamed([client], finish=loop.run_until_complete)

    market(run, place, renamed(AsyncMarketData.AsyncMarketAPI(**keys)),
           renamed(AsyncPublicData.AsyncPublicAPI(**keys)), renamed(AsyncStatus.AsyncStatusAPI(**keys)))
    account, trade = renamed(AsyncAccount.AsyncAccountAPI(**keys)), renamed(AsyncTrade.AsyncTradeAPI(**keys))
    leverage(run, place, account)
    orders(run, place, trade)
    lists(run, place, trade, account)
    algos(run, place, trade)
    return run
