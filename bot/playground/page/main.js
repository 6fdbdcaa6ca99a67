// Reads what the person sees, draws it, and does so again whenever the playground says that something changed.

import { api } from "./api.js";
import { follow, renderConversation, renderHome, walkMessages } from "./channel.js";
import { jumpTo } from "./channel_header.js";
import { toast } from "./dom.js";
import { showModal } from "./modal.js";
import { renderPanel } from "./panel.js";
import { renderSidebar } from "./sidebar.js";
import { store } from "./store.js";

const KEPT_CALLS = 200;

const byId = (list) => new Map(list.map((item) => [item.id, item]));

async function readOverview() {
  const [overview, { faults }] = await Promise.all([api.overview(store.me.id), api.faults()]);
  if (!overview.ok || !faults) return null;
  const { me, team, app, home, modal, commands, shortcuts, now, seq } = overview;
  Object.assign(store, { me, team, app, home, modal, commands, shortcuts, faults });
  store.users = byId(overview.users);
  store.usergroups = byId(overview.usergroups);
  store.channels = byId([...overview.channels, ...overview.directs]);
  store.bot = store.users.get(app.user);
  store.clockAhead = now * 1000 - Date.now();
  return seq;
}

async function readConversation() {
  if (store.current === "home") return;
  const outOfSight = /^[CDG]\w+$/.test(store.current) && !store.channels.has(store.current);
  if (outOfSight) store.current = "#general";
  const wanted = store.current;
  const answer = await api.conversation(wanted);
  if (store.current !== wanted) return; // the person went elsewhere meanwhile
  if (!answer.ok) {
    if (store.conversation || wanted === "#general") return;
    store.current = "#general";
    await readConversation();
    return;
  }
  store.conversation = { ...answer.channel, messages: answer.messages, bookmarks: answer.bookmarks };
  store.channels.set(answer.channel.id, answer.channel);
  store.current = answer.channel.id;
  if (answer.channel.unread && document.visibilityState === "visible") await api.read(answer.channel.id);
}

async function readPanel() {
  if (store.panel === "thread") {
    const answer = await api.conversation(store.thread.channel, store.thread.ts);
    if (answer.ok) store.thread = { ...store.thread, messages: answer.messages };
    else store.panel = null;
  }
  if (store.panel === "faults") {
    const { app } = await api.app();
    if (app) store.rateLimits = app.rate_limits;
  }
  if (store.panel === "calls") {
    const answer = await api.calls(store.calls.at(-1)?.number ?? 0);
    if (answer.ok) store.calls = [...store.calls, ...answer.calls].slice(-KEPT_CALLS);
  }
}

function draw() {
  renderSidebar();
  if (store.current === "home") renderHome();
  else renderConversation();
  renderPanel();
  showModal(store.modal);
  const place = store.current === "home" ? "Home" : store.title(store.conversation);
  document.title = `${place} · ${store.team.name} · Playground`;
  const address = new URLSearchParams({ as: store.me.name, in: store.current });
  if (store.panel === "thread") address.set("thread", store.thread.ts);
  history.replaceState(null, "", `/?${address}`);
}

let refreshing = null; // the refresh that runs
let again = false; // something changed while it ran

/** Reads and draws once more; changes that come while it runs lead to one more run, not to many. */
function refresh() {
  again = true;
  refreshing ??= (async () => {
    let seq = null;
    while (again) {
      again = false;
      seq = await readOverview();
      if (seq === null) break;
      await readConversation();
      await readPanel();
      draw();
    }
    refreshing = null;
    return seq;
  })();
  return refreshing;
}

store.open = (conversation) => {
  store.current = conversation;
  if (store.panel === "thread") store.panel = null;
  document.body.classList.remove("sidebar-open");
  if (conversation === "home") api.openHome();
  return refresh();
};

store.openThread = (ts) => {
  store.thread = { channel: store.current, ts, messages: [] };
  store.panel = "thread";
  return refresh().then(() => document.querySelector("#panel textarea")?.focus());
};

store.become = (name) => {
  store.me = { ...store.me, id: name };
  if (store.panel === "thread") store.panel = null;
  if (store.current === "home") api.openHome();
  return refresh();
};

store.togglePanel = (panel) => {
  store.panel = store.panel === panel ? null : panel;
  return refresh();
};

function listen(after) {
  const stream = new EventSource(`/_play/stream?after=${after}`);
  stream.onmessage = (event) => {
    const change = JSON.parse(event.data);
    if (change.kind === "reset") store.calls = [];
    if (change.kind !== "call" || store.panel === "calls") refresh();
  };
  stream.onerror = () => {
    stream.close();
    toast("The connection to the playground is lost. Trying again…", "error");
    comeBack();
  };
}

const answers = () =>
  fetch("/_play/faults").then(
    (response) => response.ok,
    () => false,
  );

/** Waits until the playground answers again: as a new one, perhaps, that numbers its changes from the start. */
async function comeBack() {
  do await new Promise((resolve) => setTimeout(resolve, 500));
  while (!(await answers()));
  store.calls = [];
  listen((await refresh()) ?? 0);
}

const address = new URLSearchParams(location.search);
const list = document.getElementById("messages");
list.addEventListener("keydown", walkMessages);
follow(list);
store.me = { id: address.get("as") ?? "maya" };
store.current = address.get("in") ?? "#general";
if (address.get("thread")) {
  store.thread = { channel: store.current, ts: address.get("thread"), messages: [] };
  store.panel = "thread";
}
listen((await refresh()) ?? 0);
if (address.get("at")) jumpTo(address.get("at"));
