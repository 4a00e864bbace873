"""An archive of one's own: the few files that are its owner's; all else comes with the engine."""

import datetime as dt
from pathlib import Path

import jinja2

from generator import __version__
from generator.authority import NO_YEAR, host_of
from generator.files import ENGINE, write_whole
from generator.model import ArchiveError


def start_archive(folder: Path, *, name: str, url: str, today: dt.date | None = None) -> list[Path]:
    """Write a new archive's files and return their paths.

    Its feeds get their names from the host in `url` and from `today`. Raises ArchiveError where
    one of the files is there already: nothing is ever overwritten.
    """
    source = ENGINE / "data" / "archive"
    if folder.exists() and not folder.is_dir():
        raise ArchiveError(f"{folder}: expected a new folder, found a file; choose another DIR")
    env = jinja2.Environment(
        loader=jinja2.FileSystemLoader(source),
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
        # GitHub's own marks are {{ }}.
        variable_start_string="<<",
        variable_end_string=">>",
        autoescape=False,  # noqa: S701  # YAML and Markdown; values are quoted by `tojson`
    )
    names = sorted(p.relative_to(source).as_posix() for p in source.rglob("*") if p.is_file())
    targets = {each: folder / each.replace("dot_", ".") for each in names}
    for path in targets.values():
        if path.exists():
            raise ArchiveError(
                f"{path}: expected a new archive, found this file; choose another DIR"
            )
    for each, path in targets.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        text = env.get_template(each).render(
            name=name, url=url, host=host_of(url), since=today or NO_YEAR, version=__version__
        )
        write_whole(path, text.encode())
    return list(targets.values())
