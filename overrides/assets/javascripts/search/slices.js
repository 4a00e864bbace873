// What the server has, fetched as it is needed: each slice once, and again where it failed.

import { Reader, readPostings } from "./numbers.js";

export const FORMAT = 2;

/**
 * @typedef {object} Table
 * @property {string[]} first The first term of each slice, ascending.
 * @property {string[]} hash
 *
 * @typedef {object} Manifest
 * @property {number} format
 * @property {string} version
 * @property {number} documents How many there are.
 * @property {number} numbers One more than the last document's number.
 * @property {number} terms
 * @property {number} block Numbers in a block.
 * @property {number} group Numbers in a group of texts.
 * @property {[string, number, number][]} fields Name, boost and sum of the lengths.
 * @property {string[]} kinds
 * @property {[string, string][]} tags Key and name.
 * @property {Table} postings
 * @property {Table} words
 * @property {string[]} blocks
 * @property {string[]} facets
 *
 * @typedef {object} Word
 * @property {string} term
 * @property {string} word How it is spelt.
 * @property {number} count
 *
 * @typedef {object} Facets
 * @property {string} kind
 * @property {boolean} code
 * @property {number[]} tags Places in the manifest.
 * @property {number[]} days Since 0001-01-01, which is 1; ascending.
 *
 * @typedef {object} Shown
 * @property {string} address
 * @property {string} kind
 * @property {string} title
 * @property {string} text
 * @property {number[]} tags Places in the manifest.
 * @property {string[]} days ISO, ascending.
 * @property {boolean} code
 *
 * @typedef {import("./numbers.js").Occurrences} Occurrences
 * @typedef {(path: string, fresh: boolean) => Promise<any>} FetchJson Takes a path in the data
 * folder, `.json`, or `.bin` where it is packed by zlib; rejects where there is none.
 */

/** A page and its worker, or a worker and its data, are not of one build. */
export class Outdated extends Error {}

/** A slice could not be had; asking again may help. */
export class Missing extends Error {
  /**
   * @param {string} path
   * @param {unknown} cause
   */
  constructor(path, cause) {
    super(`${path} could not be loaded`, { cause });
    this.path = path;
  }
}

export class Slices {
  /**
   * @param {Manifest} manifest
   * @param {FetchJson} fetchJson
   */
  constructor(manifest, fetchJson) {
    this.manifest = manifest;
    this.fetchJson = fetchJson;
    /** @type {Map<string, Promise<any>>} */
    this.asked = new Map();
  }

  /**
   * @param {FetchJson} fetchJson
   * @returns {Promise<Slices>}
   */
  static async open(fetchJson) {
    const manifest = await loadManifest(fetchJson);
    if (manifest.format !== FORMAT) {
      throw new Outdated(`expected search data of format ${FORMAT}, found ${manifest.format}`);
    }
    return new Slices(manifest, fetchJson);
  }

  /**
   * @template T
   * @param {string} path
   * @param {(raw: any) => T} read
   * @returns {Promise<T>} What a slice holds; a slice that failed is forgotten.
   */
  get(path, read) {
    const known = this.asked.get(path);
    if (known) return known;
    const asked = this.fetchJson(path, false).then(read, async (cause) => {
      this.asked.delete(path);
      const now = await loadManifest(this.fetchJson);
      if (now.version !== this.manifest.version) throw new Outdated("the archive has grown since");
      throw new Missing(path, cause);
    });
    this.asked.set(path, asked);
    return asked;
  }

  /**
   * @param {string[]} terms
   * @returns {Promise<Map<string, Occurrences[]>>} For each term that the archive has, its
   * postings in each field.
   */
  async postings(terms) {
    const wanted = [...new Set(terms)].sort();
    const { first, hash } = this.manifest.postings;
    const places = new Set(wanted.map((term) => placeOf(first, term)).filter((at) => at >= 0));
    /** @type {Map<string, string[]>[]} */
    const slices = await Promise.all(
      [...places].map((at) => this.get(`postings/${hash[at]}.json`, readRows)),
    );
    /** @type {Map<string, Occurrences[]>} */
    const found = new Map();
    for (const term of wanted) {
      const row = slices.map((slice) => slice.get(term)).find(Boolean);
      if (row) {
        const [, text = "", title = "", tag = ""] = row;
        found.set(term, [title, tag, text].map(readPostings));
      }
    }
    return found;
  }

