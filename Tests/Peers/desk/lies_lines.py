"""Lies about connections, logins, subscriptions, books and market context: one rule of docs/OKX.md each."""
from liar import DROP, lie

# What the lies remember of earlier messages, by name of the lie and instrument.
REMEMBERED = {}


def of_swap(message):
    return message["arg"].get("instId", "").endswith("-SWAP")


def recoded(old, new):
    """A lie that says another code."""
    def change(message):
        if message.get("code") != old:
            return None
        message["code"] = new
        return True
    return change


def named(name, change):
    change.__name__ = name
    return change


def error(message, code):
    """The acknowledgement becomes a refusal."""
    message.pop("arg", None)
    message.update(event="error", code=code, msg="Not here")
    return True


# Connections.

@lie("OKX-001", event="subscribe")
def business_has_no_bars(message):
    return error(message, "60018") if message["arg"].get("channel") == "candle3m" else None


@lie("OKX-003", rest="account/config")
def any_environment_will_do(answer):
    if answer["body"].get("code") != "50101":
        return None
    answer.update(status=200, body={"code": "0", "msg": "", "data": []})
    return True


lie("OKX-005", event="error")(named("too_many_requests_are_wrong_ones", recoded("60014", "60013")))
lie("OKX-007", event="notice")(named("another_notice", recoded("64008", "64009")))


@lie("OKX-008", event="channel-conn-count")
def more_connections_than_there_can_be(message):
    message["connCount"] = "31"
    return True


@lie("OKX-011", push="books5")
def one_depth_channel_too_many(message):
    return DROP if message["arg"]["instId"] == "ETH-USDT" else None


# Login.

def welcomed(code):
    def change(message):
        if message.get("code") != code:
            return None
        message.update(event="login", code="0", msg="")
        return True
    return change


lie("OKX-020", event="error")(named("any_signature_will_do", welcomed("60007")))
lie("OKX-021", event="error")(named("any_time_will_do", welcomed("60006")))
lie("OKX-022", event="error")(named("a_second_login_is_another_fault", recoded("60031", "60009")))
lie("OKX-023", event="error")(named("no_login_is_another_fault", recoded("60011", "60012")))


@lie("OKX-024", rest="account/max-size")
def what_is_missing_is_wrong(answer):
    if answer["body"].get("code") != "50106":
        return None
    answer["body"]["code"] = "50113"
    return True


# Subscriptions.

@lie("OKX-030", event="error")
def a_refusal_of_nothing(message):
    return message.pop("id", None) and True if message.get("id", "").startswith("Conform0") else None


@lie("OKX-031", event="subscribe")
def a_large_request_is_not_heard(message):
    return DROP if message.get("id") == "nearly" else None


@lie("OKX-032", event="subscribe")
def pushes_and_no_acknowledgement(message):
    return DROP if message.get("id") == "ConformOrder" else None


@lie("OKX-033", event="subscribe")
def once_is_enough(message):
    return error(message, "60018") if message.get("id") == "ConformAgain" else None


lie("OKX-034", event="error")(named("no_conflict_of_depths", recoded("64004", "60012")))
lie("OKX-035", event="error")(named("depth_wants_something_else", recoded("64003", "60018")))
lie("OKX-036", event="error")(named("a_moved_channel_is_an_unknown_operation", recoded("64001", "60019")))


@lie("OKX-037", push="orders")
def any_is_not_all(message):
    return DROP if any(row.get("clOrdId", "").endswith("any") for row in message["data"]) else None


# Books.

def levels(message):
    return message["data"][0]["asks"] + message["data"][0]["bids"]


@lie("OKX-050", push="books")
def a_third_figure(message):
    if not of_swap(message) or not levels(message):
        return None
    for level in levels(message):
        level[2] = "1"
    return True


@lie("OKX-051", push="books")
def the_time_is_a_number(message):
    if not of_swap(message):
        return None
    message["data"][0]["ts"] = int(message["data"][0]["ts"])
    return True


@lie("OKX-052", push="books")
def the_chain_skips(message):
    """A chain that skips is what no client can follow."""
    if not of_swap(message) or message["action"] != "update":
        return None
    message["data"][0]["prevSeqId"] += 1
    return True


@lie("OKX-053", push="books")
def no_sign_of_life(message):
    row = message["data"][0]
    return DROP if row["seqId"] == row["prevSeqId"] and not levels(message) else None


@lie("OKX-054", push="books")
def a_reset_is_a_gap(message):
    row = message["data"][0]
    if row["seqId"] >= row["prevSeqId"] or row["prevSeqId"] < 0:
        return None
    row["prevSeqId"] = row["seqId"] - 1
    return True


