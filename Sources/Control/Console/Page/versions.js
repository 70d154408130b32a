// What a prompt was: versions, differences, the way back, and how a candidate did in its shadow.
import { make, clock, confirmed, toast } from "/page/dom.js";
import { can, get, post } from "/page/api.js";
import { pretty } from "/page/decision.js";

/** A unified diff with a tone per line. */
function diffView(text) {
  const lines = (text || "No difference.").split("\n");
  return make("pre", { class: "diff", tabindex: 0, role: "region", "aria-label": "Difference" },
    ...lines.map(line => make("div", {
      class: line.startsWith("+") ? "added" : line.startsWith("-") ? "removed" : line.startsWith("@@") ? "hunk" : null,
      text: line || " ",
    })));
}

/** The panel below the editor of `role`: {element, compare(from, to)}; `tools.reload()` after a change. */
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
        make("pre", { tabindex: 0, role: "region", "aria-label": `Version ${version}`, text: one.text }));
    } catch (error) { toast(error.message, "bad"); }
  }

  async function rollBack(version) {
    const answer = await confirmed({
      title: `Roll back to version ${version}`, action: "Roll back", tone: "warn",
      text: `A new version with the text of v${version} is made; the next call uses it. Nothing is deleted.`,
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

  async function load() {
    try {
      const { items } = await get(`${base}/versions`);
      list.replaceChildren(...items.map(one => make("li", { "data-version": one.version },
        make("span", { class: "who", text: `v${one.version}` }),
        one.version === role.version ? make("span", { class: "chip good", text: "in use" }) : null,
        make("span", { class: "quiet", text: `${clock(one.created_at)} · ${one.author || "–"} · ${one.origin}` }),
        make("span", { class: "note", text: one.note || "" }),
        make("span", { class: "buttons" },
          make("button", { type: "button", text: "Show", onclick: () => showText(one.version) }),
          one.version === role.version ? null
            : make("button", { type: "button", text: "Compare", onclick: () => compare(one.version, role.version) }),
          one.version === role.version || !can("edit_prompts") ? null
            : make("button", { type: "button", text: "Roll back…", onclick: () => rollBack(one.version) })))));
    } catch (error) { list.replaceChildren(make("li", { class: "bad", text: error.message })); }
  }

  async function loadShadow(box) {
    try {
      const found = await get(`${base}/shadow`);
      box.replaceChildren(make("pre", { tabindex: 0, role: "region", "aria-label": "Shadow results", text: pretty(found) }));
    } catch (error) { box.replaceChildren(make("p", { class: "quiet", text: error.message })); }
  }

  load();
  const shadow = make("div", {});
  const element = make("div", {},
    make("h3", { text: "Versions" }), list, shown,
    make("details", { class: "block", ontoggle: event => { if (event.target.open) loadShadow(shadow); } },
      make("summary", { text: "Shadow runs" }), shadow));
  return { element, compare };
}
