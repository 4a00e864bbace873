"""Feeds: valid by their formats' rules, walked to the last paper, named for good."""

import datetime as dt
import json
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

import feedparser
import jsonschema
import pytest
from conftest import Daybook
from hostile import FILLER, PAYLOADS, Entry, dump, folded
from lists import SETTINGS, dump_of, list_of, promised, raw_dump, record_of

from generator import authority, feeds, urls
from generator.build import Archive, RawDump, read
from generator.config import Settings
from generator.feed_links import head_links
from generator.files import ENGINE, read_record
from generator.keys import Keys
from generator.model import Metadata
from generator.pages import environment
from generator.pieces import Pieces
from generator.start import start_archive

GRAMMAR = Path(__file__).parent / "data" / "atom.rnc"
JING = shutil.which("jing")
needs_jing = pytest.mark.skipif(JING is None, reason="jing is not installed")

NAMED = replace(SETTINGS, authority="lists.test,2026-11-21")
ATOM = "{http://www.w3.org/2005/Atom}"
HISTORY = "{http://purl.org/syndication/history/1.0}"
NUMBER_OF = {
    "feed": {
        **dict.fromkeys(("id", "title", "updated", "generator"), (1, 1)),
        "subtitle": (0, 1),
        "author": (1, 1),
        "link": (2, 5),
        "entry": (0, 9999),
    },
    "entry": {
        **dict.fromkeys(("id", "title", "updated", "content", "link"), (1, 1)),
        "author": (0, 99),
        "category": (0, 99),
    },
    "author": {"name": (1, 1), "uri": (0, 1)},
}
"""How often each element may stand in another: RFC 4287, section 4.1, and what we write of it."""
ATTRIBUTES = {
    "link": {"rel", "type", "href"},
    "category": {"term", "label"},
    "content": {"type"},
}
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT00:00:00Z")
TEXT = {"type": "string", "minLength": 1}
URL = {"type": "string", "pattern": "^https?://"}
AUTHORS = {
    "type": "array",
    "minItems": 1,
    "items": {
        "type": "object",
        "required": ["name"],
        "properties": {"name": TEXT, "url": URL},
        "additionalProperties": False,
    },
}
JSON_FEED = {
    "type": "object",
    "required": ["version", "title", "items"],
    "additionalProperties": False,
    "properties": {
        "version": {"const": "https://jsonfeed.org/version/1.1"},
        "title": TEXT,
        "home_page_url": URL,
        "feed_url": URL,
        "authors": AUTHORS,
        "items": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["id", "content_html"],
                "additionalProperties": False,
                "properties": {
                    "id": {"type": "string", "pattern": "^tag:[^:]+:papers/"},
                    "url": URL,
                    "title": TEXT,
                    "content_html": TEXT,
                    "date_published": {"type": "string", "pattern": f"^{MOMENT.pattern}$"},
                    "tags": {"type": "array", "minItems": 1, "items": TEXT},
                    "authors": AUTHORS,
                },
            },
        },
    },
}
"""The rules of JSON Feed 1.1, as narrow as what we write of it."""


def made(archive: Archive, settings: Settings = NAMED) -> dict[str, bytes]:
    """Return an archive's feeds by path."""
    outputs = list(feeds.outputs(archive.catalog, settings, Keys(), Pieces()))
    found = {output.path: output.make() for output in outputs}
    assert len(found) == len(outputs)
    return found


def parsed(atom: bytes) -> ET.Element:
    """Return an Atom document's root."""
    return ET.fromstring(atom)  # noqa: S314  # our own


def text_in(element: ET.Element, name: str) -> str:
    """Return the text of an element within another."""
    return element.findtext(f"{ATOM}{name}") or ""


def link_in(element: ET.Element, rel: str) -> str:
    """Return where a link of an element leads; empty where it has none of this relation."""
    found = element.findall(f"{ATOM}link[@rel='{rel}']")
    assert len(found) <= 1
    return found[0].attrib["href"] if found else ""


