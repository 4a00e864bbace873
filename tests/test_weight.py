"""What takes the space of a site, and the warning before it outgrows GitHub Pages."""

from pathlib import Path

import pytest
from conftest import Daybook
from hypothesis import given
from hypothesis import strategies as st
from lists import list_of

from generator import urls
from generator.weight import PARTS, SITE_LIMIT, at_most, near_the_limit, part_of, table, weigh

NAMES = st.sampled_from(
    [
        *(
            "index.html",
            "sitemap.xml",
            "feed.xml",
            "papers/index.html",
            "papers/2025-03/index.html",
        ),
        *("papers/one/index.html", "papers/2d-nets/index.html", "days/2025-03-14/index.html"),
        *("tags/video/2025/index.html", "areas/vision/index.html", "search/words/abc.json"),
        *("data/papers/2025-03.jsonl.gz", "assets/images/daybook.svg", "mine/index.html"),
    ]
)


@given(st.lists(st.tuples(NAMES, st.integers(0, 10**9))))
def test_the_parts_add_up(files: list[tuple[str, int]]) -> None:
    """Every file and every byte stands in just one part, in the order of the parts."""
    weight = weigh(files)
    assert weight.files == len(files)
    assert weight.size == sum(size for _, size in files)
    names = [part.name for part in weight.parts]
    assert names == [name for name in PARTS if name in names]
    assert len(list(table(weight))) >= 2


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("papers/index.html", "papers"),
        (urls.html_file(urls.papers_of_month("2025-03")), "papers"),
        ("papers/feed-forward-networks/index.html", "papers"),
        (urls.html_file(urls.period("2025")), "days"),
        (urls.html_file(urls.tag_period("video", "2025-03")), "tags"),
        (urls.html_file(urls.area("vision")), "tags"),
        (urls.html_file(urls.SEARCH), "search"),
        ("tags/video/feed.xml", "feeds"),
        ("feed.json", "feeds"),
        ("feeds.opml", "feeds"),
        ("data/2025-03.bib", "data"),
        (urls.ICON, "assets"),
        (urls.OPENSEARCH, "other"),
        ("papers", "other"),
        ("404.html", "other"),
    ],
)
def test_a_file_belongs_to_the_part_that_it_serves(name: str, part: str) -> None:
    """Lists go with what they list, feeds are feeds wherever they lie."""
    assert part_of(name) == part


def test_a_papers_page_is_neither_a_list_nor_a_tags_page() -> None:
    """Lists of a month are no papers, and slugs may begin with a digit."""
    weight = weigh(
        [
            ("papers/index.html", 1),
            (urls.html_file(urls.papers_of_month("2025-03")), 2),
            (urls.html_file(urls.paper("2d-nets")), 300),
            (urls.html_file(urls.paper("nets")), 200),
            (urls.html_file(urls.tag("nets")), 4),
        ]
    )
    assert weight.paper_pages == (200, 300)
    assert list(table(weight))[-1] == "a paper's page: 250 bytes on average, 95 % at most 300"


def test_an_empty_site_has_a_table_too() -> None:
    """Nothing is divided by nothing."""
    assert len(list(table(weigh([])))) == 2


@given(st.lists(st.integers(), min_size=1), st.floats(0.01, 1))
def test_a_share_lies_under_its_value(values: list[int], share: float) -> None:
    """At least that share of the values is no larger, and a smaller value would not do."""
    values.sort()
    found = at_most(share, values)
    assert sum(value <= found for value in values) >= share * len(values) - 1e-6
    assert sum(value < found for value in values) < share * len(values)


@pytest.mark.parametrize(
    ("size", "warns"), [(0, False), (799_999_999, False), (800_000_000, True), (SITE_LIMIT, True)]
)
def test_a_warning_comes_before_the_limit(size: int, warns: bool) -> None:  # noqa: FBT001  # a row of a table
    """At 80 % of a gigabyte the site is told to move, and where that is described."""
    found = list(near_the_limit(weigh([("papers/one/index.html", size)])))
    assert [f"{size / 1e6:,.0f} MB; if" in problem.message for problem in found] == [True] * warns
    assert all("docs/hosting.md" in problem.message for problem in found)


def test_check_tells_what_takes_the_space(daybook: Daybook, archive: Path) -> None:
    """After a build, the table counts the very files on the disk."""
    dump = archive.parent / "list.txt"
    dump.write_bytes(list_of("Mar 14", "One", "A video", "Two"))
    assert daybook("add", dump, "--year", "2025", "-C", archive).status == 0
    assert daybook("build", "-C", archive).status == 0
    site = archive / "site"
    sizes = [path.stat().st_size for path in site.rglob("*") if path.is_file()]
    slugs = ("one", "a-video", "two")
    pages = [(site / urls.html_file(urls.paper(slug))).stat().st_size for slug in slugs]
    told = daybook("check", "--site", "-C", archive)
    rows = [line.split() for line in told.out.splitlines()]
    assert rows[0] == ["part", "files", "bytes", "share"]
    assert ["total", f"{len(sizes):,}", f"{sum(sizes):,}", "100%"] in rows
    assert rows[-1][-1] == f"{max(pages):,}"
    assert "Pages" not in told.err
