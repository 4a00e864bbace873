// Elements as all scripts make them, and results of the search as elements. Text goes in as text
// nodes, and only so.

import { urlOf } from "./search-client.js";
import { count, kindInWords, longDay, parts } from "./search-state.js";

/**
 * @typedef {import("./search/finder.js").Result} Result
 */

/**
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} name
 * @param {Record<string, string>} [attributes]
 * @param {...(string | Node)} children Strings become text nodes.
 * @returns {HTMLElementTagNameMap[K]}
 */
export function make(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, value));
  made.append(...children);
  return made;
}

/**
 * @param {string} label
 * @param {() => void} act
 * @param {string} [name] Its class.
 * @returns {HTMLButtonElement}
 */
export function button(label, act, name = "db-button") {
  const made = make("button", { type: "button", class: name }, label);
  made.addEventListener("click", act);
  return made;
}

/**
 * Gives a file to the reader.
 *
 * @param {string} name
 * @param {string} type
 * @param {string} text
 */
export function give(name, type, text) {
  const link = make("a", { href: URL.createObjectURL(new Blob([text], { type })), download: name });
  link.click();
  // Some browsers read it only after the click is over.
  setTimeout(() => URL.revokeObjectURL(link.href), 2000);
}

/**
 * @param {string} text
 * @param {[number, number][]} marks
 * @returns {Node[]} The text with what was found highlighted.
 */
export function highlighted(text, marks) {
  return parts(text, marks).map((part) =>
    part.marked ? make("mark", {}, part.text) : document.createTextNode(part.text),
  );
}

/**
 * @param {Result} result
 * @returns {Node[]} The days it was listed on: the last one, and how many more.
 */
function days({ kind, days }) {
  const last = days.at(-1);
  if (kind !== "paper" || !last) return [];
  const time = make("time", { datetime: last }, longDay(last));
  const more = days.length - 1;
  const others = more ? [` and ${count(more, "other day")}`] : [];
  return [make("span", {}, "Listed on ", time, ...others)];
}

/**
 * @param {Result} result
 * @param {(key: string) => string} narrowed The address of the same search, narrowed to a tag.
 * @returns {HTMLLIElement} A result of the search page.
 */
export function hit(result, narrowed) {
  const { title, text, tags, code, marks, address } = result;
  const link = make("a", { href: urlOf(address) }, ...highlighted(title || "Untitled", marks.title));
  const kind = kindInWords(result);
  const facts = [
    ...(kind ? [make("span", { class: "db-hit__kind" }, kind)] : []),
    ...days(result),
    ...(code ? [make("span", {}, "With code")] : []),
  ];
  const links = tags.map(({ key, name }) =>
    make("a", { href: narrowed(key), "data-tag": key, title: `Only ${name}` }, name),
  );
  const made = make("li", { class: "db-hit" });
  made.append(make("h3", { class: "db-hit__title" }, link));
  if (text) made.append(make("p", { class: "db-hit__text" }, ...highlighted(text, marks.text)));
  if (facts.length > 0) made.append(make("p", { class: "db-hit__facts" }, ...facts));
  if (links.length > 0) made.append(make("p", { class: "db-hit__tags" }, ...links));
  return made;
}

/**
 * @param {Result} result
 * @param {string} id
 * @returns {HTMLAnchorElement} A result of the header's box: a link that is an option.
 */
export function option(result, id) {
  const { title, tags, days, marks, kind } = result;
  const last = days.at(-1);
  const names = tags.slice(0, 3).map(({ name }) => name);
  const facts = [kindInWords(result), kind === "paper" && last ? longDay(last) : "", ...names];
  const made = link(id, urlOf(result.address));
  const words = make("span", { class: "db-box__title" }, ...highlighted(title || "Untitled", marks.title));
  made.append(words);
  const line = facts.filter(Boolean).join(" · ");
  if (line) made.append(make("span", { class: "db-box__facts" }, line));
  return made;
}

/**
 * @param {string} id
 * @param {string} href
 * @param {...string} children
 * @returns {HTMLAnchorElement} An option that leads somewhere; arrows reach it, not Tab.
 */
export function link(id, href, ...children) {
  const attributes = { id, href, role: "option", tabindex: "-1", class: "db-box__option" };
  return make("a", { ...attributes, "aria-selected": "false" }, ...children);
}