class Elements(HTMLParser):
    """The names of the elements in some HTML, its attributes' names, and its text."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.words: list[str] = []
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep a name."""
        self.names |= {tag, *(f"@{name}" for name, _ in attrs)}
        assert all((value or "").startswith("http") for name, value in attrs if name == "href")

    def handle_data(self, data: str) -> None:
        """Keep text."""
        self.words.append(data)


def assert_harmless(source: str) -> None:
    """A paper's HTML has paragraphs, links and formulas, and nothing that runs."""
    names = Elements(source).names
    assert {name for name in names if not name.startswith(("m", "@"))} <= {"p", "a", "span"}
    assert not [name for name in names if name.startswith("@on") or name == "@style"]


def assert_atom(atom: bytes) -> None:
    """A document follows the rules of RFC 4287, and holds no element that we do not know."""
    root = parsed(atom)
    assert root.tag == f"{ATOM}feed"
    for element in root.iter():
        name = element.tag.removeprefix(ATOM)
        assert element.tag.startswith(ATOM) or element.tag == f"{HISTORY}archive"
        inner = [child.tag.removeprefix(ATOM) for child in element if child.tag.startswith(ATOM)]
        allowed = NUMBER_OF.get(name, {})
        assert set(inner) <= allowed.keys()
        for each, (least, most) in allowed.items():
            assert least <= inner.count(each) <= most, (name, each)
        # An entry's link has no relation, which makes it the page's: section 4.2.7.2.
        bare = name == "link" and "rel" not in element.attrib
        assert element.attrib.keys() == ({"href"} if bare else ATTRIBUTES.get(name, set()))
        if name == "updated":
            assert MOMENT.fullmatch(element.text or "")
        if name == "link":
            assert urlsplit(element.attrib["href"]).scheme in {"http", "https"}
        if name in {"id", "title", "name"}:
            assert (element.text or "").strip()
    entries = root.findall(f"{ATOM}entry")
    ids = [text_in(entry, "id") for entry in entries]
    assert len(ids) == len(set(ids))
    assert all(link_in(root, rel) for rel in ("self", "alternate"))
    assert text_in(root, "updated") == max(
        [text_in(entry, "updated") for entry in entries] or [text_in(root, "updated")]
    )
    for entry in entries:
        assert_harmless(text_in(entry, "content"))


def assert_valid(found: Mapping[str, bytes]) -> None:
    """Each file follows the rules of its format, and feedparser reads it without a complaint."""
    for path, content in found.items():
        if path.endswith(".json"):
            jsonschema.validate(json.loads(content), JSON_FEED)
            for item in json.loads(content)["items"]:
                assert_harmless(item["content_html"])
        elif path.endswith(".opml"):
            assert parsed(content).attrib == {"version": "2.0"}
        else:
            assert_atom(content)
            assert not feedparser.parse(content).bozo


def walk(found: Mapping[str, bytes], site: str = NAMED.site_url) -> Iterator[ET.Element]:
    """Yield the documents of the site's feed, from the feed itself back to the oldest archive."""
    address = f"{site}{urls.FEED}"
    while address:
        path = address.removeprefix(site).partition("?")[0]
        document = parsed(found[path])
        assert link_in(document, "self") == address
        yield document
        address = link_in(document, "prev-archive")


def walked(found: Mapping[str, bytes]) -> list[str]:
    """Return the ids of all papers on all days, as a walk meets them."""
    return [text_in(entry, "id") for page in walk(found) for entry in page.iter(f"{ATOM}entry")]


def listed(archive: Archive) -> set[str]:
    """Return what the ids of all papers on all days should end with."""
    return {
        f"papers/{item.paper.id}/{day.date}" for day in archive.catalog.days for item in day.items
    }


def assert_walk_is_whole(archive: Archive, found: Mapping[str, bytes]) -> None:
    """A walk meets every paper on every day, and each once."""
    ids = walked(found)
    assert len(ids) == len(set(ids))
    assert {name.split(":")[-1] for name in ids} == listed(archive)


