// Numbers as text; the twin of generator/search_numbers.py, which says why.

const ALPHABET = Array.from({ length: 95 }, (_, at) => String.fromCharCode(32 + at))
  .filter((char) => char !== '"' && char !== "\\")
  .join("");
const BASE = ALPHABET.length;
const SINGLE = 60;
const DOUBLE = SINGLE + (BASE - 2 - SINGLE) * BASE;
const QUADRUPLE = DOUBLE + BASE ** 3;
const TF_STEPS = 3;

const DIGITS = new Int16Array(128);
for (let at = 0; at < BASE; at += 1) DIGITS[ALPHABET.charCodeAt(at)] = at;

/**
 * A reader of numbers written one behind the other.
 */
export class Reader {
  /** @param {string} text */
  constructor(text) {
    this.text = text;
    this.at = 0;
  }

  /** @returns {boolean} Whether there is nothing left. */
  get done() {
    return this.at >= this.text.length;
  }

  /** @returns {number} The next digit. */
  digit() {
    return DIGITS[this.text.charCodeAt(this.at++)];
  }

  /** @returns {number} The next number. */
  next() {
    const lead = this.digit();
    if (lead < SINGLE) return lead;
    if (lead < BASE - 2) return SINGLE + (lead - SINGLE) * BASE + this.digit();
    const wide = lead === BASE - 1;
    let value = 0;
    for (let left = wide ? 5 : 3; left; left -= 1) value = value * BASE + this.digit();
    return value + (wide ? QUADRUPLE : DOUBLE);
  }
}

/**
 * @typedef {object} Occurrences
 * @property {number[]} numbers The documents that have a term, ascending.
 * @property {number[]} times How often each has it.
 */

/**
 * @param {string} text Postings, encoded.
 * @returns {Occurrences}
 */
export function readPostings(text) {
  const reader = new Reader(text);
  /** @type {Occurrences} */
  const found = { numbers: [], times: [] };
  let number = -1;
  while (!reader.done) {
    const value = reader.next();
    number += Math.floor(value / TF_STEPS) + 1;
    const step = (value % TF_STEPS) + 1;
    found.numbers.push(number);
    found.times.push(step < TF_STEPS ? step : TF_STEPS + reader.next());
  }
  return found;
}
