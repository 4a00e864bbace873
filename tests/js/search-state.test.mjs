// What is searched for, as an address and as a request. Run by `node --test`.

import assert from "node:assert/strict";
import { test } from "node:test";

import {
  NOTHING,
  count,
  firstDay,
  formatState,
  historyStep,
  isAsking,
  lastDay,
  longDay,
  parseState,
  parts,
  requestOf,
  summary,
  yearOf,
} from "../../overrides/assets/javascripts/search-state.js";

const HOW = { typing: true, page: 1, size: 10 };

test("a state written as an address reads as the same state", () => {
  const states = [
    NOTHING,
    { ...NOTHING, query: "reading lists" },
    { ...NOTHING, query: "a&b=c#d?e+f%20 “ü” \u{1f4da} <b>" },
    { query: "x", tags: ["video", "3d-vision"], from: "2024", to: "2025-02", code: true, sort: "newest" },
    { ...NOTHING, from: "2025-03-14", to: "2025-03-14", sort: "oldest" },
  ];
  for (const state of states) assert.deepEqual(parseState(formatState(state)), state);
});

test("an address that asks nothing is empty", () => {
  assert.equal(formatState(NOTHING), "");
  assert.equal(formatState({ ...NOTHING, query: "  " }), "");
});

test("what makes no sense in an address is left out", () => {
  const odd = "?tag=<b>&tag=A&tag=../x&tag=ok&tag=ok&from=soon&to=2025-13&sort=best&code=yes&other=1";
  assert.deepEqual(parseState(odd), { ...NOTHING, tags: ["ok"] });
  assert.deepEqual(parseState("?from=2025-02-30&to=20250101"), NOTHING);
  assert.equal(parseState(`?q=${"x".repeat(10_000)}`).query.length, 500);
  assert.equal(parseState(`?${"tag=a&".repeat(99)}${Array.from({ length: 99 }, (_, at) => `tag=t${at}`).join("&")}`).tags.length, 20);
});

test("a year and a month stand for their first and last days", () => {
  assert.deepEqual([firstDay("2024"), lastDay("2024")], ["2024-01-01", "2024-12-31"]);
  assert.deepEqual([firstDay("2024-02"), lastDay("2024-02")], ["2024-02-01", "2024-02-29"]);
  assert.deepEqual([firstDay("2025-02"), lastDay("2025-02")], ["2025-02-01", "2025-02-28"]);
  assert.deepEqual([firstDay("2025-12"), lastDay("2025-12")], ["2025-12-01", "2025-12-31"]);
  assert.deepEqual([firstDay("2025-03-14"), lastDay("2025-03-14")], ["2025-03-14", "2025-03-14"]);
  for (const no of ["", "25", "2025-00", "2025-02-29", "2025-1", "2025-03-14T00", "0x10"]) {
    assert.deepEqual([firstDay(no), lastDay(no)], ["", ""]);
  }
});

test("a year is one only when both ends name it", () => {
  assert.equal(yearOf({ ...NOTHING, from: "2025", to: "2025" }), "2025");
  assert.equal(yearOf({ ...NOTHING, from: "2024", to: "2025" }), "");
  assert.equal(yearOf({ ...NOTHING, from: "2025-01", to: "2025-01" }), "");
});

test("a search starts by itself from three letters on, and when asked for", () => {
  const asks = (query, typing, more = {}) => isAsking({ ...NOTHING, query, ...more }, typing);
  assert.equal(asks("ab", true), false);
  assert.equal(asks(" ab ", true), false);
  assert.equal(asks("abc", true), true);
  assert.equal(asks("ab", false), true);
  assert.equal(asks("ab", true, { code: true }), true);
  assert.equal(asks("学", true), true);
  assert.equal(asks("\u{1d400}\u{1d401}", true), false);
  assert.equal(asks("", false), false);
  assert.equal(asks("  ", true), false);
  assert.equal(asks("", true, { tags: ["video"] }), true);
  assert.equal(asks("", false, { sort: "newest" }), false);
});

test("a request has whole days, and an order only where there is one", () => {
  const state = { ...NOTHING, query: "x", from: "2024", to: "2025-02", sort: "oldest" };
  assert.deepEqual(requestOf(state, HOW), {
    query: "x",
    ...HOW,
    order: "oldest",
    filters: { tags: [], from: "2024-01-01", to: "2025-02-28", code: false },
  });
  assert.equal("order" in requestOf({ ...NOTHING, query: "x" }, HOW), false);
  assert.equal("order" in requestOf({ ...NOTHING, code: true, sort: "relevance" }, HOW), false);
});

test("a query has one entry in the history, whatever its letters on the way", () => {
  const typed = { search: "?q=re", typing: true };
  const asked = { search: "?q=reading", typing: false };
  assert.equal(historyStep(typed, "?q=rea", true), "replace");
  assert.equal(historyStep(asked, "?q=readings", true), "push");
  assert.equal(historyStep(asked, "?q=reading", true), "replace");
  assert.equal(historyStep(typed, "?q=re&code=1", false), "push");
  assert.equal(historyStep(asked, "?q=reading&code=1", false), "push");
  assert.equal(historyStep(asked, "?q=reading", false), "replace");
});

test("parts put together are the text, and what is marked is marked", () => {
  const text = "One two three";
  const marks = [[0, 3], [8, 5]];
  const found = parts(text, marks);
  assert.equal(found.map((part) => part.text).join(""), text);
  assert.deepEqual(found.filter((part) => part.marked).map((part) => part.text), ["One", "three"]);
  assert.deepEqual(parts("", []), []);
  assert.deepEqual(parts("x", []), [{ text: "x", marked: false }]);
});

test("days and counts are in words", () => {
  assert.equal(longDay("2025-03-01"), "1 March 2025");
  assert.equal(count(1, "result"), "1 result");
  assert.equal(count(0, "result"), "0 results");
  assert.equal(count(12_345, "result"), "12,345 results");
});

test("a sentence says how much was found", () => {
  const state = { ...NOTHING, query: "reading lists" };
  const narrow = { ...state, code: true };
  assert.equal(summary({ total: 0, all: 0 }, state), "Nothing found for “reading lists”.");
  assert.equal(summary({ total: 0, all: 0 }, { ...NOTHING, code: true }), "Nothing found with these filters.");
  assert.equal(summary({ total: 1, all: 1 }, state), "1 result.");
  assert.equal(summary({ total: 3, all: 3 }, narrow), "3 results with these filters.");
  assert.equal(summary({ total: 5, all: 2 }, state), "2 results with all words, 3 with some.");
  assert.equal(summary({ total: 1, all: 0 }, state), "No result has all words; 1 has some.");
});
