// Prints what the worker makes of texts: a JSON array of arrays, their words or their terms.
// usage: node words.mjs words|terms LUNR_MODULE SEARCH_SCRIPTS TEXTS

import { readFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";

const [what, lunrPath, scripts, textsPath] = process.argv.slice(2);
const load = (path) => import(pathToFileURL(path).href);
const { default: lunr } = await load(lunrPath);
const { stemmer, words } = await load(`${scripts}/words.js`);
const texts = JSON.parse(await readFile(textsPath, "utf8"));
const stem = stemmer(lunr);
const of = what === "words" ? words : (text) => words(text).map(stem);
console.log(JSON.stringify(texts.map(of)));
