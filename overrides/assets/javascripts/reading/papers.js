// The papers that a reader keeps, as values: read from text that may be damaged, of another version
// or somebody else's, written, and brought together. Nothing here touches a page or storage.

import { ROOT } from "../search-client.js";
import { lastDay } from "../search-state.js";

/** Papers on a list. */
export const MOST = 1000;
/** Characters of a note. */
export const LONGEST_NOTE = 5000;
/** Papers remembered as seen. */
export const MOST_SEEN = 5000;
const VERSION = 1;

const LONGEST_SLUG = 145;
const SLUG = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;
/** What generator/urls.py gives to no paper. */
const RESERVED = /^(?:index|latest|feed|search|title|untagged|[a-z]|[\d-]+)$/;

/**
 * @typedef {object} Kept A paper on the reading list.
 * @property {string} slug
 * @property {string} title
 * @property {string} day When it was listed, as in `2025-03-14`; empty where that is not known.
 * @property {[key: string, name: string][]} [tags] Left out where they are not known.
 * @property {string} starred When, as ISO 8601 has it; empty where that is not known.
 * @property {string} note
 *
 * @typedef {object} Stamp Of a list as it was written once; empty where it has none.
 * @property {string} id
 * @property {string} after The list that its writer had read.
 *
 * @typedef {{ isOn: boolean, slugs: string[] }} Seen The paper seen last comes last.
 */

/**
 * @param {string} text
 * @returns {boolean} Whether a paper may have this slug.
 */
export function isSlug(text) {
  return text.length <= LONGEST_SLUG && SLUG.test(text) && !RESERVED.test(text);
}

/**
 * @param {string} url
 * @returns {string} The slug of the paper whose page it leads to; empty where it leads elsewhere.
 */
export function slugOf(url) {
  const papers = `${ROOT.href}papers/`;
  if (!url.startsWith(papers) || !url.endsWith("/")) return "";
  const slug = url.slice(papers.length, -1);
  return isSlug(slug) ? slug : "";
}

/**
 * @param {string} text
 * @returns {unknown} What the JSON says; nothing where it is none.
 */
function parseJson(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * @param {unknown} value
 * @returns {Record<string, unknown>} Its fields; none where it has none.
 */
function fieldsOf(value) {
  return typeof value === "object" && value ? { ...value } : {};
}

/**
 * @param {unknown} value
 * @returns {string}
 */
function textOf(value) {
  return typeof value === "string" ? value : "";
}

/**
 * @param {unknown} value
 * @returns {[string, string][] | undefined}
 */
function tagsOf(value) {
  if (!Array.isArray(value)) return undefined;
  return value
    .filter((each) => Array.isArray(each))
    .map(([key, name]) => /** @type {[string, string]} */ ([textOf(key), textOf(name)]))
    .filter(([key, name]) => /^[a-z0-9-]{1,80}$/.test(key) && name);
}

/**
 * @param {unknown} value
 * @returns {Kept | undefined} Nothing where no paper can be meant.
 */
function parsePaper(value) {
  const said = fieldsOf(value);
  const slug = textOf(said.slug);
  if (!isSlug(slug)) return undefined;
  const day = textOf(said.day);
  const starred = new Date(textOf(said.starred));
  const tags = tagsOf(said.tags);
  return {
    slug,
    title: textOf(said.title) || inWords(slug),
    day: day.length === 10 ? lastDay(day) : "",
    ...(tags && { tags }),
    starred: Number.isNaN(starred.valueOf()) ? "" : starred.toISOString(),
    note: textOf(said.note),
  };
}

/**
 * @param {string} slug
 * @returns {string} What stands for a title until that is known.
 */
export function inWords(slug) {
  return slug.replace(/-(?=[^-]*\d)[\da-f]{6,}$/, "").replaceAll("-", " ");
}

/**
 * @param {string} text A list as `formatPapers` writes it, or what is left of one.
 * @returns {{ value: Kept[], isWhole: boolean }} What can be read of it, and whether that is all.
 */
export function parsePapers(text) {
  const { version, papers } = fieldsOf(parseJson(text));
  if (!Array.isArray(papers)) return { value: [], isWhole: false };
  const good = papers.map(parsePaper).filter((each) => each !== undefined);
  const value = merged(good, []);
  return { value, isWhole: version === VERSION && value.length === papers.length };
}

/**
 * @param {Kept[]} papers
 * @param {Partial<Stamp>} [stamp]
 * @returns {string}
 */
export function formatPapers(papers, stamp = {}) {
  return JSON.stringify({ version: VERSION, ...stamp, papers });
}

/**
 * @param {string} text A list as `formatPapers` writes it.
 * @returns {Stamp}
 */
export function parseStamp(text) {
  const { id, after } = fieldsOf(parseJson(text));
  return { id: textOf(id), after: textOf(after) };
}

/**
 * @param {string} text
 * @returns {{ value: Seen, isWhole: boolean }}
 */
export function parseSeen(text) {
  const { version, on, slugs } = fieldsOf(parseJson(text));
  const listed = Array.isArray(slugs) ? slugs : [];
  const good = listed.filter((each) => isSlug(textOf(each)));
  const isWhole = version === VERSION && Array.isArray(slugs) && good.length === slugs.length;
  return { value: { isOn: on === true, slugs: good.slice(-MOST_SEEN) }, isWhole };
}

/**
 * @param {Seen} seen
 * @returns {string}
 */
export function formatSeen({ isOn, slugs }) {
  return JSON.stringify({ version: VERSION, on: isOn, slugs });
}

/**
 * @param {Kept[]} mine
 * @param {Kept[]} theirs
 * @returns {Kept[]} Both lists as one, each paper once, at most as many as a list holds. Of a paper
 * in both mine is kept, and a note that differs is added to it.
 */
export function merged(mine, theirs) {
  /** @type {Map<string, Kept>} */
  const found = new Map();
  for (const paper of [...mine, ...theirs]) {
    const had = found.get(paper.slug);
    if (!had && found.size >= MOST) continue;
    found.set(paper.slug, had ? both(had, paper) : paper);
  }
  return [...found.values()];
}

/**
 * @param {Kept} mine
 * @param {Kept} other
 * @returns {Kept}
 */
function both(mine, other) {
  const isNew = other.note.trim() && !mine.note.includes(other.note);
  const notes = isNew ? [mine.note, other.note].filter((each) => each.trim()) : [mine.note];
  return { ...other, ...mine, day: mine.day || other.day, note: notes.join("\n\n") };
}
