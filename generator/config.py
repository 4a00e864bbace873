"""Settings: what an archive says about itself, in mkdocs.yml under `extra.daybook`."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import yaml

from generator.model import Problem
from generator.text import quoted, web_address


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the build must know of an archive."""

    site_name: str
    site_url: str
    """Where the site will live, with a slash at its end."""
    repo_url: str = ""
    list_name: str = "daily paper list"
    """What the archive is an archive of."""
    list_url: str = ""
    contact: str = ""
    """Whom to write to: an e-mail address or a page."""
    terms: str = ""
    """Under which terms the archive's pages may be republished, in a sentence or two."""
    vocabulary: str = ""
    """A vocabulary of one's own, relative to the archive; empty for the one that comes along."""
    authority: str = ""
    """Who names the entries of feeds, by RFC 4151: a domain or e-mail address of one's own and a
    day on which it was one's own, `example.org,2026-11-21`. Set once, and never again: a new
    domain changes nothing. Empty in archives that had none; then the site's host and 2025 do."""
    twins: str = ""
    """Whether a plain Markdown file stands beside each paper's page: `yes`, or empty."""
    policy: str = ""
    """What pages may load from elsewhere, as in a Content-Security-Policy; base.html adds it."""


OWN_KEYS = frozenset(
    {"list_name", "list_url", "contact", "terms", "vocabulary", "authority", "twins", "policy"}
)
TOP_KEYS = frozenset({"site_name", "site_url", "repo_url"})

_HOST = r"https://(?:\*\.)?[\w-]+(?:\.[\w-]+)+(?::\d+)?(?:/[\w./-]*)?"
_SOURCE = rf"'self'|'sha(?:256|384|512)-[\w+/-]+={{0,2}}'|{_HOST}"
ALLOWED = re.compile(
    rf"\s*(?:(?:script|style|connect|frame|worker|manifest)-src|form-action)(?:\s+(?:{_SOURCE}))+\s*"
    rf"|\s*(?:img|font|media)-src(?:\s+(?:{_SOURCE}|data:|blob:))+\s*|\s*",
    re.ASCII,
)
"""What an archive may add to the policy: hosts by name, over HTTPS, and hashes. Whatever would let
a stranger's script run (`'unsafe-inline'`, a scheme, all hosts) is left out on purpose."""
POLICY = "directives like `script-src https://stats.example.org; connect-src …` under policy"


class LooseLoader(yaml.SafeLoader):
    """Reads mkdocs.yml, whose tags other than `!ENV` are MkDocs's business."""

    environ: Mapping[str, str] = MappingProxyType({})


def variable(loader: LooseLoader, node: yaml.Node) -> object:
    """Return what `!ENV NAME` or `!ENV [NAME, OTHER, fallback]` means, as MkDocs reads it."""
    parts = node.value if isinstance(node, yaml.SequenceNode) else [node]
    names = [part.value for part in (parts[:-1] or parts) if isinstance(part, yaml.ScalarNode)]
    found = next((loader.environ[name] for name in names if name in loader.environ), None)
    if found is not None:
        return found
    return loader.construct_object(parts[-1], deep=True) if len(parts) > 1 else None


def passed_over(loader: LooseLoader, suffix: str, node: yaml.Node) -> None:
    """Return nothing for what only MkDocs knows to read."""
    del loader, suffix, node


LooseLoader.add_constructor("!ENV", variable)
LooseLoader.add_multi_constructor("!", passed_over)
LooseLoader.add_multi_constructor("tag:yaml.org,2002:python/", passed_over)


def parse_settings(
    text: str, path: str, environ: Mapping[str, str]
) -> tuple[Settings | None, tuple[Problem, ...]]:
    """Return the settings in mkdocs.yml, or None and why they cannot be read.

    `environ` has the variables that `!ENV` names: MkDocs reads them too, and both must come to the
    same. Unknown settings of ours are refused, with their line: a slip of the pen would go
    unnoticed.
    """
    try:
        node = yaml.compose(text, Loader=LooseLoader)
        loader = LooseLoader(text)
        loader.environ = environ
        values = loader.get_single_data()
    except (ValueError, RecursionError) as error:
        # A day like 2025-02-30 looks like one to YAML, and is none to Python.
        return None, (wrong(path, 1, "YAML", f"what cannot be read ({error})"),)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        return None, (wrong(path, line, "YAML", str(getattr(error, "problem", error))),)
    if not isinstance(values, dict) or not isinstance(node, yaml.MappingNode):
        return None, (wrong(path, 1, "settings like `site_name: My archive`", "none"),)
    own_node = child(child(node, "extra"), "daybook")
    extra = values.get("extra")
    own = extra.get("daybook") if isinstance(extra, dict) else None
    if not isinstance(own, dict | None):
        line = own_node.start_mark.line + 1 if own_node else 1
        return None, (wrong(path, line, "`key: value` under daybook", quoted(str(own))),)
    problems = tuple(check(values, own or {}, path, node, own_node))
    if problems:
        return None, problems
    said = {key: values[key] for key in TOP_KEYS if values.get(key)} | (own or {})
    settings = Settings(**{key: str(value or "").strip() for key, value in said.items()})
    return settings, ()


def child(node: yaml.Node | None, key: str) -> yaml.Node | None:
    """Return the value of a key in a mapping node, or None."""
    if not isinstance(node, yaml.MappingNode):
        return None
    return next((value for name, value in node.value if name.value == key), None)


def check(
    values: Mapping[str, object],
    own: Mapping[str, object],
    path: str,
    top: yaml.Node,
    node: yaml.Node | None,
) -> Iterator[Problem]:
    """A site has a name and an address, and every setting of ours is known text."""
    if not values.get("site_name"):
        yield wrong(path, 1, "`site_name:`", "none")
    site_url = values.get("site_url")
    site_node = child(top, "site_url") or top
    if not isinstance(site_url, str) or not is_base(site_url):
        expected = "`site_url:` like https://example.org/papers/"
        yield wrong(path, site_node.start_mark.line + 1, expected, quoted(str(site_url)))
    elif not site_url.endswith("/"):
        expected = f"a slash at the end of `site_url:` ({site_url}/)"
        yield wrong(path, site_node.start_mark.line + 1, expected, quoted(site_url))
    for key, value in own.items():
        place = child(node, key) or node or top
        line = place.start_mark.line + 1
        if key not in OWN_KEYS:
            known = ", ".join(sorted(OWN_KEYS))
            yield wrong(path, line, f"one of {known} under extra.daybook", quoted(str(key)))
        elif value is not None and not isinstance(value, str):
            yield wrong(path, line, f"text for {key}", quoted(str(value)))
        elif key == "policy" and value:
            odd = (part for part in value.split(";") if not ALLOWED.fullmatch(part))
            yield from (wrong(path, line, POLICY, quoted(part.strip())) for part in odd)


def is_base(url: str) -> bool:
    """Return whether the addresses of pages may stand behind this URL: it ends with its path."""
    return web_address(url) == url and "?" not in url and "#" not in url


def wrong(path: str, line: int, expected: str, found: str) -> Problem:
    """Return the problem of a setting."""
    message = f"expected {expected}, found {found}; correct the setting"
    return Problem(path=path, line=line, message=message)
