// One whole Lunr index and the slices side by side.
// usage: node whole.mjs LUNR_MODULE SEARCH_SCRIPTS DATA DOCUMENTS QUERIES
// DATA: the slices' folder; DOCUMENTS: a JSON line each, {ref, title, tag, text}; QUERIES: a JSON
// array of strings. Prints a JSON report: how many queries agree, and what differs.

import { readFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";

const [lunrPath, scripts, data, documentsPath, queriesPath] = process.argv.slice(2);
const load = (path) => import(pathToFileURL(path).href);
const { default: lunr } = await load(lunrPath);
const { trimmer } = await load(`${scripts}/words.js`);
const { expand, parse, search, searchPipeline } = await load(`${scripts}/engine.js`);
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
    const found = ours[at];
    if (Number(expected.ref) !== found.number || Math.abs(expected.score - found.score) > 1e-6) {
      return `at ${at}: ${expected.ref} ${expected.score} / ${found.number} ${found.score}`;
    }
  }
  return "";
}

const lines = (await readFile(documentsPath, "utf8")).split("\n").filter(Boolean);
const whole = wholeIndex(lines);
const report = { queries: 0, results: 0, refused: 0, empty: 0, different: [] };
for (const query of await json(queriesPath)) {
  const expected = attempt(() => whole.search(query));
  const differs = difference(expected, await sliced(query));
  report.queries += 1;
  if (typeof expected === "string") report.refused += 1;
  else report.results += expected.length;
  report.empty += expected.length === 0;
  if (differs) report.different.push([query, differs]);
}
console.log(JSON.stringify(report));
