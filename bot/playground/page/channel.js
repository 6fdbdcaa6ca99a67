// The middle column: a conversation with its header, bookmarks, messages and composer, or the app's Home tab.

import { api } from "./api.js";
import { renderBlocks } from "./blocks.js";
import { composer } from "./composer.js";
import { bookmarks, header, menuToggle, notice, tabs } from "./channel_header.js";
import { h, reconcile, redraw } from "./dom.js";
import { avatar, isSystem, renderMessage, seconds } from "./message.js";
import { store } from "./store.js";

const GAP = 300; // seconds after which the same author gets a new byline

function day(ts) {
  const zone = { timeZone: store.me.tz };
  const name = (at) =>
    new Intl.DateTimeFormat("en-US", { ...zone, weekday: "long", month: "long", day: "numeric" }).format(at);
  const shown = name(seconds(ts) * 1000);
  if (shown === name(store.now())) return "Today";
  return shown === name(store.now() - 864e5) ? "Yesterday" : shown;
}

/** Whether a message reads on from the one before, without a byline of its own. */
function continues(message, before) {
  if (!before || isSystem(before) || message.pinned_to || message.blocks?.length) return false;
  const sameAuthor =
    before.author.id === message.author.id && before.author.real_name === message.author.real_name;
  const sameReaders = before.only_visible_to_you === message.only_visible_to_you;
  return sameAuthor && sameReaders && seconds(message.ts) - seconds(before.ts) < GAP;
}

/** Rows for a list of messages: lines between days, people who joined one after another in one row. */
function rows(channel, messages, inThread) {
  const list = [];
  let before = null;
  const separate = (text, key) => {
    list.push({ separator: text, key });
    before = null;
  };
  messages.forEach((message, index) => {
    if (inThread && index === 1)
      separate(`${messages.length - 1} ${messages.length === 2 ? "reply" : "replies"}`, "replies");
    if (!inThread && (index === 0 || day(message.ts) !== day(messages[index - 1].ts)))
      separate(day(message.ts), message.ts);
    const joins = /_join$/.test(message.subtype ?? "");
    const joined = list.at(-1)?.joined;
    if (joins && joined) {
      if (!joined.includes(message.user)) joined.push(message.user);
    } else {
      list.push({
        channel,
        message,
        inThread,
        compact: continues(message, before),
        joined: joins ? [message.user] : null,
      });
    }
    before = message;
  });
  return list;
}

/** Keeps the newest message in sight while a list grows or its window changes, unless the reader scrolled up. */
export function follow(list) {
  list.following = true;
  list.addEventListener("scroll", () => {
    list.following = list.scrollHeight - list.scrollTop - list.clientHeight < 80;
  });
  list.addEventListener("load", () => toEnd(list), true); // an image came in
  new ResizeObserver(() => toEnd(list)).observe(list);
}

function toEnd(list) {
  if (list.following) list.scrollTop = list.scrollHeight;
}

export function fillMessages(list, channel, messages, inThread) {
  reconcile(
    list,
    rows(channel, messages, inThread),
    (item) => (item.separator ? `separator-${item.key}` : item.message.ts),
    (item) =>
      item.separator
        ? h("div", { class: "day", role: "separator" }, h("span", {}, item.separator))
        : renderMessage(item),
  );
  toEnd(list);
}

/** Arrow keys go from message to message. */
export function walkMessages(event) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step || !event.target.matches("article")) return;
  const all = [...event.currentTarget.querySelectorAll("article")];
  const next = all[all.indexOf(event.target) + step];
  if (next) (event.preventDefault(), next.focus());
}

function foot(conversation) {
  const { id, archived, is_member } = conversation;
  const title = store.title(conversation);
  if (!archived && is_member) return composer(id, null, `Message ${title}`);
  const [text, label, act] = archived
    ? [`${title} is archived: it can be read, and nothing more. `, "Unarchive", () => api.unarchive(id)]
    : [`You are looking at ${title}. `, "Join channel", () => api.join(id)];
  return h(
    "p",
    { class: "closed" },
    text,
    h("button", { class: "button", type: "button", onclick: act }, label),
  );
}

export function renderConversation() {
  const conversation = store.conversation;
  const { messages, ...frame } = conversation;
  const shown = `${store.me.id}/${conversation.id}`;
  const list = document.getElementById("messages");
  if (list.dataset.shown !== shown) {
    list.replaceChildren();
    list.dataset.shown = shown;
    list.following = true;
  }
  document.getElementById("home").hidden = true;
  list.hidden = false;
  const pinned = messages.filter((message) => message.pinned_to?.length).length;
  redraw("top", [shown, { ...frame, unread: 0, mentions: 0 }, pinned, store.app.connected], () => [
    header(conversation),
    bookmarks(conversation),
    notice(),
  ]);
  redraw("foot", [shown, conversation.archived, conversation.is_member, conversation.name], () => [
    foot(conversation),
  ]);
  fillMessages(list, conversation.id, messages, false);
}

export function renderHome() {
  const view = store.home;
  const surface = {
    value: () => undefined,
    typed: () => undefined,
    options: (block, element, query) => api.options({ view: "home" }, block, element, query),
    changed: (block, element, value) => api.press({ view: "home" }, block, element, value),
  };
  document.getElementById("messages").hidden = true;
  document.getElementById("home").hidden = false;
  redraw("top", ["home", store.me.id], () => [
    h(
      "header",
      { class: "channel-header" },
      menuToggle(),
      avatar(store.bot),
      h("h1", {}, store.bot.real_name),
      h("span", { class: "spacer" }),
      tabs("home"),
    ),
  ]);
  redraw("foot", ["home"], () => []);
  redraw("home", [store.me.id, view], () =>
    view
      ? renderBlocks(view.blocks, surface)
      : [h("p", { class: "quiet" }, `${store.bot.real_name} has not published a Home tab for you yet.`)],
  );
}
