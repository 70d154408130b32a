// Unsaved prompts of this tab, by role: they outlive a reload, and never leave the browser.
const key = role => `llmtrading-draft-${role}`;

/** When the browser has no room or no storage, this page's memory still has them. */
const memory = new Map();

export const drafts = {
  has: role => drafts.of(role) !== null,

  /** {text, version it began from}, or null. */
  of(role) {
    if (memory.has(role)) return memory.get(role);
    try {
      const kept = JSON.parse(sessionStorage.getItem(key(role)));
      return typeof kept?.text === "string" ? kept : null;
    } catch { return null; }
  },

  keep(role, draft) {
    const began = drafts.of(role)?.version ?? draft.version;
    const kept = { text: draft.text, version: began };
    memory.set(role, kept);
    try { sessionStorage.setItem(key(role), JSON.stringify(kept)); } catch { /* Memory has it. */ }
  },

  drop(role) {
    memory.delete(role);
    try { sessionStorage.removeItem(key(role)); } catch { /* Nothing was kept. */ }
  },
};