def titles(day: str, number: int) -> tuple[str, ...]:
    """Return titles of a day's list; every third is of a tag's subject."""
    return tuple(f"{day} {'video' if n % 3 == 0 else 'paper'} {n}" for n in range(number))


def lists_of(*days: str, number: int = 3) -> tuple[RawDump, ...]:
    """Return a dump for each of these days, `Mar 14`."""
    return tuple(raw_dump(list_of(day, *titles(day, number))) for day in days)


SPRING = ("Jan 30", "Feb 3", "Feb 27", "Mar 3", "Mar 10", "Mar 11", "Mar 13")


def test_every_document_is_valid() -> None:
    """Feeds of the site, its months and its tags, and the list of them."""
    found = made(read(record_of(*lists_of(*SPRING))))
    assert found.keys() == {
        *("feed.xml", "feed.json", "feeds.opml", "tags/video/feed.xml", "tags/video/feed.json"),
        *("feeds/2025-01.xml", "feeds/2025-02.xml", "feeds/2025-03.xml"),
    }
    assert_valid(found)


def test_an_archive_without_a_list_has_valid_feeds() -> None:
    """Nothing has come in yet: the feeds are empty, and dated by the setting, not by the clock."""
    found = made(read(record_of()))
    assert_valid(found)
    assert text_in(parsed(found["feed.xml"]), "updated") == "2026-11-21T00:00:00Z"


HOSTILE = replace(NAMED, site_name="</title>]]>&\x00\ud800 {{ x }}")


def hostile_archive() -> Archive:
    """Return an archive of one list, whose titles and abstracts are all payloads."""
    entries = [
        Entry(title=f"{each} {n}", abstract=each + FILLER) for n, each in enumerate(PAYLOADS)
    ]
    return read(record_of(raw_dump(dump("Mar 14", entries).encode("utf-8", "replace"))))


def test_hostile_text_stays_text() -> None:
    """Whatever stands in a title or an abstract: every form is valid and says just that."""
    archive = hostile_archive()
    found = made(archive, HOSTILE)
    assert_valid(found)
    items = json.loads(found["feed.json"])["items"]
    entries_of = list(parsed(found["feed.xml"]).iter(f"{ATOM}entry"))
    assert len(items) == len(entries_of) == len(archive.catalog.papers)
    for item, entry in zip(items, entries_of, strict=True):
        assert item["title"] == folded(item["title"])
        assert item["title"] == text_in(entry, "title")
        said = [
            " ".join("".join(Elements(html).words).split())
            for html in (item["content_html"], text_in(entry, "content"))
        ]
        assert said[0] == said[1]
        assert "at no cost to the rest" in said[0]


def refused(found: Mapping[str, bytes], folder: Path) -> set[str]:
    """Return which of these documents jing refuses by the grammar of Atom."""
    paths = {name: folder / name.replace("/", "-") for name in found}
    for name, path in paths.items():
        path.write_bytes(found[name])
    command = [JING or "jing", "-c", str(GRAMMAR), *map(str, paths.values())]
    told = subprocess.run(command, check=False, capture_output=True, text=True)
    said = [line for line in told.stdout.splitlines() if line]
    wrong = {name for name, path in paths.items() for line in said if line.startswith(f"{path}:")}
    assert told.returncode == bool(wrong), told
    assert len(said) == sum(line.startswith(f"{folder}/") for line in said), said
    return wrong


@needs_jing
def test_the_samples_feeds_follow_the_grammar(tmp_path: Path) -> None:
    """Those of the site, its months and all its tags; and those of hostile texts."""
    start_archive(tmp_path / "new", name="Lists", url=NAMED.site_url)
    sample = read(read_record(tmp_path / "new"))
    found = made(sample) | {f"hostile/{k}": v for k, v in made(hostile_archive(), HOSTILE).items()}
    atom = {path: content for path, content in found.items() if path.endswith(".xml")}
    assert {"feed.xml", "hostile/feed.xml", "hostile/tags/video/feed.xml"} <= atom.keys()
    months = [path for path in atom if path.startswith("feeds/")]
    tags = [path for path in atom if path.startswith("tags/")]
    assert len(months) == len(sample.catalog.months) > 0
    assert len(tags) >= len(sample.catalog.tags) > 2
    assert not refused(atom, tmp_path)


