// Select menus: one choice or several, from given options, the workspace, or what the app looks up.

import { h, openMenu } from "./dom.js";
import { plain } from "./mrkdwn.js";
import { store } from "./store.js";

/** What a select offers: groups of `{label, key}`. */
async function offers(element, lookUp, query = "") {
  const option = (item) => ({ label: plain(item.text), key: item.value });
  const group = (item) => ({ label: item.label && plain(item.label), items: item.options.map(option) });
  const channel = (item) => ({ label: store.title(item), key: item.id });
  const wanted = element.filter?.include;
  switch (element.type.replace("multi_", "")) {
    case "static_select":
      return (element.option_groups ?? [{ options: element.options }]).map(group);
    case "external_select":
      return [{ items: (await lookUp(query)).map(option) }];
    case "users_select":
      return [{ items: store.people().map((user) => ({ label: user.real_name, key: user.id })) }];
    case "channels_select":
      return [
        {
          items: store
            .channelList()
            .filter((item) => item.kind === "public")
            .map(channel),
        },
      ];
    default:
      return [
        {
          items: store
            .channelList()
            .filter((item) => !wanted || wanted.includes(item.kind))
            .map(channel),
        },
      ];
  }
}

export function select({ element, current, changed, lookUp }) {
  const placeholder = plain(element.placeholder) || "Choose an option";
  const node = h(
    "select",
    { class: "select", "aria-label": element.placeholder ? placeholder : null },
    h("option", { value: "" }, placeholder),
  );
  offers(element, lookUp).then((groups) => {
    for (const group of groups) {
      const options = group.items.map((item) => h("option", { value: item.key }, item.label));
      node.append(...(group.label ? [h("optgroup", { label: group.label }, options)] : options));
    }
    node.value = current ?? "";
  });
  let chosen = current ?? "";
  node.onchange = async () => {
    if (await changed(node.value || null)) chosen = node.value;
    else node.value = chosen;
  };
  return node;
}

/** A select of several, or one whose options the app looks up: a button that opens a list with a search field. */
export function picker({ element, current, changed, lookUp }) {
  const several = element.type.startsWith("multi_");
  let chosen = [current].flat().filter(Boolean);
  const labels = new Map(
    (element.initial_options ?? [element.initial_option])
      .filter(Boolean)
      .map((option) => [option.value, plain(option.text)]),
  );
  const placeholder = plain(element.placeholder) || (several ? "Choose options" : "Choose an option");
  const node = h("button", {
    class: "select picker",
    type: "button",
    "aria-haspopup": "menu",
    "aria-expanded": "false",
  });
  const show = async () => {
    if (!element.type.endsWith("external_select"))
      for (const item of (await offers(element, lookUp)).flatMap((group) => group.items))
        labels.set(item.key, item.label);
    node.replaceChildren(
      ...(chosen.length
        ? chosen.map((key) => h("span", { class: "chip" }, labels.get(key) ?? key))
        : [h("span", { class: "placeholder" }, placeholder)]),
    );
  };
  const toggle = async (item, menu) => {
    const before = chosen;
    labels.set(item.key, item.label);
    if (!several) chosen = [item.key];
    else if (chosen.includes(item.key)) chosen = chosen.filter((key) => key !== item.key);
    else if (chosen.length < (element.max_selected_items ?? Infinity)) chosen = [...chosen, item.key];
    if (!several) menu.hidePopover();
    if (!(await changed(several ? chosen : chosen[0]))) chosen = before;
    await show();
  };
  node.onclick = async () => {
    const list = h("div", { class: "menu-list" });
    const fill = async (query) => {
      const groups = await offers(element, lookUp, query);
      const fits = (item) =>
        element.type.endsWith("external_select") || item.label.toLowerCase().includes(query.toLowerCase());
      list.replaceChildren(
        ...groups.flatMap((group) => [
          group.label ? h("div", { class: "menu-title" }, group.label) : "",
          ...group.items.filter(fits).map((item) => {
            const row = h(
              "button",
              {
                class: "menu-item",
                type: "button",
                role: "menuitemcheckbox",
                "aria-checked": String(chosen.includes(item.key)),
              },
              item.label,
            );
            row.onclick = async () => (
              await toggle(item, menu),
              row.setAttribute("aria-checked", String(chosen.includes(item.key)))
            );
            return row;
          }),
        ]),
      );
    };
    const search = h("input", {
      class: "field",
      type: "search",
      placeholder: "Search",
      "aria-label": "Search options",
      oninput: () => fill(search.value),
    });
    const menu = openMenu(node, placeholder, search, list);
    await fill("");
  };
  show();
  return node;
}
