"""A site on this machine: what makes it built again, and what does not."""

from pathlib import Path

from watchdog.events import FileModifiedEvent, FileOpenedEvent

from generator.files import GENERATED
from generator.serving import Changes


def noted(changes: Changes, path: Path) -> bool:
    """Return whether a change of this file counts."""
    changes.changed.clear()
    changes.on_any_event(FileModifiedEvent(str(path)))
    return changes.changed.is_set()


def test_a_build_does_not_set_off_the_next(tmp_path: Path) -> None:
    """Generated pages do not count, those of the first build and those that came later."""
    docs = tmp_path / "docs"
    docs.mkdir()
    manifest = docs / GENERATED
    manifest.write_text("index.md\npapers/one.md\n")
    changes = Changes(docs)
    assert not noted(changes, docs / "papers" / "one.md")
    manifest.write_text("index.md\npapers/one.md\npapers/two.md\n")
    assert not noted(changes, docs / "papers" / "two.md")
    assert not noted(changes, manifest)


def test_what_pages_are_made_from_counts(tmp_path: Path) -> None:
    """A human's page, a dump and the settings count; a look at them does not."""
    docs = tmp_path / "docs"
    docs.mkdir()
    (docs / GENERATED).write_text("index.md\n")
    changes = Changes(docs)
    for name in ("docs/mine.md", "dumps/2025/list.txt", "mkdocs.yml"):
        assert noted(changes, tmp_path / name)
        changes.changed.clear()
        changes.on_any_event(FileOpenedEvent(str(tmp_path / name)))
        assert not changes.changed.is_set()
