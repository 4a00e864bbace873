"""arXiv's API, asked on loopback: politely, patiently, and trusting nothing that it sends."""

import html
import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from conftest import Daybook, served
from hypothesis import given
from hypothesis import strategies as st
from lists import abstract_of, list_of

from generator import arxiv, cli
from generator.arxiv import Clock, Fetch, Unanswered, answers, fetcher, number_query, title_query
from generator.arxiv_records import Feed, answered, parse_feed
from generator.build import METADATA, read
from generator.files import read_record
from generator.model import ArchiveError
from generator.text import fold

ENTRY = """<entry><id>http://arxiv.org/abs/{number}v2</id>
<updated>2024-01-01T00:00:00Z</updated><published>2023-01-05T12:00:00Z</published>
<title>{title}</title><summary>  {abstract}
</summary><author><name>Ada Lovelace</name></author>
<author><name>B. Babbage</name><arxiv:affiliation>Home</arxiv:affiliation></author>
<arxiv:doi>10.1000/182</arxiv:doi><category term="math.CO"/><category term="cs.CL"/>
<arxiv:primary_category term="cs.CL"/></entry>"""
NUMBER, TITLE = "2301.00001", "A river's sand, counted: shadow-counting for n < 3"


def feed(*entries: str, total: int | None = None) -> str:
    """Return an answer of the API with these entries."""
    count = len(entries) if total is None else total
    return (
        '<?xml version="1.0" encoding="UTF-8"?><feed xmlns="http://www.w3.org/2005/Atom" '
        'xmlns:arxiv="http://arxiv.org/schemas/atom" '
        'xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/">'
        f"<opensearch:totalResults>{count}</opensearch:totalResults>{''.join(entries)}</feed>"
    )


def entry(number: str = NUMBER, title: str = TITLE, abstract: str = "We count sand.") -> str:
    """Return an entry of the API."""
    return ENTRY.format(number=number, title=html.escape(title), abstract=html.escape(abstract))


FULL = feed(entry())
NONE = feed()


@dataclass
class Time:
    """Time that passes only where somebody sleeps."""

    at: float = 0
    slept: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        """Let so many seconds pass."""
        assert seconds > 0
        self.slept.append(seconds)
        self.at += seconds

    @property
    def clock(self) -> Clock:
        """What the program sees of it."""
        return Clock(now=lambda: self.at, sleep=self.sleep)


@dataclass
class Asked:
    """Answers given one after the other, and when they were asked for."""

    passing: Time
    given: list[str | Exception]
    times: list[float] = field(default_factory=list)

    def __call__(self, _address: str) -> str:
        """Return the next answer, or raise it; the last one for good."""
        self.times.append(self.passing.at)
        said = self.given.pop(0) if len(self.given) > 1 else self.given[0]
        if isinstance(said, Exception):
            raise said
        return said


def asked_of(*given: str | Exception) -> Asked:
    """Return what gives these answers."""
    return Asked(Time(), list(given))


def all_of(fetch: Asked, questions: int = 1) -> list[Feed | None]:
    """Return the answers to so many questions."""
    return list(answers(["http://api.test/"] * questions, fetch, fetch.passing.clock))


