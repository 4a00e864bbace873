"""Arguments in, exit status out."""

import datetime as dt
import errno
import hashlib
import os
import sys
import time
from collections.abc import Container
from email.message import EmailMessage
from pathlib import Path

import click

from generator import __version__, files, serving, urls
from generator.arxiv import (
    API,
    Clock,
    answers,
    fetcher,
    format_asked,
    number_query,
    parse_asked,
    title_query,
)
from generator.arxiv_records import answered, parse_records
from generator.build import LEDGER, METADATA, Archive, Record, read, slug_in
from generator.building import (
    MEMORY,
    WRONG,
    assemble,
    build_archive,
    build_part,
    counts,
    read_and_remember,
    read_archive,
)
from generator.bundle import ENDING, archive_files, bundle, check_bundle, refuse_unfit
from generator.check import broken_promises, check, check_site, sizes_in
from generator.config import Settings
from generator.digest import ADDRESS, LATEST, digest_of, message
from generator.exports import export
from generator.importing import import_data
from generator.intake import Accepted, Doubtful, Refused, take_in, with_dump
from generator.ledger import Kind, parse_ledger
from generator.mail import MAILED, Server, mailed, mailed_as, parse_server, record_mailed, send
from generator.matching import Index, holders, match, wanted
from generator.metadata import format_metadata
from generator.model import ArchiveError, Problem, Severity
from generator.open_data import data_contents
from generator.partitions import parse_partition
from generator.progress import say, stage
from generator.start import start_archive
from generator.tagging import Rulebook
from generator.text import fold, quoted, web_address
from generator.weight import near_the_limit, table, weigh

FAULT = 2
"""Exit status: the command could not run."""
FULL = {errno.ENOSPC, errno.EDQUOT}
"""What the system says where a disk is full, or a user's share of it."""
CLOCK = Clock(now=time.monotonic, sleep=time.sleep)


def archive_root(context: click.Context, _option: click.Parameter, value: Path | None) -> Path:
    """Return the archive's folder: a command's own -C, else that before the command."""
    root = value or context.obj or Path()
    return Path(root).resolve()


on_archive = click.option(
    "-C",
    "root",
    type=click.Path(path_type=Path),
    callback=archive_root,
    metavar="DIR",
    help="The archive's folder; the current one if not given.",
)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="daybook")
@click.option(
    "-C", "root", type=click.Path(path_type=Path), metavar="DIR", help="The archive's folder."
)
@click.pass_context
def main(context: click.Context, root: Path | None) -> None:
    """Keep an archive of a daily paper list: dumps in, a permanent public site out."""
    context.obj = root


def run() -> None:
    """Run the command line; a fault of the user's is told in a line, and ends with status 2."""
    try:
        status = main.main(standalone_mode=False)
    except ArchiveError as error:
        click.echo(f"daybook: {error}", err=True)
        sys.exit(FAULT)
    except OSError as error:
        if error.errno not in FULL:
            raise
        # Of a copy, the second name is where it goes.
        full = error.filename2 or error.filename
        place = f": {full}" if full else ""
        told = f"no space left on device{place}; make room and run the command again"
        click.echo(f"daybook: {told}; what people see is as it was", err=True)
        sys.exit(FAULT)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.Abort:
        click.echo("stopped", err=True)
        sys.exit(WRONG)
    sys.exit(status if isinstance(status, int) else 0)


def program() -> None:
    """Run the command line as a program of its own, and end at once when it is done.

    Else the memory of a large archive would be given back piece by piece: half a second.
    """
    try:
        run()
    except SystemExit as ended:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(ended.code if isinstance(ended.code, int) else FAULT)


@main.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--name", default="Daily papers", help="The archive's name.")
@click.option("--url", default="https://example.org/", help="Where the site will live.")
def new(folder: Path, name: str, url: str) -> None:
    """Make an archive of one's own.

    \b
    Example:
      daybook new my-papers --name "My papers" --url https://me.github.io/my-papers/
    """
    today = dt.datetime.now(tz=dt.UTC).date()
    made = start_archive(
        folder, name=name, url=url if url.endswith("/") else f"{url}/", today=today
    )
    for path in made:
        click.echo(f"wrote {path}")
    click.echo(f"\nNext: cd {folder} && daybook add FILE --year YYYY && daybook build")


