"""What is known of papers beside their lists: dumps/metadata.jsonl.

Append-only, a line a paper; where there are several, the last holds.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from generator.arxiv_records import metadata_of, parse_object
from generator.model import EntryId, Metadata, Problem, Severity
from generator.text import quoted

KEYS = ("id", "arxiv", "doi", "authors", "first", "categories", "abstract", "source")
NOTHING = Metadata(arxiv="", doi="", authors=(), first=None, categories=(), abstract="", source="")
_ID = re.compile(r"[0-9a-f]{12}-[0-9]{1,9}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the file says last of a paper."""

    paper: EntryId
    metadata: Metadata
    """An empty number: a human found that the paper has no record. Nothing but a number: a human
    gave it, and the rest may be filled in."""
    line: int
    """From 1."""

    @property
    def bare(self) -> bool:
        """Whether it is a number that a human gave, and no more."""
        more = replace(self.metadata, arxiv="")
        return bool(self.metadata.arxiv) and more == NOTHING


Said = Mapping[EntryId, Known]


def by_work(
    said: Said, find: Callable[[EntryId], int | None], own: Sequence[EntryId], path: str
) -> tuple[dict[int, Known], tuple[Problem, ...]]:
    """Return what is said of each work, by its index, and a problem for lines that miss all.

    `find` leads from a paper's id to the work that has it now, `own` are the works' ids. What is
    said of a work's own id goes before what is said of one that was merged into it.
    """
    lines: dict[int, Known] = {}
    problems = []
    for line in said.values():
        index = find(line.paper)
        if index is None:
            problems.append(stray(line, path))
        elif index not in lines or lines[index].paper != own[index]:
            lines[index] = line
    return lines, tuple(problems)


def stray(line: Known, path: str) -> Problem:
    """Return the problem of a line about a paper that is not there."""
    return Problem(
        path=path,
        line=line.line,
        message=f"expected the id of a paper, found {line.paper}, which none has; the line is "
        "passed over: correct the id, a paper's page shows it",
        severity=Severity.WARNING,
    )


def format_metadata(paper: EntryId, metadata: Metadata) -> str:
    """Return a line of the metadata's file, without its end; null stands for what is not known."""
    fields = {
        "id": paper,
        "arxiv": metadata.arxiv or None,
        "doi": metadata.doi or None,
        "authors": list(metadata.authors) or None,
        "first": metadata.first.isoformat() if metadata.first else None,
        "categories": list(metadata.categories) or None,
        "abstract": metadata.abstract or None,
        "source": metadata.source or None,
    }
    return json.dumps(fields, ensure_ascii=False, sort_keys=True)


def parse_metadata(text: str, path: str) -> tuple[Said, tuple[Problem, ...]]:
    """Return what the file's text says of papers, and a problem for each line that says nothing.

    A later line on a paper takes the place of those before it.
    """
    said: dict[EntryId, Known] = {}
    problems = []
    for number, source in enumerate(text.split("\n"), 1):
        if not source.strip():
            continue
        try:
            paper, metadata = parse_line(source)
        except ValueError as error:
            message = f"expected a paper's metadata as JSON, found {error}; the line is passed over"
            problems.append(Problem(path=path, line=number, message=message))
            continue
        said[paper] = Known(paper=paper, metadata=metadata, line=number)
    return said, tuple(problems)


def parse_line(source: str) -> tuple[EntryId, Metadata]:
    """Return what a line says. Raises ValueError where a part of it cannot be what it should."""
    fields = parse_object(source)
    if unknown := sorted(fields.keys() - set(KEYS)):
        raise ValueError(f"the unknown field {quoted(unknown[0])}")
    paper = fields.get("id")
    if not isinstance(paper, str) or not _ID.fullmatch(paper):
        raise ValueError(f"no paper's id in {quoted(source)}")
    if "arxiv" not in fields:
        raise ValueError(f"no field 'arxiv' in {quoted(source)}")
    metadata = metadata_of(fields, fields.get("source"))
    for key in KEYS[1:]:
        if fields.get(key) is not None and not getattr(metadata, key):
            raise ValueError(f"what cannot be right in the field {quoted(key)} of {paper}")
    return EntryId(paper), metadata
