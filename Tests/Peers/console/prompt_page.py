"""The Prompts view in a real browser: write, validate, save, compare, roll back, collide, and lose nothing."""
from decisions import *

ROLE = "technical_analyst"
PLACE = f"#/prompts/{ROLE}"
TEXT = """role: technical_analyst
title: Technical analyst
tags: [trend, bars]
background: |
  You read bars of one instrument.
goals:
  - Say where the trend points
constraints:
  - Use only figures of the snapshot
parameters:
  temperature: 0.2
"""


class Prompts(View):
    def open_role(self, place=PLACE):
        self.open()
        self.await_live()
        self.go(place)
        self.page.locator("#prompt-text").wait_for(state="visible", timeout=10_000)
        return self.page

    @property
    def value(self):
        return self.page.input_value("#prompt-text")

    def answer(self, button, **fields):
        dialog = self.page.locator("dialog")
        dialog.wait_for(state="visible")
        for name, text in fields.items():
            self.page.fill(f"#ask-{name}", text)
        dialog.locator("button", has_text=button).last.click()
        until(lambda: self.page.locator("dialog").count() == 0, "the dialog is gone")

    def save(self, note):
        until(lambda: self.page.locator("#prompt-save").is_enabled(), "it can be saved")
        self.page.click("#prompt-save")
        self.answer("Save", note=note)

    def version(self):
        return self.text("#prompt-version")


def with_prompts(scenario, **options):
    with Desk() as desk:
        desk.run()
        console = Console(desk)
        console.await_up()
        with Prompts(console, **options) as shown:
            scenario(desk, console, shown)
            equal(shown.complaints, [], "the browser has no complaint")


def without(shown, status):
    """The browser notes a refusal that the scenario asked for; it is no complaint."""
    shown.complaints = [one for one in shown.complaints if f"status of {status}" not in one]


def edit():
    """Problems by line as one types, a version per save, differences, and the way back."""
    def scenario(desk, console, shown):
        page = shown.open_role()
        roles = page.locator("#role-list a")
        equal(roles.count(), 7, "seven agents")
        page.fill("#role-search", "macro")
        equal(roles.count(), 1, "found by a word")
        page.fill("#role-search", "")
        equal(shown.version(), "v0", "the shipped text")
        page.fill("#prompt-text", TEXT.replace("temperature", "temprature"))
        problem = page.locator("#prompt-problems li", has_text="unknown parameter")
        until(lambda: problem.count() == 1, "a problem, as one types")
        check("line 11, column 3" in problem.inner_text(), "with its place", problem.inner_text())
        equal(page.locator(".paint .line.bad").get_attribute("data-line"), "11", "marked")
        problem.locator("button").click()
        place = page.evaluate("document.activeElement.selectionStart")
        equal(place, TEXT.index("temperature"), "and led to")
        page.fill("#prompt-text", TEXT)
        until(lambda: "Valid" in shown.text("#prompt-problems"), "now it is valid")
        equal(page.input_value("#parameter-temperature"), "0.2", "parameters have fields")
        page.fill("#parameter-temperature", "0.7")
        page.keyboard.press("Tab")
        page.fill("#parameter-max_tokens", "400")
        page.keyboard.press("Tab")
        written = TEXT.replace("0.2", "0.7") + "  max_tokens: 400\n"
        until(lambda: shown.value == written, "which write into the text")
        names = [text.strip() for text in page.locator(".paint .t-key").all_inner_texts()]
        check("background" in names and "temperature" in names, "keys have their colour", names)
        shown.save("a first try")
        until(lambda: shown.version() == "v1", "a version")
        equal(shown.text("#prompt-state"), "", "nothing is unsaved")
        status, _, found = console.call("GET", f"/api/prompts/{ROLE}", token=console.token)
        equal((found["version"], found["text"], found["note"]), (1, written, "a first try"), "saved")
        page.fill("#prompt-text", written.replace("0.7", "0.9"))
        shown.save("warmer")
        until(lambda: shown.version() == "v2", "another")
        line = page.locator(".versions li[data-version='1']")
        check("a first try" in line.inner_text(), "the list has its note", line.inner_text())
        line.locator("button", has_text="Compare").click()
        until(lambda: page.locator(".diff .added").count() > 0, "the difference")
        equal(page.locator(".diff .removed", has_text="0.7").count(), 1, "what went")
        equal(page.locator(".diff .added", has_text="0.9").count(), 1, "what came")
        line.locator("button", has_text="Roll back").click()
        shown.answer("Roll back", note="too warm")
        until(lambda: shown.version() == "v3", "a rollback is a new version")
        equal(shown.value, written, "with the old text")
        page.locator(".tags button", has_text="bars").first.click()
        equal(roles.count(), 1, "found by its tag")
    with_prompts(scenario)


