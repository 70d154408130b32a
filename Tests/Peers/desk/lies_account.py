"""Lies about the account, REST, instruments and algo orders, each one of one rule."""
from liar import lie


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
def the_key_may_soar(answer):
    return put(rows(answer), perm="read_only,trade,soar")


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
