"""What a reading leaves to the next: all work that takes long, by what it was made from.

A memory has parts, each with a name and bytes. The name is a digest of everything that the part
was made from, the program included, so that a part is right or is not found; whoever keeps the
bytes guards them against damage. A list has two parts: its entries with their texts made readable,
and what the vocabulary says of these, so that a new vocabulary leaves the texts alone.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from generator.decisions import Mend
from generator.engine import engine_digest
from generator.model import Problem, Text
from generator.papers import Raw, Traits, text_of, traits_of
from generator.parallel import cores, in_parts, meanwhile
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
from generator.tagging import Rulebook, Tagger
from generator.text import fold
from generator.vocabulary import Vocabulary

WORTH_SHARING = 500
"""Texts from which on the work is shared out over the cores."""
WORTH_BESIDE = 30
"""Known lists from which on new ones are worked on in a process of their own."""
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
Understood = tuple[ReadList, Sequence[Traits]]
"""A list as it was read, and what the vocabulary says of its entries."""
Sources = Mapping[str, Callable[[], Reading]]
"""What reads each list, by the name of its part."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lists:
    """All lists read, and what was made of their entries."""

    readings: tuple[Reading, ...]
    folds: Mapping[str, str]
    """By raw title."""
    texts: Mapping[Raw, Text]
    traits: Mapping[Raw, Traits]
    vocabulary: Vocabulary
    """Without its rules."""
    problems: tuple[Problem, ...]
    """Of the vocabulary."""
    memory: Memory


def read_lists(sources: Sources, rules: Rulebook, memory: Mapping[str, bytes]) -> Lists:
    """Return all that is made of these lists: recalled, or worked out where nothing is known."""
    vocabulary = named(rules.text)
    there = set(memory)
    new = {
        name: read
        for name, read in sources.items()
        if not {name, traits_name(name, vocabulary)} <= there
    }
    work = partial(study, new, rules, memory)
    # What a day adds is worked on beside, by a process that begins before much is in memory.
    studying = meanwhile(work) if len(sources) - len(new) > WORTH_BESIDE else work
    found = {name: recall(name, vocabulary, memory) for name in sources if name not in new}
    known = {name: each for name, each in found.items() if each}
    studied = studying()
    if lost := {name: sources[name] for name in found.keys() - known.keys()}:
        studied = studied.with_lists(study(lost, rules, memory))
    every = {name: known.get(name) or studied.lists[name] for name in sources}
    kept = {*studied.recalled, *known, *(traits_name(name, vocabulary) for name in known)}
    fresh: dict[str, Callable[[], bytes]] = {}
    for name, (read, traits) in studied.lists.items():
        if name not in studied.recalled:
            fresh[name] = partial(format_list, read)
        fresh[traits_name(name, vocabulary)] = partial(format_traits, traits)
    folds: dict[str, str] = {}
    texts: dict[Raw, Text] = {}
    traits_of_all: dict[Raw, Traits] = {}
    for read, traits in every.values():
        folds.update(zip([title for title, _ in read.raws], read.folds, strict=True))
        texts.update(zip(read.raws, read.texts, strict=True))
        traits_of_all.update(zip(read.raws, traits, strict=True))
    return Lists(
        readings=tuple([read.reading for read, _ in every.values()]),
        folds=folds,
        texts=texts,
        traits=traits_of_all,
        vocabulary=studied.vocabulary,
        problems=studied.problems,
        memory=Memory(kept=frozenset(kept), fresh=fresh),
    )


def recall(name: str, vocabulary: str, memory: Mapping[str, bytes]) -> Understood | None:
    """Return a list and its entries' traits, by the names of its part and of a vocabulary.

    None where a memory lacks a part of it.
    """
    read = parse_list(memory.get(name))
    if read is None:
        return None
    traits = parse_traits(memory.get(traits_name(name, vocabulary)), len(read.raws))
    return None if traits is None else (read, traits)


@dataclass(frozen=True, slots=True, kw_only=True)
class Studied:
    """Lists on which something had to be worked out, and by which vocabulary."""

    lists: Mapping[str, Understood]
    """By the name of their part."""
    recalled: frozenset[str]
    """Names of those whose texts were known."""
    vocabulary: Vocabulary
    """Without its rules."""
    problems: tuple[Problem, ...]
    """Of the vocabulary."""

    def with_lists(self, other: "Studied") -> "Studied":
        """Return these and others, studied by the same vocabulary."""
        lists, recalled = {**self.lists, **other.lists}, self.recalled | other.recalled
        return replace(self, lists=lists, recalled=recalled)


def study(sources: Sources, rules: Rulebook, memory: Mapping[str, bytes]) -> Studied:
    """Return these lists, all that is made of their entries worked out.

    `memory` may know their texts, where it is the vocabulary that is new.
    """
    vocabulary, problems = rules.vocabulary()
    found = {name: parse_list(memory.get(name)) for name in sources}
    known = {name: read for name, read in found.items() if read}
    texts = {
        raw: text
        for each in known.values()
        for raw, text in zip(each.raws, each.texts, strict=True)
    }
    reads = {name: known.get(name) or unread(read()) for name, read in sources.items()}
    traits: dict[Raw, Traits] = {}
    wanted = dict.fromkeys(raw for each in reads.values() for raw in each.raws)
    for raw, text, hits in work_out(list(wanted), texts, rules.tagger()) if wanted else ():
        texts[raw], traits[raw] = text, hits
    return Studied(
        lists={
            name: (
                replace(read, texts=[texts[raw] for raw in read.raws]),
                [traits[raw] for raw in read.raws],
            )
            for name, read in reads.items()
        },
        recalled=frozenset(known),
        vocabulary=replace(vocabulary, rules={}),
        problems=problems,
    )


def unread(reading: Reading) -> ReadList:
    """Return a list whose texts are not made readable yet."""
    raws = raws_of(reading)
    return ReadList(reading=reading, raws=raws, folds=[fold(title) for title, _ in raws], texts=())


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
