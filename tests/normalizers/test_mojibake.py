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
        ("12 Ã…Â² in GarcÃ\xada", "12 Å² in García"),
        ("Î²-catenin at 25 Â°C, Â±2 Âµm", "β-catenin at 25 °C, ±2 µm"),
        ("mokslÅ³, raÅ¡Å³", "mokslų, rašų"),
        ("Å±rhajÃ³", "űrhajó"),
        ("Å¹rÃ³dÅ‚o", "Źródło"),
        ("ISPARTA Ä±ÅŸÄ±k", "ISPARTA ışık"),
        ("Ð² Ð¼Ð¸Ñ€Ðµ", "в мире"),
        ("Ø³Ù„Ø§Ù…", "سلام"),
        ("3 Ã— 4", "3 × 4"),
        ("HÃ”TEL, “CAFÃ‰”", "HÔTEL, “CAFÉ”"),
        ("12 Å² of JÃ¸rgensen", "12 Å² of Jørgensen"),
    ],
)
def test_text_encoded_twice_is_mended(garbled: str, expected: str) -> None:
    assert mended(garbled) == expected


SOUND = ["Guimarães", "Müller", "NATÃLIA", "¿Qué?", "Łódź", "naïve", "数学", "Ann Roe", ""]
UNITS = [
    "12 Å²",
    "300 Å³.",
    "(Å²)",
    "0.5 Å°",
    "2.1 Å±0.2 Å",
    "a=3.5 Å¹",
    "eV/Å³",
    "5\u00a0Å²",
    "e·Å³",
    "kÅ³",
    "0.3 eÅ²",
]
UNITS += ["Ø² 5", "Ø±0.1 mm", "Ü± 2", "5 Å–10 Å", "5 × Å²", "3 × 4", "25 °C", "Å²–Å³"]
WORDS = ["« À la recherche »", "«État»", "TRƯỜNG ĐẠI HỌC", "Đà Nẵng", "INFORMAÇÃO", "AMANHÃ…", "“A MAÇÃ”", "«MAÇû"]
WORDS += ["GÜNEŞ IŞIĞI", "Âgele", "«мир»", "ANDRÉ’S", "JOSÉ², RENÉ¹"]


@pytest.mark.parametrize("text", [*SOUND, *UNITS, *WORDS])
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
# Letters of Western names; others next to each other are what a garbled letter looks like.
@given(st.text(alphabet="abc éüøñ", max_size=30))
def test_what_was_garbled_once_is_mended_or_left(text: str) -> None:
    garbled = text.encode().decode("cp1252", "replace")
    assert mended(garbled) in (text, garbled) or "\ufffd" in garbled
    assert mended(text) == text
