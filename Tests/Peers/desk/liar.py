"""A planted liar: it stands between `llmtrading conform` and the simulated exchange and changes what one rule says.

A lie is a function that is given a decoded message and says how it lied (anything but None). Each is declared with the
rules of docs/OKX.md that it breaks; `conform` has to find exactly these. Books, orders and all else pass byte for byte.
"""
import asyncio
import http.server
import json
import threading
import urllib.error
import urllib.request

from websockets.asyncio.client import connect
from websockets.asyncio.server import serve
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed, InvalidStatus

LIES = []
# The message is not given on at all.
DROP = object()


class Lie:
    def __init__(self, rules, kind, key, change):
        self.rules, self.kind, self.key, self.change = rules, kind, key, change
        self.name = change.__name__
        self.told = 0


def lie(*rules, push=None, event=None, reply=None, rest=None):
    """Declares a lie about pushes of a channel, events, replies to an op, or answers of a REST path (its beginning).

    The function takes the message, or for REST the whole answer `{"status": …, "body": …}` with the request's
    method and path; it changes it in place and returns True, returns DROP, or None where it leaves the message alone.
    """
    kind, key = next((k, v) for k, v in (
        ("push", push), ("event", event), ("reply", reply), ("rest", rest)) if v is not None)

    def declare(change):
        LIES.append(Lie(rules, kind, key, change))
        return change
    return declare


def kind_of(message):
    """The kind and the key of a frame, as lies name them."""
    if "event" in message:
        return "event", message["event"]
    if "op" in message:
        return "reply", message["op"]
    if "arg" in message and "data" in message:
        return "push", message["arg"].get("channel", "")
    return "none", ""


