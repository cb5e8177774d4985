"""What BZPEER's pages of all sorts have in common: addresses of works, and the words of their badges."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from variorum.schema import Rejection
from variorum.scrapers._base import filled

SOURCE_NAME = "bzpeer"

_WORK = re.compile(r"/works/([\w%.~-]{0,300}-[0-9a-f]{8})(?=[/?#]|$)")
_TYPE = re.compile(r"[a-z][a-z-]*")
_YEAR = re.compile(r"\d{4}")
_ACCESS = "Open access"
_SPACED = re.compile(rf"([a-z][a-z-]*) ?(\d{{4}})(?: ?([^\d\s].{{0,80}}?[^\s.]|[^\d\s]))??(?: ?({_ACCESS}))?")
_GLUED = re.compile(rf"([a-z][a-z-]*)(\d{{4}})([^\d\s].*?)??({_ACCESS})?")


@dataclass(frozen=True)
class Badges:
    """The badge words of a work. ``unknown``: those that nobody knows."""

    type: str
    year: str
    repository: str = ""
    access: str = ""
    unknown: tuple[str, ...] = ()

    @property
    def glued(self) -> str:
        """The line as it is rendered on profiles, which do not tell the access."""
        return f"{self.type}{self.year}{self.repository}"

    @property
    def fields(self) -> dict[str, str]:
        """The fields of an entry."""
        return filled(type=self.type, year=self.year, repository=self.repository, access=self.access)


def read_badges(text: str, words: Sequence[str] = ()) -> Badges | None:
    """The badges of a line, by its words where they stand apart, else as it is glued. None for other lines.

    In HTML, where the words are known, white space may stand between badges; no sentence is taken for them.
    """
    if len(words) > 1 and _TYPE.fullmatch(words[0]) and _YEAR.fullmatch(words[1]):
        names = [word for word in words[2:] if word != _ACCESS]
        access = _ACCESS if len(names) < len(words[2:]) else ""
        return Badges(words[0], words[1], "".join(names[:1]), access, tuple(names[1:]))
    if found := _GLUED.fullmatch(text) or (_SPACED.fullmatch(text) if words else None):
        kind, year, repository, access = found.groups(default="")
        return Badges(kind, year, repository, access)
    return None


def work_key(address: str) -> str | None:
    """The work that an address leads to: the last part of its path, title and digits; None for other addresses.

    The eight digits alone do not name a work: of an arXiv paper they are the last of its number, and those of
    1111.3543 and of 2111.13543 are the same.
    """
    found = _WORK.search(address)
    return found[1] if found else None


def work_address(key: str) -> str:
    """Where the work of a key is to be found."""
    return f"https://www.bzpeer.com/works/{key}"


def unknown_badges(badges: Badges, place: str) -> Iterator[Rejection]:
    """The report of badges that nobody knows."""
    if badges.unknown:
        yield unknown_label("badge", "\n".join(badges.unknown), place)


def unknown_label(label: str, value: str, place: str) -> Rejection:
    """The report of words that are not read, beside an entry that is."""
    message = f"{label} says what is not known: {value[:100]!r}"
    raw = f"{label}: {value}"[:20_000]
    return Rejection(code="unknown_label", message=message, place=f"{place};label={label}", raw=raw)
