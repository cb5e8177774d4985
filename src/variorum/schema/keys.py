"""Keys of entries that show no ids, and several values as one text."""

from __future__ import annotations

import re
from collections.abc import Iterable

TEXT_KEY_LENGTH = 16
"""Hexadecimal digits of a text key."""


def text_key(*parts: str) -> str:
    """A source key for entries of pages that show no ids: a digest of the raw words that name the entry.

    Raw words, because a key made from cleaned values would change whenever cleaning improves; but words
    only, because white space changes from one rendering to the next. Returns ``TEXT_KEY_LENGTH`` hexadecimal digits.
    """
    from hashlib import sha256  # which takes a while to load, and few need it

    return sha256("\x1f".join(" ".join(part.split()) for part in parts).encode()).hexdigest()[:TEXT_KEY_LENGTH]


def is_text_key(key: str) -> bool:
    """Whether a source key has the form that ``text_key`` gives, so that the page showed no id."""
    return _TEXT_KEY.fullmatch(key) is not None


_TEXT_KEY = re.compile(f"[0-9a-f]{{{TEXT_KEY_LENGTH}}}")
_SEPARATOR = "\x1e"
"""The control character for separating records, which neither XML nor a page of text may contain."""


def join_values(values: Iterable[str]) -> str:
    """Several values of a field as one text, to be taken apart by ``split_values``. Empty ones are left out."""
    return _SEPARATOR.join(value for value in values if value)


def split_values(text: str) -> tuple[str, ...]:
    """The values that ``join_values`` joined."""
    return tuple(text.split(_SEPARATOR)) if text else ()
