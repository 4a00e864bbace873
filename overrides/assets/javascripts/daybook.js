/**
 * What pages can do besides being read. Every page is whole without it.
 */

import "./keys.js";
import "./search-box.js";
import "./stars.js";
import "./travel.js";

// What only some pages have.
if (document.querySelector(".db-day")) void import("./views.js");
if (document.querySelector(".db-paper")) void import("./cite.js");
if (document.querySelector(".db-heat")) void import("./heatmap.js");
if (document.querySelector("db-with-code")) void import("./filter.js");
if (document.querySelector("db-compare")) void import("./trends.js");
if (document.querySelector("db-reading-list")) void import("./reading-list.js");

/**
 * Let the header show the page's title, with a shadow, while its heading is above the screen.
 * @param {Element} heading
 * @param {Element} shown Where the header has the site's name.
 */
function swapTitle(heading, shown) {
  const topic = document.createElement("div");
  topic.className = "md-header__topic md-ellipsis";
  // The heading says the same.
  topic.ariaHidden = "true";
  const { title } = document;
  const rest = ` · ${shown.textContent}`;
  topic.textContent = title.endsWith(rest) ? title.slice(0, -rest.length) : title;
  shown.after(topic);
  new IntersectionObserver(([entry]) => {
    const top = entry.rootBounds?.top ?? 0;
    const isAbove = !entry.isIntersecting && entry.boundingClientRect.top < top;
    shown.parentElement?.classList.toggle("md-header__title--active", isAbove);
    shown.closest("header")?.classList.toggle("md-header--shadow", isAbove);
  }, { rootMargin: "-48px 0px 0px" }).observe(heading);
}

const heading = document.querySelector("article h1");
const shown = document.querySelector(".md-header__topic");
if (heading && shown) swapTitle(heading, shown);

// A drawer that a turned screen has room for as tabs would lie over the page.
matchMedia("(min-width: 76.25em)").addEventListener("change", () => {
  const drawer = document.querySelector("nav:popover-open");
  if (drawer instanceof HTMLElement) drawer.hidePopover();
});

// What scrolls sideways must be reached by keyboard.
for (const block of document.querySelectorAll("article :is(pre > code, table, .db-math)")) {
  if (block instanceof HTMLElement && block.scrollWidth > block.clientWidth) block.tabIndex = 0;
}
