"""Works with a permalink to papers: their texts made readable, their tags found."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache, lru_cache
from importlib.resources import files

from generator.cleaning import clean, clean_title
from generator.formulas import restore
from generator.ledger import Assignment
from generator.links import find_links
from generator.merge import Work
from generator.model import Paper, Slug, Status, Text, Variant
from generator.related import Background, Nearest, Vector, nearest, parse_background, vector
from generator.tagging import Tagger


def papers(works: Sequence[Work], assignment: Assignment, tagger: Tagger) -> Iterator[Paper]:
    """Yield the papers of these works, in ledger order."""
    for index in assignment.order:
        work = works[index]
        texts = tuple(text_of(variant) for variant in work.variants)
        shown = work.listings[-1].variant
        yield Paper(
            id=assignment.ids[index],
            slug=assignment.slugs[index],
            status=work.status,
            note=work.note,
            title=clean_title(work.title) if work.title else texts[shown].title,
            title_raw=work.variants[shown].title_raw,
            variants=work.variants,
            texts=texts,
            shown=shown,
            listings=work.listings,
            tags=tagger.tag(texts[shown].title, texts[shown].abstract),
        )


@lru_cache(maxsize=1024)
def text_of(variant: Variant) -> Text:
    """Return a variant's words, made readable: formulas first, then all other cleaning."""
    tex = restore(variant.abstract_raw)
    title = clean_title(restore(variant.title_raw))
    abstract = clean(tex)
    return Text(
        # A title of nothing but marks that no page may hold is shown as it stood.
        title=title or variant.title_raw,
        abstract=abstract,
        abstract_tex=tex,
        links=find_links(abstract),
    )


def with_related(papers: Sequence[Paper], before: Nearest) -> tuple[tuple[Paper, ...], Nearest]:
    """Return the papers, each with its nearest, and the state that the next build may start from.

    Withdrawn and removed papers are nobody's. The result is the same whatever state was before.
    """
    vectors: dict[str, Vector] = {
        paper.slug: vector(
            paper.title,
            paper.text.abstract,
            (hit.key for hit in paper.tags),
            load_background(),
        )
        for paper in papers
        if paper.status is Status.LISTED
    }
    now = nearest(vectors, before)
    related = now.related
    found = tuple(
        replace(paper, related=tuple(Slug(slug) for slug in related.get(paper.slug, ())))
        for paper in papers
    )
    return found, now


@cache
def load_background() -> Background:
    """Return the table of what words weigh that is shipped with the package."""
    return parse_background(
        files("generator").joinpath("data", "words.txt").read_text(encoding="utf-8")
    )
