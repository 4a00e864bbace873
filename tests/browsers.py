"""A tab of Chromium or Firefox, for what must hold in both.

Debian's Firefox speaks WebDriver BiDi (https://w3c.github.io/webdriver-bidi/) without a driver
beside it; playwright wants a Firefox of its own, so this speaks to it itself.
"""

import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import pytest
from playwright.sync_api import Browser, Dialog, Error, Page, Request, sync_playwright
from websockets.sync.client import ClientConnection, connect

from generator.references import Json

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")
in_chromium = [pytest.mark.browser, needs_chromium]
"""What marks a module, or a class, whose tests all want it."""
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run")
ALONE = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
"""A flag: no host is known but this one."""
FIREFOX = shutil.which("firefox-esr") or shutil.which("firefox")
PATIENCE = 20.0
"""Seconds until a browser that says nothing has failed."""
WATCH = """() => {
  const seen = (window.top.seen ??= []);
  window.addEventListener("securitypolicyviolation", (event) =>
    seen.push(`${event.effectiveDirective} ${event.blockedURI}`));
}"""
"""Keeps what a page's policy forbade, in `seen` of the window on top."""
PREFERENCES = """\
user_pref("remote.prefs.recommended", false);
user_pref("network.dns.disabled", true);
user_pref("app.update.enabled", false);
user_pref("browser.aboutwelcome.enabled", false);
user_pref("browser.safebrowsing.update.enabled", false);
user_pref("datareporting.policy.dataSubmissionEnabled", false);
user_pref("extensions.update.enabled", false);
user_pref("network.captive-portal-service.enabled", false);
user_pref("network.connectivity-service.enabled", false);
user_pref("services.settings.server", "");
user_pref("toolkit.telemetry.enabled", false);
"""
"""Of a Firefox that knows no host but this one, and is otherwise a reader's: those recommended for
remote control let a file read all files, which none does."""
EVENTS = ["browsingContext.load", "browsingContext.userPromptOpened", "network.beforeRequestSent"]


def until(condition: str) -> str:
    """Return an expression that is done once a condition holds on the page."""
    return (
        "new Promise((done) => { const look = () =>"
        f" ({condition}) ? done([]) : requestAnimationFrame(look); look(); }})"
    )


class Tab(Protocol):
    """A page of a browser, and what it did that a reader would not see."""

    requests: list[str]
    """Whatever left the browser, or would have: URLs."""
    dialogs: list[str]

    def open(self, url: str, at: str = "") -> None:
        """Go to a URL and wait until it has loaded, or what it leads to: what begins with `at`."""

    def ask(self, expression: str) -> list[str]:
        """Return what an expression of JavaScript comes to: strings, or a promise of them."""


