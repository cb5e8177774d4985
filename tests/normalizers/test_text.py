"""Cleaning of words: TeX is read where it stands, plain text is never harmed."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from variorum.normalizers._text import clean, read_tex

TEX = [
    # escaped characters and ties
    (r"a speedup of 50\% over", "a speedup of 50% over"),
    (r"R\&D at AT\&T", "R&D at AT&T"),
    (r"\$10 and \$20", "$10 and $20"),
    (r"the \#1 cause", "the #1 cause"),
    (r"snake\_case", "snake_case"),
    (r"the set \{a, b\}", "the set {a, b}"),
    (r"i.e.\ this", "i.e. this"),
    ("a deep neural network~(DNN) is", "a deep neural network (DNN) is"),
    ("Fig.~1 and Tab.~2", "Fig. 1 and Tab. 2"),
    # mathematics
    (r"by 2.48$\times$ and 1.90$\times$", "by 2.48× and 1.90×"),
    (r"an 8 \( \times \) 8 grid", "an 8 × 8 grid"),
    (r"$100\times$ faster", "100× faster"),
    (r"$5 \pm 3$", "5 ± 3"),
    (r"$95\%$ of them", "95% of them"),
    (r"$O(n \log n)$ time", "O(n log n) time"),
    (r"$\alpha$-stable", "α-stable"),
    ("$k$-means", "k-means"),
    ("$n$ points in $d$ dimensions", "n points in d dimensions"),
    ("E$^{2}$GAN", "E²GAN"),
    ("x$^2$", "x²"),
    ("$10^{-3}$ to $10^{12}$", "10⁻³ to 10¹²"),
    (r"$\theta\in\mathbb{R}^d$", "θ∈ℝ^d"),
    (r"$\frac{\alpha}{\beta}$", "α/β"),
    ("H$_2$O", "H_2O"),
    (r"90\textdegree", "90°"),
    # markup
    (r"a \textit{router} that", "a router that"),
    (r"\emph{in situ}", "in situ"),
    (r"\textsc{Name}", "Name"),
    (r"\textbf{a \textit{nested} word}", "a nested word"),
    (r"the \texttt{pip} tool", "the pip tool"),
    (r"an \mbox{e-mail} client", "an e-mail client"),
    (r"and so on\ldots", "and so on…"),
    # what has no words of its own
    (r"as shown \cite{roe2020} before", "as shown before"),
    (r"as shown~\citep{roe2020} before", "as shown before"),
    (r"in Section \ref{sec:one} below", "in Section below"),
    # addresses
    (r"see \url{https://example.org/a_b}", "see <https://example.org/a_b>"),
    # letters
    (r"K\"ahler", "Kähler"),
    (r"\"{o}", "ö"),
    (r"Poincar\'e", "Poincaré"),
    (r"Poincar\'{e}", "Poincaré"),
    (r"I\~nigo and Fran\c{c}ois", "Iñigo and François"),
    (r"Erd\H{o}s, \v{C}ech", "Erdős, Čech"),
    (r"\'{\i}", "í"),
    (r"S\o ren and \L{}ukasiewicz", "Søren and Łukasiewicz"),
    (r"Stra\ss e", "Straße"),
    (r"the Schr{\"o}dinger equation", "the Schrödinger equation"),
    (r"the {Poincar\'e} map", "the {Poincaré} map"),
]

PLAIN = [
    "50% off: a study",
    "100 % sure, or nearly",
    "AT&T",
    "R&D",
    "costs $5 and $10",
    "US$20 and HK$30",
    "C# and F#",
    "http://x.org/~user/a",
    "https://x.org/a~b?c=50%25&d=1#e_f",
    "a ~ b",
    "~50 of them",
    "5~10 km",
    "10²~10³ km",
    "{braces} and {more}",
    "snake_case_name, x_i and x^2",
    "“quoted” – ‘dashed’ — `ticked'",
    "O(n^2) < 3",
    "王伟 and Đặng",
]


@pytest.mark.parametrize(("text", "expected"), TEX)
def test_tex_is_read_as_people_would_read_it(text: str, expected: str) -> None:
    assert clean(text, tex=True) == expected


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (r"see \href{https://example.org}{the project page} for code", ["see", "the project page", "for code"]),
        (r"a \sqrt 2 approximation", ["a", "2", "approximation"]),
        (r"the \verb|make| tool", ["the", "tool"]),
        (r"a \footnote 1 here", ["a", "here"]),
        (r"first\\second", ["first", "second"]),
        (r"\section{Intro} We", ["Intro", "We"]),
        (r"the \unknownmacro{kept} word", ["the", "word"]),
    ],
)
def test_words_survive_tex_that_is_odd_or_unknown(text: str, words: list[str]) -> None:
    cleaned = clean(text, tex=True).casefold()
    assert [word for word in words if word.casefold() not in cleaned] == []


@pytest.mark.parametrize("tex", [False, True])
@pytest.mark.parametrize("text", PLAIN)
def test_plain_text_is_left_alone(text: str, tex: bool) -> None:
    assert clean(text, tex=tex) == text


@pytest.mark.parametrize("text", PLAIN)
def test_plain_text_is_left_alone_beside_tex(text: str) -> None:
    assert clean(rf"{text}, a \textit{{word}}", tex=True) == f"{text}, a word"
    assert clean(rf"By 2\%, {text}", tex=True) == f"By 2%, {text}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (r"$10 in \textit{total}, not $20", "$10 in total, not $20"),
        ("from $5 (10% of list_price) to $6", "from $5 (10% of list_price) to $6"),
        ("between $5_000 and $6_000", "between $5_000 and $6_000"),
    ],
)
def test_prices_are_no_formulas(text: str, expected: str) -> None:
    assert clean(text, tex=True) == expected


@pytest.mark.parametrize(
    "text",
    [r"path C:\new\test", r"\textit{router}", r"50\%", "a~b", r"$\times$", r"K\"ahler", r"\cite{x}", "E$^{2}$GAN"],
)
def test_without_tex_a_backslash_is_a_backslash(text: str) -> None:
    assert clean(text) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  two   words ", "two words"),
        ("line\r\nbreaks\n\n\tand tabs", "line breaks and tabs"),
        ("no-break\u00a0and\u3000wide\u2009spaces", "no-break and wide spaces"),
        ("\ufeffmarked", "marked"),
        ("soft\u00adhyphen, zero\u200bwidth, word\u2060joiner", "softhyphen, zerowidth, wordjoiner"),
        ("e\u0301tude", "étude"),
        ("", ""),
        (" \n\u200b ", ""),
    ],
)
def test_white_space_and_what_cannot_be_seen(text: str, expected: str) -> None:
    assert clean(text) == expected
    assert clean(text, tex=True) == expected


@pytest.mark.parametrize("text", ["क्\u200dष", "👩\u200d🔬"])
def test_joiners_that_make_a_letter_stay(text: str) -> None:
    assert clean(text) == text


READABLE = st.text(st.characters(exclude_categories=["Cs"]))


@given(READABLE)
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    once = clean(text)
    assert clean(once) == once


@given(st.text(st.sampled_from("aeo\u0301\u0308\u00ad\u200b\u2060\ufeff \u00a0\n")))
def test_cleaning_twice_is_cleaning_once_with_marks_and_invisible_characters(text: str) -> None:
    once = clean(text)
    assert clean(once) == once
    assert unicodedata.is_normalized("NFC", once)


@given(READABLE)
def test_text_for_people_is_tidy(text: str) -> None:
    cleaned = clean(text)
    assert cleaned == cleaned.strip()
    assert re.search(r"\s\s|[^\S ]", cleaned) is None
    assert not set(cleaned) & set("\u00ad\u200b\u200c\u2060\ufeff")


@given(READABLE.filter(lambda text: not set(text) & set("\\$~")))
def test_text_without_tex_signs_is_no_tex(text: str) -> None:
    assert read_tex(text) == text
    assert clean(text, tex=True) == clean(text)


@given(st.from_regex(r"[a-z(][a-z0-9 ,.;:%&#_{}^()'\"-]{0,40}", fullmatch=True))
def test_words_around_a_formula_stay(words: str) -> None:
    assert clean(rf"{words} $\times$ {words}", tex=True) == clean(f"{words} × {words}")


PIECES = [*"ab1 {}[]()$\\~^_%&#\"'`=.|\n", *(f"\\{name}" for name in "alpha cite frac sqrt url href verb item".split())]


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_broken_tex_is_cleaned_somehow(text: str) -> None:
    assert isinstance(clean(text, tex=True), str)
