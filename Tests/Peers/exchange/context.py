"""The market's context: bars, tickers, funding, marks; on channels and by REST, against each other."""
from desk import *

LENGTH = {"1s": 1_000, "1m": 60_000, "5m": 300_000, "15m": 900_000, "1H": 3_600_000,
          "4H": 14_400_000, "1D": 86_400_000, "1Dutc": 86_400_000, "1W": 7 * 86_400_000}


def candles(exchange, name, bar, path="market/candles", **parameters):
    query = "".join(f"&{key}={value}" for key, value in parameters.items())
    return exchange.rows(f"/api/v5/{path}?instId={name}&bar={bar}{query}", sign=False)


def bar_of(trades, start, length):
    """The bar that OKX would cut out of these trades, or None where nothing traded."""
    inside = [t for t in trades if start <= int(t["ts"]) < start + length]
    if not inside:
        return None
    prices = [Decimal(t["px"]) for t in inside]
    return [prices[0], max(prices), min(prices), prices[-1],
            sum(Decimal(t["sz"]) for t in inside),
            sum(Decimal(t["sz"]) * Decimal(t["px"]) for t in inside)]


def numbers(row):
    """Open, high, low, close, volume and worth of a row of OKX."""
    return [Decimal(row[i]) for i in (1, 2, 3, 4, 5, 7)]


def merged(rows):
    """Several bars, oldest first, as one; those in which nothing traded say only that time went by."""
    told = [row for row in rows if Decimal(row[5])] or rows[-1:]
    each = [numbers(row) for row in told]
    return [each[0][0], max(e[1] for e in each), min(e[2] for e in each), each[-1][3],
            sum(e[4] for e in each), sum(e[5] for e in each)]


def bars(exchange):
    """Second bars are those of the published trades; each closes once, with no hole between them."""
    name = exchange.health()["instruments"][0]
    trades, rows = [], []
    with exchange.connect("public") as public, exchange.connect("business") as business:
        public.subscribed({"channel": "trades", "instId": name})
        business.subscribed({"channel": "candle1s", "instId": name})
        end = time.monotonic() + 7
        while time.monotonic() < end:
            for client, into in ((public, trades), (business, rows)):
                try:
                    while True:
                        message = client.next(0.02)
                        if "data" in message:
                            into += message["data"]
                except TimeoutError:
                    pass
    closed = [row for row in rows if row[8] == "1"]
    times = [int(row[0]) for row in closed]
    check(len(times) >= 5, "seconds closed", times)
    equal(times, list(range(times[0], times[0] + 1_000 * len(times), 1_000)), "each second once")
    compared = 0
    for row in closed[1:]:
        wanted = bar_of(trades, int(row[0]), 1_000)
        if wanted:
            compared += 1
            equal(numbers(row), wanted, f"the bar at {row[0]}")
        else:
            equal(Decimal(row[5]), 0, f"nothing traded at {row[0]}")
    check(compared >= 3, "bars compared", compared)
    stated = {row[0]: row for row in candles(exchange, name, "1s", limit=60)}
    for row in closed:
        equal(stated[row[0]], row, "REST says the same second")


def history(exchange):
    """A history that joins the live bars without a hole, and intervals that agree with each other."""
    name = exchange.health()["instruments"][0]
    time.sleep(2.5)
    for bar, length in LENGTH.items():
        rows = candles(exchange, name, bar, limit=300)[::-1]
        check(len(rows) >= 8, f"rows of {bar}", len(rows))
        times = [int(row[0]) for row in rows]
        equal(times, list(range(times[0], times[0] + length * len(rows), length)), f"no hole in {bar}")
        offset = {"1D": 16 * 3_600_000, "1W": 96 * 3_600_000 - 8 * 3_600_000}.get(bar, 0)
        equal(times[0] % length, offset, f"where {bar} opens")
        equal({row[8] for row in rows[:-1]}, {"1"}, f"{bar}s that are over")
        equal(rows[-1][8], "0", f"the open {bar}")
        tick = Decimal(exchange.rows(f"/api/v5/public/instruments?instType=SPOT&instId={name}",
                                     sign=False)[0]["tickSz"])
        for before, row in zip(rows, rows[1:]):
            o, h, l, c, volume, worth = numbers(row)
            check(l <= min(o, c) and h >= max(o, c) and volume >= 0, f"{bar} {row}")
            check(abs(numbers(before)[3] - o) <= max(60 * tick, o / 100), f"a jump in {bar}", (before, row))
            check(volume == 0 or l <= worth / volume <= h, f"the worth of {bar}", row)
        time.sleep(0.2)
    for small, large, count in (("1s", "1m", 60), ("1m", "5m", 5), ("5m", "1H", 12), ("1H", "4H", 4)):
        whole = candles(exchange, name, large, path="market/history-candles", limit=2)
        for row in whole:
            start = int(row[0])
            parts = candles(exchange, name, small, path="market/history-candles",
                            after=start + LENGTH[large], before=start - 1, limit=300)[::-1]
            equal(len(parts), count, f"{small} in {large}")
            equal(merged(parts), numbers(row), f"{large} of its {small}")
        time.sleep(0.3)


