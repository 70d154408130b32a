"""Market data: recordings played back byte by byte, generated chains, faults."""
import re
import threading

from peer import *

SEQUENCE = re.compile(rb',"seqId":\d+,"prevSeqId":-?\d+')


def recorded(path):
    """The pushes of a raw recording in file order: (bytes, parsed)."""
    with open(path, "rb") as file:
        for line in file:
            if line.startswith(b"wss"):
                continue
            body = line.split(b": ", 1)[1].rstrip(b"\n")
            message = json.loads(body)
            if "data" in message:
                yield body, message


def faults_of(exchange, line):
    """What the exchange says to a line of a fault script."""
    request = urllib.request.Request(
        exchange.rest_url() + "/sim/faults", data=line.encode(), method="POST")
    try:
        with urllib.request.urlopen(request, context=exchange.tls, timeout=WAIT) as reply:
            return reply.status, decoded(reply.read())
    except urllib.error.HTTPError as error:
        return error.code, decoded(error.read())


def playback(exchange, path):
    """Every frame as recorded, in order, with a chain; the final books are the exchange's own."""
    frames = list(recorded(path))
    names = sorted({m["arg"]["instId"] for _, m in frames if m["arg"]["channel"] == "books-l2-tbt"})
    equal(sorted(exchange.health()["instruments"]), names, "the instruments")
    arguments = [{"channel": channel, "instId": name} for name in names
                 for channel in ("books-l2-tbt", "trades", "tickers")]
    books = {name: NaiveBook() for name in names}
    found = []
    with exchange.connect("public") as client:
        # Each book begins when it is asked for; nothing else plays before all are subscribed.
        begun = {}
        client.subscribe(*arguments[:-3])
        for argument in arguments[:-3]:
            equal(client.next()["event"], "subscribe", "the acknowledgement")
            if argument["channel"] == "books-l2-tbt":
                body = client.text().encode()
                message = json.loads(body)
                equal((message["arg"], message["action"]), (argument, "snapshot"), "the first frame")
                begun[argument["instId"]] = body
                books[argument["instId"]].apply(message)
        client.quiet(0.2)
        client.subscribe(*reversed(arguments[-3:]))
        while len(found) + len(begun) < len(frames) + len(names):
            body = client.text().encode()
            message = json.loads(body)
            if "event" in message:
                continue
            found.append(body)
            if message["arg"]["channel"] == "books-l2-tbt":
                books[message["arg"]["instId"]].apply(message)
        client.quiet(0.2)
        sent = len(found) + len(begun)
        # The last instrument's book began with its subscription too: before the rest of the file.
        last = names[-1]
        begun[last] = found.pop(0)
        opened = set()
        later = iter(found)
        for wanted, message in frames:
            name = message["arg"]["instId"]
            isFirst = message["arg"]["channel"] == "books-l2-tbt" and name not in opened
            if isFirst:
                opened.add(name)
            body = begun[name] if isFirst else next(later)
            if SEQUENCE.sub(b"", body) != SEQUENCE.sub(b"", wanted):
                raise AssertionError(f"a frame differs: {body[:200]} from {wanted[:200]}")
        count = sum(m["arg"]["channel"] == "books-l2-tbt" for _, m in frames)
        equal(sum(book.messages - book.heartbeats for book in books.values()), count, "book messages")
        equal(sum(book.verified for book in books.values()), count + len(names),
              "checksums verified, those of the closing heartbeats too")
        equal(sum(book.failed + book.gaps for book in books.values()), 0, "failures and gaps")
        equal([book.heartbeats for book in books.values()], [1] * len(names), "closing heartbeats")
        report = exchange.report()
        equal(report["playback"], {"done": True, "sent": sent}, "the report")
        for name in names:
            equal(books[name].digest(), report["instruments"][name]["digest"], f"digest of {name}")
    # What was recorded keeps its grid: whoever would change it is told so.
    swap = next((name for name in names if name.endswith("-SWAP")), names[0])
    for deed in (f"tick {names[0]} 0.000123", f"rename {swap} NEW-USD-SWAP"):
        status, reply = faults_of(exchange, f"at 0ms of exchange {deed}")
        check(status == 400 and "a recording is sent as it was received" in reply["error"], deed, reply)
    equal(faults_of(exchange, f"at 0ms of exchange state {names[0]} suspend")[0], 200, "its state can change")
    equal(faults_of(exchange, f"at 0ms of exchange state {names[0]} live")[0], 200, "and comes back")
    with exchange.connect("public") as late:
        for name in names:
            for channel in ("books-l2-tbt", "books"):
                argument = {"channel": channel, "instId": name}
                late.subscribe(argument)
                push = late.until(lambda m: m.get("arg") == argument and "action" in m)
                book = NaiveBook()
                book.apply(push)
                equal((push["action"], book.verified), ("snapshot", 1), "a late subscriber's snapshot")
                equal(book.last, books[name].last, "its seqId")
                equal(book.digest(), books[name].digest(), f"its book of {name}")
                late.send({"op": "unsubscribe", "args": [argument]})


