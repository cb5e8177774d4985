"""What a source is: how its pages are recognised and how entries are read off them. No I/O."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, Protocol

from variorum.schema import Entry, Rejection
from variorum.schema.harvest import Awards, Between, Keys, Manners, Media, Position, Request, Scope, Since

HEAD = 20_000
"""How many characters of a page are looked at to recognise it."""

_BULK = re.compile(
    r"""
      <(?P<code>style|script)(?=[\s/>])[^<>]{0,2000}> [^<]*+ (?:<(?!/(?P=code))[^<]*+)*+  # to its end or the page's
    | \bdata:[^\s"'<>)]{100,}+
    """,
    re.X | re.I,
)


@dataclass(frozen=True)
class Body:
    """A page's bytes, what sort of document they are, and their text for looking at.

    ``uri``: the address that was asked, for pages that do not say themselves what was asked for.
    """

    data: bytes
    media: Media
    text: str
    uri: str = ""

    @cached_property
    def head(self) -> str:
        """What the page is recognised by: its first ``HEAD`` characters.

        Of HTML as many more without what is no words: saved pages hold styles, fonts and pictures in their beginning.
        """
        head = self.text[:HEAD]
        return f"{head}\n{_first_words(self.text)}" if self.media == "html" and len(self.text) > HEAD else head


def _first_words(text: str) -> str:
    """The first ``HEAD`` characters of HTML without what styles, scripts and addresses hold; takes linear time."""
    pieces = [""]
    length = position = 0
    for bulk in _BULK.finditer(text):
        pieces.append(text[position : min(bulk.start(), position + HEAD)])
        length += len(pieces[-1])
        position = bulk.end()
        if length >= HEAD:
            break
    return "".join([*pieces, text[position : position + HEAD]])[:HEAD]


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


@dataclass(frozen=True)
class Layout:
    """One of the ways in which a source's pages come.

    A page has the layout when it is of that medium and every mark is found in its ``head``. ``parse``
    raises ``LayoutError`` when the page as a whole cannot be trusted.
    """

    formats: tuple[str, ...]
    media: Media
    marks: tuple[Mark, ...]
    parse: Callable[[Body], Reading]

    def missing_in(self, body: Body) -> tuple[str, ...]:
        """Names of the marks that the page lacks; empty when it has the layout."""
        if body.media != self.media:
            return (f"{self.media} document (this is {body.media})",)
        return tuple(mark.name for mark in self.marks if not mark.pattern.search(body.head))


@dataclass(frozen=True)
class Step:
    """What an answer leads to: the next position (None: all has been asked for).

    ``holds`` tells whether the answer has publications to be read; an answer that says "nothing new"
    has none and is no fault. ``done`` are keys of which all is here now, ``missing`` those that were asked
    for and not answered. ``note`` is for the log.
    """

    next: Position | None
    holds: bool = True
    done: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    note: str = ""


class AskAgainError(Exception):
    """The answer is known to be wrong in passing: the same request may be answered in full a little later."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class Harvest(Protocol):
    """Fetching one scope from one endpoint, without doing it: requests out, answers in. Pure."""

    def begin(self) -> Position:
        """The position before the first request."""

    def request(self, position: Position) -> Request:
        """What to ask next."""

    def follow(self, position: Position, page: Body) -> Step:
        """Where the answer leads.

        Raises ``LayoutError`` when it is not what was asked for or leads nowhere (a token that comes
        back), and ``AskAgainError`` when it is worth asking again.
        """


@dataclass(frozen=True)
class Endpoint:
    """What the settings may say about a channel: its address, the format and the sets to ask for."""

    url: str
    format: str = ""
    sets: tuple[str, ...] = ()


@dataclass(frozen=True)
class Channel:
    """One way to fetch from a source: for which scopes, from where, with which manners.

    ``lookback``: days that a nightly harvest reaches back behind its checkpoint, for what sources
    publish late or date in another time zone. ``conditional``: whether to ask for a page only if it has
    changed. ``steady``: whether a harvest that brings far less than those before is suspicious.
    ``unpermitted``: why the source may not be fetched unless those who run it have agreed; empty where it may.
    """

    name: str
    scopes: tuple[type[Since] | type[Between] | type[Keys] | type[Awards], ...]
    endpoint: Endpoint
    harvest: Callable[[Endpoint, Scope], Harvest]
    manners: Manners = field(default_factory=Manners)
    lookback: int = 1
    conditional: bool = False
    steady: bool = True
    unpermitted: str = ""


@dataclass(frozen=True)
class Expectations:
    """What a page of a source must look like to be believed; shares are of the entries seen, 0 to 1.

    ``required``: fields of a record (``title``, ``authors``, ``abstract``, ``date``, ``identifiers``),
    each with the share of records that must have it; records that are deleted at the source do not
    count. ``rejected``: the largest share that may be rejected. ``same_title``: the largest share that may
    have one and the same title. Pages of fewer than ``entries`` entries are too small to judge by shares.
    """

    required: tuple[tuple[str, float], ...] = ()
    rejected: float = 1.0
    same_title: float = 1.0
    entries: int = 5


@dataclass(frozen=True)
class Wanted:
    """What is known of a publication that a registry is searched for. ``family``: an author's family name."""

    title: str = ""
    family: str = ""
    year: int | None = None
    abstract: str = ""


@dataclass(frozen=True)
class Search:
    """How a registry is searched. Its answers are pages of the registry's, best hit first.

    Each gives the request, or None when too little is known to ask.
    """

    by_title: Callable[[Endpoint, Wanted], Request | None]
    by_abstract: Callable[[Endpoint, Wanted], Request | None] = lambda _endpoint, _wanted: None


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
    key_of: Callable[[str], str | None] = str
    """The source key that somebody means by a text; None when it cannot be one of the source's."""
    channels: tuple[Channel, ...] = ()
    """How the source is fetched; none for sources that are read from saved pages only."""
    expects: Expectations = Expectations()
    search: Search | None = None
    """How it is searched for publications whose ids are not known; registries only."""

    @property
    def formats(self) -> tuple[str, ...]:
        """The formats of all layouts."""
        return tuple(dict.fromkeys(name for layout in self.layouts for name in layout.formats))

    def layout_of(self, body: Body) -> Layout | None:
        """The layout that the page has, if it has one."""
        return next((layout for layout in self.layouts if not layout.missing_in(body)), None)
