"""What a reading leaves to the next: all work that takes long, by what it was made from.

A memory has parts, each with a name and bytes. The name is a digest of everything that the part
was made from, the program included, so that a part is right or is not found; whoever keeps the
bytes guards them against damage. A list has two parts: its entries with their texts made readable,
and what the vocabulary says of these, so that a new vocabulary leaves the texts alone.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import chain

from generator.decisions import Mend
from generator.engine import engine_digest
from generator.model import Text
from generator.papers import Raw, Traits, text_of, traits_of
from generator.parallel import cores, in_parts
from generator.parse import Reading
from generator.parts import (
    ReadList,
    format_list,
    format_made,
    format_traits,
    parse_list,
    parse_made,
    parse_plain_traits,
    parse_text,
    parse_traits,
    plain_text,
    plain_traits,
    raws_of,
)
from generator.tagging import Tagger
from generator.text import fold

WORTH_SHARING = 500
"""Texts from which on the work is shared out over the cores."""
ROUND = 20_000
"""Texts that are worked on between two meetings of the cores, which bounds the memory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """What a reading used of the memory before it, and what it adds."""

    kept: frozenset[str]
    """Names of the parts that go on; all others may be forgotten."""
    fresh: Mapping[str, Callable[[], bytes]]
    """By name, what gives the bytes of a new part."""
    late: Mapping[str, Callable[[], bytes]] = field(default_factory=dict)
    """The same of parts that may still be worked on: asking for them waits."""

    def with_part(self, name: str, part: Callable[[], bytes]) -> "Memory":
        """Return this memory with a new part."""
        return replace(self, fresh={**self.fresh, name: part})

    @property
    def parts(self) -> Iterator[tuple[str, bytes]]:
        """The new parts, by name, each made when it is asked for."""
        return ((name, part()) for name, part in {**self.fresh, **self.late}.items())

    def after(self, before: Mapping[str, bytes]) -> dict[str, bytes]:
        """Return the memory for the next reading; `before` is the one of this."""
        return {name: before[name] for name in self.kept} | dict(self.parts)


NOTHING = Memory(kept=frozenset(), fresh={})


# --- Names -----------------------------------------------------------------------------------


def named(*made_from: str) -> str:
    """Return the name of what is made from these texts: 64 hex digits."""
    told = "\0".join(made_from).encode("utf-8", "surrogatepass")
    return hashlib.sha256(told).hexdigest()


def list_name(sha256: str, path: str, mend: Mend) -> str:
    """Return the name of a list's part; the dump is given by its hash."""
    # What was said of it before is a chain of any length, and says nothing of this reading.
    return named(engine_digest().hex(), "list", sha256, path, repr(replace(mend, before=None)))


def traits_name(of_list: str, vocabulary: str) -> str:
    """Return the name of the part with the traits of a list's entries.

    Both are given by a name: the list's part, and the vocabulary.
    """
    return named(of_list, "traits", vocabulary)


def nearest_name() -> str:
    """Return the name of the part that knows which papers are related."""
    return named(engine_digest().hex(), "nearest")


# --- Recalling, and working out the rest -----------------------------------------------------


