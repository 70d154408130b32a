// The one event stream that all views share: state, journal events, decisions.

const kinds = ["order", "fill", "verdict", "signal", "stop", "session", "position", "lost",
  "decision"];
const listeners = { state: [], event: [], reset: [], link: [] };
let source = null;
/** The last journal event's id: where a new connection goes on. */
let lastId = "";

/** name: state(sample), event(kind, record), reset(), link(text, tone, isClosed). */
export function on(name, listener) { listeners[name].push(listener); }

function tell(name, ...given) { for (const listener of listeners[name]) listener(...given); }

export const live = {
  /** The instrument whose market is shown. */
  instrument: null,

  connect() {
    source?.close();
    const query = new URLSearchParams();
    if (live.instrument) query.set("instrument", live.instrument);
    if (lastId) query.set("after", lastId);
    source = new EventSource(`/api/events?${query}`);
    source.addEventListener("state", event => tell("state", JSON.parse(event.data)));
    for (const kind of kinds) {
      source.addEventListener(kind, event => {
        if (event.lastEventId) lastId = event.lastEventId;
        tell("event", kind, JSON.parse(event.data));
      });
    }
    source.addEventListener("reset", () => {
      // The place that we knew is gone: what follows is not the continuation of what is shown.
      lastId = "";
      tell("reset");
    });
    source.addEventListener("error", () => {
      const isClosed = source.readyState === EventSource.CLOSED;
      tell("link", "reconnecting…", "warn", isClosed);
      if (isClosed) setTimeout(live.connect, 3000);
    });
  },
};