@lie("OKX-055", push="books")
def updates_of_another_book(message):
    if not of_swap(message) or message["action"] != "update" or not levels(message):
        return None
    for level in levels(message):
        if level[1] != "0":
            level[3] = str(int(level[3]) + 1000)
    return True


@lie("OKX-056", push="books")
def a_crossed_book(message):
    row = message["data"][0]
    if not of_swap(message) or message["action"] != "snapshot":
        return None
    price = REMEMBERED.setdefault("crossed", row["asks"][5][0])
    row["bids"].insert(0, [price, "1", row["asks"][0][2], "1"])
    return True


def far(row, count):
    """Prices below the book, the same for every snapshot."""
    price = REMEMBERED.setdefault("far", row["bids"][-1][0])
    digits = len(price.partition(".")[2])
    return [f"{float(price) / 2 + step / 10 ** digits:.{digits}f}" for step in range(count)]


@lie("OKX-057", push="books")
def more_than_the_window(message):
    row = message["data"][0]
    if not of_swap(message) or message["action"] != "snapshot":
        return None
    row["bids"] += [[price, "1", "0", "1"] for price in reversed(far(row, 420))]
    return True


@lie("OKX-059", push="books")
def a_checksum_of_its_own(message):
    if not of_swap(message):
        return None
    message["data"][0]["checksum"] = 7
    return True


@lie("OKX-060", push="bbo-tbt")
def the_best_prices_are_a_chain(message):
    if not of_swap(message):
        return None
    message["data"][0]["prevSeqId"] = message["data"][0]["seqId"] - 1
    return True


@lie("OKX-061", push="books")
def an_update_is_the_whole_book(message):
    if not of_swap(message) or message["action"] != "update":
        return None
    row = message["data"][0]
    row["asks"] += [[f"{1 + step}.0", "0", "0", "0"] for step in range(200)]
    return True


@lie("OKX-062", push="books-rpi")
def retail_has_a_checksum(message):
    message["data"][0]["checksum"] = 0
    return True


@lie("OKX-063", push="bbo-tbt")
def the_best_prices_come_last(message):
    """They come with the number of the change before, which the other books have told of."""
    if not of_swap(message):
        return None
    row = message["data"][0]
    row["seqId"], REMEMBERED["best"] = REMEMBERED.get("best", row["seqId"]), row["seqId"]
    return True


@lie("OKX-064", push="books5")
def nothing_changed(message):
    if not of_swap(message):
        return None
    row = message["data"][0]
    row["asks"], row["bids"] = REMEMBERED.setdefault("books5", (row["asks"], row["bids"]))
    return True


# Trades and market context.

@lie("OKX-070", push="trades")
def the_maker_s_side(message):
    for row in message["data"]:
        row["side"] = "buy" if row["side"] == "sell" else "sell"
    return True


@lie("OKX-071", push="trades")
def no_source(message):
    for row in message["data"]:
        del row["source"]
    return True


@lie("OKX-080", push="tickers")
def the_ticker_stands(message):
    if not of_swap(message):
        return None
    time = message["data"][0]["ts"]
    message["data"] = [dict(REMEMBERED.setdefault("ticker", message["data"][0]), ts=time)]
    return True


@lie("OKX-081", push="funding-rate")
def no_rate(message):
    message["data"][0]["fundingRate"] = ""
    return True


@lie("OKX-082", push="mark-price")
def a_clock_that_goes_back(message):
    REMEMBERED["mark"] = REMEMBERED.get("mark", 2_000_000_000_000) - 1
    message["data"][0]["ts"] = str(REMEMBERED["mark"])
    return True


@lie("OKX-083", push="index-tickers")
def no_index(message):
    message["data"][0]["idxPx"] = ""
    return True


@lie("OKX-084", push="price-limit")
def enabled_is_a_text(message):
    message["data"][0]["enabled"] = "true"
    return True


@lie("OKX-085", push="liquidation-orders")
def no_details(message):
    for row in message["data"]:
        row["details"] = []
    return True


@lie("OKX-086", push="status")
def of_no_environment(message):
    message["data"][0]["env"] = "3"
    return True


@lie("OKX-087", push="candle1s")
def no_bar_ever_closes(message):
    for row in message["data"]:
        row[8] = "0"
    return True


@lie("OKX-088", push="funding-rate")
def what_is_unknown_is_nought(message):
    message["data"][0]["nextFundingRate"] = "0"
    return True


@lie("OKX-089", push="adl-warning")
def a_warning_of_others(message):
    for row in message["data"]:
        row["instFamily"] = "DOGE-USDT"
    return True
