"""Mail: a day's list as a message that says just that, handed to a real server, once."""

import datetime as dt
import email
import email.policy
import json
import re
import socket
import ssl
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from email.message import EmailMessage
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from conftest import Daybook
from hostile import FILLER, PAYLOADS, Entry, Reading, dump, folded
from lists import SETTINGS, dump_of, list_of, promised, raw_dump, record_of

from generator import digest, mail, urls
from generator.build import Archive, read
from generator.config import Settings
from generator.model import ArchiveError
from generator.pages import words

NAMED = replace(SETTINGS, authority="lists.test,2026-11-21")
NOW = dt.datetime(2026, 11, 21, 17, 30, tzinfo=dt.UTC)
ME = "me@lists.test"
LIST = "papers@lists.test"


def made(
    archive: Archive,
    settings: Settings = NAMED,
    *,
    day: str = digest.LATEST,
    tags: tuple[str, ...] = (),
) -> EmailMessage:
    """Return a day's message as a reader's program gets it: written, and parsed back."""
    found = digest.digest_of(archive.catalog, day, tags)
    assert found
    message = digest.message(found, archive.catalog, settings, sender=ME, to=LIST, now=NOW)
    return parsed(message.as_bytes())


def parsed(raw: bytes) -> EmailMessage:
    """Return a message that was received; there is no fault in it."""
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    assert not [part.defects for part in message.walk() if part.defects]
    return message


def part(message: EmailMessage, kind: str) -> str:
    """Return one of a message's two parts, `plain` or `html`."""
    (found,) = [each for each in message.iter_parts() if each.get_content_type() == f"text/{kind}"]
    return str(found.get_content()).replace("\r\n", "\n")


def papers_on(day: str, *titles: str) -> Archive:
    """Return an archive of one list."""
    return read(record_of(raw_dump(list_of(day, *titles))))


def test_a_message_says_the_day() -> None:
    """Two parts, of one content, with permalinks; headers as a list's software wants them."""
    archive = papers_on("Mar 14", "On moving video", "Café & <b>cubes</b>", "Third")
    message = made(archive)
    assert message.get_content_type() == "multipart/alternative"
    assert message["Subject"] == "Lists, 14 March 2025: 3 papers"
    assert (message["To"], message["From"]) == (LIST, f"Lists <{ME}>")
    assert message["Message-ID"] == "<digest.2025-03-14.2026-11-21@lists.test>"
    assert message["List-Id"] == "<daybook.lists.test>"
    assert message["Date"].datetime == NOW
    assert message["Archived-At"] == "<https://lists.test/papers/days/2025-03-14/>"
    plain, html = part(message, "plain"), Reading(part(message, "html"))
    for paper in archive.catalog.papers:
        address = urls.absolute(urls.paper(paper.slug), NAMED.site_url)
        assert f"{words(paper.title)}\n{address}\n" in plain
        assert words(paper.title) in set(html.within("a", href=address))
    assert "[Video]" in plain
    assert "Video" in html.text


def test_a_message_fetches_nothing() -> None:
    """No picture, no style, no script from anywhere: it tells nobody that it was read."""
    html = part(made(papers_on("Mar 14", "One", "Two")), "html")
    assert not re.search(r"<(?:img|link|script|iframe|object)|src=|url\(|@import", html)
    assert "@media (prefers-color-scheme: dark)" in html


def test_a_formula_is_plain_unicode() -> None:
    """Mail readers know no MathML."""
    pair = (r"Sums of $x^2$", f"In $O(n^3)$ steps, $\\alpha$ of them. {FILLER}")
    message = made(read(record_of(raw_dump(dump_of("Mar 14", [pair])))))
    for kind in ("plain", "html"):
        text = part(message, kind)
        assert "Sums of x²" in text
        assert "O(n³) steps, α of them" in text
        assert "math" not in text


def test_hostile_text_stays_text() -> None:
    """Whatever stands in titles and names, the headers are ours, and the HTML is harmless."""
    entries = [
        Entry(title=f"{each} {n}", abstract=each + FILLER) for n, each in enumerate(PAYLOADS)
    ]
    archive = read(record_of(raw_dump(dump("Mar 14", entries).encode("utf-8", "replace"))))
    settings = replace(NAMED, site_name="A\r\nBcc: all@lists.test\r\n\r\n<script>\u2028\x00\ud800")
    message = made(archive, settings)
    usual = made(papers_on("Mar 14", "One"))
    assert set(message.keys()) == set(usual.keys())
    assert message["To"] == LIST
    reading = Reading(part(message, "html"))
    assert {tag.name for tag in reading.tags} <= {
        *("html", "head", "meta", "title", "style", "body", "div", "h1", "h2", "p", "a"),
    }
    assert {name for tag in reading.tags for name, _ in tag.attributes} <= {
        *("lang", "charset", "name", "content", "class", "style", "href"),
    }
    assert all(tag.get("href").startswith("http") for tag in reading.tags if tag.name == "a")
    plain = " ".join(part(message, "plain").split())
    for paper in archive.catalog.papers:
        assert folded(words(paper.title))[:60].rsplit(" ", 1)[0] in plain
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", plain)


