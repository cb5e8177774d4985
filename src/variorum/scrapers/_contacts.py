"""E-mail addresses and telephone numbers, which sources show beside names: personal data, and never kept."""

from __future__ import annotations

import re

# A sign without an address around it is kept: "Learning @ Scale" is a conference.
_ADDRESS = r"(?<![\w.+'-])[\w.+'-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}"
_EMAIL = re.compile(_ADDRESS)
_BESIDE_NAME = re.compile(rf"[(\[<,;]?\s{{0,5}}(?:\be-?mail:?\s{{0,5}})?{_ADDRESS}\s{{0,5}}[)\]>]?", re.I)
_PHONE = re.compile(r"(?<!\d)(?:\+?1[ .-]?)?(?:\(\d{3}\)\s?|\d{3}[ .-])\d{3}[ .-]\d{4}(?!\d)|(?<!\d)\d{10}(?!\d)")

_CALLED_PHONE = re.compile(r"\b(?:tel|phone|telephone|fax|mobile)\b[^\d\n\"]{0,20}\+?[\d ()./-]{6,20}\d", re.I)


def without_emails(text: str) -> str:
    """The text without e-mail addresses; all else stays as it is."""
    return _EMAIL.sub("", text) if "@" in text else text


def without_stated_contacts(text: str) -> str:
    """Words of any kind without e-mail addresses and what they call a telephone number; ids look like those too."""
    return _CALLED_PHONE.sub("", without_emails(text))


def without_email(name: str) -> str:
    """A name without the e-mail addresses beside it and the brackets around them; all else stays as it is."""
    return _BESIDE_NAME.sub(" ", name).strip() if "@" in name else name


def without_contacts(text: str) -> str:
    """Text of any kind without whatever could be an address or a number, for messages and for quarantine."""
    words = (word for word in _PHONE.sub("", without_emails(text)).split(" ") if "@" not in word)
    return " ".join(words)


def bare_name(text: str) -> str:
    """A person's name without the address and the number that are written behind it."""
    return " ".join(without_contacts(without_email(" ".join(text.split()))).split())
