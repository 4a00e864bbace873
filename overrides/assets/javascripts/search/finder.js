// What a reader's query finds: all words first, then any; completed, mended, filtered, in order.

import { expand, search } from "./engine.js";
import { SHORTEST_PREFIX, plan } from "./query.js";
import { fold, marks, stemmer, words } from "./words.js";

/** Results on a page, unless said. */
export const SIZE = 10;
/** Words that a beginning is completed to. */
const COMPLETIONS = 4;
/** What a completion counts against the word itself. */
const COMPLETED = 0.5;
/** Terms that a star stands for at most: the commonest. */
const MOST_TERMS = 500;
/** Letters from which on a word that is nowhere is looked for with an edit, and with two. */
const ONE_EDIT = 4;
const TWO_EDITS = 8;
/** Words that stand in for one that is nowhere. */
const MENDINGS = 3;
/** Characters of a text that are shown around what was found. */
const WINDOW = 240;

/**
 * @typedef {import("./slices.js").Slices} Slices
 * @typedef {import("./slices.js").Facets} Facets
 * @typedef {import("./slices.js").Word} Word
 * @typedef {import("./engine.js").Clause} Clause
 * @typedef {import("./engine.js").Hit} Hit
 *
 * @typedef {object} Filters Each leaves out what does not fit; several tags must all be there.
 * @property {string[]} [tags] Keys.
 * @property {string[]} [years] `2025`: listed in any of them.
 * @property {string} [from] ISO: listed on or after this day.
 * @property {string} [to] ISO: listed on or before this day.
 * @property {boolean} [code] Only papers with code.
 * @property {string[]} [kinds] `paper`, `day`, `tag`, `page`.
 *
 * @typedef {object} Request
 * @property {string} query
 * @property {boolean} [typing] Whether the last word may go on.
 * @property {Filters} [filters]
 * @property {"relevance" | "newest" | "oldest"} [order]
 * @property {number} [page] From 1.
 * @property {number} [size] Results on a page.
 *
 * @typedef {object} Wanted A word of the query.
 * @property {Clause} clause
 * @property {Set<string>} terms What it stands for.
 *
 * @typedef {object} Found
 * @property {Hit[]} hits In their order; those with all words alone where they fill the page.
 * @property {number} total How many results there are.
 * @property {number} all How many of them, at the front, have all words.
 * @property {Set<string>} terms To highlight.
 * @property {{ word: string, instead: string }[]} mended Words that are nowhere, and what was
 * looked for instead.
 * @property {string[]} common Words left out.
 * @property {string[]} completions What the last word was completed to.
 */

/**
 * @param {any} lunr
 * @param {Slices} slices
 * @param {Request} request
 * @returns {Promise<Found>}
 */
export async function find(lunr, slices, request) {
  const { query, typing = false, filters = {}, order, page = 1, size = SIZE } = request;
  const fields = slices.manifest.fields.map(([name]) => name);
  const { clauses, completes, common } = plan(lunr, query, fields, typing);
  if (isEverything(clauses)) {
    const hits = common.length > 0 && clauses.length === 0 ? [] : await everything(slices);
    return arranged(slices, { hits, filters, order: order ?? "newest", common });
  }
  const wanted = await Promise.all(clauses.map((clause) => want(lunr, slices, clause)));
  const completions = completes ? await complete(lunr, slices, wanted, completes) : [];
  const mended = await mend(lunr, slices, wanted);
  const terms = new Set(
    wanted.filter((each) => each.clause.presence !== NEVER).flatMap((each) => [...each.terms]),
  );
  const settings = { filters, order: order ?? "relevance" };
  const rest = { completions, mended, common, terms };
  const { whole, others } = await candidates(slices, wanted);
  // The few with all words fill most pages; Lunr takes long over the many with any.
  const only = (/** @type {number} */ number) => whole.has(number);
  const few = whole.size > 0 ? await run(lunr, slices, wanted, only) : [];
  const first = await arranged(slices, { hits: few, ...settings, ...rest });
  if (whole.size > 0 && first.hits.length >= page * size) {
    return { ...first, total: first.total + (await countFit(slices, others, filters)) };
  }
  const hits = await run(lunr, slices, wanted);
  const all = (/** @type {Hit} */ hit) => whole.has(hit.number);
  return arranged(slices, { hits, ...settings, all, ...rest });
}

