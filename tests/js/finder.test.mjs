import assert from "node:assert/strict";
import test from "node:test";
import { readJson, script, watched } from "./site.mjs";

const { default: lunr } = await script("lunr.js");
const { count, find, show } = await script("finder.js");
const { Missing, Outdated, Slices } = await script("slices.js");

const slices = await Slices.open(watched().fetchJson);
const titles = async (request) => {
  const found = await find(lunr, slices, request);
  const results = await show(lunr, slices, found, request.page ?? 1, request.size ?? 10);
  return results.map((each) => each.title);
};

test("what is not ASCII is found", async () => {
  assert.equal((await titles({ query: "Schrödinger" }))[0], "Schrödinger bridges");
  assert.equal((await titles({ query: "schrodinger" }))[0], "Schrödinger bridges");
  assert.equal((await titles({ query: "Électricité" }))[0], "Électricité for robots");
  assert.equal((await titles({ query: "学习" }))[0], "深度学习 notes");
  assert.equal((await titles({ query: "β" }))[0], "A $\\beta$ story".replace("$\\beta$", "β"));
  assert.equal((await titles({ query: "beta story" }))[0], "A β story");
});

test("results with all words come first, then those with any", async () => {
  const found = await find(lunr, slices, { query: "common rare7", size: 40 });
  const results = await show(lunr, slices, found, 1, 40);
  assert.equal(found.all, 1);
  assert.equal(results[0].title, "Paper 7 of many");
  assert.ok(results[0].all && !results[1].all);
  assert.equal(found.total, 40);
});

test("a page is asked for and comes alone, without doubles", async () => {
  const pages = [];
  for (const page of [1, 2, 3, 4, 5]) pages.push(await titles({ query: "common", page, size: 10 }));
  assert.deepEqual(pages.map((each) => each.length), [10, 10, 10, 10, 0]);
  assert.equal(new Set(pages.flat()).size, 40);
});

test("required, refused, fielded and boosted words", async () => {
  assert.deepEqual(await titles({ query: "common -common" }), []);
  assert.deepEqual(await titles({ query: "+rare7 common" }), ["Paper 7 of many"]);
  assert.deepEqual(await titles({ query: "title:rare7" }), []);
  assert.ok((await titles({ query: "tag:vision", size: 50 })).length > 0);
  const without = await find(lunr, slices, { query: "-common", size: 50 });
  assert.equal(without.total, slices.manifest.documents - 40);
});

test("facets filter, count and order", async () => {
  const found = await find(lunr, slices, { query: "common", filters: { code: true }, size: 50 });
  assert.equal(found.total, 20);
  const counts = await count(slices, found);
  assert.equal(counts.code, 20);
  assert.deepEqual(counts.kinds, [{ key: "paper", count: 20 }]);
  const year = await find(lunr, slices, { query: "common", filters: { years: ["2024"] }, size: 50 });
  const from = await find(lunr, slices, { query: "common", filters: { from: "2025-01-01" }, size: 50 });
  assert.equal(year.total + from.total, 40);
  const tagged = await find(lunr, slices, { query: "common", filters: { tags: ["vision"] } });
  assert.equal(tagged.total, 20);
  assert.equal((await find(lunr, slices, { query: "common", filters: { tags: ["none"] } })).total, 0);
  const newest = await find(lunr, slices, { query: "common", order: "newest" });
  const oldest = await find(lunr, slices, { query: "common", order: "oldest" });
  assert.equal((await show(lunr, slices, newest, 1, 1))[0].days.at(-1), "2025-02-09");
  assert.equal((await show(lunr, slices, oldest, 1, 1))[0].days[0], "2024-12-31");
});

test("nothing typed, or a star, is everything, the newest first", async () => {
  for (const query of ["", "*"]) {
    const found = await find(lunr, slices, { query });
    assert.equal(found.total, slices.manifest.documents);
  }
  const common = await find(lunr, slices, { query: "the" });
  assert.equal(common.total, 0);
  assert.deepEqual(common.common, ["the"]);
});

test("a word is completed while it is typed, from three letters on", async () => {
  const found = await find(lunr, slices, { query: "Electr", typing: true });
  assert.deepEqual(found.completions, ["electricite"]);
  assert.equal(found.total, 1);
  assert.equal((await find(lunr, slices, { query: "El", typing: true })).total, 0);
  assert.equal((await find(lunr, slices, { query: "Electr" })).completions.length, 0);
});

test("a word that is nowhere is mended, one that is somewhere is not", async () => {
  const found = await find(lunr, slices, { query: "bridgse" });
  assert.deepEqual(found.mended, [{ word: "bridgse", instead: "bridges" }]);
  assert.equal(found.total, 1);
  assert.deepEqual((await find(lunr, slices, { query: "bridge" })).mended, []);
  assert.equal((await find(lunr, slices, { query: "zzzzzzzz" })).total, 0);
});

test("each slice is fetched once, also by questions at the same time", async () => {
  const { asked, fetchJson } = watched();
  const fresh = await Slices.open(fetchJson);
  await Promise.all(["common", "common rare7", "rare7"].map((query) => find(lunr, fresh, { query })));
  assert.equal(new Set(asked).size, asked.length);
});

test("a slice that failed says so, and is asked for again", async () => {
  let isDown = true;
  const fetchJson = (path) => {
    if (isDown && path.startsWith("postings/")) return Promise.reject(new Error("offline"));
    return readJson(path);
  };
  const fresh = await Slices.open(fetchJson);
  await assert.rejects(find(lunr, fresh, { query: "common" }), Missing);
  isDown = false;
  assert.equal((await find(lunr, fresh, { query: "common" })).total, 40);
});

test("another build's data asks for a reload", async () => {
  const manifest = await readJson("index.json");
  await assert.rejects(
    Slices.open(async () => ({ ...manifest, format: -1 })),
    Outdated,
  );
  let version = manifest.version;
  const grown = await Slices.open((path) =>
    path === "index.json" ? Promise.resolve({ ...manifest, version }) : Promise.reject(new Error("404")),
  );
  version = "newer";
  await assert.rejects(find(lunr, grown, { query: "common" }), Outdated);
});