class TestPatience:
    """One request in three seconds, growing waits, and an end."""

    def test_a_request_every_three_seconds(self) -> None:
        """The first request is made at once, each other three seconds after the one before."""
        fetch = asked_of(FULL)
        assert len(all_of(fetch, 4)) == 4
        assert fetch.times == [0, 3, 6, 9]

    @pytest.mark.parametrize(
        "failure", [Unanswered("HTTP 503"), "<html>busy</html>", "{", "", feed(total=7)]
    )
    def test_failures_are_asked_again(self, failure: str | Exception) -> None:
        """Errors, rubbish, and an empty feed that says it has records, are waited out."""
        fetch = asked_of(failure, failure, FULL)
        assert all_of(fetch) == [parse_feed(FULL)]
        assert fetch.times == [0, 5, 20]

    def test_a_server_may_ask_for_a_longer_wait(self) -> None:
        """Retry-After is heeded."""
        fetch = asked_of(Unanswered("HTTP 429", wait=77), FULL)
        assert all_of(fetch) == [parse_feed(FULL)]
        assert fetch.times == [0, 77]

    def test_nothing_found_is_believed_the_second_time(self) -> None:
        """The API sometimes says that it has nothing where it has something."""
        fetch = asked_of(NONE, FULL)
        assert all_of(fetch) == [parse_feed(FULL)]
        fetch = asked_of(NONE)
        assert all_of(fetch) == [parse_feed(NONE)]
        assert len(fetch.times) == 2

    def test_a_question_without_an_answer_is_passed_over(self) -> None:
        """One that fails again and again does not stand in the way of the next."""
        fetch = asked_of(*[Unanswered("HTTP 500")] * 5, FULL)
        assert all_of(fetch, 2) == [None, parse_feed(FULL)]

    def test_a_dead_server_ends_the_run(self) -> None:
        """After three questions without an answer the command stops, and says why."""
        fetch = asked_of(Unanswered("HTTP 500"))
        with pytest.raises(ArchiveError, match="HTTP 500, to 3 questions in a row"):
            all_of(fetch, 9)
        assert len(fetch.times) == 15


class TestFeed:
    """What an answer says is taken as it is meant, or not at all."""

    def test_a_record_is_read(self) -> None:
        """Each field of an entry arrives where the snapshot has it."""
        (found,) = answered(parse_feed(FULL), "http://api.test/")
        assert (found.arxiv, found.title) == (NUMBER, TITLE)
        said = found.metadata
        assert said.authors == ("Ada Lovelace", "B. Babbage")
        assert said.categories == ("cs.CL", "math.CO")
        assert (str(said.first), said.doi, said.abstract) == (
            "2023-01-05",
            "10.1000/182",
            "We count sand.",
        )
        assert said.source == "http://api.test/"

    def test_the_api_s_own_errors_are_no_records(self) -> None:
        """It tells what it cannot read as an entry."""
        text = feed(entry("x").replace("abs/xv2", "api/errors#incorrect_id_format_for_x"))
        assert parse_feed(text).records
        assert not list(answered(parse_feed(text), "http://api.test/"))

    @pytest.mark.parametrize(
        "text",
        [
            '<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;&b;&b;">]><a>&c;</a>',
            '<!DOCTYPE feed SYSTEM "file:///dev/zero"><feed/>',
            "<feed xmlns='http://www.w3.org/2005/Atom'>&unknown;</feed>",
            "<feed xmlns='http://www.w3.org/2005/Atom'>",
            "<feed/>",
            "<html>busy</html>",
            "\ud800",
            "\x00",
            "",
        ],
    )
    def test_bombs_and_rubbish_are_refused(self, text: str) -> None:
        """Whatever declares entities, and whatever is no feed, is not read."""
        with pytest.raises(ValueError, match="expected a feed"):
            parse_feed(text)

    def test_a_feed_may_be_as_deep_as_it_likes(self) -> None:
        """Elements within elements within elements break nothing."""
        deep = feed("<a>" * 200_000 + "</a>" * 200_000)
        assert not parse_feed(deep).records

    @given(st.text(), st.text())
    def test_nothing_crashes(self, one: str, other: str) -> None:
        """Any text is a feed or a ValueError; any entry a record or none."""
        text = feed(entry(one, other, one), f"<entry><title>{other}</title></entry>")
        for each in (one, text):
            try:
                found = parse_feed(each)
            except ValueError:
                continue
            for record in answered(found, "http://api.test/"):
                assert record.metadata.arxiv


