"""The Decisions view in a real browser: feed, filters, search, links, arrival, hostile text, one cycle."""
from page import *
from scribe import *

SOME = "SCRIBE-USDT"
OTHER = "OTHER-USDT"
# Every one of them, wherever text is shown, must come out as it went in and do nothing.
HOSTILE = [
    "<script>window.hit = 1</script>",
    "<img src=x onerror='window.hit = 1'>",
    "<svg/onload=window.hit=1>",
    "\"><iframe srcdoc='<script>parent.hit=1</script>'>",
    "javascript:window.hit=1//",
    "{{constructor.constructor('window.hit=1')()}}",
    "${window.hit=1}`;window.hit=1//",
    "</textarea></pre><b onmouseover=window.hit=1>bold</b>",
    "\u202egnp.exe\u202c \u200b\u2066 zero and turned",
    "&lt;script&gt; &amp;#60; &#x3c;img&#x3e;",
    "𝕌𝕟𝕚𝕔𝕠𝕕𝕖 \U0001f4c8 \ufdfd \u0007 end",
    "<math><mtext><style><img src=x onerror=window.hit=1></style>",
]


class View(Page):
    """The page of a desk that has a scribe's records."""

    def go(self, place):
        self.page.evaluate("place => { location.hash = place }", place)

    def ids(self, selector="#feed"):
        cards = self.page.locator(f"{selector} .decision")
        return [int(text) for text in cards.evaluate_all("all => all.map(one => one.dataset.id)")]

    def await_ids(self, wanted, what):
        try:
            until(lambda: self.ids() == wanted, what)
        except AssertionError:
            raise AssertionError(f"{what}: {self.ids()} instead of {wanted}") from None


def with_desk(scenario, **options):
    with Desk() as desk:
        desk.run()
        console = Console(desk)
        console.await_up()
        with Scribe(desk) as scribe, View(console, **options) as shown:
            scenario(desk, scribe, shown)
            equal(shown.complaints, [], "the browser has no complaint")


def feed():
    """Filters, search, endless scroll, the whole record, links that lead back to where one was."""
    def scenario(desk, scribe, shown):
        some = [scribe.append("technical_analyst", SOME, conclusion=f"trend number{n}")
                for n in range(120)]
        macro = scribe.append("macro_trader", SOME, conclusion="macro needle here", outcome="vetoed",
                              reason="funding is dear", tags=["macro"])
        other = scribe.append("macro_trader", OTHER)
        page = shown.open()
        shown.await_live()
        shown.go(f"#/decisions?instrument={SOME}")
        wanted = [macro, *reversed(some)]
        shown.await_ids(wanted[:50], "the newest first")
        page.locator("#feed-more").scroll_into_view_if_needed()
        until(lambda: len(shown.ids()) == 100, "older ones as one scrolls")
        page.locator("#feed-more").scroll_into_view_if_needed()
        shown.await_ids(wanted, "all of them, each once, in order")
        page.select_option("#filter-agent", "macro_trader")
        shown.await_ids([macro], "of one agent")
        check("agent=macro_trader" in page.url, "filters are in the address", page.url)
        card = page.locator(f"#feed .decision[data-id='{macro}']")
        text = card.inner_text()
        for part in ("Macro trader", SOME, "vetoed", "macro needle here", "funding is dear",
                     "60 bars, mid 64001.2", "deepseek-v4-pro", "prompt v3", "$0.000420", "40 ms"):
            check(part in text, f"the card says {part}", text)
        page.locator("#filters button[type=reset]").click()
        until(lambda: shown.ids()[:1] == [other], "cleared")
        page.fill("#filter-text", "needle")
        shown.await_ids([macro], "found by a word")
        page.fill("#filter-text", "nothinghasthis")
        until(lambda: "No decision matches" in shown.text("#feed-status"), "nothing found says so")
        page.fill("#filter-text", "")
        until(lambda: shown.ids()[:1] == [other], "all again")
        page.locator("#filter-times summary").click()
        page.fill("#filter-to", "2020-01-01T00:00")
        until(lambda: shown.ids() == [], "none that early")
        page.fill("#filter-to", "")
        page.fill("#filter-from", "2020-01-01T00:00")
        until(lambda: shown.ids()[:1] == [other], "all since then")

        shown.go(f"#/decisions?agent=technical_analyst&instrument={SOME}")
        shown.await_ids(list(reversed(some))[:50], "a link with filters")
        reading = page.locator(f"#feed .decision[data-id='{some[-30]}']")
        reading.scroll_into_view_if_needed()
        place = page.evaluate("scrollY")
        reading.locator("a", has_text="permalink").click()
        one = page.locator("#feed-one .decision")
        until(lambda: one.count() == 1, "one record")
        equal(one.get_attribute("data-id"), str(some[-30]), "the one that was followed")
        check(not page.locator("#feed-panel").is_visible(), "alone")
        until(lambda: "You are an analyst." in one.locator("pre").all_text_contents(), "its prompt")
        page.go_back()
        until(lambda: page.locator("#feed-panel").is_visible(), "back at the feed")
        until(lambda: abs(page.evaluate("scrollY") - place) < 2, "where one was")
        page.reload()
        shown.await_live()
        shown.await_ids(list(reversed(some))[:50], "a reload keeps the place")
        page.keyboard.press("Tab")
        page.locator("#feed .decision").first.focus()
        page.keyboard.press("PageDown")
        equal(page.evaluate("document.activeElement.dataset.id"), str(some[-2]), "Page Down")
    with_desk(scenario)


