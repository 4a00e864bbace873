// What a reading list shows and what it is given away as. Nothing here touches a page or storage.

import { longDay } from "../search-state.js";
import { isSlug } from "./papers.js";

/** Papers that a link carries: longer ones break on their way. */
export const MOST_SHARED = 200;
const LONGEST_HASH = 40000;

/**
 * @typedef {import("./papers.js").Kept} Kept
 * @typedef {"starred" | "title" | "day"} Order
 */

const TITLES = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

/** @type {Record<Order, (a: Kept, b: Kept) => number>} */
const COMPARE = {
  starred: (a, b) => newer(a.starred, b.starred),
  title: (a, b) => TITLES.compare(a.title, b.title),
  day: (a, b) => newer(a.day, b.day) || newer(a.starred, b.starred),
};

/**
 * @param {string} a
 * @param {string} b
 * @returns {number} Below zero where the first is the later one.
 */
function newer(a, b) {
  return a === b ? 0 : a < b ? 1 : -1;
}

/**
 * @param {Kept[]} papers
 * @param {string} order
 * @returns {Kept[]}
 */
export function ordered(papers, order) {
  const compare = order === "title" || order === "day" ? COMPARE[order] : COMPARE.starred;
  return [...papers].sort(compare);
}

/**
 * @param {string} text
 * @returns {string} Without case and accents.
 */
function folded(text) {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
}

/**
 * @param {Kept[]} papers
 * @param {string} query
 * @returns {Kept[]} Those that have each of its words in title, note or tags.
 */
export function matching(papers, query) {
  const words = folded(query).split(/\s+/).filter(Boolean);
  return papers.filter(({ title, note, tags = [] }) => {
    const all = folded([title, note, ...tags.map(([, name]) => name)].join("\n"));
    return words.every((word) => all.includes(word));
  });
}

/**
 * @param {string} text
 * @returns {string} As Markdown of one line that means just that, at a line's start, too.
 */
function inert(text) {
  const line = text.replace(/\s+/g, " ").trim().replace(/[\\`*_{}[\]<>|~$&]/g, "\\$&");
  return line.replace(/^(\d*)([-+=#.)])/, "$1\\$2");
}

/**
 * @param {Kept[]} papers
 * @param {(slug: string) => string} permalink
 * @returns {string} A list in Markdown: titles as links, days, notes below.
 */
export function markdownFile(papers, permalink) {
  const items = papers.map(({ slug, title, day, note }) => {
    const listed = day && `, listed on ${longDay(day)}`;
    const lines = note.trim().split(/\s*\n\s*/).filter(Boolean);
    const below = lines.map((line) => `\n    ${inert(line)}\n`).join("");
    return `- [${inert(title)}](${permalink(slug)})${listed}\n${below}`;
  });
  return `# Reading list\n\n${items.join("\n")}`;
}

/**
 * @param {string[]} slugs
 * @returns {string} The part of an address that carries them, from its hash mark on.
 */
export function formatShared(slugs) {
  // No slug has a full stop, and no address needs one escaped.
  return `#papers=${slugs.slice(0, MOST_SHARED).join(".")}`;
}

/**
 * @param {string} hash The part of an address from its hash mark on.
 * @returns {string[] | undefined} The papers that it carries, the inverse of `formatShared`; what
 * makes no sense is left out. Nothing where it carries no list.
 */
export function parseShared(hash) {
  if (!hash.startsWith("#papers=")) return undefined;
  const slugs = hash.slice("#papers=".length, LONGEST_HASH).split(".");
  return [...new Set(slugs.filter(isSlug))].slice(0, MOST_SHARED);
}
