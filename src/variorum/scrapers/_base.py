"""What a source is: how its pages are recognised and how entries are read off them. No I/O."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Literal

from variorum.schema import Entry, Rejection

Media = Literal["text", "html", "xml", "json"]


@dataclass(frozen=True)
class Body:
    """A page's bytes, what sort of document they are, and their text for looking at."""

    data: bytes
    media: Media
    text: str


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


HEAD = 20_000
"""How many characters of a page are looked at to recognise it."""


@dataclass(frozen=True)
class Layout:
    """One of the ways in which a source's pages come.

    A page has the layout when it is of that medium and every mark is found in its first ``HEAD``
    characters. ``parse`` raises ``LayoutError`` when the page as a whole cannot be trusted.
    """

    formats: tuple[str, ...]
    media: Media
    marks: tuple[Mark, ...]
    parse: Callable[[Body], Reading]

    def missing_in(self, body: Body) -> tuple[str, ...]:
        """Names of the marks that the page lacks; empty when it has the layout."""
        if body.media != self.media:
            return (f"{self.media} document (this is {body.media})",)
        head = body.text[:HEAD]
        return tuple(mark.name for mark in self.marks if not mark.pattern.search(head))


Category = Literal["registry", "arxiv", "repository", "aggregator", "listing"]
"""What sort of place a source is; how far its values are trusted follows from it."""


@dataclass(frozen=True)
class Source:
    """A site, or a family of sites that speak one protocol, whose pages can be read.

    A family (``oai``) is asked only for pages that no site claims; ``member_of`` gives the part of the
    name after the colon for a page (``oai:zenodo.org``).
    """

    name: str
    title: str
    homepage: str
    category: Category
    access: str
    layouts: tuple[Layout, ...]
    notes: tuple[str, ...] = field(default=())
    member_of: Callable[[Body], str] | None = None
    lists_once: bool = True
    """Whether two entries of the source are two publications, unless something says otherwise."""

    @property
    def formats(self) -> tuple[str, ...]:
        """The formats of all layouts."""
        return tuple(dict.fromkeys(name for layout in self.layouts for name in layout.formats))

    def layout_of(self, body: Body) -> Layout | None:
        """The layout that the page has, if it has one."""
        return next((layout for layout in self.layouts if not layout.missing_in(body)), None)
