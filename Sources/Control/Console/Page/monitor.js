// The monitor's live part: what State says four times a second, and the journal's events as they
// come.
import { find, chip, make, pairs, inOrder, rows, nanoseconds } from "/page/dom.js";
import { live, on } from "/page/live.js";
import { portfolio } from "/page/portfolio.js";
import { risk } from "/page/risk.js";

const eventsKept = 200;
const alertsKept = 50;
const hops = ["feed", "build", "gate", "send", "wire_in", "wire_out", "tick_to_order"];
const indicators = [
  "microprice", "VWAP, window", "VWAP, session", "imbalance 1", "imbalance 5", "imbalance 25",
  "order-flow imbalance", "trade flow", "volatility",
];
const stages = ["signals", "intents", "sent", "acknowledged", "rejected", "cancelled", "filled",
  "fills", "unknown"];
const alarming = { verdict: "warn", stop: "bad", lost: "bad", session: "warn" };
const inLots = text => (text == null ? null : `${text} lots`);
/** Faults that were counted when the page last looked. */
let faultsSeen = null;
/** Journal events that came while the page was paused. */
let waiting = [];

function showState(state) {
  const select = find("instrument");
  const ids = state.instruments;
  if (select.options.length !== ids.length) {
    select.replaceChildren(...ids.map(id => new Option(id, id)));
    if (live.instrument) select.value = live.instrument;
  }
  rows(find("latency"), inOrder(state.latency, hops).map(([hop, figures]) => [
    [hop], [nanoseconds(figures.p50), "n"], [nanoseconds(figures.p99), "n"],
    [nanoseconds(figures.max), "n"], [String(figures.count), "n"],
  ]));
  pairs(find("connections"), [
    ["core", [state.core, state.topology, state.transport].filter(Boolean).join(", ")],
    ["exchange's clock", clockText(state.clock)],
    ...state.connections.map(one => [one.name, `${one.state}, ${one.reconnects} reconnects`]),
    ...inOrder(state.faults, []).map(([fault, count]) => [fault, String(count)]),
  ]);
  showFaults(state);
  if (state.market) showMarket(state, state.market);
}

/** How far the exchange's clock is from ours, and how far it may be. */
function clockText(one) {
  if (!one) return "not measured";
  const size = Math.abs(one.ahead_ms);
  const side = one.ahead_ms < 0 ? "behind ours" : "ahead of ours";
  return `${size} ms ${side}, ± ${one.uncertainty_ms} ms, ${Math.round(one.age_ms / 1000)} s ago; `
    + `${size - one.uncertainty_ms > one.limit_ms ? "beyond" : "within"} ${one.limit_ms} ms`;
}

/** A fault that is counted while the page is open alarms once for each look. */
function showFaults(state) {
  for (const [fault, count] of Object.entries(faultsSeen ? state.faults : {})) {
    const more = count - (faultsSeen[fault] ?? 0);
    if (more > 0) alert("fault",
      { time: state.time, event: `fault: ${fault}${more > 1 ? ` × ${more}` : ""}` }, "bad");
  }
  faultsSeen = state.faults;
}

/** What lives in each slot; the first is in force, a person's before an agent's. */
function showSignals(signals) {
  const lines = ["manual", "agent"].map(slot => [slot, signals.find(one => one.slot === slot)]);
  find("signals").replaceChildren(...lines.map(([slot, one]) => make("li", {},
    make("span", { class: "quiet", text: slot }), make("span", {
      class: one ? one === signals[0] ? "good" : "warn" : "quiet",
      text: one ? `${one.target} lots for ${one.expires_in.toFixed(0)} s`
          + (one === signals[0] ? ", in force" : ", waits") : "free",
    }))));
}

