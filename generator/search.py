"""The catalog as slices of one Lunr index, which a reader's browser searches.

Lunr scores a document by the product of the query's vector with the document's, so an index that
holds only the query's terms scores as the whole one does. The slices are that index cut up: the
vocabulary by prefix, the postings by term, what is shown by document; the worker in
`overrides/assets/javascripts/search/` fetches what a query needs and puts it together.
"""

import base64
import datetime as dt
import hashlib
import json
import marshal
import zlib
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from typing import Protocol

from generator import urls
from generator.catalog import Catalog
from generator.cleaning import excerpt, plain, spoken
from generator.model import Status, Tag
from generator.plain import Key, dumped, key_of
from generator.search_numbers import number, numbers
from generator.search_postings import (
    BLOCK,
    FIELDS,
    Block,
    Fields,
    Postings,
    count,
    encode_block,
    format_block,
    format_counts,
    format_postings,
    parse_block,
    parse_counts,
    parse_postings,
)
from generator.search_terms import Terms

FORMAT = 2
"""Of the slices; a worker that knows another asks for a reload."""
BOOSTS = {"title": 5, "tag": 2, "text": 1}
GROUP = 8
"""Document numbers whose shown texts share a file."""
SHOWN = 700
"""Characters of a text that a result may show a part of."""
POSTINGS_SIZE = 16_000
"""Characters of a slice of postings, half of that gzipped; a commoner word has one of its own."""
WORDS_SIZE = 16_000
"""Characters of a slice of the vocabulary."""
LUNR = "contrib/search/templates/search/lunr.js"
"""Where the mkdocs package has Lunr, from its folder."""

CODE = 4
"""Of everything cached: goes up where counting, encoding or showing changes."""

Cache = Mapping[str, bytes]


class NewCache(Protocol):
    """What the next build's cache will be: what it is not given, is of no use any more."""

    def keep(self, key: str, value: bytes) -> None:
        """Take a value."""

    def stays(self, key: str) -> None:
        """Take a value from this build's cache."""

    def piece(self, key: str, start: int, size: int) -> Callable[[], bytes]:
        """Return what gives back a piece of a value that was taken, in any process."""


Json = str | int | Sequence["Json"] | Mapping[str, "Json"] | None


class Kind(StrEnum):
    """What a document is."""

    PAPER = "paper"
    DAY = "day"
    TAG = "tag"
    PAGE = "page"


KINDS = tuple(Kind)


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A page that search finds."""

    number: int
    """Orders documents of one score; unique, ascending, may leave numbers out."""
    address: str
    title: str
    """Cleaned, formulas as LaTeX."""
    text: str
    """Cleaned, formulas as LaTeX."""
    tags: tuple[Tag, ...] = ()
    days: tuple[str, ...] = ()
    """ISO, ascending."""
    code: bool = False
    """Whether it names a place where its code is."""
    kind: Kind = Kind.PAPER
    words: Key = b""
    """Of title, text and tags' names, where it is known already."""

    @property
    def mark(self) -> Key:
        """The key of all words that search reads."""
        return self.words or key_of((self.title, self.text, [tag.name for tag in self.tags]))


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file of the search's data folder."""

    path: str
    """Relative to that folder, with slashes."""
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A file of the search's data folder that the next build's cache holds."""

    path: str
    """As a file's."""
    key: Key
    """Of what it is made from."""
    make: Callable[[], bytes]

    @property
    def content(self) -> bytes:
        """What is in it."""
        return self.make()


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenPage:
    """A page that a human wrote."""

    address: urls.Address
    title: str
    text: str


def documents(catalog: Catalog, written: Iterable[WrittenPage] = ()) -> Iterator[Document]:
    """Yield what search finds: papers in ledger order, then days, tags, areas, written pages.

    A paper's number is its place in the ledger, so that a withdrawn one leaves a gap and moves
    no other.
    """
    iso = {day.date: day.date.isoformat() for day in catalog.days}
    for at, paper in enumerate(catalog.papers):
        if paper.status is Status.LISTED:
            tags = tuple([catalog.tags[hit.key] for hit in paper.tags])
            yield Document(
                number=at,
                address=urls.paper(paper.slug),
                title=paper.title,
                text=paper.text.abstract,
                tags=tags,
                days=tuple([iso[day] for day in paper.days]),
                code=paper.has_code,
                words=key_of((paper.title, paper.text.key, [tag.name for tag in tags])),
            )
    for at, page in enumerate(pages(catalog, written), len(catalog.papers)):
        kind, address, title, text, days = page
        yield Document(number=at, address=address, title=title, text=text, days=days, kind=kind)


