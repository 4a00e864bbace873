"""arXiv's export API, asked politely: one request in three seconds, and patience when it fails.

https://info.arxiv.org/help/api/tou.html; the API now and then answers with an empty feed, or not
at all, where it has records.
"""

import datetime as dt
import http.client
import json
import math
import re
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from generator.arxiv_records import Feed, parse_feed
from generator.formulas import strip
from generator.model import ArchiveError, EntryId
from generator.text import visible

API = "http://export.arxiv.org/api/query"
EVERY = 3.0
"""Seconds from one request to the next, at least."""
WAITS = (5.0, 15.0, 45.0, 120.0)
"""Seconds before a request is made again."""
LONGEST_WAIT = 600.0
"""Seconds that a server may ask for."""
GIVE_UP = 3
"""Questions in a row that got no answer."""
TIMEOUT = 30.0
"""Seconds for an answer, and for each part of it."""
LONGEST_ANSWER = 2_000_000
"""Bytes."""
RESULTS = 10
"""Records in an answer: works whose titles hold the whole of another's are few."""
WORD = re.compile(r"\w+")
MOST_WORDS = 40
"""Words of a title that are asked for."""
BUSY = frozenset({408, 425, 429})
"""HTTP's codes for "not now"."""
BROKEN = 500
BAD_QUESTION = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """The time, as a parameter."""

    now: Callable[[], float]
    """In seconds, never going back."""
    sleep: Callable[[float], None]


class Unanswered(Exception):
    """A question that may be asked again."""

    def __init__(self, reason: str, wait: float = 0) -> None:
        super().__init__(reason)
        self.wait = wait
        """Seconds that the server asked for."""


Fetch = Callable[[str], str]
"""From an address to what is there. Raises Unanswered, or ArchiveError where asking again is of no
use."""


@dataclass(slots=True)
class Pace:
    """Lets requests through, no faster than arXiv asks for."""

    clock: Clock
    last: float = -math.inf

    def wait(self, seconds: float) -> None:
        """Sleep for so long, and until the next request may be made."""
        pause = max(self.last + EVERY - self.clock.now(), seconds)
        if pause > 0:
            self.clock.sleep(pause)
        self.last = self.clock.now()


def title_query(api: str, title: str) -> str:
    """Return the address that asks for records of a list's title.

    Of words alone: marks mean something to the API, a hyphen "not".
    """
    words = " ".join(WORD.findall(visible(strip(title)))[:MOST_WORDS])
    return query(api, {"search_query": f'ti:"{words}"'})


def number_query(api: str, number: str) -> str:
    """Return the address that asks for the record of a number."""
    return query(api, {"id_list": number})


def query(api: str, question: dict[str, str]) -> str:
    """Return the address of a question to the API."""
    joint = "&" if "?" in api else "?"
    return f"{api}{joint}{urlencode({**question, 'start': 0, 'max_results': RESULTS})}"


def answers(queries: Iterable[str], fetch: Fetch, clock: Clock) -> Iterator[Feed | None]:
    """Yield the answer to each question, None where there is none after all waits.

    Raises ArchiveError after too many of these in a row.
    """
    pace = Pace(clock)
    silent = 0
    for address in queries:
        try:
            yield answer(address, fetch, pace)
        except Unanswered as error:
            silent += 1
            if silent >= GIVE_UP:
                raise ArchiveError(
                    f"expected answers from {address.partition('?')[0]}, found {error}, to "
                    f"{GIVE_UP} questions in a row; what was found is kept: try again later"
                ) from None
            yield None
        else:
            silent = 0


def answer(address: str, fetch: Fetch, pace: Pace) -> Feed:
    """Return the answer to a question, asked again with growing waits.

    An answer without records is believed when it comes a second time. Raises Unanswered in the end.
    """
    failure = Unanswered("nothing")
    none_there = 0
    for wait in (0.0, *WAITS):
        pace.wait(max(wait, failure.wait))
        try:
            feed = parse_feed(fetch(address))
        except Unanswered as error:
            failure = error
            continue
        except ValueError as error:
            failure = Unanswered(str(error))
            continue
        none_there += feed.total == 0
        if feed.records or none_there > 1:
            return feed
        failure = Unanswered("an empty feed")
    raise failure


def fetcher(agent: str, clock: Clock, timeout: float = TIMEOUT) -> Fetch:
    """Return what asks the network, under this user agent."""
    name = " ".join(visible(agent).split()).encode("ascii", "replace").decode()

    def fetch(address: str) -> str:
        request = urllib.request.Request(address, headers={"User-Agent": name})  # noqa: S310  # the command takes http(s) alone
        end = clock.now() + timeout
        try:
            with reply(request, timeout) as response:
                return text_of(response.read1, lambda: clock.now() > end)
        except (OSError, http.client.HTTPException) as error:
            raise Unanswered(f"no answer ({error or type(error).__name__})") from None

    return fetch


def reply(
    request: urllib.request.Request, timeout: float
) -> http.client.HTTPResponse | urllib.error.HTTPError:
    """Return a server's answer: records, or what the API says of a question that it cannot read.

    Raises Unanswered where the server is busy or broken, ArchiveError where this will not change.
    """
    try:
        response: http.client.HTTPResponse = urllib.request.urlopen(request, timeout=timeout)  # noqa: S310  # as above
    except urllib.error.HTTPError as error:
        if error.code == BAD_QUESTION:
            return error
        found = f"the answer {error.code} {visible(error.reason)}"
        error.close()
        if error.code in BUSY or error.code >= BROKEN:
            raise Unanswered(found, pause(error.headers.get("Retry-After", ""))) from None
        raise ArchiveError(
            f"expected the API at {request.full_url.partition('?')[0]}, found {found}; "
            "correct --api"
        ) from None
    return response


def pause(asked: str) -> float:
    """Return the seconds that a server asks for; a date counts as nothing."""
    return min(float(asked), LONGEST_WAIT) if re.fullmatch("[0-9]{1,9}", asked) else 0


def text_of(read: Callable[[int], bytes], late: Callable[[], bool]) -> str:
    """Return what a server sends. Raises Unanswered where that is too much, or takes too long."""
    parts: list[bytes] = []
    size = 0
    while part := read(65536):
        parts.append(part)
        size += len(part)
        if size > LONGEST_ANSWER or late():
            raise Unanswered("an answer without an end")
    return b"".join(parts).decode("utf-8", "replace")


AGAIN_AFTER = dt.timedelta(days=30)
"""Records come late, or are renamed: then a paper is asked for once more."""


def parse_asked(kept: bytes, today: dt.date) -> dict[EntryId, dt.date]:
    """Return the papers that were asked for in vain not long ago, with the day."""
    try:
        fields: object = json.loads(kept or b"{}")
        rows = fields.items() if isinstance(fields, dict) else ()
        asked = {EntryId(paper): dt.date.fromisoformat(day) for paper, day in rows}
    except (TypeError, ValueError):
        return {}
    return {paper: day for paper, day in asked.items() if today - day < AGAIN_AFTER}


def format_asked(asked: Mapping[EntryId, dt.date]) -> bytes:
    """Return what `parse_asked` reads."""
    return json.dumps({paper: day.isoformat() for paper, day in asked.items()}).encode()
