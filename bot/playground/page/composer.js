// Where a person types: messages, and slash commands outside of threads. Completes commands, people and channels.

import { api } from "./api.js";
import { h } from "./dom.js";
import { store } from "./store.js";

const drafts = new Map(); // per conversation and thread, so that switching loses nothing

/** `thread` is the ts of the thread's parent, or null for the channel itself. */
export function composer(channel, thread, placeholder) {
  const key = `${store.me.id}/${channel}/${thread ?? ""}`;
  const list = h("div", { class: "completions", role: "listbox", "aria-label": "Suggestions", hidden: true });
  const input = h("textarea", {
    class: "composer-text",
    rows: 1,
    placeholder,
    "aria-label": placeholder,
    value: drafts.get(key) ?? "",
    oninput: () => {
      drafts.set(key, input.value);
      grow();
      complete();
    },
    onkeydown: (event) => {
      if (!list.hidden && choose(event)) return;
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        send();
      }
    },
    onblur: () => setTimeout(() => (list.hidden = true), 150),
  });
  const picked = h("input", {
    type: "file",
    hidden: true,
    onchange: async () => {
      for (const file of picked.files) await share(file);
      picked.value = "";
    },
  });
  const grow = () => {
    input.style.height = "auto";
    input.style.height = `${Math.min(input.scrollHeight, 220)}px`;
  };

  async function share(file) {
    const id = await api.upload(file);
    if (id) await api.say(channel, thread, "", [id]);
  }

  async function send() {
    const text = input.value.trim();
    if (!text) return;
    input.value = "";
    drafts.delete(key);
    grow();
    const sent =
      text.startsWith("/") && !thread
        ? await api.command(channel, text)
        : await api.say(channel, thread, text);
    if (!sent && !input.value) {
      input.value = text;
      drafts.set(key, text);
      grow();
    }
  }

  function complete() {
    const typed = input.value.slice(0, input.selectionStart);
    const word = /(?:^|\s)([@#]?)([\w-]*)$/.exec(typed);
    let found = [];
    if (/^\/\S*$/.test(typed) && !thread) {
      found = store.commands
        .filter((item) => item.command.startsWith(typed))
        .map((item) => ({
          insert: item.command,
          from: 0,
          label: `${item.command} ${item.usage_hint}`,
          detail: item.description,
        }));
    } else if (word?.[1]) {
      const from = typed.length - word[2].length - 1;
      const names =
        word[1] === "@"
          ? store.people().map((user) => [user.name, user.real_name])
          : store
              .channelList()
              .filter((item) => item.name && !store.isDirect(item))
              .map((item) => [item.name, item.topic]);
      found = names
        .filter(([name]) => name.startsWith(word[2].toLowerCase()))
        .slice(0, 8)
        .map(([name, detail]) => ({ insert: word[1] + name, from, label: word[1] + name, detail }));
    }
    list.replaceChildren(
      ...found.map((item, index) =>
        h(
          "div",
          {
            class: "completion",
            role: "option",
            "aria-selected": String(index === 0),
            onmousedown: (event) => (event.preventDefault(), take(item)),
          },
          h("strong", {}, item.label),
          h("span", { class: "quiet" }, item.detail ?? ""),
        ),
      ),
    );
    list.items = found;
    list.hidden = !found.length;
  }

  function take(item) {
    const end = input.selectionStart;
    input.setRangeText(`${item.insert} `, item.from, end, "end");
    drafts.set(key, input.value);
    list.hidden = true;
  }

  function choose(event) {
    const options = [...list.children];
    const at = options.findIndex((option) => option.ariaSelected === "true");
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      options[at].ariaSelected = "false";
      options[(at + step + options.length) % options.length].ariaSelected = "true";
    } else if (
      event.key === "Tab" ||
      (event.key === "Enter" && input.value.slice(list.items[at].from) !== list.items[at].insert)
    )
      take(list.items[at]);
    else if (event.key === "Escape") list.hidden = true;
    else return false;
    event.preventDefault();
    return true;
  }

  const node = h(
    "div",
    { class: "composer" },
    list,
    input,
    h(
      "div",
      { class: "composer-bar" },
      h(
        "button",
        {
          class: "button icon",
          type: "button",
          title: "Upload a file",
          "aria-label": "Upload a file",
          onclick: () => picked.click(),
        },
        "+",
      ),
      picked,
      h(
        "span",
        { class: "quiet hint-keys" },
        thread
          ? "Slash commands don't work in threads"
          : "Enter sends · Shift+Enter for a new line · / for commands",
      ),
      h("button", { class: "button primary send", type: "button", "aria-label": "Send", onclick: send }, "➤"),
    ),
  );
  return node;
}
