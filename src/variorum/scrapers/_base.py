"""What a source is: how its pages are recognised and how entries are read off them. No I/O."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Literal

from variorum.schema import Entry, Rejection


@dataclass(frozen=True)
class Reading:
    """All that a scraper read off one page, in page order: entries, and what it could not read."""

    entries: tuple[Entry, ...]
    rejections: tuple[Rejection, ...] = ()

    @classmethod
    def of(cls, results: Iterable[Entry | Rejection]) -> Reading:
        """The reading that results in page order make up."""
        kept = tuple(results)
        return cls(
            tuple(result for result in kept if isinstance(result, Entry)),
            tuple(result for result in kept if isinstance(result, Rejection)),
        )


def filled(**fields: str | None) -> dict[str, str]:
    """The fields that the page has: empty ones are absent, not empty."""
    return {name: value for name, value in fields.items() if value}


@dataclass(frozen=True)
class Mark:
    """A feature by which a page is recognised: what to call it, and the pattern that shows it."""

    name: str
    pattern: re.Pattern[str]


Category = Literal["registry", "arxiv", "repository", "aggregator", "listing"]
"""What sort of place a source is; how far its values are trusted follows from it."""


@dataclass(frozen=True)
class Source:
    """A site whose pages can be read.

    A page belongs to the source when every mark is found in its first ``HEAD`` characters.
    ``parse`` turns the page's text into a ``Reading`` and raises ``LayoutError`` when the page as a
    whole cannot be trusted.
    """

    name: str
    title: str
    homepage: str
    category: Category
    access: str
    formats: tuple[str, ...]
    marks: tuple[Mark, ...]
    parse: Callable[[str], Reading]
    notes: tuple[str, ...] = field(default=())

    def missing_marks(self, text: str) -> tuple[str, ...]:
        """Names of the marks that ``text`` lacks; empty when the page is this source's."""
        head = text[:HEAD]
        return tuple(mark.name for mark in self.marks if not mark.pattern.search(head))


HEAD = 20_000
"""How many characters of a page are looked at to recognise its source."""