SOUND = """\
<feed xmlns="http://www.w3.org/2005/Atom" xmlns:o="tag:lists.test,2025:o">
<id>tag:lists.test,2025:feed</id><title>Lists</title><o:more o:n="1"><less/></o:more>
<updated>2025-03-14T00:00:00Z</updated><author><name>Ada</name></author>
<entry><updated>2025-03-14T00:00:00.5+01:00</updated><title type="html">&lt;i&gt;On</title>
<id>tag:lists.test,2025:one</id><link href="https://lists.test/"/></entry>
</feed>
"""
BROKEN = {
    "no id": ("<id>tag:lists.test,2025:feed</id>", ""),
    "an id that is not whole": ("tag:lists.test,2025:one", "one"),
    "two updated": ("</title><o:more", "</title><updated>2025-03-14T00:00:00Z</updated><o:more"),
    "an entry with two titles": ("<title type", "<title>On</title><title type"),
    "a date without zone": ("14T00:00:00Z", "14T00:00:00"),
    "a day alone": ("14T00:00:00Z", "14"),
    "no such day": ("2025-03-14T00:00:00Z", "2025-02-30T00:00:00Z"),
    "no author anywhere": ("<author><name>Ada</name></author>", ""),
    "an author without a name": ("<name>Ada</name>", "<uri>https://lists.test/</uri>"),
    "markup in text": ("&lt;i&gt;On", "<i>On</i>"),
    "no such type of text": ('type="html"', 'type="text/html"'),
    "a link to nowhere": (' href="https://lists.test/"', ""),
    "an attribute of one's own": ("<link ", '<link new="x" '),
    "neither content nor a page": ('<link href="https://lists.test/"/>', ""),
    "only a link to elsewhere": ("<link ", '<link rel="related" '),
    "content from elsewhere, unsummed": ("<link href", '<content type="image/png" src'),
    "an entry before the rest": ("<id>tag:lists.test,2025:feed", "<entry/><id>tag:lists.test:feed"),
    "an element that Atom has not": ("<o:more ", "<more xmlns:p='p:' p:x='1'/><o:more "),
}


@needs_jing
def test_the_grammar_refuses_what_atom_forbids(tmp_path: Path) -> None:
    """Each fault alone; without one a document passes, markup from elsewhere in it."""
    cases = {fault: SOUND.replace(*change, 1).encode() for fault, change in BROKEN.items()}
    assert SOUND.encode() not in cases.values()
    assert refused(cases | {"sound": SOUND.encode()}, tmp_path) == cases.keys()


def test_a_formula_is_mathml() -> None:
    """A feed shows formulas as the pages do."""
    pair = ("On cubes", f"It takes $n^3$ steps, and no fewer. {FILLER}")
    found = made(read(record_of(raw_dump(dump_of("Mar 14", [pair])))))
    content = text_in(next(parsed(found["feed.xml"]).iter(f"{ATOM}entry")), "content")
    assert "msup" in Elements(content).names
    assert json.loads(found["feed.json"])["items"][0]["content_html"] == content


def test_no_text_ends_its_section() -> None:
    """What ends a CDATA section may stand in a text, and in a formula; each form says the same."""
    pair = ("On brackets", f"Of a[b[c]]> and $a]]>b$ and &amp; and ]]&gt; we speak. {FILLER}")
    found = made(read(record_of(raw_dump(dump_of("Mar 14", [pair])))))
    content = text_in(next(parsed(found["feed.xml"]).iter(f"{ATOM}entry")), "content")
    assert json.loads(found["feed.json"])["items"][0]["content_html"] == content
    entry = feeds.Entry(
        id="tag:x",
        url="https://x.test/",
        title="On",
        html="<b title=']]>'>]]></b>",
        time="",
        tags=(),
        authors=(),
    )
    written = feeds.templates().get_template("entry.xml.jinja").render({"entry": entry})
    alone = parsed(f"<feed xmlns='{ATOM[1:-1]}'>{written}</feed>".encode())
    assert text_in(alone[0], "content") == entry.html


