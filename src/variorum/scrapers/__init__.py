"""The sources that can be read. A module here that defines ``SOURCE`` is a source; nothing else to register."""

from __future__ import annotations

import importlib
import pkgutil
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

from variorum.errors import BadInputError
from variorum.scrapers._citation_fields import UNSTATED_SOURCE, Row, RowColumns
from variorum.scrapers._citations import FileFormat, guess_format, markup_of, read_citations, read_rows
from variorum.scrapers._lines import split_lines
from variorum.scrapers._table_spans import TableSpan, table_spans

if TYPE_CHECKING:
    from variorum.scrapers._base import (
        AskAgainError,
        Body,
        Channel,
        Endpoint,
        Expectations,
        Harvest,
        Layout,
        Reading,
        Search,
        Source,
        Step,
        Wanted,
    )
    from variorum.scrapers._decode import codec_of, decode
    from variorum.scrapers._key_harvest import Asked, KeyHarvest, Lead
    from variorum.scrapers._table_cells import read_span

__all__ = [
    "UNSTATED_SOURCE",
    "AskAgainError",
    "Asked",
    "Body",
    "Channel",
    "Endpoint",
    "Expectations",
    "FileFormat",
    "Harvest",
    "KeyHarvest",
    "Layout",
    "Lead",
    "Reading",
    "Row",
    "RowColumns",
    "Search",
    "Source",
    "Step",
    "TableSpan",
    "Wanted",
    "codec_of",
    "decode",
    "find_source",
    "get_source",
    "guess_format",
    "markup_of",
    "read_citations",
    "read_rows",
    "read_span",
    "recognise",
    "sources",
    "split_lines",
    "table_spans",
]


_MODULES = {
    "codec_of": "_decode",
    "decode": "_decode",
    "Asked": "_key_harvest",
    "KeyHarvest": "_key_harvest",
    "Lead": "_key_harvest",
    "read_span": "_table_cells",
}


def __getattr__(name: str) -> Any:
    # What pages take, or only processes that read spans: loaded when it is first asked for.
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = globals()[name] = getattr(importlib.import_module(f"{__name__}.{_MODULES.get(name, '_base')}"), name)
    return found


LONGEST_NAME = 64
"""Characters of a source's name, that of a family's member included."""


@cache
def sources() -> dict[str, Source]:
    """All sources by name, in alphabetical order."""
    names = sorted(info.name for info in pkgutil.iter_modules(__path__) if not info.name.startswith("_"))
    modules = [importlib.import_module(f"{__name__}.{name}") for name in names]
    return {module.SOURCE.name: module.SOURCE for module in modules}


def find_source(name: str) -> Source | None:
    """The source of that name, which for a family has a member's name after a colon; None when there is none."""
    if len(name) > LONGEST_NAME:
        return None
    family, colon, member = name.partition(":")
    source = sources().get(family)
    if source is None or bool(colon) != bool(member) or (member and source.member_of is None):
        return None
    return replace(source, name=name) if member else source


def get_source(name: str) -> Source:
    """The source of that name. Raises ``BadInputError`` naming those there are."""
    source = find_source(name)
    if source is None:
        known = ", ".join(sources())
        raise BadInputError(f"no source is called {name!r}; there are: {known}", code="unknown_source")
    return source


def recognise(body: Body) -> tuple[Source, Layout]:
    """The source and layout whose marks the page bears. Raises ``BadInputError`` saying what was tried."""
    fits = [(source, layout) for source in sources().values() if (layout := source.layout_of(body)) is not None]
    sites = [(source, layout) for source, layout in fits if source.member_of is None]
    found = sites or fits
    if len(found) == 1:
        source, layout = found[0]
        if source.member_of is not None:
            name = f"{source.name}:{source.member_of(body)}"
            if len(name) > LONGEST_NAME:
                raise BadInputError(f"{name} is too long for a name; give another with --source", code="bad_name")
            source = replace(source, name=name)
        return source, layout
    if found:
        names = ", ".join(source.name for source, _ in found)
        raise BadInputError(f"the page fits several sources ({names}); name one with --source", code="ambiguous_source")
    tried = "\n".join(
        f"  {source.name}: no {', no '.join(layout.missing_in(body))}"
        for source in sources().values()
        for layout in source.layouts
        if layout.media == body.media
    )
    raise BadInputError(
        f"no source is recognised in it, a {body.media} document; tried:\n{tried}\n"
        "name the source with --source if you know it",
        code="unrecognised",
    )
