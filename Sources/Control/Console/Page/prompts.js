// Prompts: agents on the left; the text, its problems as one types, versions, diff, rollback, shadow on the right.
import { find, make, clock, confirmed, debounce, toast } from "/page/dom.js";
import { get, post } from "/page/api.js";
import { PromptEditor } from "/page/editor.js";
import { history } from "/page/versions.js";

let roles = [];
let chosenTag = "";
let editor = null;
let role = null;
let isShown = false;

const draftKey = id => `llmtrading-draft-${id}`;

function showRoles() {
  const wanted = find("role-search").value.trim().toLowerCase();
  const tags = [...new Set(roles.flatMap(one => one.tags ?? []))].sort();
  find("role-tags").replaceChildren(...tags.map(tag => make("button", {
    type: "button", class: "chip", "aria-pressed": String(tag === chosenTag), text: tag,
    onclick: () => { chosenTag = tag === chosenTag ? "" : tag; showRoles(); },
  })));
  const listed = roles.filter(one =>
    (!chosenTag || (one.tags ?? []).includes(chosenTag))
    && (!wanted || `${one.role} ${one.title} ${(one.tags ?? []).join(" ")}`.toLowerCase().includes(wanted)));
  find("role-list").replaceChildren(...listed.map(one => make("li", {},
    make("a", { href: `#/prompts/${one.role}`, "aria-current": one.role === role?.role ? "true" : null },
      make("span", { class: "who", text: one.title || one.role }),
      make("span", { class: "quiet", text: `v${one.version}` }),
      sessionStorage.getItem(draftKey(one.role)) ? make("span", { class: "chip warn", text: "draft" }) : null))));
  if (!listed.length) find("role-list").append(make("li", { class: "quiet", text: "No agent matches." }));
}

async function loadRoles() {
  try {
    roles = (await get("/api/prompts")).items;
    showRoles();
  } catch (error) { toast(error.message, "bad"); }
}

const validate = debounce(async () => {
  const shown = editor;
  if (!shown) return;
  try {
    const found = await post(`/api/prompts/${role.role}/validate`, { text: shown.text, format: shown.format });
    if (shown === editor) shown.showProblems(found.problems ?? []);
  } catch (error) {
    if (shown === editor) shown.showProblems(error.document?.errors ?? [{ message: error.message }]);
  }
}, 350);

function edited() {
  const isChanged = editor.text !== role.text;
  if (isChanged) sessionStorage.setItem(draftKey(role.role), editor.text);
  else sessionStorage.removeItem(draftKey(role.role));
  find("prompt-save").disabled = !isChanged;
  find("prompt-discard").disabled = !isChanged;
  find("prompt-state").textContent = isChanged ? "Unsaved changes" : "";
  validate();
}

async function save() {
  const answer = await confirmed({
    title: `Save ${role.title || role.role}`, action: "Save",
    text: `A new version is made of it; the next call uses it. v${role.version} stays in the list.`,
    fields: [{ name: "note", label: "What changed, and why", required: true }],
  });
  if (!answer) return;
  try {
    const saved = await post(`/api/prompts/${role.role}`, {
      text: editor.text, format: editor.format, note: answer.note, expected_version: role.version,
    });
    sessionStorage.removeItem(draftKey(role.role));
    toast(`Saved as version ${saved.version}${saved.live === false ? "; it waits for its shadow run" : ", in use from the next call"}`);
    await open(role.role);
    await loadRoles();
  } catch (error) {
    if (error.document?.errors) editor.showProblems(error.document.errors);
    toast(error.status === 409
      ? `${error.message} Your text is kept here: compare it with the newest version, then save again.`
      : error.message, "bad");
  }
}

async function open(id) {
  const box = find("prompt-editor");
  box.replaceChildren(make("p", { class: "quiet", text: "Loading…" }));
  try {
    role = { ...roles.find(one => one.role === id), ...(await get(`/api/prompts/${encodeURIComponent(id)}`)) };
  } catch (error) {
    role = editor = null;
    box.replaceChildren(make("h2", { id: "h-editor", text: "Prompt" }), make("p", { class: "bad", text: error.message }));
    return;
  }
  const draft = sessionStorage.getItem(draftKey(id));
  editor = new PromptEditor({ text: draft ?? role.text, format: role.format ?? "yaml", onEdit: edited });
  box.replaceChildren(
    make("h2", { id: "h-editor" }, role.title || role.role,
      make("span", { class: "chip", text: `v${role.version}` }),
      ...(role.tags ?? []).map(tag => make("span", { class: "chip", text: tag })),
      make("span", { class: "spacer" }),
      make("span", { id: "prompt-state", role: "status", class: "warn" })),
    make("p", { class: "quiet", text: `Saved ${role.created_at ? clock(role.created_at) : ""} by ${role.author || "–"}${role.note ? `: ${role.note}` : ""}` }),
    editor.element,
    make("div", { class: "buttons" },
      make("button", { id: "prompt-discard", type: "button", text: "Discard changes", onclick: discard }),
      make("button", { id: "prompt-save", type: "button", class: "strong", text: "Save…", onclick: save })),
    history(role, { editor: () => editor, reload: () => open(id).then(loadRoles) }));
  edited();
  showRoles();
}

async function discard() {
  const answer = await confirmed({
    title: "Discard changes", text: `Your edits are dropped and v${role.version} is shown again.`,
    action: "Discard", tone: "bad",
  });
  if (!answer) return;
  sessionStorage.removeItem(draftKey(role.role));
  await open(role.role);
}

export const prompts = {
  start() {
    find("role-search").addEventListener("input", showRoles);
    window.addEventListener("beforeunload", event => {
      if (editor && role && editor.text !== role.text) event.preventDefault();
    });
  },
  async show(part) {
    isShown = true;
    await loadRoles();
    const id = part || roles[0]?.role;
    if (id && (id !== role?.role || !editor)) await open(id);
    else showRoles();
  },
  /** Edits are kept as a draft of this tab, but nobody leaves without having been told. */
  async mayLeave(view, part) {
    if (!isShown || !editor || !role || editor.text === role.text) return true;
    if (view === "prompts" && part === role.role) return true;
    return await confirmed({
      title: "Unsaved changes", action: "Leave, keep the draft",
      text: `Your edits of ${role.title || role.role} are not saved. They stay as a draft in this tab until you save or discard them.`,
    }) !== null;
  },
  hide() { isShown = false; },
};
