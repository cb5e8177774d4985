"""The programs that are held against each other, and one run of one of them."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.dedup import measure, score

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
PEERS = ROOT / ".venv-bench"


@dataclass(frozen=True)
class Tool:
    """A program; ``{records}`` and ``{out}`` in its command become files. ``most`` records are what it is given."""

    name: str
    command: tuple[str, ...]
    most: int | None = None
    merges: bool = True
    """Whether it writes clusters; the limit only measures."""

    @property
    def is_there(self) -> bool:
        """Whether its environment has been made."""
        return Path(self.command[0]).exists()


def _peer(environment: str, script: str) -> tuple[str, ...]:
    return (str(PEERS / environment / "bin" / "python"), str(HERE / script), "{records}", "--out", "{out}")


OURS = "variorum"
TOOLS = {
    tool.name: tool
    for tool in (
        Tool(OURS, (str(ROOT / ".venv" / "bin" / "variorum"), "dedup", "file", "{records}", "--out", "{out}")),
        Tool("bib-dedupe", _peer("bibdedupe", "peers_bibdedupe.py"), most=10_000),
        Tool("splink", _peer("splink", "peers_splink.py")),
        Tool("limit", _peer("splink", "limit.py")[:3], merges=False),
    )
}


@dataclass(frozen=True)
class Outcome:
    """One run over one set. ``quality`` is none for what writes no clusters; ``parts`` only the limit has."""

    tool: str
    set: str
    records: int
    round: int
    wall: float
    cpu: float
    peak_mib: float
    quality: score.Quality | None
    parts: Mapping[str, float]


def try_out(tool: Tool, folder: Path, round_: int, seconds: float) -> Outcome:
    """Run a tool over a set, once, in an empty folder of its own. Raises ``FailedError`` and ``BadSetError``."""
    records = score.records_in(folder)
    with tempfile.TemporaryDirectory() as scratch:
        out = Path(scratch) / "clusters.csv"
        command = [part.format(records=records.resolve(), out=out) for part in tool.command]
        cost = measure.run(command, seconds, Path(scratch))
        quality = score.quality(folder, out) if tool.merges else None
    parts = json.loads(cost.says) if not tool.merges else {}
    return Outcome(
        tool.name, folder.name, score.size_of(folder), round_, cost.wall, cost.cpu, cost.peak_mib, quality, parts
    )


def machine() -> str:
    """What the figures were measured on."""
    model = next((line.split(":")[1].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")), "?")
    memory = next((int(line.split()[1]) / 2**20 for line in _lines("/proc/meminfo") if line.startswith("MemTotal")), 0)
    return f"{os.cpu_count()} processors ({model}), {memory:.0f} GiB"


def _lines(path: str) -> list[str]:
    return Path(path).read_text("utf-8").splitlines()
