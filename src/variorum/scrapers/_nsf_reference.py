"""One publication of an award: the string that the Award API gives for it, cut into its members.

Grantees typed these strings into reports, and NSF joins the fields of the report with ``~``. A field that
was left out leaves no gap, so nothing but its shape tells what stands in which place:

    journal ~ year ~ [volume] ~ authors ~ [DOI] ~ [pages] ~ title ~ [N] ~ [[other id] ~ PAR id ~ OSTI] ~ [timestamp]

The string is read from both ends; what stands between is anchored at the DOI where there is one. What can be
cut in two ways is not cut. (Answers until about 2019 had the authors first; those are not cut either.)
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from variorum.errors import LayoutError
from variorum.schema import Entry, join_values, text_key
from variorum.scrapers._base import filled
from variorum.scrapers._nsf_shapes import (
    has_names_apart,
    is_byline,
    is_cut_numbering,
    is_numbering,
    is_odd_pages,
    is_status,
    is_volume,
)

NAME = "nsf_awards"
FORMAT = "nsf_publication"

_TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{1,9})?", re.ASCII)
_YEAR = re.compile(r"(?:1[89]|20)\d\d", re.ASCII)
_REPORT_ID = re.compile(r"[1-9]\d{6,8}", re.ASCII)
_DOI = re.compile(
    r"(?:[\s.,:;(]|https?://|(?:dx\.)?doi\.org/|doi){0,12}10\.\d{2,9}(?:\.\d{1,9}){0,4}\s?/.*", re.I | re.S
)
_ADDRESS = re.compile(r"(?:https?://|www\.)\S+|arxiv\s?:.{1,40}", re.I)
# The field for volumes keeps seven characters: "In Pres", "Accepte".
_LONGEST_VOLUME = 7
_LETTER = re.compile(r"[^\W\d_]")

MEMBERS = ("journal", "year", "volume", "authors", "doi", "pages", "title", "par")
"""What a publication may say of itself, in the order in which the API gives it."""


@dataclass(frozen=True)
class Reference:
    """One publication in the page's own words; what is absent is empty.

    ``par``: the id in the Public Access Repository. ``doubtful``: members whose place was inferred.
    """

    journal: str = ""
    year: str = ""
    volume: str = ""
    authors: str = ""
    doi: str = ""
    pages: str = ""
    title: str = ""
    par: str = ""
    doubtful: tuple[str, ...] = field(default=(), kw_only=True)

    @property
    def key(self) -> str:
        """The repository's id, or a key made of the words: the same for each award, time and layout that says them."""
        return self.par or text_key(
            self.journal, self.year, self.volume, self.authors, self.doi, self.pages, self.title
        )

    def entry(self, place: str, award: str, listed: str) -> Entry:
        """The entry for it; ``listed`` is what the page calls the list that it stands in."""
        stated = {name: getattr(self, name) for name in MEMBERS}
        stated["byline"] = stated.pop("authors")
        status = join_values(text for text in (self.volume, self.pages) if is_status(text))
        fields = filled(**stated, status=status, doubtful=join_values(self.doubtful), award=award, listed=listed)
        return Entry(source=NAME, format=FORMAT, source_key=self.key, place=place, fields=fields)


def split_reference(text: str) -> Reference:
    """Cut the string of one publication into its members.

    Raises ``LayoutError`` (``unsplit_publication``) when it is not certain where they are.
    """
    pieces = _pieces(text)
    members, par = _without_tail([piece.strip() for piece in pieces])
    if len(members) < 2 or not members[0] or not _YEAR.fullmatch(members[1]):
        raise _unsplit("it does not begin with a journal and a year")
    journal, year = members[:2]
    raw = [piece for piece in pieces[2 : len(members)] if piece.strip()]
    middle = [piece.strip() for piece in raw]
    anchors = [place for place, member in enumerate(middle) if _DOI.fullmatch(member) or _ADDRESS.fullmatch(member)]
    if len(anchors) > 1:
        raise _unsplit("it has several DOIs or addresses")
    if anchors:
        front, doi, back = middle[: anchors[0]], middle[anchors[0]], raw[anchors[0] + 1 :]
    else:
        length = 2 if middle and is_volume(middle[0]) else 1
        front, doi, back = middle[:length], "", raw[length:]
    volume, authors = _front(front, anchored=bool(anchors))
    pages, title = _back(back, anchored=bool(anchors))
    odd_pages = bool(pages) and not _is_pages(pages)
    doubtful = (
        *(["volume"] if volume and not is_volume(volume) else []),
        *(["pages"] if odd_pages else []),
        *(["title"] if odd_pages or len(title) > 1 else []),
    )
    return Reference(journal, year, volume, authors, doi, pages, _rejoined(title), par, doubtful=doubtful)


