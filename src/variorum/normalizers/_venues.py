"""What a venue line tells about the kind and stage of a publication."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from variorum.schema import Kind, Stage

_PREPRINT_SERVER = re.compile(
    r"^\s*(?:arxiv|biorxiv|medrxiv|chemrxiv|ssrn|osf preprints|research square|preprints\.org)\b", re.I
)
_CONFERENCE = re.compile(r"\b(?:proceedings|conference|symposium|workshop)\b", re.I)
_JOURNAL = re.compile(r"\b(?:transactions|journal|letters|magazine|review|annals)\b", re.I)


def stage_of(venue: str | None) -> Stage | None:
    """``preprint`` for a preprint server, ``published`` for any other venue, None without venue."""
    if not venue:
        return None
    return "preprint" if _PREPRINT_SERVER.match(venue) else "published"


def kind_of(venue: str | None) -> Kind:
    """The CSL type a venue's name stands for; ``document`` when it does not say."""
    if not venue:
        return "document"
    if _PREPRINT_SERVER.match(venue):
        return "article"
    if _CONFERENCE.search(venue):
        return "paper-conference"
    return "article-journal" if _JOURNAL.search(venue) else "document"
