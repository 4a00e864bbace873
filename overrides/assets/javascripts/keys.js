/**
 * Keys: through a list of papers, from a day to the next, and a window that names them. They do
 * nothing where something is written, and can be switched off, as WCAG 2.1.4 wants it.
 */

import { slugOf } from "./reading/papers.js";
import { ROOT } from "./search-client.js";
import { isTyped } from "./search-field.js";
import { make } from "./search-results.js";
import { seenSwitch } from "./stars.js";

/** What each key does, in words. */
const WORDS = /** @type {const} */ ([
  ["j", "to the next paper of a list"],
  ["k", "to the paper before"],
  ["Enter", "opens it"],
  ["s", "stars it, or the paper that is open"],
  ["n", "to the next day, month or year; from a paper to the next of its day"],
  ["p", "to the one before"],
  ["/", "to the search"],
  ["?", "shows these keys"],
]);

/**
 * What was chosen as long as the page lives, for browsers that keep nothing.
 * @type {Map<string, string>}
 */
const chosen = new Map();

/**
 * @param {string} name
 * @returns {string} What a reader chose for this archive; empty where nothing is.
 */
export function kept(name) {
  const here = chosen.get(name);
  if (here !== undefined) return here;
  try {
    return localStorage.getItem(`${ROOT.pathname}.${name}`) ?? "";
  } catch {
    return "";
  }
}

/**
 * @param {string} name
 * @param {string} choice
 * @returns {boolean} Whether it will be there on the next page.
 */
export function keep(name, choice) {
  try {
    localStorage.setItem(`${ROOT.pathname}.${name}`, choice);
    chosen.delete(name);
    return true;
  } catch {
    chosen.set(name, choice);
    return false;
  }
}

/**
 * @param {number[]} tops Where each of a list begins on the screen, ascending.
 * @param {number} current The one that is at hand; -1 for none.
 * @param {number} step 1 or -1.
 * @param {number} header Where the screen begins, below what lies over it.
 * @returns {number} The one to go to; -1 for none.
 */
export function goal(tops, current, step, header) {
  if (current >= 0) return Math.min(Math.max(current + step, 0), tops.length - 1);
  const below = tops.findIndex((top) => top >= header);
  if (step > 0) return below;
  return (below < 0 ? tops.length : below) - 1;
}

/** @returns {HTMLAnchorElement[]} The papers of the page's lists, as far as they show. */
function papers() {
  const links = /** @type {NodeListOf<HTMLAnchorElement>} */ (
    document.querySelectorAll("article a[href]")
  );
  return [...links].filter(
    ({ href, pathname }, at) =>
      slugOf(href) && pathname !== location.pathname && links[at].getClientRects().length > 0,
  );
}

/** @param {number} step */
function move(step) {
  const links = papers();
  const tops = links.map((link) => link.getBoundingClientRect().top);
  const header = document.querySelector(".md-header")?.getBoundingClientRect().bottom ?? 0;
  const next = links[goal(tops, current(links), step, header)];
  next?.focus({ preventScroll: true });
  next?.scrollIntoView({ block: "nearest" });
}

/**
 * @param {HTMLAnchorElement[]} links
 * @returns {number} The last one that does not come after the focus; -1 where that is not in sight.
 */
function current(links) {
  const { activeElement } = document;
  if (!activeElement?.closest("article")) return -1;
  const { top, bottom } = activeElement.getBoundingClientRect();
  if (bottom < 0 || top > innerHeight) return -1;
  return links.findLastIndex(
    (link) => !(link.compareDocumentPosition(activeElement) & Node.DOCUMENT_POSITION_PRECEDING),
  );
}

/** @param {"next" | "prev"} rel */
function travel(rel) {
  const link = document.querySelector(`a[rel~="${rel}"]`);
  if (link instanceof HTMLAnchorElement) link.click();
}

/** Presses the star of the paper at hand: that of a list's item, or of the page. */
function star() {
  const { activeElement } = document;
  const near = activeElement?.closest("article :is(h2, h3, li)")?.querySelector(".db-star");
  const found = near ?? document.querySelector(".db-paper > h1 .db-star");
  if (found instanceof HTMLElement) found.click();
}

const ACTIONS = new Map([
  ["j", () => move(1)],
  ["k", () => move(-1)],
  ["n", () => travel("next")],
  ["p", () => travel("prev")],
  ["s", star],
  ["?", () => show()],
]);

/** @param {KeyboardEvent} event */
function onKey(event) {
  const { key, target, ctrlKey, metaKey, altKey, isComposing } = event;
  if (ctrlKey || metaKey || altKey || isComposing || isTyped(target)) return;
  if (kept("keys") === "off") {
    // The search has its key from elsewhere.
    if (key === "/") event.stopImmediatePropagation();
    return;
  }
  const act = ACTIONS.get(key);
  if (!act || document.querySelector("dialog[open]")) return;
  event.preventDefault();
  act();
}

/** @returns {HTMLDialogElement} The window that names the keys. */
function build() {
  const rows = WORDS.map(([key, words]) =>
    make("div", {}, make("dt", {}, make("kbd", {}, key)), make("dd", {}, words)),
  );
  const box = make("input", { type: "checkbox" });
  box.checked = kept("keys") !== "off";
  const note = make("p", { role: "status" });
  box.addEventListener("change", () => {
    const isKept = keep("keys", box.checked ? "" : "off");
    sayState();
    note.textContent = isKept ? "" : "This browser keeps nothing for this site: it counts for this page.";
  });
  const close = make("button", { class: "db-button" }, "Close");
  return make(
    "dialog",
    { class: "db-keys md-typeset", "aria-labelledby": "db-keys" },
    make("h2", { id: "db-keys" }, "Keys"),
    make("dl", {}, ...rows),
    make("p", {}, make("label", {}, box, " Use these keys")),
    note,
    make("p", {}, seenSwitch()),
    make("form", { method: "dialog" }, close),
  );
}

/** Opens the window; where it closes, the focus goes back. */
function show() {
  const dialog = build();
  document.body.append(dialog);
  dialog.addEventListener("close", () => dialog.remove());
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  dialog.showModal();
}

/** Lets the page know whether keys do anything: the field for searching names its own. */
function sayState() {
  document.documentElement.toggleAttribute("data-keys-off", kept("keys") === "off");
}

if (typeof document !== "undefined") {
  // First, so that the search's own key can be held back.
  addEventListener("keydown", onKey, { capture: true });
  const opener = make("button", { type: "button", class: "db-keys__open" }, "Keys");
  opener.addEventListener("click", show);
  document.querySelector("main")?.append(opener);
  sayState();
}
