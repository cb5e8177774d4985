"""Reason codes in words."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from variorum.dedup import guards, title_guards
from variorum.dedup.comparing import LEVELS
from variorum.reports.reasons import in_words


def test_what_speaks_for_a_pair_comes_before_what_was_objected() -> None:
    codes = ["abstract_close", "authors_one_cut", "guard_listed_twice"]
    assert in_words(codes) == (
        "abstracts much alike, the one author known of both; but a source that lists each once has both"
    )


def test_reasons_without_objections_and_objections_alone() -> None:
    assert in_words(["title_equal_rich", "year_same"]) == "titles equal, same year"
    assert in_words(["guard_notice", "guard_part"]) == "one is a notice, parts of a series"
    assert in_words(["judged_same"]) == "a person judged them the same"
    assert in_words([]) == ""


def test_an_unknown_code_stays_as_it_is() -> None:
    assert in_words(["title_upside_down", "smell_same", "guard_unheard_of"]) == (
        "title_upside_down, smell_same; but guard_unheard_of"
    )


@pytest.mark.parametrize("feature", LEVELS)
def test_every_level_that_is_a_reason_has_words(feature: str) -> None:
    for level in LEVELS[feature]:
        code = f"{feature}_{level}"
        assert level == "missing" or in_words([code]) != code


def test_every_guard_has_words() -> None:
    names = {
        name
        for module in (guards, title_guards)
        for name in re.findall(r'(?:Objection\(|_belongs_to\(a, b, )\s*"(\w+)"', Path(module.__file__).read_text())
    }
    assert len(names) >= 16
    for name in names:
        assert in_words([f"guard_{name}"]) != f"guard_{name}"
