"""All views of the page in a real browser: accessibility (axe-core), phone width, rights, and actions of risk."""
from axe_playwright_python.sync_playwright import Axe

from decisions import *

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


def audit(page, what):
    found = Axe().run(page, options=RULES)
    check(found.violations_count == 0, f"no violation: {what}", found.generate_report())
    check(len(found.response["passes"]) > 15, f"axe looked: {what}", len(found.response["passes"]))


def places(number, record):
    """Every view with something in it: (place, what must be seen)."""
    return [
        ("#/monitor", "#latency tr"), (f"#/decisions?instrument={SOME}", "#feed .decision"),
        (f"#/decisions?cycle={number}", "#feed-one .decision"),
        (f"#/decisions/{record}", "#feed-one .card-body pre"), ("#/prompts", "#role-list li"),
        ("#/orders/1", "#view-order p"),
    ]


def settle(page, place, seen):
    page.locator(seen).first.wait_for(state="visible", timeout=10_000)
    until(lambda: "Loading…" not in page.locator("main").inner_text(), f"{place} is there")


def unknown_order(shown):
    """The browser notes that order 1 is none; nothing else may be noted."""
    shown.complaints = [one for one in shown.complaints if "status of 404" not in one]


def accessible():
    """No axe violation on any view, nor in a dialog, in both widths; all of it works by keyboard."""
    def scenario(desk, scribe, shown):
        number = scribe.cycle(SOME, reason="said so")
        record = scribe.append("macro_trader", SOME, outcome="vetoed", reason="too dear")
        desk.inject(desk.names[0], 2)
        page = shown.open()
        shown.await_live()
        for size in ({"width": 1280, "height": 900}, PHONE):
            page.set_viewport_size(size)
            for place, seen in places(number, record):
                shown.go(place)
                settle(page, place, seen)
                audit(page, f"{place} at {size['width']}")
        page.set_viewport_size({"width": 1280, "height": 900})
        shown.go("#/monitor")
        page.locator("[data-action=flatten]").focus()
        page.keyboard.press("Enter")
        page.locator("dialog").wait_for(state="visible")
        audit(page, "a dialog")
        page.keyboard.press("Escape")
        until(lambda: page.locator("dialog").count() == 0, "Escape calls it off")
        equal(page.evaluate("document.activeElement.dataset.action"), "flatten", "the focus is back")
        # From the top: the skip link, then the menu.
        page.reload()
        shown.await_live()
        page.keyboard.press("Tab")
        equal(page.evaluate("document.activeElement.className"), "skip", "the first stop")
        page.keyboard.press("Enter")
        equal(page.evaluate("document.activeElement.id"), "main", "skips to the content")
        page.locator("nav a[data-view=decisions]").focus()
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        check(outline != "none", "the focus can be seen", outline)
        page.keyboard.press("Enter")
        page.locator("#feed .decision .open").first.wait_for(state="visible")
        page.locator("#feed .decision .open").first.focus()
        page.keyboard.press("Enter")
        until(lambda: page.locator("#feed .card-body pre").count() > 0, "a card opens by key")
        page.emulate_media(reduced_motion="reduce")
        moving = page.evaluate("document.getAnimations().length")
        equal(moving, 0, "nothing moves for those who ask for that")
        unknown_order(shown)
    with_desk(scenario)


def phone_views():
    """At 360 px no view scrolls sideways, and what is touched is large enough."""
    def scenario(desk, scribe, shown):
        long = "a" * 300
        number = scribe.cycle(SOME, conclusion=long, input_summary=long, reason=long)
        record = scribe.append("macro_trader", SOME, raw_reply=long * 5, rendered_prompt=long,
                               output=json.dumps({"said": long}))
        page = shown.open()
        shown.await_live()
        for place, seen in places(number, record):
            shown.go(place)
            settle(page, place, seen)
            width = page.evaluate("document.documentElement.scrollWidth")
            check(width <= PHONE["width"], f"{place} does not scroll sideways", width)
            for link in page.locator("nav a").all():
                box = link.bounding_box()
                check(box["y"] + box["height"] <= PHONE["height"] and box["height"] >= 36,
                      "the menu is at hand", box)
            for button in page.locator("main button:visible, header button:visible").all():
                check(button.bounding_box()["height"] >= 24, f"{place}: large enough",
                      button.inner_text())
        unknown_order(shown)
    with_desk(scenario, viewport=PHONE, device_scale_factor=2, is_mobile=True, has_touch=True)


def risk():
    """Pause, resume, cancel, flatten: each asks, says what will happen, and happens; who did it is on record."""
    def scenario(desk, scribe, shown):
        page = shown.open()
        shown.await_live()

        def act(name, said, reason="", scope="desk"):
            page.click(f"[data-action={name}]")
            dialog = page.locator("dialog")
            check(said in dialog.inner_text(), f"{name} says what it does", dialog.inner_text())
            page.select_option("#ask-scope", scope)
            page.fill("#ask-reason", reason)
            dialog.locator("button", has_text="Cancel").first.wait_for()
            dialog.locator("button.strong").click()

        state = lambda: shown.text("#trading-state")
        act("pause", "Working orders are cancelled")
        check(page.locator("dialog").count() == 1, "no reason, no action")
        equal(state(), "active", "nothing happened")
        page.locator("dialog button", has_text="Cancel").first.click()
        until(lambda: page.locator("dialog").count() == 0, "called off")
        act("pause", "Positions stay", "lunch is at noon")
        until(lambda: state() == "cancelOnly", "paused")
        until(lambda: page.locator("#alerts li[data-kind=stop]", has_text="cancelOnly").count() >= 1,
              "the alert")
        act("resume", "stop of a person", "lunch is over")
        until(lambda: state() == "active", "resumed")
        name = desk.names[0]
        desk.inject(name, 3)
        until(lambda: desk.position(name) == 3, "a position")
        until(lambda: shown.pairs("#position")["position"] == "3 lots", "shown")
        act("flatten", "until the position is zero", "enough for today")
        until(lambda: desk.position(name) == 0, "flat")
        until(lambda: state() == "reduceOnly", "and reducing only")
        act("cancel", "new orders may follow", "tidy up", scope=name)
        until(lambda: page.locator(".toast").count() > 0, "it answers")
        asked = json.dumps([row for row in desk.journal() if row["kind"] == "request"])
        for reason in ("lunch is at noon", "lunch is over", "enough for today", "tidy up"):
            check(reason.encode().hex() in asked, "the reason is on record", reason)
    with_desk(scenario)


def rights():
    """Who may only look is offered nothing else, and sees who he is."""
    with Desk() as desk:
        desk.run()
        console = Console(desk)
        console.await_up()
        told = desk.tell("link", "--rights", "view", "--person", "wanda")
        with View(console) as shown:
            page = shown.open(next(word for word in told.split() if "#token=" in word))
            shown.await_live()
            equal(shown.text("#person"), "wanda", "who is signed in")
            for button in page.locator("[data-action]").all():
                check(button.is_disabled(), "no action of risk", button.inner_text())
            equal(shown.complaints, [], "the browser has no complaint")


if __name__ == "__main__":
    globals()[sys.argv[1]]()
