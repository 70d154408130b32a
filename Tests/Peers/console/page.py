"""The page in a real browser: headless Chromium, driven by playwright, over a desk that trades."""
import re

from playwright.sync_api import sync_playwright

from client import *

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
PHONE = {"width": 360, "height": 740}


class Page:
    """`with Page(console) as page:` is signed in by the console's link; complaints are kept."""

    def __init__(self, console, **options):
        self.console, self.options = console, options
        self.complaints = []

    def __enter__(self):
        self.driver = sync_playwright().start()
        self.browser = self.driver.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage"])
        self.context = self.browser.new_context(**self.options)
        self.page = self.context.new_page()
        self.page.on("console", lambda message: self.complaints.append(message.text)
                     if message.type in ("error", "warning") else None)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        # A stream that the page itself closes, for another instrument's, is no failure.
        self.page.on("requestfailed", lambda request: self.complaints.append(
            f"{request.url} {request.failure}") if request.failure != "net::ERR_ABORTED" else None)
        return self

    def __exit__(self, *_):
        self.browser.close()
        self.driver.stop()

    def open(self, link=None):
        self.page.goto(link or self.console.file("link"))
        return self.page

    def text(self, selector):
        return self.page.locator(selector).inner_text()

    def pairs(self, selector):
        """A list of terms and values as a dictionary."""
        terms = self.page.locator(f"{selector} dt").all_inner_texts()
        values = self.page.locator(f"{selector} dd").all_inner_texts()
        return dict(zip(terms, values))

    def await_live(self):
        until(lambda: self.text("#link") == "live", "the page is live")
        until(lambda: self.text("#trading-state") == "active", "the trading state")
        until(lambda: self.text("#book-validity") == "valid", "a valid book")


def monitor():
    """Numbers change, fills arrive, every card has its content, and the browser has no complaint."""
    with Desk() as desk:
        desk.run()
        console = Console(desk)
        console.await_up()
        with Page(console) as shown:
            page = shown.open()
            shown.await_live()
            check("token" not in page.url, "the token leaves the address bar", page.url)
            equal(shown.text("#environment"), "simulated", "the environment")
            options = page.locator("#instrument option").all_inner_texts()
            equal(options, desk.names, "the instruments to pick")
            equal(page.locator("book-ladder .level").count(), 20, "rows of the ladder")
            ladder = shown.text("#ladder")
            until(lambda: shown.text("#ladder") != ladder, "the ladder moves")
            prices = [float(text) for text in page.locator(
                "book-ladder .level span:first-of-type").all_inner_texts() if text]
            equal(prices, sorted(prices, reverse=True), "the ladder is in order, asks above bids")
            count = lambda: page.locator("#latency tr").first.locator("td").last.inner_text()
            before = count()
            until(lambda: count() != before, "latencies count")
            hops = page.locator("#latency tr td:first-child").all_inner_texts()
            equal(hops, ["feed", "build", "gate", "send", "wire_in", "wire_out", "tick_to_order"],
                  "the hops")
            drawn = page.evaluate(
                "() => { const c = document.querySelector('price-line canvas');"
                " return new Set(c.getContext('2d').getImageData(0, 0, c.width, c.height).data).size }")
            check(drawn > 2, "the price line is drawn", drawn)

            desk.inject(desk.names[0], 3)
            until(lambda: shown.pairs("#position")["position"] == "3 lots", "the position")
            until(lambda: shown.text("#signal-holder") == "manual", "who holds the signal")
            equal(shown.pairs("#signal")["target"], "3 lots", "the signal's target")
            until(lambda: shown.pairs("#order-counts").get("filled") == "1", "an order filled")
            rows = page.locator("#orders tr[data-kind=fill]")
            until(lambda: rows.count() >= 1, "the fill among the events")
            cells = rows.first.locator("td").all_inner_texts()
            equal((cells[1], cells[3], cells[5]), (desk.names[0], "buy", "3"), "the fill's row")
            check(page.locator("#orders tr[data-kind=signal]").count() == 1, "the signal's row")
            position = shown.pairs("#position")
            for name in ("average price", "floating P&L", "realised P&L", "USDT"):
                check(position[name] not in ("", "–"), name, position)
            states = shown.pairs("#connections")
            check(states["core"].startswith("up, fused") and "ready" in states["private"],
                  "connections", states)
            check(re.fullmatch(r"\d+ ms (ahead of|behind) ours, ± \d+ ms, \d+ s ago; within 5000 ms",
                               states["exchange's clock"]), "the exchange's clock", states)
            for name in ("microprice", "imbalance 5"):
                check(name in shown.pairs("#indicators"), name, shown.pairs("#indicators"))

            page.select_option("#instrument", desk.names[1])
            until(lambda: shown.pairs("#position")["position"] == "0 lots", "another instrument")
            until(lambda: shown.text("#signal-holder") == "none", "nobody signals it")
            page.click("#pause")
            frozen = shown.text("#ladder")
            desk.inject(desk.names[1], 1)
            until(lambda: desk.position(desk.names[1]) == 1, "a fill while paused")
            time.sleep(0.6)
            equal(shown.text("#ladder"), frozen, "pause holds the page")
            fills = rows.count()
            page.click("#pause")
            until(lambda: rows.count() == fills + 1, "what came meanwhile is shown, once")
            desk.tell("stop", "--reason", "page test")
            until(lambda: shown.text("#trading-state") == "cancelOnly", "the stop is seen")
            check(page.locator("#orders tr[data-kind=stop]").count() >= 1, "and among the events")
            equal(shown.complaints, [], "the browser has no complaint")


