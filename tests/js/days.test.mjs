// What is pure of keys, views and travel. Run by `node --test`.

import assert from "node:assert/strict";
import { test } from "node:test";

import { goal } from "../../overrides/assets/javascripts/keys.js";
import { isAmple, isPage } from "../../overrides/assets/javascripts/travel.js";
import { narrowed, said, tagIn } from "../../overrides/assets/javascripts/views.js";

test("from the paper at hand one goes to the next, and no further than the ends", () => {
  const tops = [100, 200, 300];
  assert.equal(goal(tops, 0, 1, 48), 1);
  assert.equal(goal(tops, 1, -1, 48), 0);
  assert.equal(goal(tops, 2, 1, 48), 2);
  assert.equal(goal(tops, 0, -1, 48), 0);
});

test("with none at hand one begins where the screen does", () => {
  const tops = [-500, -100, 60, 400];
  assert.equal(goal(tops, -1, 1, 48), 2);
  assert.equal(goal(tops, -1, -1, 48), 1);
  assert.equal(goal([-2, -1], -1, 1, 48), -1);
  assert.equal(goal([-2, -1], -1, -1, 48), 1);
  assert.equal(goal([60], -1, -1, 48), -1);
  assert.equal(goal([], -1, 1, 48), -1);
});

test("only other pages of the site are fetched ahead", () => {
  const here = new URL("https://lists.test/papers/days/2025-03-14/?tag=video#one");
  const isMeant = (/** @type {string} */ to) => isPage(new URL(to, here), here, "/papers/");
  for (const to of ["../2025-03-15/", "../../", "../2025-03-15/#one"]) assert.ok(isMeant(to), to);
  const others = [
    ...["", "#two", "?tag=video", "papers.bib", "../../search/?q=one", "../../../other/"],
    ...["https://elsewhere.test/papers/tags/", "http://lists.test/papers/tags/", "mailto:me@lists.test"],
  ];
  for (const to of others) assert.ok(!isMeant(to), to);
});

test("a reader who saves data, or waits long, is spared", () => {
  assert.ok(isAmple(undefined));
  assert.ok(isAmple({ saveData: false, effectiveType: "4g" }));
  assert.ok(!isAmple({ saveData: true, effectiveType: "4g" }));
  for (const effectiveType of ["slow-2g", "2g", "3g"]) assert.ok(!isAmple({ effectiveType }));
});

test("an address asks for one tag, or for none", () => {
  assert.equal(tagIn("?tag=video"), "video");
  assert.equal(tagIn("?a=1&tag=large-language-models"), "large-language-models");
  for (const odd of ["", "?tag=", "?tag=Video", '?tag="]*', `?tag=${"a".repeat(81)}`, "?tags=video"]) {
    assert.equal(tagIn(odd), "", odd);
  }
  assert.equal(narrowed("", "video"), "?tag=video");
  assert.equal(narrowed("?tag=video", "speech"), "?tag=speech");
  assert.equal(narrowed("?tag=video", ""), "");
  assert.equal(narrowed("?a=1&tag=video", ""), "?a=1");
});

test("what is shown of a day is said", () => {
  assert.equal(said(3, 12, "Video"), "3 of 12 papers: Video");
  assert.equal(said(1, 1, "Video"), "1 of 1 paper: Video");
  assert.equal(said(0, 12, ""), "No paper of this day has this tag.");
});
