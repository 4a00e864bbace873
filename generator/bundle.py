"""A whole archive as one file: the record, the settings, the data, with checksums.

The layout is BagIt's (RFC 8493): what is kept lies under data/, and `manifest-sha256.txt` names
each file of it with its hash. Under data/archive/ lies the archive's folder, under data/site-data/
what its site gives away under /data/. The same archive gives the same bytes.
"""

import gzip
import hashlib
import io
import re
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from generator import __version__
from generator.build import Archive, Record
from generator.config import Settings
from generator.files import GENERATED, read_text
from generator.model import ArchiveError, Problem
from generator.text import visible

TOP = "archive-bundle"
"""The folder that unpacking makes."""
ARCHIVE = "data/archive/"
DATA = "data/site-"
"""In front of an address under /data/."""
MANIFEST = "manifest-sha256.txt"
TAG_MANIFEST = "tagmanifest-sha256.txt"
BAG = "bagit.txt"
VERSION = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"

HIDDEN_BUT_KEPT = frozenset({".gitattributes", ".github", ".gitignore"})
MADE = frozenset({"site", "dist"})
"""Folders at the top that are made again from the rest."""
MADE_ANYWHERE = frozenset({"__pycache__", "node_modules"})
ENDING = "-bundle.tar.gz"
"""Of a bundle's name: one lying in the archive's folder is no part of the next."""

Files = dict[str, bytes]
LINE = re.compile(r"([0-9a-f]{64})  (\S.*)")


def bundle(kept: Files, data: Files, settings: Settings) -> bytes:
    """Return the bundle of an archive's files and its site's data, each by name."""
    payload = {
        **{f"{ARCHIVE}{name}": content for name, content in kept.items()},
        **{f"{DATA}{name}": content for name, content in data.items()},
    }
    files = {BAG: VERSION.encode(), "bag-info.txt": info(payload, settings).encode()}
    files["README.md"] = readme(settings).encode()
    files[MANIFEST] = manifest(payload).encode()
    files[TAG_MANIFEST] = manifest(files).encode()
    return packed({**files, **payload})


def info(payload: Files, settings: Settings) -> str:
    """Return what the bag says of itself; no day, since the same archive gives the same bytes."""
    return (
        f"Source-Organization: {one_line(settings.site_name)}\n"
        f"External-Identifier: {settings.site_url}\n"
        f"Bag-Software-Agent: Daybook {__version__}\n"
        f"Payload-Oxum: {sum(map(len, payload.values()))}.{len(payload)}\n"
    )


def one_line(text: str) -> str:
    """Return text on one line, without what no line may hold."""
    return " ".join(visible(text).split())


def readme(settings: Settings) -> str:
    """Return how to make the site again from the bundle."""
    name = one_line(settings.site_name)
    return f"""# {name}: the whole archive

Kept by Daybook {__version__}. The site was at {settings.site_url}

`data/archive/` is the archive's folder: the lists as they came (`dumps/`), every address ever
promised (`dumps/ledger.jsonl`), what humans decided (`dumps/merges.yml`, `dumps/corrections.yml`)
and the settings (`mkdocs.yml`). `data/site-data/` is what the site gave away under /data/: every
paper as JSON, for whoever has no Daybook. The lists hold the words of removed papers too; the
data does not.

## Is it whole?

    daybook bundle --check FILE.tar.gz

or, without Daybook, in this folder:

    sha256sum --check {MANIFEST} {TAG_MANIFEST}

## Make the site again

1. Install Daybook {__version__} or a later one (`data/archive/requirements.txt` may say from where)
   with Python 3.11 or later.
2. `cd data/archive`. If the site moves to another domain or path, change `site_url` in
   `mkdocs.yml`, and nothing else: `authority` keeps the feeds' ids what they were.
3. `daybook build --locked`. The site is in `site/`; any static host serves it.

Every address under the old `site_url` answers under the new one.
"""


def manifest(files: Files) -> str:
    """Return a line for each file: its SHA-256, two blanks, its name with odd marks encoded."""
    lines = (
        f"{hashlib.sha256(content).hexdigest()}  {encoded(name)}\n"
        for name, content in sorted(files.items())
    )
    return "".join(lines)


def encoded(name: str) -> str:
    """Return a name as BagIt writes it: line ends and per cent signs percent-encoded."""
    return name.replace("%", "%25").replace("\n", "%0A").replace("\r", "%0D")


def packed(files: Files) -> bytes:
    """Return a compressed tar of these files; the same bytes each time."""
    held = io.BytesIO()
    with (
        gzip.GzipFile(fileobj=held, mode="wb", filename="", mtime=0) as squeezed,
        tarfile.open(fileobj=squeezed, mode="w", format=tarfile.PAX_FORMAT) as tar,
    ):
        for name, content in sorted(files.items()):
            member = tarfile.TarInfo(f"{TOP}/{name}")
            member.size, member.mode = len(content), 0o644
            tar.addfile(member, io.BytesIO(content))
    return held.getvalue()


