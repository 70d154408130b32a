"""`okx` (of PyPI, by pyted): REST by its `proxy_host` argument, the CA by requests' own variable."""
import os

from okx.api import Account, Market, Public, Trade
from okx.api.algotrade import AlgoTrade
from okx.api.status import Status

from operations import Run
from peer import KEY, PASSPHRASE, SECRET
from scenario import Renamed, algos, leverage, lists, market, orders

NAMES = {
    "get_system_time": "get_time", "get_orderbook": "get_books", "get_candlesticks": "get_candles",
    "get_history_candlesticks": "get_history_candles", "status": "get_status",
    "get_account_balance": "get_balance", "get_account_bills": "get_bills",
    "get_account_bills_archive": "get_bills_archive", "get_account_config": "get_config",
    "get_max_order_size": "get_max_size", "get_leverage": "get_leverage_info",
    "get_fee_rates": "get_trade_fee", "place_order": "set_order", "place_multiple_orders": "set_batch_orders",
    "cancel_order": "set_cancel_order", "cancel_multiple_orders": "set_cancel_batch_orders",
    "amend_order": "set_amend_order", "amend_multiple_orders": "set_amend_batch_orders",
    "close_positions": "set_close_position", "get_order_list": "get_orders_pending",
    "cancel_all_after": "set_cancel_all_after", "place_algo_order": "set_order_algo",
    "amend_algo_order": "set_amend_algos", "get_algo_order_details": "get_order_algo",
    "order_algos_list": "get_orders_algo_pending", "order_algos_history": "get_orders_algo_history"}


def run(place):
    os.environ["REQUESTS_CA_BUNDLE"] = place.ca
    run = Run("okx")
    keys = dict(key=KEY, secret=SECRET, passphrase=PASSPHRASE, flag="0", proxy_host=place.rest)
    public = Renamed([Market(**keys), Public(**keys), Status(**keys)], NAMES)
    account = Renamed([Account(**keys)], NAMES)
    trade = Renamed([Trade(**keys), AlgoTrade(**keys)], NAMES)
    market(run, place, public, public, public)
    leverage(run, place, account)
    orders(run, place, trade)
    lists(run, place, trade, account)
    algos(run, place, trade)
    return run
