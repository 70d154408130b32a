// How a candidate version does beside the live one, and its promotion.
import { make, confirmed, rows, toast } from "/page/dom.js";
import { can, get, post } from "/page/api.js";
import { money } from "/page/card.js";

const share =
  (part, whole) => (whole ? `${Math.round(100 * part / whole)} % (${part} of ${whole})` : "–");
const milliseconds = value => (value == null ? "–" : `${value} ms`);

/** The figures side by side, oldest habits first. */
function figures(found) {
  const body = make("tbody", {});
  const table = make("table", { class: "shadow" },
    make("thead", {}, make("tr", {}, ...["", `live v${found.live}`, `candidate v${found.candidate}`]
      .map(text => (text ? make("th", { scope: "col", text }) : make("td", {}))))), body);
  const { live_figures: live, candidate_figures: candidate, runs } = found;
  rows(body, [
    ["valid answers", share(live.valid, runs), share(candidate.valid, runs)],
    ["cost", money(live.cost_usd), money(candidate.cost_usd)],
    ["latency", milliseconds(live.latency_ms), milliseconds(candidate.latency_ms)],
    ["right about the next 5 minutes", share(live.hits, live.known),
      share(candidate.hits, candidate.known)],
    ["agree with each other", share(found.agreeing, runs), ""],
  ].map(line => line.map(text => [text])));
  return table;
}

/** Asks for a shadow of `version`; true once it was started. */
export async function startShadow(base, version) {
  const answer = await confirmed({
    title: `Shadow version ${version}`, action: "Start",
    text: `Version ${version} answers beside the live one; `
      + "its answers are compared and never traded on.",
    fields: [{ name: "runs", label: "Runs before it may be promoted (empty: as configured)" }],
  });
  if (!answer) return false;
  const runs = Number(answer.runs);
  try {
    await post(`${base}/shadow`,
      { version, ...(answer.runs ? { runs: Number.isInteger(runs) ? runs : 0 } : {}) });
    toast(`Version ${version} runs in the shadow`);
    return true;
  } catch (error) { toast(error.message, "bad"); return false; }
}

async function promote(base, found, reload) {
  const answer = await confirmed({
    title: `Promote version ${found.candidate}`, action: "Promote", tone: "warn",
    text: `${found.summary} `
      + `The next call uses version ${found.candidate} instead of ${found.live}.`,
  });
  if (!answer) return;
  try {
    await post(`${base}/promote`, { version: found.candidate });
    toast(`Version ${found.candidate} is in use from the next call`);
    await reload();
  } catch (error) { toast(error.message, "bad"); }
}

/** Fills `box` with the role's newest comparison. */
export async function showShadow(box, base, reload) {
  let found;
  try {
    found = await get(`${base}/shadow`);
  } catch (error) {
    box.replaceChildren(make("p", { class: "quiet", text: error.message }));
    return;
  }
  box.replaceChildren(
    make("p", {},
      make("span",
        { class: `chip ${found.complete ? "good" : "warn"}`, text: found.complete
        ? "complete" : `${found.runs} of ${found.runs_min} runs` }),
      ` ${found.summary}`),
    make("div", { class: "scroll", tabindex: 0, role: "group", "aria-label": "Shadow figures" },
      figures(found)),
    make("div", { class: "buttons" },
      make("button",
        { type: "button", text: "Look again", onclick: () => showShadow(box, base, reload) }),
      make("button", {
        type: "button", class: "strong warn", text: "Promote…", disabled: !found.complete
          || !can("edit_prompts"),
        onclick: () => promote(base, found, reload),
      })));
}
