// The left column: whose eyes these are, their channels, people and apps.

import { api } from "./api.js";
import { h, menuItem, openMenu, redraw } from "./dom.js";
import { avatar } from "./message.js";
import { store } from "./store.js";

function entry(channel, icon) {
  const unread = channel.unread > 0 && channel.id !== store.current;
  return h(
    "li",
    {},
    h(
      "button",
      {
        class: ["entry", unread && "unread", channel.archived && "archived"].filter(Boolean).join(" "),
        type: "button",
        "aria-current": channel.id === store.current ? "page" : null,
        onclick: () => store.open(channel.id),
      },
      icon,
      h("span", { class: "entry-name" }, store.title(channel).replace(/^#/, "")),
      unread && channel.mentions
        ? h("span", { class: "count", "aria-label": `${channel.mentions} for you` }, String(channel.mentions))
        : "",
    ),
  );
}

function section(title, entries, add) {
  return h(
    "section",
    { "aria-label": title },
    h(
      "h2",
      {},
      title,
      add
        ? h(
            "button",
            { class: "add", type: "button", title: add.label, "aria-label": add.label, onclick: add.act },
            "+",
          )
        : "",
    ),
    h("ul", {}, entries),
  );
}

function switcher() {
  const node = h(
    "button",
    {
      class: "switcher",
      type: "button",
      "aria-haspopup": "menu",
      "aria-expanded": "false",
      "aria-label": `Viewing as ${store.me.real_name}. Switch person`,
    },
    avatar(store.me),
    h("span", { class: "switcher-name" }, h("small", {}, "Viewing as"), h("strong", {}, store.me.real_name)),
    h("span", { "aria-hidden": "true" }, "⌄"),
  );
  node.onclick = () => openMenu(node, "Switch person", humans().map(personItem));
  return node;
}

const humans = () => store.people().filter((user) => !user.is_bot);

function personItem(user) {
  const about = [user.profile.title, user.tz].filter(Boolean).join(" · ");
  const words = h("span", { class: "person" }, h("strong", {}, user.real_name), h("small", {}, about));
  return menuItem([avatar(user), words], () => store.become(user.name));
}

function browseChannels(event) {
  const anchor = event.currentTarget;
  const name = h("input", {
    class: "field",
    placeholder: "new-channel",
    "aria-label": "Name of a new channel",
  });
  const menu = openMenu(
    anchor,
    "Channels",
    store
      .joinable()
      .map((channel) =>
        menuItem(`Join #${channel.name}`, async () => (await api.join(channel.id)) && store.open(channel.id)),
      ),
    store.joinable().length ? h("hr") : "",
    h(
      "form",
      {
        class: "menu-form",
        onsubmit: async (submitted) => {
          submitted.preventDefault();
          menu.hidePopover();
          const made = await api.create(name.value.trim().replace(/^#/, ""));
          if (made) store.open(made.channel);
        },
      },
      name,
      h("button", { class: "button primary" }, "Create"),
    ),
  );
}

function startDirect(event) {
  const others = humans().filter((user) => user.id !== store.me.id);
  openMenu(
    event.currentTarget,
    "Message someone",
    others.map((user) => menuItem(user.real_name, () => store.open(`@${user.name}`))),
  );
}

export function renderSidebar() {
  const channels = store.channelList();
  const byTitle = (one, other) => store.title(one).localeCompare(store.title(other));
  const directs = channels
    .filter((channel) => store.isDirect(channel) && !store.isApp(channel))
    .sort(byTitle);
  const rooms = channels.filter((channel) => !store.isDirect(channel));
  const live = rooms.filter((channel) => !channel.archived).sort(byTitle);
  const archived = rooms.filter(
    (channel) => channel.archived && (channel.unread || channel.id === store.current),
  );
  redraw("sidebar", [store.me, store.current, store.panel, store.faults.length, channels, store.bot], () => [
    h(
      "div",
      { class: "workspace" },
      h("strong", {}, store.team.name),
      h("span", { class: "local" }, "local"),
    ),
    switcher(),
    h(
      "nav",
      { "aria-label": "Conversations" },
      section(
        "Channels",
        [...live, ...archived].map((channel) =>
          entry(
            channel,
            h("span", { class: "icon", "aria-hidden": "true" }, channel.kind === "private" ? "🔒" : "#"),
          ),
        ),
        { label: "Join or create a channel", act: browseChannels },
      ),
      section(
        "Direct messages",
        directs.map((channel) => entry(channel, avatar(store.user(store.others(channel)[0] ?? store.me.id)))),
        { label: "Message someone", act: startDirect },
      ),
      section("Apps", [
        h(
          "li",
          {},
          h(
            "button",
            {
              class: "entry",
              type: "button",
              "aria-current":
                store.current === "home" || store.isApp(store.channel(store.current)) ? "page" : null,
              onclick: () => store.open(store.appChannel()?.unread ? store.appChannel().id : "home"),
            },
            avatar(store.bot),
            h("span", { class: "entry-name" }, store.bot.real_name),
            store.appChannel()?.unread && store.current !== store.appChannel().id
              ? h("span", { class: "count" }, String(store.appChannel().unread))
              : "",
          ),
        ),
      ]),
    ),
    h(
      "div",
      { class: "tools" },
      h(
        "button",
        {
          class: "tool",
          type: "button",
          "aria-pressed": String(store.panel === "faults"),
          onclick: () => store.togglePanel("faults"),
        },
        "⚡ Faults",
        store.faults.length ? h("span", { class: "count" }, String(store.faults.length)) : "",
      ),
      h(
        "button",
        {
          class: "tool",
          type: "button",
          "aria-pressed": String(store.panel === "calls"),
          onclick: () => store.togglePanel("calls"),
        },
        "⇄ API calls",
      ),
    ),
  ]);
}
