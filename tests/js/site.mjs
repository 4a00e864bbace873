// A small site's search data, written by tests/test_search.py, for the tests beside this file.

import { readFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";
import { inflateSync } from "node:zlib";

const SITE = process.env.DAYBOOK_SITE;
if (!SITE) throw new Error("run these through pytest: tests/test_search.py builds their data");

/** The site's folder, as a URL that ends with a slash. */
export const site = pathToFileURL(`${SITE}/`);

/** @param {string} name */
export const script = (name) => import(new URL(`assets/javascripts/search/${name}`, site).href);

/** @param {string} path */
export const readJson = async (path) => {
  const raw = await readFile(new URL(`search/${path}`, site));
  return JSON.parse((path.endsWith(".bin") ? inflateSync(raw) : raw).toString());
};

/** @returns A fetcher that says what was fetched. */
export function watched() {
  const asked = [];
  const fetchJson = (path) => {
    asked.push(path);
    return readJson(path);
  };
  return { asked, fetchJson };
}
