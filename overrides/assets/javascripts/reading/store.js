// What a reader keeps in this browser: starred papers with notes, and which papers were seen. All
// of it is written here and nowhere else.

import { ROOT } from "../search-client.js";
import { MOST_SEEN, formatPapers, formatSeen, merged, parsePapers, parseSeen, parseStamp } from "./papers.js";

/** Damaged values that are set aside. */
const MOST_ASIDE = 9;
/** Milliseconds after which every tab has read what one of them wrote. */
const SOON = 2000;
/** What a list is written after where none with a stamp was there. */
const NOTHING = "nothing";

/**
 * @typedef {import("./papers.js").Kept} Kept
 * @typedef {"" | "blocked" | "full"} Trouble Why something lasts only as long as the page.
 * @typedef {(papers: Map<string, Kept>) => void} Change Made again, it changes nothing more.
 * @typedef {{ id: string, change: Change, at: number }} Written By the stamp of the list, and when.
 * @typedef {Pick<Storage, "getItem" | "setItem" | "removeItem">} Shelf
 */

/** @param {Written} written @returns {boolean} Whether some tab may not have read that yet. */
const isSoon = ({ at }) => Date.now() - at < SOON;

/** What is kept, the same in all tabs. Says `change` when something did, here or in another tab. */
export class Store extends EventTarget {
  /**
   * @param {() => Shelf} shelf Throws where a browser refuses storage.
   * @param {string} prefix Of the names on the shelf: archives of one host keep theirs apart.
   */
  constructor(shelf, prefix) {
    super();
    this.shelf = shelf;
    this.names = { papers: `${prefix}.reading-list`, seen: `${prefix}.seen` };
    this.isBlocked = false;
    /** @type {Map<string, string>} What could not be written: it lasts as long as the page. */
    this.held = new Map();
    /** @type {Set<string>} Names of damaged values that could not be set aside: they stay. */
    this.frozen = new Set();
    /** @type {Map<string, Kept>} */
    this.papers = new Map();
    /** @type {Written[]} What other tabs may not have read yet. */
    this.recent = [];
    /** @type {Set<string>} */
    this.seen = new Set();
    this.isDimming = false;
    this.read();
  }

  /** @returns {Trouble} */
  get trouble() {
    if (this.isBlocked) return "blocked";
    return this.held.size > 0 ? "full" : "";
  }

  /** Takes over what is on the shelf now. */
  read() {
    const papers = this.value(this.names.papers, parsePapers, formatPapers) ?? [];
    const seen = this.value(this.names.seen, parseSeen, formatSeen);
    this.papers = new Map(papers.map((paper) => [paper.slug, paper]));
    this.seen = new Set(seen?.slugs);
    this.isDimming = seen?.isOn ?? false;
  }

  /** Takes over what is on the shelf now, and says that something may have changed. */
  refresh() {
    this.read();
    this.dispatchEvent(new Event("change"));
  }

  /**
   * Takes over what another tab wrote. Tabs read what others write a moment later, so it may have
   * written without knowing what was changed here: that is changed again.
   *
   * @param {string | null} name None where everything was cleared.
   * @param {string | null} text
   */
  hear(name, text) {
    if (name === this.names.papers) {
      const { after } = parseStamp(text ?? "");
      const known = this.recent.findIndex(({ id }) => id === after);
      // A list without a stamp was removed, or is of a script that knew none.
      const unknown = after ? this.recent.slice(known + 1).filter(isSoon) : [];
      this.recent = [];
      if (unknown.length > 0) this.update((papers) => unknown.forEach(({ change }) => change(papers)));
    }
    this.refresh();
  }

  /**
   * @template T
   * @param {string} name
   * @param {(text: string) => { value: T, isWhole: boolean }} parse
   * @param {(value: T) => string} format
   * @returns {T | undefined} What is kept under a name; what is damaged is set aside first.
   */
  value(name, parse, format) {
    const text = this.get(name);
    if (text === null) return undefined;
    const { value, isWhole } = parse(text);
    if (!isWhole) {
      if (!this.setAside(name, text)) this.frozen.add(name);
      this.set(name, format(value));
    }
    return value;
  }

  /**
   * @param {string} name
   * @returns {string | null}
   */
  get(name) {
    const held = this.held.get(name);
    if (held !== undefined) return held;
    try {
      return this.shelf().getItem(name);
    } catch {
      this.isBlocked = true;
      return null;
    }
  }

  /**
   * @param {string} name
   * @param {string} text
   * @returns {boolean} Whether it is kept beyond this page.
   */
  set(name, text) {
    this.held.set(name, text);
    if (this.frozen.has(name)) return false;
    try {
      this.shelf().setItem(name, text);
      this.held.delete(name);
      this.isBlocked = false;
    } catch (error) {
      // Of these errors only a lack of room has a name that all browsers share.
      this.isBlocked = !(error instanceof Error && error.name === "QuotaExceededError");
    }
    return !this.held.has(name);
  }

