"""What was compared, in words: each level of each feature as a phrase that quotes the two records."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from string import ascii_lowercase

from rapidfuzz import fuzz

from variorum.dedup.authorship import shared_authors
from variorum.dedup.bylines import MOST_AUTHORS
from variorum.dedup.comparing import bits_of, title_bits
from variorum.dedup.features import Features
from variorum.dedup.identity import are_versions
from variorum.reports.text import shorten

_LONGEST_QUOTE = 60
_MOST_WORDS_QUOTED = 3


def evidence_text(feature: str, level: str, a: Features, b: Features) -> str:
    """What two records' comparison by a feature came to, in plain words. Raises ``KeyError`` for an unknown level."""
    return _WORDING[feature](level, a, b)


def _unstated(what: str, one: object, other: object, otherwise: str) -> str:
    """What a level ``missing`` means: ``otherwise`` where both state something that cannot be compared."""
    if one and other:
        return otherwise
    return f"no {what} on one side" if one or other else f"no {what} on either side"


def _quoted(text: str) -> str:
    return f'"{shorten(text, _LONGEST_QUOTE)}"'


# Identifiers


def _identifier(level: str, a: Features, b: Features) -> str:
    left, right = _first_of_one_scheme(a, b)
    one, other = next(
        ((one, other) for one in a.identifiers for other in b.identifiers if are_versions(one, other)), (left, right)
    )
    shared = [_spaced(identifier) for identifier in a.identifiers if identifier in b.identifiers]
    of_their_own = "identifiers that cannot be compared"
    if a.preprint != b.preprint:
        of_their_own = "a preprint and its article have identifiers of their own"
    return {
        "shared": f"both {', '.join(shared)}",
        "version": f"{_spaced(one)} and {_spaced(other)}, versions of one thing",
        "other": f"{_spaced(left)} and {_spaced(right)}",
        "missing": _unstated("identifier", a.identifiers, b.identifiers, of_their_own),
    }[level]


def _first_of_one_scheme(a: Features, b: Features) -> tuple[str, str]:
    pairs = ((one, other) for one in a.identifiers for other in b.identifiers)
    return next((pair for pair in pairs if pair[0].partition(":")[0] == pair[1].partition(":")[0]), ("", ""))


def _spaced(identifier: str) -> str:
    return identifier.replace(":", " ", 1)


# Titles


def _title(level: str, a: Features, b: Features) -> str:
    apart = _difference(a.title, b.title)
    in_common = _in_common(a.title, b.title)
    text = {
        "equal": "titles equal, case and signs aside",
        "generic": f"{_quoted(min(a.title, b.title, key=len))} is a title that recurs",
        "slip": f"titles equal but for {apart}",
        "begins": _beginning(a, b),
        "near": f"titles much alike but for {apart}",
        "contained": f"one title has nearly all that the other says: {in_common}",
        "close": f"titles alike: {in_common}",
        "similar": f"titles somewhat alike: {in_common}",
        "faint": f"titles unlike, though some of what one says stands in the other: {in_common}",
        "different": f"titles unlike: {in_common}",
        "in_place": f"titles unlike ({in_common}), but nothing else stands on these pages",
        "missing": _unstated("title", a.title, b.title, "titles that cannot be compared"),
    }[level.removesuffix("_rich").removesuffix("_poor")]
    only = "only " if level.endswith("_poor") else ""
    if level.startswith("equal"):
        return f"{text}; their {_counted(len(a.title.split()), 'word')} tell {only}{title_bits(a.title):.0f} bits"
    if only:
        bits = bits_of(set(a.title.split()) & set(b.title.split()))
        return f"{text}; the words that both have tell only {bits:.0f} bits"
    return text


def _in_common(one: str, other: str) -> str:
    left, right = Counter(one.split()), Counter(other.split())
    return f"{_counted((left & right).total(), 'word')} in common, of {left.total()} and {right.total()}"


def _difference(one: str, other: str) -> str:
    left, right = Counter(one.split()), Counter(other.split())
    sides = [list((left - right).elements()), list((right - left).elements())]
    quoted = [
        _quoted(" … ".join(words)) if len(words) <= _MOST_WORDS_QUOTED else f"{len(words)} words"
        for words in sides
        if words
    ]
    return " and ".join(quoted) or "the order of the words"


def _beginning(a: Features, b: Features) -> str:
    short, long = sorted((a.title, b.title), key=len)
    if long.startswith(short):
        return f"one title goes on where the other ends, with {_quoted(long.removeprefix(short).strip())}"
    return f"titles with one main part, {_quoted(min(a.main_title, b.main_title, key=len))}, and another subtitle"


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


# Place in print


