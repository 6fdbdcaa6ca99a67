// The rich_text block.

import { h } from "./dom.js";
import { store } from "./store.js";
import { channelMention, date, emoji, link, userMention } from "./mrkdwn.js";

const SPANS = {
  text: (span) => span.text.split(/(\n)/).map((part) => (part === "\n" ? h("br") : part)),
  link: (span) => link(span.url, span.text),
  user: (span) => userMention(span.user_id),
  usergroup: (span) =>
    h("span", { class: "mention" }, `@${store.usergroups.get(span.usergroup_id)?.handle ?? "group"}`),
  channel: (span) => channelMention(span.channel_id),
  emoji: (span) => emoji(span.name),
  broadcast: (span) => h("span", { class: "mention own" }, `@${span.range}`),
  color: (span) => h("code", {}, span.value),
  date: (span) => h("time", {}, date(span.timestamp, span.format)),
};
const STYLES = { bold: "strong", italic: "em", strike: "s", code: "code", underline: "u" };

function spans(elements) {
  return elements.map((span) => {
    const content = (SPANS[span.type] ?? (() => ""))(span);
    return Object.entries(STYLES).reduce(
      (inner, [style, tag]) => (span.style?.[style] ? h(tag, {}, inner) : inner),
      content,
    );
  });
}

const PARTS = {
  rich_text_section: (part) => h("div", {}, spans(part.elements)),
  rich_text_quote: (part) => h("blockquote", {}, spans(part.elements)),
  rich_text_preformatted: (part) => h("pre", {}, spans(part.elements)),
  rich_text_list: (part) =>
    h(
      part.style === "ordered" ? "ol" : "ul",
      {
        class: `indent-${part.indent ?? 0}`,
        start: part.style === "ordered" ? (part.offset ?? 0) + 1 : null,
      },
      part.elements.map((item) => h("li", {}, spans(item.elements))),
    ),
};

export function richText(block) {
  return h(
    "div",
    { class: "rich-text" },
    block.elements.map((part) => PARTS[part.type]?.(part)),
  );
}
