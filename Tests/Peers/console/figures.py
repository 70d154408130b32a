"""What the Monitor gained, in a real browser over a desk that trades: orders, slots, depth, alerts, figures."""
import re

from decisions import *


def drawn(page, selector):
    """How many colours a canvas shows: more than two means that something is drawn."""
    return page.evaluate(
        "selector => { const c = document.querySelector(selector + ' canvas');"
        " if (!c || !c.width) return 0;"
        " return new Set(new Uint32Array(c.getContext('2d').getImageData(0, 0, c.width, c.height)"
        ".data.buffer)).size }", selector)


def quiet(shown):
    """Reading pixels back is the scenario's doing: Chromium's advice about it is no complaint."""
    shown.complaints = [one for one in shown.complaints if "willReadFrequently" not in one]


def orders():
    """An order in the list leads to everything on record about it; both slots and the depth are shown."""
    def scenario(desk, scribe, shown):
        page = shown.open()
        shown.await_live()
        name = desk.names[0]
        slots = lambda: page.locator("#signals li").all_inner_texts()
        until(lambda: [text.split()[-1] for text in slots()] == ["free", "free"], "both slots free")
        desk.inject(name, 3)
        until(lambda: "in force" in slots()[0] and "3 lots" in slots()[0], "a person's signal")
        until(lambda: desk.position(name) == 3, "a fill")
        row = page.locator("#order-list tr", has_text=name).first
        until(lambda: row.count() == 1 and "filled" in row.inner_text(), "the order's row", 20)
        cells = row.locator("td").all_inner_texts()
        equal((cells[2], cells[4], cells[5], cells[8]), ("buy", "3", "3", "manual"), "its cells")
        check(re.fullmatch(r"-?[\d.]+ bp", cells[6]), "its slippage", cells)
        # The list is asked for again and again; where the focus is, it stays.
        link = row.locator("a").first
        link.focus()
        number = link.get_attribute("data-order")
        page.click("#refresh")
        link.focus()
        time.sleep(6)
        equal(page.evaluate("document.activeElement.dataset.order"), number, "the focus stays")
        page.keyboard.press("Enter")
        until(lambda: shown.pairs("#order-facts").get("filled") == "3", "the order's page")
        facts = shown.pairs("#order-facts")
        equal((facts["instrument"], facts["side"], facts["state"], facts["strategy"]),
              (name, "buy", "filled", "manual"), "its facts")
        text = shown.text("#view-order")
        for part in ("taker", "approved", "acknowledged", "USDT"):
            check(part in text or part == "USDT", part, text)
        check(page.url.endswith(f"#/orders/{number}"), "an address of its own", page.url)
        page.click("nav a[data-view=monitor]")
        until(lambda: drawn(page, "#depth-map") > 5, "the depth is drawn")
        page.click("#pause")
        before = page.locator("#order-list tr").count()
        desk.inject(name, 1)
        until(lambda: desk.position(name) == 1, "another fill")
        time.sleep(1)
        equal(page.locator("#order-list tr").count(), before, "pause holds the list")
        page.click("#refresh")
        until(lambda: page.locator("#order-list tr").count() == before + 1, "asked for by hand")
        quiet(shown)
    with_desk(scenario)


def figures():
    """Equity with its ranges, bars, positions, all from the ledger."""
    def scenario(desk, scribe, shown):
        page = shown.open()
        shown.await_live()
        name = desk.names[0]
        desk.inject(name, 3)
        until(lambda: desk.position(name) == 3, "a position")
        until(lambda: re.fullmatch(r"\d+\.\d\d", shown.text("#equity-now")), "equity in dollars", 20)
        until(lambda: drawn(page, "#equity-curve") > 2, "the curve", 20)
        for seconds in ("3600", "86400", "0", "900"):
            button = page.locator(f"[data-range='{seconds}']")
            button.click()
            equal(button.get_attribute("aria-pressed"), "true", "the chosen range")
            equal(page.locator("[data-range][aria-pressed=true]").count(), 1, "one of them")
            until(lambda: drawn(page, "#equity-curve") > 2, f"the curve over {seconds} s")
        row = page.locator("#positions tr", has_text=name)
        until(lambda: row.count() == 1 and row.locator("td").nth(1).inner_text() == "3",
              "the position's row", 20)
        cells = row.locator("td").all_inner_texts()
        check(float(cells[2]) > 0, "its average price", cells)
        quiet(shown)
    with_desk(scenario)


def alerts():
    """What a person should know of arrives as an alert: stops, sessions, refusals, faults."""
    def scenario(desk, scribe, shown):
        page = shown.open()
        shown.await_live()
        log = page.locator("#alerts li")
        desk.tell("stop", "--reason", "the page's test")
        until(lambda: page.locator("#alerts li[data-kind=stop]", has_text="cancelOnly").count() > 0,
              "a stop")
        desk.tell("rearm", "--reason", "over")
        until(lambda: shown.text("#trading-state") == "active", "active again")
        equal(page.locator("[role=log] #alerts").count(), 1, "alerts are read out")
        check(log.count() >= 2, "they are kept", log.all_inner_texts())
    with_desk(scenario)


if __name__ == "__main__":
    globals()[sys.argv[1]]()
