"""Personal names: the two written forms, particles and suffixes kept where they belong."""

from __future__ import annotations

import re

_PARTICLES = frozenset(
    "af al bin da das de del della den der di do dos du el ibn la le ten ter van vom von zu zum zur".split()
)
_SUFFIXES = frozenset({"jr", "sr", "ii", "iii", "iv"})
_COLLECTIVE = re.compile(
    r"\b(?:collaboration|consortium|group|team|network|committee|society|association|institute|university|organi[sz]ation"
    r"|centre|center|department|ministry|agency|investigators|project)\b",
    re.I,
)


def split_name(name: str) -> tuple[str | None, str | None]:
    """Family and given name of a person as written: ``Last, First`` or ``First Last``.

    (None, None) for a collective body, whose name has no parts. A single word is a family name.
    In ``First Last`` the family name is the last word with the particles before it ("van der Berg")
    and a suffix after it ("King Jr."); names whose family part has two words without a particle are
    split wrongly, which no rule can tell, so the name as written is always kept beside the parts.
    """
    name = " ".join(name.split())
    if not name or _COLLECTIVE.search(name):
        return None, None
    if "," in name:
        family, _, given = (part.strip() for part in name.partition(","))
        if given.rstrip(".").lower() in _SUFFIXES:  # "King, Jr." is one family name, not family and given
            return f"{family} {given}", None
        return family or None, given or None
    words = name.split()
    end = len(words)
    if end > 1 and words[-1].rstrip(".").lower() in _SUFFIXES:
        end -= 1
    start = end - 1
    while start > 1 and words[start - 1].lower() in _PARTICLES:
        start -= 1
    # Lower case only: "de Gaulle" has no given name, while in "Bin Li" and "Al Gore" the first word is one.
    if start == 1 and words[0] in _PARTICLES:
        start = 0
    return " ".join(words[start:]), " ".join(words[:start]) or None