def paging(exchange):
    """`after` and `before` are exclusive, newest first; pages meet without overlap; refusals."""
    name = exchange.health()["instruments"][0]
    first = candles(exchange, name, "1m", path="market/history-candles", limit=50)
    second = candles(exchange, name, "1m", path="market/history-candles", limit=50, after=first[-1][0])
    equal(len(first), 50, "a page")
    equal(int(second[0][0]), int(first[-1][0]) - 60_000, "the next page goes on")
    newer = candles(exchange, name, "1m", path="market/history-candles", before=first[5][0])
    equal([row[0] for row in newer][-5:], [row[0] for row in first[:5]], "what is newer")
    equal(len(candles(exchange, name, "1m")), 100, "a hundred unless told otherwise")
    equal(len(candles(exchange, name, "1m", limit=1000)), 300, "300 at most")
    time.sleep(2.05)
    old = int(first[0][0]) - 1_500 * 60_000
    equal(candles(exchange, name, "1m", after=old), [], "market/candles reaches 1440 back")
    equal(len(candles(exchange, name, "1m", path="market/history-candles", after=old)), 100, "history further")
    pages, after = 0, int(first[0][0])
    while pages < 12:
        rows = candles(exchange, name, "1H", path="market/history-candles", after=after, limit=300)
        if not rows:
            break
        check(int(rows[0][0]) < after, "older each time")
        after, pages = int(rows[-1][0]), pages + 1
    check(3 < pages < 12, "the history ends", pages)
    for query, code in (("instId=NO", "51001"), ("", "50014"), (f"instId={name}&bar=2m", "51000"),
                        (f"instId={name}&limit=0", "51000"), (f"instId={name}&after=x", "51000"),
                        (f"instId={name}&before=-1", "51000")):
        for path in ("market/candles", "market/history-candles"):
            equal(exchange.call("GET", f"/api/v5/{path}?{query}", sign=False)[1]["code"], code, query)


def urls(exchange):
    """Each channel on its own URL, and what the others say."""
    name = exchange.health()["instruments"][0]
    swap = name + "-SWAP"
    for endpoint, channel, subject, code in (
            ("public", "candle1m", name, "64001"), ("business", "tickers", name, "64002"),
            ("business", "books", name, "64002"), ("business", "candle2m", name, "60018"),
            ("business", "candle", name, "60018"), ("business", "candle1m", "NO-SUCH", "60018"),
            ("public", "funding-rate", name, "60018"), ("public", "index-tickers", "NO-SUCH", "60018"),
            ("public", "open-interest", name, "60018"), ("public", "mark-price", "", "60018"),
            ("business", "candle1Dutc", name, None), ("business", "candle1s", swap, None),
            ("public", "funding-rate", swap, None), ("public", "index-tickers", name, None)):
        with exchange.connect(endpoint) as client:
            client.subscribe({"channel": channel, "instId": subject}, id="u1")
            reply = client.next()
            equal((reply.get("code"), reply["id"]), (code, "u1"), f"{channel} on {endpoint}")
    with exchange.connect("public") as client:
        client.subscribe({"channel": "liquidation-orders", "instType": "SPOT"})
        equal(client.next()["code"], "60018", "nobody is liquidated in spot")


FIELDS = {
    "tickers": "instType instId last lastSz askPx askSz bidPx bidSz open24h high24h low24h volCcy24h "
               "vol24h sodUtc0 sodUtc8 ts",
    "funding-rate": "fundingRate fundingTime instId instType method nextFundingRate nextFundingTime "
                    "minFundingRate maxFundingRate settState settFundingRate premium ts",
    "mark-price": "instType instId markPx ts", "index-tickers": "instId idxPx high24h low24h open24h sodUtc0 sodUtc8 ts",
    "open-interest": "instType instId oi oiCcy oiUsd ts", "price-limit": "instId instType buyLmt sellLmt ts enabled",
}


