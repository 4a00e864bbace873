"""Commands run and measured, folders compared: what benchmarks share."""

import hashlib
import math
import os
import platform
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

DAYBOOK = Path(sys.executable).with_name("daybook")
STAGE = re.compile(r"^(\w+): .*\(([\d.,]+) s\)$", re.MULTILINE)
"""A stage's line, as `daybook build` prints it."""
EVERY = 0.2
"""Seconds between two looks at the memory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """What a command took, and what it said."""

    seconds: float
    """Of the wall's clock."""
    processor: float
    """Seconds of a processor, over all cores and processes that it waited for."""
    peak: int
    """Bytes of memory, all its processes together: the sum of their PSS; 0 where not sampled."""
    status: int
    """As a shell counts, below 0 for a signal's."""
    said: str

    @property
    def stages(self) -> Mapping[str, float]:
        """The seconds of each stage, by name."""
        found = STAGE.findall(self.said)
        return {name: float(seconds.replace(",", "")) for name, seconds in found}

    def well(self) -> "Ran":
        """Return itself; a command that failed ends the benchmark, with its words."""
        if self.status:
            sys.exit(f"ended with {self.status}:\n{self.said[-2000:]}")
        return self


def measured(
    command: Sequence[str | Path],
    *,
    memory: bool = False,
    env: Mapping[str, str] | None = None,
    kill_after: float | None = None,
    whole_group: bool = False,
) -> Ran:
    """Run a command and return what it took; kill it (-9) after some seconds, if wanted.

    `whole_group` kills its children with it.
    """
    started = time.perf_counter()
    peak = 0
    with tempfile.TemporaryFile("w+") as said:
        process = subprocess.Popen(
            command,
            stdout=said,
            stderr=said,
            env={**os.environ, **(env or {})},
            start_new_session=True,
        )
        if memory or kill_after is not None:
            moment = math.inf if kill_after is None else started + kill_after
            while time.perf_counter() < moment and not ended(process.pid):
                if memory:
                    peak = max(peak, proportional_memory(process.pid))
                time.sleep(EVERY if memory else 0.005)
        if kill_after is not None:
            with suppress(ProcessLookupError):
                (os.killpg if whole_group else os.kill)(process.pid, signal.SIGKILL)
        _, state, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
        status = process.returncode = os.waitstatus_to_exitcode(state)
        said.seek(0)
        text = said.read()
    processor = usage.ru_utime + usage.ru_stime
    return Ran(seconds=seconds, processor=processor, peak=peak, status=status, said=text)


def ended(process: int) -> bool:
    """Return whether a child has ended, without taking note of how."""
    return os.waitid(os.P_PID, process, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def proportional_memory(session: int) -> int:
    """Return the bytes of all processes of a session; what they share is counted once."""
    total = 0
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        with suppress(OSError):  # it has ended since
            state = (folder / "stat").read_text().rpartition(")")[2].split()
            if int(state[3]) == session:
                rollup = (folder / "smaps_rollup").read_text()
                total += 1024 * int(re.findall(r"^Pss:\s+(\d+)", rollup, re.MULTILINE)[0])
    return total


def run(*words: str | Path) -> str:
    """Run a command of ours and return what it printed."""
    done = subprocess.run([DAYBOOK, *words], check=True, capture_output=True, text=True)
    return done.stdout


def digest(folder: Path) -> str:
    """Return the digest of a folder's files, names and bytes."""
    found = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        found.update(f"{path.relative_to(folder)}\n".encode())
        found.update(hashlib.sha256(path.read_bytes()).digest())
    return found.hexdigest()


def load() -> str:
    """Return how busy the machine is: a figure taken beside other work says little."""
    averages = ", ".join(f"{each:.2f}" for each in os.getloadavg())
    return f"load average {averages}; {len(os.sched_getaffinity(0))} cores"


def python() -> str:
    """Return which Python this is."""
    return f"Python {platform.python_version()}, {platform.python_compiler()}"
