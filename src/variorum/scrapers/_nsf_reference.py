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

NAME = "nsf_awards"
FORMAT = "nsf_publication"

# Between two fields no white space stands on both sides; where it does, the sign belongs to the words.
_SEPARATOR = re.compile(r"(?<!\s)~|~(?!\s)")
_TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{1,9})?", re.ASCII)
_YEAR = re.compile(r"(?:1[89]|20)\d\d", re.ASCII)
_REPORT_ID = re.compile(r"[1-9]\d{6,8}", re.ASCII)
_DOI = re.compile(
    r"(?:[\s.,:;(]|https?://|(?:dx\.)?doi\.org/|doi){0,12}10\.\d{2,9}(?:\.\d{1,9}){0,4}\s?/.*", re.I | re.S
)
_ADDRESS = re.compile(r"(?:https?://|www\.)\S+|arxiv\s?:.{1,40}", re.I)
_NUMBER = re.compile(r"[A-Za-z]{0,6}\.?\d+(?:\.\d+)?[a-z]?")
_LETTERED_VOLUME = re.compile(r"\d{1,5} ?[A-Z]")
_ROMAN = re.compile(r"[IVXLCDM]{1,9}|[ivxlcdm]{1,9}")
_NUMBERING_WORDS = frozenset(
    "a art article artn e id issue lncs no number of p page pages paper part pg pp pt s ser series suppl supplement"
    " v vol volume".split()
)
_NUMBERING_BREAK = re.compile(r"[\s.,:;()/+#–—‐‑-]+")
_LONGEST_NUMBERING = 24
_STATUSES = (
    "accepted for publication",
    "ahead of print",
    "epub ahead of print",
    "forthcoming",
    "in preparation",
    "in press",
    "in review",
    "in revision",
    "not available",
    "online first",
    "pending",
    "published online",
    "submitted",
    "to appear",
    "under review",
)
_NO_VALUE = frozenset({"-", "--", "–", "—", "?", "n/a", "na", "none", "tba", "tbd"})
# The field for volumes keeps seven characters: "In Pres", "Accepte".
_LONGEST_VOLUME = 7
_SHORTEST_STATUS = 5
_BETWEEN_NAMES = re.compile(r"[,;&]|\band\b", re.I)
_MOST_WORDS_OF_A_NAME = 6
_LETTER = re.compile(r"[^\W\d_]")
_WORD = re.compile(r"[^\W\d_]{2}")

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
        fields = filled(**stated, doubtful=join_values(self.doubtful), award=award, listed=listed)
        return Entry(source=NAME, format=FORMAT, source_key=self.key, place=place, fields=fields)


def split_reference(text: str) -> Reference:
    """Cut the string of one publication into its members.

    Raises ``LayoutError`` (``unsplit_publication``) when it is not certain where they are.
    """
    pieces = _SEPARATOR.split(text)
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
        front, doi, back = middle[: anchors[0]], middle[anchors[0]], middle[anchors[0] + 1 :]
    else:
        length = 2 if middle and _is_volume(middle[0]) else 1
        front, doi, back = middle[:length], "", middle[length:]
    volume, authors = _front(front, anchored=bool(anchors))
    pages, title = _back(back)
    doubtful = (
        *(["volume"] if volume and not _is_volume(volume) else []),
        *(["title"] if len(title) > 1 else []),
    )
    whole = _rejoined(raw[len(raw) - len(title) :])
    return Reference(journal, year, volume, authors, doi, pages, whole, par, doubtful=doubtful)


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
            volume, authors = (single, "") if _is_volume(single) else ("", single)
        case [first, second]:
            volume, authors = first, second
        case _:
            raise _unsplit("more stands before the DOI than a volume and the authors")
    odd = volume and not _is_volume(volume) and (len(volume) > _LONGEST_VOLUME or _BETWEEN_NAMES.search(volume))
    if odd or (authors and not _is_byline(authors)) or not (authors or anchored):
        raise _unsplit("it is not clear which member names the authors")
    return volume, authors


def _back(members: list[str]) -> tuple[str, list[str]]:
    """Pages, and the title in the pieces that its own ``~`` cut it into."""
    pages, title = "", members
    if len(members) > 1 and (_is_numbering(members[0]) or _is_status(members[0])):
        pages, title = members[0], members[1:]
    if not title or _is_numbering(title[0]) or not _LETTER.search(title[0]):
        raise _unsplit("it has no title")
    return pages, title


def _rejoined(pieces: Sequence[str]) -> str:
    """The title as it was: its own ``~`` had white space on one side ("at ~100 GeV"), which separators have not."""
    for before, after in itertools.pairwise(pieces):
        if not (before[-1:].isspace() or after[:1].isspace()):
            raise _unsplit("it is not clear where the title begins")
    return "~".join(pieces).strip()


def _is_volume(text: str) -> bool:
    return _is_numbering(text) or _is_status(text) or bool(_ROMAN.fullmatch(text) or _LETTERED_VOLUME.fullmatch(text))


def _is_status(text: str) -> bool:
    """Whether a text, which may be cut off, says what became of the paper instead of where it stands."""
    words = " ".join(text[:_LONGEST_NUMBERING].lower().split()).rstrip(".")
    cut = len(words) >= _SHORTEST_STATUS and any(status.startswith(words) for status in _STATUSES)
    return words in _NO_VALUE or (cut and len(text) <= _LONGEST_NUMBERING)


def _is_numbering(text: str) -> bool:
    """Whether a text is a volume, a page, a range of either or an article's number, whatever words go with it."""
    if len(text) > _LONGEST_NUMBERING or not any(map(str.isdigit, text)):
        return False
    parts = [part for part in _NUMBERING_BREAK.split(text) if part]
    return all(
        _NUMBER.fullmatch(part) or _ROMAN.fullmatch(part) or part.lower() in _NUMBERING_WORDS or len(part) == 1
        for part in parts
    )


def _is_byline(text: str) -> bool:
    """Whether a text may name people: with something between the names, or short enough to be one name."""
    if _is_volume(text) or not _WORD.search(text):
        return False
    return bool(_BETWEEN_NAMES.search(text)) or len(text.split()) <= _MOST_WORDS_OF_A_NAME


def _unsplit(why: str) -> LayoutError:
    return LayoutError("unsplit_publication", f"the publication's members cannot be told apart: {why}")
