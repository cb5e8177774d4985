"""Splitting a line in which a rendering glued the title to the byline.

``Search for Efficient Language ModelsXuan Shen, Pu Zhao, Yifan Gong et al. · harvard`` holds a title,
up to three authors, the mark that more follow, and institution slugs. Only the first author touches
the title; the others stand alone, so names seen alone anywhere on the page help to find where a first
author begins.
"""

from __future__ import annotations

import re
from collections.abc import Set
from dataclasses import dataclass

MOST_AUTHORS = 3
"""The feed names at most this many authors."""

_INSTITUTIONS = re.compile(r"\s+·\s+(?P<slugs>[a-z0-9][a-z0-9-]*(?:,\s*[a-z0-9][a-z0-9-]*)*)\s*$")
_ET_AL = re.compile(r"\s+et al\.\s*$")
_PARTICLES = r"(?:van|von|der|den|de|del|della|di|da|dos|du|la|le|el|al|bin|ben|ter|ten|zu|zur|af)"
_NAME_WORD = r"(?:[^\W\d_](?:[^\W\d_]|['’.\-])*)"
_PERSON = re.compile(rf"[^\W\d_a-z]\S*(?:\s+(?:{_PARTICLES}|{_NAME_WORD})){{0,4}}")


@dataclass(frozen=True)
class GluedLine:
    """The parts of a glued line.

    ``glued``: title and byline as they stand, without institutions. ``certain``: the first author is
    known from elsewhere on the page.
    """

    glued: str
    title: str
    authors: tuple[str, ...]
    more_authors: bool
    institutions: tuple[str, ...]
    certain: bool


def names_standing_alone(line: str) -> tuple[str, ...]:
    """The authors after the first, which a comma parts from it, so that no title touches them."""
    body, _, _ = _peel(line)
    return tuple(_trailing_names(body.split(", ")))


def split_glued(line: str, known_names: Set[str]) -> GluedLine | None:
    """Split a glued line into title and byline; None when no person's name touches the title's end.

    A name in ``known_names`` decides. Otherwise the name is taken to begin at the capital letter that
    directly follows the title's last character, two-word names preferred.
    """
    body, more_authors, institutions = _peel(line)
    segments = body.split(", ")
    others = _trailing_names(segments)
    # A title may itself hold commas and capitals: fewer trailing names are tried when more do not fit.
    for count in range(len(others), -1, -1):
        stem = ", ".join(segments[: len(segments) - count])
        boundary = _boundary(stem, known_names)
        if boundary is not None:
            first = stem[boundary:]
            return GluedLine(
                glued=body,
                title=stem[:boundary].rstrip(),
                authors=(first, *others[len(others) - count :]),
                more_authors=more_authors,
                institutions=institutions,
                certain=first in known_names,
            )
    return None


def _peel(line: str) -> tuple[str, bool, tuple[str, ...]]:
    """The line without institutions and "et al.", whether it had the latter, and the institutions."""
    body = line.strip()
    institutions: tuple[str, ...] = ()
    if match := _INSTITUTIONS.search(body):
        institutions = tuple(slug.strip() for slug in match["slugs"].split(","))
        body = body[: match.start()]
    stripped = _ET_AL.sub("", body)
    return stripped, stripped != body, institutions


def _trailing_names(segments: list[str]) -> list[str]:
    names: list[str] = []
    for segment in reversed(segments[1:]):
        if len(names) == MOST_AUTHORS - 1 or not _PERSON.fullmatch(segment.strip()):
            break
        names.insert(0, segment.strip())
    return names


def _boundary(stem: str, known_names: Set[str]) -> int | None:
    """Where the first author's name begins in ``<title><name>``."""
    candidates = [i for i in _glue_points(stem) if _PERSON.fullmatch(stem[i:])]
    for i in candidates:
        if stem[i:] in known_names:
            return i
    return min(candidates, key=lambda i: _implausibility(stem, i), default=None)


def _glue_points(stem: str) -> list[int]:
    """Positions in the last five words where a capital follows a non-space that cannot belong to its word."""
    tail_start = 0
    spaces = [match.start() for match in re.finditer(r"\s", stem)]
    if len(spaces) >= 5:
        tail_start = spaces[-5]
    points = []
    for i in range(max(tail_start, 1), len(stem) - 1):
        before, here, after = stem[i - 1], stem[i], stem[i + 1]
        starts_word = here.isupper() and (after.islower() or after in ".'’- ")
        if starts_word and not before.isspace() and before not in "-'’.":
            points.append(i)
    return points


def _implausibility(stem: str, at: int) -> tuple[bool, bool, int]:
    """Sort key of a split point: inside "McX"/"DeX" is worst, then a title ending in "X" of "XName"."""
    words = stem[at:].split()
    before = stem[:at].split()[-1] if stem[:at].split() else ""
    inside_name = before in {"Mc", "Mac", "De", "Di", "La", "Le", "Van", "Von", "O", "Fitz"}
    return (inside_name, len(words) == 1, abs(len(words) - 2))
