/**
 * The search box in the header: a field with a list of the first results below. On a phone it is
 * a button that opens both over the whole screen. Without this it is a link to the search page,
 * which has an element of its own, loaded where it is met.
 */

import { SearchClient } from "./search-client.js";
import { QUIET, onSlash } from "./search-field.js";
import { button, link, make, option } from "./search-results.js";
import { NOTHING, formatState, isAsking, requestOf, summary } from "./search-state.js";

/** Results in the list. */
const SIZE = 8;
/** Where the field and its list take the whole screen; search.css says the same. */
const PHONE = matchMedia("(max-width: 59.984375em)");
/** The button that hides the field again, where it takes the whole screen. */
const CLOSER = {
  class: "db-box__close md-icon",
  type: "button",
  "aria-label": "Close the search",
};
const COMBOBOX = {
  role: "combobox",
  "aria-controls": "db-box-list",
  "aria-autocomplete": "list",
  autocapitalize: "off",
  spellcheck: "false",
  enterkeyhint: "search",
};

class Box {
  /** @param {HTMLElement} element With the field, as the page has it. */
  constructor(element) {
    const find = (/** @type {string} */ name) =>
      /** @type {HTMLElement} */ (element.querySelector(name));
    this.element = element;
    this.form = /** @type {HTMLFormElement} */ (find("form"));
    this.input = /** @type {HTMLInputElement} */ (find("input"));
    this.panel = make("div", { class: "db-box__panel", hidden: "" });
    this.closer = make("button", CLOSER);
    this.opener = find(".db-box__open");
    this.list = make("div", { id: "db-box-list", role: "listbox", "aria-label": "Results" });
    this.note = make("p", { class: "db-box__note" });
    this.status = make("p", { class: "db-unseen", role: "status" });
    this.client = new SearchClient();
    this.active = -1;
    this.timer = 0;
    this.leaving = new AbortController();
    this.build();
    this.listen(this.leaving);
    // A quick reader is there before this script.
    if (document.activeElement === this.input) this.onFocus();
  }

  /** What makes the field a combobox, which it is not without this script. */
  build() {
    this.panel.append(this.list, this.note);
    this.form.prepend(this.closer);
    this.form.after(this.panel);
    this.element.append(this.status);
    Object.entries(COMBOBOX).forEach(([key, value]) => this.input.setAttribute(key, value));
    this.opener.setAttribute("role", "button");
    this.close();
  }

  /** @param {AbortController} leaving */
  listen({ signal }) {
    onSlash(document, signal, () => this.enter());
    this.input.addEventListener("input", () => this.onInput());
    this.input.addEventListener("focus", () => this.onFocus());
    this.input.addEventListener("click", () => this.onFocus());
    this.element.addEventListener("keydown", (event) => this.onKey(event), { signal });
    this.element.addEventListener("focusout", (event) => this.onFocusOut(event), { signal });
    // The field keeps the focus while something in the list is clicked.
    this.panel.addEventListener("mousedown", (event) => event.preventDefault());
    this.closer.addEventListener("click", () => this.leave());
    this.opener.addEventListener("click", (event) => this.onOpener(event));
    this.opener.addEventListener("keydown", (event) => event.key === " " && this.onOpener(event));
  }

  /** @param {Event} event */
  onOpener(event) {
    if (event instanceof MouseEvent && (event.ctrlKey || event.metaKey || event.shiftKey)) return;
    event.preventDefault();
    this.enter();
  }

  /** Shows the field where it is hidden, and puts the cursor into it. */
  enter() {
    this.element.toggleAttribute("data-open", true);
    this.input.focus();
    this.input.select();
  }

  /** Hides the list, and the field where it fills the screen. */
  leave() {
    this.close();
    const isWhole = this.element.hasAttribute("data-open");
    this.element.toggleAttribute("data-open", false);
    if (isWhole) this.opener.focus();
  }

  onFocus() {
    this.client.open(() => {});
    if (this.panel.hidden) this.ask();
  }

  /** @param {FocusEvent} event */
  onFocusOut({ relatedTarget }) {
    if (relatedTarget instanceof Node && this.element.contains(relatedTarget)) return;
    // A phone takes the focus away with its keyboard: the results must stay.
    if (PHONE.matches && !relatedTarget) return;
    this.close();
    this.element.toggleAttribute("data-open", false);
  }

