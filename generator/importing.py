"""An archive made again from what its site gives away under /data/.

The lists' bytes are not there; what was read of them is: entries with their lines, positions, texts
and days, and the hash of the list that each stood in. So the lists are restored, not invented: see
restored.py. Ids, permalinks, days and texts come out the same.
"""

import datetime as dt
import gzip
import hashlib
import json
import re
import zlib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from generator import urls
from generator.build import CORRECTIONS, LEDGER, MERGES, METADATA, MOVED, Record
from generator.config import Settings
from generator.decisions import parse_corrections, parse_merges
from generator.files import write_whole
from generator.model import ArchiveError, Dump, Entry, Status
from generator.restored import SUFFIX, entry_in, format_restored
from generator.text import quoted, visible

Fields = Mapping[str, object]

COPIED = {
    urls.DATA_LEDGER: LEDGER,
    urls.DATA_MERGES: MERGES,
    urls.DATA_METADATA: METADATA,
    urls.DATA_MOVED: MOVED,
}
"""Files of the data that the record takes as they are."""
BEFORE = """\
# These corrections are in the restored lists already. They stand here for the record, and for the
# day on which a list's own bytes come back.
#
"""
MONTH_FILE = re.compile(r"papers/[0-9]{4}-[0-9]{2}\.jsonl\.gz")
LIST_PATH = re.compile(r"(?:[^./\\][^/\\]*/)*[^./\\][^/\\]*\.[tT][xX][tT]")
"""A list's place under dumps/: nothing leads out of it, nothing is hidden."""


SETTINGS = ("site_name", "site_url", "repo_url", "list_name", "list_url", "contact", "authority")
"""What the index says of the site, under the names of our settings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What an import did."""

    names: tuple[str, ...]
    """Of the files that it wrote."""
    settings: tuple[str, ...]
    """Lines of settings that the site had and the archive has not: they are its owner's to set."""


def import_data(folder: Path, root: Path, record: Record) -> Imported:
    """Write the record of an archive, made from a site's data.

    `folder` is the site's folder or its data/; `record` is that of the archive so far, which must
    hold nothing yet. Raises ArchiveError where it does, or where the data is not whole.
    """
    refuse_unless_empty(record)
    data = read_data(folder)
    written = dict(record_files(data))
    unlike = list(settings_unlike(parsed(data[urls.DATA_INDEX], urls.DATA_INDEX), record.settings))
    if data[urls.DATA_VOCABULARY].decode("utf-8", "replace") != record.vocabulary:
        name = record.settings.vocabulary or "vocabulary.yml"
        written[name] = data[urls.DATA_VOCABULARY]
        if not record.settings.vocabulary:
            unlike.append(f"vocabulary: {name}")
    for name, content in written.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, content)
    return Imported(names=tuple(written), settings=tuple(unlike))


def settings_unlike(index: object, settings: Settings) -> Iterator[str]:
    """Yield a line for each setting in which a site's index and an archive differ."""
    for name in SETTINGS:
        said = index.get(name) if isinstance(index, dict) else None
        if isinstance(said, str) and said and said != getattr(settings, name):
            yield f"{name}: {json.dumps(' '.join(visible(said).split()), ensure_ascii=False)}"


def refuse_unless_empty(record: Record) -> None:
    """Raise ArchiveError where an archive has lists, promises or decisions."""
    said = (
        *record.dumps,
        *record.ledger.split(),
        *parse_merges(record.merges, MERGES)[0],
        *parse_corrections(record.corrections, CORRECTIONS)[0],
    )
    if said:
        raise ArchiveError(
            "expected an archive without lists, promises and decisions, found some; make a new "
            "one: daybook new DIR"
        )


def read_data(folder: Path) -> dict[str, bytes]:
    """Return the index of a site's data and the files that it names, by address.

    Raises ArchiveError where one is missing or is not what it was.
    """
    home = next(
        (each for each in (folder, folder / "data") if (each / "index.json").is_file()), None
    )
    if home is None:
        raise ArchiveError(
            f"{folder}: expected a copy of a site's data/, found no index.json in it; fetch the "
            "files that it names, into the same folders"
        )
    whole = (home / "index.json").read_bytes()
    found: dict[str, bytes] = {urls.DATA_INDEX: whole}
    for name, sum_of in wanted(parsed(whole, urls.DATA_INDEX)):
        path = home / name
        content = path.read_bytes() if path.is_file() else None
        if content is None or hashlib.sha256(content).hexdigest() != sum_of:
            state = "none" if content is None else "other bytes"
            raise ArchiveError(f"{path}: expected the file of index.json, found {state}; fetch it")
        found[f"{urls.DATA}{name}"] = content
    missing = {*COPIED, urls.DATA_CORRECTIONS, urls.DATA_DAYS, urls.DATA_VOCABULARY} - found.keys()
    if missing:
        raise ArchiveError(f"{home / 'index.json'}: expected {min(missing)} in it, found it not")
    return found


def wanted(index: object) -> Iterator[tuple[str, str]]:
    """Yield the path and SHA-256 of each file of an index that an archive is made from."""
    rows = index.get("files") if isinstance(index, dict) else None
    needed = {*COPIED, urls.DATA_CORRECTIONS, urls.DATA_DAYS, urls.DATA_VOCABULARY}
    names = {address.removeprefix(urls.DATA) for address in needed}
    for row in rows if isinstance(rows, list) else ():
        path, sum_of = (row.get("path"), row.get("sha256")) if isinstance(row, dict) else ("", "")
        if not (isinstance(path, str) and isinstance(sum_of, str)):
            continue
        if path in names or MONTH_FILE.fullmatch(path):
            yield path, sum_of


