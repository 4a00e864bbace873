// The reader's own list: a row for each paper with what is known of it and a note, in an order that
// one chooses, searched within.

import { urlOf } from "../search-client.js";
import { button, make } from "../search-results.js";
import { count, longDay } from "../search-state.js";
import { dim, starButton } from "../stars.js";
import { matching, ordered } from "./list.js";
import { LONGEST_NOTE } from "./papers.js";
import { store } from "./store.js";

/**
 * @typedef {import("./papers.js").Kept} Kept
 */

/** Milliseconds of quiet after a key before a note is kept. */
const QUIET = 400;
const ORDERS = { starred: "Newest starred first", title: "By title", day: "By listing day" };
const FIELD = {
  type: "search",
  class: "db-find__input",
  "aria-label": "Search within the list",
  placeholder: "Search within the list",
};
const DAYS = new Intl.DateTimeFormat("en-GB", { dateStyle: "long" });

/**
 * @param {{ slug: string, title: string, day: string }} paper
 * @returns {HTMLElement} Its title as a link, with a star.
 */
export function titleLine({ slug, title, day }) {
  const link = make("a", { href: urlOf(`papers/${slug}/`) }, title);
  dim(link);
  return make("p", { class: "db-reading__title" }, link, starButton({ slug, title, day }));
}

/**
 * @param {Kept} paper
 * @returns {HTMLElement} When it was listed and starred, and its tags.
 */
function factsLine({ day, starred, tags = [] }) {
  const facts = [];
  if (day) facts.push(["Listed on ", make("time", { datetime: day }, longDay(day))]);
  if (starred) facts.push(["starred on ", make("time", { datetime: starred }, DAYS.format(new Date(starred)))]);
  for (const [key, name] of tags) facts.push([make("a", { href: urlOf(`tags/${key}/`) }, name)]);
  return make("p", { class: "db-reading__facts" }, ...facts.map((each) => make("span", {}, ...each)));
}

class Row {
  /** @param {Kept} paper */
  constructor(paper) {
    this.paper = paper;
    this.isGone = false;
    this.timer = 0;
    this.head = make("div");
    this.note = make("textarea", { rows: "1", maxlength: String(LONGEST_NOTE), placeholder: "Add a note" });
    this.saved = make("span", { class: "db-reading__saved", role: "status" });
    this.element = make("li", { class: "db-reading__item" });
    this.note.value = paper.note;
    this.note.addEventListener("input", () => this.onInput());
    this.note.addEventListener("change", () => this.save());
    this.build();
  }

  build() {
    this.head.replaceChildren(titleLine(this.paper), factsLine(this.paper));
    this.note.setAttribute("aria-label", `Note on ${this.paper.title}`);
    // A note that is being typed stays where it is.
    if (this.note.parentElement !== this.element) this.element.replaceChildren(this.head, this.note, this.saved);
  }

  /**
   * Shows what is kept of the paper now, or that it was removed.
   *
   * @param {Kept} paper
   * @param {boolean} isGone
   */
  show(paper, isGone) {
    const hadFocus = this.element.contains(document.activeElement);
    const facts = (/** @type {Kept} */ { title, day, tags }) => JSON.stringify([title, day, tags]);
    const isSame = isGone === this.isGone && facts(paper) === facts(this.paper);
    this.paper = paper;
    this.isGone = isGone;
    // What is being typed is newer than what is kept.
    if (!this.timer && paper.note !== this.note.value) this.note.value = paper.note;
    if (isSame) return;
    if (isGone) this.buildGone();
    else this.build();
    const isLost = hadFocus && !this.element.contains(document.activeElement);
    if (isLost) this.element.querySelector("button")?.focus();
  }

  buildGone() {
    const undo = button("Undo", () => store.add([this.paper]));
    const words = `Removed: ${this.paper.title} `;
    this.element.replaceChildren(make("p", { class: "db-reading__gone" }, words, undo));
  }

