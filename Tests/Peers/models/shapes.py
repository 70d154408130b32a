"""What the model server of the tests says: one plain answer, and every way to answer badly."""

import json


def minimal(schema):
    """The least value of a strict tool's schema; an abstention where the schema knows one."""
    kind = schema.get("type")
    kinds = kind if isinstance(kind, list) else [kind]
    if kinds[0] == "object":
        fields = schema.get("properties", {})
        value = {name: minimal(node) for name, node in fields.items()}
        if "abstain" in fields:
            value = {name: None for name in fields}
            value.update(abstain=True, reason="nothing to say")
        return value
    if "enum" in schema:
        return schema["enum"][0]
    if kinds[0] in ("integer", "number"):
        low, high = schema.get("minimum", 0), schema.get("maximum", 0)
        return min(max(0, low), high) if low <= high else low
    return {"array": [], "boolean": False, "string": ""}.get(kinds[0])


FULL_WIDTH = str.maketrans({"{": "｛", "}": "｝", ":": "：", ",": "，", '"': "＂"})

# Content in place of the plain answer's text.
TEXTS = {
    "empty": lambda text: "",
    "blank": lambda text: " \n\t",
    "two_objects": lambda text: text + text,
    "two_lines": lambda text: text + "\n" + text,
    "full_width": lambda text: text.translate(FULL_WIDTH),
    "list": lambda text: "[" + text + "]",
    "think": lambda text: "<think>It goes up.</think>\n" + text,
    "fence": lambda text: "```json\n" + text + "\n```",
    "prose": lambda text: "I would hold BTC-USDT for now.",
    "prose_before": lambda text: "Here you are: " + text,
    "prose_after": lambda text: text + " Hope this helps!",
    "cut": lambda text: text[: len(text) // 2],
    "duplicate_key": lambda text: '{"abstain":false,' + text[1:],
    "unknown_key": lambda text: text[:-1] + ',"target":"buy 100"}',
    "single_quotes": lambda text: text.replace('"', "'"),
    "nan": lambda text: text[:-1] + ',"extra":NaN}',
    "deep": lambda text: '{"a":' * 5000 + "1" + "}" * 5000,
    "bom": lambda text: "\ufeff" + text,
    "null_byte": lambda text: text[:-1] + "\x00}",
    "string": lambda text: json.dumps(text),
    "null": lambda text: "null",
}

# What the provider says beside the status, as DeepSeek words it.
STATUSES = {
    400: ("invalid_request_error", "Invalid Format"),
    401: ("authentication_error", "Authentication Fails"),
    402: ("unknown_error", "Insufficient Balance"),
    403: ("permission_error", "Forbidden"),
    404: ("invalid_request_error", "Not Found"),
    422: ("invalid_request_error", "Invalid Parameters"),
    429: ("rate_limit_error", "Rate Limit Reached"),
    500: ("server_error", "Server Error"),
    502: ("server_error", "Bad Gateway"),
    503: ("server_error", "Server Overloaded"),
}


def error(status):
    kind, message = STATUSES[status]
    return {"error": {"message": message, "type": kind, "param": None, "code": kind}}


class Cache:
    """Prefixes of prompts seen, in units of 64 tokens of 4 bytes, as DeepSeek counts cache hits."""

    UNIT = 256
    UNITS_MAX = 65_536

    def __init__(self):
        self.seen = set()

    def usage(self, messages, answer, reasoning):
        text = "".join(f"{one.get('role')}\n{one.get('content')}\n" for one in messages).encode()
        hit = 0
        for end in range(self.UNIT, len(text) + 1, self.UNIT):
            prefix = text[:end]
            if prefix in self.seen and hit == end - self.UNIT:
                hit = end
            if len(self.seen) < self.UNITS_MAX:
                self.seen.add(prefix)
        prompt, hits = -(-len(text) // 4), hit // 4
        thought = -(-len(reasoning.encode()) // 4)
        completion = -(-len(answer.encode()) // 4) + thought
        return {
            "prompt_tokens": prompt,
            "completion_tokens": completion,
            "total_tokens": prompt + completion,
            "prompt_cache_hit_tokens": hits,
            "prompt_cache_miss_tokens": prompt - hits,
            "prompt_tokens_details": {"cached_tokens": hits},
            "completion_tokens_details": {"reasoning_tokens": thought},
        }