def archive_files(root: Path) -> Files:
    """Return every file of an archive that a human or `daybook add` put there, by name.

    What a build makes again is left out, and so is what begins with a dot, but for git's and
    GitHub's own. Raises ArchiveError where a file cannot be read or leads elsewhere: a bundle
    leaves nothing out.
    """
    made = {f"docs/{name}" for name in read_text(root / "docs" / GENERATED).split("\n") if name}
    found = {}
    for path in files_below(root):
        name = path.relative_to(root).as_posix()
        if name in made:
            continue
        if path.is_symlink() and root.resolve() not in path.resolve().parents:
            raise ArchiveError(
                f"{name}: expected a file of the archive, found a link out of it; put the file "
                "itself there"
            )
        try:
            name.encode()
            found[name] = path.read_bytes()
        except (OSError, UnicodeEncodeError) as error:
            raise ArchiveError(
                f"{name!a}: expected a file that can be read, found none ({error}); a bundle "
                "leaves nothing out"
            ) from None
    return found


def files_below(root: Path) -> Iterator[Path]:
    """Yield the files of an archive's folder that are not made again, sorted."""
    for top in sorted(root.iterdir()):
        hidden = top.name.startswith(".") and top.name not in HIDDEN_BUT_KEPT
        if hidden or (top.name in MADE and top.is_dir()) or top.name.endswith(ENDING):
            continue
        below = sorted(top.rglob("*")) if top.is_dir() else [top]
        for path in below:
            parts = path.relative_to(root).parts
            skipped = any(each.startswith(".") for each in parts[1:]) or MADE_ANYWHERE & {*parts}
            if not skipped and (path.is_symlink() or not path.is_dir()):
                yield path


def refuse_unfit(file: Path, archive: Archive, record: Record) -> None:
    """Raise ArchiveError where a bundle of this archive, in this file, would be of no use."""
    if not file.name.endswith(ENDING):
        raise ArchiveError(
            f"{file}: expected a name that ends with {ENDING}, so that one lying in the archive "
            "is known; choose such a FILE"
        )
    if not file.parent.is_dir():
        raise ArchiveError(f"{file.parent}: expected a folder, found none; make it first")
    if not record.dumps:
        raise ArchiveError("expected a list to keep, found none yet: daybook add FILE --year YYYY")
    if archive.lines:
        raise ArchiveError(
            f"expected every address in the ledger, found {len(archive.lines):,} that are not "
            "promised yet; promise them first: daybook add"
        )
    vocabulary = record.settings.vocabulary
    if vocabulary.startswith("/") or ".." in vocabulary.split("/"):
        raise ArchiveError(
            f"{vocabulary}: expected a vocabulary inside of the archive's folder, found one "
            "elsewhere; put it there, and name it in mkdocs.yml"
        )


def check_bundle(path: Path) -> Iterator[Problem]:
    """Yield all that is wrong with a bundle: files that changed, are missing or are not named.

    Each file is read once, and none is unpacked to disk.
    """
    try:
        with tarfile.open(path, mode="r:gz") as tar:
            sums, said = sums_in(tar)
    except (OSError, EOFError, tarfile.TarError, ValueError) as error:
        yield wrong(path, "", f"a bundle, found what cannot be read ({error})")
        return
    for name in (BAG, MANIFEST, TAG_MANIFEST):
        if name not in sums:
            yield wrong(path, "", f"{name} in it, found none")
    promised: dict[str, str] = {}
    for name in (MANIFEST, TAG_MANIFEST):
        promised |= dict(promised_in(said.get(name, b"")))
    for name, expected in sorted(promised.items()):
        if name not in sums:
            yield wrong(path, name, "the file that the manifest names, found none")
        elif sums[name] != expected:
            yield wrong(path, name, f"SHA-256 {expected}, found {sums[name]}")
    for name in sorted(sums.keys() - promised.keys() - {TAG_MANIFEST}):
        yield wrong(path, name, "a file that a manifest names, found one that none does")


def sums_in(tar: tarfile.TarFile) -> tuple[dict[str, str], Files]:
    """Return the SHA-256 of each file of a tar by its name below the top, and the manifests.

    Raises ValueError where a member is no plain file, or stands there twice.
    """
    sums: dict[str, str] = {}
    said: Files = {}
    for member in tar:
        top, _, name = member.name.partition("/")
        held = tar.extractfile(member) if member.isreg() else None
        if held is None or top != TOP or not name or ".." in name.split("/"):
            raise ValueError(f"a member that is no file of a bundle: {one_line(member.name)}")
        if name in sums:
            raise ValueError(f"a file that stands there twice: {one_line(name)}")
        if name in {MANIFEST, TAG_MANIFEST}:
            said[name] = held.read()
            sums[name] = hashlib.sha256(said[name]).hexdigest()
        else:
            sums[name] = sum_of(held)
    return sums, said


def sum_of(held: IO[bytes]) -> str:
    """Return the SHA-256 of a file, read piece by piece."""
    sums = hashlib.sha256()
    for piece in iter(lambda: held.read(1 << 20), b""):
        sums.update(piece)
    return sums.hexdigest()


def promised_in(source: bytes) -> Iterator[tuple[str, str]]:
    """Yield the name and SHA-256 of each file that a manifest names."""
    for line in source.decode("utf-8", "replace").split("\n"):
        if match := LINE.fullmatch(line):
            name = match[2].replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%")
            yield name, match[1]


def wrong(path: Path, name: str, what: str) -> Problem:
    """Return the problem of a bundle."""
    place = f"{path}: {one_line(name)}" if name else str(path)
    return Problem(path=place, line=0, message=f"expected {what}; fetch the bundle again")
