// Small DOM helpers. Nothing here, nor anywhere in the page, turns data into HTML: text becomes text nodes.

/**
 * An element with properties and children.
 * `on…` keys are listeners, `data` fills the dataset, anything else is a property if the element has it, else an attribute;
 * null, undefined and false are left out.
 */
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [key, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (key === "class") element.className = value;
    else if (key === "data") Object.assign(element.dataset, value);
    else if (key in element && key !== "list") element[key] = value;
    else element.setAttribute(key, value === true ? "" : value);
  }
  element.append(
    ...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false),
  );
  return element;
}

/** Brings the children of `parent` in line with `items`, remaking only those whose content changed. */
export function reconcile(parent, items, keyOf, make) {
  const old = new Map([...parent.children].map((child) => [child.dataset.key, child]));
  let place = parent.firstElementChild;
  for (const item of items) {
    const key = keyOf(item);
    const content = JSON.stringify(item);
    let child = old.get(key);
    old.delete(key);
    if (!child || child.reconciled !== content) {
      const fresh = make(item);
      fresh.dataset.key = key;
      fresh.reconciled = content;
      if (child) {
        if (child === place) place = fresh;
        const focused = child.contains(document.activeElement) ? document.activeElement.dataset.focus : null;
        child.replaceWith(fresh);
        if (focused) fresh.querySelector(`[data-focus="${CSS.escape(focused)}"]`)?.focus();
      }
      child = fresh;
    }
    if (child === place) place = place.nextElementSibling;
    else parent.insertBefore(child, place);
  }
  for (const child of old.values()) child.remove();
}

/** Fills the element with this id anew, unless what it shows is what it showed before. */
export function redraw(id, content, make) {
  const element = document.getElementById(id);
  const now = JSON.stringify(content);
  if (element.drawn === now) return;
  element.drawn = now;
  element.replaceChildren(...make().filter(Boolean));
}

/** A menu under (or above) its button: closes on Escape, on a click elsewhere, and after a choice. */
export function openMenu(anchor, label, ...children) {
  const menu = h("div", { class: "menu", popover: "auto", role: "menu", "aria-label": label }, ...children);
  menu.addEventListener("toggle", (event) => {
    if (event.newState === "closed") {
      menu.remove();
      anchor.setAttribute("aria-expanded", "false");
    }
  });
  menu.addEventListener("keydown", (event) => {
    const items = [...menu.querySelectorAll("button:not([disabled])")];
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || !items.length) return;
    event.preventDefault();
    items[(items.indexOf(document.activeElement) + step + items.length) % items.length].focus();
  });
  (anchor.closest("dialog") ?? document.body).append(menu); // what is outside of an open dialog is out of reach
  menu.showPopover();
  const from = anchor.getBoundingClientRect();
  const size = menu.getBoundingClientRect();
  const below = from.bottom + size.height + 8 < innerHeight;
  menu.style.left = `${Math.max(8, Math.min(from.left, innerWidth - size.width - 8))}px`;
  menu.style.top = `${Math.max(8, below ? from.bottom + 4 : from.top - size.height - 4)}px`;
  anchor.setAttribute("aria-expanded", "true");
  (menu.querySelector("input, button") ?? menu).focus();
  return menu;
}

export function menuItem(label, act, danger = false) {
  const choose = (event) => {
    event.currentTarget.closest(".menu").hidePopover();
    act();
  };
  const kind = danger ? "menu-item danger" : "menu-item";
  return h("button", { class: kind, role: "menuitem", type: "button", onclick: choose }, label);
}

/** Asks before something happens; resolves to whether the person agreed. */
export function ask({ title, body, yes, no, danger }) {
  return new Promise((resolve) => {
    const dialog = h(
      "dialog",
      {
        class: "modal confirm",
        "aria-label": title,
        onclose: () => (dialog.remove(), resolve(dialog.returnValue === "yes")),
      },
      h(
        "form",
        { method: "dialog" },
        h("header", {}, h("h2", {}, title)),
        h("div", { class: "modal-body" }, body),
        h(
          "footer",
          {},
          h("button", { class: "button", value: "no" }, no),
          h(
            "button",
            { class: danger ? "button danger solid" : "button primary", value: "yes", autofocus: true },
            yes,
          ),
        ),
      ),
    );
    document.body.append(dialog);
    dialog.showModal();
  });
}

/** A sentence at the foot of the window, read out to screen readers, gone after a while. */
export function toast(message, kind = "info") {
  const shelf = document.getElementById("toasts");
  const note = h("div", { class: `toast ${kind}` }, message);
  shelf.append(note);
  shelf.hidePopover();
  shelf.showPopover(); // above whatever dialog is open by now
  setTimeout(() => note.remove(), kind === "error" ? 8000 : 4000);
}
