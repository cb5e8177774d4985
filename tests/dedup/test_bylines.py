"""Names cut out of bylines, whatever they look like."""

from __future__ import annotations

from time import perf_counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from variorum.dedup import bylines
from variorum.dedup.bylines import MAX_GIVEN, MOST_AUTHORS, read_byline, read_names


def written(byline: str) -> str:
    """The names of a byline, as ``family/given``."""
    families, givens, _ = read_byline(byline)
    return ", ".join(map("{}/{}".format, families, givens))


@pytest.mark.parametrize(
    ("byline", "names"),
    [
        ("Roe, A. B. and Doe, Bob", "roe/a b, doe/bob"),
        ("Roe, Ann and Doe, Bob and Poe, Carl", "roe/ann, doe/bob, poe/carl"),
        ("Roe, Ann; Doe, Bob", "roe/ann, doe/bob"),
        ("Ann Roe; Bob Doe", "roe/ann, doe/bob"),
        ("Ann Roe\nBob Doe", "roe/ann, doe/bob"),
        ("Ann Roe & Bob Doe", "roe/ann, doe/bob"),
        ("Ann Roe, Bob Doe and Carl Poe", "roe/ann, doe/bob, poe/carl"),
        ("Ann Roe, Bob Doe, and Carl Poe", "roe/ann, doe/bob, poe/carl"),
        ("Roe, Ann, and Bob Doe", "roe/ann, doe/bob"),
        ("Roe, A., Doe, B., & Poe, C.", "roe/a, doe/b, poe/c"),
        ("Roe, A.B., Doe, C.D.", "roe/a b, doe/c d"),
        ("Smith JA, Doe K", "smith/j a, doe/k"),
        ("Roe AB and Doe CD", "roe/a b, doe/c d"),
        ("Lee K. H.Li L.", "lee/k h, li/l"),
        ("Yu Z., Li X.", "yu/z, li/x"),
        ("D. Scott Mackay, Yannis Ioannidis", "mackay/d scott, ioannidis/yannis"),
        ("A. Levy, A. Mendelzon, Y. Sagiv", "levy/a, mendelzon/a, sagiv/y"),
        ("Stonebraker, M", "stonebraker/m"),
        ("M. Stonebraker", "stonebraker/m"),
        ("STONEBRAKER M", "stonebraker/m"),
        ("Li, Wei", "li/wei"),
        ("Madonna", "madonna/"),
        ("Kim, J.-H.", "kim/j h"),
        ("Kim JH", "kim/j h"),
        ("Jung-Hwan Oh", "oh/jung hwan"),
        ("Jung-Hwan Oh, Kien A. Hua", "oh/jung hwan, hua/kien a"),
        ("Sandy Anderson and Andy Sand", "anderson/sandy, sand/andy"),
        (r"M{\"u}ller, J{\"u}rgen", "muller/jurgen"),
        ("O'Connor, S.", "oconnor/s"),
        ("Roe A.*, Doe B.†", "roe/a, doe/b"),
    ],
)
def test_bylines_as_they_are_written(byline: str, names: str) -> None:
    assert written(byline) == names


@pytest.mark.parametrize(
    ("byline", "names"),
    [
        ("Ludwig van Beethoven", "van beethoven/ludwig"),
        ("Juan de la Cruz", "de la cruz/juan"),
        ("van der Berg J. A.", "van der berg/j a"),
        ("M. van Leeuwen, J. Smith", "van leeuwen/m, smith/j"),
        ("de Boor, C.", "de boor/c"),
        ("van der Berg, Johannes", "van der berg/johannes"),
        ("de la Cruz, Juan and Doe, Bob", "de la cruz/juan, doe/bob"),
        ("Gerhardt J. K.van Horssen P.", "gerhardt/j k, van horssen/p"),
    ],
)
def test_particles_belong_to_the_family_name(byline: str, names: str) -> None:
    assert written(byline) == names


@pytest.mark.parametrize(
    ("byline", "names"),
    [
        ("Lopez Garcia, Maria", "lopez garcia/maria"),
        ("Garcia Molina, Hector; Ullman, Jeffrey", "garcia molina/hector, ullman/jeffrey"),
        ("Garcia-Molina, H., Ullman, J.D.", "garcia molina/h, ullman/j d"),
    ],
)
def test_family_names_of_two_words(byline: str, names: str) -> None:
    assert written(byline) == names


@pytest.mark.parametrize(
    ("byline", "names"),
    [
        ("Bourne, Lyle E., Jr.", "bourne/lyle e"),
        ("Gbur Jr C. J.", "gbur/c j"),
        ("Martin Luther King Jr.", "king/martin luther"),
        ("King, M. L., Jr. and Doe, J.", "king/m l, doe/j"),
        ("Bourne, Lyle E., Jr.; Doe, John", "bourne/lyle e, doe/john"),
        ("Thurston Howell III, Ann Roe", "howell/thurston, roe/ann"),
    ],
)
def test_suffixes_are_no_part_of_a_name(byline: str, names: str) -> None:
    assert written(byline) == names


@pytest.mark.parametrize(
    "byline",
    [
        "Roe A., et al.",
        "Ann Roe et al",
        "Ann Roe, et. al.",
        "Ann Roe, ET AL.",
        "Ann Roe [et al.]",
        "Ann Roe; et al.",
        "Ann Roe and others",
        "Ann Roe & others",
        "Roe, A., ...",
        "Roe, A. …",
    ],
)
def test_who_is_left_out_makes_a_byline_incomplete(byline: str) -> None:
    families, givens, complete = read_byline(byline)
    assert (families, [name[0] for name in givens], complete) == (("roe",), ["a"], False)


