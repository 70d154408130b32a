// Prompts: agents on the left; the text, its problems as one types, versions, diff, rollback,
// shadow on the right.
import { find, make, refill, clock, confirmed, debounce, toast } from "/page/dom.js";
import { can, get, post } from "/page/api.js";
import { PromptEditor } from "/page/editor.js";
import { outline } from "/page/sections.js";
import { history } from "/page/versions.js";
import { drafts } from "/page/drafts.js";

let roles = [];
let chosenTag = "";
let editor = null;
let shape = null;
let role = null;
let isShown = false;
/** Counts what was opened: an answer that comes late is dropped. */
let opened = 0;

const isChanged = () => Boolean(editor && role && editor.text !== role.text);
const path = id => `/api/prompts/${encodeURIComponent(id)}`;
const titleOf = one => one.title || one.role.replaceAll("_", " ");

function showRoles() {
  const wanted = find("role-search").value.trim().toLowerCase();
  const tags = [...new Set(roles.flatMap(one => one.tags ?? []))].sort();
  find("role-tags").replaceChildren(...tags.map(tag => make("button", {
    type: "button", class: "chip", "aria-pressed": String(tag === chosenTag), text: tag,
    onclick: () => {
      chosenTag = tag === chosenTag ? "" : tag;
      showRoles();
      [...find("role-tags").children].find(button => button.textContent === tag)?.focus();
    },
  })));
  const listed = roles.filter(one =>
    (!chosenTag || (one.tags ?? []).includes(chosenTag))
    && (!wanted || `${one.role} ${titleOf(one)} ${(one.tags ?? []).join(" ")}`.toLowerCase()
      .includes(wanted)));
  find("role-list").replaceChildren(...listed.map(one => make("li", {},
    make("a", {
      href: `#/prompts/${encodeURIComponent(one.role)}`, "data-role": one.role,
      "aria-current": one.role === role?.role ? "true" : null,
    },
    make("span", { class: "who", text: titleOf(one) }),
    make("span", { class: "quiet", text: `v${one.version}` }),
    drafts.has(one.role) ? make("span", { class: "chip warn", text: "draft" }) : null))));
  if (!listed.length) find("role-list")
    .append(make("li", { class: "quiet", text: "No agent matches." }));
}

async function loadRoles() {
  try {
    roles = (await get("/api/prompts")).items;
    showRoles();
  } catch (error) {
    find("role-list").replaceChildren(make("li", { class: "quiet", text: error.message }));
  }
}

const validate = debounce(async () => {
  const shown = editor, text = editor?.text;
  if (!shown || !role) return;
  const isStill = () => shown === editor && text === shown.text;
  try {
    const found = await post(`${path(role.role)}/validate`, { text, format: shown.format });
    if (isStill()) shown.showProblems(found.problems ?? []);
  } catch (error) {
    if (isStill()) shown.showProblems(error.document?.errors ?? [{ message: error.message }]);
  }
}, 350);

function edited() {
  const changed = isChanged();
  if (changed) drafts.keep(role.role, { text: editor.text, version: role.version });
  else drafts.drop(role.role);
  find("prompt-save").disabled = !changed || !can("edit_prompts");
  find("prompt-discard").disabled = !changed;
  find("prompt-state").textContent = changed ? "Unsaved changes" : "";
  shape.update();
  validate();
  showRoles();
}

async function save() {
  const answer = await confirmed({
    title: `Save ${titleOf(role)}`, action: "Save",
    text: `A new version is made of it; the next call uses it. v${role.version} stays in the list.`,
    fields: [{ name: "note", label: "What changed, and why", required: true }],
  });
  if (!answer) return;
  const id = role.role;
  try {
    const saved = await post(path(id), {
      text: editor.text, format: editor.format, note: answer.note, expected_version: role.version,
    });
    drafts.drop(id);
    toast(saved.live === false
      ? `Saved as version ${saved.version}; it waits for its shadow runs`
      : `Saved as version ${saved.version}, in use from the next call`);
    await open(id);
    await loadRoles();
  } catch (error) {
    if (error.document?.errors) editor.showProblems(error.document.errors);
    if (error.status === 409) await showConflict(id, error); else toast(error.message, "bad");
  }
}

