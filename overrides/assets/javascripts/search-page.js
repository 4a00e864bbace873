/**
 * The search page: its form, results, and what narrows them. What is asked for stands in the
 * page's address, so that it can be shared, and Back leads to what was there before.
 */

import { SearchClient } from "./search-client.js";
import { FacetPanel } from "./search-facets.js";
import { QUIET, onSlash } from "./search-field.js";
import { button, hit, make } from "./search-results.js";
import { NOTHING, formatState, historyStep, isAsking, parseState, requestOf, summary } from "./search-state.js";

/** Results that come at once. */
const SIZE = 10;
/** What Back may bring again at once. */
const MOST_PAGES = 20;

/**
 * @typedef {import("./search-state.js").State} State
 * @typedef {import("./search-client.js").Answer} Answer
 * @typedef {import("./search-client.js").Results} Results
 */

class Search {
  /** @param {HTMLElement} element With the form, as the page has it. */
  constructor(element) {
    this.element = element;
    this.form = /** @type {HTMLFormElement} */ (element.querySelector("form"));
    this.input = /** @type {HTMLInputElement} */ (element.querySelector("input"));
    this.client = new SearchClient();
    this.facets = new FacetPanel((change) => this.change(change));
    this.status = make("p", { class: "db-find__status", role: "status" });
    this.note = make("p", { class: "db-find__note" });
    this.list = make("ol", { class: "db-hits" });
    this.restHeading = make("h2", { class: "db-hits__rest" }, "Not all words");
    this.rest = make("ol", { class: "db-hits" });
    this.more = button("More results", () => this.askMore());
    const heading = make("h2", { class: "db-unseen" }, "Results");
    const lists = [heading, this.list, this.restHeading, this.rest, this.more];
    this.results = make("div", { class: "db-find__results", hidden: "" }, ...lists);
    element.append(this.status, this.note, this.facets.element, this.results);
    /** @type {State} */
    this.state = NOTHING;
    this.typing = false;
    this.pages = 1;
    this.timer = 0;
    this.title = document.title;
    this.leaving = new AbortController();
    this.listen(this.leaving);
    this.nameTags();
    const early = this.input.value;
    this.restore();
    if (!formatState(this.state)) this.begin(early);
  }

  /** @param {AbortController} leaving */
  listen({ signal }) {
    onSlash(document, signal, () => this.enter());
    addEventListener("popstate", () => this.restore(), { signal });
    this.input.addEventListener("input", () => this.onInput());
    this.form.addEventListener("submit", (event) => this.onSubmit(event));
    this.element.addEventListener("keydown", (event) => this.onKey(event), { signal });
    this.element.addEventListener("click", (event) => this.onClick(event), { signal });
  }

  /** An address has a tag's key; what the tag is called comes with the data. */
  nameTags() {
    this.client.open((answer) => {
      if (answer.type === "opened") this.facets.name(new Map(answer.tags));
    });
  }

  /** @param {string} early What was typed before this script was there. */
  begin(early) {
    this.input.value = early;
    if (early) this.onInput();
    // Where there is no keyboard, one would cover half the page.
    else if (matchMedia("(pointer: fine)").matches) this.enter();
  }

  /** Puts the cursor into the field. */
  enter() {
    this.input.focus({ preventScroll: true });
    this.input.select();
  }

  /** Shows what the page's address asks for. */
  restore() {
    clearTimeout(this.timer);
    this.state = parseState(location.search);
    this.typing = history.state?.typing === true;
    const pages = Number(history.state?.pages);
    this.pages = pages >= 1 ? Math.min(pages, MOST_PAGES) : 1;
    this.input.value = this.state.query;
    this.ask();
  }

  onInput() {
    clearTimeout(this.timer);
    const query = this.input.value;
    this.timer = window.setTimeout(() => this.change({ query }, true), QUIET);
  }

  /** @param {SubmitEvent} event */
  onSubmit(event) {
    event.preventDefault();
    clearTimeout(this.timer);
    this.change({ query: this.input.value }, false);
  }