def record_files(data: Mapping[str, bytes]) -> Iterator[tuple[str, bytes]]:
    """Yield the files of the record that this data makes, by their names in an archive."""
    entries: dict[str, list[Entry]] = defaultdict(list)
    for address, content in data.items():
        if address.endswith(".jsonl.gz"):
            for number, line in enumerate(unpacked(content, address).split(b"\n"), 1):
                for sha256, entry in entries_in(line, f"{address}:{number}"):
                    entries[sha256].append(entry)
    for place, dump in lists_in(parsed(data[urls.DATA_DAYS], urls.DATA_DAYS), entries):
        yield f"dumps/{place}{SUFFIX}", format_restored(dump).encode()
    if entries:
        raise ArchiveError(
            f"{urls.DATA_DAYS}: expected every list that papers stand in, found "
            f"{min(entries)} not among them; fetch the data again"
        )
    for address, name in COPIED.items():
        yield name, data[address]
    corrections = data[urls.DATA_CORRECTIONS].decode("utf-8", "replace")
    lines = (f"# {line}".rstrip() for line in corrections.splitlines())
    yield CORRECTIONS, (BEFORE + "".join(f"{line}\n" for line in lines)).encode()


def unpacked(content: bytes, address: str) -> bytes:
    """Return what a compressed file holds; raises ArchiveError where it is damaged."""
    try:
        return gzip.decompress(content)
    except (OSError, EOFError, zlib.error):
        raise ArchiveError(f"{address}: expected a gzip file, found it damaged") from None


def parsed(content: bytes, address: str) -> object:
    """Return the value of a JSON file; raises ArchiveError where it is none."""
    try:
        value: object = json.loads(content)
    except (ValueError, RecursionError):
        raise ArchiveError(f"{address}: expected JSON, found what cannot be read") from None
    return value


def entries_in(line: bytes, place: str) -> Iterator[tuple[str, Entry]]:
    """Yield a paper's entries, each with its list's SHA-256; of an empty line none.

    Raises ArchiveError where it cannot be read.
    """
    if not line.strip():
        return
    paper = parsed(line, place)
    if not isinstance(paper, dict):
        raise broken(place, line)
    listings = paper.get("listings")
    for listing in listings if isinstance(listings, list) else ():
        if not isinstance(listing, dict):
            raise broken(place, line)
        title, abstract = words_of(paper, listing.get("variant"))
        entry = entry_in({**listing, "title": title, "abstract": abstract})
        sha256 = listing.get("dump")
        if entry is None or not isinstance(sha256, str) or not re.fullmatch("[0-9a-f]{64}", sha256):
            raise broken(place, line)
        yield sha256, entry


def words_of(paper: Fields, which: object) -> tuple[object, object]:
    """Return the title and abstract of a paper's variant, as its list had them.

    A removed paper's are withheld: what stands for them says so, and tells its texts apart.
    """
    if paper.get("status") == Status.REMOVED:
        said = paper.get("title_raw", paper.get("title"))
        withheld = f"Removed from the archive: {paper.get('id')}"
        return withheld if said is None else said, f"{withheld}, text {which}."
    variants = paper.get("variants")
    if isinstance(variants, list) and type(which) is int and 0 <= which < len(variants):
        variant = variants[which]
        if isinstance(variant, dict):
            return variant.get("title_raw"), variant.get("abstract_raw")
    return None, None


def broken(place: str, line: bytes) -> ArchiveError:
    """Return the fault of a line that is no paper's."""
    found = quoted(line.decode("utf-8", "replace"))
    return ArchiveError(f"{place}: expected a paper as paper.schema.json says, found {found}")


def lists_in(days: object, entries: dict[str, list[Entry]]) -> Iterator[tuple[str, Dump]]:
    """Yield every list with its place under dumps/; takes its entries out of `entries`.

    Raises ArchiveError where a day or a place cannot be read.
    """
    seen = set()
    for day in days if isinstance(days, list) else ():
        date = dated(day.get("day")) if isinstance(day, dict) else None
        lists = day.get("lists") if isinstance(day, dict) else None
        if date is None or not isinstance(lists, list):
            raise ArchiveError(f"{urls.DATA_DAYS}: expected days, found {quoted(str(day))}")
        for each in lists:
            place, sha256 = (
                (each.get("path"), each.get("dump")) if isinstance(each, dict) else ("", "")
            )
            if not isinstance(sha256, str) or not re.fullmatch("[0-9a-f]{64}", sha256):
                raise ArchiveError(f"{urls.DATA_DAYS}: expected a list, found {quoted(str(each))}")
            if not isinstance(place, str) or not LIST_PATH.fullmatch(place) or place in seen:
                raise ArchiveError(
                    f"{urls.DATA_DAYS}: expected a list's place of its own under dumps/, found "
                    f"{quoted(str(place))}"
                )
            seen.add(place)
            found = tuple(entries.pop(sha256, ()))
            yield place, Dump(path=f"dumps/{place}", sha256=sha256, day=date, entries=found)


def dated(value: object) -> dt.date | None:
    """Return the day that a value names, or None."""
    try:
        return dt.date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
