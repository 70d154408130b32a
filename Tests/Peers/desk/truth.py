"""What an exchange says of a desk's orders against what the desk's journal says, to the last digit."""
import collections
import copy
import json
from decimal import Decimal

ENDS = ("filled", "cancelled", "rejected")


class Truth:
    """The exchange's side. Rows are OKX's; `specs` are rows of public/instruments by instId, positions are lots.
    `balances` and `before` are cash by currency, now and before the first order; `profits`: swaps pay theirs in cash."""

    def __init__(self, specs, orders, fills, working, positions, before, balances, profits=True):
        self.specs, self.orders, self.fills, self.working = specs, orders, fills, working
        self.positions, self.before, self.balances = positions, before, balances
        self.profits = profits

    def lots(self, name, size):
        found = Decimal(size) / Decimal(self.specs[name]["lotSz"])
        if found != int(found):
            raise AssertionError(f"{name}: {size} is no number of lots")
        return int(found)


class Record:
    """The desk's side: rows of `journal cat`."""

    WANTED = ('"kind":"order"', '"kind":"report"', '"kind":"position"', '"kind":"lost"',
              '"kind":"instrument"')

    def __init__(self, rows):
        self.rows = rows
        self.name()

    @staticmethod
    def parse(text):
        return [json.loads(line) for line in text.splitlines()
                if any(word in line for word in Record.WANTED)]

    def name(self):
        """A start's names may come behind records that need them: those have an index and ticks."""
        known = {(row["start"], row["index"]): row for row in self.rows if row["kind"] == "instrument"}
        for row in self.rows:
            spec = known.get((row.get("start"), row.pop("instrument_index", None)))
            if spec:
                row["instrument"] = spec["instrument"]
                for name in ("price", "fill_price"):
                    if f"{name}_ticks" in row:
                        row[name] = str(Decimal(row.pop(f"{name}_ticks")) * Decimal(spec["tick"]))

    def places(self):
        return [row for row in self.rows if row["kind"] == "order" and row["action"] == "place"]

    def reports(self, *kinds):
        return [row for row in self.rows if row["kind"] == "report" and row["report"] in kinds]


def grouped(rows, key):
    found = collections.defaultdict(list)
    for row in rows:
        found[key(row)].append(row)
    return found


def signed(row, lots):
    return lots if row["side"] == "buy" else -lots