  /**
   * @param {Partial<State>} change What is asked for from now on.
   * @param {boolean} [typing] Whether the query is still being typed.
   */
  change(change, typing = this.typing) {
    clearTimeout(this.timer);
    const now = { search: formatState(this.state), typing: this.typing };
    this.state = { ...this.state, query: this.input.value, ...change };
    this.typing = typing;
    this.pages = 1;
    const search = formatState(this.state);
    const address = search || location.pathname;
    const step = historyStep(now, search, "query" in change);
    if (step === "push") history.pushState({ typing }, "", address);
    else history.replaceState({ typing }, "", address);
    this.ask();
  }

  ask() {
    const asking = isAsking(this.state, this.typing);
    this.element.toggleAttribute("data-asked", asking);
    this.facets.select(this.state);
    const { query } = this.state;
    document.title = query.trim() ? `${query.trim()} · ${this.title}` : this.title;
    if (!asking) {
      this.client.forget();
      this.clear();
      this.facets.element.hidden = true;
      this.say(query.trim() ? "Three letters or more start a search; Enter searches for fewer." : "");
      return;
    }
    if (this.results.hidden) this.say("Searching…");
    this.send({ typing: this.typing, page: 1, size: SIZE * this.pages });
  }

  askMore() {
    this.send({ typing: this.typing, page: this.pages + 1, size: SIZE });
  }

  /** @param {{ typing: boolean, page: number, size: number }} how */
  send(how) {
    this.element.setAttribute("aria-busy", "true");
    const { state } = this;
    this.client.search(requestOf(state, how), (answer) => this.onAnswer(answer, state, how));
  }

  /**
   * @param {Answer} answer
   * @param {State} state
   * @param {{ typing: boolean, page: number, size: number }} how
   */
  onAnswer(answer, state, how) {
    if (answer.type === "superseded") return;
    this.element.removeAttribute("aria-busy");
    switch (answer.type) {
      case "results":
        // A word that is nowhere may be the beginning of one.
        if (!how.typing && state.query && (answer.total === 0 || answer.instead)) {
          this.askAsTyped(answer, state, how);
        } else this.show(answer, state);
        break;
      case "facets":
        this.facets.show(answer);
        break;
      case "error":
        this.fail(answer.part, how);
        break;
      case "reload":
        if (how.page === 1) this.clear();
        this.say(
          "The archive has grown since this page was opened. ",
          button("Reload the page", () => location.reload()),
        );
    }
  }

  /**
   * @param {Results} before
   * @param {State} state
   * @param {{ typing: boolean, page: number, size: number }} how
   */
  askAsTyped(before, state, how) {
    const again = { ...how, typing: true };
    this.client.search(requestOf(state, again), (answer) => {
      const isBetter = answer.type === "results" && answer.total > 0 && !answer.instead;
      if (answer.type === "results" && !isBetter) this.show(before, state);
      else this.onAnswer(answer, state, again);
      if (isBetter) this.typing = true;
    });
  }

  /**
   * @param {"facets" | undefined} part
   * @param {{ typing: boolean, page: number, size: number }} how
   */
  fail(part, how) {
    const retry = button("Try again", () => {
      this.nameTags();
      this.send(how);
    });
    if (part) {
      this.facets.fail(retry);
      return;
    }
    // What an earlier search found would pass for an answer.
    if (how.page === 1) this.clear();
    this.say("The search data could not be loaded. The connection may be down. ", retry);
  }

