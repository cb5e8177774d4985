from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from variorum.normalizers._authors import name_parts, split_authors


def read(byline: str) -> list[str]:
    return ["|".join(part or "" for part in reversed(name_parts(name))) for name in split_authors(byline)[0]]


@pytest.mark.parametrize(
    ("byline", "expected"),
    [
        # one a line
        ("Roe, Ann\nDoe, Bob", ["Ann|Roe", "Bob|Doe"]),
        ("Ann Roe\r\nBob Doe\n", ["Ann|Roe", "Bob|Doe"]),
        ("Roe, Ann and\nDoe, Bob", ["Ann|Roe", "Bob|Doe"]),
        ("Roe, Ann;\nDoe, Bob", ["Ann|Roe", "Bob|Doe"]),
        # semicolons
        ("Roe, A.; Doe, B.", ["A.|Roe", "B.|Doe"]),
        ("Roe, A.; Doe, B.; and, Poe, C. D.", ["A.|Roe", "B.|Doe", "C. D.|Poe"]),
        ("Ann Roe; Bob Doe;", ["Ann|Roe", "Bob|Doe"]),
        ("Ann Roe；Bob Doe", ["Ann|Roe", "Bob|Doe"]),
        ("Heppner, D. G., Jr.; Roe, A.", ["D. G.|Heppner Jr.", "A.|Roe"]),
        ("CMMID working group, ; Klepac, P.", ["|", "P.|Klepac"]),
        # BibTeX
        ("Roe, Ann and Doe, Bob and Poe, Cy", ["Ann|Roe", "Bob|Doe", "Cy|Poe"]),
        ("Ann Roe and Bob Doe", ["Ann|Roe", "Bob|Doe"]),
        ("De Smedt, Jan and van den Hooff, Bart Jan", ["Jan|De Smedt", "Bart Jan|van den Hooff"]),
        ("Garcia Perez, Ana Maria and Doe, Bob", ["Ana Maria|Garcia Perez", "Bob|Doe"]),
        ("{World Health Organization} and M{\\\"u}ller, J{\\'o}n", ["|", "Jón|Müller"]),
        ("{Barnes and Noble, Inc.}", ["|"]),
        ("Pellerito, Joseph M., Jr.", ["Joseph M.|Pellerito Jr."]),
        (
            "Nunamaker Jr., Jay F. and King, Jr., Martin and Roe, A",
            ["Jay F.|Nunamaker Jr.", "Martin|King Jr.", "A|Roe"],
        ),
        ("Ho, Tam & and Kar, Yan and Tam", ["Tam|Ho", "Yan|Kar", "|Tam"]),
        ("Kang Su Hyun, null and Xu, Z. and Doe, B.", ["Kang Su|Hyun", "Z.|Xu", "B.|Doe"]),
        ("Cui, Nan and Li, Na", ["Nan|Cui", "Na|Li"]),
        # commas: full names
        ("Ann Roe, Bob Doe", ["Ann|Roe", "Bob|Doe"]),
        ("Ann B. Roe, Bob Doe, Cy Poe", ["Ann B.|Roe", "Bob|Doe", "Cy|Poe"]),
        ("Ann Roe, Bob Doe, and Cy Poe", ["Ann|Roe", "Bob|Doe", "Cy|Poe"]),
        ("A. Roe, Plato, B. Doe", ["A.|Roe", "|Plato", "B.|Doe"]),
        ("J.Frankel, L.Alvarez, and P.Li", ["J.|Frankel", "L.|Alvarez", "P.|Li"]),
        ("W. J. McIver, Jr., Ann Roe", ["W. J.|McIver Jr.", "Ann|Roe"]),
        ("王伟, 李强", ["|王伟", "|李强"]),
        # commas: inverted names
        ("Roe, A., Doe, B.", ["A.|Roe", "B.|Doe"]),
        ("Roe, A. B., Doe, C., & Poe, D.-E.", ["A. B.|Roe", "C.|Doe", "D.-E.|Poe"]),
        ("Roe,A.B., Doe,C. & Poe,D.,", ["A.B.|Roe", "C.|Doe", "D.|Poe"]),
        ("ROE, A.B., LI, C. and DOE, D.E", ["A.B.|ROE", "C.|LI", "D.E|DOE"]),
        ("Van den Bosch, A., and Weijters, T.", ["A.|Van den Bosch", "T.|Weijters"]),
        ("Roe, Ann", ["Ann|Roe"]),
        ("Boyer O'Leary, Michael", ["Michael|Boyer O'Leary"]),
        ("Roe, Ann, Bob Doe, and Cy Poe", ["Ann|Roe", "Bob|Doe", "Cy|Poe"]),
        ("Roe, Ann B., Doe, Cy, & Poe, Di E.", ["Ann B.|Roe", "Cy|Doe", "Di E.|Poe"]),
        ("Steele, Guy L., Jr., Fahlman, Scott E.", ["Guy L.|Steele Jr.", "Scott E.|Fahlman"]),
        ("Aha, D. W., D. Kibler, and M. Albert.", ["D. W.|Aha", "D.|Kibler", "M.|Albert"]),
        ("T. Mitchell, Utgoff, P. and Banerji, R.,", ["T.|Mitchell", "P.|Utgoff", "R.|Banerji"]),
        # initials after the family name
        ("Roe A, Doe BC.", ["A|Roe", "B C|Doe"]),
        ("Roe A. and van der Doe B.", ["A.|Roe", "B.|van der Doe"]),
        ("Smith JWM", ["J W M|Smith"]),
        ("Mentzer R. M. Jr.", ["R. M.|Mentzer Jr."]),
        ("O S. J.", ["S. J.|O"]),
        # names run together
        ("Lee K. H.Li L.Roe A.-B.", ["K. H.|Lee", "L.|Li", "A.-B.|Roe"]),
        ("Pratt P. F. Jr.van der Doe B.D'Agati V. D.", ["P. F.|Pratt Jr.", "B.|van der Doe", "V. D.|D'Agati"]),
        ("Schulz R.Roe A.Working Group of Hearts", ["R.|Schulz", "A.|Roe", "|"]),
        # debris
        ("Ann Roe (1993).", ["Ann|Roe"]),
        ("Roe, A., Doe, B.:", ["A.|Roe", "B.|Doe"]),
        (" , Ann Roe ,", ["Ann|Roe"]),
        ("Jos&#233; Roe, C&eacute;sar Doe", ["José|Roe", "César|Doe"]),
        ("Ann Roe &amp; Bob Doe", ["Ann|Roe", "Bob|Doe"]),
        ("Plato", ["|Plato"]),
    ],
)
def test_bylines(byline: str, expected: list[str]) -> None:
    assert read(byline) == expected
    assert split_authors(byline)[1]