/**
 * @param {Slices} slices
 * @param {Wanted[]} wanted
 * @returns {Promise<{ whole: Set<number>, others: number[] }>} The documents with all words, and
 * those with any: what a plus asks for is in all, what a minus does not want in none.
 */
async function candidates(slices, wanted) {
  const postings = await slices.postings(wanted.flatMap(({ terms }) => [...terms]));
  const names = slices.manifest.fields.map(([name]) => name);
  const sets = wanted.map(({ clause, terms }) => {
    const places = clause.fields.map((name) => names.indexOf(name));
    const known = [...terms].flatMap((term) => postings.get(term) ?? []);
    return new Set(
      known.flatMap(({ numbers }, at) => (places.includes(at % names.length) ? numbers : [])),
    );
  });
  const of = (/** @type {number} */ presence) =>
    sets.filter((_, at) => wanted[at].clause.presence === presence);
  const fits = (/** @type {number} */ number) =>
    of(ALWAYS).every((each) => each.has(number)) && !of(NEVER).some((each) => each.has(number));
  const sought = [...of(MAYBE), ...of(ALWAYS)];
  const any = [...new Set(sought.flatMap((each) => [...each]))].filter(fits);
  const isWhole = (/** @type {number} */ number) => sought.every((each) => each.has(number));
  return {
    whole: new Set(any.filter(isWhole)),
    others: any.filter((number) => !isWhole(number)),
  };
}

/**
 * @param {Slices} slices
 * @param {number[]} numbers
 * @param {Filters} filters
 * @returns {Promise<number>} How many of these documents pass the filters.
 */
async function countFit(slices, numbers, filters) {
  const hits = numbers.map((number) => ({ number, score: 0, terms: [] }));
  return (await arranged(slices, { hits, filters, order: "relevance" })).total;
}

// Lunr.Query.presence, which the modules that know no Lunr need too.
const MAYBE = 1;
const ALWAYS = 2;
const NEVER = 3;

/**
 * @param {Clause[]} clauses
 * @returns {boolean} Whether a query says nothing, or just a star.
 */
function isEverything(clauses) {
  return clauses.every((each) => each.term === "*" && each.presence !== NEVER);
}

/**
 * @param {Slices} slices
 * @returns {Promise<Hit[]>} All documents, in their order.
 */
async function everything(slices) {
  const facets = await slices.facets(slices.allBlocks);
  return [...facets.keys()].map((number) => ({ number, score: 0, terms: [] }));
}

/**
 * @param {any} lunr
 * @param {Slices} slices
 * @param {Clause} clause
 * @returns {Promise<Wanted>}
 */
async function want(lunr, slices, clause) {
  let terms = await expand(lunr, slices, clause);
  if (terms.length > MOST_TERMS) {
    const counts = new Map((await slices.words("")).map((word) => [word.term, word.count]));
    const common = (/** @type {string} */ term) => counts.get(term) ?? 0;
    terms = terms.sort((a, b) => common(b) - common(a)).slice(0, MOST_TERMS);
  }
  return { clause, terms: new Set(terms) };
}

/**
 * Adds to the last word what its beginning is completed to.
 *
 * @param {any} lunr
 * @param {Slices} slices
 * @param {Wanted[]} wanted
 * @param {string} word
 * @returns {Promise<string[]>} The completions, as they are spelt, the commonest first.
 */
async function complete(lunr, slices, wanted, word) {
  const prefix = fold(word);
  const known = await slices.words(prefix.slice(0, SHORTEST_PREFIX));
  const fits = known.filter((each) => each.term.startsWith(prefix) || each.word.startsWith(prefix));
  const found = fits.sort((a, b) => b.count - a.count).slice(0, COMPLETIONS);
  const last = wanted[wanted.length - 1];
  found.forEach(({ term }) => last.terms.add(term));
  return found.map((each) => each.word);
}

