// Slack's mrkdwn as DOM nodes. The text is data from anyone: it only ever becomes text nodes, and links only to safe schemes.

import { h } from "./dom.js";
import { emojiOf } from "./emoji.js";
import { store } from "./store.js";

const ENTITIES = { "&amp;": "&", "&lt;": "<", "&gt;": ">" };

export function unescape(text) {
  return text.replace(/&(?:amp|lt|gt);/g, (entity) => ENTITIES[entity]);
}

/** A message's text as its author would type it again. */
export function readable(text) {
  const name = (mark, found, whole) => (found ? `${mark}${found.name}` : whole);
  return unescape(
    text
      .replace(/<@(\w+)(?:\|[^>]*)?>/g, (whole, id) => name("@", store.user(id), whole))
      .replace(/<#(\w+)(?:\|[^>]*)?>/g, (whole, id) => name("#", store.channel(id), whole))
      .replace(/<!(here|channel|everyone)>/g, "@$1")
      .replace(/<(https?:[^>|]+)(?:\|[^>]*)?>/g, "$1"),
  );
}

/** The words of a plain_text object. */
export const plain = (object) => unescape(object?.text ?? "");

/** The address if following it can't run anything, else undefined. */
export function safeHref(url) {
  return /^(https?:|mailto:|tel:|slack:)/i.test(url) ? url : undefined;
}

export function link(url, label) {
  const href = safeHref(url);
  return href
    ? h("a", { href, target: "_blank", rel: "noopener noreferrer" }, label ?? url)
    : h("span", {}, label ?? url);
}

export function emoji(name) {
  const character = emojiOf(name);
  return character
    ? h("span", { class: "emoji", title: `:${name}:`, role: "img", "aria-label": name }, character)
    : `:${name}:`;
}

export function userMention(id, fallback) {
  const user = store.user(id);
  const own = id === store.me?.id;
  return h("span", { class: own ? "mention own" : "mention" }, `@${user ? user.name : (fallback ?? id)}`);
}

export function channelMention(id, fallback) {
  const channel = store.channel(id);
  const label = `#${channel ? channel.name : (fallback ?? "private-channel")}`;
  return h("button", { class: "mention", type: "button", onclick: () => channel && store.open(id) }, label);
}

/** Slack's date tokens, shown in the reader's own time zone. */
export function date(seconds, format) {
  const when = new Date(seconds * 1000);
  const zone = { timeZone: store.me?.tz ?? "UTC" };
  const show = (options, at = when) => new Intl.DateTimeFormat("en-US", { ...zone, ...options }).format(at);
  const day = (at) => show({ year: "numeric", month: "2-digit", day: "2-digit" }, at);
  const nearby = {
    [day(new Date(store.now() - 864e5))]: "yesterday",
    [day(new Date(store.now()))]: "today",
    [day(new Date(store.now() + 864e5))]: "tomorrow",
  };
  const pretty = (otherwise) => nearby[day(when)] ?? otherwise;
  const [short, normal, long] = [
    show({ month: "short", day: "numeric", year: "numeric" }),
    show({ month: "long", day: "numeric", year: "numeric" }),
    show({ weekday: "long", month: "long", day: "numeric", year: "numeric" }),
  ];
  const tokens = {
    date_num: `${show({ year: "numeric" })}-${show({ month: "2-digit" })}-${show({ day: "2-digit" })}`,
    date: normal,
    date_short: short,
    date_long: long,
    date_pretty: pretty(normal),
    date_short_pretty: pretty(short),
    date_long_pretty: pretty(long),
    time: show({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" }),
    time_secs: show({ hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" }),
    ago: ago(seconds),
  };
  return format.replace(/\{(\w+)\}/g, (token, name) => tokens[name] ?? token);
}

export function ago(seconds) {
  const past = Math.round(store.now() / 1000 - seconds);
  const [unit, size] = [
    ["day", 86400],
    ["hour", 3600],
    ["minute", 60],
    ["second", 1],
  ].find(([, length]) => Math.abs(past) >= length) ?? ["second", 1];
  return new Intl.RelativeTimeFormat("en", { numeric: "auto" }).format(-Math.trunc(past / size), unit);
}

/** What stands between `<` and `>`: a mention, a command like `!date`, or a link. */
function bracket(inside) {
  const [target, label] = [
    inside.split("|", 1)[0],
    inside.includes("|") ? unescape(inside.slice(inside.indexOf("|") + 1)) : undefined,
  ];
  if (/^@[UW]/.test(target)) return userMention(target.slice(1), label);
  if (/^#[CG]/.test(target)) return channelMention(target.slice(1), label);
  if (/^!(here|channel|everyone)$/.test(target))
    return h("span", { class: "mention own" }, `@${target.slice(1)}`);
  if (target.startsWith("!subteam^"))
    return h(
      "span",
      { class: "mention" },
      label ?? `@${store.usergroups.get(target.slice(9))?.handle ?? "group"}`,
    );
  if (target.startsWith("!date^")) {
    const [, seconds, format, url] = target.split("^");
    if (!/^\d+$/.test(seconds) || !format) return label ?? "";
    const shown = date(Number(seconds), unescape(format));
    const node = h(
      "time",
      { dateTime: new Date(seconds * 1000).toISOString(), title: label ?? shown },
      shown,
    );
    return url ? link(unescape(url), node) : node;
  }
  if (target.startsWith("!")) return label ?? target.slice(1);
  return link(unescape(target), label);
}

// In order: <…>, `code`, :emoji:, *bold*, _italic_, ~struck~. Marks count only at the edge of a word.
const INLINE =
  /<([^<>\n]+)>|`([^`\n]+)`|:([a-z0-9_+'-]+(?:::skin-tone-\d)?):|(?<![\p{L}\p{N}*])\*(?! )([^*\n]*[^*\s])\*(?![\p{L}\p{N}*])|(?<![\p{L}\p{N}_])_(?! )([^_\n]*[^_\s])_(?![\p{L}\p{N}_])|(?<![\p{L}\p{N}~])~(?! )([^~\n]*[^~\s])~(?![\p{L}\p{N}~])/gu;

function inline(text) {
  const nodes = [];
  let end = 0;
  for (const found of text.matchAll(INLINE)) {
    if (found.index > end) nodes.push(unescape(text.slice(end, found.index)));
    end = found.index + found[0].length;
    const [, inside, code, name, bold, italic, struck] = found;
    if (inside !== undefined) nodes.push(bracket(inside));
    else if (code !== undefined) nodes.push(h("code", {}, unescape(code)));
    else if (name !== undefined) nodes.push(emoji(name));
    else if (bold !== undefined) nodes.push(h("strong", {}, inline(bold)));
    else if (italic !== undefined) nodes.push(h("em", {}, inline(italic)));
    else nodes.push(h("s", {}, inline(struck)));
  }
  if (end < text.length) nodes.push(unescape(text.slice(end)));
  return nodes;
}

function lines(text) {
  const nodes = [];
  let quote = null;
  text.split("\n").forEach((line, index) => {
    const quoted = /^(?:&gt;|>) ?(.*)$/.exec(line);
    if (quoted) {
      if (!quote) nodes.push((quote = h("blockquote")));
      else quote.append(h("br"));
      quote.append(...inline(quoted[1]));
      return;
    }
    if (index > 0 && !quote) nodes.push(h("br"));
    quote = null;
    nodes.push(...inline(line));
  });
  return nodes;
}

/** mrkdwn with code blocks, quotes and line breaks. */
export function mrkdwn(text) {
  return String(text)
    .split(/```\n?([\s\S]*?)\n?```\n?/)
    .flatMap((part, index) =>
      index % 2 ? h("pre", {}, codeBlock(part)) : part ? lines(part.replace(/\n$/, "")) : [],
    );
}

function codeBlock(text) {
  return unescape(text.replace(/<([^<>|\n]+)(?:\|([^<>\n]*))?>/g, (_, target, label) => label ?? target));
}

/** Plain text: nothing but emoji and line breaks. */
export function plainText(text, withEmoji = true) {
  return String(text)
    .split(/(\n|:[a-z0-9_+'-]+:)/)
    .map((part) =>
      part === "\n" ? h("br") : withEmoji && /^:.+:$/.test(part) ? emoji(part.slice(1, -1)) : part,
    );
}

/** A text object of Block Kit. */
export function textObject(object) {
  return object.type === "mrkdwn"
    ? mrkdwn(object.text)
    : plainText(unescape(object.text), object.emoji !== false);
}
