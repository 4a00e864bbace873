import assert from "node:assert/strict";
import test from "node:test";
import { script } from "./site.mjs";

const { default: lunr } = await script("lunr.js");
const { plan, tolerant } = await script("query.js");
const { excerpt, isNear } = await script("finder.js");
const { marks } = await script("words.js");
const { placeOf } = await script("slices.js");
const FIELDS = ["title", "tag", "text"];

test("a query's syntax stays, and what only looks like it is read as words", () => {
  const cases = {
    "title:graph +must -not wild* fuzzy~1 word^2": "title:graph +must -not wild* fuzzy~1 word^2",
    "Mamba: linear-time A* search?": "mamba linear time a search",
    "tag: nothing": "tag nothing",
    "http://example.org": "http example org",
    "- + ~ ^ : \\ -- \"": "",
    "+vision/language": "+vision +language",
    "Schröd* ÉLAN": "schrod* elan",
    "*": "*",
    "grpah~ and 10^6": "grpah~1 and 10^6",
    "a*b": "a b",
    "学习 GPT-3.5": "学习 gpt 3.5",
  };
  for (const [typed, read] of Object.entries(cases)) assert.equal(tolerant(typed, FIELDS), read, typed);
});

test("no text makes the reader of queries fail", () => {
  const signs = ["+", "-", "*", "~", "^", ":", "\\", "/", " ", "a", "title", "é", "学", "9", "\u{1d400}", "\ud800"];
  let seed = 1;
  const next = (most) => (seed = (seed * 48271) % 2147483647) % most;
  for (let round = 0; round < 3000; round += 1) {
    const text = Array.from({ length: next(12) }, () => signs[next(signs.length)]).join("");
    assert.ok(Array.isArray(plan(lunr, text, FIELDS, round % 2 === 0).clauses), text);
  }
});

test("a long text is cut to some words, in time", () => {
  assert.equal(tolerant("word ".repeat(100_000), FIELDS).split(" ").length, 32);
  assert.ok(tolerant("x".repeat(1_000_000), FIELDS).length < 50);
});

test("common words are left out, but not while they are typed", () => {
  const said = plan(lunr, "attention is all you need", FIELDS, false);
  assert.deepEqual(said.clauses.map((each) => each.term), ["attention", "need"]);
  assert.deepEqual(said.common, ["is", "all", "you"]);
  const typed = plan(lunr, "graph the", FIELDS, true);
  assert.equal(typed.completes, "the");
  assert.equal(plan(lunr, "graph th", FIELDS, true).completes, "");
  assert.equal(plan(lunr, "graph ", FIELDS, true).completes, "");
});

test("matches are marked where they stand, whatever their accents", () => {
  const wanted = (word) => ["schrodinger", "学习", "bridg"].includes(word);
  const text = "A Schrödinger-bridg, 深度学习, bridge";
  const found = marks(text, wanted).map(([at, length]) => text.slice(at, at + length));
  assert.deepEqual(found, ["Schrödinger", "bridg", "学习"]);
});

test("an excerpt shows what was found", () => {
  const text = `${"filler ".repeat(80)}needle ${"stuffing ".repeat(80)}`;
  const at = text.indexOf("needle");
  const part = excerpt(text, [[at, 6]]);
  assert.ok(part.includes("needle") && part.startsWith("…") && part.endsWith("…"));
  assert.ok(part.length < 250);
  assert.equal(excerpt("short", []), "short");
});

test("words are near by so many edits", () => {
  assert.ok(isNear("transformer", "transfromer", 1));
  assert.ok(isNear("graph", "grap", 1));
  assert.ok(!isNear("graph", "grp", 1));
  assert.ok(!isNear("cat", "dog", 2));
});

test("a term's slice is found by its first terms", () => {
  assert.equal(placeOf(["b", "d"], "a"), -1);
  assert.equal(placeOf(["b", "d"], "b"), 0);
  assert.equal(placeOf(["b", "d"], "c"), 0);
  assert.equal(placeOf(["b", "d"], "z"), 1);
});
