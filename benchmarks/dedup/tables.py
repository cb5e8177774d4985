"""Print outcomes as tables: medians over the rounds, macro averages, ratios to Variorum."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from benchmarks.dedup.tools import OURS, Outcome


@dataclass(frozen=True)
class Rounds:
    """All runs of one tool over one set."""

    outcomes: Sequence[Outcome]

    def median(self, figure: str) -> float:
        """The median of one of the costs."""
        return float(statistics.median(getattr(outcome, figure) for outcome in self.outcomes))

    def ratio(self, other: Rounds, figure: str) -> float | None:
        """How many times the other's cost, each round by itself, in the median; none without a common round."""
        theirs = {outcome.round: getattr(outcome, figure) for outcome in other.outcomes}
        ratios = [getattr(one, figure) / theirs[one.round] for one in self.outcomes if theirs.get(one.round)]
        return statistics.median(ratios) if ratios else None

    @property
    def last(self) -> Outcome:
        """Quality is taken from the last round."""
        return self.outcomes[-1]


def grouped(outcomes: Iterable[Outcome]) -> dict[str, dict[str, Rounds]]:
    """Set name to tool name to its rounds, in the order of the runs."""
    groups: dict[str, dict[str, list[Outcome]]] = {}
    for outcome in outcomes:
        groups.setdefault(outcome.set, {}).setdefault(outcome.tool, []).append(outcome)
    return {name: {tool: Rounds(runs) for tool, runs in tools.items()} for name, tools in groups.items()}


def print_quality(outcomes: Iterable[Outcome]) -> None:
    """Precision, recall and F1 by set and tool, and their plain means over the sets that a tool got through."""
    print(f"\n{'quality':22} {'records':>8}  {'tool':11}", end="")
    print(f" {'P':>7} {'R':>7} {'F1':>7} {'false':>7} {'wall s':>8} {'MiB':>7}")
    means: dict[str, list[Outcome]] = {}
    sets = grouped(outcomes)
    for name, tools in sets.items():
        for at, (tool, rounds) in enumerate(tools.items()):
            one = rounds.last
            if one.quality is None:
                continue
            means.setdefault(tool, []).append(one)
            head = f"{name:22} {one.records:8,}" if at == 0 else " " * 31
            cost = f"{rounds.median('wall'):8.2f} {rounds.median('peak_mib'):7,.0f}"
            print(f"{head}  {tool:11} {_figures(one)} {cost}")
    for tool, ran in means.items():
        figures = [statistics.mean(getattr(one.quality, f) for one in ran) for f in ("precision", "recall", "f1")]
        wrong = sum(one.quality.false_merges for one in ran if one.quality)
        text = " ".join(f"{figure:7.4f}" for figure in figures)
        print(f"{f'macro average, {len(ran)} of {len(sets)}':31}  {tool:11} {text} {wrong:7,}")


def print_costs(outcomes: Iterable[Outcome]) -> None:
    """What each tool took at each size, beside Variorum, and how well it did there."""
    for name, tools in grouped(outcomes).items():
        records = next(iter(tools.values())).last.records
        rounds = max(len(one.outcomes) for one in tools.values())
        print(f"\ncost at {name}: {records:,} records; median of {rounds} rounds; × is as many times Variorum's")
        print(f"{'tool':11} {'wall s':>9} {'×':>7} {'cpu s':>9} {'×':>7} {'MiB':>8} {'×':>7} {'µs/record':>10}", end="")
        print(f" {'P':>7} {'R':>7} {'F1':>7} {'false':>7}")
        for tool, runs in tools.items():
            cells = [f"{tool:11}"]
            for figure, digits, width in (("wall", 2, 9), ("cpu", 2, 9), ("peak_mib", 0, 8)):
                times = runs.ratio(tools[OURS], figure) if OURS in tools else None
                cells.append(f"{runs.median(figure):{width},.{digits}f} {'-' if times is None else f'{times:.2f}':>7}")
            cells.append(f"{runs.median('wall') / records * 1e6:10,.1f} {_figures(runs.last)}")
            print(" ".join(cells))
        if parts := next((runs for runs in tools.values() if runs.last.parts), None):
            _print_parts(parts)


def _print_parts(limit: Rounds) -> None:
    pairs = limit.last.parts["pairs"]
    middle = {
        part: statistics.median(one.parts[part] for one in limit.outcomes) for part in ("read", "join", "compare")
    }
    text = ", ".join(f"{part} {seconds:.2f} s" for part, seconds in middle.items())
    print(f"the limit's parts: {text} ({pairs:,.0f} pairs); together {sum(middle.values()):.2f} s")


def _figures(one: Outcome) -> str:
    if one.quality is None:
        return ""
    q = one.quality
    return f"{q.precision:7.4f} {q.recall:7.4f} {q.f1:7.4f} {q.false_merges:7,}"
