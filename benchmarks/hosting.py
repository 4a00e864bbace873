"""A static host on loopback: gzipped, kept by browsers for ten minutes, as GitHub Pages has it."""

import gzip
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

QUIET = 0.25
"""Seconds without a request after which nothing more is expected."""
SAME = (".gz", ".pagefind", ".pf_fragment", ".pf_index", ".pf_meta", ".png", ".svgz", ".woff2")
"""Ends of names of what is compressed already."""
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".xml": "application/xml",
}


class Host(ThreadingHTTPServer):
    """Serves a site and notes what it sent."""

    daemon_threads = True

    def __init__(self, site: Path, path: str) -> None:
        """Serve a folder under a path, which begins and ends with a slash."""
        self.site = site
        self.path = path
        self.sent: list[tuple[str, int]] = []
        self.last = 0.0
        self.busy: set[object] = set()
        self.body = cache(self.read)
        super().__init__(("127.0.0.1", 0), Handler)

    @property
    def base(self) -> str:
        """The site's address."""
        return f"http://127.0.0.1:{self.server_port}{self.path}"

    def read(self, path: str) -> tuple[bytes, bool, str] | None:
        """Return a file's bytes as sent, whether they are gzipped, and their type."""
        file = self.file(path)
        if not file.is_file():
            return None
        raw = file.read_bytes()
        kind = TYPES.get(file.suffix, "application/octet-stream")
        if file.name.endswith(SAME):
            return raw, False, kind
        return gzip.compress(raw, 6), True, kind

    def file(self, path: str) -> Path:
        """Return the file for a path below the site."""
        found = self.site / path
        return found / "index.html" if found.is_dir() else found

    def taken(self) -> list[tuple[str, int]]:
        """Return what was sent since the last time: paths, and bytes of bodies."""
        sent, self.sent = self.sent, []
        return sent

    def settle(self) -> None:
        """Wait until nothing is asked for any more."""
        self.last = time.monotonic()
        while self.busy or time.monotonic() - self.last < QUIET:
            time.sleep(0.02)


class Handler(BaseHTTPRequestHandler):
    """Answers a request."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Host

    def do_GET(self) -> None:
        """Send a file of the site; its page of the lost where there is none."""
        self.server.busy.add(self)
        path = unquote(urlsplit(self.path).path).removeprefix(self.server.path)
        found = self.server.body(path)
        body, gzipped, kind = found or self.server.body("404.html") or (b"", False, "text/plain")
        self.send_response(200 if found else 404)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "max-age=600")
        if gzipped:
            self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        self.server.sent.append((path, len(body)))
        with suppress(ConnectionError):
            self.wfile.write(body)
        self.server.last = time.monotonic()
        self.server.busy.discard(self)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the name is http.server's
        """Stay quiet: the figures count."""


@contextmanager
def hosted(host: Host) -> Iterator[Host]:
    """Serve while the block runs."""
    threading.Thread(target=host.serve_forever, daemon=True).start()
    try:
        yield host
    finally:
        host.shutdown()
