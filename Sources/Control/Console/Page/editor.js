// A plain text area with colours behind it and marks at the lines that have problems.
import { make } from "/page/dom.js";

const patterns = {
  yaml: [
    [/^\s*#.*/, "comment"], [/^\s*-\s/, "mark"], [/^\s*[\w-]+(?=\s*:)/, "key"],
    [/^\{\{[\w.]+\}\}/, "place"],
    [/^"(?:[^"\\]|\\.)*"|^'(?:[^']|'')*'/, "text"], [/^-?\d+(?:\.\d+)?\b/, "number"],
    [/^(?:true|false|null)\b/, "word"],
  ],
  json: [
    [/^"(?:[^"\\]|\\.)*"(?=\s*:)/, "key"], [/^"(?:[^"\\]|\\.)*"/, "text"],
    [/^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/, "number"],
    [/^(?:true|false|null)\b/, "word"], [/^[{}[\],:]/, "mark"],
  ],
};

/** Characters of a text that gets colours. */
const colouredMax = 60_000;

/** One line as coloured pieces. */
function colour(line, format) {
  const pieces = [];
  let plain = "", rest = line, isStart = true;
  const flush = () => { if (plain) pieces.push(document.createTextNode(plain)); plain = ""; };
  while (rest) {
    let taken = null;
    for (const [pattern, name] of patterns[format] ?? []) {
      // Keys and comments of YAML stand at the beginning of what a line says.
      if (format === "yaml" && (name === "key" || name === "mark") && !isStart) continue;
      const match = pattern.exec(rest);
      if (match && match[0]) { taken = [match[0], name]; break; }
    }
    if (taken) {
      flush();
      pieces.push(make("span", { class: `t-${taken[1]}`, text: taken[0] }));
      rest = rest.slice(taken[0].length);
      isStart = isStart && taken[1] === "mark";
    } else {
      plain += rest[0];
      if (rest[0].trim()) isStart = false;
      rest = rest.slice(1);
    }
  }
  flush();
  return pieces;
}

export class PromptEditor {
  constructor({ text, format, onEdit, isReadOnly = false }) {
    this.format = format;
    this.problems = [];
    this.area = make("textarea", {
      id: "prompt-text", readonly: isReadOnly, spellcheck: "false", autocomplete: "off",
      wrap: "off", "aria-label": "Prompt text",
      "aria-describedby": "prompt-problems",
      oninput: () => { this.paint(); onEdit(); }, onscroll: () => this.follow(),
    });
    this.area.value = text;
    this.back = make("pre", { class: "paint", "aria-hidden": "true" });
    this.list = make("ul", { id: "prompt-problems", class: "problems" });
    this.element = make("div", { class: "editor-box" },
      make("div", { class: "layers" }, this.back, this.area),
        make("div", { role: "status" }, this.list));
    this.paint();
  }

  get text() { return this.area.value; }
  set text(value) {
    this.area.value = value;
    this.area.dispatchEvent(new Event("input"));
  }

  paint() {
    // A text this long stays plain: it is typed without delay.
    const format = this.area.value.length > colouredMax ? "" : this.format;
    const bad = new Map(this.problems.filter(one => one.line).map(one => [one.line, one.message]));
    this.back.replaceChildren(...this.area.value.split("\n").map((line, index) =>
      make("div", { class: bad.has(index + 1) ? "line bad" : "line", "data-line": index + 1 },
        ...colour(line, format), line ? null : "\u200b")));
    this.follow();
  }

  follow() {
    this.back.scrollTop = this.area.scrollTop;
    this.back.scrollLeft = this.area.scrollLeft;
  }

  showProblems(problems) {
    this.problems = problems;
    this.paint();
    this.list.replaceChildren(
      ...(problems.length
      ? problems.map(one => make("li", { class: one.severity === "warning" ? "warn" : "bad" },
      one.line ? make("button", {
        type: "button", text: `line ${one.line}${one.column ? `, column ${one.column}` : ""}`,
        onclick: () => this.goTo(one.line, one.column ?? 1),
      }) : null, ` ${one.message}`)) : [make("li", { class: "good", text: "Valid." })]));
    this.area.setAttribute("aria-invalid",
      String(problems.some(one => one.severity !== "warning")));
  }

  goTo(line, column) {
    const lines = this.area.value.split("\n");
    // Columns count Unicode scalars, a text area UTF-16 units.
    const before = [...(lines[line - 1] ?? "")].slice(0, column - 1).join("").length;
    const start = lines.slice(0, line - 1).reduce((sum, text) => sum + text.length + 1, 0) + before;
    this.area.focus();
    this.area.setSelectionRange(start, start);
    this.area.scrollTop = Math.max(0, (line - 5) * 20);
    this.follow();
  }
}