def arrival():
    """What arrives waits behind a button and moves nothing that is being read."""
    def scenario(desk, scribe, shown):
        old = [scribe.append("technical_analyst", SOME) for _ in range(30)]
        page = shown.open()
        shown.await_live()
        shown.go(f"#/decisions?instrument={SOME}")
        shown.await_ids(list(reversed(old)), "what is there")
        button = page.locator("#feed-new")
        check(not button.is_visible(), "nothing is new")
        top = page.locator("#feed .decision").first
        before = top.bounding_box()["y"]
        new = [scribe.append("macro_trader", SOME)]
        until(lambda: button.is_visible() and button.inner_text() == "1 new", "it is announced")
        equal(top.bounding_box()["y"], before, "the topmost card stays where it is")
        page.evaluate("scrollTo(0, 900)")
        reading = page.locator(f"#feed .decision[data-id='{old[10]}']")
        before = reading.bounding_box()["y"]
        scribe.append("macro_trader", OTHER)
        new.append(scribe.append("data_analyst", SOME))
        until(lambda: button.inner_text() == "2 new", "filters hold for what is new")
        equal(reading.bounding_box()["y"], before, "what is read does not move")
        equal(len(shown.ids()), 30, "nothing was put in")
        button.click()
        shown.await_ids([*reversed(new), *reversed(old)], "then they are on top, in order")
        check(not button.is_visible(), "none waits")
        more = [scribe.append("macro_trader", SOME) for _ in range(130)]
        until(lambda: button.is_visible() and button.inner_text() == "130 new", "more than a page")
        button.click()
        shown.await_ids([*reversed(more), *reversed(new), *reversed(old)], "without a gap")
        page.click("nav a[data-view=monitor]")
        last = scribe.append("macro_trader", SOME)
        page.click("nav a[data-view=decisions]")
        until(lambda: last in shown.ids(), "the menu leads to the whole feed")
    with_desk(scenario)


def cycle():
    """A cycle's page: each role's input by stage, the lease, the snapshot that all of them saw."""
    def scenario(desk, scribe, shown):
        number = scribe.cycle(SOME)
        scribe.cycle(OTHER)
        page = shown.open()
        shown.await_live()
        shown.go(f"#/decisions?cycle={number}")
        cards = page.locator("#feed-one .decision")
        until(lambda: cards.count() == 8, "seven roles and the cycle's own")
        agents = cards.evaluate_all("all => all.map(one => one.dataset.agent)")
        equal(agents, [*ROLES, "cycle"], "in the order of the stages")
        equal(page.locator("#feed-one .stage").all_inner_texts().__len__(), 4, "four stages")
        check("accepted" in shown.text("#feed-one .cycle-head"), "how it ended")
        last = cards.nth(7)
        last.locator(".open").click()
        until(lambda: "2 lots" in last.inner_text(), "the lease")
        for part in ("62 %", "20 s", "done"):
            check(part in last.inner_text(), part, last.inner_text())
        last.locator("summary", has_text="Snapshot").click()
        until(lambda: f'"instrument": "{SOME}"' in last.inner_text(), "the snapshot")
        shown.go("#/decisions?cycle=999999")
        until(lambda: "has no record" in shown.text("#feed-one"), "a cycle that is none")
    with_desk(scenario)


def hostile():
    """Text of models, prompts and news that wants to be markup stays text."""
    def scenario(desk, scribe, shown):
        for text in HOSTILE:
            number, trace = scribe.begin(SOME)
            scribe.append(
                "news_collector", SOME, number, trace, outcome="quarantined", reason=text,
                conclusion=text, input_summary=text, rendered_prompt=text, raw_reply=text,
                output=json.dumps({"said": text}), validation=text, grounding=text, attempts=text,
                parameters=text, requested_model=text, returned_model=text, fingerprint=text,
                source=text[:60], tags=[text], snapshot_hash=scribe.snapshot(json.dumps({"said": text})))
        strange = scribe.append("<img src=x onerror='window.hit = 1'>", SOME)
        page = shown.open()
        shown.await_live()
        shown.go(f"#/decisions?instrument={SOME}")
        until(lambda: len(shown.ids()) == len(HOSTILE) + 1, "all are listed")
        equal(shown.ids()[0], strange, "an agent's id as well")
        cards = page.locator("#feed .decision[data-agent=news_collector]")
        for index, text in enumerate(reversed(HOSTILE)):
            card = cards.nth(index)
            equal(card.locator(".conclusion").text_content(), text, "the conclusion, as it was said")
            card.locator(".open").click()
            until(lambda: text in card.locator("pre").all_text_contents(), "the reply, as it came")
            card.locator("summary", has_text="Snapshot").click()
            until(lambda: json.dumps({"said": text}, ensure_ascii=False, indent=2)
                  in card.locator("pre").all_text_contents(), "the snapshot's text")
            page.mouse.move(200, 300)
        shown.go(f"#/decisions?cycle={number}&x=<svg onload=window.hit=1>")
        until(lambda: page.locator("#feed-one .decision").count() == 1, "a cycle of it")
        for place in ("#/decisions/%3Cimg%20src=x%20onerror=window.hit=1%3E", "#/decisions/%E0%A4%A",
                      "#/orders/<img src=x onerror=window.hit=1>", "#/__proto__/x",
                      "#/prompts/<svg onload=window.hit=1>", "#/constructor"):
            shown.go(place)
            time.sleep(0.3)
        equal(page.evaluate("window.hit"), None, "nothing ran")
        equal(page.evaluate("[...document.querySelectorAll('main script, main img, main iframe,"
                            " main math, main b, main svg')].length"), 0, "nothing became an element")
        # Ids that are none are refused with 400 or 404, which the browser notes; that is all it may note.
        shown.complaints = [one for one in shown.complaints
                            if "status of 404" not in one and "status of 400" not in one]
    with_desk(scenario)


if __name__ == "__main__":
    globals()[sys.argv[1]]()