@pytest.mark.parametrize(
    ("byline", "expected"),
    [
        ("Roe, A. and Doe, B. and others", ["Roe, A.", "Doe, B."]),
        ("Roe A, Doe B, et al.", ["Roe A", "Doe B"]),
        ("B. Buth et. al.,", ["B. Buth"]),
        ("Roe, A.; Doe, B.; et al.,", ["Roe, A.", "Doe, B."]),
        ("Roe A.Doe B.et al.", ["Roe A.", "Doe B."]),
        ("Roe, A., Doe, B., ...", ["Roe, A.", "Doe, B."]),
        ("Roe, A., Doe, B., … Poe, C.", ["Roe, A.", "Doe, B.", "Poe, C."]),
        ("Ann Roe, Bob Doe and 12 others", ["Ann Roe", "Bob Doe"]),
        ("Ann Roe; 3 more", ["Ann Roe"]),
        ("Ann Roe\n[et al.]", ["Ann Roe"]),
        ("M. Pazzani & D.", ["M. Pazzani", "D."]),
        ("A. Roe, B. Doe, C.", ["A. Roe", "B. Doe", "C."]),
    ],
)
def test_cut_bylines_are_incomplete(byline: str, expected: list[str]) -> None:
    assert split_authors(byline) == (tuple(expected), False)


