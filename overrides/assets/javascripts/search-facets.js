// What narrows and orders results: tags, years and days, code. The counts come after the results.

import { button, make } from "./search-results.js";
import { NOTHING, firstDay, isNarrowed, lastDay, parseSort, yearOf } from "./search-state.js";

/** Tags that are shown before a reader asks for all. */
const FEW = 10;

/**
 * @typedef {import("./search-state.js").State} State
 * @typedef {import("./search-client.js").Facets} Facets
 */

export class FacetPanel {
  /** @param {(change: Partial<State>) => void} change Called when a reader chooses. */
  constructor(change) {
    this.change = change;
    /** @type {State} */
    this.state = NOTHING;
    /** @type {Facets | undefined} */
    this.counts = undefined;
    /** @type {Map<string, string>} */
    this.names = new Map();
    this.isWhole = false;
    const sorts = { "": "Best first", newest: "Newest first", oldest: "Oldest first" };
    const options = Object.entries(sorts).map(([value, text]) => make("option", { value }, text));
    this.sort = make("select", { "aria-label": "Order" }, ...options);
    this.sort.addEventListener("change", () => this.change({ sort: parseSort(this.sort.value) }));
    this.tags = make("div", { class: "db-facets__list" });
    this.years = make("div", { class: "db-facets__list" });
    this.code = make("div", { class: "db-facets__list" });
    this.from = this.day("From", (from) => this.change({ from }));
    this.to = this.day("To", (to) => this.change({ to }));
    this.note = make("p", { class: "db-facets__note" });
    this.chosen = make("p", { class: "db-facets__chosen" });
    const dates = make("div", { class: "db-facets__days" }, this.from.label, this.to.label);
    this.details = make(
      "details",
      { class: "db-facets__more" },
      make("summary", {}, "Filters"),
      group("Listed in", this.years, dates),
      group("Code", this.code),
      group("Tags", this.tags),
      this.note,
    );
    this.element = make("div", { class: "db-facets", hidden: "" }, this.sort, this.chosen, this.details);
    // Beside the results there is room for them; above, they would push the results away.
    const wide = matchMedia("(min-width: 60em)");
    this.details.open = wide.matches;
    wide.addEventListener("change", () => (this.details.open = wide.matches));
  }

  /**
   * @param {string} name
   * @param {(iso: string) => void} choose
   * @returns {{ label: HTMLLabelElement, input: HTMLInputElement }}
   */
  day(name, choose) {
    const input = make("input", { type: "date", name: name.toLowerCase() });
    input.addEventListener("change", () => choose(input.value));
    return { label: make("label", {}, name, input), input };
  }

  /** @param {Map<string, string>} names Of all tags, by key. */
  name(names) {
    this.names = names;
    this.draw();
  }

  /** @param {State} state What is asked for. */
  select(state) {
    this.state = state;
    const sort = state.sort === "relevance" ? "" : state.sort;
    // Without a query there is no best: the newest come first.
    this.sort.value = sort || (state.query.trim() ? "" : "newest");
    this.from.input.value = firstDay(state.from);
    this.to.input.value = lastDay(state.to);
    this.draw();
  }

  /** @param {Facets} counts */
  show(counts) {
    this.counts = counts;
    this.note.replaceChildren();
    this.draw();
  }

  /** @param {HTMLElement} retry */
  fail(retry) {
    this.note.replaceChildren("The counts could not be loaded. ", retry);
  }

  draw() {
    const focused = document.activeElement instanceof HTMLInputElement ? document.activeElement : null;
    const name = focused && this.details.contains(focused) ? focused.dataset.facet : undefined;
    this.drawTags();
    this.drawYears();
    this.drawCode();
    this.drawChosen();
    // The boxes are made anew: the focus stays on the one that had it.
    if (!name) return;
    const again = [...this.details.querySelectorAll("input")];
    again.find((each) => each.dataset.facet === name)?.focus({ preventScroll: true });
  }

