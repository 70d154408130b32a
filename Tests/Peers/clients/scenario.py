"""The way through the operations for clients that give OKX's rows as they are, under python-okx's names."""
import asyncio
import json
import time

from operations import NoCall, check, equal, near


class Renamed:
    """A client under other names. What it has no call for, or no argument, is no fault of anybody's."""

    def __init__(self, targets, names=None, finish=lambda result: result):
        self.targets, self.names, self.finish = targets, names or {}, finish

    def __getattr__(self, name):
        name = self.names.get(name, name)
        for target in self.targets:
            if callable(getattr(target, name, None)):
                return lambda *words, **named: self.called(getattr(target, name), words, named)
        raise NoCall(name)

    def called(self, call, words, named):
        try:
            return self.finish(call(*words, **named))
        except TypeError as error:
            if "argument" in str(error):
                raise NoCall(str(error)) from error
            raise


def rows(reply):
    equal(reply["code"], "0", f"the code of {str(reply)[:300]}")
    return reply["data"]


def one(reply):
    found = rows(reply)
    equal(len(found), 1, f"one row in {str(reply)[:300]}")
    return found[0]


def accepted(reply):
    row = one(reply)
    equal(row["sCode"], "0", f"sCode of {row}")
    return row


def market(run, place, market, public, status):
    spot, swap = place.spot, place.swap
    with run.op("time"):
        near(one(public.get_system_time())["ts"], time.time() * 1000, 1e-6, "the server's time")
    with run.op("instruments"):
        equal(rows(public.get_instruments("SWAP")), place.rows("public/instruments?instType=SWAP"), "rows")
        equal(one(public.get_instruments("SPOT", instId=spot))["instIdCode"], place.code(spot), "code")
    with run.op("ticker"):
        row = one(market.get_ticker(spot))
        check(float(row["bidPx"]) < float(row["askPx"]), "bid below ask", row)
        near(row["last"], place.last(spot), 0.01, "last")
    with run.op("tickers"):
        names = {row["instId"] for row in rows(market.get_tickers("SPOT"))}
        check(spot in names and len(names) == 3, "three tickers", names)
    with run.op("books"):
        book = one(market.get_orderbook(spot, sz="5"))
        equal((len(book["asks"]), len(book["bids"])), (5, 5), "levels")
        asks = [float(level[0]) for level in book["asks"]]
        equal(asks, sorted(asks), "asks from the best")
    with run.op("candles"):
        bars = rows(market.get_candlesticks(spot, bar="1m", limit="5"))
        check(len(bars) == 5 and all(len(bar) == 9 for bar in bars), "five bars", bars)
        check(int(bars[0][0]) - int(bars[1][0]) == 60_000, "newest first", bars)
    with run.op("history-candles"):
        bars = rows(market.get_history_candlesticks(spot, bar="1m", limit="3"))
        equal([bar[8] for bar in bars], ["1"] * 3, "closed bars")
    with run.op("trades"):
        found = rows(market.get_trades(spot, limit="10"))
        ids = [int(row["tradeId"]) for row in found]
        check(ids and ids == sorted(ids, reverse=True), "newest first", ids)
        near(found[0]["px"], place.last(spot), 0.01, "price")
    with run.op("history-trades"):
        older = rows(market.get_history_trades(spot, type="1", after=str(ids[3]), limit="5"))
        check(older and all(int(row["tradeId"]) < ids[3] for row in older), "older ones", older)
    with run.op("status"):
        rows(status.status())
    with run.op("funding-rate"):
        row = one(public.get_funding_rate(swap))
        check(abs(float(row["fundingRate"])) < 0.01 and int(row["fundingTime"]) > time.time() * 1000, "rate", row)
    with run.op("mark-price"):
        near(one(public.get_mark_price("SWAP", instId=swap))["markPx"], place.last(swap), 0.01, "mark")
    with run.op("price-limit"):
        row = one(public.get_price_limit(swap))
        equal(row["instId"], swap, "the instrument")
    with run.op("open-interest"):
        check(float(one(public.get_open_interest("SWAP", instId=swap))["oi"]) > 0, "open interest")
    with run.op("index-tickers"):
        near(one(market.get_index_tickers(instId="BTC-USDT"))["idxPx"], place.last(spot), 0.01, "index")