def channels(exchange):
    """Fields, cadence and agreement with REST of each context channel, for a spot pair and its swap."""
    name = exchange.health()["instruments"][0]
    swap = name + "-SWAP"
    rest = {"tickers": "market/ticker?instId=", "funding-rate": "public/funding-rate?instId=",
            "mark-price": "public/mark-price?instType=SWAP&instId=",
            "index-tickers": "market/index-tickers?instId=",
            "open-interest": "public/open-interest?instType=SWAP&instId=",
            "price-limit": "public/price-limit?instId="}
    arguments = [{"channel": channel, "instId": name if channel == "index-tickers" else swap}
                 for channel in FIELDS] + [{"channel": "tickers", "instId": name},
                                           {"channel": "mark-price", "instId": name}]
    seen = {}
    with exchange.connect("public") as client:
        client.subscribe(*arguments)
        end = time.monotonic() + 7
        while time.monotonic() < end:
            try:
                message = client.next(0.2)
            except TimeoutError:
                continue
            if "data" in message:
                key = (message["arg"]["channel"], message["arg"]["instId"])
                seen.setdefault(key, []).append((time.monotonic(), message["data"][0]))
    for argument in arguments:
        key = (argument["channel"], argument["instId"])
        check(key in seen, f"a first push of {key}")
        for _, row in seen[key]:
            missing = set(FIELDS[key[0]].split()) - set(row)
            check(not missing, f"fields of {key}", missing)
            equal(row["instId"], key[1], f"{key}")
    for channel, pause in (("tickers", 0.1), ("mark-price", 0.2), ("index-tickers", 0.1)):
        subject = name if channel == "index-tickers" else swap
        times = [at for at, _ in seen[channel, subject]]
        check(len(times) >= 8, f"pushes of {channel}", len(times))
        check((times[-1] - times[0]) / (len(times) - 1) > pause * 0.85, f"the cadence of {channel}")
    oi = [at for at, _ in seen["open-interest", swap]]
    check(2 <= len(oi) <= 4, "open interest each three seconds", len(oi))
    equal(len(seen["funding-rate", swap]), 1, "funding comes each minute")
    equal(seen["mark-price", name][0][1]["instType"], "MARGIN", "a spot pair's mark")
    for channel, path in rest.items():
        subject = name if channel == "index-tickers" else swap
        row = exchange.rows(f"/api/v5/{path}{subject}", sign=False)[0]
        equal(set(row), set(seen[channel, subject][0][1]), f"REST's fields of {channel}")
    row = seen["tickers", swap][-1][1]
    check(Decimal(row["bidPx"]) < Decimal(row["askPx"]), "a ticker's spread", row)
    check(Decimal(row["low24h"]) <= Decimal(row["last"]) <= Decimal(row["high24h"]), "its day", row)
    funding = seen["funding-rate", swap][0][1]
    equal(int(funding["fundingTime"]) % (8 * 3_600_000), 0, "a funding time")
    check(0 < int(funding["fundingTime"]) / 1000 - time.time() <= 8 * 3600, "it comes", funding)
    check(abs(Decimal(funding["fundingRate"])) <= Decimal(funding["maxFundingRate"]), "its bound", funding)
    interest = exchange.rows(f"/api/v5/public/open-interest?instType=SWAP&instId={swap}", sign=False)[0]
    spec = exchange.rows(f"/api/v5/public/instruments?instType=SWAP&instId={swap}", sign=False)[0]
    equal(Decimal(interest["oiCcy"]), Decimal(interest["oi"]) * Decimal(spec["ctVal"]), "coins of contracts")
    for path, code in (("public/funding-rate?instId=" + name, "51001"), ("public/mark-price", "50014"),
                       ("public/mark-price?instType=SPOT", "51000"), ("market/index-tickers", "50014"),
                       ("public/open-interest?instType=SWAP&instId=NO", "51001")):
        equal(exchange.call("GET", "/api/v5/" + path, sign=False)[1]["code"], code, path)


def events(exchange):
    """Liquidations come by type, maintenance to everyone who listens, later listeners included."""
    with exchange.connect("public") as client:
        client.subscribed({"channel": "liquidation-orders", "instType": "SWAP"}, {"channel": "status"})
        row = client.until(lambda m: m.get("arg", {}).get("channel") == "liquidation-orders"
                           and "data" in m, wait=20)["data"][0]
        equal(set(row), {"instType", "instId", "instFamily", "uly", "details"}, "a liquidation")
        detail = row["details"][0]
        equal(set(detail), {"side", "posSide", "bkPx", "sz", "bkLoss", "ccy", "ts"}, "its detail")
        equal(detail["posSide"], {"buy": "short", "sell": "long"}[detail["side"]], "who was closed")
        begin = int(time.time() * 1000) + 3_600_000
        notice = {"title": "Upgrade", "state": "scheduled", "begin": str(begin), "end": str(begin + 60_000)}
        equal(exchange.call("POST", "/sim/status", notice, sign=False)[0], 200, "announced")
        told = client.until(lambda m: m.get("arg", {}).get("channel") == "status" and "data" in m)["data"]
        equal([told[0][key] for key in notice], list(notice.values()), "the notice")
        equal(exchange.rows("/api/v5/system/status", sign=False), told, "system/status")
        with exchange.connect("public") as late:
            late.subscribe({"channel": "status"})
            equal(late.until(lambda m: "data" in m)["data"], told, "a late listener")
        bad = {**notice, "state": "broken"}
        equal(exchange.call("POST", "/sim/status", bad, sign=False)[1]["code"], "51000", "a wrong state")


