// What is searched for, as an address, as a request to the worker, and in words. Nothing here
// touches a page.

/** Letters from which on a search starts by itself. */
const SHORTEST = 3;
const LONGEST_QUERY = 500;
const MOST_TAGS = 20;
const TAG = /^[a-z0-9-]{1,80}$/;
const TIME = /^[0-9]{4}(?:-[0-9]{2}(?:-[0-9]{2})?)?$/;
/** A word in these is whole with fewer letters. */
const IDEOGRAPH = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u;

/**
 * @typedef {"" | "relevance" | "newest" | "oldest"} Sort Empty: not chosen.
 *
 * @typedef {object} State What a reader asks for.
 * @property {string} query
 * @property {string[]} tags Keys.
 * @property {string} from A day, a month or a year, as in `2025-03-14`; or empty.
 * @property {string} to The same; its last day counts.
 * @property {boolean} code Only papers with code.
 * @property {Sort} sort
 *
 * @typedef {import("./search/finder.js").Result} Result
 * @typedef {import("./search/finder.js").Request} Request
 */

/** @type {Readonly<State>} */
export const NOTHING = Object.freeze({
  query: "",
  tags: [],
  from: "",
  to: "",
  code: false,
  sort: "",
});

/**
 * @param {string} search The part of an address from its question mark on.
 * @returns {State} What it asks for; what makes no sense is left out.
 */
export function parseState(search) {
  const said = new URLSearchParams(search);
  const tags = said.getAll("tag").filter((key) => TAG.test(key));
  return {
    query: (said.get("q") ?? "").slice(0, LONGEST_QUERY),
    tags: [...new Set(tags)].slice(0, MOST_TAGS),
    from: firstDay(said.get("from") ?? "") && (said.get("from") ?? ""),
    to: lastDay(said.get("to") ?? "") && (said.get("to") ?? ""),
    code: said.get("code") === "1",
    sort: parseSort(said.get("sort") ?? ""),
  };
}

/**
 * @param {string} text
 * @returns {Sort}
 */
export function parseSort(text) {
  return text === "relevance" || text === "newest" || text === "oldest" ? text : "";
}

/**
 * @param {State} state
 * @returns {string} The part of an address that asks for it, the inverse of `parseState`; empty
 * where nothing is asked.
 */
export function formatState({ query, tags, from, to, code, sort }) {
  const said = new URLSearchParams();
  if (query.trim()) said.set("q", query);
  tags.forEach((key) => said.append("tag", key));
  if (from) said.set("from", from);
  if (to) said.set("to", to);
  if (code) said.set("code", "1");
  if (sort) said.set("sort", sort);
  const text = said.toString();
  return text && `?${text}`;
}

/**
 * @param {string} time A day, a month or a year.
 * @returns {string} Its first day, or nothing where it is none.
 */
export function firstDay(time) {
  if (!TIME.test(time)) return "";
  const [, month = "01", day = "01"] = time.split("-");
  return realDay(`${time.slice(0, 4)}-${month}-${day}`);
}

/**
 * @param {string} time A day, a month or a year.
 * @returns {string} Its last day, or nothing where it is none.
 */
export function lastDay(time) {
  const first = firstDay(time);
  if (!first || time.length === 10) return first;
  const [year, month] = first.split("-").map(Number);
  // Day 0 of the month after is the last of this one.
  const end = new Date(`${first}T00:00:00Z`);
  end.setUTCFullYear(year, time.length === 4 ? 12 : month, 0);
  return end.toISOString().slice(0, 10);
}

/**
 * @param {string} iso
 * @returns {string} The same day, or nothing where no calendar has it.
 */
function realDay(iso) {
  const date = new Date(`${iso}T00:00:00Z`);
  if (Number.isNaN(date.valueOf())) return "";
  return date.toISOString().startsWith(iso) ? iso : "";
}

/**
 * @param {State} state
 * @returns {string} The year that it is narrowed to, or nothing.
 */
export function yearOf({ from, to }) {
  return from === to && from.length === 4 ? from : "";
}

/**
 * @param {State} state
 * @returns {boolean} Whether results are to be left out.
 */
export function isNarrowed({ tags, from, to, code }) {
  return tags.length > 0 || from !== "" || to !== "" || code;
}

/**
 * @param {State} state
 * @param {boolean} typing Whether the query is still being typed.
 * @returns {boolean} Whether there is something to look for.
 */
export function isAsking(state, typing) {
  const query = state.query.trim();
  if (!query) return isNarrowed(state);
  return !typing || isNarrowed(state) || IDEOGRAPH.test(query) || [...query].length >= SHORTEST;
}

/**
 * @param {State} state
 * @param {{ typing: boolean, page: number, size: number }} how
 * @returns {Request} What the worker is asked.
 */
export function requestOf(state, { typing, page, size }) {
  const { query, tags, code, sort } = state;
  const filters = { tags, from: firstDay(state.from), to: lastDay(state.to), code };
  // Relevance says nothing about results of no query: the worker takes the newest first then.
  const order = sort && (query.trim() || sort !== "relevance") ? { order: sort } : {};
  return { query, typing, filters, page, size, ...order };
}

/**
 * @param {{ search: string, typing: boolean }} now Of the entry of the history that is shown.
 * @param {string} next What is asked for from now on, as an address.
 * @param {boolean} isQuery Whether it was the query that changed.
 * @returns {"push" | "replace"} What becomes of the history: a query has one entry, whatever its
 * letters on the way; everything else that a reader does has its own.
 */
export function historyStep(now, next, isQuery) {
  const isSame = now.search === next || (isQuery && now.typing);
  return isSame ? "replace" : "push";
}

/**
 * @param {string} text
 * @param {[number, number][]} marks Start and length, in order, apart.
 * @returns {{ text: string, marked: boolean }[]} The text in parts, none of them empty.
 */
export function parts(text, marks) {
  const found = [];
  let end = 0;
  for (const [start, length] of marks) {
    found.push({ text: text.slice(end, start), marked: false });
    found.push({ text: text.slice(start, start + length), marked: true });
    end = start + length;
  }
  found.push({ text: text.slice(end), marked: false });
  return found.filter((part) => part.text);
}

const DAYS = new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeZone: "UTC" });
const NUMBERS = new Intl.NumberFormat("en-GB");

/**
 * @param {string} iso
 * @returns {string} A day for people: 14 March 2025.
 */
export function longDay(iso) {
  return DAYS.format(new Date(`${iso}T00:00:00Z`));
}

/**
 * @param {number} number
 * @param {string} noun
 * @returns {string} 1 result, 1,203 results.
 */
export function count(number, noun) {
  return `${NUMBERS.format(number)} ${noun}${number === 1 ? "" : "s"}`;
}

/**
 * @param {{ total: number, all: number }} found
 * @param {State} state
 * @returns {string} How much was found, in a sentence.
 */
export function summary({ total, all }, state) {
  const where = isNarrowed(state) ? " with these filters" : "";
  const query = state.query.trim();
  if (total === 0) return `Nothing found${query ? ` for “${query}”` : ""}${where}.`;
  if (all === total) return `${count(total, "result")}${where}.`;
  const some = NUMBERS.format(total - all);
  if (all === 0) return `No result has all words${where}; ${some} ${total === 1 ? "has" : "have"} some.`;
  return `${count(all, "result")} with all words${where}, ${some} with some.`;
}

/** @type {Record<string, string>} */
const KINDS = { day: "Day", tag: "Tag", page: "Page" };

/**
 * @param {Result} result
 * @returns {string} What a result is, if it is no paper.
 */
export function kindInWords({ kind }) {
  return KINDS[kind] ?? "";
}
