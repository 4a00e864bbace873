"""What arXiv says of a work: records as JSON or Atom, made safe. What is unclear is left out.

The layouts are those of arXiv's public metadata snapshot and of its export API
(https://info.arxiv.org/help/api/user-manual.html).
"""

import datetime as dt
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from generator.cleaning import clean_title, plain
from generator.model import Metadata, Problem
from generator.text import quoted, visible

Fields = Mapping[str, object]
"""A record as JSON has it."""

LONGEST_NAME = 300
LONGEST_TITLE = 2_000
LONGEST_ABSTRACT = 20_000
"""Characters; arXiv itself takes a tenth of the last."""
MOST_AUTHORS = 10_000
MOST_CATEGORIES = 50

_NUMBER = re.compile(
    r"(?:arxiv:|https?://(?:[a-z]+\.)?arxiv\.org/(?:abs|pdf)/)?"
    r"([0-9]{2}(?:0[1-9]|1[0-2])\.[0-9]{4,5}"
    r"|[a-z-]{2,20}(?:\.[a-z]{2})?/[0-9]{2}(?:0[1-9]|1[0-2])[0-9]{3})(?:v[0-9]{1,3})?",
    re.IGNORECASE,
)
_NUMBER_MONTH = re.compile(r"(?:.*/)?([0-9]{2})([0-9]{2})")
_FIRST_YEAR = 91
"""Of arXiv, 1991: its numbers have years of two digits."""
_DOI = re.compile(
    r"(?:doi:|https?://(?:dx\.)?doi\.org/)?(10\.[0-9]{4,9}/[^\s\"\\]{1,200})", re.IGNORECASE
)
_CATEGORY = re.compile(r"[a-z-]{2,20}(?:\.[A-Za-z-]{2,20})?")
_DAY = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[T ].*)?")
_MAIL_DAY = re.compile(r"[A-Z][a-z]{2}, ([0-9]{1,2}) ([A-Z][a-z]{2}) ([0-9]{4}) .*")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_EARLIER, _LATER = -24, 1
"""Months between a number's month and the day of its first version, at most. Of 100,000 records
all but 20 lie within; what is later is the day of something else."""
_TIDY_NAME = re.compile(r"[A-Za-z.]{1,40}(?:[ -][A-Za-z.]{1,40}){0,6}")
"""Most names: they need no cleaning, which takes its time."""
_SUFFIXES = frozenset({"Jr", "Jr.", "Sr", "Sr.", "II", "III", "IV"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A record that may be of a paper."""

    arxiv: str
    """Its number, never empty."""
    title: str
    """LaTeX, one line, never empty."""
    abstract: str
    """LaTeX, never empty."""
    fields: Fields
    """All that the source says, unread: most records are of no paper."""
    path: str
    """Where it stands: a file, or an address; for people."""
    line: int
    """From 1; 0 in an answer of the API."""

    @property
    def metadata(self) -> Metadata:
        """All that it says, made safe; its source is the file's name, or the address."""
        of_file = self.path.replace("\\", "/").rpartition("/")[2]
        return metadata_of(
            {**self.fields, "arxiv": self.arxiv}, of_file if self.line else self.path
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """An answer of the API."""

    total: int
    """How many records it says it has; -1 where it does not say."""
    records: tuple[Fields, ...]


def parse_records(lines: Iterable[str], path: str) -> Iterator[Candidate | Problem]:
    """Yield the record in each line of JSON, or a problem; empty lines are passed over."""
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            found = candidate_of(parse_object(line), path=path, line=number)
        except ValueError:
            found = None
        yield found or Problem(
            path=path,
            line=number,
            message="expected a record as JSON with an arXiv number as id, a title and an "
            f"abstract, found {quoted(line)}; it was passed over",
        )


def answered(feed: Feed, address: str) -> Iterator[Candidate]:
    """Yield the records in an answer of the API at this address."""
    found = (candidate_of(fields, path=address, line=0) for fields in feed.records)
    return (each for each in found if each)


def parse_object(source: str) -> Fields:
    """Return the JSON object in a line. Raises ValueError where there is none."""
    try:
        found: object = json.loads(source)
    except (ValueError, RecursionError):
        raise ValueError(quoted(source)) from None
    if not isinstance(found, dict):
        raise ValueError(quoted(source))  # noqa: TRY004  # a fault in the data, not in the program
    return found


def candidate_of(fields: Fields, *, path: str, line: int) -> Candidate | None:
    """Return the record in these fields, or None without a number, a title or an abstract."""
    number = number_of(fields.get("id"))
    title = one_line(fields.get("title"), LONGEST_TITLE)
    abstract = abstract_of(fields.get("abstract"))
    if not (number and title and abstract):
        return None
    return Candidate(
        arxiv=number, title=title, abstract=abstract, fields=fields, path=path, line=line
    )


def metadata_of(fields: Fields, source: object) -> Metadata:
    """Return the metadata in a record; what is not there, or cannot be right, is empty."""
    number = number_of(fields.get("arxiv"))
    days = (day_of(value, number) for value in days_in(fields))
    return Metadata(
        arxiv=number,
        doi=doi_of(fields.get("doi")),
        authors=authors_of(fields),
        first=next((day for day in days if day), None),
        categories=categories_of(fields.get("categories")),
        abstract=abstract_of(fields.get("abstract")),
        source=one_line(source, LONGEST_TITLE),
    )


def one_line(value: object, limit: int) -> str:
    """Return a text as one visible line; empty where it is none, or longer than the limit."""
    if not isinstance(value, str) or len(value) > limit:
        return ""
    return " ".join(visible(value).split())


def number_of(value: object) -> str:
    """Return an arXiv number without its version, or an empty string.

    >>> number_of("http://arxiv.org/abs/2203.11082v2")
    '2203.11082'
    """
    match = _NUMBER.fullmatch(one_line(value, LONGEST_NAME))
    return match[1] if match else ""


def doi_of(value: object) -> str:
    """Return the first DOI in a text of nothing but DOIs, or an empty string."""
    found = [_DOI.fullmatch(each) for each in one_line(value, LONGEST_TITLE).split()]
    return found[0][1] if found and found[0] and all(found) else ""


def abstract_of(value: object) -> str:
    """Return an abstract, its paragraphs parted by an empty line.

    arXiv wraps lines; one that is indented begins a paragraph.
    """
    if not isinstance(value, str) or len(value) > LONGEST_ABSTRACT:
        return ""
    parts = (one_line(part, LONGEST_ABSTRACT) for part in re.split(r"\n(?=\s)", value))
    return "\n\n".join(part for part in parts if part)


def authors_of(fields: Fields) -> tuple[str, ...]:
    """Return the authors in order, or none where one of them cannot be read: never some."""
    parsed, authors = fields.get("authors_parsed"), fields.get("authors")
    if isinstance(parsed, list) and parsed:
        names = [parsed_name(each) for each in parsed[: MOST_AUTHORS + 1]]
    elif isinstance(authors, list):
        names = [name_of(each) for each in authors[: MOST_AUTHORS + 1]]
    else:
        names = [name_of(each) for each in names_in(authors)]
    return tuple(names) if all(names) and len(names) <= MOST_AUTHORS else ()


def name_of(value: object) -> str:
    """Return a name as people write it, or an empty string."""
    if isinstance(value, str) and _TIDY_NAME.fullmatch(value):
        return value
    return one_line(plain(clean_title(one_line(value, LONGEST_NAME))), LONGEST_NAME)


def parsed_name(value: object) -> str:
    """Return the name in a row of last name, first names, suffix."""
    if not isinstance(value, list) or not value:
        return ""
    last, first, suffix = (one_line(each, LONGEST_NAME) for each in [*value, "", ""][:3])
    return name_of(f"{first} {last} {suffix}") if last else ""


def names_in(value: object) -> Iterator[str]:
    """Yield the names in a line like `Ada Lovelace, Charles Babbage (London) and A. Turing`."""
    line = one_line(value, MOST_AUTHORS * LONGEST_NAME)
    held = ""
    for part in re.split(r", and |, | and ", re.sub(r"\([^()]*\)", "", line)):
        name = part.strip()
        if name in _SUFFIXES:
            held = f"{held} {name}"
            continue
        if held:
            yield held
        held = name
    if held:
        yield held


def days_in(fields: Fields) -> Iterator[object]:
    """Yield the texts that may tell the day of the first version."""
    versions = fields.get("versions")
    if isinstance(versions, list) and versions and isinstance(versions[0], dict):
        yield versions[0].get("created")
    for key in ("first", "published", "date"):
        yield fields.get(key)


def day_of(value: object, number: str) -> dt.date | None:
    """Return a day, or None where it is none, or not one on which this number was given."""
    text = one_line(value, LONGEST_NAME)
    iso, mail = _DAY.fullmatch(text), _MAIL_DAY.fullmatch(text)
    month = _NUMBER_MONTH.match(number)
    try:
        if iso:
            day = dt.date.fromisoformat(iso[1])
        elif mail and mail[2] in _MONTHS:
            day = dt.date(int(mail[3]), _MONTHS.index(mail[2]) + 1, int(mail[1]))
        else:
            return None
    except ValueError:
        return None
    if month is None:
        return None
    year = int(month[1]) + (1900 if int(month[1]) >= _FIRST_YEAR else 2000)
    apart = (day.year - year) * 12 + day.month - int(month[2])
    return day if _EARLIER <= apart <= _LATER else None


def categories_of(value: object) -> tuple[str, ...]:
    """Return categories in order, each once; what is none is left out."""
    parts = value.split() if isinstance(value, str) else value
    if not isinstance(parts, list):
        return ()
    names = (one_line(each, LONGEST_NAME) for each in parts[:MOST_CATEGORIES])
    return tuple(dict.fromkeys(name for name in names if _CATEGORY.fullmatch(name)))


_ATOM = "{http://www.w3.org/2005/Atom}"
_ARXIV = "{http://arxiv.org/schemas/atom}"
_TOTAL = "{http://a9.com/-/spec/opensearch/1.1/}totalResults"


def parse_feed(text: str) -> Feed:
    """Return an answer of the API.

    Raises ValueError where it is no Atom feed. One with a document type is refused: only that can
    declare entities, with which a line grows to gigabytes.
    """
    if "<!DOCTYPE" in text:
        raise ValueError("expected a feed, found a document type")
    try:
        root = ET.fromstring(text)  # noqa: S314  # without a document type there are no entities
    except (ET.ParseError, ValueError) as error:
        raise ValueError(f"expected a feed, found what is not XML ({error})") from None
    if root.tag != f"{_ATOM}feed":
        raise ValueError("expected a feed, found other XML")
    total = one_line(root.findtext(_TOTAL), LONGEST_NAME)
    return Feed(
        total=int(total) if re.fullmatch("[0-9]{1,12}", total) else -1,
        records=tuple(entry_fields(entry) for entry in root.iterfind(f"{_ATOM}entry")),
    )


def entry_fields(entry: ET.Element) -> Fields:
    """Return an entry of a feed in the snapshot's layout."""
    terms = [*entry.iterfind(f"{_ARXIV}primary_category"), *entry.iterfind(f"{_ATOM}category")]
    return {
        "id": entry.findtext(f"{_ATOM}id"),
        "title": entry.findtext(f"{_ATOM}title"),
        "abstract": entry.findtext(f"{_ATOM}summary"),
        "authors": [each.findtext(f"{_ATOM}name") for each in entry.iterfind(f"{_ATOM}author")],
        "published": entry.findtext(f"{_ATOM}published"),
        "categories": [each.get("term", "") for each in terms],
        "doi": entry.findtext(f"{_ARXIV}doi"),
    }
