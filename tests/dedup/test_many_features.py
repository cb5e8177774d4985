"""Features and authors made of many statements at once are those that each has alone."""

from __future__ import annotations

from unittest import mock

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.dedup.examples import ABSTRACT, BYLINE, TITLE
from tests.dedup.test_bulk import STATEMENTS
from tests.dedup.test_bylines import INVERTED, NAMES, TEXT

from variorum.dedup import many_bylines, many_features
from variorum.dedup.bylines import MOST_AUTHORS, read_byline
from variorum.dedup.features import Features, Statement, features_of
from variorum.dedup.many_bylines import read_bylines
from variorum.dedup.many_features import features_of_many
from variorum.dedup.titles import read_title

REFERENCE = "Roe A, Doe B. Counting seabirds from ice. Polar Biol. 1999 May;12(3):45-67."


def one_by_one(statements: list[Statement]) -> list[Features]:
    return [features_of(one)._replace(byline="") for one in statements]


# Bylines


def assert_as_alone(values: list[str]) -> None:
    assert read_bylines(values) == [read_byline(value) for value in values]


@pytest.mark.parametrize(
    "byline",
    [
        "",
        " ",
        BYLINE,
        "Roe, Ann",
        "Roe, Ann; Doe, B.-C.; Poe, JA",
        "ROE, ANN; DOE, JA; POE, J A K",
        "Roe, A and Doe, Bob",
        "Roe, A, and Doe, Bob",
        "Roe, A and and Doe, Bob",
        "and Roe, A and Doe, Bob",
        "Roe, A,and Doe, Bob",
        "Roe, Ann and Bob, Carl, Doe",
        "Ann Roe and Bob Doe, Carl Poe",
        "Ann Roe, Bob Doe, and Carl Poe",
        "Ann Roe, Bob Doe, and Carl Poe & D. Woe",
        "Ann Roe; Bob C. Doe; van der Poe D",
        "Roe A. B.Doe C.Poe D. E.",
        "Roe A. B.van der Doe C.O'Poe D. E.Garcia-Moe F.",
        "Roe A. Jr.Doe B.",
        "A.B.Roe C.Doe",
        "Roe JA, Doe K, Poe I",
        "Roe II, Ann Doe III, Poe IV",
        "Svein III, Starling David",
        "Ann Roe Jr., Jr. Bob Doe, Jr, Carl Poe",
        "Study GROUP, Alts TEAM, Roe A, The Roe Group, Group Roe",
        "Juan de la Cruz, Ben Roe, Ludwig Van Beethoven, Al Roe, Al van Roe",
        "No Author, Author Unknown, n A, Na A, Ann Unknown",
        "No, Author; Roe, A",
        "N, A; Roe, B",
        "Author, Unknown; Roe, B",
        "Roe, Jr; Doe, B; Poe Jr, C; Moe, D., Jr.",
        "Roe, ; Doe, B; , C; ;",
        "Roe, Al; Doe, Etal",
        "Roe, A; Doe, B; et al",
        "Roe A.Doe B.et al.",
        "Roe, A; O'Connor, B; D'Etal, Others",
        "Müller, Ö.; Ångström, ÅÖ; Roe, A",
        "Ann Müller, Özgür Roe, J. Ø. Roe",
        "Ann\u00a0Roe, Bob\u2003Doe",
        "Ann\tRoe,\tBob  Doe",
        "Ann Roe\nBob Doe\r\nPoe, C",
        "Roe, Ann &amp; Doe, Bob",
        "<b>Roe</b>, Ann; Doe, {B}ob",
        "J. S. Roe, J.-H. Doe, Jung-Hwan Poe, J.S. Moe, JS Woe, St. John Moe",
        "D.'group Roe, d'Group Roe, Study-Group Roe",
        "Roe, A\0; Doe, B",
        "Roe, \ud800; Doe, B",
        "Roe, A" * 10 + "..",
        "*Roe A, Doe B*, Ann Roe†",
        "Roe, A; " * 45,
        "Ann Roe, " * 45,
        "Roe, A; " * 45 + "et al.",
    ],
)
def test_bylines_of_all_forms(byline: str) -> None:
    assert_as_alone([byline])
    assert_as_alone(["Roe, A; Doe, B", byline, "Ann Roe, Bob C. Doe", "Roe A. B.Doe C.", byline])


def test_no_bylines() -> None:
    assert read_bylines([]) == []


