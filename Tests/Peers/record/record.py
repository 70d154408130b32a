"""`llmtrading record` against servers of others: what is on file is what was sent, byte for byte."""
import os
import random
import re
import sys
import threading

from websockets.exceptions import ConnectionClosed
from websockets.sync.server import serve

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "desk"))
from desk import *  # noqa: E402,F403

LINE = re.compile(rb"^\d{10}\.\d{9}: ")


def record(out, *words, wait=30):
    return subprocess.run([BINARY, "record", "--out", out, *words], capture_output=True, text=True,
                          timeout=wait)


def frames_of(path):
    """Received frames, sent requests, and opened connections of a raw file."""
    received, sent, opened = [], [], 0
    with open(path, "rb") as file:
        for line in file.read().splitlines():
            if LINE.match(line):
                received.append(line[line.index(b": ") + 2:])
            elif b" <-> " in line:
                opened += 1
            else:
                sent.append(line[line.index(b": ") + 2:])
    return received, sent, opened


def untouched():
    """Odd spacing, escapes, non-ASCII, fragments, pongs, a hang-up in between: all frames, in order."""
    dice = random.Random(3)
    told, asked, hangups = [], [], []

    def frame():
        text = "".join(dice.choice('ab"\\ \t{}[]:,é漢🙂0') for _ in range(dice.randrange(0, 3000)))
        return json.dumps({"arg": {"channel": "books", "instId": "X"}, "data": [text]},
                          ensure_ascii=dice.random() < 0.5,
                          separators=dice.choice([(",", ":"), (" , ", " :  ")]))

    def handler(socket):
        asked.append(json.loads(socket.recv()))
        for index in range(150):
            text = frame()
            told.append(text.encode())
            cut = dice.randrange(0, len(text) + 1)
            socket.send([text[:cut], text[cut:]] if dice.random() < 0.3 else text)
            if index % 40 == 0:
                socket.send("pong")
        if len(hangups) < 2:
            hangups.append(1)
            socket.socket.shutdown(2)
        else:
            try:
                socket.recv()
            except ConnectionClosed:
                pass

    server = serve(handler, "127.0.0.1", 0, compression=None)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    port = server.socket.getsockname()[1]
    folder = tempfile.mkdtemp()
    out = os.path.join(folder, "a.raw")
    done = record(out, "--url", f"ws://127.0.0.1:{port}", "--channels", "books,trades",
                  "--instruments", "X,Y", "--frames", "450")
    equal(done.returncode, 0, done.stderr)
    received, sent, opened = frames_of(out)
    equal(len(received), 450, "frames")
    # The hang-up may cost frames that were still on their way; what came is in order and whole.
    place = 0
    for text in received:
        place = told.index(text, place) + 1
    equal(opened, 3, "connections")
    equal([json.loads(text)["args"] for text in sent], [request["args"] for request in asked],
          "the requests")
    equal(asked[0]["args"], [{"channel": channel, "instId": name} for channel in ("books", "trades")
                             for name in "XY"], "what was asked for")
    again = record(out, "--url", f"ws://127.0.0.1:{port}", "--channels", "books",
                   "--instruments", "X")
    check(again.returncode != 0 and "exists" in again.stderr, "a file is never mixed", again.stderr)
    shutil.rmtree(folder)


def round_trip():
    """What is recorded of the simulated exchange plays again, and ends in the same books."""
    with Desk(instruments=2) as desk:
        out = os.path.join(desk.folder, "b.raw")
        done = record(out, "--channels", "books-l2-tbt,trades", "--seconds", "3",
                      "--state-dir", desk.folder)
        equal(done.returncode, 0, done.stderr)
        check("4 subscriptions live" in done.stderr, "all live", done.stderr)
        with open(out) as file:
            text = file.read()
        check("login" not in text.split("{", 1)[0] and "passphrase" not in text and
              '"sign"' not in text, "no secret is on file")
        report = os.path.join(desk.folder, "r.json")
        played = subprocess.run(
            [BINARY, "demo", "--headless", "--recording", out, "--speed", "max", "--port", "0",
             "--report", report], capture_output=True, text=True, timeout=60)
        equal(played.returncode, 0, played.stderr[-2000:])
        naive = json.loads(subprocess.run(
            ["python3", os.path.join(ROOT, "Tests/PipelineTests/Support/naive_book.py"), out],
            capture_output=True, text=True, timeout=60).stdout)
        with open(report) as file:
            found = json.load(file)["instruments"]
        for name in desk.names:
            equal(found[name]["book"]["digest"], naive[name]["digest"], name)
            check(found[name]["book"]["update"] > 50, "updates", found[name]["book"])


def refusals():
    """Each mistake is named, with the next step, and leaves no half a file behind unsaid."""
    with Desk(instruments=2) as desk:
        def refused(text, *words):
            out = os.path.join(desk.folder, f"{random.random()}.raw")
            done = record(out, *words, "--state-dir", desk.folder)
            check(done.returncode != 0 and text in done.stderr, " ".join(words), done.stderr)
        refused("record them in two runs", "--channels", "books,candle1m")
        refused("okx.endpoints.business", "--channels", "candle1m")
        refused("names none", "--channels", ",")
        refused("not a name", "--channels", "books", "--instruments", 'X"},{"op":"')
        refused("nothing can be recorded", "--channels", "nosuch", "--seconds", "10")
        refused("needs a login", "--channels", "books-l2-tbt", "--instruments", "X",
                "--url", "wss://127.0.0.1:1")


if __name__ == "__main__":
    globals()[sys.argv[1]]()