Made = tuple[Raw, Text, Traits]
"""What is made of a dump's words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lists:
    """All lists read, and what was made of their entries."""

    readings: tuple[Reading, ...]
    texts: Mapping[Raw, Text]
    traits: Mapping[Raw, Traits]
    memory: Memory


@dataclass(frozen=True, slots=True, kw_only=True)
class Recalled:
    """All lists read, and what earlier readings made of their entries."""

    readings: Mapping[str, Reading]
    """By the name of their part; in order."""
    raws: Mapping[str, Sequence[Raw]]
    """The texts of each one's entries."""
    folds: Mapping[str, str]
    """Of all titles."""
    texts: Mapping[Raw, Text]
    traits: Mapping[Raw, Traits]
    vocabulary: str
    """The name of the one by which these were found."""
    kept: frozenset[str]
    """Names of the parts that were there."""

    @property
    def missing(self) -> list[Raw]:
        """The texts of which something has to be made yet, each once."""
        seen = dict.fromkeys(chain.from_iterable(self.raws.values()))
        return [raw for raw in seen if raw not in self.texts or raw not in self.traits]

    def completed(self, made: Iterable[Made]) -> Lists:
        """Return all that is made of the lists, once the missing is made, too."""
        texts, traits = dict(self.texts), dict(self.traits)
        for raw, text, found in made:
            texts[raw], traits[raw] = text, found
        fresh: dict[str, Callable[[], bytes]] = {}
        for name, there in self.raws.items():
            beside = traits_name(name, self.vocabulary)
            if name not in self.kept:
                fresh[name] = partial(list_part, self.readings[name], there, self.folds, texts)
            if beside not in self.kept:
                fresh[beside] = partial(traits_part, there, traits)
        return Lists(
            readings=tuple(self.readings.values()),
            texts=texts,
            traits=traits,
            memory=Memory(kept=self.kept, fresh=fresh),
        )


def recall_lists(
    sources: Iterable[tuple[str, Callable[[], Reading]]],
    vocabulary: str,
    memory: Mapping[str, bytes],
) -> Recalled:
    """Return these lists, and what earlier readings made of their entries.

    A list comes as the name of its part and what reads it; `vocabulary` is the name of one.
    """
    folds: dict[str, str] = {}
    texts: dict[Raw, Text] = {}
    traits: dict[Raw, Traits] = {}
    readings: dict[str, Reading] = {}
    raws: dict[str, Sequence[Raw]] = {}
    kept: set[str] = set()
    for name, read in sources:
        known = parse_list(memory.get(name))
        readings[name] = known.reading if known else read()
        there = raws[name] = known.raws if known else raws_of(readings[name])
        titles = [title for title, _ in there]
        folds.update(zip(titles, known.folds if known else map(fold, titles), strict=True))
        if known:
            kept.add(name)
            texts.update(zip(there, known.texts, strict=True))
        beside = traits_name(name, vocabulary)
        said = parse_traits(memory.get(beside), len(there))
        if said is not None:
            kept.add(beside)
            traits.update(zip(there, said, strict=True))
    return Recalled(
        readings=readings,
        raws=raws,
        folds=folds,
        texts=texts,
        traits=traits,
        vocabulary=vocabulary,
        kept=frozenset(kept),
    )


def list_part(
    reading: Reading,
    raws: Sequence[Raw],
    folds: Mapping[str, str],
    texts: Mapping[Raw, Text],
) -> bytes:
    """Return the part of a list."""
    return format_list(
        ReadList(
            reading=reading,
            raws=raws,
            folds=[folds[title] for title, _ in raws],
            texts=[texts[raw] for raw in raws],
        )
    )


def traits_part(raws: Sequence[Raw], traits: Mapping[Raw, Traits]) -> bytes:
    """Return the part with the traits of a list's entries."""
    return format_traits(traits[raw] for raw in raws)


def work_out(raws: Sequence[Raw], texts: Mapping[Raw, Text], tagger: Tagger) -> Iterator[Made]:
    """Yield what is made of each of these texts; `texts` has what was made readable before.

    Where there are many, the cores share the work.
    """
    parts = cores() if len(raws) > WORTH_SHARING else 1
    for at in range(0, len(raws), ROUND):
        shares = [raws[at : at + ROUND][part::parts] for part in range(parts)]
        sent = in_parts(partial(made_of, shares, texts, tagger), parts)
        for share, made in zip(shares, sent, strict=True):
            for raw, (text, traits) in zip(share, parse_made(made), strict=True):
                yield raw, parse_text(raw, text), parse_plain_traits(traits)


def made_of(
    shares: Sequence[Sequence[Raw]], texts: Mapping[Raw, Text], tagger: Tagger, number: int
) -> bytes:
    """Return what is made of one share of texts, to be sent."""
    made = []
    for raw in shares[number]:
        text = texts.get(raw) or text_of(*raw)
        made.append((plain_text(raw, text), plain_traits(traits_of(text, tagger))))
    return format_made(made)
