"""Papers that show arXiv's abstract: made readable, its tags found, and all that remembered."""

import marshal
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial

from generator.cleaning import clean
from generator.engine import engine_digest
from generator.links import find_links
from generator.memory import Memory, named
from generator.model import Link, LinkKind, Text
from generator.papers import Traits, traits_of
from generator.parts import parse_plain_traits, plain_traits
from generator.plain import Key, key_of
from generator.tagging import Tagger

_Traits = tuple[tuple[tuple[str, float, tuple[str, ...]], ...], bytes]
_Plain = tuple[str, tuple[tuple[str, str], ...], _Traits]
"""Abstract, links, tags and vector."""
_Part = dict[bytes, _Plain]
"""By a digest of the title as shown and the abstract as recorded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Enriched:
    """What papers show whose abstract is arXiv's, by the index of their works."""

    shown: Mapping[int, tuple[Text, Traits]]
    memory: Memory


def enrich(
    abstracts: Iterable[tuple[int, Text, str]],
    *,
    vocabulary: str,
    tagger: Callable[[], Tagger],
    before: Mapping[str, bytes],
    memory: Memory,
) -> Enriched:
    """Return what papers show whose abstract is arXiv's: recalled, or worked out.

    Each comes as its work's index, the text of its list, and the abstract in LaTeX. `vocabulary`
    names the tagger's, `before` is what earlier readings left, `memory` what this one leaves.
    """
    name = named(engine_digest().hex(), "enriched", vocabulary)
    known = parse_part(before.get(name))
    part: _Part = {}
    shown = {}
    for index, text, abstract in abstracts:
        key = key_of((text.title, abstract))
        plain = known.get(key) or plain_of(text, abstract, tagger())
        part[key] = plain
        shown[index] = parse_plain(text, key, plain)
    if part.keys() == known.keys():
        after = replace(memory, kept=memory.kept | {name}) if part else memory
    else:
        after = memory.with_part(name, partial(marshal.dumps, part))
    return Enriched(shown=shown, memory=after)


def plain_of(text: Text, abstract: str, tagger: Tagger) -> _Plain:
    """Return what is made of an abstract, as plain values."""
    cleaned = clean(abstract)
    links = find_links(cleaned)
    traits = traits_of(replace(text, abstract=cleaned, links=links), tagger)
    return cleaned, tuple((link.url, link.kind.value) for link in links), plain_traits(traits)


def parse_plain(text: Text, key: Key, plain: _Plain) -> tuple[Text, Traits]:
    """Return a list's text with arXiv's abstract in its place, and what is found in it.

    `key` is that of the abstract.
    """
    abstract, links, traits = plain
    found = tuple([Link(url, LinkKind(kind)) for url, kind in links])
    shown = replace(text, abstract=abstract, links=found, key=key_of((text.key, key)))
    return shown, parse_plain_traits(traits)


def parse_part(part: bytes | None) -> _Part:
    """Return what an earlier reading left; nothing where it left nothing that can be read."""
    try:
        known: _Part = marshal.loads(part or b"")  # noqa: S302  # whoever keeps the bytes guards them
    except (EOFError, TypeError, ValueError):
        return {}
    return known
