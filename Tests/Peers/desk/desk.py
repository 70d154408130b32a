"""A desk of the real binary: a simulated exchange, `llmtrading run` over it, and eyes on both."""
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "exchange"))
from peer import Exchange, PASSPHRASE, KEY, SECRET, check, equal  # noqa: E402

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", "..", ".."))
BINARY = os.environ.get("LLMTRADING_BINARY") or os.path.join(ROOT, ".build", "release", "llmtrading")
# What the console logs when a task called the ledger by itself, however little it matters to the scenario.
UNFENCED = "the ledger was called on a thread that tasks share"

CONFIGURATION = """
environment: simulated
topology: fused
okx:
  endpoints:
    public: wss://localhost:{port}/ws/v5/public
    private: wss://localhost:{port}/ws/v5/private
    rest: https://localhost:{port}
  ca_file: {ca}
  instruments: [{names}]
  channels: [books-l2-tbt, trades]
  credentials:
    api_key_file: {folder}/api-key
    secret_file: {folder}/secret
    passphrase_file: {folder}/passphrase
console: {{port: {console_port}}}
risk:
  allow_list: [{names}]
  desk: {{open_orders: 64, orders_per_window: 200, exchange_age_milliseconds: 5000}}
  defaults:
    order_lots: 5
    order_notional: 1000000 USDT
    position_lots: 5
    open_orders: 4
    price_collar_basis_points: 100
    orders_per_window: 40
    book_age_milliseconds: 5000
{agents}
{more}
"""


def until(condition, what, seconds=15.0):
    """Waits for a truth; returns the seconds it took."""
    begin = time.monotonic()
    while time.monotonic() - begin < seconds:
        found = condition()
        if found:
            return time.monotonic() - begin
        time.sleep(0.05)
    raise AssertionError(f"not within {seconds} s: {what}")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def play(exchange, lines):
    """What befalls the exchange, in the words of its fault script."""
    request = urllib.request.Request(
        exchange.rest_url() + "/sim/faults", data="\n".join(lines).encode(), method="POST")
    with urllib.request.urlopen(request, context=exchange.tls, timeout=10) as reply:
        equal(reply.status, 200, "faults are played")


