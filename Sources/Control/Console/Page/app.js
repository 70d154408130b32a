// The monitor: one EventSource, one render per event. Plain web platform under a strict CSP.
import "/page/elements.js";

const find = id => document.getElementById(id);
const ordersKept = 200;
let paused = false;
let selected = null;
let source = null;
let lastSeen = 0;

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
  rows(find("latency"), Object.entries(state.latency).map(([hop, figures]) => [
    [hop], [nanoseconds(figures.p50), "n"], [nanoseconds(figures.p99), "n"],
    [nanoseconds(figures.max), "n"], [String(figures.count), "n"],
  ]));
  pairs(find("connections"), state.connections.map(one => [one.name, `${one.state}, ${one.reconnects} reconnects`]));
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
  pairs(find("indicators"), Object.entries(market.indicators));
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
    ...Object.entries(state.balances).map(([currency, amount]) => [currency, amount]),
  ]);
  pairs(find("order-counts"), Object.entries(market.orders).map(([name, count]) => [name, String(count)]));
}

function showOrder(order) {
  const body = find("orders");
  const row = document.createElement("tr");
  const cells = [
    [new Date(order.time).toLocaleTimeString()], [order.instrument], [order.event],
    [order.side, order.side === "buy" ? "buy" : "sell"], [order.price ?? "", "n"],
    [order.quantity ?? "", "n"], [order.filled ?? "", "n"], [order.note ?? ""],
  ];
  for (const [text, tone] of cells) {
    const cell = document.createElement("td");
    cell.textContent = text;
    if (tone) cell.className = tone;
    row.append(cell);
  }
  body.prepend(row);
  while (body.childElementCount > ordersKept) body.lastElementChild.remove();
}

function connect() {
  source?.close();
  const query = selected ? `?instrument=${encodeURIComponent(selected)}` : "";
  source = new EventSource(`/api/events${query}`);
  source.addEventListener("state", event => { if (!paused) showState(JSON.parse(event.data)); });
  source.addEventListener("order", event => { if (!paused) showOrder(JSON.parse(event.data)); });
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
