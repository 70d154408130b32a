// The console's API: JSON in, JSON out, problem documents as errors that say what to do.

export class Problem extends Error {
  constructor(status, document) {
    super(document.detail || document.title || `HTTP ${status}`);
    this.status = status;
    this.code = document.code ?? "";
    this.document = document;
  }
}

/** Patterns of the console's routes, as it lists them; null until they are known. */
let patterns = null;

/** Learns which routes this console has: what it lacks is never asked for. */
export async function learnRoutes() {
  const reply = await fetch("/page/offers.json");
  const listed = reply.ok ? await reply.json() : null;
  patterns = listed?.map(pattern => pattern.split("/")) ?? null;
}

/** Whether the console has a route for this path. */
export function offers(path) {
  if (!patterns) return true;
  const given = path.split("/");
  return patterns.some(wanted => wanted.length === given.length
    && wanted.every((part, index) => part.startsWith("{") || part === given[index]));
}

/** Who is signed in; `rights` is null until it is known. */
export const session = { person: "", rights: null };

/** `view`, `edit_prompts`, `risk`. What nobody knows yet is left to the console to refuse. */
export const can = right => !session.rights || session.rights.includes(right);

/** Resolves to the reply's JSON (null where it has none); rejects with a Problem. */
export async function call(method, path, body, { signal } = {}) {
  if (!offers(path.split("?")[0])) {
    throw new Problem(404,
      { code: "not_offered", detail: "This console does not offer that yet." });
  }
  let reply;
  try {
    reply = await fetch(path, {
      method, signal,
      headers: body === undefined ? {} : { "content-type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem(0,
      { detail: "The console does not answer. Is `llmtrading run` up?", code: "offline" });
  }
  const text = await reply.text();
  let value = null;
  try { value = text ? JSON.parse(text) : null; } catch { value = null; }
  if (!reply.ok) throw new Problem(reply.status, value ?? {});
  return value;
}

export const get = (path, query = {}, options) => {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== "" && value != null) parameters.set(name, value);
  }
  const text = parameters.toString();
  return call("GET", text ? `${path}?${text}` : path, undefined, options);
};
export const post = (path, body) => call("POST", path, body);
export const put = (path, body) => call("PUT", path, body);
