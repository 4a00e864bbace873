/**
 * What a day's page offers besides being read: its list with or without the abstracts, and narrowed
 * to a tag. Without this the tags lead to their pages.
 */

import { keep, kept } from "./keys.js";
import { button, make } from "./search-results.js";
import { count } from "./search-state.js";

const VIEWS = /** @type {const} */ ([
  ["", "Abstracts"],
  ["compact", "Titles"],
]);
const TAG = /^[a-z0-9-]{1,80}$/;

/**
 * @param {string} search The part of an address from its question mark on.
 * @returns {string} The key of the tag that it asks for; empty where it asks for none.
 */
export function tagIn(search) {
  const key = new URLSearchParams(search).get("tag") ?? "";
  return TAG.test(key) ? key : "";
}

/**
 * @param {string} search
 * @param {string} key Of a tag; empty for none.
 * @returns {string} The same, asking for this tag and for nothing else of a list.
 */
export function narrowed(search, key) {
  const asked = new URLSearchParams(search);
  if (key) asked.set("tag", key);
  else asked.delete("tag");
  const text = String(asked);
  return text && `?${text}`;
}

/**
 * @param {number} some
 * @param {number} all
 * @param {string} name Of the tag; empty where no paper of the day has it.
 * @returns {string}
 */
export function said(some, all, name) {
  return name ? `${some} of ${count(all, "paper")}: ${name}` : "No paper of this day has this tag.";
}

/** @returns {HTMLElement} What switches between the views. */
function viewSwitch() {
  const root = document.documentElement;
  const buttons = VIEWS.map(([view, label]) => {
    const made = button(label, () => {
      keep("view", view);
      show();
    });
    made.dataset.view = view;
    return made;
  });
  const show = () => {
    root.dataset.view = kept("view");
    for (const each of buttons) {
      each.setAttribute("aria-pressed", String(each.dataset.view === root.dataset.view));
    }
  };
  addEventListener("storage", show);
  // A page that Back brings again may be older than the choice.
  addEventListener("pageshow", ({ persisted }) => persisted && show());
  show();
  return make("div", { class: "db-view", role: "group", "aria-label": "Show" }, ...buttons);
}

/**
 * @param {Element} list
 * @returns {Element[][]} The papers of a list, each with all that belongs to it.
 */
function itemsOf(list) {
  /** @type {Element[][]} */
  const items = [];
  for (const each of list.children) {
    if (each.matches("h2")) items.push([each]);
    else if (each.matches(".db-way")) items.push([]);
    else items.at(-1)?.push(each);
  }
  return items.filter(([first]) => first?.matches("h2"));
}

class Narrowing {
  /**
   * @param {Element} list
   * @param {Element} chips Links to the day's tags.
   */
  constructor(list, chips) {
    this.items = itemsOf(list);
    this.status = make("p", { class: "db-tools__said", role: "status" });
    /** @type {Map<string, HTMLAnchorElement>} */
    this.chips = new Map();
    /** Where each tag's own page is, which its chip leads to no more. @type {Map<string, string>} */
    this.pages = new Map();
    for (const chip of chips.querySelectorAll("a")) {
      const key = chip.pathname.split("/").at(-2) ?? "";
      this.chips.set(key, chip);
      this.pages.set(key, chip.href);
    }
    chips.addEventListener("click", (event) => this.onClick(/** @type {MouseEvent} */ (event)));
    addEventListener("popstate", () => this.show());
    this.show();
  }

  /** @param {MouseEvent} event */
  onClick(event) {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button > 0) return;
    const chip = event.target instanceof Element && event.target.closest("a");
    if (!chip) return;
    event.preventDefault();
    this.go(tagIn(chip.search));
  }

  /** @param {string} key Of a tag; empty for all papers. */
  go(key) {
    history.pushState(null, "", location.pathname + narrowed(location.search, key));
    this.show();
  }

  /** Shows what the address asks for. */
  show() {
    const key = tagIn(location.search);
    for (const [each, chip] of this.chips) {
      const isOn = each === key;
      if (isOn) chip.setAttribute("aria-current", "true");
      else chip.removeAttribute("aria-current");
      chip.href = narrowed(location.search, isOn ? "" : each) || "./";
    }
    const link = `a[href$="/tags/${key}/"]`;
    const shown = this.items.filter((item) => {
      const isIn = !key || item.some((part) => part.querySelector(link));
      for (const part of item) part.toggleAttribute("data-out", !isIn);
      return isIn;
    });
    this.say(key, shown.length);
  }

  /**
   * @param {string} key
   * @param {number} some
   */
  say(key, some) {
    const chip = this.chips.get(key);
    const name = chip?.firstChild?.textContent?.trim() ?? "";
    this.status.replaceChildren();
    if (!key) return;
    const all = button("Show all", () => {
      this.go("");
      (chip ?? this.chips.values().next().value)?.focus();
    });
    this.status.append(said(some, this.items.length, name), all);
    const page = this.pages.get(key);
    if (page) this.status.append(make("a", { href: page }, "The tag’s page"));
  }
}

if (typeof document !== "undefined") {
  const list = document.querySelector("article.db-day");
  const tools = list?.querySelector(".db-tools");
  const chips = list?.querySelector(".db-chips");
  tools?.prepend(viewSwitch());
  if (list && tools && chips) tools.append(new Narrowing(list, chips).status);
  delete document.documentElement.dataset.narrowing;
}