def test_a_long_list_is_not_cut_off() -> None:
    """The HTML stays below the 102 kB from which on large providers cut."""
    for number in (digest.BRIEF, 2 * digest.BRIEF):
        pairs = [
            (f"Video number {n} of a list that has as many as this one, and long titles", FILLER)
            for n in range(number)
        ]
        message = made(read(record_of(raw_dump(dump_of("Mar 14", pairs)))))
        assert len(part(message, "html").encode()) < 102_000
        assert part(message, "html").count("<h2") == number


def test_the_subject_says_what_stands_out() -> None:
    """A day that has far more of a subject than others do names it; other days do not."""
    lists = [
        raw_dump(list_of("Mar 12", *(f"Stones {n}" for n in range(30)))),
        raw_dump(list_of("Mar 13", *(f"Trees {n}" for n in range(30)), "A video")),
        raw_dump(list_of("Mar 14", *(f"Video {n}" for n in range(6)), "Stones 1")),
    ]
    archive = read(record_of(*lists))
    assert made(archive)["Subject"] == "Lists, 14 March 2025: 7 papers, 6 new, much on Video"
    assert made(archive, day="2025-03-13")["Subject"] == "Lists, 13 March 2025: 31 papers"


def test_a_message_of_tags() -> None:
    """Only papers with one of them; its name is another, and the same each time."""
    archive = papers_on("Mar 14", "On moving video", "On stones")
    message = made(archive, tags=("video",))
    assert message["Subject"] == "Lists, 14 March 2025: 1 paper on Video"
    assert "stones" not in part(message, "plain")
    assert message["Message-ID"] == "<digest.2025-03-14.video.2026-11-21@lists.test>"
    assert made(archive, tags=("video",))["Message-ID"] == message["Message-ID"]
    assert digest.digest_of(papers_on("Mar 14", "On stones").catalog, "latest", ("video",)) is None


@pytest.mark.parametrize(("day", "tag"), [("2025-03-15", ""), ("soon", ""), ("latest", "nothing")])
def test_a_day_or_tag_that_is_not_there_is_told(day: str, tag: str) -> None:
    """What was looked for stands in the message."""
    with pytest.raises(ArchiveError, match=tag or day):
        digest.digest_of(papers_on("Mar 14", "One").catalog, day, (tag,) if tag else ())


def test_withdrawn_papers_are_not_mailed() -> None:
    """A list that has nothing else makes no message."""
    record = record_of(raw_dump(list_of("Mar 14", "One")))
    (paper,) = read(record).catalog.papers
    gone = replace(record, ledger=promised(record), merges=f"- withdrawn: {paper.id}\n")
    assert digest.digest_of(read(gone).catalog, "latest", ()) is None


@pytest.mark.parametrize(
    "address",
    ["", "me", "me@", "@x", "a@b\r\nBcc: c@d", "a b@c", "a@b, c@d", "Me <a@b>", "é@b", "a@b c"],
)
def test_what_is_no_address_is_refused(address: str) -> None:
    """Before anything is sent."""
    with pytest.raises(ArchiveError, match="expected an address"):
        digest.address(address)


@dataclass
class Box:
    """What a server got, and what stood in the archive's record when it did."""

    root: Path
    messages: list[EmailMessage] = field(default_factory=list)
    records: list[int] = field(default_factory=list)
    users: list[str] = field(default_factory=list)
    reply: str = "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802  # aiosmtpd's name
        """Keep a message."""
        assert isinstance(envelope.content, bytes)
        assert envelope.rcpt_tos == [LIST]
        self.messages.append(parsed(envelope.content))
        self.records.append(len(list(mail.mailed(self.root))))
        return self.reply

    def login(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _kind: str, data: LoginPassword
    ) -> AuthResult:
        """Let in whoever knows the password, which is full of marks."""
        self.users.append(data.login.decode())
        return AuthResult(success=data.password == b"p@ss:/w%d", handled=False)


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])


@pytest.fixture
def ready(archive: Path, daybook: Daybook) -> Path:
    """An archive with one list."""
    path = archive.parent / "2025-03-14.txt"
    path.write_bytes(list_of("Mar 14", "On moving video", "On stones"))
    assert daybook("-C", archive, "add", path).status == 0
    return archive


