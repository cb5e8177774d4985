"""Printing: data on standard output, everything else on standard error."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from variorum.cli._options import Format

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress

WIDTH = 100
"""Columns that tables are made for where standard output is no terminal."""


def console(*, stderr: bool = False) -> Console:
    """A console that takes no markup or emoji codes out of data and wraps at ``WIDTH`` in files and pipes."""
    from rich.console import Console

    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() else WIDTH
    return Console(stderr=stderr, width=width, markup=False, emoji=False, highlight=False)


def _json_text(data: Any, indent: int | None = None) -> str:
    """JSON in which characters that steer a terminal are written as escapes, which read back as what they were."""
    from variorum.reports.text import json_safe

    return json_safe(json.dumps(data, ensure_ascii=False, indent=indent))


def print_json(data: Any) -> None:
    """One JSON document, indented."""
    sys.stdout.write(_json_text(data, indent=2) + "\n")


def print_json_line(data: Any, *, stderr: bool = False) -> None:
    """One JSON document on a line of its own."""
    stream = sys.stderr if stderr else sys.stdout
    stream.write(_json_text(data) + "\n")


def print_csv(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> None:
    """Rows as CSV, safe to open in a spreadsheet; lists and objects as JSON."""
    from variorum.reports.text import csv_safe

    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        cells = (row.get(column) for column in columns)
        writer.writerow(
            [csv_safe(json.dumps(c, ensure_ascii=False) if isinstance(c, (list, dict)) else c) for c in cells]
        )


def print_table(rows: Iterable[Sequence[object]], headings: Sequence[str], *, title: str | None = None) -> None:
    """A table; headings that begin with ``>`` mark columns of numbers, with ``*`` the one that may wrap."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    from variorum.reports.text import terminal_safe

    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for heading in headings:
        wide = heading.startswith("*")
        table.add_column(
            heading.lstrip(">*"),
            justify="right" if heading.startswith(">") else "left",
            ratio=1 if wide else None,
            no_wrap=not wide,
            overflow="fold" if wide else "ellipsis",
        )
    for row in rows:
        table.add_row(*(Text(terminal_safe("" if cell is None else str(cell))) for cell in row))
    console().print(table)


def print_line(text: str = "") -> None:
    """A line of text, wrapped at the console's width."""
    from rich.text import Text

    from variorum.reports.text import terminal_safe

    console().print(Text(terminal_safe(text)))


def print_rows(output: Format, rows: Sequence[Mapping[str, Any]], columns: Mapping[str, str], empty: str) -> None:
    """Rows in the asked format. ``columns`` maps keys to table headings; JSON gets the rows whole."""
    if output is Format.JSON:
        print_json(list(rows))
    elif output is Format.CSV:
        print_csv(rows, list(columns))
    elif rows:
        print_table(([row.get(column) for column in columns] for row in rows), list(columns.values()))
    else:
        say(empty)


def counted(number: int, noun: str) -> str:
    """A number with its noun: ``1 pair``, ``2,000 pairs``, ``2 entries``."""
    if number == 1:
        return f"1 {noun}"
    return f"{number:,} {noun.removesuffix('y')}ies" if noun.endswith("y") else f"{number:,} {noun}s"


def say(message: str) -> None:
    """A line for the person at the terminal, on standard error."""
    from variorum.reports.text import terminal_safe

    for line in message.split("\n"):
        sys.stderr.write(terminal_safe(line) + "\n")


@contextmanager
def progress(description: str, total: int | None) -> Iterator[Progress]:
    """A progress bar on standard error, where that is a terminal; silent elsewhere."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    target = console(stderr=True)
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Progress(*columns, console=target, transient=True, disable=not target.is_terminal) as bar:
        bar.add_task(description, total=total)
        yield bar
