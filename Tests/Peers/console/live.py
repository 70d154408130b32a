"""Agents at work behind the page, in a real browser: a save acts on the next call, and cards lead to orders."""
from prompt_page import *

AGENTS = """
agents: {enabled: true, cycle_seconds: 2, deadline_milliseconds: 1900, lease_milliseconds: 10000}
"""


def with_agents(scenario):
    with Desk(more=AGENTS) as desk:
        desk.run()
        console = Console(desk)
        console.await_up()
        with Prompts(console) as shown:
            scenario(desk, console, shown)
            equal(shown.complaints, [], "the browser has no complaint")


def next_card(shown, version, word):
    """A card of the feed that names the version; its record holds the word in the prompt it was asked with."""
    page = shown.page
    shown.go(f"#/decisions?agent={ROLE}")
    card = page.locator("#feed .decision", has_text=f"prompt v{version}").last
    newer = page.locator("#feed-new")

    def arrives():
        if newer.count() and newer.is_visible():
            newer.click()
        return card.count() and card.is_visible()

    until(arrives, f"a card of version {version}", 30)
    card.locator("a", has_text="permalink").click()
    one = page.locator("#feed-one .decision")
    until(lambda: one.count() == 1, "its record")
    until(lambda: any(word in text for text in one.locator("pre").all_text_contents()),
          f"the prompt says {word}")
    check(f"prompt v{version}" in one.inner_text(), "and the version", one.inner_text()[:300])


def save_acts():
    """Save → the next call uses it → the feed shows the version; the same for a rollback; no restart."""
    def scenario(desk, console, shown):
        process = desk.processes("console")
        for number, word in ((1, "EXTRAORDINARY"), (2, "MAGNIFICENT")):
            page = shown.open_role() if number == 1 else shown.page
            shown.go(PLACE)
            page.locator("#prompt-text").wait_for(state="visible", timeout=10_000)
            page.fill("#prompt-text", TEXT.replace("one instrument", f"one {word} instrument"))
            shown.save(word)
            until(lambda: shown.version() == f"v{number}", "a version")
            next_card(shown, number, word)
        shown.go(PLACE)
        line = shown.page.locator(".versions li[data-version='1']")
        line.locator("button", has_text="Roll back").click()
        shown.answer("Roll back", note="the first was better")
        until(lambda: shown.version() == "v3", "a rollback is a new version")
        next_card(shown, 3, "EXTRAORDINARY")
        equal(desk.processes("console"), process, "the console is the one it was")
    with_agents(scenario)


def card_and_order():
    """A decision's card leads to its order, and the order back to its card."""
    def scenario(desk, console, shown):
        page = shown.open()
        shown.await_live()
        token = console.token

        def ordered():
            status, _, found = console.call(
                "GET", "/api/agents/feed?agent=cycle&limit=100", token=token)
            return [one for one in found["items"] if one["order_ids"]] if status == 200 else []
        until(ordered, "a decision with an order", 40)
        decision = ordered()[-1]
        order = decision["order_ids"][0]
        shown.go(f"#/decisions/{decision['id']}")
        one = page.locator("#feed-one .decision")
        until(lambda: one.count() == 1, "the card")
        one.locator("a", has_text=order).first.click()
        until(lambda: order in page.url, "the order's place")
        # The monitor's list, hidden by now, may hold the same link.
        back = page.locator(f"a[data-cycle='{decision['cycle']}']:visible").first
        back.wait_for(state="visible", timeout=10_000)
        back.click()
        until(lambda: str(decision["id"]) in [
            text for text in page.locator(".decision").evaluate_all(
                "all => all.map(one => one.dataset.id)")], "back at the decision", 15)
    with_agents(scenario)


if __name__ == "__main__":
    globals()[sys.argv[1]]()
