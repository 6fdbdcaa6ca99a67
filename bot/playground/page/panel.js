// The right column: a thread, the faults that are ordered, or the calls that the app made.

import { api } from "./api.js";
import { fillMessages, follow, walkMessages } from "./channel.js";
import { composer } from "./composer.js";
import { h, reconcile, redraw } from "./dom.js";
import { store } from "./store.js";

function head(title, subtitle) {
  return h(
    "header",
    { class: "channel-header" },
    h("h1", {}, title),
    subtitle ? h("span", { class: "topic" }, subtitle) : "",
    h("span", { class: "spacer" }),
    h(
      "button",
      {
        class: "button icon",
        type: "button",
        "aria-label": "Close panel",
        onclick: () => store.togglePanel(store.panel),
      },
      "✕",
    ),
  );
}

function thread() {
  const { channel, ts, messages } = store.thread;
  redraw("panel", ["thread", store.me.id, channel, ts], () => {
    const list = h("div", {
      class: "messages",
      role: "log",
      "aria-label": "Thread",
      onkeydown: walkMessages,
    });
    follow(list);
    return [head("Thread", store.title(store.channel(channel))), list, composer(channel, ts, "Reply…")];
  });
  fillMessages(document.querySelector("#panel .messages"), channel, messages, true);
}

const KINDS = {
  rate_limited: "429, with Retry-After",
  http_500: "HTTP 500",
  html: "A proxy's HTML page",
  error: "ok: false",
  timeout_before: "Time-out, no effect",
  timeout_after: "Time-out after it took effect",
  drop_before: "Connection dropped, no effect",
  drop_after: "Connection dropped after it took effect",
  latency: "Latency",
  lost: "Delivery lost",
  ack_lost: "Acknowledgement lost",
  duplicate: "Delivered twice",
};
const DELIVERY = ["slash_commands", "interactive", "events_api"];
const DELIVERY_KINDS = ["lost", "ack_lost", "duplicate", "latency"];
const METHODS = [
  "*",
  "chat.postMessage",
  "chat.update",
  "chat.postEphemeral",
  "conversations.create",
  "conversations.invite",
  "views.open",
  "response_url",
];

function faultForm() {
  const field = (label, input) => h("label", { class: "row" }, h("span", {}, label), input);
  const method = h("input", {
    class: "field",
    list: "methods",
    value: "chat.postMessage",
    required: true,
    name: "method",
  });
  const kind = h("select", { class: "select", name: "kind" });
  const seconds = h("input", {
    class: "field",
    type: "number",
    min: "0",
    step: "0.1",
    value: "3",
    name: "seconds",
  });
  const error = h("input", { class: "field", value: "fatal_error", name: "error" });
  const times = h("input", {
    class: "field",
    type: "number",
    min: "1",
    value: "1",
    placeholder: "until cleared",
    name: "times",
  });
  const secondsRow = field("Seconds", seconds);
  const errorRow = field("Error", error);
  const adapt = () => {
    secondsRow.hidden = !["rate_limited", "timeout_before", "timeout_after", "latency"].includes(kind.value);
    errorRow.hidden = kind.value !== "error";
  };
  const kinds = () => {
    const before = kind.value;
    const delivery = DELIVERY.includes(method.value);
    kind.replaceChildren(
      ...Object.keys(KINDS)
        .filter((name) => name === "latency" || DELIVERY_KINDS.includes(name) === delivery)
        .map((name) => h("option", { value: name }, KINDS[name])),
    );
    if ([...kind.options].some((option) => option.value === before)) kind.value = before;
    adapt();
  };
  method.oninput = kinds;
  kind.onchange = adapt;
  kinds();
  return h(
    "form",
    {
      class: "fault-form",
      onsubmit: (event) => {
        event.preventDefault();
        api.orderFault({
          method: method.value.trim(),
          kind: kind.value,
          times: times.value ? Number(times.value) : null,
          ...(secondsRow.hidden ? {} : { seconds: Number(seconds.value) }),
          ...(errorRow.hidden ? {} : { error: error.value }),
        });
      },
    },
    h(
      "datalist",
      { id: "methods" },
      [...METHODS, ...DELIVERY].map((name) => h("option", { value: name })),
    ),
    field("Call or delivery", method),
    field("What happens", kind),
    secondsRow,
    errorRow,
    field("How many times", times),
    h("button", { class: "button primary" }, "Order fault"),
  );
}

function faults() {
  redraw("panel", ["faults"], () => [
    head("Faults"),
    h(
      "div",
      { class: "panel-body" },
      h("p", { class: "quiet" }, "What should go wrong between this Slack and the app?"),
      faultForm(),
      h("div", { id: "ordered" }),
      h("hr"),
      h("div", { id: "limits" }),
    ),
  ]);
  redraw("ordered", store.faults, () => [
    h("h2", {}, store.faults.length ? "Ordered" : "Nothing is ordered"),
    h(
      "ul",
      { class: "fault-list" },
      store.faults.map((fault) =>
        h(
          "li",
          {},
          h(
            "span",
            {},
            h("code", {}, fault.method),
            ` ${KINDS[fault.kind]}`,
            fault.kind === "error" ? ` ${fault.error}` : "",
            h(
              "small",
              { class: "quiet" },
              fault.times ? `${fault.times - fault.hits} more` : "until cleared",
            ),
          ),
          h(
            "button",
            {
              class: "button icon",
              type: "button",
              "aria-label": `Clear ${fault.method}`,
              onclick: () => api.clearFault(fault.id),
            },
            "✕",
          ),
        ),
      ),
    ),
  ]);
  redraw("limits", store.rateLimits, () => [
    h(
      "label",
      { class: "choice" },
      h("input", {
        type: "checkbox",
        checked: store.rateLimits,
        onchange: (event) => api.setRateLimits(event.target.checked),
      }),
      h(
        "span",
        {},
        "Slack's rate limits",
        h("small", {}, "429 past the method's tier, and past one message a second in a channel"),
      ),
    ),
  ]);
}

function call(item) {
  const outcome = item.response?.ok
    ? "ok"
    : (item.response?.error ?? (item.status ? `HTTP ${item.status}` : "no answer"));
  return h(
    "details",
    { class: item.response?.ok ? "call" : "call failed" },
    h(
      "summary",
      {},
      h("code", {}, item.method),
      h("small", { class: "quiet" }, `${item.ms.toFixed(1)} ms`),
      h("span", { class: "badge" }, outcome),
    ),
    h("pre", {}, JSON.stringify(item.args, null, 2)),
    h("pre", {}, JSON.stringify(item.response, null, 2)),
  );
}

function calls() {
  redraw("panel", ["calls"], () => [
    head("API calls", "newest first"),
    h(
      "div",
      { class: "panel-body" },
      h("div", { id: "calls" }),
      h("p", { class: "quiet", id: "no-calls" }, "The app has made no calls yet."),
    ),
  ]);
  document.getElementById("no-calls").hidden = store.calls.length > 0;
  reconcile(document.getElementById("calls"), store.calls.toReversed(), (item) => String(item.number), call);
}

export function renderPanel() {
  document.getElementById("panel").hidden = !store.panel;
  document.body.classList.toggle("with-panel", Boolean(store.panel));
  if (store.panel === "thread" && store.thread) thread();
  else if (store.panel === "faults") faults();
  else if (store.panel === "calls") calls();
}
