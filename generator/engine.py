"""Which engine this is, by content: what an older one kept in a cache is never taken for ours."""

import hashlib
import sys
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

HOME = Path(__file__).parent
PARTS = {".py", ".jinja", ".json", ".txt", ".yml"}
"""How the files end that decide what the engine makes. The templates of pages are left out: they
are known by keys of their own, so that a change of one leaves other pages alone."""
PACKAGES = (
    *("jinja2", "markdown", "markupsafe", "mkdocs", "mkdocs-material"),
    *("latex2mathml", "pylatexenc", "pyahocorasick", "python-slugify", "text-unidecode"),
    *("lunr", "numpy", "scipy", "pillow"),
)
"""What else decides it."""


@cache
def engine_digest() -> bytes:
    """Return the digest of this engine's code, tables and templates, and of what it stands on."""
    found = hashlib.blake2b(repr(sys.version_info[:3]).encode(), digest_size=16)
    for name in PACKAGES:
        found.update(f"{name} {installed(name)}\n".encode())
    for path in sorted(HOME.rglob("*")):
        if path.suffix in PARTS and not path.name.endswith(".md.jinja") and path.is_file():
            found.update(f"{path.relative_to(HOME).as_posix()}\n".encode())
            found.update(hashlib.blake2b(path.read_bytes()).digest())
    return found.digest()


def installed(name: str) -> str:
    """Return the version of a package, or an empty string."""
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
