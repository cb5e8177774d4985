"""The labels of NSF PAR's record pages and the columns of its exports: what each one's words are."""

from __future__ import annotations

from variorum.schema import Rejection

_LABELS = {
    "id": ("PAR ID", "NSF-PAR ID"),
    "awards": ("Award ID(s)", "Award ID"),
    "authors": ("Author(s) / Creator(s)", "Creator(s)", "Author(s)", "Authors", "Creator/Author"),
    "editors": ("Editor(s)",),
    "publisher": ("Publisher / Repository", "Publisher"),
    "dated": ("Date Published", "Publication Date"),
    "venue": ("Journal Name",),
    "volume": ("Volume", "Journal Volume"),
    "issue": ("Issue", "Journal Issue"),
    "numbers": ("ISSN/ISBN", "ISSN", "ISBN"),
    "pages": ("Page Range / eLocation ID", "Page Range or eLocation-ID", "Page Range"),
    "keywords": ("Subject(s)/Keyword(s)", "Subject(s)", "Keyword(s)"),
    "formats": ("Format(s)",),
    "sponsor": ("Sponsoring Org",),
}
_ONLY_COLUMNS = {
    "title": ("Title",),
    "doi": ("DOI",),
    "abstract": ("Abstract", "Description", "Description/Abstract"),
    "address": ("URL",),
    "type": ("Product Type", "Resource Type"),
}


def fold_label(label: str) -> str:
    """A label without case, spaces and punctuation."""
    return "".join(char for char in label.casefold() if char.isalnum())


def _folded(labels: dict[str, tuple[str, ...]]) -> dict[str, str]:
    return {fold_label(label): field for field, names in labels.items() for label in names}


FIELD_OF_LABEL = _folded(_LABELS)
"""The field for each label of a record page, the label folded."""

REPEATED = frozenset({"numbers", "keywords"})
"""Fields that may have several labels on one page."""

FIELD_OF_COLUMN = FIELD_OF_LABEL | _folded(_ONLY_COLUMNS)
"""The field for each column of an export, its name folded."""


def unknown_label(label: str, value: str, place: str) -> Rejection:
    """The finding that something is told under a label that is not known."""
    name = " ".join(label.split())[:80]
    message = f"the label {name!r} is not known, so what it says is not read"
    return Rejection(
        code="unknown_label", message=message, place=f"{place};label={name}", raw=f"{label}: {value}"[:20_000]
    )
