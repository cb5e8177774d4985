"""The sources that can be read. A module here that defines ``SOURCE`` is a source; nothing else to register."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from variorum.errors import BadInputError
from variorum.scrapers._base import Reading, Source
from variorum.scrapers._citations import guess_format, read_citations
from variorum.scrapers._text import decode

__all__ = [
    "Reading",
    "Source",
    "decode",
    "get_source",
    "guess_format",
    "read_citations",
    "recognise",
    "sources",
]


@cache
def sources() -> dict[str, Source]:
    """All sources by name, in alphabetical order."""
    names = sorted(info.name for info in pkgutil.iter_modules(__path__) if not info.name.startswith("_"))
    modules = [importlib.import_module(f"{__name__}.{name}") for name in names]
    return {module.SOURCE.name: module.SOURCE for module in modules}


def get_source(name: str) -> Source:
    """The source of that name. Raises ``BadInputError`` naming those there are."""
    try:
        return sources()[name]
    except KeyError:
        known = ", ".join(sources())
        raise BadInputError(f"no source is called {name!r}; there are: {known}", code="unknown_source") from None


def recognise(text: str) -> Source:
    """The source whose marks the page bears. Raises ``BadInputError`` saying what was tried."""
    missing = {source: source.missing_marks(text) for source in sources().values()}
    matches = [source for source, marks in missing.items() if not marks]
    if len(matches) == 1:
        return matches[0]
    if matches:
        names = ", ".join(source.name for source in matches)
        raise BadInputError(f"the page fits several sources ({names}); name one with --source", code="ambiguous_source")
    tried = "\n".join(f"  {source.name}: no {', no '.join(marks)}" for source, marks in missing.items())
    raise BadInputError(
        f"no source is recognised in it; tried:\n{tried}\nname the source with --source if you know it",
        code="unrecognised",
    )