def _pieces(text: str) -> list[str]:
    """The text cut at each ``~``, unless white space stands on both sides: then the sign belongs to the words."""
    pieces: list[str] = []
    for piece in text.split("~"):
        if pieces and pieces[-1][-1:].isspace() and piece[:1].isspace():
            pieces[-1] += f"~{piece}"
        else:
            pieces.append(piece)
    return pieces


def _without_tail(members: list[str]) -> tuple[list[str], str]:
    """The members before the report's own: a mark, the ids of the paper, the time; and the repository's id."""
    end = len(members)
    while end and (not members[end - 1] or _TIMESTAMP.fullmatch(members[end - 1])):
        end -= 1
    par = ""
    if end and members[end - 1] == "OSTI":
        par, end = members[end - 2] if end > 1 else "", end - 2
        if not _REPORT_ID.fullmatch(par):
            raise _unsplit("no id stands before OSTI")
        # Of two ids the repository's is the second: the award's page links to that one.
        end -= end > 0 and _REPORT_ID.fullmatch(members[end - 1]) is not None
    end -= end > 0 and members[end - 1] in {"N", "Y"}
    return members[:end], par


def _front(members: Sequence[str], *, anchored: bool) -> tuple[str, str]:
    """Volume and authors, either of which may be missing before a DOI."""
    match members:
        case []:
            volume, authors = "", ""
        case [single]:
            volume, authors = (single, "") if is_volume(single) else ("", single)
        case [first, second]:
            volume, authors = first, second
        case _:
            raise _unsplit("more stands before the DOI than a volume and the authors")
    odd = volume and not is_volume(volume) and (len(volume) > _LONGEST_VOLUME or has_names_apart(volume))
    if odd or (authors and not is_byline(authors)) or not (authors or anchored):
        raise _unsplit("it is not clear which member names the authors")
    return volume, authors


def _back(pieces: list[str], *, anchored: bool) -> tuple[str, list[str]]:
    """Pages, and the title in the pieces that its own ``~`` cut it into; white space is still around the pieces."""
    pages, title = "", pieces
    if len(pieces) > 1 and not _may_be_joined(*pieces[:2]):
        first = pieces[0].strip()
        # Behind a DOI the second of two is the title, so the first has only to be like pages.
        odd = anchored and len(pieces) == 2 and is_odd_pages(first) and not pieces[1][0].islower()
        if odd or _is_pages(first):
            pages, title = first, pieces[1:]
    opening = title[0].strip() if title else ""
    if not _LETTER.search(opening) or is_numbering(opening) or (len(title) == 1 and is_status(opening)):
        raise _unsplit("it has no title")
    return pages, title


def _is_pages(text: str) -> bool:
    return is_numbering(text) or is_status(text) or is_cut_numbering(text)


def _may_be_joined(before: str, after: str) -> bool:
    """Whether the sign between two pieces may belong to their words."""
    return before[-1:].isspace() or after[:1].isspace()


def _rejoined(pieces: Sequence[str]) -> str:
    """The title as it was: its own ``~`` had white space on one side ("at ~100 GeV"), which separators have not."""
    for before, after in itertools.pairwise(pieces):
        if not _may_be_joined(before, after):
            raise _unsplit("it is not clear where the title begins")
    return "~".join(pieces).strip()


def _unsplit(why: str) -> LayoutError:
    return LayoutError("unsplit_publication", f"the publication's members cannot be told apart: {why}")