def test_a_walk_meets_every_paper_on_every_day() -> None:
    """The feed has its week, each month's document the rest, and together they have all."""
    archive = read(record_of(*lists_of(*SPRING)))
    found = made(archive)
    documents = list(walk(found))
    assert [len(page.findall(f"{ATOM}entry")) for page in documents] == [9, 3, 6, 3]
    assert [page.find(f"{HISTORY}archive") is not None for page in documents] == [False] + 3 * [
        True
    ]
    assert len({text_in(page, "id") for page in documents}) == 1
    assert_walk_is_whole(archive, found)


def test_a_walk_forward_leads_to_the_newest_month() -> None:
    """`next-archive` goes the other way, and `current` leads to the feed."""
    found = made(read(record_of(*lists_of(*SPRING))))
    site = NAMED.site_url
    page = parsed(found["feeds/2025-01.xml"])
    assert not link_in(page, "prev-archive")
    months = []
    while address := link_in(page, "next-archive"):
        assert link_in(page, "current") == f"{site}feed.xml"
        months.append(address.removeprefix(site))
        page = parsed(found[months[-1]])
    assert months == ["feeds/2025-02.xml", "feeds/2025-03.xml"]


def test_the_five_dumps_are_walked_whole(shared: Path) -> None:
    """The real lists: 352 papers on days."""
    dumps = [
        raw_dump(path.read_bytes(), name=path.stem)
        for path in sorted((shared / "dumps").glob("*.txt"))
    ]
    vocabulary = (ENGINE / "data" / "vocabulary.yml").read_text(encoding="utf-8")
    archive = read(replace(record_of(*dumps), vocabulary=vocabulary))
    found = made(archive)
    assert len(walked(found)) == 352
    assert_walk_is_whole(archive, found)
    assert_valid(found)


def test_an_archive_whose_month_has_left_the_feed_never_changes() -> None:
    """Day by day: a document that is once linked without a query keeps its bytes for good.

    And whoever remembers the addresses met before misses nothing by walking only to the first of
    them, as RFC 5005 has readers do.
    """
    known: dict[str, bytes] = {}
    met: set[str] = set()
    seen: set[str] = set()
    days = [f"{month} {day}" for month in ("Jan", "Feb", "Mar") for day in (2, 3, 9, 20, 27, 28)]
    dumps = lists_of(*days, number=2)
    for count in range(1, len(dumps) + 1):
        archive = read(record_of(*dumps[:count]))
        found = made(archive)
        for path, content in known.items():
            assert found[path] == content
        for page in walk(found):
            address = link_in(page, "self")
            if address in met:
                break
            seen |= {text_in(entry, "id").split(":")[-1] for entry in page.iter(f"{ATOM}entry")}
            if page.find(f"{HISTORY}archive") is not None:
                met.add(address)
                if "?" not in address:
                    path = address.removeprefix(NAMED.site_url)
                    known[path] = found[path]
        assert seen == listed(archive)
        assert_walk_is_whole(archive, found)
    assert known.keys() == {"feeds/2025-01.xml", "feeds/2025-02.xml"}


def test_a_month_without_papers_is_walked_through() -> None:
    """A promised month whose only list was moved away keeps its document."""
    first = record_of(*lists_of("Jan 30", "Feb 3", "Apr 1"))
    ledger = promised(first)
    path = next(raw.path for raw in first.dumps if b"Feb 3" in raw.raw)
    corrections = f"- dump: {path.removeprefix('dumps/')}\n  day: 2025-01-31\n"
    archive = read(replace(first, ledger=ledger, corrections=corrections))
    assert not archive.problems
    found = made(archive)
    assert_valid(found)
    assert len(list(walk(found))) == 3
    assert_walk_is_whole(archive, found)


