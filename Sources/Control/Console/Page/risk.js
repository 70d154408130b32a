// What a person may do about risk: pause, resume, cancel, flatten; each asks first and says what
// will happen.
import { confirmed, find, toast } from "/page/dom.js";
import { can, post } from "/page/api.js";

const actions = {
  pause: {
    title: "Pause trading", action: "Pause", tone: "warn", done: "Paused",
    text: "Working orders are cancelled and none goes out until somebody resumes. "
      + "Positions stay as they are.",
  },
  resume: {
    title: "Resume trading", action: "Resume", tone: "", done: "Resumed",
    text: "Takes back the stop of a person. Stops that others asked for stay in force.",
  },
  cancel: {
    title: "Cancel working orders", action: "Cancel orders", tone: "warn", done: "Cancelling",
    text: "Every working order is cancelled, once. Trading goes on: new orders may follow at once.",
  },
  flatten: {
    title: "Flatten", action: "Flatten", tone: "bad", done: "Flattening",
    text: "Orders that only reduce go out until the position is zero, at the market's price. "
      + "No new position is opened until somebody resumes.",
  },
};
/** Characters of a reason; the core takes 256 bytes. */
const reasonMax = 120;

async function act(name) {
  const { title, text, action, tone, done } = actions[name];
  const instruments = [...find("instrument").options].map(option => option.value);
  const answer = await confirmed({
    title, text, action, tone,
    fields: [
      { name: "scope", label: "Where",
        options: [["desk", "the whole desk"], ...instruments.map(id => [id, id])] },
      { name: "reason", label: "Reason, for the record", required: true, maxlength: reasonMax },
    ],
  });
  if (!answer) return;
  try {
    const reply = await post("/api/risk/actions",
      { action: name, scope: answer.scope, reason: answer.reason, confirm: true });
    toast(reply?.detail ? `${done}: ${reply.detail}` : `${done}.`);
  } catch (error) { toast(error.message, "bad"); }
}

export const risk = {
  start() {
    for (const button of document.querySelectorAll("[data-action]")) {
      button.addEventListener("click", () => act(button.dataset.action));
      button.disabled = !can("risk");
      if (button.disabled) button.title = "Needs the right `risk`";
    }
  },
};
