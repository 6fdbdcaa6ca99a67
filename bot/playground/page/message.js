// One message with everything on it: author, text or blocks, files, reactions, its thread, and what can be done with it.

import { renderBlocks } from "./blocks.js";
import { ask, h, menuItem, openMenu, toast } from "./dom.js";
import { emojiOf } from "./emoji.js";
import { ago, emoji, link, mrkdwn, readable } from "./mrkdwn.js";
import { api } from "./api.js";
import { pickEmoji, reactions } from "./reactions.js";
import { store } from "./store.js";

const QUICK = ["white_check_mark", "eyes"];
const SYSTEM = /^(channel|group)_(join|leave|topic|purpose|name|archive|unarchive)$/;

/** What people chose in messages so far: Slack, too, keeps that in the client. */
const chosen = new Map();

export const seconds = (ts) => Number(ts.split(".")[0]);

export function clock(ts) {
  return new Intl.DateTimeFormat("en-GB", {
    hour: "2-digit",
    minute: "2-digit",
    timeZone: store.me.tz,
  }).format(seconds(ts) * 1000);
}

export function avatar(user, icon) {
  if (icon?.emoji)
    return h("span", { class: "avatar app", "aria-hidden": "true" }, emoji(icon.emoji.replaceAll(":", "")));
  const initials = (user?.real_name ?? "?")
    .split(" ")
    .map((word) => word[0])
    .slice(0, 2)
    .join("");
  const node = h("span", { class: user?.is_bot ? "avatar app" : "avatar", "aria-hidden": "true" }, initials);
  if (/^[0-9a-f]{6}$/i.test(user?.color ?? "")) node.style.setProperty("--person", `#${user.color}`);
  return node;
}

export function isSystem(message) {
  return SYSTEM.test(message.subtype ?? "");
}

function surfaceOf(channel, message) {
  const key = (block, element) => `${channel}/${message.ts}/${block.block_id}/${element.action_id}`;
  const typed = (block, element, value) => chosen.set(key(block, element), value);
  return {
    value: (block, element) => chosen.get(key(block, element)),
    typed,
    options: (block, element, query) => api.options({ channel, ts: message.ts }, block, element, query),
    changed: (block, element, value) => {
      if (element.type !== "button" && element.type !== "overflow") typed(block, element, value);
      return api.press({ channel, ts: message.ts }, block, element, value);
    },
  };
}

function body(channel, message, surface) {
  if (message.subtype === "tombstone") return h("em", { class: "quiet" }, "This message was deleted.");
  const parts = message.blocks?.length
    ? renderBlocks(message.blocks, surface)
    : message.text
      ? [h("div", { class: "text" }, mrkdwn(message.text))]
      : [];
  if (message.edited && !message.bot_id) parts.push(h("span", { class: "quiet" }, " (edited)"));
  return [
    parts,
    (message.attachments ?? []).map((item) => attachment(item, surface)),
    (message.files ?? []).map(file),
  ];
}