def test_the_feed_stays_small() -> None:
    """Whole days, at most 150 papers of a week, below 512 kB with abstracts of 2,000 characters."""
    text = " ".join(f"word{n:04}" for n in range(220))
    dumps = [
        raw_dump(dump_of(day, [(title, f"{title}: {text}") for title in titles(day, 40)]))
        for day in ("Mar 1", "Mar 10", "Mar 11", "Mar 12", "Mar 13")
    ]
    archive = read(record_of(*dumps))
    found = made(archive)
    assert len(parsed(found["feed.xml"]).findall(f"{ATOM}entry")) == 120
    assert max(len(found["feed.xml"]), len(found["feed.json"])) <= 512_000
    assert_walk_is_whole(archive, found)


def test_the_newest_day_is_in_the_feed_whole() -> None:
    """However long its list is."""
    archive = read(record_of(*lists_of("Mar 13", "Mar 14", number=feeds.HEAD_ITEMS + 1)))
    found = made(archive)
    assert len(parsed(found["feed.xml"]).findall(f"{ATOM}entry")) == feeds.HEAD_ITEMS + 1
    assert_walk_is_whole(archive, found)


def test_a_tag_has_its_newest_papers() -> None:
    """A tag's feed ends after a hundred, the newest first."""
    archive = read(record_of(*lists_of("Mar 12", "Mar 13", "Mar 14", number=120)))
    found = made(archive)
    root = parsed(found["tags/video/feed.xml"])
    entries = root.findall(f"{ATOM}entry")
    assert len(entries) == len(json.loads(found["tags/video/feed.json"])["items"]) == 100
    assert all(entry.findall(f"{ATOM}category[@term='video']") for entry in entries)
    moments = [text_in(entry, "updated") for entry in entries]
    assert moments == sorted(moments, reverse=True)
    assert text_in(root, "id") == "tag:lists.test,2026-11-21:feed/video"


def test_names_stay() -> None:
    """A new title, a new domain, another build and a later list change no id and no time."""
    record = record_of(*lists_of("Mar 3", "Mar 13"))
    first = read(record)
    before = walked(made(first))
    slug = first.catalog.papers[0].slug
    renamed = replace(
        record,
        ledger=promised(record),
        merges=f"- renamed: {urls.paper(slug)}\n  title: Quite another\n",
    )
    again = read(renamed)
    assert any(paper.title == "Quite another" for paper in again.catalog.papers)
    assert walked(made(again)) == before
    moved = replace(NAMED, site_url="https://new.example/elsewhere/", site_name="New")
    found = made(first, moved)
    ids = [
        text_in(e, "id") for page in walk(found, moved.site_url) for e in page.iter(f"{ATOM}entry")
    ]
    assert ids == before
    later = made(read(record_of(*lists_of("Mar 3", "Mar 13", "Mar 30"))))
    assert set(before) < set(walked(later))