class Liar:
    """`with Liar(exchange, lies) as liar:` listens; `liar.port` (WebSocket) and `liar.rest_port`."""

    def __init__(self, exchange, lies=None):
        self.exchange = exchange
        self.lies = LIES if lies is None else lies
        self.lock = threading.Lock()
        self.loop = asyncio.new_event_loop()
        self.ready = threading.Event()

    def __enter__(self):
        threading.Thread(target=self.run, daemon=True).start()
        assert self.ready.wait(10), "the liar listens"
        liar = self

        class Answers(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do(self):
                liar.answer(self)
            do_GET = do_POST = do_DELETE = do

            def log_message(self, *_):
                pass
        self.rest = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers)
        self.rest_port = self.rest.server_address[1]
        threading.Thread(target=self.rest.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.rest.shutdown()
        self.loop.call_soon_threadsafe(self.loop.stop)

    def told(self):
        """Rules that were lied about, and the lies that found nothing to lie about."""
        return ({rule for lie in self.lies if lie.told for rule in lie.rules},
                [lie.name for lie in self.lies if not lie.told])

    def change(self, kind, key, message):
        """The message as it is told: None where it is left as it was, DROP where it is kept back."""
        changed = None
        with self.lock:
            for lie in self.lies:
                if lie.kind != kind or not (key.startswith(lie.key) if kind == "rest" else key == lie.key):
                    continue
                did = lie.change(message)
                if did is not None:
                    lie.told += 1
                    if did is DROP:
                        return DROP
                    changed = message
        return changed

    # WebSocket

    def run(self):
        asyncio.set_event_loop(self.loop)
        self.loop.run_until_complete(self.listen())
        self.loop.run_forever()

    async def listen(self):
        server = await serve(
            self.meet, "127.0.0.1", 0, compression=None, max_size=None, ping_interval=None,
            process_request=self.dial)
        self.port = server.sockets[0].getsockname()[1]
        self.ready.set()

    async def dial(self, line, request):
        """The exchange is asked first: what it refuses is refused."""
        given = {name: value for name, value in request.headers.raw_items()
                 if name.lower().startswith("x-")}
        try:
            line.upstream = await connect(
                f"wss://127.0.0.1:{self.exchange.port}{request.path}", ssl=self.exchange.tls,
                additional_headers=Headers(given), compression=None, max_size=None,
                ping_interval=None, max_queue=None)
        except InvalidStatus as refusal:
            return line.respond(refusal.response.status_code, refusal.response.body.decode())
        return None

    async def meet(self, line):
        async def pump(source, target, change):
            try:
                async for text in source:
                    if change and isinstance(text, str):
                        text = self.changed(text)
                        if text is None:
                            continue
                    await target.send(text)
            except ConnectionClosed:
                pass
            code = source.close_code or 1000
            await target.close(code if code not in (1005, 1006, 1015) else 1000, source.close_reason or "")
        await asyncio.gather(pump(line, line.upstream, False), pump(line.upstream, line, True))

    def changed(self, text):
        try:
            message = json.loads(text)
        except ValueError:
            return text
        kind, key = kind_of(message)
        found = self.change(kind, key, message)
        if found is DROP:
            return None
        return text if found is None else json.dumps(message, separators=(",", ":"))

    # REST

    def answer(self, asked):
        length = int(asked.headers.get("Content-Length") or 0)
        body = asked.rfile.read(length) if length else None
        given = {name: value for name, value in asked.headers.items()
                 if name.lower() not in ("host", "connection", "content-length", "accept-encoding")}
        request = urllib.request.Request(
            self.exchange.rest_url() + asked.path, data=body, headers=given, method=asked.command)
        try:
            with urllib.request.urlopen(request, context=self.exchange.tls, timeout=20) as reply:
                status, text = reply.status, reply.read()
        except urllib.error.HTTPError as error:
            status, text = error.code, error.read()
        try:
            answer = {"method": asked.command, "path": asked.path, "status": status, "body": json.loads(text)}
        except ValueError:
            answer = None
        if answer and self.change("rest", asked.path.removeprefix("/api/v5/"), answer) not in (None, DROP):
            status, text = answer["status"], json.dumps(answer["body"], separators=(",", ":")).encode()
        asked.send_response(status)
        asked.send_header("Content-Type", "application/json")
        asked.send_header("Content-Length", str(len(text)))
        asked.end_headers()
        asked.wfile.write(text)


# The lies, in the order of docs/OKX.md.

@lie("OKX-052", push="books")
def the_chain_breaks(message):
    """A chain that skips is what no client can follow."""
    if message.get("action") == "update":
        message["data"][0]["prevSeqId"] += 1
        return True
    return None


def rows(answer):
    """The rows of a REST answer."""
    data = answer["body"].get("data")
    return [row for row in data if isinstance(row, dict)] if isinstance(data, list) else []


def coded(answer, old, new):
    """A code, in the envelope or a row, is another."""
    did = None
    if answer["body"].get("code") == old:
        answer["body"]["code"], did = new, True
    for row in rows(answer):
        if row.get("sCode") == old:
            row["sCode"], did = new, True
    return did


def put(found, **fields):
    """Sets fields of each row that is given."""
    for row in found:
        row.update(fields)
    return True if found else None


# Account and positions.

@lie("OKX-150", push="account")
def an_event_has_pages(message):
    if message.get("eventType") != "event_update":
        return None
    message.update(curPage=1, lastPage=True)
    return True


@lie("OKX-151", rest="account/balance")
def level_two_has_an_account_wide_margin(answer):
    return put(rows(answer), availEq="5")


@lie("OKX-152", push="positions")
def a_short_has_a_side(message):
    return put([row for row in message["data"] if row["pos"].startswith("-")], posSide="short")


@lie("OKX-153", push="positions")
def spot_is_a_position(message):
    if message.get("eventType") != "snapshot":
        return None
    message["data"].append({"instType": "SPOT", "instId": "OKB-USDT", "mgnMode": "cash", "pos": "1"})
    return True


@lie("OKX-154", rest="account/config")
def the_position_mode_is_unheard_of(answer):
    return put(rows(answer), posMode="hedge_mode")


@lie("OKX-155", rest="account/trade-fee?instType=SWAP")
def a_taker_is_paid(answer):
    return put(rows(answer), takerU="0.0005")


@lie("OKX-156", rest="account/positions?instId=")
def a_closed_position_has_another_id(answer):
    return put([row for row in rows(answer) if row["pos"] == "0"], posId="1")


@lie("OKX-157", rest="trade/fills?instType=SPOT")
def the_fee_is_in_another_coin(answer):
    return put(rows(answer), feeCcy="OKB")


@lie("OKX-158", "OKX-159", rest="account/config")
def the_key_may_fly(answer):
    return put(rows(answer), perm="read_only,trade,fly")


@lie("OKX-160", rest="account/config")
def a_boolean_is_a_text(answer):
    return put(rows(answer), autoLoan="false")


@lie("OKX-162", rest="account/leverage-info")
def leverage_is_of_another_mode(answer):
    return put(rows(answer), mgnMode="isolated")


@lie("OKX-163", push="balance_and_position")
def a_fill_is_called_something_else(message):
    return put([row for row in message["data"] if row["eventType"] == "filled"], eventType="traded")


@lie("OKX-164", rest="account/max-size")
def a_spot_sale_is_sized_in_money(answer):
    return put([row for row in rows(answer) if not row["instId"].endswith("SWAP")], maxSell="3")


@lie("OKX-165", rest="account/positions")
def a_documented_field_is_missing(answer):
    found = [row for row in rows(answer) if row.pop("usdPx", None) is not None]
    return True if found else None


# REST.

@lie("OKX-170", rest="trade/orders-history-archive?instType=SWAP&limit=1")
def a_wrong_signature_is_taken(answer):
    if answer["body"].get("code") != "50113":
        return None
    answer["status"], answer["body"]["code"] = 200, "0"
    return True


@lie("OKX-171", rest="public/instruments")
def an_empty_parameter_is_no_bad_request(answer):
    if answer["body"].get("code") != "50014":
        return None
    answer["status"] = 200
    return True


@lie("OKX-171", "OKX-172", rest="market/history-trades")
def a_busy_exchange_says_all_is_well(answer):
    if answer["body"].get("code") != "50013":
        return None
    answer["status"] = 200
    return True


@lie("OKX-173", rest="trade/orders-pending?instType=SPOT")
def a_page_begins_with_the_oldest(answer):
    if "limit=2" not in answer["path"] or len(rows(answer)) < 2:
        return None
    answer["body"]["data"].reverse()
    return True


@lie("OKX-174", rest="trade/fills-history")
def the_history_needs_no_type(answer):
    if answer["body"].get("code") != "50014":
        return None
    answer["status"] = 200
    answer["body"].update(code="0", msg="", data=[])
    return True


@lie("OKX-175", rest="trade/orders-pending?instType=SPOT")
def what_is_done_is_pending(answer):
    found = rows(answer)
    return put(found[:1], state="canceled") if "limit" not in answer["path"] else None


@lie("OKX-176", rest="market/candles")
def the_oldest_bar_comes_first(answer):
    answer["body"]["data"].reverse()
    return True


@lie("OKX-177", rest="account/positions?instId=")
def a_liquidation_has_a_trade(answer):
    return put([row for row in rows(answer) if row["tradeId"] == "0"], tradeId="5")


@lie("OKX-178", rest="account/bills?instType=SPOT")
def a_trade_is_a_delivery(answer):
    return put(rows(answer), type="3")


@lie("OKX-179", rest="account/bills?ccy=")
def a_balance_does_not_follow(answer):
    return put(rows(answer)[:1], bal="1")


@lie("OKX-180", rest="trade/order")
def an_expired_order_is_taken(answer):
    if answer["body"].get("code") != "50036":
        return None
    answer["body"].update(code="0", data=[{"sCode": "0", "ordId": "1"}])
    return True


@lie("OKX-182", rest="account/set-leverage")
def a_number_is_refused(answer, seen=[]):
    if answer["body"].get("code") != "0":
        return None
    seen.append(True)
    # The first was a text, the second is a number.
    return coded(answer, "0", "51000") if len(seen) == 2 else None


@lie("OKX-183", rest="public/mark-price?instId=")
def a_mark_wants_its_type(answer):
    answer["body"].update(code="50014", data=[])
    return True


# Instruments.

@lie("OKX-190", rest="public/instruments")
def a_size_is_a_number(answer):
    return put(rows(answer), maxTwapSz=5)


@lie("OKX-191", rest="account/positions")
def a_contract_is_worth_something_else(answer):
    return put([row for row in rows(answer) if row["notionalUsd"] not in ("", "0")], notionalUsd="1")


def second(answer):
    """The second row of a whole list."""
    return rows(answer)[1:2] if "instId=" not in answer["path"] else []


@lie("OKX-192", rest="public/instruments?instType=SPOT")
def a_state_is_unheard_of(answer):
    return put(second(answer), state="halted")


@lie("OKX-193", rest="public/instruments?instType=SWAP")
def a_live_row_is_empty(answer):
    return put(second(answer), maxLmtSz="")


@lie("OKX-194", rest="account/trade-fee?instType=SWAP")
def a_group_has_no_rates(answer):
    for row in rows(answer):
        put(row["feeGroup"], groupId="99")
    return True


@lie("OKX-195", push="instruments")
def another_parameter_is_announced(message):
    changes = [change for row in message["data"] for change in row.get("upcChg", [])]
    return put(changes, param="minSz")


@lie("OKX-196", push="instruments")
def what_did_not_change_is_told(message):
    return put([row for row in message["data"] if row.get("state") == "suspend"], lever="100")


@lie("OKX-197", rest="public/price-limit")
def a_limit_is_below_the_market(answer):
    return put(rows(answer), buyLmt="1")


@lie("OKX-198", rest="trade/order")
def a_cool_off_is_called_a_suspension(answer):
    return coded(answer, "54094", "51022")


@lie("OKX-199", rest="trade/order")
def what_opens_later_is_suspended(answer):
    return coded(answer, "51021", "51022")


@lie("OKX-200", rest="public/instruments?instType=SWAP&instId=ETH2-")
def a_rename_changes_the_code(answer):
    return put(rows(answer), instIdCode=1)


@lie("OKX-201", rest="public/instruments?instType=SPOT")
def a_pair_is_in_dollars(answer):
    return put(second(answer), quoteCcy="USD")


# Algo orders.

@lie("OKX-230", rest="trade/order?")
def an_order_names_another_maker(answer):
    return put([row for row in rows(answer) if row.get("algoId")], algoId="1")


@lie("OKX-231", "OKX-234", rest="trade/order-algo")
def a_stop_is_on_another_side(answer):
    return coded(answer, "51278", "51280")


@lie("OKX-232", rest="trade/order-algo")
def a_second_stop_is_refused_for_nothing(answer):
    return coded(answer, "51088", "51000")


@lie("OKX-233", rest="trade/order-algo?algoId=")
def a_tied_stop_stays(answer):
    return put([row for row in rows(answer) if row["state"] == "canceled"], state="live")


@lie("OKX-234", push="orders-algo")
def nothing_triggered_it(message):
    return put([row for row in message["data"] if row["state"] == "effective"], triggerTime="")


@lie("OKX-235", rest="trade/order-algo")
def too_many_trails_are_too_many_stops(answer):
    return coded(answer, "51260", "51261")


@lie("OKX-236", push="orders-algo")
def a_stop_is_told_as_two(message):
    found = [row for row in message["data"] if row["state"] == "live" and row["ordType"] == "conditional"]
    return put(found, ordType="oco")


@lie("OKX-237", rest="trade/amend-algos")
def a_trail_has_nothing_to_change(answer):
    return coded(answer, "51506", "51500")


@lie("OKX-238", rest="trade/orders-algo-history")
def the_history_wants_one_of_two(answer):
    return coded(answer, "51602", "51601")
