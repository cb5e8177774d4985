"""Deduplication beside bib-dedupe, Splink and the physical limit: quality on labelled sets, cost at growing sizes.

Run with ``make bench-dedup``; the README says where the sets come from, what is measured and how.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict, replace
from pathlib import Path

from benchmarks.dedup.blocked import print_blocked
from benchmarks.dedup.make_set import make_set
from benchmarks.dedup.measure import FailedError
from benchmarks.dedup.score import BadSetError, sets_in, size_of
from benchmarks.dedup.tables import print_costs, print_quality
from benchmarks.dedup.tools import TOOLS, Outcome, Tool, machine, try_out

DATA = "VARIORUM_BENCHMARKS"
NO_DATA = f"""\
The labelled sets are not part of the repository: some of their texts belong to publishers.
Give their folder by the environment variable {DATA} or by --data. One folder per set, with
records.csv, its labels and meta.json; benchmarks/dedup/README.md describes them."""


def options(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench-dedup", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--data", type=Path, default=os.environ.get(DATA) or None, help=f"folder of sets (or ${DATA})")
    parser.add_argument("--sets", type=_names, help="sets for quality: A,B or none; else all")
    parser.add_argument(
        "--sizes", type=_names, default=["10000", "100000", "1000000"], help="sizes for cost: N,M or none"
    )
    parser.add_argument("--scale", type=_names, default=[], help="for cost, these folders and no made sets: DIR,DIR")
    parser.add_argument("--made", type=Path, help="keep made sets here, and use those that are there")
    parser.add_argument("--tools", type=_names, default=list(TOOLS), help=",".join(TOOLS))
    parser.add_argument("--bib-dedupe-most", type=int, default=TOOLS["bib-dedupe"].most, help="its largest size")
    parser.add_argument("--repeats", type=int, default=3, help="rounds over the sizes; sets for quality are run once")
    parser.add_argument("--timeout", type=float, default=3600, help="seconds for one run")
    parser.add_argument("--json", type=Path, help="write all outcomes here")
    order = parser.parse_args(arguments)
    if unknown := set(order.tools) - TOOLS.keys():
        parser.error(f"no such tool: {', '.join(sorted(unknown))}")
    wants_sets = order.sets != [] or (order.sizes and not order.scale)
    if wants_sets and (order.data is None or not sets_in(order.data)):
        sys.exit(NO_DATA if order.data is None else f"{order.data} holds no labelled sets.\n{NO_DATA}")
    return order


def _names(text: str) -> list[str]:
    return [] if text in ("", "none") else text.split(",")


def chosen(order: argparse.Namespace) -> list[Tool]:
    """The tools that were asked for. Without its environment a tool cannot be run: that ends everything."""
    tools = [TOOLS[name] for name in TOOLS if name in order.tools]
    if missing := [tool.name for tool in tools if not tool.is_there]:
        sys.exit(f"not installed: {', '.join(missing)}; `make bench-dedup` makes the environments first")
    return [replace(t, most=order.bib_dedupe_most) if t.name == "bib-dedupe" else t for t in tools]


def attempt(tool: Tool, folder: Path, round_: int, seconds: float) -> list[Outcome]:
    """One outcome; none when the tool failed, which is said and leaves the others alone."""
    try:
        outcome = try_out(tool, folder, round_, seconds)
    except (FailedError, BadSetError) as error:
        print(f"{tool.name} failed on {folder.name}: {error}", file=sys.stderr)
        return []
    print(
        f"  {folder.name} {tool.name}: {outcome.wall:.2f} s, {outcome.peak_mib:,.0f} MiB", file=sys.stderr, flush=True
    )
    return [outcome]


def measured_quality(order: argparse.Namespace, tools: Sequence[Tool]) -> list[Outcome]:
    """Each tool that merges, once over each labelled set."""
    names = sets_in(order.data) if order.sets is None else order.sets
    return [
        outcome
        for name in names
        for tool in tools
        if tool.merges
        for outcome in attempt(tool, order.data / name, 0, order.timeout)
    ]


def measured_cost(order: argparse.Namespace, tools: Sequence[Tool], made: Path) -> list[Outcome]:
    """All tools in turn over each size, round after round, so that a disturbance strikes them alike."""
    folders = {Path(folder): 0 for folder in order.scale} or {made / size: int(size) for size in order.sizes}
    outcomes = []
    for folder, size in folders.items():
        if size and not (folder / "meta.json").exists():
            make_set(order.data, size, folder)
        able = [tool for tool in tools if tool.most is None or size_of(folder) <= tool.most]
        for round_ in range(order.repeats):
            for tool in able:
                outcomes += attempt(tool, folder, round_, order.timeout)
    return outcomes


def main() -> None:
    order = options()
    tools = chosen(order)
    with ExitStack() as stack:
        made = order.made or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        quality = measured_quality(order, tools)
        costs = measured_cost(order, tools, made)
    print(machine())
    if quality:
        print_quality(quality)
        print_blocked(order.data / name for name in sets_in(order.data) if order.sets is None or name in order.sets)
    if costs:
        print_costs(costs)
    if order.json:
        told = {"machine": machine(), "quality": [asdict(o) for o in quality], "cost": [asdict(o) for o in costs]}
        order.json.write_text(json.dumps(told, indent=1), "utf-8")


if __name__ == "__main__":
    main()