def test_a_build_knows_no_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is made on another day is the same, byte for byte."""
    record = record_of(*lists_of(*SPRING))
    before = made(read(record))
    monkeypatch.setattr("time.time", lambda: 4e9)
    assert made(read(record)) == before


def test_withdrawn_and_removed_papers_leave() -> None:
    """Their words are in no feed any more."""
    record = record_of(*lists_of("Mar 3", "Mar 13"))
    papers = read(record).catalog.papers
    gone = (papers[0], papers[4])
    decisions = f"- withdrawn: {gone[0].id}\n- removed: {gone[1].id}\n"
    archive = read(replace(record, ledger=promised(record), merges=decisions))
    assert not archive.problems
    found = made(archive)
    assert_valid(found)
    assert_walk_is_whole(archive, found)
    for paper in gone:
        assert not [path for path, content in found.items() if paper.title.encode() in content]
        assert not [path for path, content in found.items() if paper.id.encode() in content]


def test_a_paper_listed_again_is_another_item() -> None:
    """Its entry says when it was listed before."""
    lists = [raw_dump(list_of(day, "A video again", day)) for day in ("Mar 3", "Mar 13")]
    found = made(read(record_of(*lists)))
    texts = {
        text_in(entry, "id").rpartition("/")[2]: text_in(entry, "content")
        for page in walk(found)
        for entry in page.iter(f"{ATOM}entry")
        if text_in(entry, "title") == "A video again"
    }
    assert texts.keys() == {"2025-03-03", "2025-03-13"}
    assert 'href="https://lists.test/papers/days/2025-03-03/">3 March 2025' in texts["2025-03-13"]
    assert "Listed before" not in texts["2025-03-03"]


def test_authors_come_from_metadata_alone() -> None:
    """Where nobody knows them, the feed's author is the site."""
    archive = read(record_of(*lists_of("Mar 13")))
    known = Metadata(
        arxiv="2203.11082",
        doi="",
        authors=("Ada <b>", "\x07", "Grace & Co"),
        first=None,
        categories=(),
        abstract="",
        source="test",
    )
    (day,) = archive.catalog.days
    items = (
        replace(day.items[0], paper=replace(day.items[0].paper, metadata=known)),
        *day.items[1:],
    )
    days = (replace(day, items=items),)
    catalog = replace(archive.catalog, days=days, months={"2025-03": days})
    found = made(replace(archive, catalog=catalog))
    assert_valid(found)
    entries = list(parsed(found["feed.xml"]).iter(f"{ATOM}entry"))
    names = [[name.text for name in entry.iter(f"{ATOM}name")] for entry in entries]
    assert names == [["Ada <b>", "Grace & Co"], [], []]
    assert "authors" in json.loads(found["feed.json"])["items"][0]
    assert "authors" not in json.loads(found["feed.json"])["items"][1]


FORMER = """\
former:
  film:
    name: Film
    renamed to: video
  sight:
    name: Sight
"""


def test_the_feed_of_a_former_tag_answers() -> None:
    """A renamed tag's feed goes on with its heir's papers; a retired one is empty."""
    record = record_of(*lists_of("Mar 13"))
    archive = read(replace(record, vocabulary=record.vocabulary + FORMER))
    assert not archive.problems
    found = made(archive)
    assert_valid(found)
    film, sight, video = (
        parsed(found[f"tags/{key}/feed.xml"]) for key in ("film", "sight", "video")
    )
    assert [text_in(e, "id") for e in film.iter(f"{ATOM}entry")] == [
        text_in(e, "id") for e in video.iter(f"{ATOM}entry")
    ]
    assert film.findall(f"{ATOM}entry")
    assert not sight.findall(f"{ATOM}entry")
    assert link_in(film, "alternate") == link_in(video, "alternate")


def test_one_more_day_makes_few_files_anew() -> None:
    """A key is the same where the bytes are, and of old months and other tags it stays."""
    dumps = lists_of("Jan 30", "Feb 3", "Mar 3", "Mar 4", "Mar 13")
    before, after = (
        {
            output.path: (output.key, output.make())
            for output in feeds.outputs(read(record_of(*some)).catalog, NAMED, Keys(), Pieces())
        }
        for some in (dumps[:-1], dumps)
    )
    for path, (key, content) in before.items():
        assert (after[path][0] == key) == (after[path][1] == content), path
    changed = {path for path, each in after.items() if before.get(path) != each}
    assert changed == {
        *("feed.xml", "feed.json", "tags/video/feed.xml", "tags/video/feed.json"),
        "feeds/2025-03.xml",
    }


