// The playground's JSON API, as the person who looks. What can't be done is shown as a sentence.

import { toast } from "./dom.js";
import { store } from "./store.js";

async function call(method, path, body) {
  let answer;
  try {
    const response = await fetch(path, {
      method,
      headers: body === undefined ? {} : { "Content-Type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    answer = await response.json();
  } catch {
    answer = { ok: false, error: "The playground can't be reached. Is it still running?" };
  }
  if (!answer.ok) toast(answer.error, "error");
  return answer;
}

/** An order of this person. Resolves to its answer, or null when it can't be done or the app did not take it. */
async function order(name, body = {}) {
  const answer = await call("POST", `/_play/people/${store.me.id}/${name}`, body);
  if (answer.failure) toast(answer.failure, "error");
  return answer.ok && !answer.failure ? answer : null;
}

const about = (block, element) => ({ block_id: block.block_id, action_id: element.action_id });

export const api = {
  overview: (person) => call("GET", `/_play/people/${encodeURIComponent(person)}`),
  conversation: (channel, thread) =>
    call(
      "GET",
      `/_play/people/${store.me.id}/channels/${encodeURIComponent(channel)}${thread ? `?thread_ts=${thread}` : ""}`,
    ),
  app: () => call("GET", "/_play/app"),
  faults: () => call("GET", "/_play/faults"),
  calls: (after) => call("GET", `/_play/calls?after=${after}`),

  say: (channel, thread_ts, text, files = []) => order("say", { channel, thread_ts, text, files }),
  edit: (channel, ts, text) => order("edit", { channel, ts, text }),
  remove: (channel, ts) => order("delete", { channel, ts }),
  command: (channel, text) => order("command", { channel, text }),
  react: (channel, ts, name, on) => order(on ? "react" : "unreact", { channel, ts, name }),
  pin: (channel, ts, on) => order(on ? "pin" : "unpin", { channel, ts }),
  shortcut: (callback_id, where = {}) => order("shortcut", { callback_id, ...where }),

  /** Press or pick; `place` is `{channel, ts}` of a message or `{view}`. */
  press: (place, block, element, value) => order("press", { ...place, ...about(block, element), value }),
  options: async (place, block, element, value) =>
    (await order("options", { ...place, ...about(block, element), value }))?.options ?? [],
  submit: (values) => order("submit", { values }),
  closeModal: (all = false) => order("close", { all }),

  join: (channel) => order("join", { channel }),
  leave: (channel) => order("leave", { channel }),
  create: (name) => order("create", { name }),
  archive: (channel) => order("archive", { channel }),
  unarchive: (channel) => order("unarchive", { channel }),
  rename: (channel, name) => order("rename", { channel, name }),
  kick: (channel, user) => order("remove", { channel, user }),
  invite: (channel, user) => order("invite", { channel, user }),
  read: (channel) => order("read", { channel }),
  openHome: () => order("home"),

  /** Uploads a `File` of the browser; resolves to its id. */
  async upload(file) {
    const content = await new Promise((resolve, reject) => {
      const reader = new FileReader();
      reader.onload = () => resolve(reader.result.slice(reader.result.indexOf(",") + 1));
      reader.onerror = () => reject(reader.error);
      reader.readAsDataURL(file);
    });
    return (
      await order("upload", { name: file.name, content, mimetype: file.type || "application/octet-stream" })
    )?.file;
  },

  orderFault: (fault) => call("POST", "/_play/faults", fault),
  clearFault: (id) => call("DELETE", `/_play/faults?id=${id}`),
  setRateLimits: (on) => call("POST", "/_play/limits", { on }),
};