class Comparison:
    """`faults` are (kind, what, the order's client id or what else names it, found, wanted): none where both agree. Of a
    desk `atWork` neither its orders' ends nor the cash that its fills are about to move are compared."""

    KINDS = ("ids", "orphans", "ends", "fills", "positions", "cash")

    def __init__(self, truth, record, atWork=False):
        self.truth, self.record, self.faults = truth, record, []
        self.orders = grouped(truth.orders, lambda row: row["clOrdId"])
        self.identities()
        self.trades()
        self.positions()
        if not atWork:
            self.orphans()
            self.ends()
            self.balances()

    def say(self, kind, what, key, found=None, wanted=None):
        self.faults.append((kind, what, key, found, wanted))

    def equal(self, kind, found, wanted, what, key):
        if found != wanted:
            self.say(kind, what, key, found, wanted)

    def replaced(self):
        """How often the exchange's word took the place of a count: its position may come before the fill that made it."""
        return sum(row["kind"] == "position" and row["before"] != row["position"] for row in self.record.rows)

    def counts(self):
        found = collections.Counter(fault[0] for fault in self.faults)
        return ", ".join(f"{kind} {found[kind]}" for kind in Comparison.KINDS)

    def identities(self):
        """No id twice, and no order that is not on record."""
        places = grouped(self.record.places(), lambda row: row["cl_ord_id"])
        for client, rows in self.orders.items():
            self.equal("ids", len(rows), 1, "orders at the exchange under one client id", client)
            if client not in places:
                self.say("ids", "an order at the exchange that is not on record", client)
        for client, rows in places.items():
            self.equal("ids", len(rows), 1, "orders on record under one client id", client)
        for row in self.record.rows:
            if row["kind"] == "lost":
                self.say("ids", "records are lost", row["lost_stage"], f"{row['from']} to {row['to']}")

    def orphans(self):
        for row in self.truth.working:
            self.say("orphans", "an order rests at the exchange", row["clOrdId"], row["state"])

    def ends(self):
        """Each order ended once on record, as at the exchange."""
        ends = grouped(self.record.reports(*ENDS), lambda row: row["cl_ord_id"])
        for place in self.record.places():
            client, found = place["cl_ord_id"], ends[place["cl_ord_id"]]
            if len(found) != 1:
                self.say("ends", "ends on record", client, [row["report"] for row in found], "one")
                continue
            end = (found[0]["report"], found[0]["filled"])
            theirs = self.orders.get(client)
            if theirs:
                state = {"canceled": "cancelled"}.get(theirs[0]["state"], theirs[0]["state"])
                lots = self.truth.lots(theirs[0]["instId"], theirs[0]["accFillSz"])
                self.equal("ends", end, (state, lots), "the end on record", client)
            elif end[0] == "filled" or end[1] != 0:
                self.say("ends", "an order ended so and never was at the exchange", client, end)

    def trades(self):
        """Each fill is on record once, with its figures. Lots that were counted before the exchange named their trade
        are `fill` without a trade and `fillNamed` later."""
        theirs = {}
        for row in self.truth.fills:
            key = (row["instId"], row["ordId"], row["tradeId"])
            if key in theirs:
                self.say("fills", "a trade that the exchange names twice", key)
            theirs[key] = row
        parts = self.record.reports("fill", "fillNamed")
        ours = grouped(
            (row for row in parts if row.get("trade_id", "0") != "0"),
            lambda row: (row["instrument"], row["ord_id"], row["trade_id"]))
        for key, rows in ours.items():
            if key not in theirs:
                lots = sum(row["fill_lots"] for row in rows)
                self.say("fills", "a fill on record that the exchange does not know", key, lots)
        # A `fillNamed` of a build that does not write what it names can only be counted.
        self.silent = grouped(
            (row for row in parts if row["report"] == "fillNamed" and "trade_id" not in row),
            lambda row: row["ord_id"])
        nameless = grouped(
            (row for row in parts if row.get("trade_id") == "0"), lambda row: row["ord_id"])
        owed = {order: sum(row["fill_lots"] for row in rows) for order, rows in nameless.items()}
        missing = collections.Counter()
        for key, row in theirs.items():
            lots = self.truth.lots(row["instId"], row["fillSz"])
            found = ours.get(key, [])
            counted = sum(one["fill_lots"] for one in found)
            for one in found:
                if one["report"] == "fillNamed":
                    owed[key[1]] = owed.get(key[1], 0) - one["fill_lots"]
            if counted < lots and owed.get(key[1], 0) >= lots - counted and key[1] in self.silent:
                owed[key[1]] -= lots - counted
                missing[key[1]] += 1
            else:
                self.equal("fills", counted, lots, "lots on record of the trade", key)
                if found:
                    self.figures(key, row, found)
        for order, lots in owed.items():
            self.equal("fills", lots, 0, "lots on record that no trade was named for", order)
        for order, count in missing.items():
            self.equal("fills", len(self.silent[order]), count, "trades named later", order)

    def figures(self, key, row, found):
        fee = sum((Decimal(one["fee"]) for one in found), Decimal(0))
        self.equal("fills", fee, Decimal(row["fee"]), "the fee on record", key)
        for one in found:
            price = Decimal(one["fill_price"])
            self.equal("fills", price, Decimal(row["fillPx"]), "the price on record", key)
            self.equal("fills", one["side"], row["side"], "the side on record", key)
            self.equal("fills", one["cl_ord_id"], row["clOrdId"], "the order on record", key)
            self.equal("fills", one["taker"], row["execType"] == "T", "who took, on record", key)

    def positions(self):
        counted, stated = collections.Counter(), collections.Counter()
        for row in self.record.reports("fill"):
            counted[row["instrument"]] += signed(row, row["fill_lots"])
        for row in self.truth.fills:
            stated[row["instId"]] += signed(row, self.truth.lots(row["instId"], row["fillSz"]))
        for name, lots in self.truth.positions.items():
            self.equal("positions", counted[name], lots, "the position by the fills on record", name)
            self.equal("positions", stated[name], lots, "the position by the exchange's fills", name)

    def balances(self):
        """Cash as the fills on record make it. What an open swap has not paid yet is not told: a currency in which one is
        open is left out."""
        cash = collections.defaultdict(Decimal, self.truth.before)
        skipped = set()
        for row in self.record.reports("fill", "fillNamed"):
            spec = self.truth.specs[row["instrument"]]
            isSpot = spec["instType"] == "SPOT"
            settle = spec["quoteCcy"] if isSpot else spec["settleCcy"]
            cash[spec["baseCcy"] if isSpot and row["side"] == "buy" else settle] += Decimal(row.get("fee", "0"))
            if row["report"] != "fill" or not (isSpot or self.truth.profits):
                continue
            size = signed(row, row["fill_lots"]) * Decimal(spec["lotSz"])
            worth = size * Decimal(row["fill_price"])
            if isSpot:
                cash[spec["baseCcy"]] += size
                cash[settle] -= worth
            elif spec["ctType"] == "linear":
                cash[settle] -= worth * Decimal(spec["ctVal"])
            else:
                skipped.add(settle)
        for name, lots in self.truth.positions.items():
            spec = self.truth.specs[name]
            if lots and spec["instType"] != "SPOT" and self.truth.profits:
                skipped.add(spec["settleCcy"])
        # Of trades that a silent `fillNamed` named, only the exchange tells the fee.
        known = {(row["instrument"], row["ord_id"], row.get("trade_id"))
                 for row in self.record.reports("fill", "fillNamed")}
        for row in self.truth.fills:
            if row["ordId"] in self.silent and (row["instId"], row["ordId"], row["tradeId"]) not in known:
                cash[row["feeCcy"]] += Decimal(row["fee"])
        for name in set(cash) | set(self.truth.balances):
            if name not in skipped:
                self.equal("cash", cash[name], self.truth.balances.get(name, Decimal(0)), "the cash", name)

    def tell(self, most=20):
        for kind, what, key, found, wanted in self.faults[:most]:
            print(f"UNEQUAL {kind}: {what}: {key}: {found!r}, wanted {wanted!r}")
        if self.faults:
            print(self.evidence(), flush=True)

    def evidence(self, most=4):
        """Both sides of the first orders that faults name, a line a record."""
        theirs = self.truth.orders + self.truth.fills
        clients = []
        for _, _, key, _, _ in self.faults:
            words = key if isinstance(key, tuple) else (key, )
            named = [row["clOrdId"] for row in theirs
                     if row["clOrdId"] in words or row["ordId"] in words or row.get("tradeId") in words[1:]]
            clients += [client for client in dict.fromkeys(named or words[:1]) if client not in clients]
        lines = []
        for client in clients[:most]:
            lines.append(f"-- order {client}")
            lines += ["   exchange " + brief(row, "instId", "side", "ordId", "state", "sz", "accFillSz", "tradeId",
                                             "fillSz", "fillPx", "fee", "uTime", "ts")
                      for row in theirs if row["clOrdId"] == client]
            lines += ["   journal  " + brief(row, "start", "segment", "offset", "kind", "action", "report", "instrument",
                                             "side", "ord_id", "lots", "filled", "fill_lots", "fill_price", "trade_id",
                                             "fee", "code", "exchange_code", "reconciled", "recovered", "wall_ns")
                      for row in self.record.rows if row.get("cl_ord_id") == client]
        return "\n".join(lines)


