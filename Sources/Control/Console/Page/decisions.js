// Decisions: the feed by time, one record, one cycle. New cards wait behind a button, so that
// nothing moves.
import { find, make, debounce, throttle } from "/page/dom.js";
import { get } from "/page/api.js";
import { on } from "/page/live.js";
import { card } from "/page/card.js";
import { cycleView } from "/page/cycle.js";

const pageSize = 50;
/** Cards that "N new" takes at once; when more came, the feed begins anew. */
const catchUpMax = 500;
const fields = ["agent", "instrument", "text", "from", "to"];
let next = null;
let newest = 0;
let waiting = [];
let isShown = false;
/** `feed`, `one`, `cycle`. */
let mode = "feed";
/** The cycle whose view is open; empty: none. */
let cycleShown = "";
/** The record that is shown alone; empty: none. */
let partShown = "";
/** The place that is shown: coming back to it keeps what was read where it was. */
let shownPlace = null;
let scrolled = 0;
/** Requests under way: newer ones call them off. */
let current = null, older = null, above = null;

const field = name => find(`filter-${name}`);
const status = text => { find("feed-status").textContent = text; };

/** A choice that is not listed (yet) is listed: links may name what this desk has no more. */
function choose(select, value) {
  if (value && ![...select.options].some(option => option.value === value)) select.add(
    new Option(value, value));
  select.value = value;
}

/** What the form says, as the feed's query. */
function filters() {
  const time = name => {
    const at = field(name).value ? new Date(field(name).value).getTime() : NaN;
    return Number.isNaN(at) ? "" : at;
  };
  const until = time("to");
  return {
    agent: field("agent").value, instrument: field("instrument").value,
    text: field("text").value.trim(),
    // The minute that was named is included.
    from: time("from"), to: until === "" ? "" : until + 59_999,
  };
}

function placeOfForm() {
  const query = new URLSearchParams();
  for (const name of fields) if (field(name).value.trim()) query.set(name,
    field(name).value.trim());
  return `#/decisions${query.size ? `?${query}` : ""}`;
}

async function load() {
  current?.abort();
  older?.abort();
  older = null;
  const request = current = new AbortController();
  status("Loading…");
  try {
    const page = await get("/api/agents/feed", { ...filters(), limit: pageSize },
      { signal: request.signal });
    find("feed").replaceChildren(...page.items.map(item => card(item)));
    newest = page.items[0]?.id ?? 0;
    waiting = [];
    showWaiting();
    told(page);
  } catch (error) {
    if (error.name === "AbortError") return;
    find("feed").replaceChildren();
    next = null;
    status(error.message);
  } finally {
    if (current === request) current = null;
    find("feed-more").hidden = !next;
  }
}

function told(page) {
  next = page.next;
  status(!find("feed").childElementCount
    ? "No decision matches. Agents decide once a cycle; the first comes within a minute."
    : next ? "" : "That is all there is.");
}

async function loadOlder() {
  if (older || current || !next) return;
  const request = older = new AbortController();
  find("feed").setAttribute("aria-busy", "true");
  try {
    const page = await get("/api/agents/feed", { ...filters(), limit: pageSize, cursor: next },
      { signal: request.signal });
    find("feed").append(...page.items.map(item => card(item)));
    told(page);
  } catch (error) {
    if (error.name !== "AbortError") status(error.message);
  } finally {
    if (older === request) older = null;
    find("feed").removeAttribute("aria-busy");
    find("feed-more").hidden = !next;
  }
}

/** What came since: asked for with the filters, so that they hold for new cards as well. */
const lookForNew = throttle(async () => {
  if (!isShown || mode !== "feed" || current) return;
  const asked = JSON.stringify(filters());
  const found = [];
  let cursor = "";
  try {
    do {
      const page = await get("/api/agents/feed", { ...filters(), limit: pageSize, cursor });
      found.push(...page.items.filter(item => item.id > newest));
      cursor = page.items.at(-1)?.id > newest ? page.next : null;
    } while (cursor && found.length < catchUpMax);
  } catch { return; /* The top bar says that the console is away. */ }
  if (current || asked !== JSON.stringify(filters())) return;
  waiting = found.filter(item => item.id > newest);
  waiting.isCut = Boolean(cursor);
  showWaiting();
}, 1_000);

function showWaiting() {
  find("feed-new").hidden = waiting.length === 0;
  find("feed-new").textContent = `${waiting.length}${waiting.isCut ? "+" : ""} new`;
}

async function takeWaiting() {
  if (waiting.isCut) await load();
  else {
    find("feed").prepend(...waiting.map(item => card(item)));
    newest = Math.max(newest, ...waiting.map(item => item.id));
    waiting = [];
    showWaiting();
    if (find("feed").childElementCount) status(next ? "" : "That is all there is.");
  }
  window.scrollTo({ top: 0 });
  find("feed").firstElementChild?.focus({ preventScroll: true });
}

