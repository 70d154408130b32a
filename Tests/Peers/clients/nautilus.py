"""nautilus_trader's typed OKX client: REST by its `base_url` argument, the CA by `SSL_CERT_FILE`.

Its sockets place orders by `instId`, which OKX stopped taking on 2026-03-26: they are not walked.
"""
import asyncio
import re
import time

from nautilus_trader.core import nautilus_pyo3 as nautilus

from operations import Run, check, equal, near
from peer import KEY, PASSPHRASE, SECRET

ACCOUNT = nautilus.AccountId("OKX-001")


def run(place):
    run = Run("nautilus_trader")
    asyncio.run(walk(run, place, nautilus.OKXHttpClient(KEY, SECRET, PASSPHRASE, place.rest, 5, 0)))
    return run


def named(name):
    return nautilus.InstrumentId.from_str(f"{name}.OKX")


async def walk(run, place, client):
    swap = named(place.swap)
    kinds = nautilus.OKXInstrumentType
    with run.op("time"):
        near(await client.http_get_server_time(), time.time() * 1000, 1e-6, "the server's time")
    with run.op("instruments"):
        found = {}
        for kind in (kinds.SPOT, kinds.SWAP):
            for instrument in await client.request_instruments(kind):
                client.add_instrument(instrument)
                found[str(instrument.id)] = instrument
        check(set(found) == {f"{name}.OKX" for name in place.specification}, "all of them", set(found))
        row = place.specification[place.swap]
        equal(str(found[f"{place.swap}.OKX"].price_increment), row["tickSz"], "the tick")
        equal(float(str(found[f"{place.swap}.OKX"].size_increment)), float(row["lotSz"]), "the lot")
    with run.op("balance"):
        state = await client.request_account_state(ACCOUNT)
        told = re.search(r"total=([0-9.]+) USDT", str(state))
        near(told.group(1), place.cash("USDT"), 1e-6, "USDT")
    with run.op("set-position-mode"):
        await client.set_position_mode(nautilus.OKXPositionMode.NET_MODE)
    with run.op("trades"):
        trades = await client.request_trades(named(place.spot), limit=10)
        near(str(trades[-1].price), place.last(place.spot), 0.01, "price")
    with run.op("candles"):
        kind = nautilus.BarType.from_str(f"{place.spot}.OKX-1-MINUTE-LAST-EXTERNAL")
        bars = await client.request_bars(kind, limit=5)
        near(str(bars[-1].close), place.last(place.spot), 0.01, "close")
    await trading(run, place, client, swap, kinds.SWAP)


async def trading(run, place, client, swap, kind):
    def order(**words):
        body = dict(instId=place.swap, tdMode="cross", side="buy", sz=place.lot(place.swap, 3), **words)
        return place.raw.call("POST", "/api/v5/trade/order", body)[1]["data"][0]["ordId"]
    market = order(ordType="market")
    resting = order(ordType="limit", px=place.away(place.swap, 0.8), clOrdId="n1")
    with run.op("positions"):
        reports = await client.request_position_status_reports(ACCOUNT, kind)
        equal([float(str(report.quantity)) for report in reports], [float(place.lot(place.swap, 3))], "the position")
    with run.op("orders-pending"):
        reports = await client.request_order_status_reports(ACCOUNT, kind, open_only=True)
        equal([str(report.venue_order_id) for report in reports], [resting], "what rests")
    with run.op("orders-history"):
        reports = await client.request_order_status_reports(ACCOUNT, kind)
        check({market, resting} <= {str(report.venue_order_id) for report in reports}, "both", reports)
    with run.op("fills"):
        reports = await client.request_fill_reports(ACCOUNT, kind)
        equal({str(report.venue_order_id) for report in reports}, {market}, "the fill's order")
    # Its list of algo orders has a path that OKX does not document.
    with run.op("trigger", "cancel-algos"):
        trigger = nautilus.Price.from_str(place.away(place.swap, 0.7))
        words = await client.place_algo_order(
            nautilus.TraderId("T-1"), nautilus.StrategyId("S-1"), swap, nautilus.OKXTradeMode.CROSS,
            nautilus.ClientOrderId("guard7"), nautilus.OrderSide.SELL, nautilus.OrderType.STOP_MARKET,
            nautilus.Quantity.from_str(place.lot(place.swap)), trigger)
        equal(words.get("s_code", "0"), "0", f"taken: {words}")
        row = place.rows("trade/order-algo?algoClOrdId=guard7")[0]
        near(row["triggerPx"], str(trigger), 1e-9, "its trigger")
        await client.cancel_algo_order(swap, row["algoId"])
        equal(place.rows("trade/order-algo?algoClOrdId=guard7")[0]["state"], "canceled", "gone")
    place.raw.call("POST", "/api/v5/trade/cancel-order", dict(instId=place.swap, ordId=resting))
    place.raw.call("POST", "/api/v5/trade/close-position", dict(instId=place.swap, mgnMode="cross"))
