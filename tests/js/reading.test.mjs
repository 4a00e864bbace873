// The reading list without a page: what is read, written, brought together and given away.

import assert from "node:assert/strict";
import { test } from "node:test";

import {
  MOST_SHARED,
  formatShared,
  markdownFile,
  matching,
  ordered,
  parseShared,
} from "../../overrides/assets/javascripts/reading/list.js";
import {
  MOST,
  MOST_SEEN,
  formatPapers,
  formatSeen,
  inWords,
  isSlug,
  merged,
  parsePapers,
  parseSeen,
  slugOf,
} from "../../overrides/assets/javascripts/reading/papers.js";
import { Store } from "../../overrides/assets/javascripts/reading/store.js";
import { ROOT } from "../../overrides/assets/javascripts/search-client.js";

const NAME = "/x/.reading-list";
const SEEN = "/x/.seen";

const paper = (slug, more = {}) => ({
  slug,
  title: `Of ${slug}`,
  day: "2025-03-14",
  tags: [["light", "Light"]],
  starred: "2025-03-20T10:00:00.000Z",
  note: "",
  ...more,
});
const many = (number) => Array.from({ length: number }, (_, at) => paper(`paper-${at + 1}`));

/** Storage with so much room, in characters; shared by the stores of several tabs. */
function shelf(room = Infinity) {
  const kept = new Map();
  return {
    kept,
    getItem: (name) => kept.get(name) ?? null,
    removeItem: (name) => kept.delete(name),
    setItem(name, text) {
      const others = [...kept].filter(([each]) => each !== name).reduce((sum, [, each]) => sum + each.length, 0);
      if (others + text.length > room) throw new DOMException("no room", "QuotaExceededError");
      kept.set(name, text);
    },
  };
}
const storeOn = (place) => new Store(() => place, "/x/");
const slugs = (store) => [...store.papers.keys()];

test("what was written is read again", () => {
  const papers = [paper("one", { note: "line\nline \u2028 \"'<b>" }), paper("two", { day: "", tags: undefined })];
  const { value, isWhole } = parsePapers(formatPapers(papers));
  assert.ok(isWhole);
  assert.deepEqual(value.map((each) => ({ tags: undefined, ...each })), papers);
  const seen = { isOn: true, slugs: ["one", "two"] };
  assert.deepEqual(parseSeen(formatSeen(seen)), { value: seen, isWhole: true });
});

test("a slug is what the archive gives to papers, and nothing else", () => {
  for (const slug of ["a-title", "2d-gaussians", "paper-1a2b3c", "2048-again"]) assert.ok(isSlug(slug), slug);
  const none = ["", "a", "latest", "2025-03", "2025", "A-Title", "a--b", "-a", "a-", "../x", "a/b", "a.b", "ä", "<b>", "x".repeat(146)];
  for (const slug of none) assert.ok(!isSlug(slug), slug);
  assert.equal(slugOf(`${ROOT.href}papers/a-title/`), "a-title");
  for (const url of ["papers/", "papers/2025-03/", "papers/a-title", "papers/a-title/#x", "days/a-title/"]) {
    assert.equal(slugOf(ROOT.href + url), "", url);
  }
  assert.equal(slugOf("https://evil.test/papers/a-title/"), "");
  assert.equal(inWords("a-title-of-words-1a2b3c"), "a title of words");
  assert.equal(inWords("facade"), "facade");
});

test("of a damaged value the good part is read", () => {
  for (const text of ["", "{", "null", "[]", "7", '{"version":1}', '{"version":1,"papers":{}}']) {
    assert.deepEqual(parsePapers(text), { value: [], isWhole: false }, text);
    assert.deepEqual(parseSeen(text).isWhole, false, text);
  }
  const mixed = JSON.stringify({ version: 1, papers: [paper("one"), null, { slug: "../x" }, { slug: "two", day: "2025-02-30", starred: "?", tags: [7, ["<", "x"]] }] });
  const { value, isWhole } = parsePapers(mixed);
  assert.ok(!isWhole);
  assert.deepEqual(value, [paper("one"), { slug: "two", title: "two", day: "", tags: [], starred: "", note: "" }]);
  // A list of a later version is read as far as it goes, and kept aside.
  const later = parsePapers(JSON.stringify({ version: 2, papers: [paper("one")] }));
  assert.deepEqual(later, { value: [paper("one")], isWhole: false });
});

test("lists come together: nothing is lost, nothing is there twice", () => {
  const mine = [paper("one", { note: "mine" }), paper("two", { day: "" })];
  const theirs = [paper("one", { note: "theirs", title: "Other" }), paper("two", { day: "2024-01-01" }), paper("three")];
  const both = merged(mine, theirs);
  assert.deepEqual(both.map((each) => each.slug), ["one", "two", "three"]);
  assert.equal(both[0].note, "mine\n\ntheirs");
  assert.equal(both[0].title, "Of one");
  assert.equal(both[1].day, "2024-01-01");
  assert.deepEqual(merged(both, theirs), both);
  assert.equal(merged(many(MOST), [paper("more")]).length, MOST);
});

