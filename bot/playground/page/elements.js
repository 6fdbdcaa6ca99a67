// Interactive elements of Block Kit.
//
// A "surface" (message, Home tab or modal) gives what an element needs; a value is text, an option's value, an id, or a list:
//   surface.value(block, element)          what was chosen so far, or undefined
//   surface.typed(block, element, value)   text was typed: kept until something is submitted
//   surface.options(block, element, query) what the app offers in an `external_select`
//   surface.changed(block, element, value) a choice was made, a button pressed: kept, and told to the app where Slack does

import { ask, h, menuItem, openMenu } from "./dom.js";
import { choices, fileField, picking, localSeconds, localText, richTextField, textField } from "./fields.js";
import { plain, safeHref, textObject } from "./mrkdwn.js";
import { picker, select } from "./selects.js";
import { store } from "./store.js";

/** What an element holds before anyone touched it: text, an option's value, a person's id, or a list of those. */
export function initialValue(element) {
  const several =
    element.initial_options?.map((option) => option.value) ??
    element.initial_users ??
    element.initial_conversations ??
    element.initial_channels;
  if (several) return several;
  if (element.type.startsWith("multi_") || element.type === "checkboxes" || element.type === "file_input")
    return [];
  if (element.default_to_current_conversation) return store.current;
  return (
    element.initial_option?.value ??
    element.initial_user ??
    element.initial_conversation ??
    element.initial_channel ??
    element.initial_date ??
    element.initial_time ??
    element.initial_date_time ??
    element.initial_value ??
    null
  );
}

export function isEmpty(value) {
  return value === null || value === "" || (Array.isArray(value) && !value.length);
}

export function renderElement(block, element, surface, labelId) {
  const make = ELEMENTS[element.type];
  if (!make) return h("span", { class: "unsupported" }, `[${element.type}]`);
  const current = surface.value(block, element) ?? initialValue(element);
  const changed = async (value) => {
    if (element.confirm && !(await confirmed(element.confirm))) return false;
    return Boolean(await surface.changed(block, element, value));
  };
  const typed = (value) => surface.typed(block, element, value);
  const lookUp = (query) => surface.options(block, element, query);
  const node = make({
    element,
    current,
    changed,
    typed,
    lookUp,
    dispatches: Boolean(block.dispatch_action),
    labelId,
  });
  const control = node.matches("button, input, select, textarea")
    ? node
    : node.querySelector("button, input, select, textarea");
  if (control) {
    control.dataset.focus = `${block.block_id}/${element.action_id}`;
    if (labelId && !control.hasAttribute("aria-label")) control.setAttribute("aria-labelledby", labelId);
    if (element.focus_on_load) control.autofocus = true;
  }
  return node;
}

function confirmed(confirm) {
  return ask({
    title: plain(confirm.title),
    body: h("div", {}, textObject(confirm.text)),
    yes: plain(confirm.confirm),
    no: plain(confirm.deny),
    danger: confirm.style === "danger",
  });
}

function button({ element, changed }) {
  const press = async (event) => {
    const pressed = event.currentTarget;
    pressed.setAttribute("aria-busy", "true");
    await changed(element.value ?? null);
    pressed.removeAttribute("aria-busy");
  };
  const kind = `button ${element.style ?? ""}`;
  const label = { "aria-label": element.accessibility_label, onclick: press };
  if (element.url && safeHref(element.url))
    return h(
      "a",
      {
        class: kind,
        href: element.url,
        target: "_blank",
        rel: "noopener noreferrer",
        role: "button",
        ...label,
      },
      textObject(element.text),
    );
  return h("button", { class: kind, type: "button", ...label }, textObject(element.text));
}

function overflow({ element, changed }) {
  const node = h(
    "button",
    {
      class: "button icon",
      type: "button",
      "aria-label": "More actions",
      "aria-haspopup": "menu",
      "aria-expanded": "false",
    },
    "⋯",
  );
  node.onclick = () => {
    openMenu(
      node,
      "More actions",
      element.options.map((option) =>
        menuItem(plain(option.text), () => {
          if (safeHref(option.url ?? "")) open(option.url, "_blank", "noopener");
          changed(option.value);
        }),
      ),
    );
  };
  return node;
}

function image({ element }) {
  return h("img", {
    class: "accessory-image",
    src: element.image_url ?? element.slack_file?.url,
    alt: element.alt_text,
    loading: "lazy",
  });
}

const ELEMENTS = {
  button,
  overflow,
  image,
  static_select: select,
  users_select: select,
  conversations_select: select,
  channels_select: select,
  external_select: picker,
  multi_static_select: picker,
  multi_external_select: picker,
  multi_users_select: picker,
  multi_conversations_select: picker,
  multi_channels_select: picker,
  checkboxes: choices("checkbox"),
  radio_buttons: choices("radio"),
  datepicker: picking("date"),
  timepicker: picking("time"),
  datetimepicker: picking("datetime-local", localSeconds, localText),
  plain_text_input: textField("text"),
  email_text_input: textField("email"),
  url_text_input: textField("url"),
  number_input: textField("number"),
  rich_text_input: richTextField,
  file_input: fileField,
};