WORDS = st.sampled_from(
    "Roe Doe Bob Ann-Mary Li X A. B. J.A. JA JAK I II Jr Jr. Sr. van de Van Ben O'Roe D' McRoe Group TEAM Study-Group "
    "No Author Unknown N A Na et al al. others and & Özgür Å. Ph. J.Roe A.B.Roe * - . .. ' 3rd iv Ⅳ i ſ".split()
)
DIRECT = st.builds(
    lambda names, parting, end: parting.join(names) + end,
    st.lists(
        st.one_of(
            st.lists(WORDS, min_size=1, max_size=4).map(" ".join),
            st.sampled_from(["Ann Roe", "Roe A. B.", "Bob C. Doe", "Doe JA", "Roe, Ann"]),
        ),
        min_size=1,
        max_size=4,
    ),
    st.sampled_from([", ", ",", "; ", ";", "", ".", " and ", ", and ", ",and ", " & ", "  ", "\n"]),
    st.sampled_from(["", "", ".", ";", ",", " et al.", " and others"]),
)
BYLINES = st.one_of(INVERTED, DIRECT, TEXT, NAMES.map(lambda names: ", ".join(f"{b} {a}" for a, b in names)))


@settings(max_examples=300)
@given(st.lists(BYLINES, max_size=5))
@example(["Ann Roe, II"])
def test_any_bylines_are_read_as_each_alone(values: list[str]) -> None:
    assert_as_alone(values)


@settings(max_examples=300)
@given(st.lists(WORDS, min_size=1, max_size=4).map(" ".join))
def test_plain_names_are_read_as_any_name_is(name: str) -> None:
    with mock.patch.object(many_bylines, "read_name", return_value=("", "")):
        short = many_bylines._read_direct_name.__wrapped__(name)
    assert short in (("", ""), many_bylines.read_name(name))


def test_most_names_are_read_in_a_short_way() -> None:
    with (
        mock.patch.object(many_bylines, "read_name") as long,
        mock.patch.object(many_bylines, "cut_byline") as whole,
    ):
        read_bylines(["Lee, A; Kay, Bo", "Lee, A and Kay, B", "Bo Lee, Al J. Kay", "Lee A. B.Kay C.", "Lee AB, Kay C"])
        read_bylines(["Pé, A; Kay, Bo", "Ann Lee-Kay, Bo Doe", "Lee A.Kay-Doe C.", "Ann Lee"])
    assert not long.called
    assert not whole.called


def test_collaborations_are_read_in_part() -> None:
    families, givens, whole = read_bylines(["; ".join(f"Roe{n}, A." for n in range(5_000))])[0]
    assert len(families) == len(givens) == MOST_AUTHORS
    assert whole


# Features


@pytest.mark.parametrize("count", [0, 1, 2, 300])
def test_as_many_features_as_statements(count: int) -> None:
    statements = [
        Statement(f"x:{n}", title=TITLE, byline=BYLINE, abstract=ABSTRACT, read=read_title(TITLE), year="2020")
        for n in range(count)
    ]
    assert features_of_many(statements) == one_by_one(statements)


@settings(max_examples=150)
@given(st.lists(STATEMENTS, max_size=5))
@example([Statement("x:1", abstract=f"Abstract\0 Background {ABSTRACT}"), Statement("x:2", abstract="Abstract")])
@example([Statement("x:1", title=REFERENCE), Statement("x:2", title=REFERENCE, byline="Roe, Ann", issue="3")])
@example([Statement("x:1", volume="PhD thesis", issue="07", pages="12-7"), Statement("x:2", volume="3(4)", issue="5")])
@example([Statement("x:1", identifiers=(("doi", "10.48550"),)), Statement("x:2", identifiers=(("pmid", "10.1101/"),))])
def test_features_of_any_statements_are_those_of_each_alone(statements: list[Statement]) -> None:
    found = features_of_many(statements)
    assert found == one_by_one(statements)
    assert all(type(one) is Features for one in found)
    assert [list(map(type, one)) for one in found] == [list(map(type, one)) for one in one_by_one(statements)]


def test_bylines_are_not_read_where_names_stand_apart() -> None:
    said = Statement("x:1", byline="Bob Doe", names=(("Roe", "Ann"),), names_complete=True)
    with mock.patch.object(many_features, "read_bylines", side_effect=read_bylines) as read:
        assert features_of_many([said]) == one_by_one([said])
    assert list(read.call_args.args[0]) == [""]
