// What may have been meant by an address that is not there. Run by `node --test`.

import assert from "node:assert/strict";
import { test } from "node:test";

import { firstThere, near, words } from "../../overrides/assets/javascripts/lost.js";

test("what mail clients, sentences and typists add is undone", () => {
  const spoilt = [
    "papers/a-title",
    "papers/a-title.",
    "papers/a-title/.",
    "papers/a-title/)",
    "papers/a-title/%29.",
    "papers/a-title%3E",
    "papers/a-title/%22",
    "papers/a-title%E2%80%9D,",
    "papers/a-title/…",
    "papers/A-Title/",
    "Papers//a-title/",
    "papers/a-title.html",
    "papers/a-title/index.html.",
    "papers/a-title/index.htm",
    "paper/a-title/",
    "a-title",
    "%3Cpapers/a-title/%3E",
  ];
  for (const path of spoilt) assert.ok(near(path).includes("papers/a-title/"), path);
});

test("days and tags are found too, and the address itself is never offered", () => {
  assert.equal(near("days/2025-03-14)")[0], "days/2025-03-14/");
  assert.ok(near("2025-03-14").includes("days/2025-03-14/"));
  assert.equal(near("Tag/Video")[0], "tags/video/");
  assert.deepEqual(near("papers/a-title/"), []);
});

test("an address that could lead elsewhere is never tried", () => {
  for (const path of ["//evil.test/x", "%2F%2Fevil.test", "..%2f..%2fx", "https://evil.test/", "%", "", "<b>", "\\\\evil"]) {
    for (const each of near(path)) assert.match(each, /^[a-z0-9-]+(\/[a-z0-9-]+)*\/$/);
  }
});

test("long and odd addresses take no time", () => {
  for (const path of ["-.".repeat(100000), "/".repeat(200000), "%".repeat(100000), "a".repeat(300000)]) {
    const start = performance.now();
    near(path);
    words(path);
    assert.ok(performance.now() - start < 1000);
  }
});

test("the words of a cut address are looked for, without its hash", () => {
  assert.equal(words("papers/a-long-title-of-wo"), "a long title of wo");
  assert.equal(words("papers/a-long-title-a10d06/"), "a long title");
  assert.equal(words("papers/Attention%20Is%20All.html"), "Attention Is All");
  assert.equal(words("papers/%"), "");
  assert.equal(words("facade"), "facade");
  assert.equal(words(""), "");
});

test("the first address that answers is taken, and no other asked", async () => {
  const asked = [];
  const isThere = async (url) => {
    asked.push(url);
    return url.endsWith("/b/");
  };
  assert.equal(await firstThere(["a/", "b/", "c/"], isThere), "b/");
  assert.equal(asked.length, 2);
  assert.equal(await firstThere([], isThere), undefined);
});
