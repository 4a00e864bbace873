// What a reader typed, as clauses for Lunr: Lunr's syntax where it is meant, words where it is not.

import { parse } from "./engine.js";
import { fold, words } from "./words.js";

/** Letters from which on a word is completed. */
export const SHORTEST_PREFIX = 3;
const MOST_EDITS = 2;
/** Words of a query that count: each costs a slice. */
const MOST_WORDS = 32;

/**
 * @typedef {import("./engine.js").Clause} Clause
 *
 * @typedef {object} Plan
 * @property {Clause[]} clauses A word each, or a pattern.
 * @property {string} completes The beginning of a word that is still being typed, or nothing; it
 * is the last clause's.
 * @property {string[]} common Words left out, since they stand nearly everywhere.
 */

/**
 * @param {string} text
 * @param {string[]} fields
 * @returns {string} The text in Lunr's syntax, as a reader meant it: words cut as in the index;
 * colons, stars and signs that mean nothing left out.
 */
export function tolerant(text, fields) {
  const pieces = text.split(/\s+/u).flatMap((piece) => readPiece(piece, fields));
  return pieces.slice(0, MOST_WORDS).join(" ");
}

const PIECE = /^([+-]?)(?:([a-z]+):(?=.))?(.*?)((?:~[0-9]{0,3}|\^[0-9]{1,3})*)$/su;

/**
 * @param {string} piece Without blanks.
 * @param {string[]} fields
 * @returns {string[]} Its words, each with the piece's sign, field and modifiers.
 */
function readPiece(piece, fields) {
  const [, sign = "", name = "", rest = "", modifiers = ""] = PIECE.exec(piece) ?? [];
  const isField = fields.includes(name);
  const term = isField || !name ? rest : `${name} ${rest}`;
  const before = sign + (isField ? `${name}:` : "");
  const parts = term.split("-").flatMap((part) => (isPattern(part) ? pattern(part) : words(part)));
  const edits = modifiers.replace(/~(?![0-9])/g, "~1");
  return parts.map((part) => before + part + edits);
}

/**
 * @param {string} part
 * @returns {boolean} Whether a star in it is meant as one: it stands alone, or with enough letters.
 */
function isPattern(part) {
  if (!part.includes("*")) return false;
  return part === "*" || pattern(part).replaceAll("*", "").length >= SHORTEST_PREFIX;
}

/**
 * @param {string} part
 * @returns {string} Folded, with nothing but letters, digits and stars; stars in a row are one.
 */
function pattern(part) {
  return fold(part).replace(/[^\p{L}\p{N}\p{M}*]+/gu, "").replace(/\*+/g, "*");
}

/**
 * @param {any} lunr
 * @param {string} text
 * @param {string[]} fields
 * @param {boolean} typing Whether the last word may go on.
 * @returns {Plan}
 */
export function plan(lunr, text, fields, typing) {
  const query = tolerant(text, fields);
  const clauses = query ? parse(lunr, query, fields) : [];
  const common = clauses.filter((each) => isCommon(lunr, each));
  const kept = clauses.filter((each) => !common.includes(each)).map(bounded);
  const last = clauses.at(-1);
  const open = typing && last !== undefined && /[\p{L}\p{N}\p{M}]$/u.test(text);
  const word = open && last.usePipeline && last.editDistance === undefined ? last.term : "";
  const completes = [...word].length >= SHORTEST_PREFIX ? word : "";
  if (completes && last && !kept.includes(last)) kept.push(last);
  return {
    clauses: kept,
    completes,
    common: common.filter((each) => !kept.includes(each)).map((each) => each.term),
  };
}

/**
 * @param {any} lunr
 * @param {Clause} clause
 * @returns {boolean} Whether it is one of the words that Lunr leaves out of the index.
 */
function isCommon(lunr, { term, usePipeline }) {
  return usePipeline && lunr.stopWordFilter(new lunr.Token(term, {})) === undefined;
}

/**
 * @param {Clause} clause
 * @returns {Clause} With no more edits than Lunr can bear.
 */
function bounded(clause) {
  const { editDistance } = clause;
  return editDistance === undefined ? clause : { ...clause, editDistance: Math.min(editDistance, MOST_EDITS) };
}