def brief(row, *names):
    return " ".join(f"{name}={row[name]}" for name in names if row.get(name) not in (None, "", False))


def planted(truth, record):
    """Names of faults that a comparison of these two does not see when they are planted: none, if it is worth anything."""
    fill = next((row for row in record.reports("fill") if row["trade_id"] != "0"), None)
    end = next((row for row in record.reports("cancelled")), None)
    filled = next((row for row in record.reports("filled")), None)
    # One that arrived: of an order that was lost on its way nobody but the record of it tells.
    arrived = {row["clOrdId"] for row in truth.orders}
    place = next((row for row in record.places() if str(row["cl_ord_id"]) in arrived), None)
    if not (fill and end and filled and place and truth.fills and truth.orders):
        raise AssertionError("too little happened to plant faults in")

    def other(row, **changes):
        return [{**one, **changes} if one is row else one for one in record.rows]

    def without(row):
        return [one for one in record.rows if one is not row]

    def next_digit(text):
        number = Decimal(text)
        return str(number + Decimal(1).scaleb(number.as_tuple().exponent))

    journals = {
        "a fill left out": without(fill), "a fill twice": record.rows + [fill],
        "one lot more": other(fill, fill_lots=fill["fill_lots"] + 1),
        "another price": other(fill, fill_price=next_digit(fill["fill_price"])),
        "another fee": other(fill, fee=next_digit(fill["fee"])),
        "another side": other(fill, side="sell" if fill["side"] == "buy" else "buy"),
        "another trade": other(fill, trade_id="1"),
        "an end left out": without(end), "an end twice": record.rows + [end],
        "cancelled for filled": other(filled, report="cancelled"),
        "an order left out": without(place), "an order twice": record.rows + [place],
        "lost records": record.rows + [{"kind": "lost", "lost_stage": "sender", "from": 1, "to": 2}],
    }
    exchanges = {
        "an id twice at the exchange": {"orders": truth.orders + [dict(truth.orders[0], ordId="1")]},
        "an order that nobody placed": {"orders": truth.orders + [dict(truth.orders[0], clOrdId="1")]},
        "an order at work": {"working": truth.orders[:1]},
        "a fill more at the exchange": {"fills": truth.fills + [dict(truth.fills[0], tradeId="1")]},
        "a fill less at the exchange": {"fills": truth.fills[1:]},
        "a position one lot off": {"positions": {
            name: lots + 1 for name, lots in truth.positions.items()}},
        "the last digit of the cash": {"balances": {
            name: Decimal(next_digit(cash)) for name, cash in truth.balances.items()}},
    }
    unseen = [name for name, rows in journals.items() if not Comparison(truth, Record(rows)).faults]
    for name, changes in exchanges.items():
        changed = copy.copy(truth)
        changed.__dict__.update(changes)
        if not Comparison(changed, record).faults:
            unseen.append(name)
    return unseen