@pytest.fixture
def box(ready: Path) -> Box:
    """What the servers of a test get."""
    return Box(ready)


@pytest.fixture
def server(box: Box) -> Iterator[str]:
    """A server on this machine that asks for nothing; its address."""
    controller = Controller(box, hostname="127.0.0.1", port=free_port())
    controller.start()
    yield f"smtp://127.0.0.1:{controller.port}"
    controller.stop()


@pytest.fixture
def certified(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """A certificate for localhost, which this process trusts."""
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
            *("-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"),
            *("-keyout", key, "-out", certificate),
        ],
        check=True,
        capture_output=True,
    )
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context


def test_a_message_is_sent_once(ready: Path, box: Box, server: str, daybook: Daybook) -> None:
    """It is recorded before it goes out; a second time it stays here, unless it must."""
    send = ("-C", ready, "digest", "--to", LIST, "--from", ME, "--smtp", server)
    first = daybook(*send)
    assert first.status == 0, first.err
    assert box.records == [1]
    (message,) = box.messages
    assert message["Subject"] == "Lists, 14 March 2025: 2 papers"
    assert "On moving video" in part(message, "html")
    assert daybook(*send).out.startswith("mailed already")
    assert len(box.messages) == 1
    assert daybook(*send, "--again").status == 0
    assert len(box.messages) == 2
    assert box.messages[1]["Message-ID"] == message["Message-ID"]
    record = (ready / mail.MAILED).read_text(encoding="utf-8")
    assert len(record.splitlines()) == 1
    assert LIST not in record


def test_recording_sends_nothing(ready: Path, box: Box, server: str, daybook: Daybook) -> None:
    """`--record` first, `--again` to send: what lies between may push the record."""
    call = ("-C", ready, "digest", "--to", LIST, "--from", ME, "--smtp", server)
    assert daybook(*call, "--record").status == 0
    assert daybook(*call, "--record").out.startswith("mailed already")
    assert not box.messages
    assert daybook(*call, "--again").status == 0
    assert box.records == [1]


