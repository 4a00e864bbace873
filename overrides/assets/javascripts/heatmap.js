/**
 * The calendar of lists by keyboard: one stop, and arrows from day to day. Without this, each day
 * is a stop, and a link leads past them.
 */

/** What a key does to a place: rows are weekdays, columns weeks. @type {Record<string, number>} */
const STEPS = { ArrowUp: -1, ArrowDown: 1, ArrowLeft: -7, ArrowRight: 7 };

for (const table of document.querySelectorAll(".db-heat__table")) {
  if (table instanceof HTMLTableElement) rove(table);
}

/** @param {HTMLTableElement} table */
function rove(table) {
  const days = inOrder(table);
  let current = days.findLast((day) => day !== null);
  if (!current) return;
  for (const day of days) if (day) day.tabIndex = day === current ? 0 : -1;
  table.setAttribute("role", "grid");
  table.closest(".db-heat")?.querySelector(".db-heat__skip")?.remove();
  table.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const from = days.indexOf(current ?? null);
    const next = target(days, from, event.key);
    if (!next) return;
    event.preventDefault();
    next.focus();
  });
  // A click moves the stop, too.
  table.addEventListener("focusin", ({ target: day }) => {
    if (!(day instanceof HTMLAnchorElement)) return;
    if (current) current.tabIndex = -1;
    day.tabIndex = 0;
    current = day;
  });
}

/**
 * @param {HTMLTableElement} table
 * @returns {(HTMLAnchorElement | null)[]} The link of each date, in the order of time; null for a
 * date without a list.
 */
function inOrder(table) {
  const rows = [...table.tBodies[0].rows].map((row) => [...row.cells].slice(1));
  const weeks = rows[0].map((_, week) => rows.map((row) => row[week].querySelector("a")));
  return weeks.flat();
}

/**
 * @param {(HTMLAnchorElement | null)[]} days
 * @param {number} from
 * @param {string} key
 * @returns {HTMLAnchorElement | null | undefined} The day that a key leads to, if any: the next one
 * with a list in that direction.
 */
function target(days, from, key) {
  if (key === "Home") return days.find((day) => day !== null);
  if (key === "End") return days.findLast((day) => day !== null);
  const step = STEPS[key];
  if (!step) return null;
  let at = from + step;
  while (at >= 0 && at < days.length && !days[at]) at += step;
  return days[at];
}

export {};
