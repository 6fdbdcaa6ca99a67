// What the page knows: who looks, what they see. Filled from `/_play/`; main.js redraws after every refill.

export const store = {
  me: null, // the person whose eyes these are, in Slack's user shape
  team: null,
  bot: null,
  channels: new Map(), // id -> what the sidebar says of a conversation
  home: null, // the Home tab's view
  modal: null, // the modal on top
  current: "general", // the open conversation: id, `#name`, `@handle`, or "home"
  conversation: null, // {…channel, messages, bookmarks}
  thread: null, // {channel, ts, messages}
  panel: null, // "thread", "faults", "calls" or null
  app: null, // {name, user, connected}
  commands: [], // {command, description, usage_hint}
  shortcuts: [], // {type, name, callback_id}
  faults: [],
  rateLimits: true,
  calls: [],
  clockAhead: 0, // ms that the playground's clock is ahead of this one

  // Set by main.js.
  open: null,
  openThread: null,
  become: null,
  togglePanel: null,

  users: new Map(),
  usergroups: new Map(),

  user: (id) => store.users.get(id),
  people: () => [...store.users.values()].filter((user) => !user.deleted && user.id !== "USLACKBOT"),
  channel: (id) => store.channels.get(id),
  channelList: () => [...store.channels.values()].filter((channel) => channel.is_member),
  joinable: () => [...store.channels.values()].filter((channel) => !channel.is_member && !channel.archived),
  shortcutsOf: (type) => store.shortcuts.filter((shortcut) => shortcut.type === type),
  now: () => Date.now() + store.clockAhead,

  isDirect: (channel) => channel?.kind === "im" || channel?.kind === "mpim",
  isApp: (channel) => channel?.kind === "im" && channel.members.includes(store.bot.id),
  appChannel: () => [...store.channels.values()].find(store.isApp),

  others: (channel) => channel.members.filter((id) => id !== store.me.id),

  title(channel) {
    if (!channel) return "";
    if (!store.isDirect(channel)) return `#${channel.name}`;
    const names = store.others(channel).map((id) => store.user(id).real_name);
    return names.join(", ") || `${store.me.real_name} (you)`;
  },
};
