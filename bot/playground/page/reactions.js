// Reactions below a message, and the menu to pick one from.

import { api } from "./api.js";
import { h, openMenu } from "./dom.js";
import { GROUPED, emojiOf } from "./emoji.js";
import { store } from "./store.js";

export function reactions(channel, message) {
  if (!message.reactions?.length) return "";
  return h(
    "div",
    { class: "reactions" },
    message.reactions.map((reaction) => {
      const mine = reaction.users.includes(store.me.id);
      const who = reaction.users.map((id) => store.user(id)?.name ?? id).join(", ");
      return h(
        "button",
        {
          class: mine ? "reaction mine" : "reaction",
          type: "button",
          title: `${who} reacted with :${reaction.name}:`,
          "aria-label": `${reaction.name}, ${reaction.count}`,
          "aria-pressed": String(mine),
          onclick: () => api.react(channel, message.ts, reaction.name, !mine),
        },
        emojiOf(reaction.name) ? h("span", { class: "emoji" }, emojiOf(reaction.name)) : `:${reaction.name}:`,
        h("span", {}, String(reaction.count)),
      );
    }),
    h(
      "button",
      {
        class: "reaction add",
        type: "button",
        "aria-label": "Add reaction",
        onclick: (event) =>
          pickEmoji(event.currentTarget, (name) => api.react(channel, message.ts, name, true)),
      },
      "☺+",
    ),
  );
}

export function pickEmoji(anchor, done) {
  const list = h("div", { class: "emoji-list" });
  const fill = (query) =>
    list.replaceChildren(
      ...GROUPED.flatMap((group) => {
        const found = group.emoji.filter(([name]) => name.includes(query));
        if (!found.length) return [];
        return [
          h("div", { class: "menu-title" }, group.name),
          h(
            "div",
            { class: "emoji-grid" },
            found.map(([name, character]) =>
              h(
                "button",
                {
                  type: "button",
                  title: `:${name}:`,
                  "aria-label": name,
                  onclick: () => (menu.hidePopover(), done(name)),
                },
                character,
              ),
            ),
          ),
        ];
      }),
    );
  const search = h("input", {
    class: "field",
    type: "search",
    placeholder: "Find a reaction, or type any name",
    "aria-label": "Reaction",
    oninput: () => fill(search.value.trim().replaceAll(":", "").toLowerCase()),
    onkeydown: (event) => {
      const name = search.value.trim().replaceAll(":", "");
      if (event.key !== "Enter" || !name) return;
      menu.hidePopover();
      done(list.querySelector("button")?.getAttribute("aria-label") ?? name);
    },
  });
  const menu = openMenu(anchor, "Reactions", search, list);
  fill("");
  search.focus();
}
