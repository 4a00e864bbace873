/**
 * Tags side by side: which ones, the reader chooses, and the page's address says. The page has the
 * numbers, and a chart of the largest tags; this draws others as `generator/charts.py` does.
 */

import { button, make } from "./search-results.js";
import { count } from "./search-state.js";

/** Tags in one chart: more lines than these nobody tells apart. */
const MOST = 5;
/** From one period to the next, and the height of all charts. */
const [STEP, TALL] = [5, 100];
/** Where the chart may end. */
const TOPS = [0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1];
const SVG = "http://www.w3.org/2000/svg";

/**
 * @typedef {object} Course All periods in order.
 * @property {number[]} papers With the tag, in each period.
 * @property {number[]} of All papers, in each.
 * @property {number} few Papers below which a period's shares are uncertain.
 *
 * @typedef {object} Tag
 * @property {string} key
 * @property {string} name
 * @property {string} href
 * @property {string} area
 * @property {number[]} papers
 */

/**
 * @param {string} search The part of an address from its question mark on.
 * @param {{ has(key: string): boolean }} known
 * @returns {string[]} The tags that it asks for, as far as they are known and one chart takes them.
 */
function parseTags(search, known) {
  const asked = new URLSearchParams(search).getAll("tag");
  return [...new Set(asked)].filter((key) => known.has(key)).slice(0, MOST);
}

/**
 * @param {string[]} keys
 * @returns {string} The part of an address that asks for these tags, the inverse of `parseTags`.
 */
function formatTags(keys) {
  return `?${new URLSearchParams(keys.map((key) => ["tag", key]))}`;
}

/**
 * @param {Course} course
 * @returns {number} The share at which a chart of it ends; those of few papers do not stretch it.
 */
export function scale({ papers, of, few }) {
  const every = papers.map((number, at) => ({ share: share(number, of[at]), all: of[at] }));
  const sure = every.filter(({ all }) => all >= few);
  const highest = Math.max(0, ...(sure.length > 0 ? sure : every).map((each) => each.share));
  return TOPS.find((top) => top >= highest) ?? 1;
}

/**
 * @param {Course} course
 * @param {number} top The share at which the chart ends.
 * @returns {[string, string][]} The parts of a line as paths, none of them empty, each behind the
 * classes that it has beside its own: parts from or to periods of few papers are paler, points that
 * no line reaches are dots.
 */
export function shapes(course, top) {
  const { papers, of, few } = course;
  const y = papers.map((number, at) => height(share(number, of[at]), top));
  /** @type {[string, string][]} */
  const parts = [["", ""], [" db-few", ""], [" db-dots", ""], [" db-dots db-few", ""]];
  const ends = [-1, -1];
  for (let at = 0; at < of.length; at += 1) {
    if (!of[at]) continue;
    const before = of[at - 1] ?? 0;
    const pale = Number(of[at] < few || (before > 0 && before < few));
    if (before) {
      if (ends[pale] !== at - 1) parts[pale][1] += `M${STEP * (at - 1)} ${y[at - 1]}`;
      parts[pale][1] += `L${STEP * at} ${y[at]}`;
      ends[pale] = at;
    } else if (!of[at + 1]) parts[2 + pale][1] += `M${STEP * at} ${y[at]}h0`;
  }
  return parts.filter(([, path]) => path);
}

/**
 * @param {number} share
 * @param {number} top
 * @returns {number} How far from the top of the chart it is, no further up than that.
 */
function height(share, top) {
  return Math.max(0, Math.floor(TALL * (1 - share / top) + 0.5));
}

/**
 * @param {number} papers
 * @param {number} of
 * @returns {number}
 */
function share(papers, of) {
  return of ? papers / of : 0;
}

/**
 * @param {number} papers
 * @param {number} of
 * @returns {string} A share for people, in whole numbers from ten on; a dash where it is of nothing.
 */
export function percent(papers, of) {
  if (!of) return "–";
  const tenths = Math.floor((2000 * papers + of) / (2 * of));
  if (tenths >= 100 || !papers) return `${Math.floor((200 * papers + of) / (2 * of))}%`;
  return `${Math.floor(tenths / 10)}.${tenths % 10}%`;
}

/**
 * @param {string | undefined} text
 * @returns {number[]}
 */
function numbers(text) {
  return (text ?? "").split(" ").map(Number);
}

/**
 * @param {string} name
 * @param {Record<string, string>} attributes
 * @param {...Node} children
 * @returns {SVGElement}
 */
function drawn(name, attributes, ...children) {
  const made = document.createElementNS(SVG, name);
  Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, value));
  made.append(...children);
  return made;
}

/** @returns {Map<string, Tag>} The tags that the page has charts of. */
function tagsOfPage() {
  /** @type {Map<string, Tag>} */
  const found = new Map();
  for (const figure of document.querySelectorAll(".db-charts > figure")) {
    const link = figure.querySelector("a");
    if (!(figure instanceof HTMLElement) || !link) continue;
    const { tag: key = "", papers } = figure.dataset;
    const area = figure.parentElement?.previousElementSibling?.textContent ?? "";
    const href = link.getAttribute("href") ?? "";
    found.set(key, { key, name: link.textContent ?? "", href, area, papers: numbers(papers) });
  }
  return found;
}

