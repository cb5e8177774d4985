"""Columns made of many statements at once are those that their features have, one by one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.dedup.examples import ABSTRACT, BYLINE, TITLE

from variorum.dedup.bulk import columns_of_statements, read_titles
from variorum.dedup.bulk_texts import cut_texts, replaced
from variorum.dedup.features import Statement, features_of
from variorum.dedup.keys import Columns, columns_of
from variorum.dedup.texts import Texts, texts_of
from variorum.dedup.titles import read_title


def decoded(texts: Texts) -> list[str]:
    return [bytes(texts.letters[start:end]).decode() for start, end in zip(texts.starts, texts.ends, strict=True)]


def assert_equal(found: Columns, expected: Columns) -> None:
    for name, ours, theirs in zip(Columns._fields, found, expected, strict=True):
        if isinstance(ours, Texts):
            assert decoded(ours) == decoded(theirs), name
            assert np.array_equal(ours.ends, theirs.ends), name
        else:
            assert ours.dtype == theirs.dtype, name
            assert ours.tolist() == theirs.tolist(), name


def assert_as_features(statements: list[Statement]) -> None:
    assert_equal(columns_of_statements(statements), columns_of(list(map(features_of, statements))))


# Each alone and among others that take another way

PLAIN = Statement("x:0", title=TITLE, byline=BYLINE, abstract=ABSTRACT, year="2020")
MARKED = Statement("x:9", title="<i>Knöt</i>", byline="Müller & Söhne", abstract="<p>Abstract</p> Über Knoten")


@pytest.mark.parametrize(
    "title",
    [
        TITLE,
        f"  {TITLE}",
        f"{TITLE}  ",
        f"{TITLE}.",
        f"{TITLE}: With a Subtitle: And Another",
        f"{TITLE} : With a Subtitle",
        f"{TITLE} - With a Subtitle",
        f"{TITLE} -- With a Subtitle",
        f"{TITLE}--With a Subtitle",
        f"{TITLE} --- With a Subtitle",
        f"{TITLE} -With no Subtitle",
        f"{TITLE}- With no Subtitle",
        f"{TITLE} 'tis-all --",
        f"{TITLE}:",
        f": {TITLE}: Subtitle",
        f"- {TITLE} - Subtitle",
        f"-- {TITLE}",
        f"'{TITLE}' : Subtitle",
        f"{TITLE}. With a Subtitle",
        f"{TITLE}. with one: And Another",
        f"{TITLE} (SEE): Why? And! What.",
        f"{TITLE}! Or not - maybe",
        f". {TITLE}. Subtitle",
        f"'. {TITLE}",
        f"{TITLE}?  ",
        f"{TITLE}. Germans at Sea",
        f"{TITLE}. German Zählen",
        f"{TITLE}) French Compter",
        f"{TITLE} [Review]. ",
        f"{TITLE} [Review] ",
        f"{TITLE} [Review]  . ",
        f"{TITLE}. (in French) .. .",
        f"{TITLE}. German . ",
        f"{TITLE} (Review)..",
        f"{TITLE} (Review).x",
        f"{TITLE}? With a Subtitle",
        f"{TITLE}: {'long ' * 120}",
        f"{'longer ' * 100}: {TITLE}",
        f"{TITLE} of 1,000 Birds: and 2,500 More",
        f"{TITLE} of 1,2 Birds",
        f"{TITLE} [Article in German]",
        f"{TITLE} (in French).",
        f"{TITLE}. German",
        f"{TITLE}. German. ",
        f"{TITLE}. [Review] [25 refs]",
        f"{TITLE} German",
        f"RETRACTED: {TITLE}",
        f"Retracted - {TITLE}",
        f"WITHDRAWN ARTICLE: {TITLE}",
        f"[RETRACTED] {TITLE}",
        f"(Withdrawn) {TITLE}",
        f"Re'tracted: {TITLE}",
        f"[{TITLE}]",
        f"({TITLE})",
        f"{TITLE}\tand\nMore",
        f"{TITLE}\x7f",
        f"{TITLE} \u00a0– Über Knoten",
        f"{TITLE} <i>in situ</i>: Two",
        f"{TITLE} &amp; More: Two",
        rf"{TITLE} $\alpha$: Two",
        f"{TITLE} β-catenin",
        "深度学习综述: 知识图谱",
        "[No title available]",
        "No title available",
        "untitled",
        "'",
        "...",
        "- - -",
        " " * 60,
        "-" * 60,
        "Roe A, Doe B. Counting seabirds from ice. Polar Biol. 1999 May;12(3):45-67.",
        "Roe A, Müller B, et al. Zählen: von Eis aus. Polar Biol. 1999;12:e45.",
        "Roe A; Doe B: Counting seabirds from ice, and a semicolon.",
    ],
)
def test_titles(title: str) -> None:
    said = Statement("x:1", title=title)
    assert_as_features([said])
    assert_as_features([PLAIN, said, MARKED, said, said])


NAMES = tuple((f"Familyname{n}", f"Given{n} A.") for n in range(30))


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"byline": "Roe, Ann; Doe, B.-C."},
        {"byline": "O'Connor, D'Arcy & Müller"},
        {"byline": "Roe, Ann; " * 45},
        {"byline": "x" * 199 + " " + "y" * 300},
        {"byline": "<b>Roe</b>, Ann; " * 30},
        {"byline": "Ångström, Ö.; " * 40},
        {"byline": "Ångström, Ö.; Straße, Đ. İ.; Ǆ, ŉ"},
        {"byline": "Ångström, Ö. & Søn"},
        {"byline": "MÃ¼ller, Â., Câté"},
        {"byline": "Ångström, Ö.; Şahin, Ł_^#~%"},
        {"byline": "Ünal " * 90},
        {"byline": "x" * 398 + "<b>y</b>"},
        {"byline": " \t\n"},
        {"byline": BYLINE, "profile_only": True},
        {"names": (("Roe", "Ann"), ("Bob Doe", ""), ("", ""))},
        {"names": NAMES},
        {"names": NAMES, "profile_only": True},
        {"names": (("Roe", "Ann"),), "byline": "Carl Poe"},
        {"names": (("Müller", "Ö."), ("O'Connor", ""))},
    ],
)
def test_bylines(said: dict[str, Any]) -> None:
    one = Statement("x:1", **said)
    assert_as_features([one])
    assert_as_features([PLAIN, one, MARKED, one])


def test_letters_with_accents_fold_alike_wherever_they_stand() -> None:
    letters = [chr(sign) for sign in range(0xA0, 0x250)]
    forms = ("{}", "{0}{0}", "Roe{}Poe", "Ann {} Doe", "'{}.", "Â{}", "{}́")
    assert_as_features([Statement("x:1", byline=form.format(letter)) for form in forms for letter in letters])


@pytest.mark.parametrize(
    "abstract",
    [
        ABSTRACT,
        f"Background: {ABSTRACT}",
        f"BACKGROUND AND PURPOSE. {ABSTRACT}",
        f"  Abstract\n{ABSTRACT}",
        f"(c) Copyright 2020. {ABSTRACT}",
        f"“Summary” {ABSTRACT}",
        f"<jats:title>Abstract</jats:title> {ABSTRACT}",
        f"Abstracts: {ABSTRACT}",
        f"Context-aware {ABSTRACT}",
        "Abstract",
        "Abstract ",
        "C. elegans counts seabirds by eye",
        f"{'x' * 159} y {'z' * 300}",
        f"{'x' * 160} y",
        f"{'x' * 161} y",
        f"{'ö' * 159} y",
        f"{'-' * 390} a b c d",
        f"{ABSTRACT[:395]}<i>x</i>",
        f"{ABSTRACT[:220]} <i>x</i> Über {ABSTRACT}",
        f"{ABSTRACT[:100]} a_b c {ABSTRACT} $x$",
        f"{ABSTRACT[:100]} a^b c {ABSTRACT} {{x",
        f"{ABSTRACT[:100]} a}}b c {ABSTRACT} \\x",
        f"{ABSTRACT[:100]} a_b ^ c {ABSTRACT}",
        f"{'- . ' * 30}{ABSTRACT}",
        f"Background and Aims: {'- . ' * 20}{ABSTRACT}",
        f"{'Background and Aims. ' * 12}{ABSTRACT}",
        f"{('word ' * 40)[:199]}é {ABSTRACT}",
        f"{('word ' * 40)[:199]}≠ {ABSTRACT}",
        f"{'word ' * 33}xx",
        f"{'word ' * 40}x",
        "Abstract " + "x" * 150,
        "Abstract " + "x" * 191,
        "Abstract " + "x" * 192,
        " \t ",
        "...",
    ],
)
def test_abstracts(abstract: str) -> None:
    one = Statement("x:1", abstract=abstract)
    assert_as_features([one])
    assert_as_features([PLAIN, one, MARKED, one])


@pytest.mark.parametrize(
    "statements", [[], [Statement("x:1")], [Statement("x:1"), Statement("x:2")], [PLAIN], [MARKED]]
)
def test_few_or_empty_statements(statements: list[Statement]) -> None:
    assert_as_features(statements)


# At the edges of what is read in bulk


RARE = [
    pytest.param({"title": "word " * 300}, id="a title cut before a blank"),
    pytest.param({"title": f"{'x' * 499} y: z"}, id="a title cut behind a blank"),
    pytest.param({"title": "No title available" + " " * 30}, id="no title, and blanks"),
    pytest.param({"title": "." * 40 + "untitled"}, id="no title, and dots"),
    pytest.param({"byline": "ʔ" * 150}, id="a byline in letters without Latin ones"),
    pytest.param({"abstract": "ʔ" * 150}, id="an abstract in letters without Latin ones"),
    pytest.param({"abstract": f"_Background_ {ABSTRACT}"}, id="a heading between underscores"),
    pytest.param({"abstract": f"'Abstract' {ABSTRACT}"}, id="a heading between apostrophes"),
    pytest.param({"abstract": f"Aim's {ABSTRACT}"}, id="a heading with an apostrophe"),
]


@pytest.mark.parametrize("fields", RARE)
def test_rare_statements(fields: dict[str, Any]) -> None:
    assert_as_features([Statement("x:1", **fields)])


@pytest.mark.parametrize("title", [f"{'x' * 600}: y", f"{'ʔ' * 450}: x"])
def test_main_parts_are_cut_with_their_titles(title: str) -> None:
    assert read_titles(columns_of_statements([Statement("x:1", title=title)])) == [read_title(title)]


# Whatever is written

_PIECES = [
    TITLE, "Counting Birds", "of", "1,000", "2,5", "x", "O'Connor's", "'", "E. coli", "RETRACTED:", "Withdrawn",
    "Retracted -", "[No title available]", "untitled", "null", "[Article in German]", "(in French)", "[25 refs]",
    "German", ". German", ":", "-", "--", "–", "—", ".", "?", "!", ";", ",", "_", "[", "]", "(", ")", '"', "&amp;",
    "&lt;i&gt;", "<i>x</i>", "<br/>", "x < y", r"\'e", "{B}irds", "$n^2$", "Über", "ß", "β", "深度学习", "İ", "ʔ",
    "\u0301", "â€™", "\ufffd", "\u00a0", "\u2028", "\x1f", "\x7f", "Background", "Abstract", "and", "Purpose", "c",
    "Aims", "objectives", "Copyright", "Roe A, Doe B.", "2020;12(3):45-67.", "word " * 30, "x" * 120,
]  # fmt: skip
TEXTS = st.lists(
    st.one_of(st.sampled_from(_PIECES), st.text(max_size=6).map(lambda text: text.replace("\0", ""))), max_size=10
).flatmap(lambda pieces: st.sampled_from(["", " ", " ", "  ", "\t", "\n"]).map(lambda blank: blank.join(pieces)))
TITLES = st.one_of(
    TEXTS,
    st.builds("{}{}{}".format, st.sampled_from(["", " ", "'", "[", "x: ", "Retracted"]), st.just(TITLE), TEXTS),
    st.builds(
        "{}{}{}".format, TEXTS, st.just(f" {TITLE}"), st.sampled_from(["", ":", " - x", "--x", " ", ".", ")", "'"])
    ),
)
LATIN = st.text("Aé ßØ'.-;ĳŉÂÃâ_^ſİ̀", max_size=30)
NUMBERS = st.sampled_from(["", "3", "12(3)", "S12", "12-30", "12", "e1004", "Ph.D.", "0", "³", "12–30", "xii"])


def said(**fields: Any) -> Statement:
    return Statement("x:1", **fields)


STATEMENTS = st.builds(
    said,
    title=TITLES,
    byline=st.one_of(TEXTS, LATIN, st.just(BYLINE), st.just("Roe, Ann; " * 45)),
    names=st.one_of(st.just(()), st.lists(st.tuples(TEXTS, TEXTS), max_size=3).map(tuple)),
    profile_only=st.booleans(),
    year=st.sampled_from(["", "2020", "May 1999", "in press", "20201", "²⁰²⁰"]),
    year_doubtful=st.booleans(),
    venue=st.sampled_from(["", "Polar Biology", "arXiv", "bioRxiv preprint"]),
    volume=NUMBERS,
    pages=NUMBERS,
    identifiers=st.lists(
        st.sampled_from([("doi", "10.1000/a"), ("doi", "10.48550/x"), ("pmid", "1"), ("arxiv", "2001.00001")]),
        max_size=3,
    ).map(tuple),
    abstract=st.one_of(TEXTS, TEXTS.map(lambda text: text + ABSTRACT)),
    preprint=st.booleans(),
)


@settings(max_examples=80)
@given(st.lists(STATEMENTS, max_size=4))
@example([Statement("x:1", abstract=f"'Abstract' {ABSTRACT}")])
def test_whatever_statements_say_their_columns_are_those_of_their_features(statements: list[Statement]) -> None:
    assert_as_features(statements)


@given(st.lists(STATEMENTS, max_size=4))
@example([Statement("x:1", title="No title available" + " " * 30)])
def test_titles_read_in_bulk_leave_features_as_they_are(statements: list[Statement]) -> None:
    read = read_titles(columns_of_statements(statements))
    expected = list(map(features_of, statements))
    assert read == [(one.title, one.main_title) for one in expected]
    again = [features_of(one._replace(read=title)) for one, title in zip(statements, read, strict=True)]
    assert again == expected


FOLDED = st.lists(st.text("ab ä漢", max_size=20).map(lambda text: " ".join(text.split())), max_size=6)


@given(FOLDED, st.integers(1, 12))
def test_texts_are_cut_by_characters(texts: list[str], most: int) -> None:
    assert_same(cut_texts(texts_of(texts), most), [text[:most].rstrip() for text in texts])


@given(FOLDED, st.data())
def test_texts_are_replaced_where_it_is_said(texts: list[str], data: st.DataObject) -> None:
    others = [data.draw(st.none() | st.text("xä", max_size=5)) for _ in texts]
    places = [at for at, other in enumerate(others) if other is not None]
    found = replaced(texts_of(texts), places, [other for other in others if other is not None])
    assert_same(found, [text if other is None else other for text, other in zip(texts, others, strict=True)])


def assert_same(found: Texts, expected: list[str]) -> None:
    assert found.letters.tobytes() == texts_of(expected).letters.tobytes()
    assert found.ends.tolist() == texts_of(expected).ends.tolist()
