// A prompt's sections and parameters as its text has them: places to go to, and fields that write
// into it.
import { make } from "/page/dom.js";

const known = ["model", "temperature", "top_p", "max_tokens", "thinking", "reasoning_effort"];

/** Top-level sections: [{name, line}], lines from 1. */
export function sections(text, format) {
  const pattern = format === "json" ? /^ {0,4}"(\w+)"\s*:/ : /^([A-Za-z_]\w*)\s*:/;
  return text.split("\n").flatMap((line, index) => {
    const match = pattern.exec(line);
    return match ? [{ name: match[1], line: index + 1 }] : [];
  });
}

/** The lines of YAML's block `parameters`: where it begins, where it ends, and [{name, value,
 * index}]. */
function block(lines) {
  const start = lines.findIndex(line => /^parameters\s*:\s*(#.*)?$/.test(line));
  if (start < 0) return { start, end: start, entries: [] };
  let end = start + 1;
  const entries = [];
  for (; end < lines.length
    && (/^\s/.test(lines[end]) || !lines[end].trim() || lines[end].startsWith("#")); end++) {
    const match = /^(\s+)(\w+)\s*:\s*(.*?)(\s+#.*)?$/.exec(lines[end]);
    if (match) entries.push(
      { indent: match[1], name: match[2], value: match[3], comment: match[4] ?? "", index: end });
  }
  while (end > start + 1 && !lines[end - 1].trim()) end--;
  return { start, end, entries };
}

const plain = value => (/^".*"$/s.test(value) || /^'.*'$/s.test(value)
  ? value.slice(1, -1) : value);
const scalar = text => (/^[\w.+-]+$/.test(text) ? text : JSON.stringify(text));

function typed(text) {
  try { return JSON.parse(text); } catch { return text; }
}

/** {name: text}; null where the text cannot be read or writes its parameters on one line. */
export function parameters(text, format) {
  if (format === "json") {
    try {
      const found = JSON.parse(text).parameters ?? {};
      return Object.fromEntries(Object.entries(found)
        .map(([name, value]) => [name, String(value)]));
    } catch { return null; }
  }
  const lines = text.split("\n");
  if (lines.some(line => /^parameters\s*:\s*[^\s#]/.test(line))) return null;
  return Object.fromEntries(block(lines).entries.map(one => [one.name, plain(one.value)]));
}

/** The text with this parameter; an empty value takes it out. */
export function withParameter(text, format, name, value) {
  if (format === "json") {
    const whole = JSON.parse(text);
    whole.parameters ??= {};
    if (value === "") delete whole.parameters[name]; else whole.parameters[name] = typed(value);
    return JSON.stringify(whole, null, 2) + "\n";
  }
  const lines = text.split("\n");
  const { start, end, entries } = block(lines);
  const old = entries.find(one => one.name === name);
  if (old && value === "") lines.splice(old.index, 1);
  else if (old) lines[old.index] = `${old.indent}${name}: ${scalar(value)}${old.comment}`;
  else if (value !== "") {
    const line = `${entries[0]?.indent ?? "  "}${name}: ${scalar(value)}`;
    if (start >= 0) lines.splice(end, 0, line);
    else {
      while (lines.length && !lines.at(-1).trim()) lines.pop();
      lines.push("parameters:", line, "");
    }
  }
  return lines.join("\n");
}

/** Chips that lead to sections, and a field for each parameter; `update` follows the editor's
 * text. */
export function outline(editor) {
  const places = make("div", { class: "tags", role: "group", "aria-label": "Sections" });
  const inputs = known.map(name => make("input", {
    id: `parameter-${name}`, name, placeholder: "default", autocomplete: "off", maxlength: 80,
    onchange: event => {
      editor.text = withParameter(editor.text, editor.format, name, event.target.value.trim());
    },
  }));
  const fields = make("fieldset", { class: "parameters" }, make("legend", { text: "Parameters" }),
    ...inputs.map(input =>
      make("label", { class: "field" }, make("span", { text: input.name.replaceAll("_", " ") }),
      input)));
  return {
    places, fields,
    update() {
      places.replaceChildren(...sections(editor.text, editor.format)
        .map(({ name, line }) => make("button", {
        type: "button", class: "chip plain", text: name.replaceAll("_", " "),
        onclick: () => editor.goTo(line, 1),
      })));
      const found = parameters(editor.text, editor.format);
      for (const input of inputs) {
        input.disabled = editor.area.readOnly || !found;
        if (document.activeElement !== input) input.value = found?.[input.name] ?? "";
      }
    },
  };
}