@main.command()
@click.argument("paths", metavar="[FILE]…", nargs=-1, type=click.Path(path_type=Path))
@click.option("--year", type=click.IntRange(1990, 9999), help="The year of these lists.")
@click.option("--accept", is_flag=True, help="Take also what looks odd.")
@on_archive
def add(paths: tuple[Path, ...], year: int | None, accept: bool, root: Path) -> int:  # noqa: FBT001  # a flag of click's
    """Take in dumps, and promise their papers an address.

    Without a FILE, promises addresses to what lies under dumps/ already.

    \b
    Example:
      daybook add ~/Downloads/papers.txt --year 2025
      daybook add 2025-03-14.txt
    """
    record = files.read_record(root, sample=False)
    taken = []
    for path in paths:
        try:
            found = take_in_file(path, record, year=year, accept=accept)
        except Refused as error:
            click.echo(f"{path}: not taken: {error}", err=True)
            continue
        taken.append((path, found))
        if not found.known:
            record = with_dump(record, found.dump)
    if not record.dumps and not paths:
        click.echo("there is no dump yet: daybook add FILE --year YYYY")
    if (paths and not taken) or not record.dumps:
        return WRONG if paths else 0
    after = read_and_remember(root, record)
    seen = {found.dump.sha256 for _, found in taken if not found.known}
    if not accept and (slipped := slipped_promises(after, seen)):
        say(slipped)
        click.echo("nothing was promised: mend the reading, or take it with --accept", err=True)
        return WRONG
    if after.vanished:
        say(broken_promises(after))
        return WRONG
    known = {
        after.folds[entry.title]
        for reading in after.readings
        if reading.dump and reading.dump.sha256 not in seen
        for entry in reading.dump.entries
    }
    for path, found in taken:
        if not found.known:
            files.store_dump(root, found.dump)
        click.echo(tell(path, found, known))
    files.extend_ledger(root, after.lines)
    papers = sum(line.kind is Kind.PAPER for line in after.lines)
    click.echo(f"{LEDGER}: {len(after.lines):,} new addresses, {papers:,} of them of papers")
    return WRONG if len(taken) < len(paths) else 0


