// A Lunr index of just the terms that a query needs, which scores as the whole one does.

import { trimmer } from "./words.js";

// Lunr's own, and the whole index's.
const K1 = 1.2;
const B = 0.75;
const NOTHING = Object.freeze({});
/** As lunr.Query.presence has it. */
const PROHIBITED = 3;

/**
 * @typedef {import("./slices.js").Slices} Slices
 * @typedef {import("./slices.js").Occurrences} Occurrences
 *
 * @typedef {object} Clause A word of a query, as Lunr's parser has it.
 * @property {string} term
 * @property {string[]} fields
 * @property {number} boost
 * @property {number} presence
 * @property {boolean} usePipeline
 * @property {number} [editDistance]
 *
 * @typedef {object} Hit
 * @property {number} number The document.
 * @property {number} score
 * @property {string[]} terms The query's terms that it holds.
 */

/**
 * @param {any} lunr
 * @returns {any} The pipeline for queries, with our trimmer.
 */
export function searchPipeline(lunr) {
  const pipeline = new lunr.Pipeline();
  pipeline.add(trimmer(lunr), lunr.stemmer);
  return pipeline;
}

/**
 * @param {any} lunr
 * @param {string} query
 * @param {string[]} fields
 * @returns {Clause[]} As Lunr parses them; throws lunr.QueryParseError.
 */
export function parse(lunr, query, fields) {
  const parsed = new lunr.Query(fields);
  new lunr.QueryParser(query, parsed).parse();
  return parsed.clauses;
}

/**
 * @param {any} lunr
 * @param {Slices} slices
 * @param {Clause} clause
 * @returns {Promise<string[]>} The terms that Lunr would look up for a clause: those that the
 * archive has, or may have.
 */
export async function expand(lunr, slices, clause) {
  const terms = clause.usePipeline
    ? searchPipeline(lunr).runString(clause.term, { fields: clause.fields })
    : [clause.term];
  const isFuzzy = clause.editDistance !== undefined;
  const found = await Promise.all(
    terms.map(async (/** @type {string} */ term) => {
      const star = term.indexOf("*");
      if (star < 0 && !isFuzzy) return [term];
      const known = await slices.words(isFuzzy ? "" : term.slice(0, star));
      const prefix = isFuzzy ? "" : term.slice(0, star);
      const pattern = lunr.TokenSet.fromClause({ ...clause, term });
      const candidates = known.map((word) => word.term).filter((each) => each.startsWith(prefix));
      return lunr.TokenSet.fromArray(candidates).intersect(pattern).toArray();
    }),
  );
  return found.flat();
}

/**
 * @typedef {object} Term
 * @property {string} term
 * @property {Occurrences[]} fields
 * @property {number} frequency In how many fields of documents it stands.
 */

/**
 * @param {any} lunr
 * @param {Slices} slices
 * @param {Clause[]} clauses
 * @param {Iterable<string>} expanded All terms that the clauses expand to.
 * @param {(number: number) => boolean} [only] Which documents matter; they score as among all.
 * @returns {Promise<Hit[]>} What one whole Lunr index finds, in its order.
 */
export async function search(lunr, slices, clauses, expanded, only) {
  const terms = inOrder(await slices.postings([...expanded]));
  const kept = only ? terms.map((each) => narrowed(each, only)) : terms;
  const isNegated = clauses.every((each) => each.presence === PROHIBITED);
  const blocks = isNegated ? slices.allBlocks : blocksOf(kept, slices.manifest.block);
  const lengths = await slices.lengths(blocks);
  const index = lunr.Index.load(serialized(lunr, slices.manifest, kept, lengths, isNegated));
  /** @param {any} query */
  const fill = (query) => clauses.forEach((clause) => query.clause({ ...clause }));
  return index.query(fill).map((/** @type {any} */ result) => ({
    number: Number(result.ref),
    score: result.score,
    terms: Object.keys(result.matchData.metadata),
  }));
}

/**
 * @param {Slices} slices
 * @param {Clause[]} clauses Each of one term that is looked up as it is.
 * @param {number[]} among
 * @param {number} most
 * @returns {Promise<number[]>} The documents that Lunr scores highest, by its own sum, in order.
 */
export async function best(slices, clauses, among, most) {
  const { manifest } = slices;
  if (among.length <= most) return among;
  const scoring = clauses.filter((each) => each.presence !== PROHIBITED);
  const terms = inOrder(await slices.postings(scoring.map((each) => each.term)));
  const lengths = await slices.lengths(blocksOf(terms, manifest.block));
  const scores = new Float64Array(manifest.numbers);
  manifest.fields.forEach(([name], at) => {
    const weights = terms.map(({ term }) =>
      scoring.reduce(
        (sum, each) => (each.term === term && each.fields.includes(name) ? sum + each.boost : sum),
        0,
      ),
    );
    const magnitude = Math.hypot(...weights) || 1;
    terms.forEach(({ fields, frequency }, index) => {
      const { score } = scorer(manifest, at, frequency, lengths);
      const weight = weights[index] / magnitude;
      const { numbers, times } = fields[at];
      numbers.forEach((number, place) => (scores[number] += weight * score(number, times[place])));
    });
  });
  return [...among].sort((a, b) => scores[b] - scores[a] || a - b).slice(0, most);
}

/**
 * @param {Map<string, Occurrences[]>} postings
 * @returns {Term[]} As Lunr meets them: it numbers terms so, and adds scores up in that order.
 */
