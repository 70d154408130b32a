// One order, from its decision to its fills.
import { find, make, clock, pairs, refusal } from "/page/dom.js";
import { get } from "/page/api.js";
import { cyclePlace } from "/page/card.js";
import { pretty } from "/page/decision.js";

function table(title, names, lines) {
  return make("section", { class: "card wide", "aria-label": title }, make("h2", { text: title }),
    make("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": `${title}, table` },
      make("table", {},
        make("thead", {}, make("tr", {}, ...names.map(text => make("th", { scope: "col", text })))),
        make("tbody", {}, ...lines.map(line =>
          make("tr", {}, ...line.map(text => make("td", { text: String(text ?? "–") }))))))));
}

const points = text => (text == null ? null : `${text} bp`);

function facts(one) {
  const list = make("dl", { class: "pairs", id: "order-facts" });
  pairs(list, [
    ["instrument", one.instrument], ["side", one.side], ["type", one.type], ["price", one.price],
    ["lots", String(one.lots)], ["filled", String(one.filled_lots)],
    ["average price", one.average_price],
    ["state", one.code ? `${one.state}: ${refusal(one)}` : one.state], ["strategy", one.source],
    ["mid when decided", one.reference_mid], ["slippage", points(one.slippage_bps)],
    ["fees", one.fees.map(fee => `${fee.amount} ${fee.currency}`).join(", ") || null],
    ["exchange's id", one.ord_id], ["placed", clock(one.placed_at)],
    ["changed", clock(one.updated_at)],
    ["trace", one.trace_id],
  ]);
  return list;
}

function verdict(intent) {
  const said = intent?.verdict;
  if (!intent) return null;
  const list = make("dl", { class: "pairs" });
  pairs(list, [
    ["wanted", `${intent.side} ${intent.lots} lots, ${intent.type}`], ["at", clock(intent.at)],
    ["best bid", intent.bid], ["best ask", intent.ask],
    ["book", intent.book_valid ? "valid" : "not valid"],
    ["gate", said?.code], ["limit", said?.limit ? String(said.limit) : null],
    ["figure", said?.figure ? String(said.figure) : null],
  ]);
  return make("section", { class: "card", "aria-label": "Intent and verdict" },
    make("h2", { text: "Intent and verdict" }), list);
}

export const order = {
  async show(id) {
    const box = find("view-order");
    box.dataset.order = id;
    box.replaceChildren(make("p", { class: "quiet", text: "Loading…" }));
    const back = make("p", {}, make("a", { href: "#/monitor", text: "← monitor" }));
    try {
      const found = await get(`/api/orders/${encodeURIComponent(id)}`);
      if (box.dataset.order !== id) return;
      const one = found.order;
      box.replaceChildren(back, make("div", { class: "cards" },
        make("section", { class: "card", "aria-label": "Order" },
          make("h2", { text: `Order ${id}` }), facts(one),
          one.decision ? make("p", {}, make("a", {
            href: cyclePlace(one.decision), "data-cycle": one.decision,
            text: `the decision behind it: cycle ${one.decision}`,
          })) : null),
        verdict(found.intent),
        table("Fills", ["Time", "Price", "Lots", "Fee", "Liquidity", "Slippage"],
          found.fills.map(fill => [
            clock(fill.at), fill.price, fill.lots, `${fill.fee} ${fill.fee_currency}`,
            fill.taker ? "taker" : "maker", points(fill.slippage_bps)])),
        table("Reports", ["Time", "Report", "Code", "Lots", "Filled"],
          found.reports.map(report => [
            clock(report.at), report.kind, refusal(report) || null, report.lots,
            report.filled_lots])),
        make("details", { class: "block wide" }, make("summary", { text: "Everything on record" }),
          make("pre",
            { tabindex: 0, role: "region", "aria-label": "Everything on record",
            text: pretty(found) }))));
    } catch (error) {
      if (box.dataset.order === id) box.replaceChildren(back,
        make("p", { class: "bad", role: "alert", text: error.message }));
    }
  },
  refresh() { return order.show(find("view-order").dataset.order); },
};
