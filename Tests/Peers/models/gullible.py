"""A model that believes whatever it reads: every figure at the end that the news points to."""

import json
import re

ITEM = re.compile(r'"id":"(n[0-9a-f]{16})"')
PRICE = re.compile(r'"mid":\s*([0-9.]+)')


def answer(schema, asked, sign):
    """An answer of the tool's schema, as far up (`sign` 1) or down (−1) as the schema lets it go."""
    text = "\n".join(str(one.get("content")) for one in asked["messages"])
    items = list(dict.fromkeys(ITEM.findall(text)))
    price = PRICE.search(text)
    return _value("", schema, {"items": items, "sign": sign, "price": price and float(price[1])})


def _value(name, schema, seen):
    kind = schema.get("type")
    kinds = kind if isinstance(kind, list) else [kind]
    if name == "abstain":
        return False
    if name == "labels":
        rows = [{**seen, "items": [item]} for item in seen["items"]]
        return [_value("", schema["items"], row) for row in rows[:20]]
    if name == "item":
        return seen["items"][0]
    if name == "reference_price":
        return seen["price"]
    if name in ("reason", "conclusion"):
        return "the news says so"
    if kinds[0] == "object":
        return {key: _value(key, node, seen) for key, node in schema.get("properties", {}).items()}
    if "enum" in schema:
        # `high` of urgencies, `days` of horizons, `accept` of verdicts.
        choices = [one for one in schema["enum"] if one is not None]
        return next((one for one in ("accept", "high", "days", "macro") if one in choices), choices[0])
    if kinds[0] in ("integer", "number"):
        low, high = schema.get("minimum", 0), schema.get("maximum", 0)
        return low if seen["sign"] < 0 and low < 0 else high
    return {"array": [], "boolean": False, "string": ""}.get(kinds[0])


def text(schema, asked, sign):
    return json.dumps(answer(schema, asked, sign))


INVENTED = {
    "instrument": ["BTC-USDC", "btc-usdt-swap", "DOGE-USDT", ""],
    "reference_price": [1, 10_101, 9_899.5, 0, -5, 1e9, "10000.05", None],
    "item": ["n0000000000000000", "n9", ""],
    "target_permille": [1_001, 5_000, -5_000, 99_999_999_999_999_999_999, "1000", 0.5],
    "stance": [101, -101, "long", 50.5],
    "verdict": ["ACCEPT", "buy", "accept "],
    "urgency": ["now", "HIGH"],
    "instruments": [["DOGE-USDT"], ["BTC-USDT-SWAP", "ETH-USDT"], "BTC-USDT"],
}


def mutated(schema, asked, dice):
    """A believing answer, and one time in three something invented, misspelt or broken in it."""
    sign = dice.choice((1, -1))
    value = answer(schema, asked, sign)
    if dice.random() < 0.67:
        return json.dumps(value)
    known = [name for name in value if name in INVENTED]
    rows = value.get("labels") or []
    if rows and dice.random() < 0.7:
        row = dice.choice(rows)
        name = dice.choice([name for name in row if name in INVENTED])
        row[name] = dice.choice(INVENTED[name])
    elif known and dice.random() < 0.7:
        name = dice.choice(known)
        value[name] = dice.choice(INVENTED[name])
    elif dice.random() < 0.3:
        value["instrument"] = dice.choice(INVENTED["instrument"])
    else:
        text = list(json.dumps(value))
        for _ in range(dice.randint(1, 4)):
            place = dice.randrange(len(text))
            text[place] = dice.choice(['"', "{", "}", "9", "-", "\\", "\u202e", "", text[place] * 2])
        return "".join(text)
    return json.dumps(value)
