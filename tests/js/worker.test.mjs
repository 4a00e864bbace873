import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import test from "node:test";
import { script, site } from "./site.mjs";

const answers = [];
let waiting = () => {};
let listener = () => {};
let isDown = false;
globalThis.addEventListener = (_, heard) => (listener = heard);
globalThis.postMessage = (answer) => {
  answers.push(answer);
  waiting();
};
globalThis.fetch = async (url) => {
  if (isDown) throw new TypeError("offline");
  return new Response(await readFile(url).catch(() => null), { status: 200 });
};
await script("worker.js");

const ask = (message) => void listener({ data: message });

async function heard(count) {
  while (answers.length < count) await new Promise((resolve) => (waiting = resolve));
  return answers.splice(0);
}

test("the worker finds its data by its own address, and answers", async () => {
  assert.ok(site.pathname.length > 1);
  ask({ type: "open", id: 1 });
  const [opened] = await heard(1);
  assert.equal(opened.type, "opened");
  assert.equal(opened.id, 1);
  ask({ type: "search", id: 2, query: "Schrödinger" });
  const [results, facets] = await heard(2);
  assert.deepEqual([results.type, results.id, facets.type, facets.id], ["results", 2, "facets", 2]);
  assert.equal(results.total, 1);
  const [{ title, marks, address }] = results.results;
  assert.deepEqual([title, marks.title, address], ["Schrödinger bridges", [[0, 11]], "papers/40/"]);
});

test("a newer search supersedes one that is not done", async () => {
  ask({ type: "search", id: 3, query: "common" });
  ask({ type: "search", id: 4, query: "rare7" });
  const said = await heard(3);
  assert.deepEqual(
    said.map(({ id, type }) => `${id} ${type}`).sort(),
    ["3 superseded", "4 facets", "4 results"],
  );
});

test("did you mean", async () => {
  ask({ type: "search", id: 5, query: "the bridgse" });
  const [results] = await heard(2);
  assert.equal(results.instead, "the bridges");
});

test("a failure is said, and the same message works later", async () => {
  isDown = true;
  ask({ type: "search", id: 6, query: "rare20" });
  const [failed] = await heard(1);
  assert.equal(failed.type, "error");
  isDown = false;
  ask({ type: "search", id: 7, query: "rare20" });
  const [results] = await heard(2);
  assert.equal(results.results[0].title, "Paper 20 of many");
});