@pytest.mark.parametrize(
    "byline",
    [
        "",
        " ",
        "\n",
        ";",
        "Anonymous",
        "[Anonymous]",
        "UNKNOWN",
        "null",
        "N/A",
        "&NA;",
        "[No author]",
        "-",
        ". .",
        "et al.",
    ],
)
def test_placeholders_are_no_authors(byline: str) -> None:
    assert split_authors(byline) == ((), False)


def test_a_placeholder_among_authors_is_left_out() -> None:
    assert split_authors("Roe, A.; null; Doe, B.") == (("Roe, A.", "Doe, B."), True)


def test_names_keep_their_spelling() -> None:
    names, _ = split_authors('Jos&#233;  Roe, M{\\"u}ller, J., Smith JA, Ann Ro&eacute;;')
    assert names == ("Jos&#233; Roe", 'M{\\"u}ller, J.', "Smith JA", "Ann Ro&eacute;")


def test_only_initials_are_a_given_name() -> None:
    assert name_parts("P. E.") == (None, "P. E.")


@pytest.mark.parametrize("name", ["HPAP Consortium", "Times-Ten Team", "{NASA and ESA}", "Study Group A"])
def test_bodies_have_no_parts(name: str) -> None:
    assert name_parts(name) == (None, None)


_WORDS = 'Roe Ann A. B J.-P. , ; & and et al. others { } \\" &#233; &amp; &NA; Jr. van der null ... … 1999 王 -'.split()
_FRAGMENTS = st.sampled_from([*_WORDS, "\n", " ", "."])
_BYLINES = st.one_of(st.text(), st.lists(_FRAGMENTS, max_size=25).map(" ".join), st.lists(_FRAGMENTS).map("".join))


@given(_BYLINES)
def test_any_text_gives_words_of_the_byline(byline: str) -> None:
    names, complete = split_authors(byline)
    assert bool(names) or not complete
    text = "".join(byline.replace("&amp;", "&").split()).replace(",", "")
    for name in names:
        assert name == name.strip() != ""
        assert "".join(name.replace("&amp;", "&").split()).replace(",", "") in text
        name_parts(name)


_FAMILY = st.from_regex(r"[A-Z][a-z]{3,8}(-[A-Z][a-z]{3,6})?", fullmatch=True).filter(
    lambda name: name.lower() not in {"anon", "null", "none", "unknown", "anonymous"}
)
_INITIALS = st.lists(st.sampled_from("ABCDEFGHIJKLMNOPRSTUVW"), min_size=1, max_size=3)


@given(st.lists(st.tuples(_FAMILY, _INITIALS), min_size=2, max_size=6))
def test_the_usual_styles_are_read_alike(people: list[tuple[str, list[str]]]) -> None:
    dotted = [(family, " ".join(f"{initial}." for initial in initials)) for family, initials in people]
    inverted = [f"{family}, {first}" for family, first in dotted]
    direct = [f"{first} {family}" for family, first in dotted]
    initials_last = [f"{family} {first}" for family, first in dotted]
    for byline in (
        "\n".join(inverted),
        "; ".join(inverted),
        " and ".join(inverted),
        ", ".join(inverted),
        f"{', '.join(inverted[:-1])}, & {inverted[-1]}",
        " and ".join(direct),
        ", ".join(direct),
        f"{', '.join(direct[:-1])}, and {direct[-1]}",
        ", ".join(initials_last),
        "".join(initials_last),
    ):
        names, complete = split_authors(byline)
        assert ([name_parts(name) for name in names], complete) == (dotted, True), byline


@pytest.mark.parametrize(
    "unit", [" ", ",", "{", "}", "&", ".", "A.", "and ", "1990 ", "Roe, A., ", "; ", "(", "…", "\n", "et al "]
)
def test_long_bylines_take_linear_time(unit: str) -> None:
    start = time.perf_counter()
    split_authors(unit * (200_000 // len(unit)) + "x")
    assert time.perf_counter() - start < 5
