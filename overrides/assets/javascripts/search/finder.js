// What a reader's query finds: all words first, then any; completed, mended, filtered, in order.

import { best, expand, search } from "./engine.js";
import { SHORTEST_PREFIX, plan } from "./query.js";
import { fold, marks, stemmer } from "./words.js";

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

// As lunr.Query.presence has them.
const MAYBE = 1;
const ALWAYS = 2;
const NEVER = 3;

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
 * @property {Hit[]} hits In their order, to the end of the page asked for.
 * @property {number[]} numbers Those that facets count: with all words, or all where none has.
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
  const { query, typing = false, page = 1, size = SIZE } = request;
  const fields = slices.manifest.fields.map(([name]) => name);
  const { clauses, completes, common } = plan(lunr, query, fields, typing);
  if (isEverything(clauses)) return browse(slices, request, common);
  const wanted = await Promise.all(clauses.map((clause) => want(lunr, slices, clause)));
  const completions = completes ? await complete(slices, wanted, completes) : [];
  const mended = await mend(lunr, slices, wanted);
  const parts = await candidates(slices, wanted);
  const [whole, others] = await Promise.all(parts.map((each) => filtered(slices, each, request)));
  const flat = flattened(lunr, wanted);
  /** @type {(numbers: number[], most: number) => Promise<number[]>} */
  const inOrder = async (numbers, most) =>
    (request.order ?? "relevance") === "relevance"
      ? best(slices, flat, numbers, most)
      : (await byDay(slices, numbers, request.order)).slice(0, most);
  const first = await inOrder(whole, page * size);
  const numbers = [...first, ...(await inOrder(others, page * size - first.length))];
  const hits = await scored(lunr, slices, flat, numbers);
  const isWhole = new Set(whole);
  if ((request.order ?? "relevance") === "relevance") {
    hits.sort((a, b) => Number(isWhole.has(b.number)) - Number(isWhole.has(a.number)) || b.score - a.score);
  }
  return {
    hits,
    numbers: whole.length > 0 ? whole : others,
    total: whole.length + others.length,
    all: whole.length,
    terms: new Set(flat.filter((each) => each.presence !== NEVER).map((each) => each.term)),
    completions,
    mended,
    common,
  };
}

/**
 * @param {Slices} slices
 * @param {Request} request
 * @param {string[]} common Words left out.
 * @returns {Promise<Found>} Everything, the newest first; nothing where the words are too common.
 */
async function browse(slices, request, common) {
  const every = common.length > 0 && !request.query.includes("*") ? [] : await everything(slices);
  const fit = await filtered(slices, every, request);
  const order = request.order === "oldest" ? "oldest" : "newest";
  const numbers = await byDay(slices, fit, order);
  const hits = numbers.map((number) => ({ number, score: 0, terms: [] }));
  const nothing = { terms: new Set(/** @type {string[]} */ ([])), completions: [], mended: [], common };
  return { hits, numbers, total: numbers.length, all: numbers.length, ...nothing };
}

/**
 * @param {any} lunr
 * @param {Slices} slices
 * @param {Clause[]} clauses
 * @param {number[]} numbers
 * @returns {Promise<Hit[]>} These documents with Lunr's scores, in the order given.
 */
async function scored(lunr, slices, clauses, numbers) {
  const place = new Map(numbers.map((number, at) => [number, at]));
  // What a plus asks for and a minus does not want is settled; Lunr has but to score.
  const scoring = clauses
    .filter((each) => each.presence !== NEVER)
    .map((each) => ({ ...each, presence: MAYBE }));
  const only = (/** @type {number} */ number) => place.has(number);
  const hits =
    scoring.length > 0
      ? await search(lunr, slices, scoring, new Set(scoring.map((each) => each.term)), only)
      : numbers.map((number) => ({ number, score: 0, terms: [] }));
  return hits.sort((a, b) => (place.get(a.number) ?? 0) - (place.get(b.number) ?? 0));
}

/**
 * @param {any} lunr
 * @param {Wanted[]} wanted
 * @returns {Clause[]} A clause for each term that a word stands for.
 */
function flattened(lunr, wanted) {
  return wanted.flatMap(({ clause, terms }) => {
    const own = isPlain(clause) ? new Set([stemmer(lunr)(clause.term)]) : terms;
    return [...terms].map((term) => ({
      term,
      fields: clause.fields,
      boost: own.has(term) ? clause.boost : clause.boost * COMPLETED,
      presence: clause.presence,
      usePipeline: false,
    }));
  });
}

