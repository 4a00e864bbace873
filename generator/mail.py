"""A message sent through an SMTP server, once a day."""

import hashlib
import json
import smtplib
import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import unquote, urlsplit

from generator.files import read_text, write_whole
from generator.model import ArchiveError
from generator.text import quoted

MAILED = "dumps/mailed.jsonl"
"""What was mailed, a line a message; only ever added to."""
PATIENCE = 60
"""Seconds that a server has for each answer."""
PORTS = {"smtp": 587, "smtps": 465}
HERE = {"localhost", "127.0.0.1", "::1"}
"""Hosts to which the way is as safe as this machine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """Where messages are handed in."""

    host: str
    port: int
    encrypted: bool
    """From the first byte; else once it has been asked for by STARTTLS."""
    user: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailed:
    """A line of what was mailed."""

    id: str
    """Of the message."""
    to: str
    """A digest of the address: the file may be public, and the address need not be."""


def parse_server(url: str) -> Server:
    """Return the server that `smtp://user:password@host:port` or `smtps://…` names.

    Marks in the user's name and the password are percent-encoded. Raises ArchiveError, which
    never holds the password, where it names none.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    if parts.scheme not in PORTS or not parts.hostname or parts.path.strip("/") or parts.query:
        raise ArchiveError(
            "--smtp: expected smtp://user:password@host:port (STARTTLS) or smtps://…, with marks "
            "like @ : / in the password written as %40 %3A %2F, found something else"
        )
    return Server(
        host=parts.hostname,
        port=port or PORTS[parts.scheme],
        encrypted=parts.scheme == "smtps",
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
    )


def send(message: EmailMessage, server: Server) -> None:
    """Hand a message in.

    Raises ArchiveError where the server cannot be reached, or does not take it.
    """
    place = f"{server.host}:{server.port}"
    try:
        with opened(server) as smtp:
            encrypt(smtp, server)
            if server.user:
                smtp.login(server.user, server.password)
            smtp.send_message(message)
    except smtplib.SMTPAuthenticationError as error:
        raise ArchiveError(
            f"{place} does not take the user's name or password ({reply(error)}); correct --smtp"
        ) from None
    except smtplib.SMTPRecipientsRefused as error:
        refused = "; ".join(
            f"{to}: {code} {said(text)}" for to, (code, text) in error.recipients.items()
        )
        raise ArchiveError(f"{place} does not take mail for {refused}; correct --to") from None
    except smtplib.SMTPResponseException as error:
        raise ArchiveError(f"{place} does not take the message: {reply(error)}") from None
    except (smtplib.SMTPException, OSError) as error:
        raise ArchiveError(
            f"{place} cannot be used: {quoted(str(error), 200)}; check --smtp and the network"
        ) from None


def opened(server: Server) -> smtplib.SMTP:
    """Return a connection to a server, encrypted already where its address says so."""
    if server.encrypted:
        context = ssl.create_default_context()
        return smtplib.SMTP_SSL(server.host, server.port, timeout=PATIENCE, context=context)
    return smtplib.SMTP(server.host, server.port, timeout=PATIENCE)


def encrypt(smtp: smtplib.SMTP, server: Server) -> None:
    """Encrypt a connection that is not yet; on this machine itself a server need not know how.

    Raises ArchiveError where a server elsewhere does not, and what smtplib does.
    """
    if server.encrypted:
        return
    smtp.ehlo()
    if smtp.has_extn("starttls"):
        smtp.starttls(context=ssl.create_default_context())
    elif server.host not in HERE:
        raise ArchiveError(
            f"{server.host}:{server.port}: expected STARTTLS, found none: the password and the "
            "message would go in the clear; use smtps:// or another server"
        )


def reply(error: smtplib.SMTPResponseException) -> str:
    """Return what a server answered."""
    return f"{error.smtp_code} {said(error.smtp_error)}"


def said(text: bytes | str) -> str:
    """Return a server's words for a terminal."""
    return quoted(text if isinstance(text, str) else text.decode("utf-8", "replace"), 200)


def mailed_as(message_id: str, to: str) -> Mailed:
    """Return what is recorded of a message to an address."""
    return Mailed(id=message_id, to=hashlib.sha256(to.lower().encode()).hexdigest()[:16])


def mailed(root: Path) -> Iterator[Mailed]:
    """Yield what an archive has mailed.

    Raises ArchiveError where its record cannot be read.
    """
    for number, line in enumerate(read_text(root / MAILED).split("\n"), 1):
        if not line.strip():
            continue
        try:
            fields = json.loads(line)
            yield Mailed(id=fields["id"], to=fields["to"])
        except (ValueError, TypeError, KeyError):
            raise ArchiveError(
                f'{MAILED}:{number}: expected a line like {{"id": …, "to": …}}, found '
                f"{quoted(line)}; correct or delete it"
            ) from None


def record_mailed(root: Path, line: Mailed) -> None:
    """Add a message to the record; what stands there is not touched."""
    before = read_text(root / MAILED)
    if before and not before.endswith("\n"):
        before += "\n"
    text = json.dumps({"id": line.id, "to": line.to})
    write_whole(root / MAILED, f"{before}{text}\n".encode())
