// The page's frame: signs in, chooses the view by the address, keeps the top bar. Plain web
// platform.
import "/page/elements.js";
import "/page/charts.js";
import { find, chip, toast } from "/page/dom.js";
import { get, learnRoutes, offers, session } from "/page/api.js";
import { live, on } from "/page/live.js";
import { monitor } from "/page/monitor.js";
import { decisions } from "/page/decisions.js";
import { prompts } from "/page/prompts.js";
import { order } from "/page/order.js";

const views = { monitor, decisions, prompts, orders: order };
const boxes = { monitor: "view-monitor", decisions: "view-decisions", prompts: "view-prompts",
  orders: "view-order" };
let shown = null;
/** Where the page is: a way elsewhere that is called off leads back here. */
let address = "";
let lastSeen = 0;

/** The link's fragment carries a single-use token: swap it for an HttpOnly cookie, then forget
 * it. */
async function signIn() {
  const token = new URLSearchParams(location.hash.slice(1)).get("token");
  if (!token) return;
  history.replaceState(null, "", location.pathname);
  const reply = await fetch("/api/session", {
    method: "POST", headers: { "content-type": "application/json" },
    body: JSON.stringify({ token }),
  });
  if (!reply.ok) warn("This link was used before or is too old. Get a new one: llmtrading link");
}

function warn(text) {
  find("notice").textContent = text;
  find("notice").hidden = !text;
}

function decoded(text) {
  try { return decodeURIComponent(text); } catch { return text; }
}

/** `#/view/part?query`; anything else is the monitor. */
function place() {
  const text = location.hash.startsWith("#/") ? location.hash.slice(2) : "";
  const mark = text.indexOf("?");
  const path = mark < 0 ? text : text.slice(0, mark);
  const [name, ...part] = path.split("/");
  return {
    name: Object.hasOwn(views, name) ? name : "monitor", part: decoded(part.join("/")),
    query: new URLSearchParams(mark < 0 ? "" : text.slice(mark + 1)),
  };
}

/** Questions of leaving come one at a time: ways taken meanwhile are decided when the first is. */
let isAsking = false;

async function route() {
  if (isAsking) return;
  const { name, part } = place();
  if (shown && views[shown].mayLeave) {
    isAsking = true;
    const may = await views[shown].mayLeave(name, part);
    isAsking = false;
    if (!may) {
      history.replaceState(null, "", address);
      return;
    }
  }
  go(place());
}

function go({ name, part, query }) {
  address = location.hash || "#/monitor";
  if (shown && shown !== name) views[shown].hide?.();
  const isNew = shown !== name;
  shown = name;
  for (const [one, box] of Object.entries(boxes)) find(box).hidden = one !== name;
  for (const link of document.querySelectorAll("nav a")) {
    const isHere = link.dataset.view === (name === "orders" ? "monitor" : name);
    if (isHere) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  document.title = `${name[0].toUpperCase()}${name.slice(1)} · LLMTrading`;
  if (isNew) window.scrollTo({ top: 0 });
  views[name].show?.(part, query);
}

/** Who is signed in, and what he may do: what he may not is not offered. */
async function showPerson() {
  if (!offers("/api/session")) return;
  try {
    Object.assign(session, await get("/api/session"));
    find("person").textContent = session.person;
    find("person").title = `Signed in; may ${session.rights.join(", ").replaceAll("_", " ")}`;
  } catch { /* Without a session the notice says what to do. */ }
}

function showState(state) {
  lastSeen = Date.now();
  chip(find("environment"), state.environment, state.environment === "live" ? "bad" : "good");
  chip(find("trading-state"), state.trading_state, state.trading_state === "active"
    ? "good" : "warn");
  chip(find("link"), "live", "good");
  warn(state.notice ?? "");
}

on("state", state => { if (!monitor.isPaused) showState(state); });
on("link", (text, tone, isClosed) => {
  chip(find("link"), text, tone);
  if (isClosed) warn("Signed out, or the console is down. Get a new link: llmtrading link");
});
setInterval(() => {
  if (lastSeen && Date.now() - lastSeen > 3000 && !monitor.isPaused) chip(find("link"), "stale",
    "bad");
}, 1000);
window.addEventListener("unhandledrejection", event => {
  if (event.reason?.status !== undefined) {
    toast(event.reason.message, "bad");
    event.preventDefault();
  }
});

await signIn();
await learnRoutes();
await showPerson();
for (const view of Object.values(views)) view.start?.();
document.querySelector(".skip").addEventListener("click", event => {
  event.preventDefault();
  find("main").focus();
});
find("refresh").addEventListener("click", () => views[shown].refresh?.());
window.addEventListener("hashchange", route);
await route();
live.connect();