test("stars are the same in two tabs, and notes stay", () => {
  const place = shelf();
  const [here, there] = [storeOn(place), storeOn(place)];
  let changes = 0;
  there.addEventListener("change", () => (changes += 1));
  assert.ok(here.star(paper("one")));
  // The other tab has not heard of it yet: what it writes must not undo it.
  assert.ok(there.star(paper("two")));
  here.refresh();
  assert.deepEqual(slugs(here), ["one", "two"]);
  assert.ok(here.annotate("one", "read it"));
  there.unstar("two");
  assert.equal(there.papers.get("one").note, "read it");
  assert.ok(here.annotate("two", "gone meanwhile"));
  assert.deepEqual(slugs(storeOn(place)), ["one"]);
  assert.equal(changes, 2);
  assert.equal(here.trouble, "");
});

/** Tabs that read what others write when they are told, as in a browser with many processes. */
function slowTabs(number) {
  const places = Array.from({ length: number }, () => shelf());
  const written = places.map((place) => {
    const texts = [];
    const { setItem } = place;
    place.setItem = (name, text) => {
      texts.push(text);
      setItem(name, text);
    };
    return texts;
  });
  const tabs = places.map(storeOn);
  /** Tells the other tabs what one has written. */
  const tell = (from) => {
    for (const text of written[from].splice(0)) {
      tabs.forEach((tab, at) => {
        if (at === from) return;
        places[at].kept.set(tab.names.papers, text);
        tab.hear(tab.names.papers, text);
      });
    }
  };
  return { tabs, tell };
}

test("what a tab writes that has not read another's yet undoes nothing", () => {
  const { tabs: [here, there], tell } = slowTabs(2);
  here.add([paper("one"), paper("two")]);
  tell(0);
  here.annotate("one", "mine");
  there.unstar("two");
  there.star(paper("three"));
  // The browser keeps what comes last: what was written there.
  tell(1);
  tell(0);
  for (const store of [here, there]) {
    assert.deepEqual(slugs(store).sort(), ["one", "three"]);
    assert.equal(store.papers.get("one").note, "mine");
  }
});

test("what another tab changes knowingly stays changed", () => {
  const { tabs: [here, there, third], tell } = slowTabs(3);
  here.add([paper("one", { note: "mine" }), paper("two")]);
  tell(0);
  there.annotate("one", "");
  tell(1);
  third.unstar("two");
  tell(2);
  for (const store of [here, there, third]) {
    assert.deepEqual(slugs(store), ["one"]);
    assert.equal(store.papers.get("one").note, "");
  }
});

test("a full list takes no more, and says so", () => {
  const store = storeOn(shelf());
  assert.equal(store.add(many(MOST + 5)), MOST);
  assert.ok(!store.star(paper("more")));
  assert.ok(store.star(paper("paper-1")));
  assert.equal(store.papers.size, MOST);
});

test("who moved takes its note along", () => {
  const store = storeOn(shelf());
  store.add([paper("old", { note: "mine" }), paper("new", { note: "too" }), paper("other")]);
  store.learn(new Map([["old", { slug: "new", title: "New", day: "2025-01-01", tags: [] }]]));
  assert.deepEqual(slugs(store), ["new", "other"]);
  assert.equal(store.papers.get("new").note, "mine\n\ntoo");
  assert.equal(store.papers.get("new").title, "New");
});

test("without storage a list lasts as long as the page", () => {
  const store = new Store(() => {
    throw new DOMException("no", "SecurityError");
  }, "/x/");
  assert.equal(store.trouble, "blocked");
  assert.ok(store.star(paper("one")));
  assert.equal(store.annotate("one", "here"), false);
  store.setDimming(true);
  store.see("one");
  store.refresh();
  assert.equal(store.papers.get("one").note, "here");
  assert.ok(store.seen.has("one"));
  assert.equal(store.trouble, "blocked");
  store.discardAside();
  assert.equal(new Store(() => null, "/x/").trouble, "blocked");
});

test("without room what was kept stays, and what is new lasts as long as the page", () => {
  const place = shelf(600);
  const store = storeOn(place);
  store.star(paper("one"));
  const before = place.kept.get(NAME);
  assert.equal(store.annotate("one", "x".repeat(1000)), false);
  assert.equal(store.trouble, "full");
  assert.equal(place.kept.get(NAME), before);
  assert.equal(store.papers.get("one").note.length, 1000);
  assert.ok(store.annotate("one", "short"));
  assert.equal(store.trouble, "");
  assert.equal(storeOn(place).papers.get("one").note, "short");
});

