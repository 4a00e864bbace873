// Words for searching; the twin of generator/search_terms.py. A test holds the two together.

const LONGEST_WORD = 40;

/** @type {Record<string, string>} Letters that Unicode does not take apart. */
const FOLDS = {
  ß: "ss",
  ς: "σ",
  ø: "o",
  ł: "l",
  đ: "d",
  ı: "i",
  æ: "ae",
  œ: "oe",
  ð: "d",
  þ: "th",
  ħ: "h",
  ŧ: "t",
};
const FOLDED = new RegExp(`[${Object.keys(FOLDS).join("")}]`, "g");
const ASCII = /^[\0-\x7f]*$/;
const WORD = /[0-9]+(?:\.[0-9]+)+[\p{L}\p{N}\p{M}]*|[\p{L}\p{N}\p{M}]+/gu;
const IDEOGRAPHS =
  /([\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u{20000}-\u{3ffff}]+)/u;

/**
 * @param {string} text
 * @returns {string} The text without case, accents and compatibility forms.
 */
export function fold(text) {
  if (ASCII.test(text)) return text.toLowerCase();
  return text
    .normalize("NFKC")
    .toLowerCase()
    .normalize("NFD")
    .replace(/[\u0300-\u036f]+/g, "")
    .normalize("NFC")
    .replace(FOLDED, (char) => FOLDS[char]);
}

/**
 * @param {string} text
 * @returns {string[]} Its folded words, in order: runs of letters, digits and their marks; numbers
 * keep their points; ideographs and kana come in pairs.
 */
export function words(text) {
  const found = fold(text).match(WORD) ?? [];
  return found.flatMap(parts).map(cut);
}

/**
 * @param {string} word
 * @returns {string[]}
 */
function parts(word) {
  if (ASCII.test(word)) return [word];
  return word.split(IDEOGRAPHS).flatMap((part, index) => {
    if (index % 2 === 0) return part ? [part] : [];
    const chars = [...part];
    return chars.length === 1 ? chars : chars.slice(1).map((char, at) => chars[at] + char);
  });
}

/**
 * @param {string} word
 * @returns {string}
 */
function cut(word) {
  return word.length > LONGEST_WORD ? [...word].slice(0, LONGEST_WORD).join("") : word;
}

/**
 * Registers the trimmer with Lunr, once.
 *
 * @param {any} lunr
 * @returns {any} The trimmer, for pipelines.
 */
export function trimmer(lunr) {
  const known = lunr.Pipeline.registeredFunctions.daybookTrimmer;
  if (known) return known;
  /** @param {any} token */
  const made = (token) => words(token.toString()).map((word) => token.clone(() => word));
  lunr.Pipeline.registerFunction(made, "daybookTrimmer");
  return made;
}

/**
 * @param {any} lunr
 * @returns {(word: string) => string} What leads from a folded word to its term.
 */
export function stemmer(lunr) {
  return (word) => lunr.stemmer(new lunr.Token(word, {})).toString();
}

const PIECE = /[\p{L}\p{N}\p{M}]+(?:\.[0-9]+)*/gu;

/**
 * @param {string} text As shown.
 * @param {(word: string) => boolean} wanted Whether a folded word was searched for.
 * @returns {[number, number][]} Start and length of each part to highlight, in order, apart.
 */
export function marks(text, wanted) {
  /** @type {[number, number][]} */
  const found = [];
  for (const match of text.matchAll(PIECE)) {
    const at = match.index ?? 0;
    for (const [start, length] of markedParts(match[0], wanted)) {
      const last = found.at(-1);
      if (last && last[0] + last[1] >= at + start) last[1] = at + start + length - last[0];
      else found.push([at + start, length]);
    }
  }
  return found;
}

/**
 * @param {string} piece A run of letters and digits.
 * @param {(word: string) => boolean} wanted
 * @returns {[number, number][]}
 */
function markedParts(piece, wanted) {
  const isWhole = words(piece).some(wanted);
  if (!isWhole || !IDEOGRAPHS.test(piece)) return isWhole ? [[0, piece.length]] : [];
  const chars = [...piece];
  /** @type {[number, number][]} */
  const found = [];
  let at = 0;
  chars.forEach((char, index) => {
    const pair = char + (chars[index + 1] ?? "");
    if (words(pair).some(wanted)) found.push([at, pair.length]);
    at += char.length;
  });
  return found;
}