function showMarket(state, market) {
  if (live.instrument !== market.id) {
    live.instrument = market.id;
    find("instrument").value = market.id;
    find("price-line").clear();
    find("depth-map").clear();
    portfolio.instrumentChanged();
  }
  chip(find("book-validity"), market.valid ? "valid" : market.fault, market.valid ? "good" : "bad");
  find("depth-map").add(market.bids, market.asks);
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
  showSignals(market.signals ?? []);
  const behind = find("signal-card");
  behind.hidden = !(signal && Number(signal.decision) > 0);
  if (!behind.hidden) behind.href = `#/decisions?cycle=${signal.decision}`;
  pairs(find("position"), [
    ["position", `${market.position} lots`], ["average price", market.average_price],
    ["floating P&L", market.floating_pnl], ["realised P&L", market.realised_pnl],
    ["working orders", String(market.working)],
    ...inOrder(state.balances, []),
  ]);
  pairs(find("risk-states"), [
    ["desk", state.trading_state], [market.id, market.trading_state],
    ["order limit", inLots(market.limits?.order_lots)],
    ["position limit", inLots(market.limits?.position_lots)],
    ...inOrder(market.refusals, []).map(([code, count]) => [`refused: ${code}`, String(count)]),
  ]);
  const counts = [...inOrder(market.orders, stages), ...inOrder(market.refusals, []).map(
    ([code, count]) => [`refused: ${code}`, count])];
  pairs(find("order-counts"), counts.map(([name, count]) => [name, String(count)]));
}

/** kind: order, fill, verdict, signal, stop, session, position, lost. */
function showEvent(kind, record) {
  const body = find("orders");
  const lots = kind === "signal" ? record.target : record.quantity;
  const cells = [
    [new Date(record.time).toLocaleTimeString()], [record.instrument ?? ""], [record.event],
    [record.side ?? "", record.side === "buy" ? "buy" : "sell"], [record.price ?? "", "n"],
    [lots ?? "", "n"], [record.filled ?? "", "n"], [record.note ?? ""],
  ].map(([text, tone]) => make("td", { class: tone || null, text: String(text) }));
  const title = record.cl_ord_id ? `order ${record.cl_ord_id}` : null;
  body.prepend(make("tr", { "data-kind": kind, title }, ...cells));
  while (body.childElementCount > eventsKept) body.lastElementChild.remove();
  // A stop that is taken back, and a session that comes up, alarm nobody.
  const isGood = record.state === "active" || record.note === "private session up";
  if (kind in alarming) alert(kind, record, isGood ? "good" : alarming[kind]);
}

function alert(kind, record, tone) {
  const list = find("alerts");
  list.prepend(make("li", { class: tone, "data-kind": kind },
    make("time", { text: new Date(record.time).toLocaleTimeString() }), " ",
    [record.instrument, record.note || record.event].filter(Boolean).join(": ")));
  while (list.childElementCount > alertsKept) list.lastElementChild.remove();
}

function take(kind, record) {
  if (kind === "decision") return;
  if (!monitor.isPaused) {
    showEvent(kind, record);
    portfolio.event(kind);
    return;
  }
  waiting.push([kind, record]);
  if (waiting.length > eventsKept) waiting.shift();
}

export const monitor = {
  isPaused: false,

  start() {
    on("state", state => { if (!monitor.isPaused) showState(state); });
    on("event", take);
    on("reset", () => find("orders").replaceChildren());
    find("pause").addEventListener("click", event => {
      monitor.isPaused = !monitor.isPaused;
      event.target.textContent = monitor.isPaused ? "Resume" : "Pause";
      event.target.setAttribute("aria-pressed", String(monitor.isPaused));
      portfolio.setPaused(monitor.isPaused);
      if (monitor.isPaused) return;
      for (const [kind, record] of waiting) showEvent(kind, record);
      waiting = [];
    });
    find("instrument").addEventListener("change", event => {
      live.instrument = event.target.value;
      find("price-line").clear();
      find("depth-map").clear();
      portfolio.instrumentChanged();
      live.connect();
    });
    portfolio.start();
    risk.start();
  },
  show() { portfolio.show(); },
  refresh() { portfolio.refresh(); },
  hide() { portfolio.hide(); },
};