test("a damaged value is set aside, not lost", () => {
  const place = shelf();
  const damaged = `${formatPapers([paper("one")]).slice(0, -2)},{"slug":7}]}`;
  place.setItem(NAME, damaged);
  place.setItem(SEEN, "{oh");
  const store = storeOn(place);
  assert.deepEqual(slugs(store), ["one"]);
  assert.deepEqual(store.aside.map((each) => each.text), [damaged, "{oh"]);
  assert.deepEqual(slugs(storeOn(place)), ["one"]);
  assert.equal(store.aside.length, 2);
  store.discardAside();
  assert.deepEqual(store.aside, []);
  assert.deepEqual(slugs(storeOn(place)), ["one"]);
});

test("a damaged value that cannot be set aside is never written over", () => {
  const damaged = `{oh${" ".repeat(500)}`;
  const place = shelf(700);
  place.setItem(NAME, damaged);
  const store = storeOn(place);
  assert.equal(store.trouble, "full");
  store.star(paper("one"));
  assert.deepEqual(slugs(store), ["one"]);
  assert.equal(place.kept.get(NAME), damaged);
  assert.equal(place.kept.size, 1);
});

test("nothing is remembered as seen before it is asked for, and no more than the newest", () => {
  const place = shelf();
  const store = storeOn(place);
  store.see("one");
  assert.equal(place.kept.size, 0);
  store.setDimming(true);
  for (let at = 0; at < 3; at += 1) store.see(`paper-${at}`);
  store.see("paper-0");
  assert.deepEqual(parseSeen(place.kept.get(SEEN)).value.slugs, ["paper-1", "paper-2", "paper-0"]);
  store.setDimming(false);
  store.see("paper-3");
  assert.equal(store.seen.size, 3);
  store.forget();
  assert.deepEqual(parseSeen(place.kept.get(SEEN)).value, { isOn: false, slugs: [] });
  const lots = Array.from({ length: MOST_SEEN + 1 }, (_, at) => `paper-${at}`);
  assert.equal(parseSeen(formatSeen({ isOn: true, slugs: lots })).value.slugs[0], "paper-1");
});

test("a link carries a list, and only what can be one is read", () => {
  const list = ["a-title", "2d-gaussians", "paper-1a2b3c"];
  assert.deepEqual(parseShared(formatShared(list)), list);
  assert.deepEqual(parseShared("#papers=a-title.a-title...%3Cb%3E.javascript:x.latest.two-words"), ["a-title", "two-words"]);
  assert.deepEqual(parseShared("#papers="), []);
  assert.equal(parseShared("#__main"), undefined);
  assert.equal(parseShared(""), undefined);
  const lots = Array.from({ length: 1000 }, (_, at) => `paper-${at}`);
  assert.equal(parseShared(`#papers=${lots.join(".")}`).length, MOST_SHARED);
  assert.equal(parseShared(formatShared(lots)).length, MOST_SHARED);
  assert.equal(encodeURI(formatShared(list)), formatShared(list));
});

test("long and odd addresses and files take no time", () => {
  const start = performance.now();
  for (const text of ["a-".repeat(200000), ".".repeat(400000), "a".repeat(400000), "1-".repeat(100000)]) {
    parseShared(`#papers=${text}`);
    isSlug(text);
    inWords(text);
    parsePapers(JSON.stringify({ version: 1, papers: [{ slug: "one", note: text, title: text }] }));
    markdownFile([paper("one", { note: text.slice(0, 5000), title: text })], String);
    matching([paper("one", { note: text })], text.slice(0, 500));
  }
  assert.ok(performance.now() - start < 2000);
});

test("the list has an order and can be searched", () => {
  const papers = [
    paper("one", { title: "Zeta", starred: "2025-01-01T00:00:00.000Z", day: "2025-01-02" }),
    paper("two", { title: "Électricité", starred: "2025-02-01T00:00:00.000Z", day: "" }),
    paper("three", { title: "alpha", starred: "", note: "Read with care", tags: [["video", "Video"]] }),
  ];
  const names = (found) => found.map((each) => each.slug);
  assert.deepEqual(names(ordered(papers, "starred")), ["two", "one", "three"]);
  assert.deepEqual(names(ordered(papers, "title")), ["three", "two", "one"]);
  assert.deepEqual(names(ordered(papers, "day")), ["three", "one", "two"]);
  assert.deepEqual(names(matching(papers, "electri")), ["two"]);
  assert.deepEqual(names(matching(papers, " care  VIDEO ")), ["three"]);
  assert.deepEqual(names(matching(papers, "care light")), []);
  assert.equal(matching(papers, " ").length, 3);
});

test("as Markdown a list means what it says", () => {
  const odd = paper("one", { title: "[x](javascript:y) *a* <b>\n# c", note: "1. one\n\n- two" });
  const text = markdownFile([odd, paper("two", { day: "" })], (slug) => `https://lists.test/papers/${slug}/`);
  assert.equal(
    text,
    "# Reading list\n\n" +
      "- [\\[x\\](javascript:y) \\*a\\* \\<b\\> # c](https://lists.test/papers/one/), listed on 14 March 2025\n" +
      "\n    1\\. one\n\n    \\- two\n\n" +
      "- [Of two](https://lists.test/papers/two/)\n",
  );
});