  /**
   * @param {string} prefix
   * @returns {Promise<Word[]>} The vocabulary from the first to the last slice that has terms with
   * this prefix, in order.
   */
  async words(prefix) {
    const { first, hash } = this.manifest.words;
    const begin = Math.max(placeOf(first, prefix), 0);
    const end = prefix ? placeOf(first, `${prefix}\uffff`) : first.length - 1;
    const wanted = hash.slice(begin, end + 1);
    const slices = await Promise.all(wanted.map((name) => this.get(`words/${name}.json`, readWords)));
    return slices.flat();
  }

  /**
   * @param {number[]} blocks
   * @returns {Promise<Map<number, number[][]>>} By block, for each field the documents' lengths
   * and one; none for a number without document.
   */
  async lengths(blocks) {
    const read = await Promise.all(blocks.map((at) => this.block(at)));
    return new Map(blocks.map((at, index) => [at, read[index].lengths]));
  }

  /**
   * @param {number} at
   * @returns {Promise<{ lengths: number[][], texts: string }>}
   */
  block(at) {
    return this.get(`blocks/${this.manifest.blocks[at]}.json`, (raw) => ({
      lengths: raw.lengths.map(readAll),
      texts: raw.texts,
    }));
  }

  /**
   * @param {number[]} blocks
   * @returns {Promise<Map<number, Facets>>} By document.
   */
  async facets(blocks) {
    const { facets, block, kinds } = this.manifest;
    const read = await Promise.all(
      blocks.map((at) =>
        this.get(`facets/${facets[at]}.json`, (raw) => readFacets(raw, at * block, kinds)),
      ),
    );
    return new Map(read.flat());
  }

  /**
   * @param {number[]} numbers
   * @returns {Promise<Shown[]>} What is shown of these documents.
   */
  async shown(numbers) {
    const { block, group } = this.manifest;
    return Promise.all(
      numbers.map(async (number) => {
        const { texts } = await this.block(Math.floor(number / block));
        const at = Math.floor((number % block) / group);
        const name = `${Math.floor(number / group)}-${texts.slice(at * 4, at * 4 + 4)}`;
        const rows = await this.get(`texts/${name}.bin`, (raw) => raw);
        return readShown(rows[number % group], this.manifest.kinds);
      }),
    );
  }

  /** @returns {number[]} All blocks. */
  get allBlocks() {
    return this.manifest.blocks.map((_, at) => at);
  }
}

/**
 * @param {FetchJson} fetchJson
 * @returns {Promise<Manifest>}
 */
async function loadManifest(fetchJson) {
  try {
    return await fetchJson("index.json", true);
  } catch (cause) {
    throw new Missing("index.json", cause);
  }
}

/**
 * @param {string[]} first Ascending.
 * @param {string} term
 * @returns {number} The last place whose first term is not behind this one, or -1.
 */
export function placeOf(first, term) {
  let low = 0;
  let high = first.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (first[middle] <= term) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/**
 * @param {string[][]} rows
 * @returns {Map<string, string[]>}
 */
function readRows(rows) {
  return new Map(rows.map((row) => [row[0], row]));
}

/**
 * @param {string[]} rows
 * @returns {Word[]}
 */
function readWords(rows) {
  return rows.map((row) => {
    const reader = new Reader(row);
    const count = reader.next();
    const blank = row.indexOf(" ", reader.at);
    if (blank < 0) return { term: row.slice(reader.at), word: row.slice(reader.at), count };
    const term = row.slice(reader.at, blank);
    reader.at = blank + 1;
    const shared = reader.next();
    return { term, word: [...term].slice(0, shared).join("") + row.slice(reader.at), count };
  });
}

/**
 * @param {string} text
 * @returns {number[]}
 */
function readAll(text) {
  const reader = new Reader(text);
  const found = [];
  while (!reader.done) found.push(reader.next());
  return found;
}

/**
 * @param {{ epoch: number, values: string }} raw
 * @param {number} start
 * @param {string[]} kinds
 * @returns {[number, Facets][]}
 */
function readFacets({ epoch, values }, start, kinds) {
  const reader = new Reader(values);
  /** @type {[number, Facets][]} */
  const found = [];
  let number = start - 1;
  while (!reader.done) {
    number += reader.next();
    const signs = reader.next();
    const tags = Array.from({ length: reader.next() }, () => reader.next());
    let day = epoch;
    const days = Array.from({ length: reader.next() }, () => (day += reader.next()));
    found.push([number, { kind: kinds[signs >> 1], code: signs % 2 === 1, tags, days }]);
  }
  return found;
}

/**
 * @param {any[]} row
 * @param {string[]} kinds
 * @returns {Shown}
 */
function readShown([address, kind, title, text, tags, days, code], kinds) {
  return { address, kind: kinds[kind], title, text, tags, days, code: Boolean(code) };
}