def pages(
    catalog: Catalog, written: Iterable[WrittenPage]
) -> Iterator[tuple[Kind, str, str, str, tuple[str, ...]]]:
    """Yield the kind, address, title, text and days of each page that is no paper's."""
    for day in catalog.days:
        name = f"{day.date.day} {day.date:%B %Y}"
        iso = day.date.isoformat()
        yield Kind.DAY, urls.day(day.date), name, f"{len(day.items)} papers listed on {iso}", (iso,)
    for tag in catalog.tags.values():
        yield Kind.TAG, urls.tag(tag.key), tag.name, tag.note, ()
    for area in catalog.areas:
        names = ", ".join(catalog.tags[key].name for key in area.tags)
        yield Kind.PAGE, urls.area(area.key), area.name, names, ()
    for page in written:
        yield Kind.PAGE, page.address, page.title, page.text, ()


def indexed(document: Document) -> Fields:
    """Return what Lunr reads of a document: its title, its tags and its text."""
    tags = " ".join(tag.name for tag in document.tags)
    return spoken(document.title), tags, spoken(document.text)


def lunr_module(source: str) -> str:
    """Return lunr.js as a module: its wrapper takes the way that Node's modules go.

    As it stands it looks for `this`, which a module has not.
    """
    head = "const module = { exports: {} }, exports = module.exports;\n"
    return f"{head}{source}\nexport default module.exports;\n"


def slices(documents: Sequence[Document], cache: Cache, new: NewCache) -> Iterator[File | Kept]:
    """Yield the slices of these documents, which come in order of their numbers.

    These are the files that the worker fetches: all but the last one, `index.json`, have their
    content's hash in their name. The same documents give the same bytes, whatever the cache holds;
    `new` will be that of the next build.
    """
    found = list(in_blocks(documents))
    tags = {tag.key: tag for document in documents for tag in document.tags}
    places = {key: at for at, key in enumerate(sorted(tags))}

    joined = settled(found[:-1])
    marks = list(map(marked, found))
    mark = key_of([block for block, _ in marks[:joined]])
    name = f"joined-{CODE}"
    known = recalled(cache.get(name, b""), mark)
    postings = known or Postings()
    totals = [0] * len(FIELDS)
    block_hashes, facet_hashes = [], []
    # A block is forgotten once it is joined: together they take more memory than all postings.
    blocks = read_blocks(found, marks, cache, new)
    texts = read_texts(found, places, cache, new)
    first = joined if known else 0
    for at, (of, block, shown) in enumerate(zip(found, blocks, texts, strict=True)):
        if at >= first:
            postings.join(block)
        if first <= at == joined - 1:
            new.keep(name, mark + format_postings(postings))
        totals = [before + more for before, more in zip(totals, block.totals, strict=True)]
        beside = block_file(block, shown), facet_file(of, places)
        block_hashes.append(hash_in(beside[0].path))
        facet_hashes.append(hash_in(beside[1].path))
        yield from beside
        yield from filter(None, shown)
    if known:
        new.stays(name)
    terms = sorted(postings.count, key=utf16)
    posting_table = yield from cut("postings", posting_rows(terms, postings), POSTINGS_SIZE)
    word_table = yield from cut("words", word_rows(terms, postings), WORDS_SIZE)
    manifest: dict[str, Json] = {
        "format": FORMAT,
        "documents": len(documents),
        "numbers": documents[-1].number + 1 if documents else 0,
        "terms": len(terms),
        "block": BLOCK,
        "group": GROUP,
        "fields": [[name, BOOSTS[name], total] for name, total in zip(FIELDS, totals, strict=True)],
        "kinds": list(KINDS),
        "tags": [[key, tags[key].name] for key in places],
        "postings": posting_table,
        "words": word_table,
        "blocks": block_hashes,
        "facets": facet_hashes,
    }
    version = hashlib.sha256(dump(manifest).encode("utf-8", "replace")).hexdigest()[:12]
    index = dump({"version": version, **manifest})
    yield File(path="index.json", content=index.encode())


def in_blocks(documents: Iterable[Document]) -> Iterator[list[Document]]:
    """Yield the documents of each block of numbers; a block may be empty."""
    found: list[Document] = []
    end = BLOCK
    for document in documents:
        while document.number >= end:
            yield found
            found, end = [], end + BLOCK
        found.append(document)
    if found:
        yield found


def settled(found: Sequence[Sequence[Document]]) -> int:
    """Return how many blocks at the beginning hold nothing but papers: they hardly ever change."""
    mixed = (at for at, of in enumerate(found) if not of or of[-1].kind is not Kind.PAPER)
    return next(mixed, len(found))


