// The modal on top of a person's stack. What was filled in survives an update for inputs that keep their ids.

import { api } from "./api.js";
import { renderBlocks } from "./blocks.js";
import { h } from "./dom.js";
import { plainText, unescape } from "./mrkdwn.js";

let shown = null; // {view, drawn, typed: Map of "block_id.action_id" to value, dialog}

const nameOf = (block, element) => `${block.block_id}.${element.action_id}`;

/** Brings the dialog in line with the top of the stack: opens, redraws or closes it. */
export function showModal(view) {
  const drawn = view ? JSON.stringify([view.id, view.hash, view.errors]) : undefined;
  if (shown?.drawn === drawn) return;
  const typed = view && shown?.view.id === view.id ? shown.typed : new Map();
  const focused = shown?.dialog.contains(document.activeElement)
    ? document.activeElement.dataset.focus
    : null;
  shown?.dialog.remove();
  shown = view ? { view, drawn, typed, dialog: draw(view, typed) } : null;
  if (!shown) return;
  document.body.append(shown.dialog);
  shown.dialog.showModal();
  const wanted = Object.keys(view.errors).length
    ? ".invalid :is(input, textarea, select, button)"
    : focused && `[data-focus="${CSS.escape(focused)}"]`;
  if (wanted) shown.dialog.querySelector(wanted)?.focus();
}

/** What Slack keeps as `{type, selected_option: {value}}` and the like, as the plain value that elements hold. */
function plainValue(kept) {
  if (!kept) return undefined;
  const [held] = Object.entries(kept)
    .filter(([key]) => key !== "type")
    .map(([, value]) => value);
  const plain = (value) =>
    typeof value === "object" && value !== null ? (value.value ?? value.id ?? value) : value;
  return Array.isArray(held) ? held.map(plain) : plain(held);
}

function surfaceOf(view, typed) {
  return {
    value: (block, element) =>
      typed.get(nameOf(block, element)) ?? plainValue(view.state.values[block.block_id]?.[element.action_id]),
    error: (block) => view.errors[block.block_id],
    typed: (block, element, value) => typed.set(nameOf(block, element), value),
    options: (block, element, query) => api.options({ view: "modal" }, block, element, query),
    changed: (block, element, value) => {
      const told = block.type !== "input" || block.dispatch_action;
      if (element.type !== "button" && element.type !== "overflow") typed.set(nameOf(block, element), value);
      return told ? api.press({ view: "modal" }, block, element, value) : true;
    },
  };
}

function draw(view, typed) {
  const title = unescape(view.title.text);
  const close = () => api.closeModal();
  const submit = async (event) => {
    event.preventDefault();
    dialog.setAttribute("aria-busy", "true");
    await api.submit(Object.fromEntries(typed));
    dialog.removeAttribute("aria-busy");
  };
  const dialog = h(
    "dialog",
    { class: "modal", "aria-label": title, oncancel: (event) => (event.preventDefault(), close()) },
    h(
      "form",
      { noValidate: true, onsubmit: submit },
      h(
        "header",
        {},
        h("h2", {}, plainText(title)),
        h(
          "button",
          {
            class: "button icon",
            type: "button",
            "aria-label": "Close",
            onclick: () => api.closeModal(true),
          },
          "✕",
        ),
      ),
      h(
        "div",
        { class: "modal-body" },
        renderBlocks(view.blocks, surfaceOf(view, typed)),
        h("p", { class: "error", role: "alert" }, view.errors[""] ?? ""),
      ),
      h(
        "footer",
        {},
        h(
          "button",
          { class: "button", type: "button", onclick: close },
          view.close ? plainText(view.close.text) : view.submit ? "Cancel" : "Close",
        ),
        view.submit
          ? h("button", { class: "button primary", type: "submit" }, plainText(view.submit.text))
          : "",
      ),
    ),
  );
  return dialog;
}
