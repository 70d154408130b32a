"""Lies about orders, replies and rate limits, in the order of docs/OKX.md; `liar.py` says how they are told."""
from liar import lie


def row(message):
    """The first row of a push or a reply."""
    rows = message.get("data") or [{}]
    return rows[0]


def changes(rules, name, before, after, where=lambda row: True, **place):
    """The lie that a field of the first row says something else. `before` None: whatever it says."""
    def change(message):
        found = row(message["body"] if "body" in message else message)
        if name not in found or before not in (None, found[name]) or not where(found):
            return None
        found[name] = after(found[name]) if callable(after) else after
        return True
    change.__name__ = f"{rules[0]} {name}"
    return lie(*rules, **place)(change)


def ours(found):
    return found.get("clOrdId", "").startswith("cf")


changes(["OKX-100"], "sCode", "50014", "51000", lambda it: "instIdCode" in it["sMsg"], reply="order")


@lie("OKX-101", event="error")
def a_request_without_an_id_is_taken(message):
    """What has no id could not be told apart."""
    if message.get("code") == "60027" and "Parameter id " in message.get("msg", ""):
        message["code"] = "0"
        return True
    return None


changes(["OKX-102"], "clOrdId", None, lambda it: it[:20], lambda it: len(it["clOrdId"]) == 32, reply="order")
changes(["OKX-103"], "tdMode", "cash", "isolated", ours, push="orders")
changes(["OKX-104"], "sCode", "51205", "51000", reply="order")


@lie("OKX-105", reply="order")
def late_orders_are_something_else(message):
    """A late order has a code of its own."""
    if message.get("code") == "50036":
        message["code"] = "51000"
        return True
    return None


changes(["OKX-106"], "sCode", "51407", "0", reply="cancel-order")
changes(["OKX-107"], "state", "partially_filled", "live", ours, push="orders")

SEEN = set()


@lie("OKX-108", push="orders")
def a_fill_comes_twice_with_another_fee(message):
    """The second push of a tradeId is no copy of the first."""
    found = row(message)
    trade = found.get("tradeId")
    if not ours(found) or not trade or found["fillSz"] == "0":
        return None
    if trade in SEEN:
        found["fillFee"] += "9"
        return True
    SEEN.add(trade)
    return None


changes(["OKX-109"], "cancelSource", "31", "1", push="orders")
changes(["OKX-110"], "cancelSource", "14", "1", push="orders")
changes(["OKX-111"], "fillFeeCcy", "USDT", "USDC", lambda it: ours(it) and it["instType"] == "SWAP", push="orders")
changes(["OKX-112"], "tgtCcy", "quote_ccy", "base_ccy", push="orders")
changes(["OKX-113"], "avgPx", "", "0", rest="trade/order?")
changes(["OKX-114"], "tradeId", None, lambda it: it + "0", lambda it: it["tradeId"] != "", rest="trade/order?")
changes(["OKX-115"], "execType", "", "T", lambda it: it["category"] == "partial_liquidation", push="orders")
changes(["OKX-116"], "amendSource", "4", "1", push="orders")
changes(["OKX-117"], "cancelSource", "32", "1", push="orders")
changes(["OKX-120"], "ordType", "fok", "fak", push="orders")
changes(["OKX-118"], "tag", "conform", "other", rest="trade/order?")


@lie("OKX-119", rest="trade/close-position")
def an_order_in_the_way_has_another_code(answer):
    """51115 is how a desk learns that an order is in the way."""
    if answer["body"]["code"] == "51115":
        answer["body"]["code"] = "51116"
        return True
    return None


@lie("OKX-130", reply="batch-orders")
def some_are_told_as_all(message):
    """Code 0 over a row that was refused."""
    if message["code"] == "2":
        message["code"] = "0"
        return True
    return None


@lie("OKX-131", reply="order")
def a_whole_refusal_is_told_as_of_rows(message):
    """Code 1 says that the rows tell why, and there are none."""
    if message["code"] == "60013":
        message["code"] = "1"
        return True
    return None


changes(["OKX-132"], "cancelSource", "1", "0", lambda it: ours(it) and it["instType"] == "SPOT", push="orders")


@lie("OKX-133", rest="trade/order")
def unknown_comes_as_a_good_answer(answer):
    """50004 has a status of its own."""
    if answer["body"].get("code") == "50004":
        answer["status"] = 200
        return True
    return None


changes(["OKX-134"], "sCode", "51400", "51000", reply="cancel-order")


@lie("OKX-135", rest="trade/order?")
def what_was_cancelled_just_now_is_not_known(answer):
    """It is known for two hours."""
    found = row(answer["body"])
    if found.get("state") == "canceled" and found["accFillSz"] == "0" and ours(found):
        answer["body"] = {"code": "51603", "msg": "Order does not exist", "data": []}
        return True
    return None


@lie("OKX-136", reply="amend-order")
def amending_has_no_sub_code(message):
    """The field is there since 2026-03-10, empty or not."""
    return True if row(message).pop("subCode", None) == "" else None


@lie("OKX-137", reply="cancel-order")
def out_times_are_milliseconds(message):
    """A thousandth of the gateway's time."""
    message["outTime"] = message["outTime"][:-3]
    return True


changes(["OKX-138"], "ts", None, lambda it: str(int(it) + 1), lambda it: it["sCode"] == "0", reply="cancel-order")


@lie("OKX-139", reply="cancel-order")
def a_cancel_has_a_tag(message):
    """Its rows have none."""
    if message["data"]:
        row(message)["tag"] = ""
        return True
    return None


@lie("OKX-210", reply="cancel-order")
def no_cancel_is_too_many(message):
    """As if there were no limit by WebSocket."""
    if message["code"] == "50011":
        message["code"] = "1"
        message["data"] = [{"clOrdId": "", "ordId": "1", "ts": "0", "sCode": "51400", "sMsg": ""}]
        return True
    return None


@lie("OKX-211", rest="trade/account-rate-limit")
def the_account_may_send_half(answer):
    """500 in two seconds."""
    row(answer["body"])["accRateLimit"] = "500"
    return True


@lie("OKX-212", rest="account/bills-archive")
def bills_have_no_limit(answer):
    """As if one could go on asking."""
    if answer["body"]["code"] == "50011":
        answer["status"] = 200
        answer["body"] = {"code": "0", "msg": "", "data": []}
        return True
    return None


@lie("OKX-213", rest="trade/cancel-all-after")
def too_many_has_another_word(answer):
    """Neither HTTP 429 nor 50011."""
    if answer["body"]["code"] == "50011":
        answer["status"] = 200
        answer["body"]["code"] = "50040"
        return True
    return None


changes(["OKX-214"], "sCode", "51025", "51000", reply="order")


@lie("OKX-215", rest="trade/cancel-all-after")
def all_tags_have_one_limit(answer):
    """As if the limit were the call's, not the tag's."""
    if row(answer["body"]).get("tag") == "conformidle":
        answer["status"] = 429
        answer["body"] = {"code": "50011", "msg": "Too Many Requests", "data": []}
        return True
    return None
