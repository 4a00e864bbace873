/**
 * Pages that a reader is about to open, fetched a moment before: what the pointer rests on, what
 * has the focus, what a finger touches. A <link rel="prefetch"> does it under the strictest policy
 * of what may run, which lists of rules for the browser to guess by do not.
 */

import { ROOT } from "./search-client.js";

/** Pages fetched beforehand, for each page that is read: a reader opens few. */
const MOST = 12;
/** Milliseconds for which a pointer rests before a link is meant. */
const REST = 80;

/**
 * @typedef {object} Place Of a link, or of the page it stands on.
 * @property {string} origin
 * @property {string} pathname
 * @property {string} search
 */

/**
 * @param {Place} link
 * @param {Place} here
 * @param {string} root The path of the site.
 * @returns {boolean} Whether it leads to another page of this site, and to no answer to a question.
 */
export function isPage(link, here, root) {
  const isOurs = link.origin === here.origin && link.pathname.startsWith(root);
  const isElsewhere = link.pathname !== here.pathname;
  return isOurs && isElsewhere && link.pathname.endsWith("/") && !link.search;
}

/**
 * @typedef {{ saveData?: boolean, effectiveType?: string }} Connection
 *
 * @param {Connection | undefined} connection As browsers tell it, some of them.
 * @returns {boolean} Whether it bears what may turn out to be fetched in vain.
 */
export function isAmple(connection) {
  return !connection?.saveData && !/2g|3g/.test(connection?.effectiveType ?? "");
}

/** @type {Set<string>} */
const fetched = new Set();
let resting = 0;

/** @param {HTMLAnchorElement} link */
function fetchAhead({ origin, pathname }) {
  const url = origin + pathname;
  if (fetched.has(url) || fetched.size >= MOST) return;
  fetched.add(url);
  const ahead = document.createElement("link");
  ahead.rel = "prefetch";
  ahead.href = url;
  document.head.append(ahead);
}

/** @param {Event} event */
function onMeant({ type, target }) {
  clearTimeout(resting);
  const link = target instanceof Element && target.closest("a");
  if (!link || !isPage(link, location, ROOT.pathname)) return;
  const { connection } = /** @type {Navigator & { connection?: Connection }} */ (navigator);
  if (!isAmple(connection)) return;
  if (type === "touchstart") fetchAhead(link);
  else resting = window.setTimeout(() => fetchAhead(link), REST);
}

if (typeof document !== "undefined") {
  for (const type of ["pointerover", "focusin", "touchstart"]) {
    document.addEventListener(type, onMeant, { passive: true });
  }
}
