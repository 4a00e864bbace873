/**
 * A star beside each paper's title, and titles that were seen dimmed where a reader asked for it.
 * Papers are known by their links: the first one of a list's item or of a heading.
 */

import { MOST, slugOf } from "./reading/papers.js";
import { store } from "./reading/store.js";
import { button, make } from "./search-results.js";
import { count } from "./search-state.js";

/**
 * @typedef {{ slug: string, title: string, day: string }} Named
 */

const LINKS = ":is(li, h2, h3) a[href]";
/** @type {Map<string, import("./reading/papers.js").Kept>} So that a star taken away by mistake
 * comes back with its note, as long as the page is open. */
const gone = new Map();

/**
 * @param {Named} paper
 * @returns {HTMLButtonElement} A star, pressed while the paper is on the list.
 */
export function starButton(paper) {
  const star = button("", () => press(paper), "db-star");
  star.setAttribute("aria-label", `Star ${paper.title}`);
  star.dataset.slug = paper.slug;
  show(star);
  return star;
}

/** @param {Named} paper */
function press(paper) {
  const { slug, title } = paper;
  const starred = store.papers.get(slug);
  if (starred) {
    gone.set(slug, starred);
    store.unstar(slug);
    return;
  }
  const now = new Date().toISOString();
  const hasRoom = store.star({ note: "", ...paper, ...gone.get(slug), starred: now });
  if (!hasRoom) tell(`“${title}” was not starred: the list holds ${count(MOST, "paper")}.`);
  else if (store.trouble === "blocked") tell("Starred until you leave this page: this browser lets this site keep nothing.");
  else if (store.trouble === "full") tell("Starred until you leave this page: this browser has no room left for this site.");
}

/** @param {HTMLElement} star */
function show(star) {
  const slug = star.dataset.slug ?? "";
  const isStarred = store.papers.has(slug);
  star.setAttribute("aria-pressed", String(isStarred));
  star.title = isStarred ? "Starred" : "Star";
}

/**
 * Dims a link if its paper was seen, and says so to those who do not see it.
 *
 * @param {HTMLAnchorElement} link
 */
export function dim(link) {
  const isSeen = store.isDimming && store.seen.has(slugOf(link.href));
  link.classList.toggle("db-seen", isSeen);
  if (isSeen) link.setAttribute("aria-description", "Seen");
  else link.removeAttribute("aria-description");
}

/** Shows what changed. */
function showAll() {
  for (const star of document.querySelectorAll(".db-star")) {
    if (!(star instanceof HTMLElement)) continue;
    show(star);
    const link = star.parentElement?.querySelector("a");
    if (link) dim(link);
  }
}

/**
 * What a page has to say that must be seen: it stays until it is closed.
 *
 * @param {string} words
 */
function tell(words) {
  document.querySelector(".db-said")?.remove();
  const said = make("div", { class: "db-said", role: "status" });
  document.body.append(said);
  // What is there when a status comes is not read out: what comes into it is.
  said.append(make("p", {}, words), button("Close", () => said.remove()));
}

/**
 * @param {Element} element
 * @returns {string} Its words on one line.
 */
function wordsOf(element) {
  return (element.textContent ?? "").replace(/\s+/g, " ").trim();
}

/**
 * Gives the papers of a part of the page their stars.
 *
 * @param {Element} part
 */
function decorate(part) {
  // A day's page is about its day, whatever other days its papers name.
  const ofDay = document.querySelector("article.db-day h1 time")?.getAttribute("datetime");
  for (const link of part.querySelectorAll(LINKS)) {
    const holder = link.closest("li, h2, h3");
    if (!(link instanceof HTMLAnchorElement) || !holder || holder.querySelector("a") !== link) continue;
    const slug = slugOf(link.href);
    if (!slug || holder.querySelector(".db-star")) continue;
    const title = wordsOf(link);
    const day = ofDay ?? holder.querySelector("time")?.getAttribute("datetime") ?? "";
    attach(holder, { slug, title, day });
    dim(link);
  }
}

/**
 * @param {Element} holder
 * @param {Named} paper
 */
function attach(holder, paper) {
  holder.append(starButton(paper));
  // A heading is named by its words: who goes from heading to heading need not hear the star.
  if (!holder.matches("li")) holder.setAttribute("aria-label", paper.title);
}

/**
 * @param {Element} page A paper's page.
 */
function open(page) {
  const slug = slugOf(location.origin + location.pathname);
  const heading = page.querySelector("h1");
  if (!slug || !heading) return;
  const named = document.querySelector('meta[name="citation_title"]')?.getAttribute("content");
  attach(heading, { slug, title: named ?? wordsOf(heading), day: "" });
  const see = () => store.see(slug);
  // A page that is made ready ahead of a click was not seen yet.
  if ("prerendering" in document && document.prerendering) {
    document.addEventListener("prerenderingchange", see, { once: true });
  } else see();
}

/**
 * @returns {HTMLElement} What switches the dimming on and off.
 */
export function seenSwitch() {
  const box = make("input", { type: "checkbox", role: "switch", class: "db-switch" });
  const follow = () => {
    box.checked = store.isDimming;
  };
  box.addEventListener("change", () => store.setDimming(box.checked));
  store.addEventListener("change", follow);
  follow();
  return make("label", {}, box, " Dim what I have seen");
}

const article = typeof document === "undefined" ? null : document.querySelector("article");
if (article && !article.querySelector("db-reading-list")) {
  if (article.matches(".db-paper")) open(article);
  decorate(article);
  new MutationObserver((records) => {
    for (const { addedNodes } of records) {
      for (const node of addedNodes) if (node instanceof Element) decorate(node);
    }
  }).observe(article, { childList: true, subtree: true });
}
store.addEventListener("change", showAll);