  onInput() {
    clearTimeout(this.timer);
    this.saved.textContent = "";
    this.timer = window.setTimeout(() => this.save(), QUIET);
  }

  /** Keeps a note that was typed and is not kept yet. */
  save() {
    if (!this.timer) return;
    clearTimeout(this.timer);
    this.timer = 0;
    const isKept = store.annotate(this.paper.slug, this.note.value);
    this.saved.textContent = isKept ? "Saved" : "Kept until you leave this page";
  }
}

export class OwnList {
  /** @param {HTMLElement} empty What is said where nothing is starred. */
  constructor(empty) {
    /** @type {Map<string, Row>} */
    this.rows = new Map();
    /** @type {Kept[]} In the order shown, without what was just removed. */
    this.papers = [];
    this.empty = empty;
    this.query = make("input", FIELD);
    this.order = make("select", { "aria-label": "Order" });
    this.order.append(...Object.entries(ORDERS).map(([value, label]) => make("option", { value }, label)));
    this.bar = make("div", { class: "db-reading__bar" }, this.query, this.order);
    this.status = make("p", { class: "db-reading__status", role: "status" });
    this.list = make("ol", { class: "db-reading__list" });
    this.parts = [this.bar, this.status, this.empty, this.list];
    this.query.addEventListener("input", () => this.restart());
    this.order.addEventListener("change", () => this.restart());
    addEventListener("pagehide", () => this.save());
  }

  /** @returns {boolean} Whether a search leaves papers out. */
  get isNarrowed() {
    return this.query.value.trim() !== "";
  }

  /** Keeps what was typed. */
  save() {
    for (const row of this.rows.values()) row.save();
  }

  /** Another order or search: what was removed before is not shown any more. */
  restart() {
    for (const slug of this.rows.keys()) if (!store.papers.has(slug)) this.rows.delete(slug);
    this.render();
  }

  render() {
    const isKept = (/** @type {Kept} */ { slug }) => store.papers.has(slug);
    const removed = [...this.rows.values()].filter(({ paper, element }) => !isKept(paper) && element.isConnected);
    const all = [...store.papers.values(), ...removed.map((row) => row.paper)];
    const shown = ordered(matching(all, this.query.value), this.order.value);
    this.papers = shown.filter(isKept);
    this.place(shown.map((paper) => this.rowOf(paper).element));
    const total = store.papers.size;
    this.empty.hidden = shown.length > 0 || total > 0;
    this.bar.hidden = total < 2 && !this.isNarrowed;
    const some = this.isNarrowed ? `${this.papers.length} of ` : "";
    this.status.textContent = total > 0 ? `${some}${count(total, "paper")}.` : "";
  }

  /** @param {HTMLElement[]} items In their order; what has the focus keeps it. */
  place(items) {
    const { list } = this;
    if (items.length === list.childElementCount && items.every((item, at) => item === list.children[at])) return;
    const still = items.find((item) => item.contains(document.activeElement));
    if (!still) return list.replaceChildren(...items);
    // What is moved loses the focus: all others move around it.
    const at = items.indexOf(still);
    for (const child of [...list.children]) if (child !== still) child.remove();
    still.before(...items.slice(0, at));
    still.after(...items.slice(at + 1));
  }

  /**
   * @param {Kept} paper
   * @returns {Row}
   */
  rowOf(paper) {
    const row = this.rows.get(paper.slug) ?? new Row(paper);
    this.rows.set(paper.slug, row);
    row.show(paper, !store.papers.has(paper.slug));
    return row;
  }

  /**
   * Takes over what papers' pages say. Those that have another address now move there unseen.
   *
   * @param {Map<string, Pick<Kept, "slug" | "title" | "day" | "tags">>} said By the list’s slugs.
   */
  learn(said) {
    this.save();
    for (const [slug, paper] of said) if (slug !== paper.slug) this.rows.delete(slug);
    store.learn(said);
  }
}