  /**
   * @param {string} name
   * @param {string} text
   * @returns {boolean} Whether there was room for it.
   */
  setAside(name, text) {
    const free = this.asideNames(name).find((each) => this.get(each) === null);
    if (free === undefined || this.set(free, text)) return free !== undefined;
    this.held.delete(free);
    return false;
  }

  /**
   * @param {string} name
   * @returns {string[]}
   */
  asideNames(name) {
    return Array.from({ length: MOST_ASIDE }, (_, at) => `${name}.damaged-${at + 1}`);
  }

  /** @returns {{ name: string, text: string }[]} Values that could not be read. */
  get aside() {
    const names = Object.values(this.names).flatMap((name) => this.asideNames(name));
    return names.flatMap((name) => {
      const text = this.get(name);
      return text === null ? [] : [{ name, text }];
    });
  }

  /** Throws away what could not be read. */
  discardAside() {
    for (const { name } of this.aside) this.shelf().removeItem(name);
    this.refresh();
  }

  /**
   * @param {Change} change
   * @returns {boolean} Whether it is kept beyond this page.
   */
  update(change) {
    // Another tab may have written since.
    this.read();
    const before = formatPapers([...this.papers.values()]);
    change(this.papers);
    const papers = [...this.papers.values()];
    if (formatPapers(papers) === before && !this.held.has(this.names.papers)) return true;
    const id = crypto.getRandomValues(new Uint32Array(2)).join("-");
    const after = parseStamp(this.get(this.names.papers) ?? "").id || NOTHING;
    this.recent = [...this.recent.filter(isSoon), { id, change, at: Date.now() }];
    const isKept = this.set(this.names.papers, formatPapers(papers, { id, after }));
    this.dispatchEvent(new Event("change"));
    return isKept;
  }

  /**
   * Stars a paper; one that is starred stays as it is.
   *
   * @param {Kept} paper
   * @returns {boolean} Whether there was room on the list.
   */
  star(paper) {
    this.add([paper]);
    return this.papers.has(paper.slug);
  }

  /** @param {string} slug */
  unstar(slug) {
    this.update((papers) => papers.delete(slug));
  }

  /**
   * @param {Kept[]} theirs
   * @returns {number} How many of them are new on the list.
   */
  add(theirs) {
    let before = 0;
    this.update((papers) => {
      before = papers.size;
      const all = merged([...papers.values()], theirs);
      all.forEach((paper) => papers.set(paper.slug, paper));
    });
    return this.papers.size - before;
  }

  /**
   * @param {string} slug
   * @param {string} note
   * @returns {boolean} Whether it is kept beyond this page.
   */
  annotate(slug, note) {
    return this.update((papers) => {
      const paper = papers.get(slug);
      if (paper) papers.set(slug, { ...paper, note });
    });
  }

  /**
   * Takes over what papers' pages say of them. Whoever has another address now moves there, with
   * its note.
   *
   * @param {Map<string, Pick<Kept, "slug" | "title" | "day" | "tags">>} said By the slug that is
   * on the list.
   */
  learn(said) {
    this.update((papers) => {
      const learned = [...papers.values()].map((paper) => ({ ...paper, ...said.get(paper.slug) }));
      papers.clear();
      merged(learned, []).forEach((paper) => papers.set(paper.slug, paper));
    });
  }

  /** @param {boolean} isOn Whether what is seen is remembered from now on, and dimmed. */
  setDimming(isOn) {
    this.setSeen(isOn, () => {});
  }

  /**
   * Remembers that a paper was seen, if a reader asked for that.
   *
   * @param {string} slug
   */
  see(slug) {
    this.read();
    if (!this.isDimming) return;
    this.setSeen(true, (seen) => {
      seen.delete(slug);
      seen.add(slug);
    });
  }

  /** Forgets what was seen. */
  forget() {
    this.read();
    this.setSeen(this.isDimming, (seen) => seen.clear());
  }

  /**
   * @param {boolean} isOn
   * @param {(seen: Set<string>) => void} change
   */
  setSeen(isOn, change) {
    this.read();
    change(this.seen);
    this.isDimming = isOn;
    this.set(this.names.seen, formatSeen({ isOn, slugs: [...this.seen].slice(-MOST_SEEN) }));
    this.dispatchEvent(new Event("change"));
  }
}

/** The one that pages share. */
export const store = new Store(() => localStorage, ROOT.pathname);

globalThis.window?.addEventListener("storage", ({ key, newValue }) => {
  if (key === null || key.startsWith(ROOT.pathname)) store.hear(key, newValue);
});
// A page that Back brings again may be older than the list.
globalThis.window?.addEventListener("pageshow", ({ persisted }) => persisted && store.refresh());
