// Layout blocks. `surface` is what the interactive elements in them talk to (see elements.js).

import { h } from "./dom.js";
import { renderElement } from "./elements.js";
import { link, mrkdwn, plainText, textObject } from "./mrkdwn.js";
import { richText } from "./rich_text.js";

let labels = 0;

const imageSource = (image) => image.image_url ?? image.slack_file?.url;

/** The `markdown` block is standard Markdown; here its common marks become Slack's. */
function markdown(text) {
  return mrkdwn(
    text
      .replace(/^#{1,6}\s+(.+)$/gm, "*$1*")
      .replace(/\*\*([^*\n]+)\*\*/g, "*$1*")
      .replace(/\[([^\]\n]+)\]\(([^)\s]+)\)/g, "<$2|$1>")
      .replace(/^[-*]\s+/gm, "• "),
  );
}

const BLOCKS = {
  section: (block, surface) =>
    h(
      "div",
      { class: "block section" },
      h(
        "div",
        { class: "section-text" },
        block.text ? h("div", {}, textObject(block.text)) : "",
        block.fields
          ? h(
              "div",
              { class: "fields" },
              block.fields.map((field) => h("div", {}, textObject(field))),
            )
          : "",
      ),
      block.accessory ? h("div", { class: "accessory" }, renderElement(block, block.accessory, surface)) : "",
    ),
  header: (block) => h("h3", { class: "block header" }, textObject(block.text)),
  divider: () => h("hr", { class: "block divider" }),
  context: (block) =>
    h(
      "div",
      { class: "block context" },
      block.elements.map((element) =>
        element.type === "image"
          ? h("img", { src: imageSource(element), alt: element.alt_text })
          : h("span", {}, textObject(element)),
      ),
    ),
  actions: (block, surface) =>
    h(
      "div",
      { class: "block actions" },
      block.elements.map((element) => renderElement(block, element, surface)),
    ),
  image: (block) =>
    h(
      "figure",
      { class: "block image" },
      block.title ? h("figcaption", {}, textObject(block.title)) : "",
      h("img", { src: imageSource(block), alt: block.alt_text, loading: "lazy" }),
    ),
  input: (block, surface) => {
    const labelId = `label-${++labels}`;
    const error = surface.error?.(block);
    const element = renderElement(block, block.element, surface, labelId);
    return h(
      "div",
      { class: error ? "block input invalid" : "block input", data: { block: block.block_id ?? "" } },
      h(
        "div",
        { class: "label", id: labelId },
        textObject(block.label),
        block.optional ? h("span", { class: "optional" }, " (optional)") : "",
      ),
      element,
      error ? h("p", { class: "error", role: "alert" }, error) : "",
      block.hint ? h("p", { class: "hint" }, textObject(block.hint)) : "",
    );
  },
  markdown: (block) => h("div", { class: "block" }, markdown(block.text)),
  rich_text: (block) => h("div", { class: "block" }, richText(block)),
  table: (block) =>
    h(
      "table",
      { class: "block table" },
      block.rows.map((row, index) =>
        h(
          "tr",
          {},
          row.map((cell, column) =>
            h(
              index ? "td" : "th",
              { class: `align-${block.column_settings?.[column]?.align ?? "left"}` },
              cell.type === "raw_text" ? plainText(cell.text, false) : richText(cell),
            ),
          ),
        ),
      ),
    ),
  video: (block) =>
    h(
      "figure",
      { class: "block image" },
      h("figcaption", {}, link(block.title_url ?? block.video_url, block.title.text)),
      h("img", { src: block.thumbnail_url, alt: block.alt_text, loading: "lazy" }),
    ),
};

export function renderBlocks(blocks, surface) {
  return blocks.map((block) =>
    (BLOCKS[block.type] ?? (() => h("p", { class: "unsupported" }, `[${block.type}]`)))(block, surface),
  );
}
