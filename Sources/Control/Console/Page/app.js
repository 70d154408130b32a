// The monitor: one EventSource, one render per event. Plain web platform under a strict CSP.
import "/page/elements.js";

const find = id => document.getElementById(id);
const eventsKept = 200;
const hops = ["feed", "build", "gate", "send", "wire_in", "wire_out", "tick_to_order"];
const indicators = [
  "microprice", "VWAP, window", "VWAP, session", "imbalance 1", "imbalance 5", "imbalance 25",
  "order-flow imbalance", "trade flow", "volatility",
];
const stages = ["signals", "intents", "sent", "acknowledged", "rejected", "cancelled", "filled", "fills", "unknown"];
const eventKinds = ["order", "fill", "verdict", "signal", "stop", "session", "position", "lost"];
let paused = false;
let selected = null;
let source = null;
let lastSeen = 0;
/** The last journal event's id: where a new connection goes on. */
let lastId = "";
/** Journal events that came while the page was paused. */
let waiting = [];

/** The link's fragment carries a single-use token: swap it for an HttpOnly cookie, then forget it. */
async function signIn() {
  const token = new URLSearchParams(location.hash.slice(1)).get("token");
  if (!token) return;
  history.replaceState(null, "", location.pathname);
  const reply = await fetch("/api/session", {
    method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ token }),
  });
  if (!reply.ok) warn("This link was used before or is too old. Get a new one: llmtrading link");
}

function warn(text) {
  find("notice").textContent = text;
  find("notice").hidden = !text;
}

function chip(element, text, tone = "") {
  element.textContent = text;
  element.className = `chip ${tone}`;
}

function pairs(element, entries) {
  const row = element.classList.contains("row");
  if (element.childElementCount !== entries.length * (row ? 1 : 2)) {
    element.replaceChildren(...entries.flatMap(() => {
      const term = document.createElement("dt"), value = document.createElement("dd");
      if (!row) return [term, value];
      const group = document.createElement("div");
      group.append(term, value);
      return [group];
    }));
  }
  const terms = element.querySelectorAll("dt"), values = element.querySelectorAll("dd");
  for (const [index, [term, value]] of entries.entries()) {
    terms[index].textContent = term;
    values[index].textContent = value ?? "–";
  }
}

/** The object's entries: the names known here first, in their order. */
function inOrder(object, names) {
  const others = Object.keys(object).filter(name => !names.includes(name)).sort();
  return [...names.filter(name => name in object), ...others].map(name => [name, object[name]]);
}

function nanoseconds(value) {
  if (value == null) return "–";
  if (value < 1e3) return `${value} ns`;
  if (value < 1e6) return `${(value / 1e3).toFixed(1)} µs`;
  return `${(value / 1e6).toFixed(2)} ms`;
}

function rows(body, cells) {
  body.replaceChildren(...cells.map(line => {
    const row = document.createElement("tr");
    for (const [text, tone] of line) {
      const cell = document.createElement("td");
      cell.textContent = text;
      if (tone) cell.className = tone;
      row.append(cell);
    }
    return row;
  }));
}