@pytest.mark.parametrize("byline", ["Ann Roe", "Alan Alda", "Al Roe, Bo Others-Smith", "Roe, A. ; Smothers, B."])
def test_a_byline_that_leaves_nobody_out_is_complete(byline: str) -> None:
    assert read_byline(byline)[2]


@pytest.mark.parametrize("byline", ["", " ", "Anonymous", "anon.", "Unknown", "N/A", "No author", ";;", ",", "—", "&"])
def test_nobody_is_no_author(byline: str) -> None:
    assert read_byline(byline) == ((), (), False)


TEXT = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=80),
    st.lists(st.sampled_from([*"ABz.,;&-*\n", "Roe", "van", " and ", "Jr.", "et al", " ", "Ö", "{\\'e}", "…"])).map(
        "".join
    ),
)


@given(TEXT)
def test_any_byline_can_be_read(byline: str) -> None:
    families, givens, complete = read_byline(byline)
    assert len(families) == len(givens) <= MOST_AUTHORS
    assert all(families)
    assert all(len(name) <= MAX_GIVEN for name in givens)
    assert families or not complete


@given(TEXT)
def test_et_al_behind_any_byline_makes_it_incomplete(byline: str) -> None:
    assert not read_byline(f"{byline}, et al.")[2]


NAMES = st.lists(
    st.tuples(
        st.sampled_from(["Roe", "Mackay", "Ioannidis", "Oh", "Ng", "Sandhu", "García"]),
        st.sampled_from(["Ann", "Bob C.", "D. Scott", "Jung-Hwan", "Yannis"]),
    ),
    min_size=1,
    max_size=6,
)


@given(NAMES)
def test_the_same_people_are_read_from_each_style(names: list[tuple[str, str]]) -> None:
    expected = read_names(tuple(names))
    for byline in (
        " and ".join(f"{family}, {first}" for family, first in names),
        "; ".join(f"{family}, {first}" for family, first in names),
        "; ".join(f"{first} {family}" for family, first in names),
        ", ".join(f"{first} {family}" for family, first in names),
        " and ".join(f"{first} {family}" for family, first in names),
    ):
        assert read_byline(byline) == (*expected, True), byline


@given(NAMES)
def test_initials_alone_keep_the_family_names(names: list[tuple[str, str]]) -> None:
    initials = [(family, first[0]) for family, first in names]
    expected = tuple(family.lower().replace("í", "i") for family, _ in names)
    for byline in (
        ", ".join(f"{family} {letter}" for family, letter in initials),
        ", ".join(f"{family}, {letter}." for family, letter in initials),
        ", ".join(f"{letter}. {family}" for family, letter in initials),
        "".join(f"{family} {letter}. {letter}." for family, letter in initials),
    ):
        assert read_byline(byline)[0] == expected, byline


def test_names_that_come_apart_already() -> None:
    assert read_names((("Müller", "Élodie M."), ("Ann Roe", ""), ("—", ""), ("O'Connor", ""))) == (
        ("muller", "roe", "oconnor"),
        ("elodie m", "ann", ""),
    )


def test_a_collaborations_byline_is_read_in_part() -> None:
    assert len(read_byline("; ".join(f"Roe{n}, A." for n in range(5_000)))[0]) == MOST_AUTHORS
    assert len(read_names((("Roe", "A"),) * 5_000)[0]) == MOST_AUTHORS


@pytest.mark.parametrize(
    "byline",
    ["and" + " " * 12_000 + "x", "A. " * 12_000, "A, " * 12_000, "&" * 12_000, "{\\'" * 12_000, "et al " * 12_000],
)
def test_no_byline_takes_long(byline: str) -> None:
    start = perf_counter()
    read_byline(byline)
    assert perf_counter() - start < 0.5


PARTS = st.sampled_from(
    "Roe Doe O'Connor D' and And AND van der al et others Jr Sr. II none Anon. na Group Team collaboration a b. A. "
    "JA J.A. A.-B. Ann Bob-Cy ' - . .. i v Ph.D. Xiaoguang Li".split()
)
PERSONS = st.builds(
    "{}{}{}".format,
    st.lists(PARTS, max_size=2).map(" ".join),
    st.sampled_from([", ", ",", " , ", ", ", " "]),
    st.lists(PARTS, max_size=3).map(" ".join),
)
INVERTED = st.builds(
    lambda persons, parting, end: parting.join(persons) + end,
    st.lists(st.one_of(PERSONS, st.sampled_from(["Roe, Ann", "Doe, B."])), min_size=1, max_size=4),
    st.sampled_from(["; ", ";", " and ", "  and ", " ; ", "\n"]),
    st.sampled_from(["", "", ".", ";", " ", "'", ",", " et al."]),
)


def in_general(byline: str) -> bylines.Authors:
    """The authors, without the short way."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bylines, "_read_inverted", lambda _: None)
        return read_byline.__wrapped__(byline)


@settings(max_examples=100)
@given(INVERTED)
def test_the_short_way_reads_inverted_bylines_as_the_general_way_does(byline: str) -> None:
    assert read_byline.__wrapped__(byline) == in_general(byline)


@pytest.mark.parametrize("byline", ["Roe, Ann; Doe Poe, .", "Roe, Ann and Doe Poe, . ."])
def test_full_stops_are_no_given_name(byline: str) -> None:
    assert read_byline(byline) == in_general(byline)


@pytest.mark.parametrize(
    "byline", ["Roe, Ann; Doe, B.", "Roe, A and O'Connor, Bob-Cy", "ROE, JA; DOE, BOB", "Li, X; Roe, A"]
)
def test_bylines_that_are_read_in_the_short_way(byline: str) -> None:
    assert bylines._read_inverted(byline) == read_byline(byline)
    assert read_byline(byline)[2]