def recalled(kept: bytes, mark: bytes) -> Postings | None:
    """Return the postings that were kept under this mark; None where it is another one's."""
    return parse_postings(memoryview(kept)[len(mark) :]) if kept.startswith(mark) else None


def marked(documents: Iterable[Document]) -> tuple[Key, dict[int, Key]]:
    """Return what a block is made from: in short, and of each document by its number."""
    keys = {each.number: each.mark for each in documents}
    return key_of(keys), keys


def read_blocks(
    found: Iterable[Sequence[Document]],
    marks: Iterable[tuple[Key, Mapping[int, Key]]],
    cache: Cache,
    new: NewCache,
) -> Iterator[Block]:
    """Yield the blocks, from the cache where it has them."""
    terms = Terms(json.loads(cache.get(f"terms-{CODE}", b"{}")))
    for at, (documents, (mark, keys)) in enumerate(zip(found, marks, strict=True)):
        name, counts_name = f"block-{CODE}-{at}", f"counts-{CODE}-{at}"
        before = cache.get(name, b"")
        if before.startswith(mark):
            new.stays(name)
            new.stays(counts_name)
            yield parse_block(memoryview(before)[len(mark) :])
            continue
        kept = cache.get(counts_name)
        known = parse_counts(kept) if kept else {}
        counts = {
            each.number: known.get(keys[each.number]) or count(indexed(each), terms)
            for each in documents
        }
        block = encode_block(at * BLOCK, counts, terms)
        new.keep(counts_name, format_counts({keys[n]: each for n, each in counts.items()}))
        new.keep(name, mark + format_block(block))
        yield block
    new.keep(f"terms-{CODE}", json.dumps(terms).encode())


