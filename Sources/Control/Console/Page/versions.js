// What a prompt was: versions, differences, the way back, and how a candidate did in its shadow.
import { make, clock, confirmed, toast } from "/page/dom.js";
import { can, get, post } from "/page/api.js";
import { showShadow, startShadow } from "/page/shadow.js";

/** A unified diff with a tone per line. */
function diffView(text) {
  const lines = (text || "No difference.").split("\n");
  return make("pre", { class: "diff", tabindex: 0, role: "region", "aria-label": "Difference" },
    ...lines.map(line => make("div", {
      class: line.startsWith("+") ? "added" : line.startsWith("-")
        ? "removed" : line.startsWith("@@") ? "hunk" : null,
      text: line || " ",
    })));
}

/** One version and what may be done with it. */
function versionRow(one, role, actions) {
  const isInUse = one.version === role.version;
  const action = (text, onclick) => make("button", { type: "button", text, onclick });
  const origin = [one.created_at ? clock(one.created_at) : "", one.author, one.origin];
  return make("li", { "data-version": one.version },
    make("span", { class: "who", text: one.version ? `v${one.version}` : "v0, shipped" }),
    isInUse ? make("span", { class: "chip good", text: "in use" }) : null,
    make("span", { class: "quiet", text: origin.filter(Boolean).join(" · ") }),
    make("span", { class: "note", text: one.note || "" }),
    make("span", { class: "buttons" },
      action("Show", () => actions.showText(one.version)),
      isInUse ? null : action("Compare", () => actions.compare(one.version, role.version)),
      isInUse || !one.version || !can("edit_prompts") ? null
        : action("Shadow…", () => actions.shadowOf(one.version)),
      isInUse || !can("edit_prompts") ? null
        : action("Roll back…", () => actions.rollBack(one.version))));
}

/** The panel below the editor of `role`: {element, compare(from, to)}; `tools.reload()` after a
 * change. */
export function history(role, tools) {
  const base = `/api/prompts/${encodeURIComponent(role.role)}`;
  const list = make("ul", { class: "versions" });
  const shown = make("div", { id: "version-shown", "aria-live": "polite" });

  async function compare(from, to) {
    try {
      const { diff } = await get(`${base}/diff`, { from, to });
      shown.replaceChildren(make("h3", { text: `v${from} → v${to}` }), diffView(diff));
      shown.scrollIntoView({ block: "nearest" });
    } catch (error) { toast(error.message, "bad"); }
  }

  async function showText(version) {
    try {
      const one = await get(`${base}/versions/${version}`);
      shown.replaceChildren(make("h3", { text: `Version ${version}` }),
        make("pre",
          { tabindex: 0, role: "region", "aria-label": `Version ${version}`, text: one.text }));
    } catch (error) { toast(error.message, "bad"); }
  }

  async function rollBack(version) {
    const answer = await confirmed({
      title: `Roll back to version ${version}`, action: "Roll back", tone: "warn",
      text: `A new version with the text of v${version} is made; `
      + "the next call uses it. Nothing is deleted.",
      fields: [{ name: "note", label: "Why", required: true }],
    });
    if (!answer) return;
    try {
      const made = await post(`${base}/rollback`,
        { version, note: answer.note, expected_version: role.version });
      toast(`Version ${made.version} has the text of version ${version}`);
      await tools.reload();
    } catch (error) { toast(error.message, "bad"); }
  }

  async function shadowOf(version) {
    if (!(await startShadow(base, version))) return;
    runs.open = true;
    await showShadow(shadow, base, tools.reload);
  }

  async function load() {
    try {
      const { items } = await get(`${base}/versions`);
      list.replaceChildren(
        ...items.map(one => versionRow(one, role, { showText, compare, shadowOf, rollBack })));
    } catch (error) { list.replaceChildren(make("li", { class: "bad", text: error.message })); }
  }

  load();
  const shadow = make("div", {});
  const runs = make("details", {
    class: "block",
    ontoggle: event => { if (event.target.open) showShadow(shadow, base, tools.reload); },
  }, make("summary", { text: "Shadow runs" }), shadow);
  const element = make("div", {}, make("h3", { text: "Versions" }), list, shown, runs);
  return { element, compare };
}
