// The monitor's slower part, from the API: equity, bars, positions, orders.
import { find, make, pairs, rows, clock, debounce, refusal, toast } from "/page/dom.js";
import { get } from "/page/api.js";
import { live } from "/page/live.js";
import { cyclePlace, orderPlace } from "/page/card.js";

const pollMilliseconds = 5_000;
const curvePoints = 300;
const dayMilliseconds = 86_400_000;
const barsShown = 120;
const flowKinds = ["funding", "interest", "settlement", "transfers", "other"];
let isShown = false;
let isPaused = false;
/** Seconds; 0: all there is. */
let range = 900;

function signed(text) {
  if (text == null) return ["–", "n"];
  const value = Number(text);
  const tone = value > 0 ? "buy" : value < 0 ? "sell" : "";
  return [value > 0 && !String(text).startsWith("+") ? `+${text}` : text, `n ${tone}`.trim()];
}

/** `0.0031` is 0.31 %. */
const percent = share => (share == null ? null : `${(Number(share) * 100).toFixed(2)} %`);
const dollars = text => (text == null ? null : Number(text).toFixed(2));
const points = async query => (await get("/api/portfolio/equity", query)).items;

/** The range's points, about as many as the curve has room for, however little of the range
 * there is. */
async function curve(seconds) {
  const to = Date.now(), from = seconds ? to - seconds * 1_000 : 0;
  let step = seconds ? Math.max(1_000, seconds * 1_000 / curvePoints) : dayMilliseconds;
  for (;;) {
    const items = await points({ from, to, step });
    if (step === 1_000 || items.length > curvePoints / 3) return items;
    step = Math.max(1_000, Math.ceil(items.length * step / curvePoints));
  }
}

async function showEquity() {
  const asked = range;
  const items = await curve(asked);
  // Another range was chosen meanwhile.
  if (asked !== range) return;
  find("equity-curve").show(items.map(point => [point.at, Number(point.total)]));
  const figure = find("equity-change");
  if (!items.length) { figure.textContent = ""; return; }
  const change = Number(items.at(-1).total) - Number(items[0].total);
  figure.textContent = `${change >= 0 ? "+" : ""}${change.toFixed(2)} in this range`;
  figure.className = change > 0 ? "buy" : change < 0 ? "sell" : "";
}

async function showPortfolio() {
  const summary = await get("/api/portfolio/summary");
  find("equity-now").textContent = dollars(summary.equity?.total) ?? "–";
  pairs(find("account"), [
    ["available", dollars(summary.equity?.available)],
    ["drawdown", percent(summary.drawdown)], ["largest drawdown", percent(summary.drawdown_max)],
    ["profit, transfers apart", dollars(summary.profit?.amount)],
    ...summary.fees.map(fee => [`fees, ${fee.currency}`, fee.amount]),
    ...summary.flows.flatMap(flow => flowKinds.filter(kind => Number(flow[kind]))
      .map(kind => [`${kind}, ${flow.currency}`, flow[kind]])),
    ...summary.balances.map(balance => [balance.currency, balance.cash]),
  ]);
  rows(find("positions"), summary.positions.map(one => [
    [one.instrument], [String(one.lots), "n"], [one.average_price ?? "–", "n"],
    [one.mark_price ?? "–", "n"],
    [one.liquidation_price ?? "–", "n"], [one.leverage ? `${one.leverage}×` : "–", "n"],
    signed(one.floating_pnl), signed(one.realised_pnl),
  ]), "No position was ever held.");
}

/** The list as it is on the page: the same is not written again, so that the focus stays. */
let ordersShown = "";

async function showOrders() {
  const { items } = await get("/api/orders", { limit: 50 });
  const text = JSON.stringify(items);
  if (text === ordersShown) return;
  ordersShown = text;
  const focused = document.activeElement?.closest("#order-list a");
  rows(find("order-list"), items.map(one => [
    [make("a",
      { href: orderPlace(one.cl_ord_id), "data-order": one.cl_ord_id,
      text: clock(one.placed_at) })],
    [one.instrument], [one.side, one.side === "buy" ? "buy" : "sell"], [one.price ?? "–", "n"],
    [String(one.lots), "n"], [String(one.filled_lots), "n"],
    [one.slippage_bps == null ? "–" : `${one.slippage_bps} bp`, "n"],
    [one.state.replaceAll("_", " ") + (one.code ? `: ${refusal(one)}` : "")],
    [one.source],
    [one.decision
      ? make("a",
        { href: cyclePlace(one.decision), "data-cycle": one.decision,
        text: `cycle ${one.decision}` }) : "–"],
  ]), "No order yet.");
  if (focused) {
    [...find("order-list").querySelectorAll("a")].find(link =>
      link.href === focused.href && link.dataset.cycle === focused.dataset.cycle)?.focus(
        { preventScroll: true });
  }
}

async function showBars() {
  if (!live.instrument) return;
  const asked = [live.instrument, find("bar-interval").value];
  const { items } =
    await get("/api/market/bars", { instrument: asked[0], interval: asked[1], limit: barsShown });
  if (asked[0] === live.instrument && asked[1] === find("bar-interval").value) find("bar-chart")
    .show(items);
}

const parts = [showEquity, showPortfolio, showOrders, showBars];
let isAsking = false;

/** One part that fails leaves the others be; a round that takes long is not joined by another. */
async function refresh({ even = false } = {}) {
  if (!isShown || isAsking || (isPaused && !even)) return;
  isAsking = true;
  try {
    for (const part of parts) {
      try { await part(); } catch (error) {
        if (error.status === 401) return;
        if (even && error.code !== "not_offered") toast(error.message, "bad");
      }
    }
  } finally { isAsking = false; }
}
const refreshSoon = debounce(refresh, 500);

/** One part alone, because somebody asked for it. */
const ask = part => part().catch(error => {
  if (error.code !== "not_offered") toast(error.message, "bad");
});

export const portfolio = {
  start() {
    const buttons = [...document.querySelectorAll("[data-range]")];
    for (const button of buttons) {
      button.addEventListener("click", () => {
        range = Number(button.dataset.range);
        for (const other of buttons) other.setAttribute("aria-pressed", String(other === button));
        ask(showEquity);
      });
    }
    find("bar-interval").addEventListener("change", () => ask(showBars));
    setInterval(refresh, pollMilliseconds);
  },
  show() { isShown = true; refresh(); },
  hide() { isShown = false; },
  refresh() { return refresh({ even: true }); },
  setPaused(value) { isPaused = value; if (!value) refresh(); },
  event(kind) { if (kind === "fill" || kind === "order") refreshSoon(); },
  instrumentChanged() { refreshSoon(); },
};
