// The reading list taken along: as BibTeX, as Markdown, as a link, as a backup that comes back.

import { ROOT } from "../search-client.js";
import { button, give, make } from "../search-results.js";
import { count } from "../search-state.js";
import { MOST_SHARED, formatShared, markdownFile } from "./list.js";
import { ask } from "./pages.js";
import { formatPapers, parsePapers } from "./papers.js";
import { store } from "./store.js";

/**
 * @typedef {import("./papers.js").Kept} Kept
 * @typedef {import("./own.js").OwnList} OwnList
 */

/** Characters of a backup that is taken in. */
const LARGEST_BACKUP = 10_000_000;

/**
 * @param {string} slug
 * @returns {string} The address that is promised, wherever this copy of the site is read.
 */
function permalink(slug) {
  const canonical = document.querySelector('link[rel="canonical"]')?.getAttribute("href");
  return new URL(`papers/${slug}/`, canonical ? new URL("../", canonical) : ROOT).href;
}

export class Take {
  /** @param {OwnList} own Of which what is shown is taken. */
  constructor(own) {
    this.own = own;
    this.what = make("p");
    this.progress = make("p", { class: "db-reading__status" });
    this.status = make("p", { class: "db-reading__status", role: "status" });
    this.bibtex = button("Save BibTeX", () => void this.saveBibtex());
    /** What needs a paper. */
    this.buttons = [
      this.bibtex,
      button("Save Markdown", () => this.saveMarkdown()),
      button("Copy a link", () => void this.copyLink()),
      button("Save a backup", () => this.saveBackup()),
    ];
    const restore = button("Restore a backup", () => this.restore());
    this.element = make(
      "section",
      {},
      make("h2", { id: "take" }, "Take it with you"),
      make("p", {}, "BibTeX and Markdown are for other programs. A link carries the papers without your notes, to another browser of yours or to somebody else. A backup carries all, and can be brought back."),
      this.what,
      make("p", { class: "db-reading__buttons" }, ...this.buttons, restore),
      this.progress,
      this.status,
    );
  }

  /** @returns {Kept[]} */
  get papers() {
    return this.own.papers;
  }

  render() {
    const { length } = this.papers;
    this.what.textContent = this.own.isNarrowed
      ? `Only what the search above shows is taken: ${count(length, "paper")}.`
      : `The whole list is taken, in the order shown: ${count(length, "paper")}.`;
    for (const each of [this.what, ...this.buttons]) each.hidden = length === 0;
  }

  /** @param {...(string | Node)} words */
  say(...words) {
    this.status.replaceChildren(...words);
  }

  /** Each paper's BibTeX as its own page has it. */
  async saveBibtex() {
    const titles = new Map(this.papers.map(({ slug, title }) => [slug, title]));
    this.bibtex.disabled = true;
    this.say();
    const answers = await ask([...titles.keys()], (_slug, _answer, done) => {
      this.progress.textContent = `Reading the papers’ pages: ${done} of ${titles.size}.`;
    });
    this.progress.textContent = "";
    this.bibtex.disabled = false;
    const texts = [...answers.values()].map((each) => ("said" in each ? each.said.bibtex : "")).filter(Boolean);
    if (texts.length > 0) give("reading-list.bib", "application/x-bibtex", texts.join("\n"));
    const faults = [...answers].map(([slug, each]) => [titles.get(slug) ?? slug, faultOf(each)]);
    const without = faults.filter(([, fault]) => fault).map(([title, fault]) => make("li", {}, `${title}: ${fault}.`));
    const saved = texts.length > 0 ? `Saved: BibTeX of ${count(texts.length, "paper")}.` : "Nothing was saved.";
    if (without.length > 0) this.say(`${saved} Left out:`, make("ul", {}, ...without));
    else this.say(saved);
  }

  saveMarkdown() {
    give("reading-list.md", "text/markdown", markdownFile(this.papers, permalink));
    this.say(`Saved: ${count(this.papers.length, "paper")} as Markdown.`);
  }

  saveBackup() {
    this.own.save();
    give("reading-list.json", "application/json", formatPapers(this.papers));
    this.say(`Saved: ${count(this.papers.length, "paper")} with notes.`);
  }

  async copyLink() {
    const { length } = this.papers;
    const link = new URL(formatShared(this.papers.map(({ slug }) => slug)), location.href).href;
    const first = length > MOST_SHARED ? ` A link carries no more than ${MOST_SHARED}: these are the first.` : "";
    try {
      await navigator.clipboard.writeText(link);
      this.say(`Copied: a link that carries ${count(Math.min(length, MOST_SHARED), "paper")}.${first}`);
    } catch {
      // Without leave to write, one key copies what is selected.
      const shown = make("input", { class: "db-find__input", readonly: "", "aria-label": "The link", value: link });
      this.say(`Copy the link from here:${first}`, shown);
      shown.select();
    }
  }

  restore() {
    const chooser = make("input", { type: "file", accept: ".json,application/json" });
    chooser.addEventListener("change", async () => {
      const [file] = chooser.files ?? [];
      if (file) this.say(file.size > LARGEST_BACKUP ? "This file is too large to be a backup." : restored(await file.text()));
    });
    chooser.click();
  }
}

/**
 * @param {import("./pages.js").Answer} answer
 * @returns {string} Why a page gave no BibTeX; empty where it did.
 */
function faultOf(answer) {
  if ("said" in answer) return answer.said.bibtex ? "" : "its page has no BibTeX";
  return answer.fault === "missing" ? "the archive has no such page" : "its page could not be reached";
}

/**
 * Adds what a backup holds to the list; nothing on the list is lost.
 *
 * @param {string} text
 * @returns {string} What was done.
 */
function restored(text) {
  const { value, isWhole } = parsePapers(text);
  if (value.length === 0) return isWhole ? "This backup is empty." : "This file is no backup of a reading list.";
  const there = value.filter(({ slug }) => store.papers.has(slug)).length;
  const added = store.add(value);
  const full = value.length - there - added;
  return [
    `${count(added, "paper")} added, ${there} there already.`,
    ...(full > 0 ? [`The list is full: ${count(full, "paper")} left out.`] : []),
    ...(isWhole ? [] : ["Part of the file could not be read."]),
  ].join(" ");
}