def test_the_address_may_come_from_the_settings(
    ready: Path, box: Box, server: str, daybook: Daybook, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`contact` is the sender, and the server may stand in the environment, as a secret does."""
    call = ("-C", ready, "digest", "--to", LIST)
    monkeypatch.setenv("DAYBOOK_SMTP", server)
    refused = daybook(*call)
    assert refused.status == 2
    assert "--from" in refused.err
    with (ready / "mkdocs.yml").open("a", encoding="utf-8") as settings:
        settings.write(f"    contact: {ME}\n")
    assert daybook(*call).status == 0
    assert box.messages[0]["From"] == f"Lists <{ME}>"


def test_a_server_that_says_no_is_told(
    ready: Path, box: Box, server: str, daybook: Daybook
) -> None:
    """Its words, what to do, and that the message counts as mailed."""
    box.reply = "554 5.7.1 not today\x1b[31m"
    outcome = daybook("-C", ready, "digest", "--to", LIST, "--from", ME, "--smtp", server)
    assert outcome.status == 2
    assert "554 '5.7.1 not today" in outcome.err
    assert "--again" in outcome.err
    assert "\x1b" not in outcome.err
    assert len(list(mail.mailed(ready))) == 1


def test_a_server_that_is_not_there_is_told(ready: Path, daybook: Daybook) -> None:
    """The address, without the password."""
    url = f"smtp://me:secret@127.0.0.1:{free_port()}"
    outcome = daybook("-C", ready, "digest", "--to", LIST, "--from", ME, "--smtp", url)
    assert outcome.status == 2
    assert "cannot be used" in outcome.err
    assert "secret" not in outcome.err


def test_nothing_goes_out_in_the_clear(ready: Path, box: Box, daybook: Daybook) -> None:
    """A server elsewhere must know STARTTLS; 127.0.0.2 stands for elsewhere."""
    controller = Controller(box, hostname="127.0.0.2", port=free_port())
    controller.start()
    url = f"smtp://127.0.0.2:{controller.port}"
    outcome = daybook("-C", ready, "digest", "--to", LIST, "--from", ME, "--smtp", url)
    controller.stop()
    assert outcome.status == 2
    assert "expected STARTTLS" in outcome.err
    assert not box.messages


# aiosmtpd does not know that a server with `ssl_context` is encrypted from the first byte.
@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
@pytest.mark.parametrize("password", ["p%40ss%3A%2Fw%25d", "wrong"])
def test_a_password_goes_out_encrypted(
    ready: Path, box: Box, certified: ssl.SSLContext, daybook: Daybook, scheme: str, password: str
) -> None:
    """By STARTTLS or from the first byte; a wrong one is told, and not repeated."""
    whole = scheme == "smtps"
    controller = Controller(
        box,
        hostname="localhost",
        port=free_port(),
        ssl_context=certified if whole else None,
        tls_context=None if whole else certified,
        require_starttls=not whole,
        auth_required=True,
        auth_require_tls=not whole,
        authenticator=box.login,
    )
    controller.start()
    url = f"{scheme}://me:{password}@localhost:{controller.port}"
    outcome = daybook("-C", ready, "digest", "--to", LIST, "--from", ME, "--smtp", url)
    controller.stop()
    assert set(box.users) == {"me"}
    assert password not in outcome.out + outcome.err
    if password == "wrong":  # noqa: S105  # made up
        assert outcome.status == 2
        assert "user's name or password (535" in outcome.err
        assert not box.messages
    else:
        assert outcome.status == 0, outcome.err
        assert len(box.messages) == 1


def test_a_certificate_is_checked(
    ready: Path,
    box: Box,
    certified: ssl.SSLContext,
    daybook: Daybook,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A server that nobody vouches for gets nothing."""
    monkeypatch.delenv("SSL_CERT_FILE")
    controller = Controller(
        box, hostname="localhost", port=free_port(), tls_context=certified, require_starttls=True
    )
    controller.start()
    url = f"smtp://localhost:{controller.port}"
    outcome = daybook("-C", ready, "digest", "--to", LIST, "--from", ME, "--smtp", url)
    controller.stop()
    assert outcome.status == 2
    assert "certificate verify failed" in outcome.err.lower()
    assert not box.messages


@pytest.mark.parametrize(
    "url",
    ["", "mail.test", "http://x", "smtp://", "smtp://a:secret@x:y", "smtp://x/?a", "smtp://["],
)
def test_what_names_no_server_is_refused(url: str) -> None:
    """The message says how one is written, and repeats no password."""
    with pytest.raises(ArchiveError, match="expected smtp://") as refused:
        mail.parse_server(url)
    assert "secret" not in str(refused.value)


def test_a_server_is_named_in_full_or_in_short() -> None:
    """Usual ports; marks in a password are written as in any URL; it is not shown by accident."""
    server = mail.parse_server("smtps://me%40x:p%40%3A@mail.test")
    assert (server.host, server.port, server.encrypted) == ("mail.test", 465, True)
    assert (server.user, server.password) == ("me@x", "p@:")
    assert "p@:" not in repr(server)
    assert mail.parse_server("smtp://mail.test").port == 587


def test_without_a_list_nothing_is_mailed(archive: Path, daybook: Daybook) -> None:
    """A new archive has no list at all: that is no fault, and a workflow may ask each time."""
    outcome = daybook("-C", archive, "digest", "--to", LIST, "--from", ME, "--record")
    assert outcome.status == 0
    assert "nothing to mail" in outcome.out
    assert not (archive / mail.MAILED).exists()


def test_a_message_is_shown_or_written(ready: Path, daybook: Daybook, tmp_path: Path) -> None:
    """Without a server it is read on the terminal, or kept in a file; nothing is recorded."""
    shown = daybook("-C", ready, "digest")
    assert shown.status == 0
    assert "On moving video\nhttps://lists.test/papers/papers/on-moving-video/" in shown.out
    eml = tmp_path / "day.eml"
    assert daybook("-C", ready, "digest", "--eml", eml, "--from", ME).status == 0
    assert "On stones" in part(parsed(eml.read_bytes()), "plain")
    assert not (ready / mail.MAILED).exists()
    refused = daybook("-C", ready, "digest", "--eml", tmp_path / "no" / "day.eml", "--from", ME)
    assert refused.status == 2
    assert "cannot be written" in refused.err


def test_a_record_that_cannot_be_read_is_told(ready: Path, daybook: Daybook) -> None:
    """With its line: a day must not go out twice because of a slip."""
    lines = [json.dumps({"id": "<a@b>", "to": "0"}), "<<<<<<< HEAD"]
    (ready / mail.MAILED).write_text("\n".join(lines), encoding="utf-8")
    outcome = daybook("-C", ready, "digest", "--to", LIST, "--from", ME, "--record")
    assert outcome.status == 2
    assert f"{mail.MAILED}:2: expected a line" in outcome.err


def test_a_record_without_an_end_is_kept(tmp_path: Path) -> None:
    """A new line never joins the one before."""
    (tmp_path / "dumps").mkdir()
    (tmp_path / mail.MAILED).write_text('{"id": "<a@b>", "to": "0"}', encoding="utf-8")
    line = mail.mailed_as("<c@d>", LIST)
    mail.record_mailed(tmp_path, line)
    assert list(mail.mailed(tmp_path)) == [mail.Mailed(id="<a@b>", to="0"), line]