class Follower:
    """A client that resubscribes after each gap, and when a snapshot does not come."""

    def __init__(self, exchange, names):
        self.exchange, self.names = exchange, names
        self.books = {name: NaiveBook() for name in names}
        self.detected = dict.fromkeys([*names, "disconnect", "garbage"], 0)
        self.late = dict.fromkeys(names, 0)
        self.open()

    def open(self):
        self.client = self.exchange.connect("public")
        self.waiting = dict.fromkeys(self.names, time.monotonic())
        self.client.subscribe(*(self.argument(name) for name in self.names))

    @staticmethod
    def argument(name):
        return {"channel": "books-l2-tbt", "instId": name}

    def again(self, name):
        self.waiting[name] = time.monotonic()
        self.client.send({"op": "unsubscribe", "args": [self.argument(name)]})
        self.client.send({"op": "subscribe", "args": [self.argument(name)]})

    def step(self):
        """Takes one message; False when none came for a while."""
        try:
            for name, since in list(self.waiting.items()):
                if time.monotonic() - since > 2:
                    self.late[name] += 1
                    self.again(name)
            message = json.loads(self.client.text(0.2))
            if "action" in message:
                self.take(message)
        except TimeoutError:
            return False
        except ValueError:
            self.detected["garbage"] += 1
            return True
        except ConnectionClosed:
            self.detected["disconnect"] += 1
            self.open()
        return True

    def take(self, message):
        name = message["arg"]["instId"]
        if message["action"] == "snapshot":
            self.waiting.pop(name, None)
            self.books[name].apply(message)
        elif name not in self.waiting:
            if message["data"][0]["prevSeqId"] == self.books[name].last:
                self.books[name].apply(message)
            else:
                self.detected[name] += 1
                self.again(name)


def faults(exchange, script):
    """The script's faults happen, are counted, and a client that resyncs ends with the same books."""
    entries = [line.split() for line in open(script) if line.strip() and line[0] != "#"]
    kinds = [words[4] for words in entries]
    follower = Follower(exchange, exchange.health()["instruments"])
    end = time.monotonic() + 25
    while True:
        if follower.step():
            continue
        report = exchange.report()
        differ = [name for name, book in follower.books.items()
                  if book.digest() != report["instruments"][name]["digest"]]
        if report["playback"]["done"] and not differ and not follower.waiting:
            break
        check(time.monotonic() < end, "the books agree at the end",
              (report["playback"], follower.detected, differ))
    detected = follower.detected
    equal(report["faults"], {kind: kinds.count(kind) for kind in kinds}, "the report's faults")
    equal(detected["disconnect"], kinds.count("disconnect"), "disconnects seen")
    equal(detected["garbage"], kinds.count("garbage"), "garbage seen")
    breaking = ("drop", "gap", "reorder", "duplicate")
    for name in follower.names:
        wanted = sum(words[3] == name and words[4] in breaking for words in entries)
        equal(detected[name], wanted, f"breaks detected in {name}")
        lost = sum(words[3] == name and words[4] == "drop-snapshot" for words in entries)
        check(follower.late[name] >= lost, f"snapshots missed in {name}", follower.late)
    equal(sum(book.failed for book in follower.books.values()), 0, "failed checksums")
    follower.client.socket.close()