def read_texts(
    found: Iterable[Sequence[Document]], places: Mapping[str, int], cache: Cache, new: NewCache
) -> Iterator[list[Kept | None]]:
    """Yield for each block the files of what its results show, None for a group without.

    They are packed: a site's limit counts bytes as they lie. All of a block lie in one value of
    the cache, where unchanged ones stay as they are.
    """
    for at, documents in enumerate(found):
        name = f"texts-{CODE}-{at}"
        before = cache.get(name, b"")
        known = parse_pack(before)
        texts: dict[int, tuple[Key, str, bytes]] = {}
        for group, shown in groupby(documents, key=lambda each: each.number // GROUP):
            rows = list(shown)
            mark = key_of([seen(each, places) for each in rows])
            if mark in known:
                hash_of, start, size = known[mark]
                content = before[start : start + size]
            else:
                content = zlib.compress(text_rows(rows, places))
                hash_of = short_hash(content)[:4]
            texts[group] = mark, hash_of, content
        pack = format_pack(texts.values())
        if pack == before:
            new.stays(name)
        else:
            new.keep(name, pack)
        files: list[Kept | None] = [None] * (BLOCK // GROUP)
        places_in = parse_pack(pack)
        for group, (mark, hash_of, _) in texts.items():
            _, start, size = places_in[mark]
            make = new.piece(name, start, size)
            path = f"texts/{group}-{hash_of}.bin"
            files[group - at * BLOCK // GROUP] = Kept(path=path, key=mark, make=make)
        yield files


def format_pack(texts: Iterable[tuple[Key, str, bytes]]) -> bytes:
    """Return the texts of groups in one: of each its key, the hash in its name, its content."""
    rows, contents = [], []
    for mark, hash_of, content in texts:
        rows.append((mark, hash_of, len(content)))
        contents.append(content)
    head = dumped(rows)
    return b"".join((len(head).to_bytes(4), head, *contents))


def parse_pack(pack: bytes) -> dict[Key, tuple[str, int, int]]:
    """Return where in a pack texts are, by key: the hash in the name, the start, the size."""
    found: dict[Key, tuple[str, int, int]] = {}
    if pack:
        start = 4 + int.from_bytes(pack[:4])
        rows = marshal.loads(pack[4:start])  # noqa: S302  # guarded by a digest
        for mark, hash_of, size in rows:
            found[mark] = hash_of, start, size
            start += size
    return found


def seen(document: Document, places: Mapping[str, int]) -> tuple[object, ...]:
    """Return all that a result's text is made from."""
    tags = [places[tag.key] for tag in document.tags]
    kind = KINDS.index(document.kind)
    shown = document.number, document.address, kind, document.code, document.days
    return (*shown, tags, document.mark)


def text_rows(documents: Iterable[Document], places: Mapping[str, int]) -> bytes:
    """Return what the results of a group show, each at its place; one line."""
    rows: list[Json] = [None] * GROUP
    for document in documents:
        rows[document.number % GROUP] = [
            document.address,
            KINDS.index(document.kind),
            " ".join(plain(document.title).split()),
            excerpt(document.text, SHOWN),
            [places[tag.key] for tag in document.tags],
            document.days,
            int(document.code),
        ]
    return dump(rows).encode("utf-8", "replace")


def block_file(block: Block, shown: Sequence[Kept | None]) -> File:
    """Return the file of a block's lengths, and of the hashes in its texts' names."""
    texts = "".join(hash_in(file.path) if file else "...." for file in shown)
    return named("blocks", dump({"lengths": block.lengths, "texts": texts}))


def facet_file(documents: Sequence[Document], tag_ids: Mapping[str, int]) -> File:
    """Return the file of what a block's documents are filtered and ordered by.

    For each document: its number's step from the one before, or from the end of the block before;
    its kind, and whether it has code; its tags' count and places in the manifest; its days' count,
    and each as days since the one before, the first since the block's first.
    """
    ordinals = [[day_number(day) for day in document.days] for document in documents]
    epoch = min((days[0] for days in ordinals if days), default=0)
    values: list[int] = []
    before = documents[0].number // BLOCK * BLOCK - 1 if documents else 0
    for document, days in zip(documents, ordinals, strict=True):
        marks = KINDS.index(document.kind) * 2 + document.code
        values += (document.number - before, marks, len(document.tags))
        values += (tag_ids[tag.key] for tag in document.tags)
        values.append(len(days))
        values += (day - last for day, last in zip(days, (epoch, *days), strict=False))
        before = document.number
    return named("facets", dump({"epoch": epoch, "values": numbers(values)}))


def day_number(iso: str) -> int:
    """Return an ISO day as days since 0001-01-01, which is 1."""
    return dt.date.fromisoformat(iso).toordinal()


def posting_rows(terms: Iterable[str], postings: Postings) -> Iterator[tuple[str, str]]:
    """Yield each term with its row: the term, then its postings in text, title and tags.

    Terms are letters and digits, and numbers' alphabet leaves out what JSON would escape.
    """
    title, tag, text = postings.texts
    for term in terms:
        row = [term, text.get(term, ""), title.get(term, ""), tag.get(term, "")]
        while not row[-1]:
            row.pop()
        quoted = '","'.join(row)
        yield term, f'["{quoted}"]'


def word_rows(terms: Iterable[str], postings: Postings) -> Iterator[tuple[str, str]]:
    """Yield each term with its row: how common it is, and its spelling where it is no word itself.

    A spelling is what it shares with the term, as a number of characters, and the rest.
    """
    for term in terms:
        word, _ = postings.spellings.get(term, (term, 0))
        row = f"{number(postings.count[term])}{term}"
        if word != term:
            same = shared(term, word)
            row = f"{row} {number(same)}{word[same:]}"
        yield term, f'"{row}"'


def shared(one: str, other: str) -> int:
    """Return how many characters at their beginning two words share."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(one), len(other)))


def cut(
    folder: str, rows: Iterable[tuple[str, str]], size: int
) -> Generator[File, None, dict[str, Json]]:
    """Yield slices of rows, each of as many rows as stay below this size.

    So a prefix with many terms is cut up, and prefixes with few share a slice. Returns for the
    manifest the first terms of slices, and the hashes in their names.
    """
    firsts: list[str] = []
    hashes: list[str] = []
    for first, found in filled(rows, size):
        file = named(folder, f"[{','.join(found)}]")
        firsts.append(first)
        hashes.append(hash_in(file.path))
        yield file
    return {"first": firsts, "hash": hashes}


def filled(rows: Iterable[tuple[str, str]], size: int) -> Iterator[tuple[str, list[str]]]:
    """Yield rows together as long as they stay below this size, and the first one's term."""
    first, found, length = "", list[str](), 0
    for term, row in rows:
        if found and length + len(row) > size:
            yield first, found
            found, length = [], 0
        first = first if found else term
        found.append(row)
        length += len(row)
    if found:
        yield first, found


def named(folder: str, content: str) -> File:
    """Return a file that bears the hash of its content."""
    data = content.encode("utf-8", "replace")
    return File(path=f"{folder}/{short_hash(data)}.json", content=data)


def short_hash(content: bytes) -> str:
    """Return 8 lower-case letters and digits that stand for this content: 40 bits."""
    return base64.b32encode(hashlib.sha256(content).digest()[:5]).decode().lower()


def hash_in(path: str) -> str:
    """Return the hash in a file's name."""
    return path.rpartition("/")[2].rpartition("-")[2].partition(".")[0]


def utf16(term: str) -> bytes:
    """Return what orders terms as JavaScript does."""
    return term.encode("utf-16-be", "surrogatepass")


def dump(value: Json) -> str:
    """Return a value as JSON without blanks."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