def unsaved():
    """What is not saved survives a reload and other views, and nobody leaves without being told."""
    def scenario(desk, console, shown):
        page = shown.open_role()
        mine = TEXT.replace("trend points", "trend turns")
        page.fill("#prompt-text", mine)
        until(lambda: shown.text("#prompt-state") == "Unsaved changes", "it is said")
        page.click("nav a[data-view=monitor]")
        shown.answer("Cancel")
        check(page.url.endswith(PLACE), "called off: here we stay", page.url)
        equal(shown.value, mine, "with the text")
        page.click("#role-list a[data-role=macro_trader]")
        shown.answer("Leave, keep the draft")
        until(lambda: "Macro" in shown.text("#h-editor"), "another agent")
        check("draft" in page.locator(f"#role-list a[data-role={ROLE}]").inner_text(), "marked")
        page.click(f"#role-list a[data-role={ROLE}]")
        until(lambda: shown.value == mine, "the draft is back")
        asked = []
        page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
        page.locator("#prompt-text").press("End")
        page.reload()
        equal(asked, ["beforeunload"], "the browser asks as well")
        shown.await_live()
        until(lambda: shown.value == mine, "it outlives a reload")
        page.click("#prompt-discard")
        shown.answer("Discard")
        until(lambda: shown.text("#prompt-state") == "", "discarded")
        page.click("nav a[data-view=monitor]")
        until(lambda: page.locator("#view-monitor").is_visible(), "no question now")
    with_prompts(scenario)


def conflict():
    """Two people save at once: the second is told, sees both, and overwrites nothing unseen."""
    def scenario(desk, console, shown):
        page = shown.open_role()
        mine = TEXT.replace("trend points", "trend turns")
        page.fill("#prompt-text", mine)
        status, _, reply = console.call(
            "POST", f"/api/prompts/{ROLE}",
            {"text": TEXT, "format": "yaml", "note": "theirs", "expected_version": 0},
            token=console.token)
        equal(status, 201, "somebody else saves")
        shown.save("mine")
        box = page.locator("#prompt-conflict")
        until(lambda: box.is_visible() and "saved version 1 meanwhile" in box.inner_text(), "told")
        check("theirs" in box.inner_text(), "with the other's note", box.inner_text())
        without(shown, 409)
        equal(shown.value, mine, "the text is kept")
        box.locator("button", has_text="What v1 changed").click()
        until(lambda: page.locator(".diff").count() == 1, "what the other changed")
        box.locator("button", has_text="Keep mine").click()
        shown.answer("Save", note="mine, having seen theirs")
        until(lambda: shown.version() == "v2", "on top of it")
        found = console.call("GET", f"/api/prompts/{ROLE}/versions", token=console.token)[2]
        equal([one["note"] for one in found["items"]][:2], ["mine, having seen theirs", "theirs"],
              "both are there")
    with_prompts(scenario)


def hostile_prompts():
    """Notes, titles and texts that want to be markup stay text; so does what is typed."""
    def scenario(desk, console, shown):
        version = 0
        texts = [text for text in HOSTILE if "{{" not in text and "\u0007" not in text]
        for text in texts:
            document = json.dumps({
                "role": ROLE, "title": text[:70], "background": text, "goals": [text],
                "tags": ["trend"]}, ensure_ascii=False)
            status, _, reply = console.call(
                "POST", f"/api/prompts/{ROLE}",
                json.dumps({"text": document, "format": "json", "note": text,
                            "expected_version": version}), token=console.token)
            if status == 201:
                version = reply["version"]
        check(version >= 5, "most are taken", version)
        page = shown.open_role()
        until(lambda: page.locator(".versions li").count() == version + 1, "the list")
        notes = page.locator(".versions .note").all_text_contents()
        check(set(notes) & set(texts), "notes as they were written", notes)
        for index in range(version):
            page.locator(".versions li").nth(index).locator("button", has_text="Show").click()
            page.locator("#version-shown pre").wait_for()
        page.locator(".versions li").nth(version).locator("button", has_text="Compare").click()
        page.locator(".diff").wait_for()
        page.fill("#prompt-text", "\n".join(HOSTILE))
        until(lambda: page.locator("#prompt-problems .bad").count() > 0, "problems of it")
        equal(page.evaluate("window.hit"), None, "nothing ran")
        equal(page.evaluate("document.querySelectorAll('main script, main img, main iframe, main b,"
                            " main math, main svg').length"), 0, "nothing became an element")
    with_prompts(scenario)


def phone_editor():
    """The editor at 360 px, with a draft and its problems."""
    def scenario(desk, console, shown):
        page = shown.open_role()
        page.fill("#prompt-text", TEXT.replace("bars of", "bars " + "x" * 400))
        until(lambda: "Valid" in shown.text("#prompt-problems"), "validated")
        width = page.evaluate("document.documentElement.scrollWidth")
        check(width <= PHONE["width"], "no sideways scroll", width)
        shown.save("y" * 190)
        until(lambda: page.locator(".versions li").count() == 2, "saved")
        width = page.evaluate("document.documentElement.scrollWidth")
        check(width <= PHONE["width"], "nor with a long note", width)
    with_prompts(scenario, viewport=PHONE, device_scale_factor=2, is_mobile=True, has_touch=True)


if __name__ == "__main__":
    globals()[sys.argv[1]]()