def connection_faults(exchange):
    """`at N of connection …` counts the pushes of each connection, and spares its neighbour."""
    name = exchange.health()["instruments"][0]
    for _ in range(2):
        with exchange.connect("public") as client:
            client.subscribe({"channel": "books-l2-tbt", "instId": name})
            book, gaps, seen = NaiveBook(), 0, []
            try:
                while True:
                    text = client.text()
                    if '"event"' not in text:
                        seen.append(text)
            except ConnectionClosed:
                pass
            # 5 is dropped, 8 doubled, garbage after 10, gone after 12; a snapshot came before.
            equal(len(seen), 1 + 12 - 1 + 1 + 1, "messages before the disconnect")
            check(seen[7] == seen[8], "the eighth push comes twice", seen[6:10])
            check(not seen[11].startswith('{"arg":{"channel":"books'), "garbage", seen[11])


class Watcher(threading.Thread):
    """Follows one depth channel of some instruments and keeps every state of its books."""

    def __init__(self, exchange, channel, names):
        super().__init__(daemon=True)
        self.client = exchange.connect("public")
        self.channel, self.names = channel, names
        self.books = {name: NaiveBook() for name in names}
        self.states = {}
        self.error = None
        self.start()

    def run(self):
        try:
            self.client.subscribe(*({"channel": self.channel, "instId": n} for n in self.names))
            while (text := self.client.text()) != "pong":
                push = json.loads(text)
                if "action" in push:
                    name = push["arg"]["instId"]
                    self.books[name].apply(push)
                    self.states[name, self.books[name].last] = self.books[name].copied()
        except BaseException as error:
            self.error = error

    def finish(self):
        """Everything sent until now is taken: the answer to a ping comes after it."""
        self.client.send("ping")
        self.join(WAIT)
        check(not self.is_alive(), f"the answer to ping on {self.channel}")
        self.client.socket.close()
        if self.error:
            raise self.error


def generated(exchange):
    """Chains of every depth channel, equal books at equal seqId, the report's digest among them."""
    names = exchange.health()["instruments"]
    watchers = [Watcher(exchange, channel, names)
                for channel in ("books-l2-tbt", "books", "books50-l2-tbt")]
    end = time.monotonic() + WAIT
    while any(b.messages < 40 for w in watchers for b in w.books.values()) and time.monotonic() < end:
        time.sleep(0.1)
    report = exchange.report()
    for watcher in watchers:
        watcher.finish()
        for name, book in watcher.books.items():
            equal((book.snapshots, book.gaps), (1, 0), f"{name} on {watcher.channel}")
    whole = watchers[0].states
    for watcher in watchers[1:]:
        common = [key for key in watcher.states if key in whole]
        check(len(common) > 20 * len(names), f"moments that {watcher.channel} shares", len(common))
        for key in common:
            equal(watcher.states[key].top(50), whole[key].top(50), f"{key} on {watcher.channel}")
    for name in names:
        moments = [book for (other, _), book in whole.items() if other == name]
        wanted = report["instruments"][name]["digest"]
        check(any(book.digest() == wanted for book in reversed(moments)), f"digest of {name}")


def resubscribe(exchange):
    """Leaving and coming back: a snapshot first, then a chain, while a neighbour sees no seam."""
    name = exchange.health()["instruments"][0]
    argument = {"channel": "books-l2-tbt", "instId": name}
    neighbour = Watcher(exchange, "books-l2-tbt", [name])
    moments = {}
    with exchange.connect("public") as client:
        for turn in range(8):
            book = NaiveBook()
            client.subscribe(argument, id=f"s{turn}")
            equal(client.until(lambda m: "id" in m)["id"], f"s{turn}", "the ack")
            for _ in range(15):
                book.apply(client.next())
                moments[book.last] = book.copied()
            equal((book.snapshots, book.gaps), (1, 0), "one snapshot, then a chain")
            client.send({"op": "unsubscribe", "args": [argument], "id": f"u{turn}"})
            client.until(lambda m: m.get("id") == f"u{turn}")
            client.quiet(0.05)
    neighbour.finish()
    book = neighbour.books[name]
    equal((book.snapshots, book.gaps), (1, 0), "the neighbour's chain")
    for moment, mine in moments.items():
        check((name, moment) in neighbour.states, f"the neighbour saw {moment}")
        equal(mine.digest(), neighbour.states[name, moment].digest(), f"the book at {moment}")


if __name__ == "__main__":
    main({function.__name__: function for function in (
        playback, faults, connection_faults, generated, resubscribe)})