def test_opml_lists_every_feed() -> None:
    """The site's and each tag's, with titles and addresses that are there."""
    found = made(read(record_of(*lists_of("Mar 13"))))
    outlines = parsed(found["feeds.opml"]).findall(".//outline[@type='rss']")
    paths = [each.attrib["xmlUrl"].removeprefix(NAMED.site_url) for each in outlines]
    assert paths == ["feed.xml", "tags/video/feed.xml"]
    for path, outline in zip(paths, outlines, strict=True):
        assert outline.attrib["title"] == text_in(parsed(found[path]), "title")


def test_pages_name_their_feeds() -> None:
    """Relative links, escaped; those of a tag come first."""
    (tag,) = read(record_of()).catalog.tags.values()
    links = head_links(replace(NAMED, site_name='"<i>'), urls.tag("video"), tag)
    assert [re.findall('href="([^"]*)"', link)[0] for link in links] == [
        *("feed.xml", "feed.json"),
        *("../../feed.xml", "../../feed.json"),
    ]
    assert 'title="&quot;&lt;i&gt;: Video"' in links[0]
    assert head_links(NAMED, urls.HOME)[0].endswith('title="Lists" href="feed.xml">')


def test_the_page_of_feeds_leads_to_each() -> None:
    """Every link of it is to a feed or a page; every feed but the archives is linked."""
    archive = read(record_of(*lists_of(*SPRING)))
    shown = {"catalog": archive.catalog, "settings": NAMED, "sample": False}
    page = environment().get_template("feeds.md.jinja")
    text = page.render({**shown, "here": urls.FEEDS, "kind": "feeds"})
    links = re.findall(r'href="\.\./([^"]*)"|\]\(\.\./([^)]*)\)', text)
    targets = {"".join(link) for link in links}
    feeds_there = {path for path in made(archive) if not path.startswith("feeds/")}
    assert targets == feeds_there | {"tags/video/", "about/#contact"}


@pytest.mark.parametrize(
    ("setting", "name", "day"),
    [
        ("example.org,2026-11-21", "example.org,2026-11-21", dt.date(2026, 11, 21)),
        ("me@example.org,2026", "me@example.org,2026", dt.date(2026, 1, 1)),
        ("a.example,2026-02", "a.example,2026-02", dt.date(2026, 2, 1)),
        ("", "lists.test,2025", dt.date(2025, 1, 1)),
        ("example.org", "lists.test,2025", dt.date(2025, 1, 1)),
        ("example.org,2026-02-31", "lists.test,2025", dt.date(2025, 1, 1)),
        ("Example.org:x,2026", "lists.test,2025", dt.date(2025, 1, 1)),
    ],
)
def test_the_authority_is_the_setting_or_the_host(setting: str, name: str, day: dt.date) -> None:
    """A setting by RFC 4151 is taken; else the site's host stands in, and `check` says so."""
    settings = replace(SETTINGS, authority=setting)
    assert authority.tag_uri(settings, "feed") == f"tag:{name}:feed"
    assert authority.authority(settings).day == day
    assert bool(list(authority.check_authority(settings))) == (name == "lists.test,2025")


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://me.github.io/papers/", "me.github.io"),
        ("https://bücher.example/", "b.cher.example"),
        ("http://[::1]:8000/", "1"),
        ("http://[/", "daybook"),
        ("", "daybook"),
    ],
)
def test_a_host_is_written_as_names_want_it(url: str, host: str) -> None:
    """Whatever the address: what stands in a name is letters, digits, hyphens and full stops."""
    assert authority.host_of(url) == host
    assert authority.parse_authority(f"{host},2026")


def test_a_new_archive_is_named_once(tmp_path: Path, daybook: Daybook) -> None:
    """`daybook new` says who names, by the site's host and the day."""
    before = dt.datetime.now(tz=dt.UTC).date()
    assert daybook("new", tmp_path / "new", "--url", "https://me.test/x").status == 0
    settings = read_record(tmp_path / "new").settings
    named = authority.parse_authority(settings.authority)
    assert named
    assert named.name == "me.test"
    assert before <= named.day <= dt.datetime.now(tz=dt.UTC).date()
    assert not list(authority.check_authority(settings))