class ChromiumTab:
    """A tab of Chromium, by playwright."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.requests: list[str] = []
        self.dialogs: list[str] = []
        page.add_init_script(f"({WATCH})()")
        page.on("requestfinished", self._on_request)
        page.on("requestfailed", self._on_request)
        page.on("dialog", self._on_dialog)

    def _on_request(self, request: Request) -> None:
        # Chromium tells of a request that the policy stopped, too.
        if request.failure not in {"csp", "net::ERR_BLOCKED_BY_CSP"}:
            self.requests.append(request.url)

    def _on_dialog(self, dialog: Dialog) -> None:
        self.dialogs.append(dialog.message)
        dialog.dismiss()

    def open(self, url: str, at: str = "") -> None:
        """As of every tab."""
        self.page.goto(url, wait_until="commit")
        self.page.wait_for_url(lambda there: there.startswith(at or url))

    def ask(self, expression: str) -> list[str]:
        """As of every tab."""
        found = self.page.evaluate(f"async () => JSON.stringify(await ({expression}))")
        return [str(each) for each in json.loads(found)]


class FirefoxTab:
    """A tab of Firefox, by WebDriver BiDi."""

    def __init__(self, line: ClientConnection) -> None:
        self.line = line
        self.requests: list[str] = []
        self.dialogs: list[str] = []
        self._loaded: list[str] = []
        self._number = 0
        self._context: Json = None
        self._call("session.new", capabilities={})
        self._call("session.subscribe", events=[*EVENTS])
        self._call("script.addPreloadScript", functionDeclaration=WATCH)
        self._context = part(self._call("browsingContext.create", type="tab"), "context")

    def _call(self, method: str, **parameters: Json) -> Json:
        """Return the result of a command; note what happens meanwhile."""
        self._number += 1
        self.line.send(json.dumps({"id": self._number, "method": method, "params": parameters}))
        while True:
            said = self._next()
            if part(said, "id") == self._number:
                assert part(said, "type") == "success", f"{method}: {said}"
                return part(said, "result")

    def _next(self) -> Json:
        """Return the next message; one that tells of an event is noted, too."""
        said: Json = json.loads(self.line.recv(timeout=PATIENCE))
        match part(said, "method"):
            case "network.beforeRequestSent":
                self.requests.append(str(part(said, "params", "request", "url")))
            case "browsingContext.userPromptOpened":
                self.dialogs.append(str(part(said, "params", "message")))
            case "browsingContext.load" if part(said, "params", "context") == self._context:
                self._loaded.append(str(part(said, "params", "url")))
        return said

    def open(self, url: str, at: str = "") -> None:
        """As of every tab."""
        self._loaded.clear()
        self._call("browsingContext.navigate", context=self._context, url=url, wait="none")
        while not any(there.startswith(at or url) for there in self._loaded):
            self._next()

    def ask(self, expression: str) -> list[str]:
        """As of every tab."""
        result = self._call(
            "script.evaluate",
            expression=f"(async () => JSON.stringify(await ({expression})))()",
            target={"context": self._context},
            awaitPromise=True,
        )
        found = str(part(result, "result", "value"))
        return [str(each) for each in json.loads(found)]


def part(message: Json, *names: str) -> Json:
    """Return what stands in a message under these names; None where nothing does."""
    for name in names:
        message = message.get(name) if isinstance(message, dict) else None
    return message


@contextmanager
def launched(*flags: str, without: Sequence[str] = ()) -> Iterator[Browser]:
    """A Chromium with these flags, and without these of playwright's own."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=[*FLAGS, *flags], ignore_default_args=list(without)
        )
        yield browser
        browser.close()


def on_failure(page: Page, tell: Callable[[str], object]) -> None:
    """Tell what a page's scripts fail with.

    Not that a fade from page to page was cut short, which Chromium reports as a failure wherever a
    machine is slow (https://github.com/w3c/csswg-drafts/issues/13726).
    """

    def told(error: Error) -> None:
        if not error.message.startswith("Transition was"):
            tell(f"error: {error}")

    page.on("pageerror", told)


def ready(page: Page) -> None:
    """Wait until a page's scripts are there."""
    page.locator(".db-keys__open").wait_for(state="attached")
    if page.locator(".db-day").count():
        page.locator(".db-view").wait_for()


@contextmanager
def chromium() -> Iterator[Tab]:
    """A tab of a Chromium that knows no host but this one."""
    with launched(ALONE) as browser:
        yield ChromiumTab(browser.new_page())


@contextmanager
def firefox() -> Iterator[Tab]:
    """A tab of a Firefox that knows no host but this one."""
    assert FIREFOX
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        Path(profile, "user.js").write_text(PREFERENCES, encoding="utf-8")
        command = [FIREFOX, "--headless", "--no-remote", "--remote-debugging-port", "0"]
        with subprocess.Popen(
            [*command, "--profile", profile],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "HOME": profile},
        ) as running:
            try:
                with connect(f"{address_of(running)}/session", max_size=None) as line:
                    yield FirefoxTab(line)
            finally:
                running.terminate()


def address_of(running: subprocess.Popen[str]) -> str:
    """Return where a Firefox that is starting listens, which it says itself."""
    said = []
    for line in running.stderr or ():
        said.append(line)
        if found := re.search(r"BiDi listening on (ws://\S+)", line):
            return found[1]
    raise AssertionError(f"Firefox did not start: {''.join(said)}")
