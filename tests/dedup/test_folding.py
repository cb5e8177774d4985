"""Text reduced to what comparing needs."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.dedup.examples import features

from variorum.dedup.folding import fold, plain, without_thousands
from variorum.dedup.keys import shared_kinds


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Deep  Learning: A Survey.", "deep learning a survey"),
        ("Real-time, on-line", "real time on line"),
        ("O'Connor’s law", "oconnors law"),
        ("Über die Größe der Straße", "uber die grosse der strasse"),
        ("STRASSE", "strasse"),
        ("Đặng Văn Tuấn", "dang van tuan"),
        ("naïve Bayes", "naive bayes"),
        ("ﬁne-tuning", "fine tuning"),
        ("ＡＢＣ１２３", "abc123"),
        ("E²GAN", "e2gan"),
        ("β-catenin", "beta catenin"),
        ("Ωμέγα", "omega"),
        ("Глубокое обучение", "glubokoe obuchenie"),
        ("深度学习综述", "shenduxuexizongshu"),
        ("한국어 제목", "hangugeo jemog"),
        (unicodedata.normalize("NFD", "한국어 제목"), "hangugeo jemog"),
        ("“quotes” – and — dashes…", "quotes and dashes"),
        ("", ""),
        ("…!?", ""),
        ("_ __", ""),
    ],
)
def test_text_is_folded_to_plain_words(text: str, folded: str) -> None:
    assert fold(text) == folded


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)


@given(TEXT)
@example("\u0345")
@example("ʔ")
@example("Α")
def test_folded_text_is_plain_and_stays_as_it_is(text: str) -> None:
    folded = fold(text)
    # Letters without a Latin equivalent stay what they are where there is nothing else.
    assert folded.isascii() or not any(char.isascii() and char.isalnum() for char in folded)
    assert folded == folded.lower()
    assert folded == " ".join(folded.split())
    assert fold(folded) == folded


@given(TEXT)
@example("أ")
@example("ά")
def test_folding_does_not_see_how_letters_are_encoded(text: str) -> None:
    assert fold(unicodedata.normalize("NFD", text)) == fold(unicodedata.normalize("NFC", text))


WORDS_OF_MANY_SCRIPTS = st.text(
    st.one_of(
        st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5),
        st.characters(min_codepoint=0xAC00, max_codepoint=0xD7A3),
        st.characters(min_codepoint=0x0430, max_codepoint=0x0449),
        st.characters(min_codepoint=0x03B1, max_codepoint=0x03C9),
        st.characters(min_codepoint=0x3042, max_codepoint=0x308F, categories=["Lo"]),
        st.characters(min_codepoint=0x00C0, max_codepoint=0x024F, categories=["Lu", "Ll"]),
    ),
    min_size=1,
    max_size=30,
)


@given(WORDS_OF_MANY_SCRIPTS)
def test_titles_in_any_script_keep_something_to_compare(title: str) -> None:
    assert fold(title)
    said = features(title=f"{title} {title}x")
    assert "title_words" in shared_kinds(said, said)


@pytest.mark.parametrize(
    ("marked", "said"),
    [
        ("Ropes &amp; Knots", "ropes knots"),
        ("Ropes &amp;amp; Knots", "ropes knots"),
        ("H<sub>2</sub>O and CO<sub>2</sub>", "h2o and co2"),
        ("<jats:italic>E. coli</jats:italic> at sea", "e coli at sea"),
        ("<mml:math><mml:mi>α</mml:mi></mml:math>-decay", "alpha decay"),
        ("One<br/>Two", "one two"),
        ("x < y and y > z", "x y and y z"),
        (r"M{\"u}ller and \'Etude", "muller and etude"),
        (r"\textit{In vivo} {\bf work}", "in vivo work"),
        (r"The $\alpha$-stable {D}istribution", "the alpha stable distribution"),
        ("$O(n^2)$ steps", "o n2 steps"),
        ("Ãœber die GrÃ¶ÃŸe", "uber die grosse"),
        ("Itâ€™s a knot", "its a knot"),
        ("Br\ufffdke", "brke"),
        ("Ã la carte", "a la carte"),
    ],
)
def test_markup_and_wrong_decoding_leave_no_trace(marked: str, said: str) -> None:
    assert fold(plain(marked)) == said


@given(TEXT)
def test_whatever_is_written_can_be_made_plain(text: str) -> None:
    plain(text)
    assert "\ufffd" not in fold(plain(text))


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("10,000 knots", "10000 knots"),
        ("1,234,567", "1234567"),
        ("3,14 and 1, 200", "3,14 and 1, 200"),
        ("1,2000", "1,2000"),
    ],
)
def test_commas_within_numbers(written: str, read: str) -> None:
    assert without_thousands(written) == read
