"""Where a publication stands in print: volume, issue and pages."""

from __future__ import annotations

import re
from functools import lru_cache
from unicodedata import decimal

_DIGITS = re.compile(r"\d+")
_PAGE = re.compile(r"([a-z]{0,3})(\d+)([a-z]?)(?:\s*[-–—‐‑−:~]+\s*([a-z]{0,3})(\d+))?")
_MONTHS = {m: str(n) for n, m in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)}
_MONTH_FIRST = re.compile(r"(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)-0?(\d{1,2})")
_MONTH_LAST = re.compile(r"0?(\d{1,2})-(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)")


@lru_cache(maxsize=1 << 14)
def read_volume(text: str) -> tuple[str, str]:
    """Volume and, of forms like ``9(1)``, issue; "Suppl" and the like aside."""
    if text.isdigit() and text.isascii():
        return text.lstrip("0") or "0", ""
    found = _DIGITS.findall("".join(str(decimal(sign, sign)) for sign in text) if not text.isascii() else text)
    if not found:
        return "", ""
    issue = found[1] if len(found) > 1 and "(" in text else ""
    return found[0].lstrip("0") or "0", issue.lstrip("0")


def read_pages(text: str) -> tuple[str, int]:
    """The first page ("e45", "s12", "2169") and the last as a number, empty and 0 where unknown.

    Shortened ends are completed (``123-7``), and dates that a spreadsheet made of pages undone (``01-Oct``).
    """
    if not text:
        return "", 0
    first, _, last = text.partition("--" if "--" in text else "-")
    if first.isdigit() and last.isdigit() and first[0] != "0" and text.isascii():
        return first, _page_at_end(first, last)
    low = text.lower().strip()
    if not low.isascii():
        low = "".join(str(decimal(sign, sign)) for sign in low)
    if match := _MONTH_LAST.fullmatch(low):
        low = f"{match[1]}-{_MONTHS[match[2]]}"
    elif match := _MONTH_FIRST.fullmatch(low):
        low = f"{_MONTHS[match[1]]}-{match[2]}"
    match = _PAGE.search(low.removeprefix("pages ").removeprefix("pp. ").removeprefix("pp"))
    if match is None:
        return "", 0
    letters, first, _, _, last = match.groups()
    first = first.lstrip("0") or "0"
    return letters + first, _page_at_end(first, last) if last else 0


def _page_at_end(first: str, last: str) -> int:
    """The last page; where its number is shortened, the first tells how it begins."""
    return int((first[: len(first) - len(last)] + last)[:9]) if len(last) < len(first) else int(last[:9])


def pages_level(first: str, last: int, other_first: str, other_last: int) -> str:
    """How two page ranges compare: range (both ends), page (one end), near (an end one off), other, or missing."""
    if not first or not other_first:
        return "missing"
    one, other = (page.lstrip(LETTERS) for page in (first, other_first))
    if one == other:
        # A range is harder to share by chance than the page on which many abstracts stand.
        return "range" if last and last == other_last and str(last) != one and one != "1" else "page"
    if last and last == other_last:
        return "page"
    gap = abs(int(one[:9] or 0) - int(other[:9] or 0))
    if any(
        not end and page.isdigit() and len(page) <= DIGITS_OF_A_COUNT
        for page, end in ((first, last), (other_first, other_last))
    ):
        return "missing"  # a small number alone may count the pages
    return "near" if gap <= 1 else "other"


LETTERS = "abcdefghijklmnopqrstuvwxyz"
DIGITS_OF_A_COUNT = 2
