"""Words that NSF PAR puts on its pages in every form: the toggle behind abstracts, editors without names."""

from __future__ import annotations

import re

NAME = "nsf_par"
"""The source's name."""

_NULL_EDITOR = re.compile(r"null\s*\(Ed\.\)")
_TOGGLE = ("more", "»", "«", "less")


def without_toggle(text: str) -> tuple[str, bool]:
    """A text without the ``more » « less`` at its end, and whether it was there.

    The white space between the words may be any. Not a regular expression: one that begins with white space
    takes quadratic time over blanks.
    """
    rest = text.rstrip()
    for word in reversed(_TOGGLE):
        if not rest.endswith(word):
            return text, False
        rest = rest.removesuffix(word).rstrip()
    return rest, True


def without_null_editor(text: str) -> str:
    """A text without ``null (Ed.)``, an editor whose name is null."""
    return _NULL_EDITOR.sub("", text)