async function fillAgents() {
  try {
    const { items } = await get("/api/agents");
    const chosen = field("agent").value;
    field("agent").replaceChildren(new Option("all agents", ""), new Option("Cycles", "cycle"),
      ...items.map(agent => new Option(agent.title || agent.id, agent.id)));
    choose(field("agent"), chosen);
  } catch (error) { status(error.message); }
}

/** One record, or one cycle, in place of the feed. */
async function showAbove(work) {
  above?.abort();
  const request = above = new AbortController();
  const box = find("feed-one");
  try {
    const parts = await work(request.signal);
    if (request === above) box.replaceChildren(backToFeed(), ...parts);
  } catch (error) {
    if (request !== above || error.name === "AbortError") return;
    box.replaceChildren(backToFeed(),
      make("p", { class: "bad", role: "alert", text: error.message }));
  }
}

const backToFeed = () =>
  make("p", {}, make("a", { href: placeOfForm(), text: "← the whole feed" }));

function showCycle(cycle) {
  return showAbove(async signal => {
    const { items } = await get("/api/agents/feed", { cycle, limit: 100 }, { signal });
    const open = [...find("feed-one").querySelectorAll(".open[aria-expanded=true]")]
      .map(one => one.parentElement.dataset.id);
    if (!items.length) return [
      make("p", { class: "quiet", text: `Cycle ${cycle} has no record.` })];
    return cycleView(cycle, items, new Set(open));
  });
}

/** The ARIA feed pattern: Page Down and Page Up go from card to card. */
function step(event) {
  if (event.key !== "PageDown" && event.key !== "PageUp") return;
  const here = event.target.closest(".decision");
  const there = event.key === "PageDown" ? here?.nextElementSibling : here?.previousElementSibling;
  if (!here) return;
  event.preventDefault();
  if (there) there.focus(); else if (event.key === "PageDown") loadOlder();
}

function filtered() {
  history.replaceState(null, "", placeOfForm());
  shownPlace = location.hash;
  load();
}

export const decisions = {
  start() {
    for (const name of ["agent", "instrument", "from", "to"]) field(name)
      .addEventListener("change", filtered);
    field("text").addEventListener("input", debounce(filtered, 300));
    find("filters").addEventListener("reset", () => setTimeout(filtered));
    find("filters").addEventListener("submit", event => { event.preventDefault(); filtered(); });
    find("feed-new").addEventListener("click", takeWaiting);
    find("feed-more").addEventListener("click", loadOlder);
    find("feed").addEventListener("keydown", step);
    new IntersectionObserver(entries => {
      if (isShown && mode === "feed" && entries.some(entry => entry.isIntersecting)) loadOlder();
    }, { rootMargin: "600px" }).observe(find("feed-end"));
    on("event", (kind, record) => {
      if (kind !== "decision") return;
      lookForNew();
      if (isShown && mode === "cycle" && String(record.cycle) === cycleShown) showCycle(cycleShown);
    });
    on("state", state => {
      const select = field("instrument"), listed = [...select.options].map(option => option.value);
      for (const id of state.instruments) if (!listed.includes(id)) select.add(new Option(id, id));
    });
  },

  show(part, query) {
    if (isShown && mode === "feed") scrolled = window.scrollY;
    isShown = true;
    mode = part ? "one" : query.get("cycle") ? "cycle" : "feed";
    cycleShown = query.get("cycle") ?? "";
    partShown = part;
    find("feed-panel").hidden = mode !== "feed";
    find("feed-one").hidden = mode === "feed";
    if (mode !== "feed") {
      find("feed-one").replaceChildren(make("p", { class: "quiet", text: "Loading…" }));
      window.scrollTo({ top: 0 });
    }
    if (mode === "one") {
      showAbove(async signal => [card(
        await get(`/api/agents/decisions/${encodeURIComponent(part)}`, {}, { signal }),
          { isOpen: true })]);
    } else if (mode === "cycle") showCycle(cycleShown);
    else showFeed(query);
  },

  refresh() {
    if (mode === "feed") load();
    else decisions.show(partShown, new URLSearchParams({ cycle: cycleShown }));
  },

  hide() {
    if (mode === "feed") scrolled = window.scrollY;
    isShown = false;
  },
};

function showFeed(query) {
  fillAgents();
  if (shownPlace === location.hash && find("feed").childElementCount) {
    window.scrollTo({ top: scrolled });
    lookForNew();
    return;
  }
  for (const name of fields) {
    const value = query.get(name) ?? "";
    if (field(name) instanceof HTMLSelectElement) choose(field(name), value);
    else field(name).value = value;
  }
  find("filter-times").open = Boolean(query.get("from") || query.get("to"));
  shownPlace = location.hash;
  window.scrollTo({ top: 0 });
  load();
}
