// Elements that are filled in: text, dates, times, check boxes, radio buttons, files.

import { api } from "./api.js";
import { h } from "./dom.js";
import { plain, textObject } from "./mrkdwn.js";

let groups = 0;

export function choices(kind) {
  return ({ element, current, changed, labelId }) => {
    const name = `choice-${++groups}`;
    let chosen = [current].flat();
    const inputs = element.options.map((option) =>
      h("input", {
        type: kind,
        name,
        value: option.value,
        checked: chosen.includes(option.value),
        "aria-label": plain(option.text),
      }),
    );
    const update = async () => {
      const picked = inputs.filter((input) => input.checked).map((input) => input.value);
      if (await changed(kind === "radio" ? picked[0] : picked)) chosen = picked;
      else for (const input of inputs) input.checked = chosen.includes(input.value);
    };
    return h(
      "div",
      {
        class: "choices",
        role: kind === "radio" ? "radiogroup" : "group",
        "aria-labelledby": labelId,
        onchange: update,
      },
      element.options.map((option, index) =>
        h(
          "label",
          { class: "choice" },
          inputs[index],
          h(
            "span",
            {},
            textObject(option.text),
            option.description ? h("small", {}, textObject(option.description)) : "",
          ),
        ),
      ),
    );
  };
}

export function picking(type, toValue = (text) => text || null, toText = (value) => value ?? "") {
  return ({ element, current, changed }) => {
    const input = h("input", {
      class: "field",
      type,
      value: toText(current),
      "aria-label": plain(element.placeholder) || null,
    });
    input.onchange = async () => {
      if (await changed(toValue(input.value))) current = toValue(input.value);
      else input.value = toText(current);
    };
    return input;
  };
}

/** `datetime-local` knows no zone: what is shown and read is the browser's own time, as in Slack. */
export const localText = (seconds) =>
  seconds
    ? new Date(seconds * 1000 - new Date(seconds * 1000).getTimezoneOffset() * 60_000)
        .toISOString()
        .slice(0, 16)
    : "";
export const localSeconds = (text) => (text ? Math.round(new Date(text).getTime() / 1000) : null);

export function textField(type) {
  return ({ element, current, changed, typed, dispatches }) => {
    const input = h(element.multiline ? "textarea" : "input", {
      class: "field",
      value: current ?? "",
      placeholder: plain(element.placeholder),
      rows: element.multiline ? 4 : null,
    });
    if (!element.multiline) input.type = type;
    if (element.type === "number_input") input.step = element.is_decimal_allowed ? "any" : "1";
    const triggers = element.dispatch_action_config?.trigger_actions_on ?? ["on_enter_pressed"];
    input.oninput = () =>
      (dispatches && triggers.includes("on_character_entered") ? changed : typed)(input.value);
    input.onkeydown = (event) => {
      if (event.key !== "Enter" || !dispatches || !triggers.includes("on_enter_pressed")) return;
      event.preventDefault();
      changed(input.value);
    };
    return input;
  };
}

export function richTextField({ element, current, typed }) {
  const words = (current?.elements ?? [])
    .flatMap((part) => part.elements ?? [])
    .map((span) => span.text ?? "")
    .join("");
  const input = h("textarea", {
    class: "field",
    rows: 4,
    value: words,
    placeholder: plain(element.placeholder),
  });
  input.oninput = () => {
    const section = { type: "rich_text_section", elements: [{ type: "text", text: input.value }] };
    typed(input.value ? { type: "rich_text", elements: [section] } : null);
  };
  return input;
}

export function fileField({ element, changed }) {
  const most = element.max_files ?? 10;
  const note = h("small", { class: "quiet" });
  const input = h("input", {
    type: "file",
    class: "field",
    multiple: most > 1,
    accept: (element.filetypes ?? []).map((type) => `.${type}`).join(","),
  });
  input.onchange = async () => {
    const files = await Promise.all([...input.files].slice(0, most).map((file) => api.upload(file)));
    note.textContent = input.files.length > most ? `The first ${most} are taken.` : "";
    changed(files);
  };
  return h("div", {}, input, note);
}