def take_in_file(path: Path, record: Record, *, year: int | None, accept: bool) -> Accepted:
    """Return a file's dump as it will be kept; where it looks odd, a human is asked.

    Raises Refused where it cannot be, or must not be, kept.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise Refused(
            f"expected a file, found none that can be read ({error.strerror}); check the name"
        ) from None
    today = dt.datetime.now(tz=dt.UTC).date()
    try:
        return take_in(
            record,
            name=path.name,
            raw=raw,
            sha256=hashlib.sha256(raw).hexdigest(),
            year=year,
            today=today,
        )
    except Doubtful as doubt:
        if accept or (sys.stdin.isatty() and click.confirm(f"{path}: {doubt}\nTake it?")):
            return doubt.accepted
        raise Refused(f"{doubt}\n  to take it as it is, add --accept") from None


def tell(path: Path, taken: Accepted, known: set[str]) -> str:
    """Return what came in with a dump, and add its titles to the known ones."""
    if taken.known:
        return f"{path}: in the archive already, as {taken.dump.path}"
    dump = taken.reading.dump
    entries = dump.entries if dump else ()
    titles = {fold(entry.title) for entry in entries}
    fresh = len(titles - known)
    known |= titles
    problems = taken.reading.problems
    counts = (
        f"{taken.reading.count} entries, {fresh} new papers, {len(entries) - fresh} repeats, "
        f"{len(problems)} problems"
    )
    told = "".join(f"\n  {problem}" for problem in problems)
    return f"{path}: {counts}, kept as {taken.dump.path}{told}"


def slipped_promises(archive: Archive, seen: Container[str]) -> list[Problem]:
    """Return the problems of slipped readings whose titles have no promise yet.

    `seen` are the hashes of dumps that a human has just said yes to.
    """
    fresh = {line.id.partition("-")[0] for line in archive.lines if line.kind is Kind.PAPER}
    return [
        problem
        for reading in archive.readings
        if reading.slipped
        and reading.dump
        and reading.dump.sha256 not in seen
        and reading.dump.sha256[:12] in fresh
        for problem in reading.problems
    ]


@main.command()
@click.option(
    "--site", type=click.Path(path_type=Path), help="Where to build; DIR/site if not given."
)
@click.option("--locked", is_flag=True, help="Fail where the ledger lacks a paper or a day.")
@click.option("--strict", is_flag=True, help="Fail on any problem.")
@click.option("--partition", metavar="K/N", help="Build only this one of N parts, into parts/.")
@on_archive
def build(  # options of click's
    root: Path, site: Path | None, *, locked: bool, strict: bool, partition: str | None
) -> int:
    """Build the site: dumps to docs/ to site/.

    Problems are listed and the build goes on.

    \b
    Example:
      daybook build
      daybook build --locked --strict --site /var/www/papers
      daybook build --partition 3/8
    """
    if partition:
        return build_part(root, parse_partition(partition), locked=locked, strict=strict)
    return build_archive(root, site or root / "site", locked=locked, strict=strict)


@main.command("assemble")
@click.option(
    "--site", type=click.Path(path_type=Path), help="Where to build; DIR/site if not given."
)
@on_archive
def assemble_command(root: Path, site: Path | None) -> int:
    """Put the partitions in parts/ together: the site that one build would make.

    \b
    Example:
      daybook build --partition 1/2
      daybook build --partition 2/2
      daybook assemble
    """
    assemble(root, site or root / "site")
    return 0


@main.command("export")
@on_archive
def export_command(root: Path) -> None:
    """Print every paper as a line of JSON, without building.

    \b
    Example:
      daybook export > papers.jsonl
    """
    record = files.read_record(root)
    if record.sample:
        click.echo("there is no dump yet: these are the papers of the sample", err=True)
    for line in export(read(record, files.open_cache(root, MEMORY)).catalog, record.settings):
        click.echo(line)


@main.command("import")
@click.argument("folder", metavar="DATA", type=click.Path(path_type=Path))
@on_archive
def import_command(folder: Path, root: Path) -> int:
    """Make an archive again from what its site gives away under /data/.

    DATA is a folder with the files that data/index.json names. The archive must hold no list yet.

    \b
    Example:
      daybook new again --url https://me.github.io/papers/
      daybook import papers-data -C again
    """
    before = files.read_record(root, sample=False)
    done = import_data(folder, root, before)
    for name in done.names:
        click.echo(f"wrote {name}")
    if done.settings:
        click.echo("\nThe site had these settings; to be the same, set them in mkdocs.yml:")
        click.echo("".join(f"  {line}\n" for line in done.settings))
    record = files.read_record(root, sample=False)
    archive = read(record)
    click.echo(counts(archive, record))
    say([*archive.problems, *broken_promises(archive)])
    return WRONG if archive.vanished else 0


@main.command("bundle")
@click.argument("file", metavar="[FILE]", type=click.Path(path_type=Path), required=False)
@click.option("--check", "checked", is_flag=True, help="See whether FILE is whole.")
@on_archive
def bundle_command(file: Path | None, checked: bool, root: Path) -> int:  # noqa: FBT001  # a flag of click's
    """Put the whole archive into one file, with checksums and how to make the site again.

    Lists, promises, decisions, settings, pages of your own, and the data as JSON. The same archive
    gives the same bytes.

    \b
    Example:
      daybook bundle papers-bundle.tar.gz
      daybook bundle --check papers-bundle.tar.gz
    """
    file = file or Path(f"{root.name}{ENDING}")
    if checked:
        faults = list(check_bundle(file))
        say(faults)
        return WRONG if faults else 0
    record = files.read_record(root, sample=False)
    archive = read(record)
    if archive.vanished:
        say(broken_promises(archive))
        return WRONG
    refuse_unfit(file, archive, record)
    content = bundle(archive_files(root), data_contents(archive, record), record.settings)
    files.write_whole(file, content)
    click.echo(f"wrote {file}: {len(content):,} bytes")
    return 0


@main.command("tags")
@click.argument("paper", metavar="PAPER")
@on_archive
def tags_command(root: Path, paper: str) -> int:
    """Explain a paper's tags: score, evidence, and what almost made it.

    PAPER is its address, the last part of it, or its id.

    \b
    Example:
      daybook tags papers/attention-is-all-you-need
    """
    record = files.read_record(root)
    archive = read(record, files.open_cache(root, MEMORY))
    slug = slug_in(paper)
    target = archive.catalog.redirects.get(urls.paper(slug))
    slug = slug_in(target) if target else slug
    found = next((p for p in archive.catalog.papers if slug in {p.slug, p.id}), None)
    if found is None:
        raise ArchiveError(
            f"expected a paper's address or id, found {quoted(paper)}; no paper has it"
        )
    click.echo(f"{found.title}\n{urls.paper(found.slug)}\n")
    tagger = Rulebook(record.vocabulary, record.vocabulary_path).tagger()
    for each in tagger.explain(found.title, found.text.abstract):
        click.echo(f"{each.key}: {each.score:g} points of {each.threshold:g}, {each.verdict}")
        for finding in each.findings:
            words = f"{quoted(finding.text)} ({finding.phrase})"
            click.echo(f"  {finding.points:+g}  {finding.place}: {words}")
        if each.beside:
            click.echo(f"  {each.beside:+g}  because of other tags on the paper")
    return 0


@main.command("digest")
@click.option("--day", default=LATEST, metavar="DAY", help="2025-03-14; else the latest.")
@click.option("--tag", "tags", multiple=True, metavar="KEY", help="Papers with this tag alone.")
@click.option("--to", metavar="ADDRESS", default="", help="Of the mailing list.")
@click.option("--from", "sender", metavar="ADDRESS", help="Yours; else the setting `contact`.")
@click.option("--smtp", metavar="URL", envvar="DAYBOOK_SMTP", help="Send it through this server.")
@click.option("--eml", type=click.Path(path_type=Path), help="Write it into this file.")
@click.option("--record", is_flag=True, help="Record it as mailed, and do not send it.")
@click.option("--again", is_flag=True, help="Send it even if it was mailed already.")
@on_archive
def digest_command(  # noqa: PLR0913  # options of click's
    *,
    root: Path,
    day: str,
    tags: tuple[str, ...],
    to: str,
    sender: str | None,
    smtp: str | None,
    eml: Path | None,
    record: bool,
    again: bool,
) -> int:
    """Make a day's list a message, and mail it to a mailing list.

    Without --smtp, --record or --eml the message is shown. What is sent is recorded first, in
    dumps/mailed.jsonl, so that no day is mailed twice. URL is smtp://user:password@host:port
    (STARTTLS) or smtps://…; as a secret, give it in the environment's DAYBOOK_SMTP.

    \b
    Example:
      daybook digest
      daybook digest --tag video --eml video.eml
      daybook digest --to list@example.org --from me@example.org --smtp smtps://mail.example.org
    """
    server = parse_server(smtp) if smtp and not record else None
    read_in = files.read_record(root, sample=False)
    catalog = read(read_in, files.open_cache(root, MEMORY)).catalog
    settings = read_in.settings
    found = digest_of(catalog, day, tags)
    if found is None:
        click.echo("no paper is shown on that day, or has such a tag: there is nothing to mail")
        return 0
    sender = sender or (settings.contact if ADDRESS.fullmatch(settings.contact) else "")
    if (server or record) and not to:
        raise ArchiveError("expected the mailing list's address, found none; give it with --to")
    if (server or record or eml) and not sender:
        raise ArchiveError(
            "expected the sender's address, found none; give it with --from, or set `contact` in "
            "mkdocs.yml"
        )
    now = dt.datetime.now(tz=dt.UTC)
    made = message(found, catalog, settings, sender=sender, to=to, now=now)
    if eml:
        try:
            eml.write_bytes(made.as_bytes())
        except OSError as error:
            raise ArchiveError(f"{eml}: cannot be written ({error.strerror})") from None
        click.echo(f"wrote {eml}: {made['Subject']}")
    if server or record:
        return mail_once(root, made, server, again=again)
    if not eml:
        body = made.get_body(("plain",))
        click.echo(f"{made['Subject']}\n\n{body.get_content() if body else ''}")
    return 0


def mail_once(root: Path, made: EmailMessage, server: Server | None, *, again: bool) -> int:
    """Record a message, then send it if there is a server; tell what was done."""
    line = mailed_as(made["Message-ID"], made["To"])
    known = line in set(mailed(root))
    if known and not again:
        click.echo(f"mailed already: {made['Subject']}; to mail it once more, add --again")
        return 0
    if not known:
        record_mailed(root, line)
        click.echo(f"{MAILED}: {made['Subject']}")
    if server:
        try:
            send(made, server)
        except ArchiveError as error:
            raise ArchiveError(
                f"{error}\n  it is recorded as mailed: to try once more, add --again"
            ) from None
        click.echo(f"sent: {made['Subject']}")
    return 0


@main.command("enrich")
@click.option(
    "--from",
    "source",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Records of arXiv as JSON lines: plain, .gz or .xz.",
)
@click.option("--arxiv", "ask", is_flag=True, help="Ask arXiv's API, newest papers first.")
@click.option("--limit", type=click.IntRange(min=1), help="Ask for so many papers at most.")
@click.option("--api", default=API, show_default=True, metavar="URL", help="Where to ask.")
@on_archive
def enrich_command(
    *, root: Path, source: Path | None, ask: bool, limit: int | None, api: str
) -> None:
    """Find authors, arXiv numbers, DOIs and formulas of papers that have none yet.

    A record is found by its title and proved by its abstract. What is found is added to
    dumps/metadata.jsonl; what is in doubt is listed, for you to decide there.

    \b
    Example:
      daybook enrich --from arxiv-metadata-oai-snapshot.json
      daybook enrich --arxiv --limit 100
    """
    if ask == bool(source):
        raise click.UsageError("expected one of --from FILE and --arxiv")
    record = files.read_record(root, sample=False)
    archive = read_archive(root, record)
    for problem in archive.problems:
        if problem.path == METADATA:
            click.echo(str(problem), err=True)
    if source:
        enrich_from_file(root, archive, source)
    else:
        enrich_from_arxiv(root, archive, record.settings, api=api, limit=limit)


def enrich_from_file(root: Path, archive: Archive, source: Path) -> None:
    """Keep what a file of records says of papers; tell what is in doubt."""
    papers = wanted(archive.catalog.papers, archive.said)
    with stage("records") as now:
        lines = now.each(files.read_lines(source))
        found = match(
            Index.of(papers), parse_records(lines, str(source)), holders(archive.catalog.papers)
        )
        files.extend_metadata(root, map(format_metadata, found.found, found.found.values()))
        now.result = (
            f"{now.done:,} lines, {found.faulty:,} unreadable; {len(found.found):,} of "
            f"{len(papers):,} papers found"
        )
    for problem in found.doubts:
        click.echo(str(problem), err=True)


def enrich_from_arxiv(
    root: Path, archive: Archive, settings: Settings, *, api: str, limit: int | None
) -> None:
    """Ask arXiv for papers, one after the other; what is found is kept at once."""
    if not (api.isascii() and web_address(api)):
        raise ArchiveError(f"expected the API's address like {API}, found {quoted(api)}")
    today = dt.datetime.now(tz=dt.UTC).date()
    asked = parse_asked(files.read_cache(root, "arxiv").get("asked", b""), today)
    papers = wanted(archive.catalog.papers, archive.said)
    index, taken = Index.of(papers), holders(archive.catalog.papers)
    now_asked = [paper for paper in papers if paper.id not in asked][:limit]
    fetch = fetcher(f"daybook/{__version__} ({settings.contact or settings.site_url})", CLOCK)
    queries = (
        number_query(api, paper.arxiv) if paper.arxiv else title_query(api, paper.titles[0])
        for paper in now_asked
    )
    count = 0
    with stage("asked", len(now_asked)) as now:
        for paper, feed in zip(now_asked, now.each(answers(queries, fetch, CLOCK)), strict=True):
            if feed is None:
                continue
            outcome = match(index, answered(feed, api), taken)
            for problem in outcome.doubts:
                click.echo(str(problem), err=True)
            metadata = outcome.found.get(paper.id)
            if metadata:
                files.extend_metadata(root, [format_metadata(paper.id, metadata)])
                taken[metadata.arxiv] = paper.id
                count += 1
            else:
                asked[paper.id] = today
                files.write_cache(root, "arxiv", {"asked": format_asked(asked)})
        now.result = f"{now.done:,} papers, {count:,} found"


@main.command("check")
@click.option("--site", is_flag=True, help="After a build: follow every link of the site, too.")
@on_archive
def check_command(root: Path, site: bool) -> int:  # noqa: FBT001  # a flag of click's
    """Check all that can be known without building.

    The exit status is 1 if there is an error.

    \b
    Example:
      daybook check
      daybook check --site
    """
    record = files.read_record(root)
    archive = read(record, files.open_cache(root, MEMORY))
    problems = list(check(archive, record))
    if site:
        built = root / "site"
        if not built.is_dir():
            raise ArchiveError(f"{built}: expected a built site, found none; run daybook build")
        ledger, _ = parse_ledger(record.ledger, LEDGER)
        with stage("site") as now:
            found = list(check_site(built, archive.catalog, ledger, record.settings.site_url))
            now.result = f"{len(found):,} broken"
        weight = weigh(sizes_in(built))
        click.echo("\n".join(table(weight)))
        problems += [*found, *near_the_limit(weight)]
    say(problems)
    return WRONG if any(problem.severity is Severity.ERROR for problem in problems) else 0


@main.command()
@click.option("--port", default=8000, show_default=True, help="Of the loopback interface.")
@on_archive
def serve(root: Path, port: int) -> None:
    """Build, serve on this machine, and build again when something changes.

    \b
    Example:
      daybook serve --port 8001
    """
    record = files.read_record(root)

    def rebuild() -> None:
        try:
            build_archive(root, root / "site", locked=False, strict=False)
        except ArchiveError as error:
            click.echo(f"daybook: {error}", err=True)

    serving.serve(root, record.settings.site_url, port, rebuild, click.echo)
