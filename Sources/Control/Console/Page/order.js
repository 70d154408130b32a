// One order, from its decision to its fills.
import { find, make, clock, pairs } from "/page/dom.js";
import { get } from "/page/api.js";
import { pretty } from "/page/decision.js";

function table(title, names, lines) {
  return make("section", { class: "card wide", "aria-label": title }, make("h2", { text: title }),
    make("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": title },
      make("table", {},
        make("thead", {}, make("tr", {}, ...names.map(text => make("th", { text })))),
        make("tbody", {}, ...lines.map(line =>
          make("tr", {}, ...line.map(text => make("td", { text: String(text ?? "–") }))))))));
}

export const order = {
  async show(id) {
    const box = find("view-order");
    box.replaceChildren(make("p", { class: "quiet", text: "Loading…" }));
    try {
      const one = await get(`/api/orders/${encodeURIComponent(id)}`);
      const facts = make("dl", { class: "pairs" });
      pairs(facts, [
        ["instrument", one.instrument], ["side", one.side], ["type", one.type], ["price", one.price],
        ["lots", one.quantity], ["filled", one.filled], ["state", one.state], ["strategy", one.source],
        ["slippage", one.slippage_bps == null ? null : `${one.slippage_bps} bp`], ["fees", one.fees],
        ["exchange's id", one.ord_id], ["sent", one.time ? clock(one.time) : null],
      ]);
      box.replaceChildren(
        make("p", {}, make("a", { href: "#/monitor", text: "← monitor" })),
        make("div", { class: "cards" },
          make("section", { class: "card", "aria-label": "Order" }, make("h2", { text: `Order ${id}` }), facts,
            one.decision ? make("p", {}, make("a", {
              href: `#/decisions?cycle=${one.decision}`, text: "the decision behind it",
            })) : null),
          table("Fills", ["Time", "Price", "Lots", "Fee", "Currency", "Liquidity", "Slippage"],
            (one.fills ?? []).map(fill => [
              clock(fill.time), fill.price, fill.quantity, fill.fee, fill.fee_currency,
              fill.taker ? "taker" : "maker",
              fill.slippage_bps == null ? null : `${fill.slippage_bps} bp`])),
          make("details", { class: "block wide" }, make("summary", { text: "Everything on record" }),
            make("pre", { tabindex: 0, text: pretty(one) }))));
    } catch (error) {
      box.replaceChildren(make("p", { class: "bad", text: error.message }));
    }
  },
};