class Comparison {
  /** @param {HTMLElement} element With the chart of the largest tags, as the page has it. */
  constructor(element) {
    this.element = element;
    this.of = numbers(element.dataset.of);
    this.few = Number(element.dataset.few);
    this.tags = tagsOfPage();
    this.legend = this.part(".db-legend");
    this.largest = [...this.legend.children].map((item) => item.getAttribute("data-tag") ?? "");
    this.shown = this.largest;
    this.list = make("select", { id: "db-compare-list" }, make("option", { value: "" }, "Choose…"));
    this.adding = make("button", { type: "submit", class: "db-button" }, "Add");
    this.status = make("p", { class: "db-compare__status", role: "status" });
    const label = make("label", { for: this.list.id }, "Add a tag");
    const form = make("form", { class: "db-compare__form" }, label, this.list, this.adding);
    form.addEventListener("submit", (event) => this.onSubmit(event));
    this.list.append(...this.groups());
    this.part(".db-compare__tools").replaceChildren(form, this.status);
    this.leaving = new AbortController();
    addEventListener("popstate", () => this.restore(), { signal: this.leaving.signal });
    this.restore();
  }

  /**
   * @param {string} selector
   * @returns {Element}
   */
  part(selector) {
    const found = this.element.querySelector(selector);
    if (!found) throw new Error(`the page has no ${selector}`);
    return found;
  }

  /** @returns {HTMLElement[]} The tags to choose from, by area. */
  groups() {
    /** @type {Map<string, HTMLElement>} */
    const groups = new Map();
    for (const { key, name, area } of this.tags.values()) {
      const group = groups.get(area) ?? make("optgroup", { label: area });
      group.append(make("option", { value: key }, name));
      groups.set(area, group);
    }
    return [...groups.values()];
  }

  /** Shows what the page's address asks for. */
  restore() {
    const asked = parseTags(location.search, this.tags);
    this.show(asked.length > 0 ? asked : this.largest);
    const all = new URLSearchParams(location.search).getAll("tag");
    if (all.some((key) => !this.tags.has(key))) {
      this.status.textContent = "A tag in this page’s address has no chart: too few papers, or no such tag.";
    }
  }

  /** @param {SubmitEvent} event */
  onSubmit(event) {
    event.preventDefault();
    const key = this.list.value;
    if (key && !this.shown.includes(key) && this.shown.length < MOST) {
      this.choose([...this.shown, key]);
      this.list.value = "";
    }
    this.list.focus();
  }

  /** @param {string} key */
  remove(key) {
    this.choose(this.shown.filter((each) => each !== key));
    // The button that had the focus is gone.
    this.list.focus();
  }

  /** @param {string[]} keys */
  choose(keys) {
    const isLargest = keys.join(" ") === this.largest.join(" ");
    history.pushState(null, "", isLargest ? location.pathname : formatTags(keys));
    this.show(keys);
    this.status.textContent = `${count(keys.length, "tag")} shown${keys.length < MOST ? "" : ", as many as there may be"}.`;
  }

  /** @param {string[]} keys */
  show(keys) {
    this.shown = keys;
    this.status.textContent = "";
    this.adding.disabled = keys.length >= MOST;
    for (const option of this.list.options) option.disabled = keys.includes(option.value);
    const tags = keys.flatMap((key) => this.tags.get(key) ?? []);
    this.legend.replaceChildren(...tags.map((tag, at) => this.item(tag, at)));
    this.draw(tags);
    this.write(tags);
  }

  /**
   * @param {Tag} tag
   * @param {number} at
   * @returns {HTMLElement}
   */
  item({ key, name, href }, at) {
    const sample = drawn("path", { class: `db-line db-line--${at + 1}`, d: "M0 4H24" });
    const swatch = drawn("svg", { class: "db-swatch", viewBox: "0 0 24 8", "aria-hidden": "true" }, sample);
    const item = make("li", { "data-tag": key }, swatch, " ", make("a", { href }, name));
    if (this.shown.length > 1) {
      const away = button("×", () => this.remove(key), "db-legend__remove");
      away.ariaLabel = `Remove ${name}`;
      item.append(away);
    }
    return item;
  }

  /** @param {Tag[]} tags */
  draw(tags) {
    const courses = tags.map(({ papers }) => ({ papers, of: this.of, few: this.few }));
    const top = Math.max(...courses.map(scale));
    const paths = courses.flatMap((course, at) =>
      shapes(course, top).map(([name, d]) =>
        drawn("path", { class: `db-line db-line--${at + 1}${name}`, d }),
      ),
    );
    const chart = this.part(".db-plot svg");
    chart.replaceChildren(...paths);
    chart.setAttribute("aria-label", `Shares over time: ${tags.map(({ name }) => name).join(", ")}`);
    this.part(".db-plot__top").textContent = `${Math.round(100 * top)}%`;
  }

  /** @param {Tag[]} tags */
  write(tags) {
    const [head, ...rows] = this.element.querySelectorAll("tr");
    const names = tags.map(({ name }) => make("th", { scope: "col" }, name));
    head.replaceChildren(...[...head.children].slice(0, 1), ...names);
    rows.forEach((row, at) => {
      const cells = tags.map(({ papers }) => make("td", {}, percent(papers[at], this.of[at])));
      row.replaceChildren(...[...row.children].slice(0, 1), ...cells);
    });
  }
}

/** What scrolls sideways must be reached by keyboard, once it is there to see. */
function onToggle(/** @type {Event} */ { target }) {
  const table = target instanceof HTMLDetailsElement ? target.querySelector("table") : null;
  if (table && table.scrollWidth > table.clientWidth) table.tabIndex = 0;
}

if (typeof document !== "undefined") {
  customElements.define("db-compare", class extends HTMLElement {
    connectedCallback() {
      this.comparison = new Comparison(this);
    }

    disconnectedCallback() {
      this.comparison?.leaving.abort();
    }
  });
  document.addEventListener("toggle", onToggle, { capture: true });
}