def leverage(run, place, account):
    swap = place.swap
    with run.op("config"):
        row = one(account.get_account_config())
        equal((row["acctLv"], row["posMode"]), ("2", "net_mode"), "level and mode")
    with run.op("account instruments"):
        equal(one(account.get_instruments(instType="SWAP", instId=swap))["ctVal"],
              place.specification[swap]["ctVal"], "ctVal")
    with run.op("set-position-mode"):
        equal(one(account.set_position_mode("net_mode"))["posMode"], "net_mode", "mode")
    with run.op("set-leverage", "leverage-info"):
        equal(one(account.set_leverage(lever="7", mgnMode="cross", instId=swap))["lever"], "7", "set")
        equal(one(account.get_leverage(mgnMode="cross", instId=swap))["lever"], "7", "got")
        one(account.set_leverage(lever="10", mgnMode="cross", instId=swap))
    with run.op("max-size"):
        row = one(account.get_max_order_size(swap, "cross", px=place.away(swap, 1)))
        lever = float(place.specification[swap]["ctVal"]) * place.last(swap) / 10
        near(row["maxBuy"], place.cash("USDT") / lever, 0.02, "what the cash margins")
    with run.op("max-avail-size"):
        near(one(account.get_max_avail_size(place.spot, "cash"))["availBuy"], place.cash("USDT"), 0.001, "free")
    with run.op("trade-fee"):
        group = one(account.get_fee_rates("SWAP", instFamily="BTC-USDT"))["feeGroup"][0]
        equal((group["maker"], group["taker"]), ("-0.0002", "-0.0005"), "rates")


def orders(run, place, trade):
    spot, swap = place.spot, place.swap
    base = dict(instId=spot, tdMode="cash", side="buy")
    size = place.lot(spot, 2)
    with run.op("limit", "orders-pending", "order"):
        id = accepted(trade.place_order(**base, ordType="limit", sz=size, px=place.away(spot, 0.9), clOrdId="okx1"))["ordId"]
        equal(one(trade.get_order_list(instId=spot))["ordId"], id, "pending")
        row = one(trade.get_order(spot, clOrdId="okx1"))
        equal((row["ordId"], row["state"], row["sz"]), (id, "live", size), "details")
    with run.op("amend-order"):
        accepted(trade.amend_order(spot, ordId=id, newSz=place.lot(spot, 3)))
        equal(place.order(spot, id)["sz"], place.lot(spot, 3), "the new size")
    with run.op("cancel-order"):
        accepted(trade.cancel_order(spot, ordId=id))
        equal(place.order(spot, id)["state"], "canceled", "gone")
    with run.op("market"):
        coins, before = place.cash("BTC"), place.last(spot)
        id = accepted(trade.place_order(**base, ordType="market", sz=size, tgtCcy="base_ccy"))["ordId"]
        row = one(trade.get_order(spot, ordId=id))
        equal((row["state"], row["accFillSz"]), ("filled", size), "filled")
        near(row["avgPx"], before, 0.01, "the mean")
        near(place.cash("BTC") - coins, float(size) + float(row["fee"]), 1e-6, "coins less the fee")
    with run.op("post_only"):
        id = accepted(trade.place_order(**base, ordType="post_only", sz=size, px=place.away(spot, 0.9)))["ordId"]
        equal(place.order(spot, id)["state"], "live", "rests")
        trade.cancel_order(spot, ordId=id)
    with run.op("ioc"):
        id = accepted(trade.place_order(**base, ordType="ioc", sz=size, px=place.away(spot, 0.9)))["ordId"]
        equal(place.order(spot, id)["cancelSource"], "14", "what is left goes")
    with run.op("fok"):
        id = accepted(trade.place_order(**base, ordType="fok", sz=size, px=place.away(spot, 1.01)))["ordId"]
        equal(place.order(spot, id)["state"], "filled", "all at once")
    with run.op("batch-orders", "amend-batch-orders", "cancel-batch-orders"):
        made = rows(trade.place_multiple_orders([
            dict(**base, ordType="limit", sz=size, px=place.away(spot, share)) for share in (0.8, 0.81)]))
        ids = [row["ordId"] for row in made]
        equal([row["sCode"] for row in made], ["0", "0"], "both")
        rows(trade.amend_multiple_orders([dict(instId=spot, ordId=id, newSz=place.lot(spot, 5)) for id in ids]))
        equal([place.order(spot, id)["sz"] for id in ids], [place.lot(spot, 5)] * 2, "both amended")
        rows(trade.cancel_multiple_orders([dict(instId=spot, ordId=id) for id in ids]))
        equal([place.order(spot, id)["state"] for id in ids], ["canceled"] * 2, "both gone")
    with run.op("cancel-all-after"):
        check(int(one(trade.cancel_all_after("60"))["triggerTime"]) > 0, "armed")
        time.sleep(1.1)
        equal(one(trade.cancel_all_after("0"))["triggerTime"], "0", "off")
    with run.op("close-position"):
        accepted(trade.place_order(instId=swap, tdMode="cross", side="buy", ordType="market", sz=place.lot(swap, 4)))
        equal(one(trade.close_positions(swap, "cross"))["instId"], swap, "the reply")
        equal(place.position(swap), 0.0, "closed")