function attachment(item, surface) {
  const node = h(
    "div",
    { class: "attachment" },
    item.pretext ? h("div", {}, mrkdwn(item.pretext)) : "",
    item.title ? h("strong", {}, item.title_link ? link(item.title_link, item.title) : item.title) : "",
    item.text ? h("div", {}, mrkdwn(item.text)) : "",
    item.fields
      ? h(
          "div",
          { class: "fields" },
          item.fields.map((field) =>
            h("div", {}, h("strong", {}, field.title), h("div", {}, mrkdwn(field.value ?? ""))),
          ),
        )
      : "",
    item.blocks ? renderBlocks(item.blocks, surface) : "",
    item.footer ? h("small", { class: "quiet" }, item.footer) : "",
  );
  const color =
    { good: "#2eb67d", warning: "#ecb22e", danger: "#e01e5a" }[item.color] ??
    (item.color?.startsWith("#") ? item.color : `#${item.color}`);
  if (/^#[0-9a-f]{6}$/i.test(color)) node.style.setProperty("--bar", color);
  return node;
}

function file(item) {
  const href = item.url_private;
  if (item.mimetype?.startsWith("image/"))
    return h(
      "a",
      { class: "file-image", href, target: "_blank" },
      h("img", { src: href, alt: item.title || item.name, loading: "lazy" }),
    );
  return h(
    "a",
    { class: "file", href, download: item.name },
    h("span", { class: "file-kind", "aria-hidden": "true" }, (item.filetype || "file").slice(0, 4)),
    h(
      "span",
      {},
      h("strong", {}, item.title || item.name),
      h("small", { class: "quiet" }, `${item.size.toLocaleString("en")} bytes`),
    ),
  );
}

function threadSummary(message, openThread) {
  if (!message.reply_count) return "";
  return h(
    "button",
    { class: "thread-summary", type: "button", onclick: openThread },
    (message.reply_users ?? []).slice(0, 4).map((id) => avatar(store.user(id))),
    h("strong", {}, message.reply_count === 1 ? "1 reply" : `${message.reply_count} replies`),
    h("span", { class: "quiet" }, `Last reply ${ago(seconds(message.latest_reply))}`),
  );
}

function moreMenu(anchor, channel, message) {
  const { ts, thread_ts: thread } = message;
  const own = message.user === store.me.id && !message.bot_id;
  const pinned = Boolean(message.pinned_to?.length);
  const shortcuts = store
    .shortcutsOf("message")
    .map((shortcut) => menuItem(shortcut.name, () => api.shortcut(shortcut.callback_id, { channel, ts })));
  const copyLink = async () => {
    const address = `${location.origin}/archives/${channel}/p${ts.replace(".", "")}`;
    await navigator.clipboard.writeText(thread && thread !== ts ? `${address}?thread_ts=${thread}` : address);
    toast("Link copied.");
  };
  openMenu(
    anchor,
    "More actions",
    shortcuts.length ? [h("div", { class: "menu-title" }, "Message shortcuts"), shortcuts, h("hr")] : "",
    menuItem("Copy link", copyLink),
    menuItem(pinned ? "Unpin from channel" : "Pin to channel", () => api.pin(channel, ts, !pinned)),
    own ? menuItem("Edit message", () => editInPlace(channel, message)) : "",
    own || message.bot_id ? menuItem("Delete message", () => remove(channel, message), true) : "",
  );
}

async function remove(channel, message) {
  const agreed = await ask({
    title: "Delete message",
    body: "Delete this message? This can't be undone.",
    yes: "Delete",
    no: "Cancel",
    danger: true,
  });
  if (agreed) await api.remove(channel, message.ts);
}

function editInPlace(channel, message) {
  const row = document.querySelector(`.messages [data-ts="${CSS.escape(message.ts)}"] .message-body`);
  const before = [...row.childNodes];
  const restore = () => row.replaceChildren(...before);
  const input = h("textarea", {
    class: "field",
    rows: 3,
    value: readable(message.text),
    "aria-label": "Edit message",
  });
  const form = h(
    "form",
    {
      class: "edit",
      onsubmit: async (event) => {
        event.preventDefault();
        if (!(await api.edit(channel, message.ts, input.value))) restore();
      },
      onkeydown: (event) => {
        if (event.key === "Escape") restore();
        if (event.key === "Enter" && !event.shiftKey) (event.preventDefault(), form.requestSubmit());
      },
    },
    input,
    h("button", { class: "button", type: "button", onclick: restore }, "Cancel"),
    h("button", { class: "button primary" }, "Save"),
  );
  row.replaceChildren(form);
  input.focus();
}

function toolbar(channel, message, openThread) {
  const tool = (label, act, content) =>
    h("button", { type: "button", title: label, "aria-label": label, onclick: act }, content);
  return h(
    "div",
    { class: "toolbar", role: "toolbar", "aria-label": "Message actions" },
    QUICK.map((name) =>
      tool(`React with ${name}`, () => api.react(channel, message.ts, name, true), emojiOf(name)),
    ),
    tool(
      "Add reaction",
      (event) => pickEmoji(event.currentTarget, (name) => api.react(channel, message.ts, name, true)),
      "☺",
    ),
    openThread ? tool("Reply in thread", openThread, "💬") : "",
    tool("More actions", (event) => moreMenu(event.currentTarget, channel, message), "⋯"),
  );
}

/**
 * A row of the message list. `item` is `{channel, message, compact, inThread}`; `joined` lists the ids of people whose
 * joining this line stands for.
 */
export function renderMessage(item) {
  const { channel, message, compact, inThread } = item;
  const author = store.user(message.author.id);
  if (isSystem(message)) {
    const text = item.joined ? joinedLine(item.joined) : mrkdwn(message.text.replace(/^<@[^>]+> /, ""));
    return h(
      "div",
      { class: "system", data: { ts: message.ts } },
      avatar(author),
      h("span", {}, item.joined ? "" : h("strong", {}, author?.name ?? message.user), " ", text),
      h("time", {}, clock(message.ts)),
    );
  }
  const name = message.author.real_name;
  const openThread = inThread ? null : () => store.openThread(message.ts);
  const ephemeral = message.only_visible_to_you;
  return h(
    "article",
    {
      class: [
        "message",
        compact && "compact",
        ephemeral && "ephemeral",
        message.pinned_to?.length && "pinned",
      ]
        .filter(Boolean)
        .join(" "),
      tabIndex: 0,
      data: { ts: message.ts },
      "aria-label": `${name}, ${clock(message.ts)}`,
    },
    h("div", { class: "gutter" }, compact ? h("time", {}, clock(message.ts)) : avatar(author, message.icons)),
    h(
      "div",
      { class: "message-main" },
      message.pinned_to?.length ? h("div", { class: "note" }, "📌 Pinned") : "",
      ephemeral ? h("div", { class: "note" }, "👁 Only visible to you") : "",
      compact
        ? ""
        : h(
            "div",
            { class: "byline" },
            h("strong", {}, name),
            message.bot_id || author?.is_bot ? h("span", { class: "badge" }, "APP") : "",
            author?.is_restricted ? h("span", { class: "badge" }, "GUEST") : "",
            h("time", { title: new Date(seconds(message.ts) * 1000).toUTCString() }, clock(message.ts)),
          ),
      h("div", { class: "message-body" }, body(channel, message, surfaceOf(channel, message))),
      reactions(channel, message),
      inThread ? "" : threadSummary(message, openThread),
      ephemeral
        ? h(
            "button",
            { class: "link", type: "button", onclick: () => api.remove(channel, message.ts) },
            "Dismiss message",
          )
        : "",
    ),
    ephemeral || message.subtype === "tombstone" ? "" : toolbar(channel, message, openThread),
  );
}

function joinedLine(ids) {
  const names = ids.map((id) => h("strong", {}, store.user(id)?.name ?? id));
  const line = names.flatMap((name, index) =>
    index === 0 ? [name] : [index === names.length - 1 ? " and " : ", ", name],
  );
  return [...line, " joined."];
}
