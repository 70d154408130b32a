// One decision record, whole: what was asked, what came back, what was made of it.
import { make } from "/page/dom.js";
import { get } from "/page/api.js";

/** A section that opens; text of any length, kept as it is. */
function block(title, text, { open = false } = {}) {
  if (!text) return null;
  return make("details", { class: "block", open },
    make("summary", { text: title }),
    make("pre", { tabindex: 0, role: "region", "aria-label": title, text }));
}

/** JSON as people read it; text that is none, as it is. */
export function pretty(value) {
  if (value == null || value === "") return "";
  try {
    return JSON.stringify(typeof value === "string" ? JSON.parse(value) : value, null, 2);
  } catch { return String(value); }
}

function facts(entries) {
  const list = make("dl", { class: "pairs" });
  for (const [term, value] of entries) {
    if (value == null || value === "") continue;
    list.append(make("dt", { text: term }), make("dd", { text: String(value) }));
  }
  return list;
}

function usage(record) {
  const used = record.usage;
  if (!used || !(used.prompt_tokens || used.completion_tokens)) return "";
  return `${used.prompt_tokens} in (${used.cache_hit_tokens ?? 0} cached), `
    + `${used.completion_tokens} out`
    + (used.reasoning_tokens ? `, ${used.reasoning_tokens} reasoning` : "");
}

function lease(record) {
  const one = record.lease;
  if (!one) return null;
  return make("section", {}, make("h3", { text: "Lease" }), facts([
    ["instrument", one.instrument], ["target", `${one.target_lots} lots`], ["urgency", one.urgency],
    ["confidence", one.confidence_permille == null ? "" : `${one.confidence_permille / 10} %`],
    ["lives", one.ttl_ms == null ? "" : `${one.ttl_ms / 1000} s`],
    ["largest drift", one.max_drift_bps == null ? "" : `${one.max_drift_bps} bp`],
    ["the door said", one.door_code],
    ...(record.lease_answers ?? []).map(said =>
      ["the door answered", [said.door_code, said.detail].filter(Boolean).join(": ")]),
  ]));
}

/** The snapshot is large: it is fetched when somebody opens it. */
function snapshot(hash) {
  if (!hash) return null;
  const text =
    make("pre", { tabindex: 0, role: "region", "aria-label": "Snapshot", text: "Loading…" });
  return make("details", {
    class: "block",
    ontoggle: async event => {
      if (!event.target.open || text.dataset.loaded) return;
      try {
        text.textContent = pretty(await get(`/api/agents/snapshots/${encodeURIComponent(hash)}`));
        text.dataset.loaded = "yes";
      } catch (error) { text.textContent = error.message; }
    },
  }, make("summary", { text: `Snapshot ${hash.slice(0, 12)}: what all roles of the cycle saw` }),
    text);
}

/** The parts of an opened card. */
export function details(record) {
  return [
    facts([
      ["outcome", record.reason ? `${record.outcome}: ${record.reason}` : record.outcome],
      ["trace", record.trace_id], ["cycle", record.cycle], ["record", record.id],
      ["asked model", record.requested_model], ["answering model", record.returned_model],
      ["fingerprint", record.fingerprint], ["tokens", usage(record)],
      ["prompt version", record.prompt_version || ""],
      ["schema", (record.schema_hash ?? "").slice(0, 16)],
    ]),
    lease(record),
    block("Parsed output", pretty(record.output), { open: true }),
    block("Validation", pretty(record.validation)),
    block("Grounding", pretty(record.grounding)),
    block("Attempts", pretty(record.attempts)),
    block("Whole prompt", record.rendered_prompt),
    block("Raw reply", record.raw_reply),
    block("Parameters", pretty(record.parameters)),
    snapshot(record.snapshot_hash),
  ].filter(part => part != null);
}