def lists(run, place, trade, account):
    spot, swap = place.spot, place.swap
    with run.op("orders-history"):
        states = {row["state"] for row in rows(trade.get_orders_history("SPOT"))}
        equal(states, {"filled", "canceled"}, "states")
    with run.op("orders-history-archive"):
        found = rows(trade.get_orders_history_archive("SPOT"))
        check(found and all(float(row["accFillSz"]) > 0 for row in found), "with fills alone", found)
    with run.op("fills", "fills-history"):
        found = rows(trade.get_fills(instType="SPOT"))
        equal([row["billId"] for row in rows(trade.get_fills_history("SPOT"))],
              [row["billId"] for row in found], "the same fills")
        check({row["side"] for row in found} == {"buy"}, "sides", found)
    with run.op("balance"):
        row = one(account.get_account_balance("USDT"))["details"][0]
        near(row["cashBal"], place.cash("USDT"), 1e-9, "cash")
    with run.op("bills", "bills-archive"):
        found = rows(account.get_account_bills(ccy="USDT"))
        equal(found[0]["bal"], place.rows("account/balance?ccy=USDT")[0]["details"][0]["cashBal"], "bal")
        equal(rows(account.get_account_bills_archive(ccy="USDT"))[0]["billId"], found[0]["billId"], "archive")
    with run.op("positions"):
        accepted(trade.place_order(instId=swap, tdMode="cross", side="sell", ordType="market", sz=place.lot(swap, 6)))
        row = one(account.get_positions(instId=swap))
        equal((row["pos"], row["mgnMode"]), ("-" + place.lot(swap, 6), "cross"), "the position")
        near(row["avgPx"], place.last(swap), 0.01, "its price")


def placed(run, name, place, trade, **words):
    """The `algoId` of an algo order that the client places; of one made without it where it cannot."""
    with run.op(name):
        return accepted(trade.place_algo_order(**words))["algoId"]
    _, reply = place.raw.call("POST", "/api/v5/trade/order-algo", words)
    return accepted(reply)["algoId"]


