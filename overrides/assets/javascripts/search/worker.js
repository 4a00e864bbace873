/**
 * Searches, off the page's own thread. A module worker: `new Worker(url, { type: "module" })`.
 *
 * It finds its data by its own address, three folders up and then `search/`, so the site may lie
 * under any path. It sends an answer to each message, and says of which by `id`.
 *
 * To it:
 * - `{ type: "open", id }`: fetch the manifest, so that the first search is quicker.
 * - `{ type: "search", id, query, typing?, filters?, order?, page?, size?, facets? }`: see `Request`
 *   and `Filters` in finder.js. `typing`: the last word may go on. `order`: `relevance`, or `newest`
 *   where the query is empty; `oldest`. `page` from 1, `size` 10 unless said. `facets`: false where
 *   their counts are of no use.
 *
 * From it:
 * - `{ type: "opened", id, version, documents, tags: [[key, name]] }`
 * - `{ type: "results", id, total, all, page, size, results, completions, mended, instead, common }`:
 *   `total` results, of which the first `all` have all words; see `Result` in finder.js. `mended`:
 *   words that are nowhere, and what was looked for instead; `instead`: the whole query so mended
 *   ("did you mean"), or empty. `common`: words left out, such as "the".
 * - `{ type: "facets", id, tags, years, kinds, code }`, after the results: counts of those that
 *   have all words, or of all where none has; see `FacetCounts` in finder.js.
 * - `{ type: "superseded", id }`: a newer search came before this one was done.
 * - `{ type: "error", id, message }`: something could not be loaded; the same message may be sent
 *   again. For facets, `part: "facets"`: the results stand.
 * - `{ type: "reload", id, message }`: the archive has grown, or the page is of another build; a
 *   reload of the page helps.
 */

import lunr from "./lunr.js";
import { SIZE, count, find, show } from "./finder.js";
import { Missing, Outdated, Slices } from "./slices.js";
import { words } from "./words.js";

const DATA = new URL("../../../search/", import.meta.url);

// Lunr warns through the page's console, which it looks for in vain inside a module.
lunr.utils.warn = () => {};

/** @type {Promise<Slices> | undefined} */
let opened;
let newest = 0;
let searches = 0;

/**
 * @param {string} path
 * @param {boolean} fresh Whether no cache may answer.
 * @returns {Promise<any>}
 */
async function fetchJson(path, fresh) {
  const response = await fetch(new URL(path, DATA), { cache: fresh ? "no-cache" : "default" });
  if (!response.ok) throw new Error(`${response.status} ${response.statusText}`);
  if (!path.endsWith(".bin") || !response.body) return response.json();
  return new Response(response.body.pipeThrough(new DecompressionStream("deflate"))).json();
}

/** @returns {Promise<Slices>} */
function open() {
  opened ??= Slices.open(fetchJson).catch((error) => {
    opened = undefined;
    throw error;
  });
  return opened;
}

/**
 * @param {any} message
 * @param {(answer: object) => void} answer
 */
async function answerSearch(message, answer) {
  searches += 1;
  const mine = searches;
  newest = mine;
  const { query, page = 1, size = SIZE, facets = true } = message;
  const slices = await open();
  if (newest !== mine) return answer({ type: "superseded" });
  const found = await find(lunr, slices, message);
  if (newest !== mine) return answer({ type: "superseded" });
  const results = await show(lunr, slices, found, page, size);
  if (newest !== mine) return answer({ type: "superseded" });
  const { total, all, mended, common, completions } = found;
  const instead = mended.length > 0 ? replaced(query, mended) : "";
  answer({ type: "results", total, all, page, size, results, completions, mended, instead, common });
  if (!facets) return;
  try {
    const counts = await count(slices, found);
    if (newest === mine) answer({ type: "facets", ...counts });
  } catch (error) {
    answer({ ...refusal(error), part: "facets" });
  }
}

/**
 * @param {string} query
 * @param {{ word: string, instead: string }[]} mended
 * @returns {string} The query with its words replaced.
 */
function replaced(query, mended) {
  const instead = new Map(mended.map((each) => [each.word, each.instead]));
  return query.replace(/\S+/g, (piece) => instead.get(words(piece).join(" ")) ?? piece);
}

/**
 * @param {unknown} error
 * @returns {{ type: string, message: string }}
 */
function refusal(error) {
  if (error instanceof Outdated) return { type: "reload", message: error.message };
  return { type: "error", message: error instanceof Error ? error.message : String(error) };
}

addEventListener("message", async ({ data: message }) => {
  /** @param {object} reply */
  const answer = (reply) => postMessage({ id: message.id, ...reply });
  try {
    switch (message.type) {
      case "open": {
        const { version, documents, tags } = (await open()).manifest;
        answer({ type: "opened", version, documents, tags });
        break;
      }
      case "search":
        await answerSearch(message, answer);
        break;
      default:
        throw new TypeError(`no such message: ${message.type}`);
    }
  } catch (error) {
    answer(refusal(error));
    const isExpected = error instanceof Missing || error instanceof Outdated;
    if (!isExpected) throw error;
  }
});
