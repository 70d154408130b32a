// Small hands for the document: text enters by textContent only.

export const find = id => document.getElementById(id);

/** An element with attributes, listeners (`onclick`) and children; strings become text. */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value == null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "class") element.className = value;
    else if (name === "text") element.textContent = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter(child => child != null));
  return element;
}

/** The element's children anew; what is absent is left out. */
export function refill(element, ...children) {
  element.replaceChildren(...children.filter(child => child != null));
}

export function chip(element, text, tone = "") {
  element.textContent = text;
  element.className = `chip ${tone}`;
}

/** A list of terms and values; rows that are there already are kept. */
export function pairs(element, entries) {
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

/** The object's entries: the names known here first, in their order. */
export function inOrder(object, names) {
  const others = Object.keys(object).filter(name => !names.includes(name)).sort();
  return [...names.filter(name => name in object), ...others].map(name => [name, object[name]]);
}

/** A table's body from lines of [text or element, class]; `empty` is said where there is none. */
export function rows(body, cells, empty = "") {
  if (!cells.length && empty) {
    const columns = body.parentElement.querySelectorAll("thead th").length;
    body.replaceChildren(
      make("tr", {}, make("td", { class: "quiet", colspan: columns, text: empty })));
    return;
  }
  body.replaceChildren(...cells.map(line => make("tr", {}, ...line.map(([content, tone]) => {
    const cell = make("td", { class: tone || null });
    cell.append(content ?? "");
    return cell;
  }))));
}

export function nanoseconds(value) {
  if (value == null) return "–";
  if (value < 1e3) return `${value} ns`;
  if (value < 1e6) return `${(value / 1e3).toFixed(1)} µs`;
  return `${(value / 1e6).toFixed(2)} ms`;
}

export function clock(milliseconds) {
  const date = new Date(milliseconds);
  const today = new Date().toDateString() === date.toDateString();
  return today ? date.toLocaleTimeString() : date.toLocaleString();
}

/** Calls `work` once, so many milliseconds after the last call. */
/** Why something was refused: our code, then what the exchange said. */
export function refusal(one) {
  const sub = one.exchange_sub_code ? `(${one.exchange_sub_code})` : null;
  return [one.code, one.exchange_code || null, sub, one.exchange_text].filter(Boolean).join(" ");
}

export function debounce(work, milliseconds) {
  let timer;
  return (...given) => {
    clearTimeout(timer);
    timer = setTimeout(() => work(...given), milliseconds);
  };
}

/** Calls `work` at once, and again at most every so many milliseconds while it is asked for. */
export function throttle(work, milliseconds) {
  let isResting = false, isAsked = false;
  return function ask() {
    if (isResting) { isAsked = true; return; }
    isResting = true;
    isAsked = false;
    work();
    setTimeout(() => { isResting = false; if (isAsked) ask(); }, milliseconds);
  };
}

/** A notice at the edge of the screen, read out by screen readers, gone after a while. */
export function toast(text, tone = "good") {
  const note = make("div", { class: `toast ${tone}`, text });
  find("toasts").append(note);
  setTimeout(() => note.remove(), tone === "bad" ? 12_000 : 5_000);
}

/** Asks before something is done: resolves to the fields' values, or to null when it was called
 * off. */
export function confirmed({ title, text, action, tone = "", fields = [] }) {
  const inputs = fields.map(field => (field.options
    ? make("select", { id: `ask-${field.name}`, name: field.name },
      ...field.options.map(([value, label]) => make("option", { value, text: label })))
    : make("input", {
      id: `ask-${field.name}`, name: field.name, required: field.required,
      maxlength: field.maxlength ?? 200, autocomplete: "off", value: field.value ?? "",
    })));
  const form = make("form", { method: "dialog" },
    make("h2", { text: title }), make("p", { text }),
    ...fields.map((field, index) =>
      make("label", { class: "field" }, make("span", { text: field.label }), inputs[index])),
    make("div", { class: "buttons" },
      make("button", { type: "button", text: "Cancel", onclick: () => dialog.close("") }),
      make("button", { class: `strong ${tone}`, value: "yes", text: action })));
  const dialog = make("dialog", { "aria-label": title }, form);
  document.body.append(dialog);
  dialog.showModal();
  return new Promise(done => dialog.addEventListener("close", () => {
    const isYes = dialog.returnValue === "yes";
    const values = Object.fromEntries(inputs.map(input => [input.name, input.value.trim()]));
    dialog.remove();
    done(isYes ? values : null);
  }));
}