def algos(run, place, trade):
    """A short position of six lots, and what guards it."""
    swap = place.swap
    base = dict(instId=swap, tdMode="cross", side="buy", reduceOnly="true")
    size = place.lot(swap)
    with run.op("conditional"):
        # At the last price, so that the next trades trigger it.
        for _ in range(20):
            reply = trade.place_algo_order(**base, ordType="conditional", sz=size, slTriggerPx=place.away(swap, 1), slOrdPx="-1", algoClOrdId="guard")
            if reply["code"] == "0":
                break
            equal(reply["data"][0]["sCode"], "51278", "the price went past it")
        id = accepted(reply)["algoId"]
        end = time.time() + 20
        while one(trade.get_algo_order_details(algoClOrdId="guard"))["state"] == "live":
            check(time.time() < end, "the stop triggers")
            time.sleep(0.15)
        done = one(trade.get_algo_order_details(algoId=id))
        equal((done["state"], done["actualSide"], done["actualSz"]), ("effective", "sl", size), "done")
        child = place.order(swap, done["ordIdList"][0])
        equal((child["algoId"], child["state"], child["reduceOnly"]), (id, "filled", "true"), "its order")
        near(place.position(swap), -float(place.lot(swap, 5)), 1e-9, "one lot less")
    id = placed(
        run, "oco", place, trade, **base, ordType="oco", closeFraction="1", slTriggerPx=place.away(swap, 1.2),
        slOrdPx="-1", slTriggerPxType="mark", tpTriggerPx=place.away(swap, 0.8), tpOrdPx="-1")
    with run.op("order-algo"):
        row = one(trade.get_algo_order_details(algoId=id))
        equal((row["closeFraction"], row["slTriggerPxType"], row["state"]), ("1", "mark", "live"), "waits")
    with run.op("amend-algos"):
        accepted(trade.amend_algo_order(instId=swap, algoId=id, newSlTriggerPx=place.away(swap, 1.3)))
        row = place.rows(f"trade/order-algo?algoId={id}")[0]
        near(row["slTriggerPx"], place.last(swap) * 1.3, 0.01, "moved")
        equal(trade.amend_algo_order(instId=swap, algoId=id, newSz="1")["data"][0]["sCode"], "51524", "size")
    second = placed(
        run, "trigger", place, trade, instId=swap, tdMode="cross", side="sell", ordType="trigger", sz=size,
        triggerPx=place.away(swap, 1.3), orderPx="-1", triggerPxType="index")
    third = placed(
        run, "move_order_stop", place, trade, **base, ordType="move_order_stop", sz=size, callbackRatio="0.3")
    with run.op("orders-algo-pending"):
        equal(one(trade.order_algos_list(ordType="trigger"))["algoId"], second, "pending")
        equal(one(trade.order_algos_list(ordType="oco"))["algoId"], id, "pending")
        row = one(trade.order_algos_list(ordType="move_order_stop"))
        near(row["moveTriggerPx"], place.last(swap) * 1.3, 0.02, "follows the last price")
    with run.op("cancel-algos"):
        made = rows(trade.cancel_algo_order([dict(instId=swap, algoId=one) for one in (second, third)]))
        equal([row["sCode"] for row in made], ["0", "0"], "both")
    place.raw.call("POST", "/api/v5/trade/close-position", dict(instId=swap, mgnMode="cross"))
    with run.op("orders-algo-history"):
        gone = [row["algoId"] for row in rows(trade.order_algos_history("oco", state="canceled"))]
        equal(gone, [id], "cancelled with its position")


class Line:
    """A socket of the client's, and what came over it."""

    def __init__(self, socket):
        self.socket, self.seen = socket, []

    def take(self, text):
        self.seen.append(json.loads(text) if text != "pong" else {"pong": True})

    async def until(self, wanted, wait=10):
        end = time.time() + wait
        place = 0
        while time.time() < end:
            while place < len(self.seen):
                place += 1
                if wanted(self.seen[place - 1]):
                    return self.seen[place - 1]
            await asyncio.sleep(0.02)
        raise AssertionError(f"no such message; the last are {str(self.seen[-3:])[:600]}")

    async def push(self, channel, wanted=lambda row: True, wait=10):
        message = await self.until(
            lambda m: m.get("arg", {}).get("channel") == channel and "data" in m
            and any(wanted(row) for row in m["data"]), wait)
        return next(row for row in message["data"] if wanted(row))