class TestQuestion:
    """A title is asked for by its words."""

    def test_marks_are_left_out(self) -> None:
        """What the API reads as an operator is a blank."""
        address = title_query("http://api.test/query", r'GPT-4: "no" $\beta$ AND ti:x\'s {\em y}')
        assert parse_qs(urlsplit(address).query) == {
            "search_query": ['ti:"GPT 4 no beta AND ti x s em y"'],
            "start": ["0"],
            "max_results": ["10"],
        }

    @given(st.text(max_size=3000))
    def test_any_title_is_one_address(self, title: str) -> None:
        """No title breaks out of its quotes, or makes an endless address."""
        address = title_query("http://api.test/query?a=b", title)
        assert len(address) < 40_000
        asked = parse_qs(urlsplit(address).query)["search_query"][0]
        assert re.fullmatch(r'ti:"[^"]*"', asked)
        assert re.fullmatch(r"[!-~]+", address)

    def test_a_number_is_asked_for_as_such(self) -> None:
        """A human's number needs no title."""
        assert "id_list=2301.00001&" in number_query("http://api.test/", NUMBER)


Reply = Callable[[BaseHTTPRequestHandler], None]


def sends(text: str, status: int = 200, **headers: str) -> Reply:
    """Return what sends a text."""

    def reply(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(text.encode())

    return reply


def never_ends(handler: BaseHTTPRequestHandler) -> None:
    """Send without an end, until nobody listens."""
    handler.send_response(200)
    handler.end_headers()
    try:
        while True:
            handler.wfile.write(b"<feed>" * 100_000)
    except OSError:
        return


def hangs_up(_handler: BaseHTTPRequestHandler) -> None:
    """End without a word."""


def says_nothing(handler: BaseHTTPRequestHandler) -> None:
    """Take longer than anybody waits."""
    handler.rfile.read1()


@contextmanager
def api(reply: Reply, seen: list[BaseHTTPRequestHandler] | None = None) -> Iterator[str]:
    """Let a server on loopback answer every question so; give its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            """Answer."""
            if seen is not None:
                seen.append(self)
            reply(self)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # its base's name
            """Keep quiet."""

    with served(ThreadingHTTPServer(("127.0.0.1", 0), Handler)) as address:
        yield f"{address}/api/query"


def real(timeout: float = 5) -> Fetch:
    """Return what asks the network."""
    clock = Clock(now=time.monotonic, sleep=time.sleep)
    return fetcher("daybook/1 (me@lists.test\r\nX: 1, Zoë)", clock, timeout)


class TestNetwork:
    """A real server on loopback: what it may do, and what comes of it."""

    def test_an_answer_arrives_and_the_asker_says_who_it_is(self) -> None:
        """The user agent names the program and whom to write to, in one line of ASCII."""
        seen: list[BaseHTTPRequestHandler] = []
        with api(sends(FULL), seen) as address:
            assert real()(title_query(address, TITLE)) == FULL
        assert seen[0].headers["User-Agent"] == "daybook/1 (me@lists.test X: 1, Zo?)"
        assert "X" not in seen[0].headers
        assert seen[0].path.startswith("/api/query?search_query=ti%3A%22A+river+s+sand")

    @pytest.mark.parametrize(
        ("reply", "reason"),
        [
            (sends("", 503), "503"),
            (sends("", 500), "500"),
            (sends("", 429), "429"),
            (sends("", 301, Location="http://127.0.0.1:9/"), "no answer"),
            (hangs_up, "no answer"),
            (never_ends, "without an end"),
        ],
    )
    def test_what_may_pass_is_asked_again(self, reply: Reply, reason: str) -> None:
        """A busy, broken, gone or raving server is one to ask again later."""
        with api(reply) as address, pytest.raises(Unanswered, match=reason):
            real()(address)

    def test_a_cut_answer_is_no_feed(self) -> None:
        """An answer that ends too early cannot be taken for a whole one."""
        cut = sends(FULL[:-9], Content_Length=str(len(FULL)))
        with api(cut) as address, pytest.raises(ValueError, match="expected a feed"):
            parse_feed(real()(address))

    def test_a_silent_server_is_not_waited_for(self) -> None:
        """After the timeout the question may be asked again."""
        with api(says_nothing) as address, pytest.raises(Unanswered, match="timed out"):
            real(0.1)(address)

    def test_a_server_that_drips_is_not_waited_for(self) -> None:
        """Each part may come in time, and the whole too late."""
        passing = Time()

        def read(_size: int) -> bytes:
            passing.sleep(1)
            return b"x"

        with pytest.raises(Unanswered, match="without an end"):
            arxiv.text_of(read, lambda: passing.at > arxiv.TIMEOUT)
        assert passing.at < arxiv.TIMEOUT + 2

    @pytest.mark.parametrize(
        ("asked", "wait"), [("30", 30), ("99999999", 600), ("Fri, 31 Dec 1999", 0), ("-1", 0)]
    )
    def test_the_wait_that_a_server_asks_for(self, asked: str, wait: float) -> None:
        """Seconds are heeded, up to ten minutes."""
        with (
            api(sends("", 503, Retry_After=asked)) as address,
            pytest.raises(Unanswered) as caught,
        ):
            real()(address)
        assert caught.value.wait == wait

    def test_what_will_not_pass_is_a_fault_of_the_user(self) -> None:
        """A wrong address is told at once, not asked again."""
        with api(sends("", 404)) as address, pytest.raises(ArchiveError, match=r"404.*--api"):
            real()(address)

    def test_a_question_that_the_api_cannot_read_has_no_records(self) -> None:
        """Its own words are read, which are an entry that is no record."""
        with api(sends(NONE, 400)) as address:
            assert real()(address) == NONE

    def test_nobody_there(self) -> None:
        """Where nothing listens, one asks again later."""
        with api(sends(FULL)) as address:
            pass
        with pytest.raises(Unanswered, match="no answer"):
            real(0.5)(address)


RIVER, STORM = "A river of sand, counted", "Storm-driven prices"


class TestCommand:
    """`daybook enrich --arxiv`, against a server on loopback, in time that does not pass."""

    @pytest.fixture
    def passing(self, monkeypatch: pytest.MonkeyPatch) -> Time:
        """The command's clock."""
        passing = Time()
        monkeypatch.setattr(cli, "CLOCK", passing.clock)
        return passing

    @pytest.fixture
    def listed(self, archive: Path, daybook: Daybook) -> Path:
        """An archive with two lists of a paper each; the storm's is the newer one."""
        for day, title in (("13", RIVER), ("14", STORM)):
            source = archive.parent / f"2025-03-{day}.txt"
            source.write_bytes(list_of(f"Mar {day}", title))
            assert daybook("add", "-C", archive, source).status == 0
        return archive

    def test_papers_are_asked_for_newest_first(
        self, listed: Path, daybook: Daybook, passing: Time
    ) -> None:
        """What is proved is kept, what is not there is remembered, and nothing is asked twice."""
        seen: list[BaseHTTPRequestHandler] = []
        river = entry(NUMBER, RIVER, abstract_of(RIVER))
        other = entry("2301.00002", f"{RIVER} again", abstract_of(RIVER))
        with api(answers_to({RIVER: feed(river, other)}), seen) as address:
            done = daybook("enrich", "-C", listed, "--arxiv", "--api", address)
            assert done.status == 0
            assert "asked: 2 papers, 1 found" in done.err
            assert [question(each) for each in seen] == [
                'ti:"Storm driven prices"',
                'ti:"Storm driven prices"',
                'ti:"A river of sand counted"',
            ]
            assert passing.slept == [5, 3]
            again = daybook("enrich", "-C", listed, "--arxiv", "--api", address)
            assert "asked: 0 papers, 0 found" in again.err
            assert len(seen) == 3
        papers = read(read_record(listed)).catalog.papers
        (metadata,) = [paper.metadata for paper in papers if paper.metadata]
        assert (metadata.arxiv, metadata.source) == (NUMBER, address)
        assert "(https://lists.test/papers/)" in seen[0].headers["User-Agent"]

    def test_a_limit_holds_and_the_next_run_goes_on(
        self, listed: Path, daybook: Daybook, passing: Time
    ) -> None:
        """So many papers are asked for, and not those again."""
        seen: list[BaseHTTPRequestHandler] = []
        with api(answers_to({}), seen) as address:
            for title in ("Storm driven prices", "A river of sand counted"):
                daybook("enrich", "-C", listed, "--arxiv", "--limit", "1", "--api", address)
                assert question(seen.pop()) == f'ti:"{title}"'
        assert passing.slept

    def test_what_is_in_doubt_is_told_and_not_taken(
        self, listed: Path, daybook: Daybook, passing: Time
    ) -> None:
        """The same work twice is a human's to decide."""
        twice = feed(*(entry(f"2301.0000{n}", RIVER, abstract_of(RIVER)) for n in (1, 2)))
        with api(answers_to({RIVER: twice})) as address:
            done = daybook("enrich", "-C", listed, "--arxiv", "--api", address)
        assert f"{address}: warning: expected one record of" in done.err
        assert "2301.00001, 2301.00002" in done.err
        assert not (listed / METADATA).exists()
        assert passing.slept

    def test_a_human_s_number_is_asked_for(
        self, listed: Path, daybook: Daybook, passing: Time
    ) -> None:
        """Where a human gave the number, the record is asked for by it."""
        (paper,) = (p for p in read(read_record(listed)).catalog.papers if p.title == STORM)
        (listed / METADATA).write_text(f'{{"id": "{paper.id}", "arxiv": "{NUMBER}"}}\n')
        seen: list[BaseHTTPRequestHandler] = []
        with api(sends(feed(entry(NUMBER, "Renamed", "Rewritten."))), seen) as address:
            daybook("enrich", "-C", listed, "--arxiv", "--limit", "1", "--api", address)
        assert f"id_list={NUMBER}" in seen[0].path
        (paper,) = (p for p in read(read_record(listed)).catalog.papers if p.title == STORM)
        assert paper.metadata
        assert paper.metadata.authors == ("Ada Lovelace", "B. Babbage")
        assert paper.text.abstract == "Rewritten."
        assert not passing.slept

    def test_a_server_that_fails_ends_the_command(
        self, listed: Path, daybook: Daybook, passing: Time
    ) -> None:
        """Failures are waited for; papers without an answer are asked for in the next run."""
        with api(sends("", 503)) as address:
            done = daybook("enrich", "-C", listed, "--arxiv", "--api", address)
            assert done.status == 0
            assert "asked: 2 papers, 0 found" in done.err
        assert sum(passing.slept) > 300
        with api(answers_to({STORM: feed(entry(NUMBER, STORM, abstract_of(STORM)))})) as address:
            done = daybook("enrich", "-C", listed, "--arxiv", "--api", address)
        assert "asked: 2 papers, 1 found" in done.err

    @pytest.mark.parametrize("bad", ["file:///etc/passwd", "ftp://x.test/", "http://", "x"])
    def test_only_the_web_is_asked(self, listed: Path, daybook: Daybook, bad: str) -> None:
        """An address that is none, or a file's, is refused."""
        assert daybook("enrich", "-C", listed, "--arxiv", "--api", bad).status == 2


def question(handler: BaseHTTPRequestHandler) -> str:
    """Return what was asked."""
    return parse_qs(urlsplit(handler.path).query)["search_query"][0]


def answers_to(known: Mapping[str, str]) -> Reply:
    """Return what answers questions for these titles, and has no records for others."""

    def reply(handler: BaseHTTPRequestHandler) -> None:
        asked = [
            text for title, text in known.items() if fold(title) == fold(question(handler)[3:])
        ]
        sends(asked[0] if asked else NONE)(handler)

    return reply