/**
 * @param {Slices} slices
 * @param {Wanted[]} wanted
 * @returns {Promise<[number[], number[]]>} The documents with all words, and those with any: what
 * a plus asks for is in all of them, what a minus does not want in none. Ascending.
 */
async function candidates(slices, wanted) {
  const postings = await slices.postings(wanted.flatMap(({ terms }) => [...terms]));
  const names = slices.manifest.fields.map(([name]) => name);
  const seen = new Uint16Array(slices.manifest.numbers);
  const refused = new Uint8Array(slices.manifest.numbers);
  const isNegated = wanted.every(({ clause }) => clause.presence === NEVER);
  let sought = 0;
  for (const { clause, terms } of wanted) {
    const found = documentsOf(postings, terms, names, clause.fields);
    if (clause.presence === NEVER) found.forEach((number) => (refused[number] = 1));
    else found.forEach((number) => (seen[number] += 1));
    if (clause.presence !== NEVER) sought += 1;
    if (clause.presence !== ALWAYS) continue;
    seen.forEach((_, number) => (refused[number] |= found.has(number) ? 0 : 1));
  }
  const every = isNegated ? await everything(slices) : [...seen.keys()];
  const kept = every.filter((number) => !refused[number] && (isNegated || seen[number] > 0));
  const isWhole = (/** @type {number} */ number) => seen[number] === sought;
  return [kept.filter(isWhole), kept.filter((number) => !isWhole(number))];
}

/**
 * @param {Map<string, import("./slices.js").Occurrences[]>} postings
 * @param {Iterable<string>} terms
 * @param {string[]} names
 * @param {string[]} fields
 * @returns {Set<number>} The documents that have one of these terms in one of these fields.
 */
function documentsOf(postings, terms, names, fields) {
  /** @type {Set<number>} */
  const found = new Set();
  for (const term of terms) {
    names.forEach((name, at) => {
      if (!fields.includes(name)) return;
      postings.get(term)?.[at].numbers.forEach((number) => found.add(number));
    });
  }
  return found;
}

/**
 * @param {Clause[]} clauses
 * @returns {boolean} Whether a query says nothing, or just a star.
 */
function isEverything(clauses) {
  return clauses.every((each) => each.term === "*" && each.presence !== NEVER);
}

/**
 * @param {Slices} slices
 * @returns {Promise<number[]>} All documents, in their order.
 */
async function everything(slices) {
  return [...(await slices.facets(slices.allBlocks)).keys()];
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
 * @param {Slices} slices
 * @param {Wanted[]} wanted
 * @param {string} word
 * @returns {Promise<string[]>} The completions, as they are spelt, the commonest first.
 */
async function complete(slices, wanted, word) {
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
 * @param {Slices} slices
 * @param {number[]} numbers
 * @param {Request} request
 * @returns {Promise<number[]>} Those that pass the filters.
 */
async function filtered(slices, numbers, { filters = {} }) {
  const isSet = Object.values(filters).some((each) => (Array.isArray(each) ? each.length : each));
  if (!isSet) return numbers;
  const facets = await facetsOf(slices, numbers);
  const fit = fits(slices, filters);
  return numbers.filter((number) => fit(facets.get(number)));
}

/**
 * @param {Slices} slices
 * @param {number[]} numbers
 * @returns {Promise<Map<number, Facets>>}
 */
function facetsOf(slices, numbers) {
  const { block } = slices.manifest;
  return slices.facets([...new Set(numbers.map((number) => Math.floor(number / block)))]);
}

/**
 * @param {Slices} slices
 * @param {number[]} numbers
 * @param {Request["order"]} order
 * @returns {Promise<number[]>} By the day that they were listed on last, or first; without a day
 * at the end.
 */
async function byDay(slices, numbers, order) {
  const facets = await facetsOf(slices, numbers);
  const newest = order === "newest";
  const keys = new Map(
    numbers.map((number) => {
      const days = facets.get(number)?.days ?? [];
      if (days.length === 0) return [number, Number.MAX_SAFE_INTEGER];
      return [number, newest ? -days[days.length - 1] : days[0]];
    }),
  );
  return [...numbers].sort((a, b) => (keys.get(a) ?? 0) - (keys.get(b) ?? 0) || a - b);
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
  const facets = await facetsOf(slices, found.numbers);
  const tags = new Map();
  const years = new Map();
  const kinds = new Map();
  let code = 0;
  /** @type {(counts: Map<any, number>, key: any) => void} */
  const add = (counts, key) => void counts.set(key, (counts.get(key) ?? 0) + 1);
  for (const number of found.numbers) {
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