PUBLIC = ["tickers", "books", "bbo-tbt", "trades", "price-limit", "mark-price"]
OF_SWAPS = ["funding-rate", "open-interest"]


def public_arguments(place):
    return ([dict(channel=name, instId=place.spot) for name in PUBLIC]
            + [dict(channel=name, instId=place.swap) for name in OF_SWAPS]
            + [dict(channel="index-tickers", instId="BTC-USDT")])


def private_arguments():
    return [dict(channel="account"), dict(channel="balance_and_position"), dict(channel="fills"),
            dict(channel="orders", instType="ANY"), dict(channel="positions", instType="ANY")]


def algo_arguments():
    return [dict(channel=name, instType="ANY") for name in ("orders-algo", "algo-advance")]


async def public_pushes(run, place, public, business):
    for name in PUBLIC + OF_SWAPS + ["index-tickers"]:
        with run.op("ws " + name):
            row = await public.push(name)
            price = row.get("last") or row.get("px") or row.get("markPx") or row.get("idxPx")
            if price:
                near(price, place.last(place.spot), 0.01, name)
    with run.op("ws candle"):
        near((await business.push("candle1m"))[4], place.last(place.spot), 0.01, "close")


async def private_pushes(run, place, line, algos):
    """What the account hears of a trade and of algo orders that somebody else's calls made."""
    swap = place.swap
    with run.op("ws login"):
        equal((await line.until(lambda m: m.get("event") == "login"))["code"], "0", "login")
    with run.op("ws orders", "ws fills", "ws positions", "ws account", "ws balance_and_position"):
        _, reply = place.raw.call("POST", "/api/v5/trade/order", dict(
            instId=swap, tdMode="cross", side="buy", sz=place.lot(swap), ordType="market", clOrdId="772"))
        id = accepted(reply)["ordId"]
        states = [(await line.push("orders", lambda row: row["ordId"] == id and row["state"] == state))["state"]
                  for state in ("live", "filled")]
        equal(states, ["live", "filled"], "the order")
        fill = await line.push("fills", lambda row: row["ordId"] == id)
        equal((fill["clOrdId"], fill["fillSz"]), ("772", place.lot(swap)), "the fill")
        position = await line.push("positions", lambda row: row["pos"] == place.lot(swap))
        equal(position["tradeId"], fill["tradeId"], "the position's trade")
        both = await line.push("balance_and_position", lambda row: row["eventType"] == "filled")
        equal((both["trades"][0]["tradeId"], both["posData"][0]["pos"]), (fill["tradeId"], place.lot(swap)), "both")
        near(both["balData"][0]["cashBal"], place.cash("USDT"), 1e-9, "cash")
        await line.push("account", lambda row: any(
            abs(float(one["cashBal"]) - place.cash("USDT")) < 1e-6 for one in row["details"] if one["ccy"] == "USDT"))
    with run.op("ws orders-algo", "ws algo-advance"):
        body = dict(instId=swap, tdMode="cross", side="sell", sz=place.lot(swap))
        for more, channel in (
                (dict(ordType="trigger", triggerPx=place.away(swap, 0.7), orderPx="-1"), "orders-algo"),
                (dict(ordType="move_order_stop", callbackRatio="0.5"), "algo-advance")):
            _, reply = place.raw.call("POST", "/api/v5/trade/order-algo", {**body, **more})
            id = accepted(reply)["algoId"]
            equal((await algos.push(channel, lambda row: row["algoId"] == id))["state"], "live", channel)
            place.raw.call("POST", "/api/v5/trade/cancel-algos", [dict(instId=swap, algoId=id)])
            await algos.push(channel, lambda row: row["algoId"] == id and row["state"] == "canceled")
    place.raw.call("POST", "/api/v5/trade/close-position", dict(instId=swap, mgnMode="cross"))