  drawTags() {
    const { tags } = this.state;
    const counted = new Map(this.counts?.tags.map((each) => [each.key, each.count]));
    const keys = [...new Set([...tags, ...counted.keys()])];
    const shown = this.isWhole ? keys : keys.slice(0, Math.max(FEW, tags.length));
    const boxes = shown.map((key) =>
      this.box(`tag:${key}`, this.nameOf(key), counted.get(key), tags.includes(key), (on) =>
        this.change({ tags: on ? [...tags, key] : tags.filter((each) => each !== key) }),
      ),
    );
    const isCut = shown.length < keys.length;
    const all = isCut ? [button(`All ${keys.length} tags`, () => this.drawAll(shown.length))] : [];
    this.fill(this.tags, [...boxes, ...all]);
  }

  /** @param {number} at Where the focus goes on. */
  drawAll(at) {
    this.isWhole = true;
    this.draw();
    this.tags.querySelectorAll("input")[at]?.focus();
  }

  drawYears() {
    const year = yearOf(this.state);
    const counted = new Map(this.counts?.years.map((each) => [each.key, each.count]));
    const isRange = !year && (this.state.from || this.state.to);
    // Within a year, the counts are those of its papers in other years.
    const keys = year ? [year] : isRange ? [] : [...counted.keys()];
    const boxes = keys.map((key) =>
      this.box(`year:${key}`, key, counted.get(key), key === year, (on) =>
        this.change({ from: on ? key : "", to: on ? key : "" }),
      ),
    );
    this.fill(this.years, boxes);
    // The days stay: they are how a range is changed.
    this.years.closest("fieldset")?.toggleAttribute("hidden", false);
  }

  drawCode() {
    const { code } = this.state;
    const number = this.counts?.code ?? 0;
    const box = () => this.box("code", "With code", number, code, (on) => this.change({ code: on }));
    this.fill(this.code, code || number ? [box()] : []);
  }

  drawChosen() {
    const { tags, from, to, code } = this.state;
    const year = yearOf(this.state);
    const range = [from && `from ${from}`, to && `to ${to}`].filter(Boolean).join(" ");
    /** @type {[string, Partial<State>][]} */
    const chosen = tags.map((key) => [this.nameOf(key), { tags: tags.filter((each) => each !== key) }]);
    if (from || to) chosen.push([year || range, { from: "", to: "" }]);
    if (code) chosen.push(["With code", { code: false }]);
    const chips = chosen.map(([text, change]) => {
      const chip = button(text, () => this.change(change), "db-chip");
      chip.setAttribute("aria-label", `Remove the filter ${text}`);
      return chip;
    });
    this.chosen.replaceChildren(...chips);
    this.chosen.toggleAttribute("hidden", !isNarrowed(this.state));
  }

  /**
   * @param {string} key
   * @returns {string}
   */
  nameOf(key) {
    return this.names.get(key) ?? key;
  }

  /**
   * @param {string} facet Its name among the boxes.
   * @param {string} text
   * @param {number | undefined} count
   * @param {boolean} checked
   * @param {(on: boolean) => void} choose
   * @returns {HTMLLabelElement}
   */
  box(facet, text, count, checked, choose) {
    const input = make("input", { type: "checkbox", "data-facet": facet });
    input.checked = checked;
    input.addEventListener("change", () => choose(input.checked));
    const number = make("span", { class: "db-facets__count" }, String(count ?? 0));
    return make("label", {}, input, make("span", {}, text), number);
  }

  /**
   * @param {HTMLElement} list
   * @param {Node[]} children
   */
  fill(list, children) {
    list.replaceChildren(...children);
    list.closest("fieldset")?.toggleAttribute("hidden", children.length === 0);
  }
}

/**
 * @param {string} name
 * @param {...Node} children
 * @returns {HTMLFieldSetElement}
 */
function group(name, ...children) {
  return make("fieldset", {}, make("legend", {}, name), ...children);
}
