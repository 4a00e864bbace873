"""A site on this machine while one works on it."""

import threading
from collections.abc import Callable
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer

from generator.files import ENGINE, GENERATED, overrides, read_text
from generator.model import ArchiveError

SETTLE = 0.3
"""Seconds of quiet after a change before the site is built: editors write in several steps."""


class Handler(SimpleHTTPRequestHandler):
    """Serves a folder under the path of its `site_url`, as a project site lives on GitHub Pages."""

    def __init__(self, *args: object, base: str, directory: str) -> None:
        self.base = base
        super().__init__(*args, directory=directory)  # type: ignore[arg-type]

    def translate_path(self, path: str) -> str:
        """Return the file for a request's path; outside the site's own path there is none."""
        inside = path.removeprefix(self.base) if path.startswith(self.base) else "no-such-page"
        return super().translate_path(f"/{inside}")

    def do_GET(self) -> None:
        """Answer a request; the bare root leads to the site."""
        if self.path == "/" and self.base != "/":
            self.send_response(302)
            self.send_header("Location", self.base)
            self.end_headers()
            return
        super().do_GET()

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Show the site's own page for what is not there."""
        page = Path(self.directory) / "404.html"
        if code != 404 or not page.is_file():  # noqa: PLR2004  # not found
            super().send_error(code, message, explain)
            return
        body = page.read_bytes()
        self.send_response(code)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the name is http.server's
        """Stay quiet: what was built is what counts."""


class Changes(FileSystemEventHandler):
    """Notes that something a page is made from has changed."""

    def __init__(self, docs: Path) -> None:
        self.docs = docs
        self.changed = threading.Event()
        self.generated = self.listed()

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Note a change, unless it is the build's own or a mere look."""
        if event.event_type not in {"opened", "closed_no_write"} and self.counts(
            Path(str(event.src_path))
        ):
            self.changed.set()

    def counts(self, path: Path) -> bool:
        """Return whether a page is made from this file: generated pages are not."""
        if path.name.startswith(".") or path.is_dir():
            return False
        if self.docs not in path.parents:
            return True
        name = path.relative_to(self.docs).as_posix()
        if name not in self.generated:
            # Read again for new names only: a build may write tens of thousands of pages.
            self.generated = self.listed()
        return name not in self.generated

    def listed(self) -> frozenset[str]:
        """Return the names of the generated pages."""
        return frozenset(read_text(self.docs / GENERATED).split("\n"))


def server(site: Path, site_url: str, port: int) -> ThreadingHTTPServer:
    """Return a server of a built site on loopback, under the path of its address."""
    base = urlsplit(site_url).path or "/"
    handler = partial(Handler, base=base, directory=str(site))
    return ThreadingHTTPServer(("127.0.0.1", port), handler)


def serve(
    root: Path, site_url: str, port: int, rebuild: Callable[[], None], tell: Callable[[str], None]
) -> None:
    """Build an archive's site, serve it until interrupted, build again when its sources change.

    Raises ArchiveError, before the first build, where the port is taken.
    """
    try:
        serving = server(root / "site", site_url, port)
    except OSError as error:
        raise ArchiveError(
            f"expected port {port} to be free, found none to serve on ({error.strerror}); "
            "choose another with --port"
        ) from None
    rebuild()
    threading.Thread(target=serving.serve_forever, daemon=True).start()
    tell(f"http://127.0.0.1:{serving.server_port}{urlsplit(site_url).path or '/'}")
    changes = Changes(root / "docs")
    observer = Observer()
    for folder in (
        root / "dumps",
        root / "docs",
        overrides(),
        ENGINE / "templates",
        ENGINE / "data",
    ):
        if folder.is_dir():
            observer.schedule(changes, str(folder), recursive=True)
    observer.schedule(changes, str(root))
    observer.start()
    try:
        while True:
            changes.changed.wait()
            while changes.changed.is_set():
                changes.changed.clear()
                changes.changed.wait(SETTLE)
            rebuild()
            changes.changed.clear()
    except KeyboardInterrupt:
        tell("stopped")
    finally:
        observer.stop()
        serving.shutdown()