/**
 * Adds to each word that is nowhere the words that are an edit or two away.
 *
 * @param {any} lunr
 * @param {Slices} slices
 * @param {Wanted[]} wanted
 * @returns {Promise<{ word: string, instead: string }[]>}
 */
async function mend(lunr, slices, wanted) {
  const there = await slices.postings(wanted.flatMap(({ terms }) => [...terms]));
  const lost = wanted.filter(
    ({ clause, terms }) =>
      isPlain(clause) && clause.term.length >= ONE_EDIT && ![...terms].some((each) => there.has(each)),
  );
  const mended = await Promise.all(lost.map((each) => mendOne(lunr, slices, each)));
  return mended.flat();
}

/**
 * @param {Clause} clause
 * @returns {boolean} Whether it is a word without pattern, edits or a minus.
 */
function isPlain({ usePipeline, editDistance, presence }) {
  return usePipeline && editDistance === undefined && presence !== NEVER;
}

/**
 * @param {any} lunr
 * @param {Slices} slices
 * @param {Wanted} wanted
 * @returns {Promise<{ word: string, instead: string }[]>}
 */
async function mendOne(lunr, slices, wanted) {
  const { term: word } = wanted.clause;
  const initial = [...word][0];
  const known = (await slices.words(initial)).filter((each) => each.term.startsWith(initial));
  const stem = stemmer(lunr)(word);
  const most = word.length >= TWO_EDITS ? 2 : 1;
  for (let edits = 1; edits <= most; edits += 1) {
    const near = known.filter(
      (each) => isNear(each.term, stem, edits) || isNear(each.word, word, edits),
    );
    if (near.length > 0) {
      const best = near.sort((a, b) => b.count - a.count).slice(0, MENDINGS);
      best.forEach(({ term }) => wanted.terms.add(term));
      return [{ word, instead: best[0].word }];
    }
  }
  return [];
}

/**
 * @param {string} one
 * @param {string} other
 * @param {number} most
 * @returns {boolean} Whether so many edits lead from one word to the other: a letter more, less,
 * changed, or two swapped.
 */
export function isNear(one, other, most) {
  if (Math.abs(one.length - other.length) > most) return false;
  let before = /** @type {number[]} */ ([]);
  let row = Array.from({ length: other.length + 1 }, (_, at) => at);
  for (let i = 1; i <= one.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= other.length; j += 1) {
      const same = one[i - 1] === other[j - 1] ? 0 : 1;
      let cost = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + same);
      if (i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1]) {
        cost = Math.min(cost, before[j - 2] + 1);
      }
      next.push(cost);
    }
    if (Math.min(...next) > most) return false;
    before = row;
    row = next;
  }
  return row[other.length] <= most;
}

/**
 * @param {any} lunr
 * @param {Slices} slices
 * @param {Wanted[]} wanted
 * @param {(number: number) => boolean} [only] Which documents matter.
 * @returns {Promise<Hit[]>} What Lunr finds, each word with all that it stands for.
 */
async function run(lunr, slices, wanted, only) {
  const clauses = wanted.flatMap(({ clause, terms }) => {
    const own = new Set(clause.usePipeline ? words(clause.term).map(stemmer(lunr)) : []);
    // A word that stands for several is required as a whole: see below.
    const presence = clause.presence === ALWAYS && terms.size > 1 ? MAYBE : clause.presence;
    const isPattern = !isPlain({ ...clause, presence: MAYBE });
    return [...terms].map((term) => ({
      term,
      fields: clause.fields,
      boost: isPattern || own.has(term) ? clause.boost : clause.boost * COMPLETED,
      presence,
      usePipeline: false,
    }));
  });
  const hits = await search(lunr, slices, clauses, new Set(clauses.map((each) => each.term)), only);
  const required = wanted.filter((each) => each.clause.presence === ALWAYS);
  return hits.filter((hit) => required.every((each) => hit.terms.some((term) => each.terms.has(term))));
}

