"""What of a record is compared, computed once: normal forms of its words, names, numbers and ids."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from anyascii import anyascii

from variorum.schema import Author, Record, is_text_key, year_of

MAX_TITLE = 500
MAX_ABSTRACT = 2_000
"""Characters compared of a title and of an abstract: one 600 kB string would cost seconds a pair."""

_WORD = re.compile(r"[a-z0-9]+")
_LETTERS = re.compile(r"[^\W_]+")
ROMAN = {"i": "1", "ii": "2", "iii": "3", "iv": "4", "v": "5", "vi": "6", "vii": "7", "viii": "8", "ix": "9"}
_NUMBER_WORDS = dict(
    zip("one two three four five six seven eight nine ten".split(), map(str, range(1, 11)), strict=True)
)
# A letter counts after words that always take a number or letter; "a field study: a season" is no study A.
_PART = re.compile(
    r"\b(?:(?:part|pt|volume|vol|book|appendix) ([a-h]|[ivx]+|\d+|" + "|".join(_NUMBER_WORDS) + r")"
    r"|(?:chapter|phase|study|paper|section|episode) ([ivx]+|\d+))\b"
)
_NOTICE = re.compile(
    r"^(?:(?:publisher|author)s? )?"
    r"(erratum|errata|corrigend(?:um|a)|corrections?|addend(?:um|a)|retraction|expression of concern)\b"
    r"|\b(erratum|errata|corrigend(?:um|a)|addend(?:um|a))$"
)
_STATE = re.compile(
    r"\A[\s\[(]{0,9}(?:retracted|withdrawn)(?:\s{1,9}(?:article|paper|chapter))?"
    r"(?:\s{0,9}[:\])]{1,2}|\s{1,9}[-–—]\s)\s{0,9}(?=\S)",
    re.I,
)
"""What a publisher puts before the title of an article that it has taken back; it stays the same article."""

_RESPONSE = re.compile(
    r"^(?:(?:a|the|in) )?"
    r"(comments?|commentary|reply|response|rejoinder|rebuttal|letter|book review|discussion)\b"
    r"(?= (?:on|to|of|from|by|concerning|regarding)\b)"
)
_STOP_WORDS = frozenset("a an and as at by for from in into is of on or the to under using via with".split())


@dataclass(frozen=True, slots=True)
class Name:
    """A comparable author: folded family name and first initial, either empty when unknown."""

    family: str
    initial: str


@dataclass(frozen=True, slots=True)
class Features:
    """A record as the matcher sees it. Text is folded: Latin letters, lower case, single spaces.

    ``listed_once``: the record's source lists each publication once, so two records of it are two works
    unless something says otherwise. ``own_id``: its source names it by an id, not only by its words.
    ``year_doubtful``: the record states a year that was inferred; ``year`` is None then.
    """

    ref: str
    source: str
    listed_once: bool
    own_id: bool
    title: str
    title_words: tuple[str, ...]
    numbers: frozenset[str]
    part: str
    notice: str
    response: str
    authors: tuple[Name, ...]
    authors_complete: bool
    profile_only: bool
    year: int | None
    year_doubtful: bool
    venue: str
    preprint: bool
    volume: str
    first_page: str
    identifiers: frozenset[tuple[str, str]]
    abstract: str
    abstract_truncated: bool


def features_of(record: Record, *, listed_once: bool = False) -> Features:
    """The features of a record."""
    title = fold(_STATE.sub("", record.title or "", count=1))[:MAX_TITLE]
    words = tuple(title.split())
    return Features(
        ref=record.ref,
        source=record.source,
        listed_once=listed_once,
        own_id=not is_text_key(record.source_key),
        title=title,
        title_words=words,
        numbers=frozenset(ROMAN.get(word, word) for word in words[1:] if word in ROMAN or word[0].isdigit())
        | frozenset(word for word in words[:1] if word[0].isdigit()),
        part=_part_of(title),
        notice=_marker(_NOTICE, title),
        response=_marker(_RESPONSE, title),
        authors=tuple(name for name in map(_name_of, record.authors) if name.family),
        authors_complete=record.authors_complete,
        profile_only=bool(record.authors) and all(a.evidence == "profile" for a in record.authors),
        year=None if record.low_confidence("date") else year_of(record.date),
        year_doubtful=record.date is not None and record.low_confidence("date"),
        venue=fold(record.venue or ""),
        preprint=record.stage == "preprint",
        volume=(record.volume or "").strip().lower(),
        first_page=_first_page(record.pages),
        identifiers=frozenset((i.scheme, i.value) for i in record.identifiers if i.role == "self"),
        abstract=fold(record.abstract or "")[:MAX_ABSTRACT],
        abstract_truncated=record.abstract_truncated or len(record.abstract or "") > MAX_ABSTRACT,
    )


def fold(text: str) -> str:
    """Text reduced to what comparing needs: compatibility forms, Latin transliteration, lower case, words."""
    lower = text.lower() if text.isascii() else _folded_case(text)
    words = _WORD.findall(anyascii(lower).lower().replace("'", ""))
    # A few letters have no Latin equivalent; better their own shape than nothing.
    return " ".join(words or _LETTERS.findall(lower))


def _folded_case(text: str) -> str:
    """Compatibility form without case; folding case can undo the form, so it is made again."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def is_stop_word(word: str) -> bool:
    """Whether a word carries no meaning of its own."""
    return word in _STOP_WORDS


def content_words(words: tuple[str, ...]) -> tuple[str, ...]:
    """The words that carry meaning, in order."""
    return tuple(word for word in words if word not in _STOP_WORDS)


def _name_of(author: Author) -> Name:
    family = fold(author.family or author.name)
    given = fold(author.given or "")
    return Name(family=family, initial=given[:1])


def _part_of(title: str) -> str:
    """The part marker's value (``2`` for "Part II" and "Part Two"), empty without one."""
    found = _marker(_PART, title)
    return ROMAN.get(found) or _NUMBER_WORDS.get(found, found)


def _marker(pattern: re.Pattern[str], title: str) -> str:
    """What the pattern's groups found in the title, in the singular; empty without."""
    match = pattern.search(title)
    return "".join(filter(None, match.groups())).removesuffix("s") if match else ""


def _first_page(pages: str | None) -> str:
    match = re.search(r"[A-Za-z]?\d+", pages or "")
    return match[0].lower() if match else ""
