// The page for what is not there: leads to the address that was probably meant.
//
// An old address without a stub is no page at all, so what came here was spoilt on its way: a
// bracket or a full stop of the sentence around it, capitals, an ending of former days, a line cut
// in the midst. The first kinds can be undone, and the server says whether a page is there; for
// the last, the words that are left are looked for. Only when there is something to look for is
// the search started. The whole ledger would settle it, too, but weighs megabytes.

import { ROOT, SearchClient, urlOf } from "./search-client.js";
import { make } from "./search-results.js";

/** Suggestions of the search. */
const MOST = 5;
/** What clients and sentences leave behind an address; a slash may follow. */
const BEHIND = /[\s.,;:!?'"“”‘’«»<>()[\]{}|\\*_`~…-]+(?=\/?$)/u;
const BEFORE = /^[\s'"“”‘’«»<>()[\]{}|\\*_`~]+/u;
const FOLDERS = new Map([
  ["paper", "papers"],
  ["day", "days"],
  ["tag", "tags"],
  ["area", "areas"],
]);

/**
 * @param {string} path
 * @returns {string} The path with its percent signs read, if they can be.
 */
function decoded(path) {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/**
 * @param {string} path Behind the site's root, as the browser has it.
 * @returns {string[]} Addresses that may have been meant, the likeliest first; not this one.
 */
export function near(path) {
  const bare = decoded(path).slice(0, 2000).replace(/\/{2,}/g, "/").replace(BEFORE, "").replace(/^\//, "");
  const clean = bare.replace(BEHIND, "").replace(/\/$/, "").toLowerCase();
  const page = clean.replace(/\/index$|(?:\/index)?\.(?:html?|md|php)$/, "").replace(BEHIND, "");
  const [folder = "", ...rest] = page.split("/");
  const slug = rest.at(-1) ?? folder;
  const found = [
    [FOLDERS.get(folder) ?? folder, ...rest].join("/"),
    ...(rest.length === 0 ? [`papers/${slug}`] : []),
    ...(/^\d{4}-\d{2}(?:-\d{2})?$/.test(slug) ? [`days/${slug}`] : []),
  ];
  const isPlain = (/** @type {string} */ each) => /^[a-z0-9-]+(?:\/[a-z0-9-]+)*$/.test(each);
  const whole = found.filter(isPlain).map((each) => `${each}/`);
  return [...new Set(whole)].filter((each) => each !== path);
}

/**
 * @param {string} path Behind the site's root, as the browser has it.
 * @returns {string} The words of its last part, to look for: no hash, no ending.
 */
export function words(path) {
  const last = decoded(path).slice(0, 2000).split("/").filter(Boolean).at(-1) ?? "";
  return last
    .replace(/\.(?:html?|md|php)$/i, "")
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word, at, all) => word && !(all.length > 1 && at === all.length - 1 && /^(?=.*\d)[\da-f]{6,}$/.test(word)))
    .join(" ");
}

/**
 * @param {string[]} addresses
 * @param {(url: string) => Promise<boolean>} isThere
 * @returns {Promise<string | undefined>} The first address that answers.
 */
export async function firstThere(addresses, isThere) {
  for (const address of addresses) {
    if (await isThere(urlOf(address))) return address;
  }
  return undefined;
}

/**
 * @param {string} url
 * @returns {Promise<boolean>} Whether a page answers there.
 */
async function answers(url) {
  try {
    return (await fetch(url, { method: "HEAD" })).ok;
  } catch {
    return false;
  }
}

/**
 * @param {HTMLElement} list Empty, and not shown yet.
 * @param {string} heading
 * @param {HTMLElement} item
 */
function show(list, heading, item) {
  list.before(make("h2", {}, heading));
  list.hidden = false;
  list.append(item);
}

/**
 * @param {string} href
 * @param {string} label
 * @returns {HTMLLIElement} An item of the list, which leads there.
 */
function itemTo(href, label) {
  return make("li", {}, make("a", { href }, label));
}

/**
 * @param {HTMLElement} list Where the help goes.
 * @param {Location} asked
 */
export async function help(list, asked) {
  if (!asked.pathname.startsWith(ROOT.pathname)) return;
  const path = asked.pathname.slice(ROOT.pathname.length);
  const meant = await firstThere(near(path), answers);
  if (meant) {
    const href = urlOf(meant) + asked.search + asked.hash;
    show(list, "You probably want", itemTo(href, meant));
    // The same address without what was spoilt: a reader need not press anything.
    location.replace(href);
    return;
  }
  const query = words(path);
  if (!query) return;
  const all = itemTo(`${urlOf("search/")}?${new URLSearchParams({ q: query })}`, `Search for “${query}”`);
  show(list, "You may have meant", all);
  new SearchClient().search({ query, typing: true, size: MOST }, (answer) => {
    if (answer.type !== "results") return;
    list.prepend(...answer.results.map(({ address, title }) => itemTo(urlOf(address), title)));
  });
}

if (typeof document !== "undefined") {
  const list = make("ul", { "data-db-lost": "", "aria-live": "polite", hidden: "" });
  document.querySelector("#title + p")?.after(list);
  void help(list, location);
}