function showState(state) {
  lastSeen = Date.now();
  chip(find("environment"), state.environment, state.environment === "live" ? "bad" : "good");
  chip(find("trading-state"), state.trading_state, state.trading_state === "active" ? "good" : "warn");
  chip(find("link"), "live", "good");
  warn(state.notice ?? "");
  const select = find("instrument");
  const ids = state.instruments;
  if (select.options.length !== ids.length) {
    select.replaceChildren(...ids.map(id => new Option(id, id)));
    if (selected) select.value = selected;
  }
  rows(find("latency"), inOrder(state.latency, hops).map(([hop, figures]) => [
    [hop], [nanoseconds(figures.p50), "n"], [nanoseconds(figures.p99), "n"],
    [nanoseconds(figures.max), "n"], [String(figures.count), "n"],
  ]));
  pairs(find("connections"), [
    ["core", [state.core, state.topology, state.transport].filter(Boolean).join(", ")],
    ...state.connections.map(one => [one.name, `${one.state}, ${one.reconnects} reconnects`]),
    ...inOrder(state.faults, []).map(([fault, count]) => [fault, String(count)]),
  ]);
  const market = state.market;
  if (!market) return;
  if (selected !== market.id) {
    selected = market.id;
    select.value = selected;
    find("price-line").clear();
  }
  chip(find("book-validity"), market.valid ? "valid" : market.fault, market.valid ? "good" : "bad");
  find("ladder").show(market.bids, market.asks, market.spread);
  find("price").textContent = market.mid ?? "–";
  if (market.mid != null) find("price-line").add(state.time, Number(market.mid));
  pairs(find("indicators"), inOrder(market.indicators, indicators));
  const signal = market.signal;
  chip(find("signal-holder"), signal ? signal.source : "none", signal ? "good" : "");
  pairs(find("signal"), signal ? [
    ["target", `${signal.target} lots`], ["urgency", signal.urgency],
    ["expires in", `${signal.expires_in.toFixed(0)} s`], ["confidence", signal.confidence],
    ["decision", signal.decision],
  ] : [["target", null]]);
  pairs(find("position"), [
    ["position", `${market.position} lots`], ["average price", market.average_price],
    ["floating P&L", market.floating_pnl], ["realised P&L", market.realised_pnl],
    ["working orders", String(market.working)],
    ...inOrder(state.balances, []),
  ]);
  const counts = [...inOrder(market.orders, stages), ...inOrder(market.refusals, []).map(
    ([code, count]) => [`refused: ${code}`, count])];
  pairs(find("order-counts"), counts.map(([name, count]) => [name, String(count)]));
}

/** kind: order, fill, verdict, signal, stop, session, position, lost. */
function showEvent(kind, record) {
  const body = find("orders");
  const row = document.createElement("tr");
  row.dataset.kind = kind;
  if (record.cl_ord_id) row.title = `order ${record.cl_ord_id}`;
  const lots = kind === "signal" ? record.target : record.quantity;
  const cells = [
    [new Date(record.time).toLocaleTimeString()], [record.instrument ?? ""], [record.event],
    [record.side ?? "", record.side === "buy" ? "buy" : "sell"], [record.price ?? "", "n"],
    [lots ?? "", "n"], [record.filled ?? "", "n"], [record.note ?? ""],
  ];
  for (const [text, tone] of cells) {
    const cell = document.createElement("td");
    cell.textContent = text;
    if (tone) cell.className = tone;
    row.append(cell);
  }
  body.prepend(row);
  while (body.childElementCount > eventsKept) body.lastElementChild.remove();
}

function take(kind, event) {
  lastId = event.lastEventId;
  const record = JSON.parse(event.data);
  if (!paused) return showEvent(kind, record);
  waiting.push([kind, record]);
  if (waiting.length > eventsKept) waiting.shift();
}

function connect() {
  source?.close();
  const query = new URLSearchParams();
  if (selected) query.set("instrument", selected);
  if (lastId) query.set("after", lastId);
  source = new EventSource(`/api/events?${query}`);
  source.addEventListener("state", event => { if (!paused) showState(JSON.parse(event.data)); });
  for (const kind of eventKinds) source.addEventListener(kind, event => take(kind, event));
  source.addEventListener("reset", () => {
    // The place that we knew is gone: what follows is not the continuation of what is shown.
    lastId = "";
    find("orders").replaceChildren();
  });
  source.addEventListener("error", () => {
    chip(find("link"), "reconnecting…", "warn");
    if (source.readyState === EventSource.CLOSED) {
      warn("Signed out, or the console is down. Get a new link: llmtrading link");
      setTimeout(connect, 3000);
    }
  });
}

find("pause").addEventListener("click", event => {
  paused = !paused;
  event.target.textContent = paused ? "Resume" : "Pause";
  event.target.setAttribute("aria-pressed", String(paused));
  if (paused) return;
  for (const [kind, record] of waiting) showEvent(kind, record);
  waiting = [];
});
find("instrument").addEventListener("change", event => {
  selected = event.target.value;
  find("price-line").clear();
  connect();
});
setInterval(() => {
  if (lastSeen && Date.now() - lastSeen > 3000 && !paused) chip(find("link"), "stale", "bad");
}, 1000);

await signIn();
connect();
