// A page's line to the search worker, which starts with the first question. The only thing here
// that is not pure is the worker.

/** The site's root: this file lies two folders below it. */
export const ROOT = new URL("../../", import.meta.url);

/**
 * @param {string} address As a result has it.
 * @returns {string} The whole URL; below the site's root, whatever the address says.
 */
export function urlOf(address) {
  return new URL(`./${address}`, ROOT).href;
}

/**
 * @typedef {import("./search/finder.js").Request} Request
 * @typedef {import("./search/finder.js").Result} Result
 * @typedef {import("./search/finder.js").FacetCounts} FacetCounts
 *
 * @typedef {{ type: "opened", version: string, documents: number, tags: [string, string][] }} Opened
 * @typedef {object} Results
 * @property {"results"} type
 * @property {number} total
 * @property {number} all
 * @property {number} page
 * @property {number} size
 * @property {Result[]} results
 * @property {string[]} completions
 * @property {{ word: string, instead: string }[]} mended
 * @property {string} instead
 * @property {string[]} common
 *
 * @typedef {{ type: "facets" } & FacetCounts} Facets
 * @typedef {{ type: "error", message: string, part?: "facets" }} Failed
 * @typedef {{ type: "reload", message: string, part?: "facets" }} Reload
 * @typedef {Opened | Results | Facets | Failed | Reload | { type: "superseded" }} Answer
 * @typedef {(answer: Answer) => void} Answered
 */

export class SearchClient {
  constructor() {
    /** @type {Worker | undefined} */
    this.worker = undefined;
    this.asked = 0;
    /** @type {Map<number, Answered>} The newest search, and what else awaits an answer. */
    this.waiting = new Map();
    this.newest = 0;
  }

  /** @param {Answered} answered */
  open(answered) {
    this.post({ type: "open" }, answered);
  }

  /**
   * Answers to searches before this one are passed over.
   *
   * @param {Request & { facets?: boolean }} request
   * @param {Answered} answered Called with the results, then with the facets where wanted.
   */
  search(request, answered) {
    this.waiting.delete(this.newest);
    this.newest = this.post({ type: "search", ...request }, answered);
  }

  /** Passes over what the newest search may still answer. */
  forget() {
    this.waiting.delete(this.newest);
  }

  /**
   * @param {object} message
   * @param {Answered} answered
   * @returns {number}
   */
  post(message, answered) {
    this.asked += 1;
    this.waiting.set(this.asked, answered);
    this.worker ??= this.start();
    this.worker.postMessage({ id: this.asked, ...message });
    return this.asked;
  }

  /** @returns {Worker} */
  start() {
    const worker = new Worker(new URL("./search/worker.js", import.meta.url), { type: "module" });
    worker.addEventListener("message", ({ data }) => this.waiting.get(data.id)?.(data));
    worker.addEventListener("error", () => this.fail());
    return worker;
  }

  /** The worker could not be loaded, or broke: the next question starts another. */
  fail() {
    this.worker?.terminate();
    this.worker = undefined;
    const waiting = [...this.waiting.values()];
    this.waiting.clear();
    waiting.forEach((answered) => answered({ type: "error", message: "the search stopped" }));
  }
}
