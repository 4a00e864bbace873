"""Works with a permalink to papers: their texts made readable, their tags found."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from generator.cleaning import clean, clean_title
from generator.formulas import restore
from generator.ledger import Assignment
from generator.links import find_links
from generator.merge import Work
from generator.model import Metadata, Paper, Status, TagHit, Text, Variant
from generator.plain import key_of
from generator.tagging import Tagger
from generator.vectors import Background, Vector, parse_background, vector

Raw = tuple[str, str]
"""A title and an abstract, as a dump has them."""


@dataclass(frozen=True, slots=True)
class Traits:
    """What is found in a text."""

    tags: tuple[TagHit, ...]
    """By descending score."""
    vector: Vector
    """What nearness sees of it."""


def text_of(title: str, abstract: str) -> Text:
    """Return the words of a dump made readable: formulas first, then all other cleaning."""
    tex = restore(abstract)
    cleaned = clean(tex)
    # A title of nothing but marks that no page may hold is shown as it stood.
    shown = clean_title(restore(title)) or title
    return Text(
        title=shown,
        abstract=cleaned,
        abstract_tex=tex,
        links=find_links(cleaned),
        # Links follow from the abstract.
        key=key_of((title, abstract, shown, cleaned, tex)),
    )


def traits_of(text: Text, tagger: Tagger) -> Traits:
    """Return what is found in a text."""
    tags = tagger.tag(text.title, text.abstract)
    return Traits(tags, vector_of(text.title, text.abstract, tags))


def vector_of(title: str, abstract: str, tags: Sequence[TagHit]) -> Vector:
    """Return what nearness sees of a paper."""
    return vector(title, abstract, (hit.key for hit in tags), load_background())


@cache
def load_background() -> Background:
    """Return the table of what words weigh that is shipped with the package."""
    return parse_background(
        files("generator").joinpath("data", "words.txt").read_text(encoding="utf-8")
    )


Face = tuple[Text, Traits]
"""The text that a paper shows first, and what is found in it."""


def faces_of(
    works: Sequence[Work],
    assignment: Assignment,
    texts: Mapping[Raw, Text],
    traits: Mapping[Raw, Traits],
    enriched: Mapping[int, Face],
) -> list[Face]:
    """Return what works show, in ledger order.

    `enriched` has that of the works, by their index, which show arXiv's abstract.
    """
    found = []
    for index in assignment.order:
        work = works[index]
        raw = raw_of(work.variants[work.shown])
        found.append(enriched.get(index) or (texts[raw], traits[raw]))
    return found


def seen(works: Sequence[Work], assignment: Assignment, faces: Iterable[Face]) -> dict[str, Vector]:
    """Return what nearness sees of the works that are listed, in ledger order."""
    return {
        assignment.slugs[index]: seen_of(works[index].title, text, found)
        for index, (text, found) in zip(assignment.order, faces, strict=True)
        if works[index].status is Status.LISTED
    }


def papers(
    works: Sequence[Work],
    assignment: Assignment,
    texts: Mapping[Raw, Text],
    faces: Iterable[Face],
    metadata: Mapping[int, Metadata],
) -> tuple[Paper, ...]:
    """Return the papers of these works, in ledger order, as their faces.

    `metadata` has what arXiv says of works, by their index.
    """
    made = []
    for index, (text, found) in zip(assignment.order, faces, strict=True):
        work = works[index]
        made.append(
            Paper(
                id=assignment.ids[index],
                slug=assignment.slugs[index],
                status=work.status,
                note=work.note,
                title=clean_title(work.title) if work.title else text.title,
                title_raw=work.variants[work.shown].title_raw,
                variants=work.variants,
                texts=(text,) if len(work.variants) == 1 else texts_of(work, text, texts),
                shown=work.shown,
                listings=work.listings,
                tags=found.tags,
                metadata=metadata.get(index),
            )
        )
    return tuple(made)


def texts_of(work: Work, shown: Text, texts: Mapping[Raw, Text]) -> tuple[Text, ...]:
    """Return the texts of a work's variants; the one that it shows first is given."""
    others = (texts[raw_of(variant)] for variant in work.variants)
    return tuple([shown if at == work.shown else each for at, each in enumerate(others)])


def raw_of(variant: Variant) -> Raw:
    """Return a variant's text."""
    return variant.title_raw, variant.abstract_raw


def seen_of(title: str, text: Text, traits: Traits) -> Vector:
    """Return what nearness sees of a paper that shows this text; the title is a decided one."""
    return vector_of(clean_title(title), text.abstract, traits.tags) if title else traits.vector