  onInput() {
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.ask(), QUIET);
  }

  /** @returns {string} What stands in the field. */
  get query() {
    return this.input.value;
  }

  ask() {
    const state = { ...NOTHING, query: this.query };
    if (!isAsking(state, true)) {
      this.client.forget();
      this.close();
      return;
    }
    if (this.panel.hidden) this.say("Searching…");
    const request = requestOf(state, { typing: true, page: 1, size: SIZE });
    // The list under the box has no filters: their data may stay where they are.
    this.client.search({ ...request, facets: false }, (answer) => this.onAnswer(answer, state));
  }

  /**
   * @param {import("./search-client.js").Answer} answer
   * @param {import("./search-state.js").State} state
   */
  onAnswer(answer, state) {
    if (answer.type === "results") this.show(answer, state);
    else if (answer.type === "error" && !answer.part) {
      this.say("The search could not be loaded. ", button("Try again", () => this.ask()));
    } else if (answer.type === "reload" && !answer.part) {
      const reload = button("Reload the page", () => location.reload());
      this.say("The archive has grown since this page was opened. ", reload);
    }
  }

  /**
   * @param {import("./search-client.js").Results} found
   * @param {import("./search-state.js").State} state
   */
  show(found, state) {
    const isNear = document.activeElement && this.element.contains(document.activeElement);
    if (!isNear && !this.element.hasAttribute("data-open")) return;
    const words = summary(found, state);
    this.status.textContent = words;
    if (found.total === 0) {
      this.say(words);
      return;
    }
    const options = found.results.map((result, at) => option(result, `db-box-${at}`));
    const all = link("db-box-all", this.form.action + formatState(state), "All results");
    all.classList.add("db-box__all");
    this.list.replaceChildren(...options, all);
    this.list.toggleAttribute("hidden", false);
    const instead = found.instead ? `Showing results for “${found.instead}”.` : "";
    this.note.replaceChildren(instead);
    this.open(true);
  }

  /** @param {...(string | Node)} words What takes the list's place. */
  say(...words) {
    this.list.replaceChildren();
    this.list.toggleAttribute("hidden", true);
    this.note.replaceChildren(...words);
    this.open(false);
  }

  /** @param {boolean} expanded Whether there is a list. */
  open(expanded) {
    this.panel.hidden = false;
    this.input.setAttribute("aria-expanded", String(expanded));
    this.activate(-1);
  }

  close() {
    this.panel.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.activate(-1);
    this.status.textContent = "";
  }

  /** @returns {HTMLElement[]} */
  get options() {
    return [...(this.list.children)].filter((each) => each instanceof HTMLElement);
  }

  /** @param {number} at Which option is chosen; -1 for none. */
  activate(at) {
    this.active = at;
    this.options.forEach((each, index) => each.setAttribute("aria-selected", String(index === at)));
    const chosen = this.options[at];
    if (chosen) {
      this.input.setAttribute("aria-activedescendant", chosen.id);
      chosen.scrollIntoView({ block: "nearest" });
    } else {
      this.input.removeAttribute("aria-activedescendant");
    }
  }

  /** @param {KeyboardEvent} event */
  onKey(event) {
    if (event.isComposing) return;
    if (event.key === "Escape") this.onEscape(event);
    else if (event.target !== this.input) return;
    else if (event.key === "ArrowDown") this.move(event, 1);
    else if (event.key === "ArrowUp") this.move(event, -1);
    else if (event.key === "Enter" && this.options[this.active]) {
      event.preventDefault();
      this.options[this.active].click();
    }
  }

  /** @param {KeyboardEvent} event */
  onEscape(event) {
    if (this.panel.hidden && !this.element.hasAttribute("data-open")) return;
    event.preventDefault();
    this.leave();
  }

  /**
   * @param {KeyboardEvent} event
   * @param {number} step
   */
  move(event, step) {
    event.preventDefault();
    if (this.panel.hidden) {
      this.ask();
      return;
    }
    const many = this.options.length + 1;
    this.activate(((this.active + 1 + step + many) % many) - 1);
  }
}

class SearchBox extends HTMLElement {
  connectedCallback() {
    this.box = new Box(this);
  }

  disconnectedCallback() {
    this.box?.leaving.abort();
  }
}

customElements.define("db-search-box", SearchBox);

// Only the search page needs it.
if (document.querySelector("db-search-page")) void import("./search-page.js");
