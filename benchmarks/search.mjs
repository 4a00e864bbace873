// Runs queries over slices as the worker does, and counts what they fetch.
// usage: node search.mjs LUNR_MODULE SEARCH_SCRIPTS DATA QUERIES
// QUERIES: a JSON array of {query, typing?, filters?, order?}; prints a JSON array with, for each, the
// addresses of the first ten results, the bytes fetched up to them, gzipped, with nothing fetched
// before (`first`) and after the visit's queries before it (`further`, null for a visit's first), and
// the milliseconds of the latter. A visit is some queries, one after the other.

import { readFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";
import { gzipSync, inflateSync } from "node:zlib";

const [lunrPath, scripts, data, queriesPath] = process.argv.slice(2);
const load = (path) => import(pathToFileURL(path).href);
const { default: lunr } = await load(lunrPath);
const { find, show } = await load(`${scripts}/finder.js`);
const { Slices } = await load(`${scripts}/slices.js`);

const sizes = new Map();
const parsed = new Map();

function counting() {
  const fetched = { bytes: 0, files: 0 };
  const fetchJson = async (path) => {
    if (!parsed.has(path)) {
      const raw = await readFile(`${data}/${path}`);
      const packed = path.endsWith(".bin");
      sizes.set(path, packed ? raw.length : gzipSync(raw, { level: 6 }).length);
      parsed.set(path, JSON.parse(packed ? inflateSync(raw) : raw));
    }
    fetched.bytes += sizes.get(path);
    fetched.files += 1;
    return parsed.get(path);
  };
  return { fetched, fetchJson };
}

async function run(slices, request) {
  const found = await find(lunr, slices, request);
  const results = await show(lunr, slices, found, 1, 10);
  return { total: found.total, all: found.all, addresses: results.map((each) => each.address) };
}

const VISIT = 6;
let visit = counting();
let visited;
const out = [];
for (const [at, request] of JSON.parse(await readFile(queriesPath, "utf8")).entries()) {
  if (at % VISIT === 0) {
    visit = counting();
    visited = await Slices.open(visit.fetchJson);
  }
  const fresh = counting();
  const { addresses } = await run(await Slices.open(fresh.fetchJson), request);
  const before = visit.fetched.bytes;
  const started = performance.now();
  const { total, all } = await run(visited, request);
  const ms = performance.now() - started;
  const further = at % VISIT ? visit.fetched.bytes - before : null;
  out.push({ addresses, total, all, first: fresh.fetched.bytes, files: fresh.fetched.files, further, ms });
}
console.log(JSON.stringify(out));
