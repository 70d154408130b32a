// One cycle as a whole: what each role said, what was made of it, and the orders it led to.
import { make, clock } from "/page/dom.js";
import { card, money, orderPlace, outcomeChip } from "/page/card.js";

const stages = [
  ["Inputs of the roles",
    item => !["decision_maker", "risk_controller", "cycle"].includes(item.agent_id)],
  ["Decision", item => item.agent_id === "decision_maker"],
  ["Risk", item => item.agent_id === "risk_controller"],
  ["Result", item => item.agent_id === "cycle"],
];

/** The cycle's head line: figures that belong to all of its records. */
function head(cycle, items) {
  const first = items[0], result = items.find(item => item.agent_id === "cycle");
  const began = Math.min(...items.map(item => item.started_at));
  const ended = Math.max(...items.map(item => item.ended_at));
  const cost = items.reduce((sum, item) => sum + Number(item.cost_usd || 0), 0);
  const orders = [...new Set(items.flatMap(item => item.order_ids ?? []))];
  return make("section", { class: "card cycle-head", "aria-labelledby": "h-cycle" },
    make("h2", { id: "h-cycle" }, `Cycle ${cycle}`,
      make("span", { class: "chip plain", text: first.instrument }),
      result ? outcomeChip(result) : make("span", { class: "chip warn", text: "under way" })),
    result?.conclusion ? make("p", { class: "conclusion", text: result.conclusion }) : null,
    make("p", { class: "facts" },
      ...[clock(began), `${ended - began} ms`, money(cost), `${items.length} records`,
        `trace ${first.trace_id}`, first.snapshot_hash
          ? `snapshot ${first.snapshot_hash.slice(0, 12)}` : ""]
        .filter(Boolean).map(text => make("span", { class: "fact", text })),
      ...orders.map(id =>
        make("a",
        { class: "chip good", "data-order": id, href: orderPlace(id), text: `order ${id}` }))));
}

/** Cards of one cycle by their stage; those in `open` (ids) are opened. */
export function cycleView(cycle, items, open = new Set()) {
  const inTime = [...items].sort((one, other) => one.id - other.id);
  const make_ = item => card(item, { isOpen: open.has(String(item.id)) });
  return [
    head(cycle, inTime),
    ...stages.flatMap(([title, belongs]) => {
      const members = inTime.filter(belongs);
      if (!members.length) return [];
      return [make("h3", { class: "stage", text: title }),
        make("div", { class: members.length > 1 ? "stage-cards" : "" }, ...members.map(make_))];
    }),
  ];
}
