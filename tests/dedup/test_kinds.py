"""Which sorts of answers are taken for which sorts of publications."""

from __future__ import annotations

from typing import Any

import pytest

from variorum.dedup.kinds import kind_disagreement
from variorum.schema import Identifier, Record

DOI = Identifier(scheme="doi", value="10.5555/a", raw="10.5555/a")


def record(kind: str, kind_raw: str | None = None, **own: Any) -> Record:
    return Record(**{"source": "x", "source_key": "1", "format": "x", "kind": kind, "kind_raw": kind_raw} | own)


@pytest.mark.parametrize(
    ("wanted", "answer", "raw", "taken"),
    [
        ("article-journal", "article-journal", "journal-article", True),
        ("article-journal", "article", "posted-content/preprint", True),
        ("paper-conference", "chapter", "book-chapter", True),
        ("article-journal", "document", "Text", True),
        ("article-journal", "document", None, True),
        ("document", "book", "monograph", True),
        ("document", "article-journal", "journal-article", True),
        ("thesis", "thesis", "dissertation", True),
        ("dataset", "dataset", "Dataset", True),
        ("article-journal", "dataset", "Dataset", False),
        ("article-journal", "software", "Software", False),
        ("article-journal", "thesis", "dissertation", False),
        ("article-journal", "report", "report", False),
        ("article-journal", "book", "monograph", False),
        ("article-journal", "document", "Audiovisual", False),
        ("article-journal", "document", "Text/Poster", False),
        ("document", "dataset", "Dataset", False),
        ("document", "thesis", "dissertation", False),
        ("report", "article-journal", "journal-article", False),
        ("document", "document", "peer-review", False),
        ("document", "article-journal", "Other/Peer review", False),
        ("document", "document", "component", False),
        ("document", "document", "grant", False),
    ],
)
def test_what_a_search_finds(wanted: str, answer: str, raw: str | None, taken: bool) -> None:
    assert kind_disagreement(record(wanted), record(answer, raw)) == (None if taken else "other_kind")


@pytest.mark.parametrize(
    ("wanted", "answer", "reason"),
    [
        (record("document"), record("article-journal"), None),
        (record("document"), record("dataset"), None),
        (record("document"), record("book", "proceedings"), "container"),
        (record("paper-conference"), record("paper-conference", "proceedings"), "container"),
        (record("document"), record("document", "journal-issue"), "container"),
        (record("book"), record("book", "monograph"), None),
        (record("document", title="The Book"), record("book", title="The Book"), None),
        (record("document"), record("document", "peer-review"), "other_kind"),
    ],
)
def test_what_an_identifier_names(wanted: Record, answer: Record, reason: str | None) -> None:
    wanted, answer = (one.model_copy(update={"identifiers": (DOI,)}) for one in (wanted, answer))
    assert kind_disagreement(wanted, answer) == reason
