// The monitor's slower part, from the API: equity, bars, positions, orders; and the actions of risk.
import { find, make, pairs, rows, clock, confirmed, debounce, toast } from "/page/dom.js";
import { can, get, post } from "/page/api.js";
import { live } from "/page/live.js";

const pollMilliseconds = 5_000;
const curvePoints = 300;
let isShown = false;
let isPaused = false;
let range = 900;

function signed(text) {
  if (text == null) return [null];
  const value = Number(text);
  return [value > 0 ? `+${text}` : text, `n ${value > 0 ? "buy" : value < 0 ? "sell" : ""}`];
}

async function showEquity() {
  const to = Date.now();
  const step = range ? Math.max(1, Math.round(range / curvePoints)) : 0;
  const { items } = await get("/api/portfolio/equity",
    { from: range ? to - range * 1000 : "", to: range ? to : "", step: step ? step * 1000 : "" });
  find("equity-curve").show(items.map(point => [point.time, Number(point.equity)]));
  const first = items[0], last = items.at(-1);
  if (!first) return;
  const change = Number(last.equity) - Number(first.equity);
  const figure = find("equity-change");
  figure.textContent = `${change >= 0 ? "+" : ""}${change.toFixed(2)}`;
  figure.className = change > 0 ? "buy" : change < 0 ? "sell" : "";
}

async function showPortfolio() {
  const summary = await get("/api/portfolio/summary");
  find("equity-now").textContent = summary.equity ?? "–";
  pairs(find("account"), [
    ["equity", summary.equity], ["available", summary.available], ["realised", summary.realised_pnl],
    ["floating", summary.floating_pnl], ["drawdown", summary.drawdown],
  ]);
  rows(find("positions"), (summary.positions ?? []).map(one => [
    [one.instrument], [one.lots, "n"], [one.average_price, "n"], [one.mark_price, "n"],
    [one.liquidation_price, "n"], [one.leverage, "n"], signed(one.floating_pnl),
  ]));
}

async function showOrders() {
  const { items } = await get("/api/orders", { limit: 50 });
  rows(find("order-list"), items.map(one => [
    [make("a", { href: `#/orders/${one.cl_ord_id}`, text: clock(one.time) })], [one.instrument],
    [one.side, one.side === "buy" ? "buy" : "sell"], [one.price, "n"], [one.quantity, "n"],
    [one.filled, "n"], [one.slippage_bps == null ? "–" : `${one.slippage_bps} bp`, "n"], [one.state],
    [one.source], [one.decision
      ? make("a", { href: `#/decisions?cycle=${one.decision}`, text: `cycle ${one.decision}` }) : "–"],
  ]));
}

async function showBars() {
  if (!live.instrument) return;
  const { items } = await get("/api/market/bars",
    { instrument: live.instrument, interval: find("bar-interval").value, limit: 120 });
  find("bar-chart").show(items);
}

let isAsking = false;

/** One part that fails leaves the others be; a round that takes long is not joined by another. */
async function refresh({ even = false } = {}) {
  if (!isShown || isAsking || (isPaused && !even)) return;
  isAsking = true;
  try {
    for (const part of [showEquity, showPortfolio, showOrders, showBars]) {
      try { await part(); } catch (error) {
        if (error.status === 401) return;
        if (even && error.code !== "not_offered") toast(error.message, "bad");
      }
    }
  } finally { isAsking = false; }
}
const refreshSoon = debounce(refresh, 500);

const actions = {
  pause: ["Pause trading", "All working orders are cancelled and none goes out until somebody resumes. Positions stay.", "Pause", "warn"],
  resume: ["Resume trading", "Takes back the stop of a person. Stops of others stay in force.", "Resume", ""],
  cancel: ["Cancel working orders", "Every working order is cancelled once. The strategy may place new ones.", "Cancel them", "warn"],
  flatten: ["Flatten", "Reducing orders go out until the position is zero; then the desk stays reduceOnly.", "Flatten", "bad"],
};

async function act(name) {
  const [title, text, action, tone] = actions[name];
  const answer = await confirmed({
    title, text: `${text} This holds for the whole desk, unless an instrument is named.`, action, tone,
    fields: [
      { name: "reason", label: "Reason, for the record", required: true },
      { name: "instrument", label: "Instrument (empty: the whole desk)" },
    ],
  });
  if (!answer) return;
  try {
    const body = { action: name, reason: answer.reason, confirm: true };
    if (answer.instrument) body.instrument = answer.instrument;
    const done = await post("/api/risk/actions", body);
    toast(`${title}: ${done?.detail ?? "done"}`);
  } catch (error) { toast(error.message, "bad"); }
}

export const desk = {
  start() {
    for (const button of document.querySelectorAll("[data-range]")) {
      button.addEventListener("click", () => {
        range = Number(button.dataset.range);
        for (const other of document.querySelectorAll("[data-range]")) {
          other.setAttribute("aria-pressed", String(other === button));
        }
        showEquity().catch(error => toast(error.message, "bad"));
      });
    }
    for (const button of document.querySelectorAll("[data-action]")) {
      button.addEventListener("click", () => act(button.dataset.action));
      button.disabled = !can("risk");
      if (button.disabled) button.title = "Needs the right `risk`";
    }
    find("bar-interval").addEventListener("change", () => showBars().catch(error => toast(error.message, "bad")));
    setInterval(refresh, pollMilliseconds);
  },
  show() { isShown = true; refresh(); },
  hide() { isShown = false; },
  refresh() { return refresh({ even: true }); },
  setPaused(value) { isPaused = value; if (!value) refresh(); },
  event(kind) { if (kind === "fill" || kind === "order") refreshSoon(); },
  instrumentChanged() { refreshSoon(); },
};
