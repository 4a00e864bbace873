"""Works with a permalink to papers: their texts made readable, their tags and neighbours found."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from generator.cleaning import clean, clean_title
from generator.formulas import restore
from generator.ledger import Assignment
from generator.links import find_links
from generator.merge import Work
from generator.model import Metadata, Paper, Slug, Status, TagHit, Text, Variant
from generator.related import Background, Nearest, Vector, nearest, parse_background, vector
from generator.tagging import Tagger

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
    abstract = clean(tex)
    return Text(
        # A title of nothing but marks that no page may hold is shown as it stood.
        title=clean_title(restore(title)) or title,
        abstract=abstract,
        abstract_tex=tex,
        links=find_links(abstract),
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


def papers(
    works: Sequence[Work],
    assignment: Assignment,
    texts: Mapping[Raw, Text],
    traits: Mapping[Raw, Traits],
    before: Nearest,
    metadata: Mapping[int, Metadata],
    enriched: Mapping[int, Face],
) -> tuple[tuple[Paper, ...], Nearest]:
    """Return the papers of these works, in ledger order, and their nearest for the next reading.

    `metadata` has what arXiv says of works, by their index, `enriched` what they show where that
    is arXiv's abstract. The result is the same whatever state was before.
    """
    ordered = [works[index] for index in assignment.order]
    slugs = [assignment.slugs[index] for index in assignment.order]
    ids = [assignment.ids[index] for index in assignment.order]
    shown = [raw_of(work.variants[work.shown]) for work in ordered]
    faces = [
        enriched.get(index) or (texts[raw], traits[raw])
        for index, raw in zip(assignment.order, shown, strict=True)
    ]
    now = nearest(
        {
            slug: seen_of(work.title, text, found)
            for slug, work, (text, found) in zip(slugs, ordered, faces, strict=True)
            if work.status is Status.LISTED
        },
        before,
    )
    related = now.related
    made = [
        Paper(
            id=name,
            slug=slug,
            status=work.status,
            note=work.note,
            title=clean_title(work.title) if work.title else text.title,
            title_raw=raw[0],
            variants=work.variants,
            texts=tuple(
                [
                    text if at == work.shown else texts[raw_of(variant)]
                    for at, variant in enumerate(work.variants)
                ]
            ),
            shown=work.shown,
            listings=work.listings,
            tags=found.tags,
            related=tuple(map(Slug, related.get(slug, ()))),
            metadata=metadata.get(index),
        )
        for index, name, slug, work, raw, (text, found) in zip(
            assignment.order, ids, slugs, ordered, shown, faces, strict=True
        )
    ]
    return tuple(made), now


def raw_of(variant: Variant) -> Raw:
    """Return a variant's text."""
    return variant.title_raw, variant.abstract_raw


def seen_of(title: str, text: Text, traits: Traits) -> Vector:
    """Return what nearness sees of a paper that shows this text; the title is a decided one."""
    return vector_of(clean_title(title), text.abstract, traits.tags) if title else traits.vector