def phone():
    """At phone width nothing is cut off or scrolls sideways, and what is touched is large enough."""
    with Desk() as desk:
        desk.run()
        console = Console(desk)
        console.await_up()
        with Page(console, viewport=PHONE, device_scale_factor=2, is_mobile=True,
                  has_touch=True) as shown:
            page = shown.open()
            shown.await_live()
            desk.inject(desk.names[0], 2)
            until(lambda: page.locator("#orders tr[data-kind=fill]").count() >= 1, "a fill")
            width = page.evaluate("document.documentElement.scrollWidth")
            check(width <= PHONE["width"], "no sideways scroll", width)
            for card in page.locator(".card:visible").all():
                box = card.bounding_box()
                check(box["x"] >= 0 and box["x"] + box["width"] <= PHONE["width"] + 0.5,
                      "a card within the screen", box)
            for control in ("#pause", "#instrument"):
                check(page.locator(control).bounding_box()["height"] >= 24, control)
            equal(shown.complaints, [], "the browser has no complaint")


def strangers():
    """Another name for this address, another page, and a used link get nothing."""
    with Desk() as desk:
        desk.run()
        console = Console(desk)
        console.await_up()
        port = console.authority.split(":")[1]
        link = console.file("link")
        with Page(console) as shown:
            shown.open(link)
            shown.await_live()
        with Page(console) as shown:
            shown.open(link)
            until(lambda: "link" in shown.text("#notice").lower(), "a used link says so")
            until(lambda: shown.text("#link") != "live", "no data without a sign-in")
            equal(shown.text("#ladder").strip(), "", "no book is shown")
            reply = shown.page.evaluate(
                "async signal => (await fetch('/api/trade/signal', {method: 'POST', headers:"
                " {'content-type': 'application/json'}, body: JSON.stringify(signal)})).status",
                {"instrument": desk.names[0], "target": 1})
            equal(reply, 401, "a signal without a sign-in")
        driver = sync_playwright().start()
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=[
            "--no-sandbox", "--disable-dev-shm-usage",
            f"--host-resolver-rules=MAP evil.example 127.0.0.1:{port}"])
        try:
            page = browser.new_page()
            equal(page.goto(f"http://evil.example:{port}/").status, 403, "a forged Host")
            page.goto(f"http://127.0.0.1:{port}/api/health")
            page.goto("about:blank")
            leaked = page.evaluate(
                "async url => { try { return (await fetch(url)).status } catch (e) { return 'no' } }",
                f"http://127.0.0.1:{port}/api/health")
            equal(leaked, "no", "another page reads nothing")
            framed = page.evaluate(
                "async url => { const f = document.createElement('iframe'); f.src = url;"
                " document.body.append(f); await new Promise(done => f.onload = done);"
                " try { return f.contentDocument && f.contentDocument.title } catch (e) { return null } }",
                f"http://127.0.0.1:{port}/")
            check(framed != "LLMTrading", "the page is not framed", framed)
        finally:
            browser.close()
            driver.stop()
        equal(desk.position(desk.names[0]), 0, "nothing was traded")


def console_killed():
    """The console dies under an open page: the page comes back by itself, every event once."""
    with Desk(console_port=free_port()) as desk:
        desk.run()
        console = Console(desk)
        console.await_up()
        with Page(console) as shown:
            page = shown.open()
            shown.await_live()
            for round in range(2):
                before = desk.processes("console")
                os.kill(before[0], signal.SIGKILL)
                desk.inject(desk.names[0], 1 + round)
                until(lambda: desk.position(desk.names[0]) == 1 + round, "a fill meanwhile")
                until(lambda: desk.processes("console") not in ([], before), "another console")
                until(lambda: page.locator("#orders tr[data-kind=fill]").count() == 1 + round,
                      "the fill is on the page, once", 20)
                until(lambda: shown.text("#link") == "live", "the page is live again")
            wanted = sum(row["kind"] == "order" for row in desk.journal())
            equal(page.locator("#orders tr", has_text="place").count(), wanted, "orders, each once")


if __name__ == "__main__":
    globals()[sys.argv[1]]()