/** Somebody saved meanwhile: nothing is lost, and nobody is overwritten unseen. */
async function showConflict(id, error) {
  let newest;
  try { newest = await get(path(id)); } catch { toast(error.message, "bad"); return; }
  const box = find("prompt-conflict");
  const mine = editor;
  if (newest.version === role.version || mine !== editor) { toast(error.message, "bad"); return; }
  box.hidden = false;
  box.replaceChildren(
    make("p", { text: `${newest.author || "Somebody"} saved version ${newest.version} meanwhile`
        + (newest.note ? `: ${newest.note}` : ".") }),
    make("p", { text: "Your text is kept. Compare, then decide." }),
    make("div", { class: "buttons" },
      make("button",
        { type: "button", text: `What v${newest.version} changed`,
        onclick: () => panel.compare(role.version, newest.version) }),
      make("button", {
        type: "button", text: `Keep mine, on top of v${newest.version}`,
        onclick: () => {
          const text = mine.text;
          drafts.drop(id);
          drafts.keep(id, { text, version: newest.version });
          open(id).then(save);
        },
      }),
      make("button", {
        type: "button", class: "strong bad", text: `Take v${newest.version}, drop mine`,
        onclick: () => { drafts.drop(id); open(id).then(loadRoles); },
      })));
  box.querySelector("button").focus();
}

/** Versions and shadow runs below the editor. */
let panel = null;

async function open(id) {
  const box = find("prompt-editor");
  const turn = ++opened;
  if (role?.role !== id) box.replaceChildren(make("h2", { id: "h-editor", text: "Prompt" }),
    make("p", { class: "quiet", text: "Loading…" }));
  let found;
  try {
    found = await get(path(id));
  } catch (error) {
    if (turn !== opened) return;
    role = editor = null;
    box.replaceChildren(make("h2", { id: "h-editor", text: "Prompt" }),
      make("p", { class: "bad", role: "alert", text: error.message }));
    return;
  }
  if (turn !== opened) return;
  role = { ...roles.find(one => one.role === id), ...found };
  const draft = drafts.of(id);
  editor =
    new PromptEditor({ text: draft?.text ?? role.text, format: role.format ?? "yaml",
    onEdit: edited, isReadOnly: !can("edit_prompts") });
  shape = outline(editor);
  panel = history(role, { reload: () => open(id).then(loadRoles) });
  refill(box,
    make("div", { class: "head" }, make("h2", { id: "h-editor", text: titleOf(role) }),
      make("span", { class: "chip good", id: "prompt-version", text: `v${role.version}` }),
      ...(role.tags ?? []).map(tag => make("span", { class: "chip plain", text: tag })),
      make("span", { class: "spacer" }),
      make("span", { id: "prompt-state", role: "status", class: "warn" })),
    make("p",
      { class: "quiet",
      text: `Saved ${role.created_at ? clock(role.created_at) : ""} by ${role.author || "–"}`
        + (role.note ? `: ${role.note}` : "") }),
    make("div", { id: "prompt-conflict", class: "conflict", role: "alert", hidden: true }),
    draft && draft.version !== role.version ? make("p", {
      class: "warn",
        text: `Your draft began from v${draft.version}; v${role.version} is in use now. `
        + "Compare before you save.",
    }) : null,
    shape.places, editor.element, shape.fields,
    make("div", { class: "buttons" },
      make("button",
        { id: "prompt-discard", type: "button", text: "Discard changes", onclick: discard }),
      make("button",
        { id: "prompt-save", type: "button", class: "strong", text: "Save…", onclick: save })),
    panel.element);
  edited();
}

async function discard() {
  const answer = await confirmed({
    title: "Discard changes", text: `Your edits are dropped and v${role.version} is shown again.`,
    action: "Discard", tone: "bad",
  });
  if (!answer) return;
  drafts.drop(role.role);
  editor.text = role.text;
}

export const prompts = {
  start() {
    find("role-search").addEventListener("input", showRoles);
    window.addEventListener("beforeunload", event => { if (isChanged()) event.preventDefault(); });
  },
  async show(part) {
    isShown = true;
    await loadRoles();
    const id = part || role?.role || roles[0]?.role;
    if (id && (id !== role?.role || !editor)) await open(id);
    else showRoles();
  },
  /** Edits are kept as a draft of this tab, but nobody leaves without having been told. */
  async mayLeave(view, part) {
    if (!isShown || !isChanged()
      || (view === "prompts" && (!part || part === role.role))) return true;
    return await confirmed({
      title: "Unsaved changes", action: "Leave, keep the draft",
      text: `Your edits of ${titleOf(role)} are not saved. `
        + "They stay as a draft in this tab until you save or discard them.",
    }) !== null;
  },
  hide() { isShown = false; },
  refresh() { return loadRoles(); },
};
