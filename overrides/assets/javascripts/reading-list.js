/**
 * The page of the reading list: the reader's own, or one that a link carries.
 */

import { parseShared } from "./reading/list.js";
import { OwnList, titleLine } from "./reading/own.js";
import { ask } from "./reading/pages.js";
import { MOST_SEEN, inWords } from "./reading/papers.js";
import { store } from "./reading/store.js";
import { Take } from "./reading/take.js";
import { button, give, make } from "./search-results.js";
import { count } from "./search-state.js";
import { seenSwitch } from "./stars.js";

/**
 * @typedef {import("./reading/papers.js").Kept} Kept
 * @typedef {import("./reading/pages.js").Answer} Answer
 */

/** Pages that are asked, at each visit, for what lists did not say of their papers. */
const MOST_ASKED = 40;
const TROUBLE = {
  blocked: "This browser lets this site keep nothing: the list lasts as long as this page stays open. You can take it with you below.",
  full: "This browser has no room left for this site: what changes now lasts as long as this page stays open. You can take it with you below.",
};

/** What is wrong with what is kept, if anything is. */
function notices() {
  const { trouble, aside } = store;
  const found = [];
  if (trouble) found.push(make("p", {}, TROUBLE[trouble]));
  if (aside.length > 0) {
    const text = aside.map((each) => each.text).join("\n");
    found.push(
      make("p", {}, "Something that was kept here could not be read in full. What could is shown; the whole was set aside."),
      make(
        "p",
        { class: "db-reading__buttons" },
        button("Save it as a file", () => give("reading-list-damaged.txt", "text/plain", text)),
        button("Throw it away", () => store.discardAside()),
      ),
    );
  }
  return found;
}

/** The part of the page where papers that were seen are dimmed, and forgotten. */
class SeenPart {
  constructor() {
    const most = count(MOST_SEEN, "paper");
    this.remembered = make("span");
    this.forget = button("Forget all", () => store.forget());
    this.rest = make("p", { class: "db-reading__buttons" }, this.forget, this.remembered);
    this.element = make(
      "section",
      {},
      make("h2", { id: "seen" }, "What you have seen"),
      make("p", {}, seenSwitch()),
      make("p", {}, `While this is on, the papers whose pages you open are remembered in this browser, the last ${most} at most, and their titles are dimmed on lists. Nothing is remembered before you switch it on.`),
      this.rest,
    );
  }

  render() {
    this.rest.hidden = store.seen.size === 0;
    this.remembered.textContent = `${count(store.seen.size, "paper")} remembered.`;
  }
}

/** A list that came with a link. Nothing of it is kept unless the reader adds it. */
class SharedList {
  /** @param {string[]} slugs */
  constructor(slugs) {
    this.slugs = slugs;
    /** @type {Kept[]} */
    this.found = [];
    this.items = new Map(slugs.map((slug) => [slug, make("li", { class: "db-reading__item" }, inWords(slug))]));
    this.status = make("p", { class: "db-reading__status", role: "status" });
    this.add = button("Add all to mine", () => this.addAll());
    this.add.disabled = true;
    const mine = make("a", { href: "#title" }, "My own list");
    this.parts = [
      make("h2", { id: "shared" }, "A list that came with a link"),
      make("p", {}, slugs.length > 0 ? "Somebody starred these papers. They are not on your list, unless you add them: press a star, or add all." : "The link carries no papers: some of it may have been lost on its way."),
      make("p", { class: "db-reading__buttons" }, ...(slugs.length > 0 ? [this.add] : []), mine),
      this.status,
      make("ol", { class: "db-reading__list" }, ...this.items.values()),
    ];
    if (slugs.length > 0) void this.look();
  }

  /** Asks the papers' own pages for their titles. */
  async look() {
    const answers = await ask(this.slugs, (slug, answer) => this.show(slug, answer));
    const starred = new Date().toISOString();
    this.found = [...answers.values()].flatMap((each) => ("said" in each ? [keptOf(each.said, starred)] : []));
    this.add.disabled = this.found.length === 0;
    this.status.textContent = `${count(this.found.length, "paper")}.`;
  }

  /**
   * @param {string} slug
   * @param {Answer} answer
   */
  show(slug, answer) {
    const item = this.items.get(slug);
    if ("said" in answer) item?.replaceChildren(titleLine(answer.said));
    else if (answer.fault === "missing") item?.append(": this archive has no such paper.");
    else item?.append(": its page could not be reached.");
  }

  addAll() {
    const isNew = this.found.filter(({ slug }) => !store.papers.has(slug));
    const added = store.add(this.found);
    const undo = button("Undo", () => {
      isNew.forEach(({ slug }) => store.unstar(slug));
      this.status.textContent = "Taken off your list again.";
    });
    const there = this.found.length - isNew.length;
    const full = isNew.length - added;
    this.status.replaceChildren(
      `${count(added, "paper")} added to your list, ${there} there already. `,
      full > 0 ? `The list is full: ${count(full, "paper")} left out. ` : "",
      ...(added > 0 ? [undo] : []),
    );
  }
}

/**
 * @param {import("./reading/pages.js").Said} said
 * @param {string} starred
 * @returns {Kept}
 */
function keptOf({ slug, title, day, tags }, starred) {
  return { slug, title, day, tags, starred, note: "" };
}

class ReadingList extends HTMLElement {
  connectedCallback() {
    const empty = /** @type {HTMLElement} */ (this.querySelector("p"));
    this.own = new OwnList(empty);
    this.take = new Take(this.own);
    this.seen = new SeenPart();
    this.notices = make("div", { class: "db-reading__notices" });
    this.place = make("div");
    this.replaceChildren(this.notices, this.place, this.seen.element);
    store.addEventListener("change", () => this.render());
    addEventListener("hashchange", () => this.turn());
    this.turn();
    void this.learn();
  }

  /** Shows the list that the address asks for. */
  turn() {
    const slugs = parseShared(location.hash);
    const own = [...(this.own?.parts ?? []), ...(this.take ? [this.take.element] : [])];
    this.place?.replaceChildren(...(slugs ? new SharedList(slugs).parts : own));
    this.render();
  }

  render() {
    this.own?.render();
    this.take?.render();
    this.seen?.render();
    this.notices?.replaceChildren(...notices());
  }

  /** Asks the papers' own pages for days and tags that are not known. */
  async learn() {
    const lacking = [...store.papers.values()].filter(({ day, tags }) => !day || !tags);
    const slugs = lacking.slice(-MOST_ASKED).map(({ slug }) => slug);
    if (slugs.length === 0) return;
    /** @type {Map<string, Pick<Kept, "slug" | "title" | "day" | "tags">>} */
    const said = new Map();
    for (const [slug, answer] of await ask(slugs, () => {})) {
      if (!("said" in answer)) continue;
      const { slug: now, title, day, tags } = answer.said;
      said.set(slug, { slug: now, title, day: store.papers.get(slug)?.day || day, tags });
    }
    if (said.size > 0) this.own?.learn(said);
  }
}

customElements.define("db-reading-list", ReadingList);
