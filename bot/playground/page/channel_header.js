// The top of a conversation or of the app's Home tab: name, topic, pins, members, bookmarks, and what can be done to a channel.

import { api } from "./api.js";
import { ask, h, menuItem, openMenu } from "./dom.js";
import { avatar } from "./message.js";
import { link, mrkdwn, unescape } from "./mrkdwn.js";
import { store } from "./store.js";

export function jumpTo(ts) {
  const row = document.querySelector(`.messages [data-ts="${CSS.escape(ts)}"]`);
  row?.scrollIntoView({ block: "center" });
  row?.focus();
}

function pinsMenu(event, conversation) {
  const item = (message) => {
    const said = unescape(message.text).slice(0, 90);
    const words = h(
      "span",
      { class: "person" },
      h("strong", {}, message.author.real_name),
      h("small", {}, said),
    );
    return menuItem(words, () => jumpTo(message.ts));
  };
  openMenu(
    event.currentTarget,
    "Pinned messages",
    h("div", { class: "menu-title" }, "Pinned messages"),
    conversation.messages.filter((message) => message.pinned_to?.length).map(item),
  );
}

function channelMenu(event, conversation) {
  const anchor = event.currentTarget;
  const { id, name, members } = conversation;
  const bot = store.bot;
  const archive = async () => {
    const body = "No one can post to it any more. The app can't undo this.";
    const agreed = await ask({ title: `Archive #${name}`, body, yes: "Archive", no: "Cancel", danger: true });
    if (agreed) api.archive(id);
  };
  openMenu(
    anchor,
    "Channel",
    store
      .shortcutsOf("global")
      .map((shortcut) => menuItem(`⚡ ${shortcut.name}`, () => api.shortcut(shortcut.callback_id))),
    menuItem("Add people…", () => addPeople(anchor, conversation)),
    menuItem("Rename…", () => renameChannel(conversation)),
    menuItem("Leave channel", () => api.leave(id)),
    members.includes(bot.id) ? menuItem(`Remove ${bot.real_name}`, () => api.kick(id, bot.id), true) : "",
    menuItem("Archive channel", archive, true),
  );
}

function addPeople(anchor, conversation) {
  const others = store.people().filter((user) => !conversation.members.includes(user.id));
  openMenu(
    anchor,
    "Add people",
    h("div", { class: "menu-title" }, others.length ? "Add to channel" : "Everyone is here"),
    others.map((user) => menuItem(user.real_name, () => api.invite(conversation.id, user.id))),
  );
}

async function renameChannel(conversation) {
  const name = h("input", {
    class: "field",
    value: conversation.name,
    "aria-label": "New name",
    autofocus: true,
  });
  if (await ask({ title: "Rename channel", body: name, yes: "Rename", no: "Cancel" }))
    await api.rename(conversation.id, name.value.trim());
}

export function menuToggle() {
  return h(
    "button",
    {
      class: "button icon menu-toggle",
      type: "button",
      "aria-label": "Show channels",
      onclick: () => document.body.classList.toggle("sidebar-open"),
    },
    "☰",
  );
}

export function header(conversation) {
  const app = store.isApp(conversation);
  const pinned = conversation.messages.filter((message) => message.pinned_to?.length).length;
  const people = conversation.members.filter((id) => !store.user(id)?.deleted);
  return h(
    "header",
    { class: "channel-header" },
    menuToggle(),
    h("h1", {}, conversation.kind === "private" ? "🔒 " : "", store.title(conversation)),
    conversation.topic
      ? h("span", { class: "topic", title: unescape(conversation.topic) }, mrkdwn(conversation.topic))
      : "",
    h("span", { class: "spacer" }),
    pinned
      ? h(
          "button",
          {
            class: "button icon",
            type: "button",
            "aria-label": `${pinned} pinned`,
            onclick: (event) => pinsMenu(event, conversation),
          },
          `📌 ${pinned}`,
        )
      : "",
    store.isDirect(conversation)
      ? ""
      : h(
          "span",
          {
            class: "members",
            title: people.map((id) => store.user(id)?.name).join(", "),
            "aria-label": `${people.length} members`,
          },
          people.slice(0, 3).map((id) => avatar(store.user(id))),
          String(people.length),
        ),
    store.isDirect(conversation)
      ? ""
      : h(
          "button",
          {
            class: "button icon",
            type: "button",
            "aria-label": "Channel menu",
            "aria-haspopup": "menu",
            onclick: (event) => channelMenu(event, conversation),
          },
          "⋯",
        ),
    app ? tabs("messages") : "",
  );
}

export function tabs(active) {
  const tab = (name, label, target) =>
    h(
      "button",
      {
        class: "tab",
        type: "button",
        "aria-current": name === active ? "page" : null,
        onclick: () => store.open(target),
      },
      label,
    );
  return h(
    "nav",
    { class: "tabs", "aria-label": store.bot.real_name },
    tab("home", "Home", "home"),
    tab("messages", "Messages", `@${store.bot.name}`),
  );
}

/** How to get an app here, as long as there is none. */
export function notice() {
  if (store.app.connected) return "";
  return h(
    "p",
    { class: "notice" },
    "No app is connected. Start one with ",
    h("code", {}, `SLACK_API_URL=${location.origin}/api/`),
    " ",
    h("code", {}, "SLACK_BOT_TOKEN=xoxb-playground"),
    " ",
    h("code", {}, "SLACK_APP_TOKEN=xapp-playground"),
  );
}

export function bookmarks(conversation) {
  if (!conversation.bookmarks?.length) return "";
  return h(
    "div",
    { class: "bookmarks" },
    conversation.bookmarks.map((bookmark) =>
      h(
        "span",
        { class: "bookmark" },
        bookmark.emoji ? mrkdwn(bookmark.emoji) : "🔖",
        " ",
        link(bookmark.link, bookmark.title),
      ),
    ),
  );
}
