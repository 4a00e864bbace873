// What papers' own pages say of them, fetched a few at a time.

import { ROOT, urlOf } from "../search-client.js";
import { inWords, slugOf } from "./papers.js";

/** Pages that are fetched at once. */
const WIDTH = 4;
/** Old addresses that lead on, one to the other. */
const MOST_HOPS = 5;

/**
 * @typedef {object} Said What a paper's page says.
 * @property {string} slug The one of now: an old address leads on.
 * @property {string} title
 * @property {string} day The last one that it was listed on; or empty.
 * @property {[key: string, name: string][]} tags
 * @property {string} bibtex Empty where the page has none.
 *
 * @typedef {{ said: Said } | { fault: "missing" | "unreachable" }} Answer
 */

/** @type {Map<string, Promise<Answer>>} What was asked while this page is open. */
const asked = new Map();

/**
 * @param {string} slug
 * @returns {Promise<Answer>}
 */
function answerOf(slug) {
  const found = asked.get(slug) ?? fetchPaper(slug);
  asked.set(slug, found);
  // What could not be reached may be the next time.
  void found.then((answer) => "fault" in answer && asked.delete(slug));
  return found;
}

/**
 * @param {string} slug
 * @returns {Promise<Answer>}
 */
async function fetchPaper(slug) {
  try {
    let now = slug;
    for (let hop = 0; hop < MOST_HOPS && now; hop += 1) {
      const answer = await fetch(urlOf(`papers/${now}/`));
      if (answer.status === 404) break;
      if (!answer.ok) return { fault: "unreachable" };
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const next = page.documentElement.dataset.to;
      if (next === undefined) return readPage(page, now);
      now = slugOf(new URL(next, urlOf(`papers/${now}/`)).href);
    }
    return { fault: "missing" };
  } catch {
    return { fault: "unreachable" };
  }
}

/**
 * @param {Document} page
 * @param {string} slug
 * @returns {Answer}
 */
function readPage(page, slug) {
  const article = page.querySelector("article.db-paper");
  if (!article) return { fault: "missing" };
  const named = page.querySelector('meta[name="citation_title"]')?.getAttribute("content");
  const title = named ?? article.querySelector("h1")?.textContent?.trim() ?? "";
  const bibtex = article.querySelector(".db-cite__bibtex code")?.textContent ?? "";
  const day = daysOf(article).sort().at(-1) ?? "";
  return { said: { slug, title: title || inWords(slug), day, tags: tagsOf(article), bibtex } };
}

/**
 * @param {Element} article
 * @returns {string[]} The days that the paper was listed on.
 */
function daysOf(article) {
  const found = [];
  let part = article.querySelector("#listed")?.nextElementSibling;
  for (; part && part.tagName !== "H2"; part = part.nextElementSibling) {
    for (const time of part.querySelectorAll("time")) found.push(time.getAttribute("datetime") ?? "");
  }
  return found.filter((each) => /^\d{4}-\d{2}-\d{2}$/.test(each));
}

/**
 * @param {Element} article
 * @returns {[string, string][]}
 */
function tagsOf(article) {
  /** @type {Map<string, string>} */
  const found = new Map();
  for (const link of article.querySelectorAll('a[href*="/tags/"]')) {
    // The page was not opened: its links have no base but this one.
    const { href } = new URL(link.getAttribute("href") ?? "", `${ROOT.href}papers/any/`);
    const key = href.startsWith(`${ROOT.href}tags/`) ? href.slice(`${ROOT.href}tags/`.length, -1) : "";
    const name = link.textContent?.trim();
    if (/^[a-z0-9-]+$/.test(key) && key !== "untagged" && key !== "about" && name) found.set(key, name);
  }
  return [...found];
}

/**
 * Asks papers' pages what they say, a few at a time.
 *
 * @param {string[]} slugs
 * @param {(slug: string, answer: Answer, done: number) => void} answered Called as they come.
 * @returns {Promise<Map<string, Answer>>} In the order of the slugs.
 */
export async function ask(slugs, answered) {
  /** @type {Map<string, Answer>} */
  const found = new Map();
  const queue = slugs.values();
  const work = async () => {
    for (const slug of queue) {
      const answer = await answerOf(slug);
      found.set(slug, answer);
      answered(slug, answer, found.size);
    }
  };
  await Promise.all(Array.from({ length: WIDTH }, work));
  // As they were asked for, not as they came.
  return new Map(slugs.flatMap((slug) => {
    const answer = found.get(slug);
    return answer ? [[slug, answer]] : [];
  }));
}
