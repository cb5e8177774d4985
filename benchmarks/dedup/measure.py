"""Run a program and measure it with all its descendants: wall time, processor time, peak memory. Linux only.

Memory is sampled from ``/proc``. One process counts with its resident set; of several, each counts with its
proportional share (PSS), so that pages which forked workers have in common count once. Between samples the kernel
keeps the high-water mark of every single process, which is read, too.
"""

from __future__ import annotations

import os
import select
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

PROC = Path("/proc")
EVERY = 0.05
SHARE_OF_TIME = 0.02
"""Sampling waits longer than ``EVERY`` when it would take more of the time than this."""

MESSAGE = 600
FINE = frozenset({0, 3})
"""3 says that a person is needed: a finding, no failure."""


class FailedError(Exception):
    """A program ended with an error, or was not done in time."""


@dataclass(frozen=True)
class Cost:
    """What a run took; ``says`` is what it printed."""

    wall: float
    cpu: float
    peak_mib: float
    says: str


def run(command: Sequence[str], seconds: float, folder: Path) -> Cost:
    """Run a command in a folder to its end, at most ``seconds`` long, and say what it took."""
    with tempfile.TemporaryFile() as printed, tempfile.TemporaryFile() as complaints:
        start = time.perf_counter()
        child = subprocess.Popen(command, stdout=printed, stderr=complaints, cwd=folder, start_new_session=True)
        peak, usage, status = 0, None, 0
        busy: dict[int, float] = {}
        try:
            while True:
                took = -time.perf_counter()
                peak = max(peak, memory(child.pid))
                busy |= {pid: processor_time(pid) for pid in descendants(child.pid)}
                took += time.perf_counter()
                ended, status, usage = os.wait4(child.pid, os.WNOHANG)
                if ended:
                    break
                if time.perf_counter() - start > seconds:
                    raise FailedError(f"not done after {seconds:.0f} s")
                _wait(child.pid, max(EVERY, took / SHARE_OF_TIME))
        except BaseException:
            os.killpg(child.pid, signal.SIGKILL)
            _, status, _ = os.wait4(child.pid, 0)
            raise
        finally:
            child.returncode = os.waitstatus_to_exitcode(status)
        wall = time.perf_counter() - start
        if child.returncode not in FINE:
            raise FailedError(f"exit {child.returncode}: {_text(complaints)[-MESSAGE:].strip()}")
        # The kernel counts no processes that nobody waits for, as those of a server of workers.
        cpu = max(usage.ru_utime + usage.ru_stime, sum(busy.values()))
        return Cost(wall, cpu, peak / 1024, _text(printed))


def _wait(pid: int, seconds: float) -> None:
    """Until the process ends, at most so long: the end itself is not waited past."""
    handle = os.pidfd_open(pid)
    try:
        select.select([handle], [], [], seconds)
    finally:
        os.close(handle)


def _text(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode("utf-8", "replace")


def memory(root: int) -> int:
    """KiB that a process and its descendants hold now, or that one of them held at most."""
    tree = list(descendants(root))
    if len(tree) == 1:
        return field(tree[0], "status", "VmHWM")
    together = sum(field(pid, "smaps_rollup", "Pss") for pid in tree)
    return max([together, *(field(pid, "status", "VmHWM") for pid in tree)])


def descendants(root: int) -> Iterator[int]:
    """The process and all that it and its children started."""
    yield root
    for path in PROC.glob(f"{root}/task/*/children"):
        for child in _read(path).split():
            yield from descendants(int(child))


def processor_time(pid: int) -> float:
    """Seconds that a process has worked itself; 0 when it is gone."""
    fields = _read(PROC / str(pid) / "stat").rpartition(")")[2].split()
    return sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK")


def field(pid: int, file: str, name: str) -> int:
    """A number of KiB in one of a process's files; 0 when the process is gone."""
    for line in _read(PROC / str(pid) / file).splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1])
    return 0


def _read(path: Path) -> str:
    try:
        return path.read_text("ascii", "replace")
    except (FileNotFoundError, ProcessLookupError):
        return ""
