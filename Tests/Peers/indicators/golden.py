"""Makes Tests/AgentsTests/Fixtures/indicators.json: seeded bars and what TA-Lib says of them.

  python3 -m venv v && v/bin/pip install TA-Lib==0.8.2 && v/bin/python Tests/Peers/indicators/golden.py

The file holds several series (calm, wild, flat stretches, tiny and huge prices); null stands before warm-up.
"""

import json
import math
import pathlib
import random

import numpy
import talib


def bars(seed, count, price, step, flat):
    """count bars around price, each close moving by about step of the price; flat: share without a move."""
    source = random.Random(seed)
    rows = []
    last = price
    for _ in range(count):
        still = source.random() < flat
        opened = last
        close = opened if still else opened * math.exp(source.gauss(0, step))
        high = max(opened, close) * (1 if still else 1 + abs(source.gauss(0, step / 2)))
        low = min(opened, close) * (1 if still else 1 - abs(source.gauss(0, step / 2)))
        volume = 0.0 if still else round(source.expovariate(1 / 50.0), 4)
        rows.append([opened, high, low, close, volume])
        last = close
    return rows


def column(values):
    return [None if math.isnan(value) else float(value) for value in values]


def answers(rows):
    table = numpy.array(rows, dtype=float)
    high, low, close, volume = (numpy.ascontiguousarray(table[:, i]) for i in (1, 2, 3, 4))
    line, signal, histogram = talib.MACD(close, 12, 26, 9)
    upper, middle, lower = talib.BBANDS(close, 20, 2, 2, 0)
    slow_k, slow_d = talib.STOCH(high, low, close, 14, 3, 0, 3, 0)
    found = {
        "ema_9": talib.EMA(close, 9), "ema_21": talib.EMA(close, 21), "rsi_14": talib.RSI(close, 14),
        "macd_line": line, "macd_signal": signal, "macd_histogram": histogram,
        "bollinger_upper": upper, "bollinger_middle": middle, "bollinger_lower": lower,
        "atr_14": talib.ATR(high, low, close, 14), "adx_14": talib.ADX(high, low, close, 14),
        "stochastic_k": slow_k, "stochastic_d": slow_d, "obv": talib.OBV(close, volume),
    }
    return {name: column(values) for name, values in found.items()}


SERIES = [
    ("calm", 1, 160, 60_000.0, 0.0008, 0.0), ("wild", 2, 160, 3_000.0, 0.03, 0.0),
    ("flat stretches", 3, 160, 1.25, 0.002, 0.7), ("tiny", 4, 120, 1.3e-6, 0.01, 0.1),
    ("never moves", 5, 60, 100.0, 0.01, 1.0), ("short", 6, 30, 100.0, 0.01, 0.0),
]

out = {"talib": talib.__version__, "series": []}
for name, seed, count, price, step, flat in SERIES:
    rows = bars(seed, count, price, step, flat)
    out["series"].append({"name": name, "bars": rows, "indicators": answers(rows)})
folder = pathlib.Path(__file__).resolve().parents[2] / "AgentsTests" / "Fixtures"
folder.mkdir(exist_ok=True)
(folder / "indicators.json").write_text(json.dumps(out, separators=(",", ":")) + "\n")
