"""A calendar of lists as one table: weeks across, weekdays down, each day a link.

A day's link says the day and its number of papers in words; how dark its cell is says the number
again, in steps that the key below the table names. No script and no style is needed to read it.
"""

import datetime as dt
from bisect import bisect_left
from calendar import monthrange
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby

from generator import urls
from generator.catalog import Day
from generator.references import long_date
from generator.text import attribute

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
STEPS = 4
"""How many shades there are: more could not be told apart."""
END = "after-calendar"
"""The id of what comes after the days, for those who skip them."""


def year_map(year: str, days: Sequence[Day], here: urls.Address) -> str:
    """Return the lists of a year, from the month of the first to that of the last, as HTML.

    One line, for the page at `here`; empty where there is no day. `days` are those of the year,
    ascending.
    """
    return heat_map(f"The lists of {year}", days, here)


def latest_map(days: Sequence[Day], here: urls.Address) -> str:
    """Return the lists of the newest twelve months, like `year_map`. `days` are all, ascending."""
    if not days:
        return ""
    newest = days[-1].date
    # Twelve months with the newest one: those of the year before come after it in the calendar.
    since = (newest.year - 1, newest.month)
    return heat_map(
        "The lists of the last twelve months",
        [day for day in days if (day.date.year, day.date.month) > since],
        here,
    )


def heat_map(name: str, days: Sequence[Day], here: urls.Address) -> str:
    """Return days as a table of their whole months, as HTML on one line; empty without a day."""
    if not days:
        return ""
    counts = {day.date: len(day.items) for day in days}
    tops = steps(counts.values())
    weeks = tuple(weeks_of(days[0].date, days[-1].date))
    lists = f"{len(days):,} {'day' if len(days) == 1 else 'days'}"
    listings = sum(counts.values())
    papers = f"{listings:,} {'paper' if listings == 1 else 'papers'} listed"
    return (
        '<div class="db-heat">'
        f'<a class="db-heat__skip" href="#{END}">Skip the days</a>'
        '<div class="db-heat__box"><table class="db-heat__table">'
        f"<caption>{attribute(name)}: {lists}, {papers}</caption>"
        f"<thead><tr><td></td>{''.join(month_heads(weeks))}</tr></thead>"
        f"<tbody>{''.join(rows(weeks, counts, tops, here))}</tbody></table></div>"
        f'<p class="db-heat__key" id="{END}">{key(tops)}</p></div>'
    )


def weeks_of(first: dt.date, last: dt.date) -> Iterator[tuple[dt.date | None, ...]]:
    """Yield the weeks of the months from one day's to another's, from Monday to Sunday.

    What lies outside these months is None.
    """
    start = first.replace(day=1).toordinal()
    end = last.replace(day=monthrange(last.year, last.month)[1]).toordinal()
    # The ordinal of a Monday leaves 1 when divided by 7.
    for monday in range(start - (start - 1) % 7, end + 1, 7):
        yield tuple(
            dt.date.fromordinal(day) if start <= day <= end else None
            for day in range(monday, monday + 7)
        )


def month_heads(weeks: Sequence[Sequence[dt.date | None]]) -> Iterator[str]:
    """Yield the head of each month, over the weeks that begin in it."""
    firsts = [next(day for day in week if day) for week in weeks]
    for (year, month), found in groupby(firsts, key=lambda day: (day.year, day.month)):
        short = f"{dt.date(year, month, 1):%b}"
        # A year is named where it begins, and where the table does.
        named = f"{short} {year}" if month == 1 or firsts[0].month == month else short
        yield f'<th scope="col" colspan="{len(list(found))}">{named}</th>'


def rows(
    weeks: Sequence[Sequence[dt.date | None]],
    counts: Mapping[dt.date, int],
    tops: Sequence[int],
    here: urls.Address,
) -> Iterator[str]:
    """Yield a row for each weekday."""
    for name, dates in zip(WEEKDAYS, zip(*weeks, strict=True), strict=True):
        cells = "".join(cell(date, counts, tops, here) for date in dates)
        yield f'<tr><th scope="row">{name}</th>{cells}</tr>'


def cell(
    date: dt.date | None, counts: Mapping[dt.date, int], tops: Sequence[int], here: urls.Address
) -> str:
    """Return a date's cell: empty without a list, marked where it lies outside the months."""
    if date is None:
        return '<td class="db-heat--out"></td>'
    if date not in counts:
        return "<td></td>"
    number = counts[date]
    words = f"{long_date(date)}: {number:,} {'paper' if number == 1 else 'papers'}"
    target = urls.relative(urls.day(date), here)
    name = f"db-heat--{shade(number, tops)}"
    return f'<td class="{name}"><a href="{target}"><span>{words}</span></a></td>'


def shade(number: int, tops: Sequence[int]) -> int:
    """Return which shade stands for a number of papers, from 1; 0 for none."""
    return bisect_left(tops, number) + 1 if number else 0


def steps(counts: Iterable[int]) -> tuple[int, ...]:
    """Return the largest count of each shade, ascending: a quarter of the days has each.

    Fewer where counts are alike; days without a paper have no shade.

    >>> steps([0, 5, 5, 9, 12, 30])
    (5, 9, 12, 30)
    >>> steps([7, 7])
    (7,)
    """
    some = sorted(filter(None, counts))
    shades = range(1, STEPS + 1 if some else 1)
    return tuple(sorted({some[(len(some) * nth - 1) // STEPS] for nth in shades}))


def key(tops: Sequence[int]) -> str:
    """Return what the shades stand for, as HTML."""
    ranges = []
    for nth, (below, top) in enumerate(zip((0, *tops), tops, strict=False), 1):
        words = f"{top:,}" if below + 1 == top else f"{below + 1:,} to {top:,}"
        ranges.append(f'<span class="db-heat--{nth}">{words}</span>')
    return f"Papers a day: {' '.join(ranges)}" if ranges else "No list has a paper."
