"""Records for the page to show, put into a desk's ledger by the ledger's own code (`ledger-scribe`)."""
import hashlib

from client import *

SCRIBE = os.path.join(ROOT, ".build", "release", "ledger-scribe")
ANALYSTS = ["macro_trader", "news_collector", "data_analyst", "technical_analyst",
            "order_flow_analyst"]
ROLES = ANALYSTS + ["decision_maker", "risk_controller"]


class Scribe:
    """`with Scribe(desk) as scribe:` writes beside the console, as another process of the desk would."""

    def __init__(self, desk):
        self.path = os.path.join(desk.folder, "ledger.sqlite")

    def __enter__(self):
        self.process = subprocess.Popen(
            [SCRIBE, self.path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait(10)
        self.process.stdout.close()

    def tell(self, **line):
        self.process.stdin.write(json.dumps(line) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        check(answer, "the scribe answers", line)
        return json.loads(answer)["id"]

    def snapshot(self, text):
        digest = hashlib.sha256(text.encode()).hexdigest()
        self.tell(do="snapshot", hash=digest, json=text)
        return digest

    def begin(self, instrument):
        trace = os.urandom(16).hex()
        now = int(time.time() * 1000)
        return self.tell(do="cycle", trace=trace, instrument=instrument, at=now), trace

    def append(self, agent, instrument, cycle=0, trace=None, outcome="valid", **fields):
        now = int(time.time() * 1000)
        record = {
            "id": 0, "cycle": cycle, "trace_id": trace or os.urandom(16).hex(),
            "span_id": os.urandom(8).hex(), "agent_id": agent, "instrument": instrument,
            "started_at": now - 40, "ended_at": now, "outcome": outcome, "reason": "",
            "source": "deepseek", "prompt_version": 3, "schema_hash": "ab" * 32,
            "snapshot_hash": "", "rendered_prompt": "You are an analyst.", "parameters": "{}",
            "requested_model": "deepseek-v4-pro", "returned_model": "deepseek-v4-pro",
            "fingerprint": "fp", "cost_micros": 420, "latency_ms": 40, "attempts": "[]",
            "usage": {"prompt_tokens": 1800, "completion_tokens": 200, "cache_hit_tokens": 1500,
                      "cache_miss_tokens": 300, "reasoning_tokens": 0},
            "raw_reply": '{"stance": 40}', "output": '{"stance":40}', "validation": "{}",
            "grounding": "{}", "input_summary": "60 bars, mid 64001.2",
            "conclusion": f"{agent} says so", "tags": [], **fields}
        return self.tell(do="append", record=record)

    def cycle(self, instrument, **fields):
        """A whole cycle's eight records over one snapshot; its id."""
        cycle, trace = self.begin(instrument)
        digest = self.snapshot(json.dumps({"cycle": cycle, "instrument": instrument}))
        fields = {"snapshot_hash": digest, **fields}
        for role in ROLES:
            self.append(role, instrument, cycle, trace, **fields)
        lease = {"instrument": instrument, "target_lots": 2, "urgency": "normal",
                 "confidence_permille": 620, "ttl_ms": 20000, "max_drift_bps": 10,
                 "reference_half_ticks": 1280024, "door_code": "done"}
        self.append("cycle", instrument, cycle, trace, outcome="accepted", source="cycle",
                    lease=lease, **fields)
        return cycle