def _place(level: str, a: Features, b: Features) -> str:
    volume, volumes = f"volume {a.volume}", f"volumes {a.volume} and {b.volume}"
    range_, page = f"pages {a.first_page}–{a.last_page}", _same_page(a, b)
    pages = f"pages {a.first_page} and {b.first_page}"
    if a.volume and a.volume == b.volume:
        pages = f"both {volume}, but {pages}"
    left, right = (_stands(side, with_issue=a.issue != b.issue) for side in (a, b))
    return {
        "range_volume": f"both {volume}, {range_}",
        "range": f"both {range_}",
        "range_other_volume": f"both {range_}, but {volumes}",
        "page_volume": f"both {volume}, {page}",
        "page": f"both {page}",
        "page_other_volume": f"both {page}, but {volumes}",
        "volume_issue": f"both {volume}, issue {a.issue}",
        "volume": f"both {volume}",
        "volume_other_issue": f"both {volume}, but issues {a.issue} and {b.issue}",
        "other_volume": volumes,
        "other_page_volume": f"{left} and {right}",
        "other_page": pages,
        "near_page": f"{pages}, next to each other",
        "missing": "a preprint stands in no volume"
        if a.preprint != b.preprint
        else "nothing that places both in print",
    }[level]


def _stands(side: Features, *, with_issue: bool) -> str:
    known = {"volume": side.volume, "issue": side.issue if with_issue else "", "page": side.first_page}
    return ", ".join(f"{what} {number}" for what, number in known.items() if number)


def _same_page(a: Features, b: Features) -> str:
    """The page on which both begin, or, where they do not, both end."""
    one, other = (side.first_page.lstrip(ascii_lowercase) for side in (a, b))
    return f"from page {a.first_page}" if one == other else f"up to page {a.last_page}"


# Year


def _year(level: str, a: Features, b: Features) -> str:
    gap = abs(a.year - b.year)
    years = f"years {a.year} and {b.year}"
    return {
        "same": f"both years {a.year}",
        "next": f"{years}, one after the other" if gap == 1 else f"{years}, as of a preprint and its article",
        "near": f"{years}, {gap} apart",
        "apart": f"{years}, {gap} apart",
        "far": f"{years}, {gap} apart",
        "missing": _unstated("year", a.year, b.year, "years that cannot be compared"),
    }[level]


# Authors


def _authors(level: str, a: Features, b: Features) -> str:
    shorter, longer = sorted((a, b), key=lambda side: len(side.families))
    count, most = len(shorter.families), len(longer.families)
    shared = shared_authors(a, b)
    some = (
        f"{shared} of {count} authors shared"
        if count == most
        else f"{_counted(shared, 'author')} shared, of {count} and {most}"
    )
    same = {
        1: "the one author the same",
        2: "both authors the same",
        MOST_AUTHORS: f"the first {count} authors the same",
    }
    equal = same.get(count, f"all {count} authors the same")
    only = _quoted(next(iter(shorter.families), ""))
    words = [{word for family in side.families for word in family.split()} for side in (a, b)]
    return {
        "equal_many": equal,
        "equal": equal,
        "equal_one": f"{equal}, {only}",
        "most_many": some,
        "most": some,
        "some": f"only {some}",
        "one_cut": f"{only}, the only author that one names, is an author of the other",
        "one_of": f"{only} is the only author of one, and one of {most} of the other",
        "words_all": f"bylines cut up in two ways, of the same names: {_listed(words[0] & words[1])}",
        "words": f"bylines share words, but no author: {_listed(words[0] & words[1])}",
        "none_cut": f"no author shared, of {count} and {most}, but not all are named",
        "none": f"no author shared, of {count} and {most}",
        "missing": _unstated("author", a.families, b.families, "a profile names nobody but its owner"),
    }[level]


def _listed(words: set[str]) -> str:
    return " ".join(sorted(words)[:_MOST_WORDS_QUOTED])


# Venue, abstract


def _venue(level: str, a: Features, b: Features) -> str:
    names = f"{_quoted(a.venue)} and {_quoted(b.venue)}"
    return {
        "same": f"same venue, {_quoted(a.venue)}" if a.venue == b.venue else f"same venue: {names}",
        "short": f"same venue, one abbreviated: {names}",
        "like": f"venues alike: {names}",
        "other": f"venues {names}",
        "missing": _unstated("venue", a.venue, b.venue, "a preprint's server is no venue of its article"),
    }[level]


def _abstract(level: str, a: Features, b: Features) -> str:
    shown = min(len(a.abstract), len(b.abstract))
    alike = f"abstracts {fuzz.ratio(a.abstract[:shown], b.abstract[:shown]):.0f} % alike over {shown} characters"
    return {
        "equal": alike,
        "close": alike,
        "similar": alike,
        "different": alike,
        "missing": _unstated("abstract", a.abstract, b.abstract, "too little of an abstract to compare"),
    }[level]


_WORDING: Mapping[str, Callable[[str, Features, Features], str]] = {
    "identifier": _identifier,
    "title": _title,
    "place": _place,
    "year": _year,
    "authors": _authors,
    "venue": _venue,
    "abstract": _abstract,
}
