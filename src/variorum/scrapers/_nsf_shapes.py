"""What the shape of a member of a reported publication tells: a number, a status, names, or none of these.

The members have no labels, so nothing here may take for a number or a status what can be the words of a title.
"""

from __future__ import annotations

import re

# The eLocators of the American Geophysical Union (e2019GL085678, D24S05) and of SPIE (98760A) have letters inside.
_NUMBER = re.compile(
    r"[A-Za-z]{0,6}\d+(?:\.\d+)?[a-z]?|\d+pp|e?(?:19|20)\d\d[A-Z]{1,2}\d{1,6}|[A-Z]\d\dS\d\d|\d{5,6}[A-Z]"
)
# Papers of optics conferences (FTh1D.3), of journals that are named before the number (pone.0123456).
_LOCATOR = re.compile(r"[A-Z]{1,4}[a-z]?\d[A-Z]\.\d{1,3}|[a-z]{2,6}\.\d{4,9}")
# Three digits at least: of one word with fewer, "H2O" and "2D" could be the beginning of a title.
_ODD_PAGES = re.compile(r"(?=(?:\D{0,20}\d){3})\w[\w.:()/–-]{3,23}")
_LETTERED_VOLUME = re.compile(r"\d{1,5} ?[A-Z]")
_ROMAN = re.compile(r"[IVXLCDM]{1,9}|[ivxlcdm]{1,9}")
_NUMBERING_WORDS = frozenset(
    "a art article artn e eid id issue lncs no number of p page pages paper part pg pgs pp pt s ser series suppl"
    " supplement to unsp v vol volume".split()
)
_NUMBERING_BREAK = re.compile(r"[\s.,:;()/+#–—‐‑-]+")
_LONGEST_NUMBERING = 32
_STATUSES = (
    "accepted for publication",
    "accepted manuscript",
    "advance access",
    "advance online publication",
    "ahead of print",
    "early access",
    "early online",
    "early view",
    "epub ahead of print",
    "forthcoming",
    "in preparation",
    "in press",
    "in production",
    "in proof",
    "in review",
    "in revision",
    "just accepted",
    "not available",
    "online ahead of print",
    "online first",
    "pending",
    "published online",
    "submitted",
    "to appear",
    "to be published",
    "to be submitted",
    "under review",
    "under revision",
)
# What may follow on one: "In press, corrected proof", "Submitted 2016", "submitted to J. Chem.".
_STATUS_FIRST = re.compile(
    rf"(?:{'|'.join(map(re.escape, _STATUSES))}|accepted)(?:\s?[,;:.(/]|\s\d)"
    r"|(?:accepted|submitted|to appear) (?:by|for|in|to|with)\b"
)
_NO_VALUE = frozenset(
    {"-", "--", "–", "—", "?", "n/a", "n/a-n/a", "n/a–n/a", "na", "none", "tba", "tbd", "xx-xx", "xxx-xxx"}
)
_LONGEST_STATUS = 40
# Of five letters, one that was cut off could be a person's name: Early, Forth.
_CUT_STATUSES = frozenset(status[:length] for status in _STATUSES for length in range(6, len(status) + 1))
# NSF keeps nine characters of the pages: of "Article e1602" that is "Article e".
_LONGEST_PAGES = 9
_BETWEEN_NAMES = re.compile(r"[,;&]|\band\b", re.I)
_MOST_WORDS_OF_A_NAME = 6
_DIGIT = re.compile(r"\d")
_WORD = re.compile(r"[^\W\d_]{2}")


def is_volume(text: str) -> bool:
    """Whether a text stands in a volume's place: a number, or what became of the paper instead."""
    return is_numbering(text) or is_status(text) or bool(_ROMAN.fullmatch(text) or _LETTERED_VOLUME.fullmatch(text))


def is_status(text: str) -> bool:
    """Whether a text, which may be cut off, says what became of the paper instead of where it stands."""
    if len(text) > _LONGEST_STATUS:
        return False
    words = " ".join(text.lower().split()).rstrip(".")
    return words in _CUT_STATUSES or words in _NO_VALUE or _STATUS_FIRST.match(words) is not None


def is_numbering(text: str) -> bool:
    """Whether a text is a volume, a page, a range of either or an article's number, whatever words go with it."""
    if len(text) > _LONGEST_NUMBERING or not _DIGIT.search(text):
        return False
    return bool(_LOCATOR.fullmatch(text)) or all(map(_is_part, _parts(text)))


def is_cut_numbering(text: str) -> bool:
    """Whether a text is the words before a number that was cut off."""
    parts = _parts(text) if len(text) == _LONGEST_PAGES else []
    return bool(parts) and all(map(_is_part, parts)) and parts[0].lower() in _NUMBERING_WORDS


def is_odd_pages(text: str) -> bool:
    """Whether a text is one word that is likely to be pages or an article's number: it has several digits."""
    return _ODD_PAGES.fullmatch(text) is not None


def is_byline(text: str) -> bool:
    """Whether a text may name people: with something between the names, or short enough to be one name."""
    if is_volume(text) or not _WORD.search(text):
        return False
    return has_names_apart(text) or len(text.split()) <= _MOST_WORDS_OF_A_NAME


def has_names_apart(text: str) -> bool:
    """Whether something stands in a text that parts names from one another."""
    return _BETWEEN_NAMES.search(text) is not None


def _parts(text: str) -> list[str]:
    return [part for part in _NUMBERING_BREAK.split(text) if part]


def _is_part(part: str) -> bool:
    number = _NUMBER.fullmatch(part) or _ROMAN.fullmatch(part)
    return bool(number) or len(part) == 1 or part.lower() in _NUMBERING_WORDS