  /**
   * @param {Results} found
   * @param {State} state
   */
  show(found, state) {
    const { results, all, total, page, size } = found;
    const isMore = page > 1;
    const narrowed = (/** @type {string} */ key) => formatState(withTag(state, key)) || "./";
    const items = results.map((result) => hit(result, narrowed));
    const first = results.findIndex((result) => !result.all);
    const cut = first < 0 ? items.length : first;
    // Whoever has gone on to a result stays there when a better answer comes.
    const held = this.links.find((link) => link === document.activeElement)?.href;
    if (!isMore) this.clear();
    this.list.append(...items.slice(0, cut));
    this.rest.append(...items.slice(cut));
    if (held && !isMore) (this.links.find(({ href }) => href === held) ?? this.input).focus();
    this.restHeading.hidden = !this.rest.childElementCount;
    this.more.hidden = page * size >= total;
    this.results.hidden = total === 0;
    this.facets.element.hidden = false;
    this.say(summary({ total, all }, state));
    this.note.replaceChildren(...this.notes(found, state));
    if (isMore) this.keepPages(page, items[0]);
  }

  /**
   * @param {number} page
   * @param {HTMLElement | undefined} first The first of the results that came.
   */
  keepPages(page, first) {
    this.pages = page;
    history.replaceState({ ...history.state, typing: this.typing, pages: page }, "");
    first?.querySelector("a")?.focus();
  }

  /**
   * @param {Results} found
   * @param {State} state
   * @returns {(string | Node)[]} What was looked for other than what was typed.
   */
  notes({ instead, common }, state) {
    const notes = [];
    if (instead) {
      const href = formatState({ ...state, query: instead });
      const link = make("a", { href, "data-query": instead }, instead);
      notes.push("Did you mean ", link, "? The results are for that. ");
    }
    if (common.length > 0) {
      const words = common.map((word) => `“${word}”`).join(", ");
      notes.push(`Left out, since nearly every paper has it: ${words}.`);
    }
    return notes;
  }

  clear() {
    this.list.replaceChildren();
    this.rest.replaceChildren();
    this.note.replaceChildren();
    this.results.hidden = true;
    this.restHeading.hidden = true;
  }

  /** @param {...(string | Node)} words */
  say(...words) {
    this.status.replaceChildren(...words);
  }

  /**
   * Follows within the page what leads to another search on it.
   *
   * @param {MouseEvent} event
   */
  onClick(event) {
    const link = event.target instanceof Element ? event.target.closest("a") : null;
    if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const { tag, query } = link.dataset;
    if (tag === undefined && query === undefined) return;
    event.preventDefault();
    if (query !== undefined) this.input.value = query;
    const { tags } = withTag(this.state, tag ?? "");
    this.change(query === undefined ? { tags } : { query }, query === undefined ? this.typing : false);
    this.input.focus({ preventScroll: true });
  }

  /** @returns {HTMLAnchorElement[]} The results' links. */
  get links() {
    return [...this.element.querySelectorAll(".db-hit__title a")].filter(
      (each) => each instanceof HTMLAnchorElement,
    );
  }

  /** @param {KeyboardEvent} event */
  onKey(event) {
    const { target, key } = event;
    if (event.isComposing || !(target instanceof HTMLElement)) return;
    const at = this.links.findIndex((link) => link.closest("li")?.contains(target));
    const isHere = target === this.input || at >= 0;
    if (key === "Escape" && at >= 0) this.input.focus();
    else if (key === "ArrowDown" && isHere) this.move(event, at + 1);
    else if (key === "ArrowUp" && at >= 0) this.move(event, at - 1);
  }

  /**
   * @param {KeyboardEvent} event
   * @param {number} at Which result; -1 is the field.
   */
  move(event, at) {
    const target = at < 0 ? this.input : this.links[at];
    if (!target) return;
    event.preventDefault();
    target.focus();
  }
}

/**
 * @param {State} state
 * @param {string} key
 * @returns {State} Narrowed to a tag as well.
 */
function withTag(state, key) {
  return { ...state, tags: [...new Set([...state.tags, key])].filter(Boolean) };
}

class SearchPage extends HTMLElement {
  connectedCallback() {
    this.search = new Search(this);
  }

  disconnectedCallback() {
    this.search?.leaving.abort();
  }
}

customElements.define("db-search-page", SearchPage);
