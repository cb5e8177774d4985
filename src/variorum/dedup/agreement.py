"""Whether a registry's answer is the publication that was looked up.

Stricter than matching, which weighs: a registry answers something for any title, and what is taken from it
fills holes unseen. So identifiers must agree, or title, author and year, or, where there is no title, the
abstract word for word and an author; and no guard may object. What a publication is must agree as well.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from variorum.dedup.authorship import shared_authors
from variorum.dedup.comparing import abstract_level
from variorum.dedup.features import Features, Statement, features_of
from variorum.dedup.folding import fold, plain
from variorum.dedup.guards import objections
from variorum.dedup.identity import share_identifier
from variorum.dedup.titles import content_words
from variorum.dedup.words import is_slip

FEWEST_TITLE_WORDS = 3
"""Words that carry meaning. Shorter titles recur."""

FEWEST_ABSTRACT_WORDS = 25
MOST_OF_ABSTRACT = 2_000
"""Characters compared of an abstract, where it stands for a title: many times as many as for matching."""

MOST_YEARS_APART = 1
"""A preprint and its article, a journal's online and printed issue."""

MOST_YEARS_APART_BY_ID = 2


def features_for_agreement(said: Statement) -> Features:
    """The features of a statement, with its abstract as good as whole."""
    abstract = fold(plain(said.abstract[: 2 * MOST_OF_ABSTRACT]))
    cut = said.abstract_truncated or len(abstract) > MOST_OF_ABSTRACT or len(said.abstract) > 2 * MOST_OF_ABSTRACT
    return features_of(said)._replace(abstract=abstract[:MOST_OF_ABSTRACT], abstract_truncated=cut)


def disagreement(wanted: Features, answer: Features) -> str | None:
    """Why the answer is not taken for what was wanted, as a code; None when the two agree."""
    objected = objections(wanted, answer)
    if objected:
        # What dedup would hold back fills nothing. An identifier may have been written down wrong, too.
        return f"guard_{objected[0].guard}"
    if share_identifier(wanted, answer):
        # Without titles nothing says that it is not the identifier of what the publication stands in.
        return None if wanted.title and answer.title else _first(wanted, answer, _authors_if_whole, _year_by_id)
    if wanted.title:
        return _first(wanted, answer, _title, _authors, _year)
    if wanted.abstract:
        return _first(wanted, answer, _abstract, _authors, _year_if_known)
    return "nothing_to_compare"


def _first(wanted: Features, answer: Features, *checks: Callable[[Features, Features], str | None]) -> str | None:
    return next((found for check in checks if (found := check(wanted, answer))), None)


def _title(wanted: Features, answer: Features) -> str | None:
    if not answer.title or not _same_words(wanted, answer):
        return "other_title"
    short = min(len(content_words(one.title.split())) for one in (wanted, answer)) < FEWEST_TITLE_WORDS
    return "title_too_short" if short else None


def _same_words(a: Features, b: Features) -> bool:
    """Whether two titles are the same but for spaces, or for a slip in one word."""
    if a.title.replace(" ", "") == b.title.replace(" ", ""):
        return True
    left, right = Counter(a.title.split()), Counter(b.title.split())
    ones, others = list((left - right).elements()), list((right - left).elements())
    return len(ones) == len(others) == 1 and is_slip(ones[0], others[0])


def _authors(wanted: Features, answer: Features) -> str | None:
    """At least one author in common; of two whole bylines at least half of the shorter one."""
    if not wanted.families or not answer.families:
        return "no_author_known"
    shared = shared_authors(wanted, answer)
    whole = wanted.authors_complete and answer.authors_complete
    due = min(len(wanted.families), len(answer.families)) / 2 if whole else 1
    return "other_authors" if shared < max(due, 1) else None


def _authors_if_whole(wanted: Features, answer: Features) -> str | None:
    whole = wanted.families and answer.families and wanted.authors_complete and answer.authors_complete
    return "other_authors" if whole and not shared_authors(wanted, answer) else None


def _year(wanted: Features, answer: Features) -> str | None:
    """A neighbouring year; in place of a doubtful one the venue, the abstract or a second author."""
    if wanted.year_doubtful and answer.year:
        return None if _something_else(wanted, answer) else "doubtful_year"
    if not wanted.year or not answer.year:
        return "no_year_known"
    return _year_if_known(wanted, answer)


def _something_else(wanted: Features, answer: Features) -> bool:
    return (
        (wanted.venue != "" and wanted.venue == answer.venue)
        or abstract_level(wanted, answer) not in {"missing", "different"}
        or shared_authors(wanted, answer) > 1
    )


def _year_if_known(wanted: Features, answer: Features) -> str | None:
    return _years_apart(wanted, answer, MOST_YEARS_APART)


def _year_by_id(wanted: Features, answer: Features) -> str | None:
    return _years_apart(wanted, answer, MOST_YEARS_APART_BY_ID)


def _years_apart(wanted: Features, answer: Features, most: int) -> str | None:
    if not wanted.year or not answer.year:
        return None
    return "other_year" if abs(wanted.year - answer.year) > most else None


def _abstract(wanted: Features, answer: Features) -> str | None:
    """The same words from beginning to end, or as far as the one goes that was cut."""
    (short, cut), (long, _) = sorted(
        ((one.abstract, one.abstract_truncated) for one in (wanted, answer)), key=lambda pair: len(pair[0])
    )
    if len(short.split()) < FEWEST_ABSTRACT_WORDS:
        return "abstract_too_short"
    same = short == long or (cut and long.startswith(short))
    return None if same else "other_abstract"