def equity(exchange):
    """The account's worth, made again from balances, positions and marks; fees by type."""
    with Desk(exchange) as spot, Desk(exchange, exchange.health()["instruments"][0] + "-SWAP", "SWAP") as swap:
        swap.client.subscribed({"channel": "account"}, {"channel": "positions", "instType": "ANY"})
        for desk, mode, size in ((spot, "cash", desk_size(spot)), (swap, "cross", "200")):
            _, ask = desk.book()
            order = desk.place(ordType="ioc", tdMode=mode, sz=size, px=plain(
                ask * Decimal("1.02") // desk.tick * desk.tick))
            equal(desk.pushes(order)[-1]["state"], "filled", f"the order in {desk.name}")
        def ours(message):
            rows = message.get("data", []) if message["arg"]["channel"] == "positions" else []
            return next((row for row in rows if row["instId"] == swap.name), None)

        push = ours(swap.client.until(ours))
        exchange.call("POST", "/sim/pause", sign=False)
        time.sleep(0.2)
        balance = exchange.rows("/api/v5/account/balance")[0]
        positions = {row["instId"]: row for row in exchange.rows("/api/v5/account/positions")}
        row = positions[swap.name]
        mark = Decimal(exchange.rows(
            f"/api/v5/public/mark-price?instType=SWAP&instId={swap.name}", sign=False)[0]["markPx"])
        coins = Decimal(row["pos"]) * Decimal(swap.spec["ctVal"])
        equal((row["mgnMode"], Decimal(row["pos"]), Decimal(row["markPx"])), ("cross", 200, mark), "the swap")
        check(abs(Decimal(row["upl"]) - coins * (mark - Decimal(row["avgPx"]))) < Decimal("0.001"), "upl", row)
        equal(Decimal(row["lever"]), 10, "its leverage")
        equal(set(push), set(row), "the channel says what REST says")
        total, prices = Decimal(0), {"USDT": Decimal(1)}
        for item in exchange.rows("/api/v5/public/mark-price?instType=MARGIN", sign=False):
            prices[item["instId"].split("-")[0]] = Decimal(item["markPx"])
        for detail in balance["details"]:
            wanted = Decimal(detail["cashBal"]) + (Decimal(row["upl"]) if detail["ccy"] == "USDT" else 0)
            equal(Decimal(detail["eq"]), wanted, f"equity in {detail['ccy']}")
            equal(Decimal(detail["availEq"]), wanted - Decimal(detail["frozenBal"]), "what is free of it")
            total += wanted * prices[detail["ccy"]]
        equal(Decimal(balance["totalEq"]), total, "totalEq to the last digit")
        equal(balance["totalEq"], exchange.report()["totalEquity"], "the report's")
        equal((balance["availEq"], balance["upl"]), ("", ""), "account level 2 has them by currency")
        swap_fee = exchange.rows(f"/api/v5/account/trade-fee?instType=SWAP&instFamily={spot.name}")[0]
        equal((swap_fee["makerU"], swap_fee["takerU"]), ("-0.0002", "-0.0005"), "the swap's rates")


def limits(exchange):
    """`price-limit` is what the exchange refuses beyond, on the channel, by REST and for an order."""
    with Desk(exchange) as desk, exchange.connect("public") as public:
        public.subscribe({"channel": "price-limit", "instId": desk.name})
        rows = []
        while len(rows) < 3:
            rows += public.until(lambda m: "data" in m)["data"]
        check(all(row["enabled"] is True for row in rows), "enabled", rows)
        exchange.call("POST", "/sim/pause", sign=False)
        time.sleep(0.2)
        row = exchange.rows(f"/api/v5/public/price-limit?instId={desk.name}", sign=False)[0]
        bid, ask = desk.book()
        buy, sell = Decimal(row["buyLmt"]), Decimal(row["sellLmt"])
        check(ask < buy <= ask * Decimal("1.05") and bid * Decimal("0.95") <= sell < bid, "the limits", row)
        for price, side, code in ((buy, "buy", "0"), (buy + desk.tick, "buy", "51006"),
                                  (sell, "sell", "0"), (sell - desk.tick, "sell", "51006")):
            reply = desk.send(desk.order(side=side, ordType="ioc", px=plain(price)))
            equal(reply["data"][0]["sCode"], code, f"{side} at {price}")


def desk_size(desk):
    return plain(desk.lot * 5)


if __name__ == "__main__":
    main({function.__name__: function for function in (
        bars, history, paging, urls, channels, events, equity, limits)})
