/**
 * What a paper's page offers besides being read: its BibTeX and permalink copied, and files for
 * reference managers, made from what the page says of itself. The BibTeX stands there without it.
 *
 * generator/cite.py makes the same RIS and CSL-JSON; tests compare the two.
 */

import { button, give, make } from "./search-results.js";

/**
 * @typedef {{ family: string, given: string } | { literal: string }} Name
 * @typedef {object} Reference What a page says of its paper; what it does not say is empty.
 * @property {string} key
 * @property {string} title
 * @property {Name[]} authors
 * @property {string} date 2025-03-14
 * @property {string} abstract
 * @property {string} arxiv
 * @property {string} doi
 * @property {string} url
 * @property {string} note
 */

/** How long a button says what it did, in milliseconds. */
const SAID = 2000;

/**
 * @param {Document} page
 * @param {string} bibtex
 * @returns {Reference | undefined} Nothing where the page does not speak of a paper.
 */
export function readReference(page, bibtex) {
  const scripts = page.querySelectorAll('script[type="application/ld+json"]');
  const said = [...scripts].map((script) => JSON.parse(script.textContent ?? ""));
  const paper = said.find((each) => each["@type"] === "ScholarlyArticle");
  if (!paper) return undefined;
  const meta = (/** @type {string} */ name) =>
    page.querySelector(`meta[name="${name}"]`)?.getAttribute("content") ?? "";
  return {
    key: keyOf(bibtex),
    title: meta("citation_title"),
    authors: (paper.author ?? []).map(nameOf),
    date: paper.datePublished ?? "",
    abstract: meta("citation_abstract"),
    arxiv: meta("citation_arxiv_id"),
    doi: meta("citation_doi"),
    url: paper.url,
    note: paper.description,
  };
}

/**
 * @param {string} bibtex
 * @returns {string} The key of an entry.
 */
function keyOf(bibtex) {
  return bibtex.match(/^@\w+\{([^,\s]+),/)?.[1] ?? "paper";
}

/**
 * @param {{ name: string, familyName?: string }} author
 * @returns {Name}
 */
function nameOf({ name, familyName }) {
  if (!familyName) return { literal: name };
  return { family: familyName, given: name.slice(0, -familyName.length).trim() };
}

/**
 * @param {Reference} reference
 * @returns {object} An item of CSL-JSON.
 */
export function csl({ key, title, authors, date, abstract, arxiv, doi, url, note }) {
  return {
    id: key,
    type: "article",
    title,
    ...(authors.length && { author: authors }),
    ...(date && { issued: { "date-parts": [date.split("-").map(Number)] } }),
    abstract,
    ...(arxiv && { publisher: "arXiv", number: `arXiv:${arxiv}` }),
    ...(doi && { DOI: doi }),
    URL: url,
    note,
  };
}

/**
 * @param {Reference} reference
 * @returns {string} A record of RIS.
 */
export function ris({ key, title, authors, date, abstract, arxiv, doi, url, note }) {
  const lines = [
    ["TY", "UNPB"],
    ["ID", key],
    ["TI", title],
    ...authors.map((each) => ["AU", "literal" in each ? each.literal : `${each.family}, ${each.given}`]),
    ...(date ? [["PY", date.split("-")[0]], ["DA", date.replaceAll("-", "/")]] : []),
    ["AB", abstract],
    ...(arxiv ? [["PB", "arXiv"], ["AN", `arXiv:${arxiv}`]] : []),
    ...(doi ? [["DO", doi]] : []),
    ["UR", url],
    ["N1", note],
    ["ER", ""],
  ];
  return lines.map(([tag, value]) => `${tag}  - ${value}\r\n`).join("");
}

/**
 * Give a page's part on citing its buttons.
 * @param {HTMLElement} box
 */
function addButtons(box) {
  const block = box.querySelector(".db-cite__bibtex");
  if (!block) return;
  const bibtex = block.textContent ?? "";
  const reference = readReference(document, bibtex);
  const bar = make("p", { class: "db-cite__buttons" });
  const status = make("span", { class: "db-unseen", role: "status" });
  bar.append(copyButton("Copy BibTeX", bibtex, status, block));
  const link = box.querySelector("a") ?? undefined;
  if (reference) bar.append(copyButton("Copy permalink", reference.url, status, link));
  for (const [name, type, text] of files(bibtex, reference)) {
    bar.append(saveButton(name, type, text, status));
  }
  bar.append(status);
  block.before(bar);
}

/**
 * @param {string} bibtex
 * @param {Reference | undefined} reference
 * @returns {[name: string, type: string, text: () => string][]} Files that can be saved.
 */
export function files(bibtex, reference) {
  const key = keyOf(bibtex);
  const bib = /** @type {const} */ ([`${key}.bib`, "application/x-bibtex", () => bibtex]);
  if (!reference) return [[...bib]];
  const list = () => `${JSON.stringify([csl(reference)], null, 2)}\n`;
  return [
    [...bib],
    [`${key}.ris`, "application/x-research-info-systems", () => ris(reference)],
    [`${key}.csl.json`, "application/vnd.citationstyles.csl+json", list],
  ];
}

/**
 * @param {string} label
 * @param {string} text
 * @param {Element} status
 * @param {Element} [shown] Where the text stands on the page.
 * @returns {HTMLButtonElement}
 */
function copyButton(label, text, status, shown) {
  return saying(label, status, async () => {
    try {
      await navigator.clipboard.writeText(text);
      return "Copied";
    } catch {
      // Without leave to write, the text is selected instead: one key copies it.
      if (shown) getSelection()?.selectAllChildren(shown);
      return shown ? "Selected" : "Not copied";
    }
  });
}

/**
 * @param {string} name
 * @param {string} type
 * @param {() => string} text Made when asked for.
 * @param {Element} status
 * @returns {HTMLButtonElement}
 */
function saveButton(name, type, text, status) {
  const format = name.endsWith(".bib") ? "BibTeX" : name.endsWith(".ris") ? "RIS" : "CSL-JSON";
  return saying(`Save ${format}`, status, async () => {
    give(name, type, text());
    return "Saved";
  });
}

/**
 * @param {string} label
 * @param {Element} status Where what was done is said, for those who do not see the button.
 * @param {() => Promise<string>} act Returns what was done.
 * @returns {HTMLButtonElement} One that says itself what it did, for a while.
 */
function saying(label, status, act) {
  const press = async () => {
    const done = await act();
    made.textContent = done;
    status.textContent = `${label}: ${done}`;
    setTimeout(() => {
      made.textContent = label;
      status.textContent = "";
    }, SAID);
  };
  const made = button(label, () => void press(), "db-copy");
  return made;
}

// Node, which tests the functions above, has no document.
for (const box of globalThis.document?.querySelectorAll(".db-cite") ?? []) {
  if (box instanceof HTMLElement) addButtons(box);
}
