// One decision as a card: who, about what, how it ended, what it cost; opens to the whole record.
import { make, clock } from "/page/dom.js";
import { get } from "/page/api.js";
import { details } from "/page/decision.js";

const tones = {
  valid: "good", accepted: "good", repaired: "warn", trimmed: "warn", abstained: "", late: "warn",
  vetoed: "bad", quarantined: "bad", no_decision: "bad", failed: "bad",
};

/** How it ended, as colour and word. */
export function outcomeChip(item) {
  return make("span", {
    class: `chip ${tones[item.outcome] ?? ""}`, text: String(item.outcome).replaceAll("_", " "),
    title: item.reason || null,
  });
}

/** US dollars; small ones with the digits that they need. */
export function money(text) {
  const value = Number(text ?? 0);
  if (!Number.isFinite(value) || value === 0) return "no cost";
  return `$${value < 0.01 ? value.toFixed(6) : value.toFixed(4)}`;
}

export const decisionPlace = id => `#/decisions/${encodeURIComponent(id)}`;
export const cyclePlace = cycle => `#/decisions?cycle=${encodeURIComponent(cycle)}`;
export const orderPlace = id => `#/orders/${encodeURIComponent(id)}`;

/** Two letters on the agent's disc. */
const initials = title => title.split(/[\s_]+/).map(word => word[0] ?? "").join("").slice(0, 2)
  .toUpperCase();

function fact(label, text) {
  return text ? make("span", { class: "fact", title: label, text }) : null;
}

function moment(milliseconds) {
  const date = new Date(Math.min(Number(milliseconds) || 0, 8.64e15));
  return make("time", { class: "quiet when", datetime: date.toISOString(), text: clock(date) });
}

/** Cards made so far: one record may be shown twice. */
let made = 0;

/** A card; its body is fetched when it is opened, and again when that failed. */
export function card(item, { isOpen = false } = {}) {
  const title = item.title || item.agent_id;
  const isCycle = item.agent_id === "cycle";
  const name = `decision-${++made}`;
  const body = make("div", { class: "card-body", id: `${name}-body`, hidden: true });
  const header = make("button", {
    type: "button", class: "open", "aria-expanded": "false", "aria-controls": body.id,
    onclick: () => open(header.getAttribute("aria-expanded") !== "true"),
  },
  make("span", { class: "disc", "aria-hidden": "true", text: initials(title) }),
  make("span", { class: "who", id: name, text: title }),
  make("span", { class: "chip plain", text: item.instrument }),
  outcomeChip(item), moment(item.started_at),
  make("span", { class: "conclusion", text: item.conclusion || item.reason || "–" }));
  function open(isOpened) {
    header.setAttribute("aria-expanded", String(isOpened));
    body.hidden = !isOpened;
    if (isOpened) fill(item, body);
  }
  if (isOpen) open(true);
  return make("article", {
    class: "decision", tabindex: 0, "aria-labelledby": name,
    "data-id": item.id, "data-agent": item.agent_id, "data-cycle": item.cycle,
    "data-outcome": item.outcome,
  }, header,
  item.reason && item.conclusion && item.reason !== item.conclusion
    ? make("p", { class: "reason", text: item.reason }) : null,
  item.input_summary ? make("p", { class: "quiet input", text: item.input_summary }) : null,
  make("p", { class: "facts" },
    fact("where it was decided", item.source === "local" ? "local rules" : isCycle
      ? "" : item.source),
    fact("model that answered", item.returned_model || item.requested_model),
    item.prompt_version ? make("a", {
      class: "fact", title: "prompt version",
      href: `#/prompts/${encodeURIComponent(item.agent_id)}`,
      text: `prompt v${item.prompt_version}`,
    }) : null,
    fact("cost", item.source === "local" || isCycle ? "" : money(item.cost_usd)),
    fact("latency", `${item.latency_ms} ms`),
    fact("snapshot", item.snapshot_hash ? `snapshot ${item.snapshot_hash.slice(0, 8)}` : ""),
    make("a", { href: cyclePlace(item.cycle), text: `cycle ${item.cycle}` }),
    make("a", { href: decisionPlace(item.id), text: "permalink" }),
    ...(item.order_ids ?? []).map(id =>
      make("a",
        { class: "chip good", "data-order": id, href: orderPlace(id), text: `order ${id}` }))),
  body);
}

async function fill(item, body) {
  if (body.dataset.state) return;
  body.dataset.state = "loading";
  body.replaceChildren(make("p", { class: "quiet", text: "Loading…" }));
  try {
    body.replaceChildren(...details(await get(`/api/agents/decisions/${item.id}`)));
    body.dataset.state = "shown";
  } catch (error) {
    delete body.dataset.state;
    body.replaceChildren(
      make("p", { class: "bad", text: `${error.message} Close and open to try again.` }));
  }
}