function inOrder(postings) {
  const terms = [...postings].map(([term, fields]) => ({
    term,
    fields,
    frequency: fields.reduce((sum, { numbers }) => sum + numbers.length, 0),
  }));
  return terms.sort((a, b) => firstSeen(a.fields) - firstSeen(b.fields));
}

/**
 * @param {Occurrences[]} fields
 * @returns {number} Where a term is first met: its first document, and the field there.
 */
function firstSeen(fields) {
  return Math.min(...fields.map(({ numbers }, at) => (numbers[0] ?? Infinity) * fields.length + at));
}

/**
 * @param {Term} term
 * @param {(number: number) => boolean} only
 * @returns {Term} With these documents alone; its frequency stays.
 */
function narrowed({ term, fields, frequency }, only) {
  const kept = fields.map(({ numbers, times }) => {
    /** @type {Occurrences} */
    const found = { numbers: [], times: [] };
    numbers.forEach((number, at) => {
      if (!only(number)) return;
      found.numbers.push(number);
      found.times.push(times[at]);
    });
    return found;
  });
  return { term, fields: kept, frequency };
}

/**
 * @param {Term[]} terms
 * @param {number} size
 * @returns {number[]} The blocks that hold a document with one of the terms.
 */
function blocksOf(terms, size) {
  /** @type {Set<number>} */
  const found = new Set();
  for (const { fields } of terms) {
    for (const { numbers } of fields) {
      for (const number of numbers) found.add(Math.floor(number / size));
    }
  }
  return [...found].sort((a, b) => a - b);
}

/**
 * @param {any} lunr
 * @param {import("./slices.js").Manifest} manifest
 * @param {Term[]} terms
 * @param {Map<number, number[][]>} lengths By block.
 * @param {boolean} all Whether documents without any of the terms are to be there too.
 * @returns {object} What lunr.Index.load reads.
 */
function serialized(lunr, manifest, terms, lengths, all) {
  const names = manifest.fields.map(([name]) => name);
  /** @type {Map<string, number[]>[]} */
  const vectors = names.map(() => new Map());
  if (all) addEmpty(vectors, names, lengths, manifest.block);
  const inverted = terms.map(({ term, fields }, index) => {
    const posting = Object.assign(Object.create(null), { _index: index });
    names.forEach((name, at) => (posting[name] = refs(fields[at].numbers)));
    return [term, posting];
  });
  terms.forEach(({ fields, frequency }, index) => {
    fields.forEach((found, at) => {
      addScores(vectors[at], index, found, scorer(manifest, at, frequency, lengths));
    });
  });
  return {
    version: lunr.version,
    fields: names,
    fieldVectors: all ? interleaved(vectors, names) : vectors.flatMap((each) => [...each]),
    invertedIndex: inverted.sort(([a], [b]) => (a < b ? -1 : 1)),
    pipeline: ["daybookTrimmer", "stemmer"],
  };
}

/**
 * @param {Map<string, number[]>[]} vectors
 * @param {string[]} names
 * @param {Map<number, number[][]>} lengths
 * @param {number} size
 */
function addEmpty(vectors, names, lengths, size) {
  for (const [block, fields] of lengths) {
    fields[names.length - 1].forEach((length, at) => {
      if (!length) return;
      names.forEach((name, field) => vectors[field].set(`${name}/${block * size + at}`, []));
    });
  }
}

/**
 * @param {Map<string, number[]>[]} vectors Each with all documents, in order.
 * @param {string[]} names
 * @returns {[string, number[]][]} By document, then by field, as the whole index has them.
 */
function interleaved(vectors, names) {
  const rows = vectors.map((each) => [...each]);
  return rows[0].flatMap((_, at) => names.map((__, field) => rows[field][at]));
}

/**
 * @param {number[]} numbers
 * @returns {Record<string, object>}
 */
function refs(numbers) {
  const found = Object.create(null);
  for (const number of numbers) found[number] = NOTHING;
  return found;
}

/**
 * @typedef {object} Scorer
 * @property {string} name Of the field.
 * @property {(number: number, times: number) => number} score
 */

/**
 * @param {import("./slices.js").Manifest} manifest
 * @param {number} at The field's place.
 * @param {number} frequency In how many fields of documents the term stands.
 * @param {Map<number, number[][]>} lengths
 * @returns {Scorer} Lunr's score of a term in a document's field, step by step as it computes it.
 */
function scorer(manifest, at, frequency, lengths) {
  const [name, boost, total] = manifest.fields[at];
  const { documents, block } = manifest;
  const average = total / documents;
  const idf = Math.log(1 + Math.abs((documents - frequency + 0.5) / (frequency + 0.5)));
  return {
    name,
    score(number, times) {
      const length = (lengths.get(Math.floor(number / block))?.[at][number % block] ?? 1) - 1;
      const raw = (idf * ((K1 + 1) * times)) / (K1 * (1 - B + B * (length / average)) + times);
      return Math.round(raw * boost * 1000) / 1000;
    },
  };
}

/**
 * @param {Map<string, number[]>} vectors
 * @param {number} index Of the term.
 * @param {Occurrences} found
 * @param {Scorer} scorer
 */
function addScores(vectors, index, { numbers, times }, { name, score }) {
  numbers.forEach((number, at) => {
    const ref = `${name}/${number}`;
    const known = vectors.get(ref);
    if (known) known.push(index, score(number, times[at]));
    else vectors.set(ref, [index, score(number, times[at])]);
  });
}
