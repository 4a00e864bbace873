"""A site built in partitions, on as many machines as one likes, and put together."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from generator import files, trees
from generator.keys import Output
from generator.model import ArchiveError
from generator.parallel import cores
from generator.plain import Key, digest
from generator.trees import Known

PARTS = "parts"
"""The folder of an archive in which partitions lie until they are put together."""
REPORT = "partition.json"
FILES = "site"


@dataclass(frozen=True, slots=True)
class Partition:
    """A set of pages built together: the number of one, from 1, and how many there are."""

    number: int
    of: int

    def __str__(self) -> str:
        return f"{self.number}/{self.of}"

    @property
    def leads(self) -> bool:
        """Whether this one also holds all that is not a generated page."""
        return self.number == 1

    def has(self, path: str) -> bool:
        """Return whether a page is in this partition: by its name alone, so that all agree."""
        return int.from_bytes(digest(path.encode())[:8]) % self.of == self.number - 1


def parse_partition(text: str) -> Partition:
    """Return the partition that `3/8` means.

    Raises ArchiveError where it means none.
    """
    found = re.fullmatch(r"([1-9][0-9]{0,3})/([1-9][0-9]{0,3})", text)
    if found is None or int(found[1]) > int(found[2]):
        raise ArchiveError(
            f"--partition: expected a number and how many there are, like 3/8, found {text}"
        )
    return Partition(int(found[1]), int(found[2]))


def folder_of(root: Path, part: Partition) -> Path:
    """Return where a partition lies."""
    return root / PARTS / f"{part.number}-of-{part.of}"


def write_partition(root: Path, part: Partition, inputs: Key, wanted: Sequence[Output]) -> None:
    """Write a partition's files, and its report last."""
    folder = folder_of(root, part)
    report = folder / REPORT
    folder.mkdir(parents=True, exist_ok=True)
    # Without a report it counts as not built.
    report.unlink(missing_ok=True)
    tree = trees.tree(folder / FILES, folder / FILES, Known())
    tree.want(wanted)
    tree.raised(cores())
    said = {"partition": str(part), "inputs": inputs.hex(), "files": len(wanted)}
    files.write_whole(report, json.dumps(said, indent=1).encode())


def gathered(root: Path) -> list[Output]:
    """Return the files of all partitions, which must be those of one build, and all of it.

    Raises ArchiveError where one is missing, twice there, cut short, or of another build.
    """
    reports = {
        path.parent: read_report(path) for path in sorted((root / PARTS).glob(f"*/{REPORT}"))
    }
    if not reports:
        raise ArchiveError(
            f"{root / PARTS}: expected partitions, found none; build them: "
            "daybook build --partition 1/4, 2/4 …"
        )
    parts = [parse_partition(str(report["partition"])) for report in reports.values()]
    missing = [
        str(each)
        for each in (Partition(number, parts[0].of) for number in range(1, parts[0].of + 1))
        if each not in parts
    ]
    if missing or len(parts) != parts[0].of:
        found = ", ".join(map(str, parts))
        raise ArchiveError(
            f"{root / PARTS}: expected each partition once, found {found}; "
            f"build what is missing ({', '.join(missing) or 'none'}), remove what is too many"
        )
    if len({report["inputs"] for report in reports.values()}) > 1:
        raise ArchiveError(
            f"{root / PARTS}: expected partitions of one build, found some of another state of the "
            "archive or of Daybook; build all of them from the same"
        )
    return [output for folder, report in reports.items() for output in part_outputs(folder, report)]


def read_report(path: Path) -> dict[str, object]:
    """Return what a partition says of itself.

    Raises ArchiveError where it cannot be read.
    """
    try:
        found = json.loads(files.read_text(path))
    except ValueError:
        found = None
    if not isinstance(found, dict) or not {"partition", "inputs", "files"} <= found.keys():
        raise ArchiveError(f"{path}: expected a partition's report; build that partition again")
    return found


def part_outputs(folder: Path, report: dict[str, object]) -> Iterator[Output]:
    """Yield a partition's files.

    Raises ArchiveError where some are missing.
    """
    names = list(trees.names(folder / FILES))
    if len(names) != report["files"]:
        raise ArchiveError(
            f"{folder}: expected {report['files']} files, found {len(names)}; "
            "it did not arrive whole: copy or build it again"
        )
    for name in sorted(names):
        path = folder / FILES / name
        yield Output(path=name, key=digest(path.read_bytes()), make=partial(Path.read_bytes, path))