/**
 * @param {Slices} slices
 * @param {object} found
 * @param {Hit[]} found.hits
 * @param {Filters} found.filters
 * @param {string} found.order
 * @param {(hit: Hit) => boolean} [found.all]
 * @param {Set<string>} [found.terms]
 * @param {Found["mended"]} [found.mended]
 * @param {string[]} [found.common]
 * @param {string[]} [found.completions]
 * @returns {Promise<Found>} Filtered, those with all words first, each part in its order.
 */
async function arranged(slices, { hits, filters, order, all = () => true, ...rest }) {
  const isFiltered = Object.values(filters).some((each) => (Array.isArray(each) ? each.length : each));
  const facets = isFiltered || order !== "relevance" ? await facetsOf(slices, hits) : new Map();
  const fit = isFiltered ? fits(slices, filters) : () => true;
  const kept = hits.filter((hit) => fit(facets.get(hit.number)));
  const parts = [kept.filter(all), kept.filter((hit) => !all(hit))];
  const sorted = parts.flatMap((part) => (order === "relevance" ? part : byDay(part, facets, order)));
  const { terms = new Set(), mended = [], common = [], completions = [] } = rest;
  const total = sorted.length;
  return { hits: sorted, total, all: parts[0].length, terms, mended, common, completions };
}

/**
 * @param {Slices} slices
 * @param {Hit[]} hits
 * @returns {Promise<Map<number, Facets>>}
 */
function facetsOf(slices, hits) {
  const { block } = slices.manifest;
  return slices.facets([...new Set(hits.map(({ number }) => Math.floor(number / block)))]);
}

/**
 * @param {Hit[]} hits
 * @param {Map<number, Facets>} facets
 * @param {string} order
 * @returns {Hit[]} By the day that they were listed on last, or first; without a day at the end.
 */
function byDay(hits, facets, order) {
  const newest = order === "newest";
  /** @param {Hit} hit */
  const key = ({ number }) => {
    const days = facets.get(number)?.days ?? [];
    if (days.length === 0) return Infinity;
    return newest ? -days[days.length - 1] : days[0];
  };
  return [...hits].sort((a, b) => {
    const [one, other] = [key(a), key(b)];
    return one === other ? b.score - a.score : one - other;
  });
}

const DAY = 86_400_000;
const FIRST_DAY = Date.UTC(1970, 0, 1) / DAY - 719_163;

/**
 * @param {string} iso
 * @returns {number} Days since 0001-01-01, which is 1, as facets have them.
 */
function dayNumber(iso) {
  return Date.parse(`${iso}T00:00:00Z`) / DAY - FIRST_DAY;
}

/**
 * @param {number} day
 * @returns {string}
 */
function yearOf(day) {
  return String(new Date((day + FIRST_DAY) * DAY).getUTCFullYear());
}

/**
 * @param {Slices} slices
 * @param {Filters} filters
 * @returns {(facets: Facets | undefined) => boolean}
 */
function fits(slices, { tags = [], years = [], from = "", to = "", code = false, kinds = [] }) {
  const places = tags.map((key) => slices.manifest.tags.findIndex(([known]) => known === key));
  const first = from ? dayNumber(from) : -Infinity;
  const last = to ? dayNumber(to) : Infinity;
  return (facets) => {
    if (!facets) return false;
    const days = from || to ? facets.days.filter((day) => day >= first && day <= last) : facets.days;
    return (
      places.every((place) => facets.tags.includes(place)) &&
      (!(from || to) || days.length > 0) &&
      (years.length === 0 || days.some((day) => years.includes(yearOf(day)))) &&
      (!code || facets.code) &&
      (kinds.length === 0 || kinds.includes(facets.kind))
    );
  };
}

/**
 * @typedef {object} FacetCounts Each by descending count, years by descending year.
 * @property {{ key: string, name: string, count: number }[]} tags
 * @property {{ key: string, count: number }[]} years
 * @property {{ key: string, count: number }[]} kinds
 * @property {number} code
 */