class Desk:
    """`with Desk() as desk:` has an exchange; `desk.run()` starts the supervisor."""

    def __init__(self, instruments=3, more="", console_port=0, credentials=(KEY, SECRET, PASSPHRASE),
                 configuration=CONFIGURATION, market=()):
        self.folder = tempfile.mkdtemp(prefix="llmtrading-desk-")
        os.chmod(self.folder, 0o700)
        self.more = more
        self.supervisor = None
        self.logs = open(os.path.join(self.folder, "log"), "ab")
        accepted = os.path.join(self.folder, "accepted")
        with open(accepted, "w") as file:
            file.write("\n".join(credentials))
        self.server = subprocess.Popen(
            [BINARY, "exchange", "--state-dir", os.path.join(self.folder, "exchange"),
             "--generate", str(instruments), "--rate", "300", "--credentials", accepted, *market],
            stdout=subprocess.PIPE, stderr=self.logs, text=True)
        fields = {}
        while "port" not in fields:
            line = self.server.stdout.readline()
            check(line, "the exchange came up")
            if line.startswith("exchange listening"):
                fields = dict(word.split("=", 1) for word in line.split()[2:])
        self.exchange = Exchange(fields["port"], fields["ca"])
        # The exchange's second port, where it was asked for one.
        self.second = fields.get("second")
        self.names = self.exchange.call("GET", "/sim/health", sign=False)[1]["instruments"]
        for name, text in zip(("api-key", "secret", "passphrase"), credentials):
            path = os.path.join(self.folder, name)
            with open(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "w") as file:
                file.write(text)
        with open(os.path.join(self.folder, "llmtrading.yaml"), "w") as file:
            file.write(configuration.format(
                port=fields["port"], ca=fields["ca"], folder=self.folder,
                names=", ".join(self.names), more=more, console_port=console_port,
                # Targets here are the test's own.
                agents="" if "agents:" in more else "agents: {enabled: false}"))

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        for process in self.processes():
            try:
                os.kill(process, signal.SIGKILL)
            except ProcessLookupError:
                pass
        self.server.kill()
        self.server.wait()
        if self.supervisor:
            self.supervisor.wait()
        self.logs.close()
        if kind:
            sys.stderr.write(self.log()[-6000:])
        for name in os.listdir("/dev/shm"):
            if name.startswith("llmtrading-") and self.tag() in name:
                os.unlink(os.path.join("/dev/shm", name))
        if rings := self.rings():
            shutil.rmtree(os.path.dirname(rings), ignore_errors=True)
        told = self.log()
        shutil.rmtree(self.folder, ignore_errors=True)
        if not kind:
            check(UNFENCED not in told, "every call of the ledger was behind the fence")

    def rings(self):
        """The telemetry rings' file, as the state folder records it."""
        try:
            with open(os.path.join(self.folder, "rings")) as file:
                return os.path.join(file.readline().strip(), "rings")
        except OSError:
            return None

    def tag(self):
        link = os.path.join(self.folder, "state")
        return os.path.basename(os.readlink(link)).rsplit("-", 1)[0] if os.path.islink(link) else "?"

    def log(self):
        with open(os.path.join(self.folder, "log"), errors="replace") as file:
            return file.read()

    def start(self, *words):
        return subprocess.Popen(
            [BINARY, *words, "--state-dir", self.folder], stdout=self.logs, stderr=self.logs)

    def run(self, *words):
        """Starts the supervisor and waits until the core may trade."""
        self.supervisor = self.start("run", *words)
        self.await_active(0)

    def starts(self):
        return self.log().count("start-up is through: active")

    def await_active(self, before, seconds=20.0):
        return until(lambda: self.starts() > before, "an active core", seconds)

    def tell(self, *words, fails=False):
        """A subcommand with the desk's state folder; its output."""
        done = subprocess.run(
            [BINARY, *words, "--state-dir", self.folder], capture_output=True, text=True, timeout=20)
        check((done.returncode != 0) == fails, " ".join(words), done.stdout + done.stderr)
        return done.stdout + done.stderr

    def inject(self, name, target, urgency="high", ttl="60s", refused=None, lot=None):
        """`refused`: nothing can come of it, and the answer says so in these words."""
        words = ["--lot", lot] if lot else []
        said = self.tell("inject", "--instrument", name, f"--target={target}", "--urgency",
                         urgency, "--ttl", ttl, *words, fails=refused is not None)
        if refused is not None:
            check(refused in said, "the answer names what holds it", said)

    def journal(self):
        done = subprocess.run(
            [BINARY, "journal", "cat", os.path.join(self.folder, "journal")], capture_output=True,
            text=True, timeout=20)
        equal(done.returncode, 0, "journal cat")
        return [json.loads(line) for line in done.stdout.splitlines()]

    def processes(self, kind=None):
        """Ids of this folder's cores, consoles and supervisors, from /proc."""
        found = []
        for entry in os.listdir("/proc"):
            if not entry.isdigit() or int(entry) in (os.getpid(), self.server.pid):
                continue
            try:
                with open(f"/proc/{entry}/cmdline", "rb") as file:
                    words = file.read().split(b"\0")
            except OSError:
                continue
            isOurs = self.folder.encode() in words and words[1:2] != [b"exchange"]
            if isOurs and (kind is None or words[1:2] == [kind.encode()]):
                found.append(int(entry))
        return found

    def core(self):
        found = self.processes("core")
        equal(len(found), 1, "one core runs")
        return found[0]

    def position(self, name):
        return int(self.exchange.report()["instruments"][name]["position"])

    def working(self):
        return self.exchange.rows("/api/v5/trade/orders-pending")
