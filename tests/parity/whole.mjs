// One whole Lunr index and the slices side by side.
// usage: node whole.mjs LUNR_MODULE SEARCH_SCRIPTS DATA DOCUMENTS QUERIES
// DATA: the slices' folder; DOCUMENTS: a JSON line each, {ref, title, tag, text}; QUERIES: a JSON
// array of strings. Prints a JSON report: how many queries there were, how many results, how many
// queries were refused or found nothing, in how many results of one score changed places, how many were asked
// as a reader does, and what differs.

import { readFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";

const [lunrPath, scripts, data, documentsPath, queriesPath] = process.argv.slice(2);
const load = (path) => import(pathToFileURL(path).href);
const { default: lunr } = await load(lunrPath);
const { trimmer } = await load(`${scripts}/words.js`);
const { expand, parse, search, searchPipeline } = await load(`${scripts}/engine.js`);
const { find } = await load(`${scripts}/finder.js`);
const { Slices } = await load(`${scripts}/slices.js`);

const json = async (path) => JSON.parse(await readFile(path, "utf8"));
const slices = await Slices.open((path) => json(`${data}/${path}`));
const fields = slices.manifest.fields.map(([name]) => name);

function wholeIndex(lines) {
  const builder = new lunr.Builder();
  builder.ref("ref");
  slices.manifest.fields.forEach(([name, boost]) => builder.field(name, { boost }));
  builder.pipeline.add(trimmer(lunr), lunr.stopWordFilter, lunr.stemmer);
  searchPipeline(lunr)._stack.forEach((step) => builder.searchPipeline.add(step));
  for (const line of lines) builder.add(JSON.parse(line));
  return builder.build();
}

function attempt(run) {
  try {
    return run();
  } catch (error) {
    if (error instanceof lunr.QueryParseError) return `refused: ${error.message}`;
    throw error;
  }
}

async function sliced(query) {
  const clauses = attempt(() => parse(lunr, query, fields));
  if (typeof clauses === "string") return clauses;
  const terms = await Promise.all(clauses.map((clause) => expand(lunr, slices, clause)));
  return search(lunr, slices, clauses, new Set(terms.flat()));
}

/** @returns {string} What differs, or nothing. */
function difference(whole, ours) {
  if (typeof whole === "string" || typeof ours === "string") {
    return whole === ours ? "" : `${JSON.stringify(whole).slice(0, 80)} / ${JSON.stringify(ours).slice(0, 80)}`;
  }
  if (whole.length !== ours.length) return `${whole.length} / ${ours.length} results`;
  for (const [at, expected] of whole.entries()) {
    if (Math.abs(expected.score - ours[at].score) > 1e-6) {
      return `at ${at}: ${expected.ref} ${expected.score} / ${ours[at].number} ${ours[at].score}`;
    }
  }
  const expected = levelled(whole.map(({ ref, score }) => [Number(ref), score]));
  const found = levelled(ours.map(({ number, score }) => [number, score]));
  const at = expected.findIndex((ref, place) => ref !== found[place]);
  return at < 0 ? "" : `at ${at}: ${expected[at]} / ${found[at]}`;
}

/**
 * Scores are sums of thousandths, and two equal sums may differ in their sixteenth digit, by the
 * order in which they were added up.
 *
 * @returns {number[]} Documents in order, those of one score to 1e-9 by number.
 */
function levelled(rows) {
  let level = 0;
  const levels = rows.map(([ref, score], at) => {
    if (at && rows[at - 1][1] - score > 1e-9) level += 1;
    return [level, ref];
  });
  return levels.sort((a, b) => a[0] - b[0] || a[1] - b[1]).map(([, ref]) => ref);
}

/** Results that a reader's query is compared to. */
const SHOWN = 50;

/**
 * @returns {Promise<string>} What differs where a reader asks: Lunr's results, those with all words
 * first. Empty for a query that a reader's search reads in a way of its own.
 */
async function differenceForReaders(query, expected) {
  const terms = new Set(query.split(" ").flatMap((word) => searchPipeline(lunr).runString(word)));
  const { hits, common, mended } = await find(lunr, slices, { query, size: SHOWN });
  if (!query || common.length || mended.length) return "";
  report.readers += 1;
  const hasAll = ({ matchData }) => [...terms].every((term) => term in matchData.metadata);
  const parts = [expected.filter(hasAll), expected.filter((each) => !hasAll(each))];
  const places = new Map(expected.map(({ ref, score }) => [Number(ref), score]));
  const inOrder = parts.flat().slice(0, SHOWN).map(({ ref, score }) => [Number(ref), score]);
  const ours = hits.map(({ number, score }) => [number, score]);
  if (inOrder.length !== ours.length) return `${inOrder.length} / ${ours.length} results`;
  const at = ours.findIndex(
    ([number, score], place) =>
      Math.abs(score - inOrder[place][1]) > 1e-6 || Math.abs(score - places.get(number)) > 1e-6,
  );
  return at < 0 ? "" : `at ${at}: ${inOrder[at]} / ${ours[at]}`;
}

const lines = (await readFile(documentsPath, "utf8")).split("\n").filter(Boolean);
const whole = wholeIndex(lines);
const report = { queries: 0, results: 0, refused: 0, empty: 0, reordered: 0, readers: 0, different: [] };
for (const query of await json(queriesPath)) {
  const expected = attempt(() => whole.search(query));
  const ours = await sliced(query);
  const differs = difference(expected, ours);
  report.queries += 1;
  if (typeof expected === "string") report.refused += 1;
  else report.results += expected.length;
  report.empty += expected.length === 0;
  if (/^[\p{L}\p{N} ]*$/u.test(query)) {
    const other = await differenceForReaders(query, expected);
    if (other) report.different.push([query, `for readers: ${other}`]);
  }
  if (differs) report.different.push([query, differs]);
  else if (typeof expected !== "string") {
    report.reordered += expected.some(({ ref }, at) => Number(ref) !== ours[at].number);
  }
}
console.log(JSON.stringify(report));