/**
 * @param {Slices} slices
 * @param {Found} found
 * @returns {Promise<FacetCounts>} Of the results with all words, or of all where none has.
 */
export async function count(slices, found) {
  const hits = found.all ? found.hits.slice(0, found.all) : found.hits;
  const facets = await facetsOf(slices, hits);
  const tags = new Map();
  const years = new Map();
  const kinds = new Map();
  let code = 0;
  /** @type {(counts: Map<any, number>, key: any) => void} */
  const add = (counts, key) => void counts.set(key, (counts.get(key) ?? 0) + 1);
  for (const { number } of hits) {
    const each = facets.get(number);
    if (!each) continue;
    each.tags.forEach((tag) => add(tags, tag));
    new Set(each.days.map(yearOf)).forEach((year) => add(years, year));
    add(kinds, each.kind);
    code += each.code ? 1 : 0;
  }
  const sorted = (/** @type {Map<any, number>} */ counts) =>
    [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  return {
    tags: sorted(tags).map(([at, n]) => {
      const [key, name] = slices.manifest.tags[at];
      return { key, name, count: n };
    }),
    years: sorted(years)
      .map(([key, n]) => ({ key, count: n }))
      .sort((a, b) => (a.key < b.key ? 1 : -1)),
    kinds: sorted(kinds).map(([key, n]) => ({ key, count: n })),
    code,
  };
}

/**
 * @typedef {object} Result
 * @property {number} number
 * @property {number} score
 * @property {boolean} all Whether it has all words.
 * @property {string} address Behind the site's own.
 * @property {string} kind
 * @property {string} title
 * @property {string} text A part of it, around what was found; an ellipsis where it is cut.
 * @property {{ key: string, name: string }[]} tags
 * @property {string[]} days
 * @property {boolean} code
 * @property {{ title: [number, number][], text: [number, number][] }} marks Start and length.
 */

/**
 * @param {any} lunr
 * @param {Slices} slices
 * @param {Found} found
 * @param {number} page
 * @param {number} size
 * @returns {Promise<Result[]>}
 */
export async function show(lunr, slices, found, page, size) {
  const start = (page - 1) * size;
  const hits = found.hits.slice(start, start + size);
  const shown = await slices.shown(hits.map(({ number }) => number));
  const stem = stemmer(lunr);
  const wanted = (/** @type {string} */ word) => found.terms.has(stem(word));
  return hits.map(({ number, score }, at) => {
    const { address, kind, title, days, code } = shown[at];
    const text = excerpt(shown[at].text, marks(shown[at].text, wanted));
    const tags = shown[at].tags.map((place) => {
      const [key, name] = slices.manifest.tags[place];
      return { key, name };
    });
    const all = start + at < found.all;
    const highlighted = { title: marks(title, wanted), text: marks(text, wanted) };
    return { number, score, all, address, kind, title, text, tags, days, code, marks: highlighted };
  });
}

/**
 * @param {string} text
 * @param {[number, number][]} found What is to be highlighted in it.
 * @returns {string} The part of the text that holds most of it, cut between words.
 */
export function excerpt(text, found) {
  if (text.length <= WINDOW) return text;
  const within = (/** @type {number} */ start) =>
    found.filter(([at, length]) => at >= start && at + length <= start + WINDOW).length;
  const starts = [0, ...found.map(([at]) => Math.max(at - WINDOW / 6, 0))];
  const best = starts.reduce((a, b) => (within(b) > within(a) ? b : a));
  const start = Math.min(best, text.length - WINDOW);
  const begin = start <= 0 ? 0 : text.indexOf(" ", start) + 1;
  const whole = text.slice(begin, begin + WINDOW);
  const isEnd = begin + WINDOW >= text.length;
  const cut = isEnd ? whole : whole.replace(/\s+\S*$/u, "");
  return (begin ? "…" : "") + cut + (isEnd ? "" : "…");
}
