from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from variorum.normalizers._mojibake import is_garbled, mended


@pytest.mark.parametrize(
    ("garbled", "expected"),
    [
        ("Heide-JÃ¸rgensen", "Heide-Jørgensen"),
        ("GarcÃ\xada", "García"),
        ("Ã…ngstrÃ¶m", "Ångström"),
        ("CafÃƒÂ©", "Café"),
        ("a â€“ b", "a – b"),
    ],
)
def test_text_encoded_twice_is_mended(garbled: str, expected: str) -> None:
    assert mended(garbled) == expected


@pytest.mark.parametrize("text", ["Guimarães", "Müller", "NATÃLIA", "¿Qué?", "Łódź", "naïve", "数学", "Ann Roe", ""])
def test_right_text_stays(text: str) -> None:
    assert mended(text) == text
    assert not is_garbled(text)


@pytest.mark.parametrize("text", ["LÃ???Ã??Ã?Â©vesque", "LÃ??Ã?Â©vesque", "Ã?lvarez", "Garc?a", "JosÃ¶ and L�vesque"])
def test_what_is_beyond_repair_stays_and_is_known(text: str) -> None:
    assert mended(text).count("\ufffd") == text.count("\ufffd")
    assert is_garbled(mended(text))


@pytest.mark.parametrize("text", ["Why knots? Because", "Knots?", "O que será amanhã?", "AMANHÃ?", "2?a"])
def test_questions_are_not_garbled(text: str) -> None:
    assert not is_garbled(text)


@settings(max_examples=50)
@given(st.text(alphabet="abc éüøÅñß–", max_size=30))
def test_what_was_garbled_once_is_mended_or_left(text: str) -> None:
    garbled = text.encode().decode("cp1252", "replace")
    assert mended(garbled) in (text, garbled) or "\ufffd" in garbled
    assert mended(text) == text
