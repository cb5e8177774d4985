"""arXiv's metadata snapshot: a JSON object for each paper, one a line.

The submitter's name is personal data and not read.
"""

from __future__ import annotations

import json
import re
from typing import Any

from variorum.errors import LayoutError
from variorum.schema import Entry, Rejection, join_values
from variorum.schema.identifiers import normalise_arxiv
from variorum.scrapers._base import Body, Mark, Reading, filled
from variorum.scrapers._json import Number, load_json

FORMAT = "arxiv_snapshot"

MARKS = (
    Mark('keys "id" and "submitter"', re.compile(r'"id"\s*:.{0,300}"submitter"\s*:', re.S)),
    Mark('key "authors"', re.compile(r'"authors(?:_parsed)?"\s*:')),
)

_TEXTS = {
    "title": "title",
    "abstract": "abstract",
    "comments": "comments",
    "categories": "categories",
    "doi": "doi",
    "license": "license",
    "update_date": "updated",
    "authors": "byline",
    "journal-ref": "journal_ref",
    "report-no": "report_no",
}
# Tabs and record separators part the values of a field here; NUL cannot be stored; the rest is never meant.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_SUBMITTER = re.compile(r'"submitter"\s*:\s*(?:"(?:[^"\\]|\\.)*+"?|null)\s*,?\s*')
_KEEP = 20_000


class _UnreadableError(Exception):
    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def parse_snapshot(page: Body, source: str = "arxiv") -> Reading:
    """Read the lines of a snapshot, or of a part of one.

    Raises ``LayoutError`` (``wrong_content``) when no line is an object: the page is other JSON then.
    """
    lines = [(number, line) for number, line in enumerate(page.data.split(b"\n"), start=1) if line.strip()]
    results = [_read(line, number, source) for number, line in lines]
    if results and all(isinstance(result, Rejection) and result.code == "malformed_json" for result in results):
        raise LayoutError("wrong_content", "one JSON object a line is due, and no line is one")
    return Reading.of(results)


def _read(line: bytes, number: int, source: str) -> Entry | Rejection:
    place = f"line={number}"
    try:
        return _entry(_load(line), place, source)
    except _UnreadableError as error:
        raw = _SUBMITTER.sub("", line.decode("utf-8", "replace").strip())[:_KEEP]
        return Rejection(code=error.code, message=error.message, place=place, raw=_CONTROL.sub("\ufffd", raw))


def _load(line: bytes) -> dict[str, Any]:
    try:
        paper = load_json(line.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise _UnreadableError("malformed_json", f"not UTF-8 at byte {error.start} of the line") from None
    except json.JSONDecodeError as error:
        raise _UnreadableError("malformed_json", f"{error.msg} at character {error.pos} of the line") from None
    except ValueError as error:
        raise _UnreadableError("malformed_json", str(error)) from None
    if not isinstance(paper, dict):
        raise _UnreadableError("malformed_json", "the line is no object")
    return paper


def _entry(paper: dict[str, Any], place: str, source: str) -> Entry:
    stated = paper.get("id")
    # As a number 0704.0010 has lost its zeros, and which ones cannot be told.
    if isinstance(stated, Number) or not isinstance(stated, str) or (found := normalise_arxiv(stated)) is None:
        sort = "a number" if isinstance(stated, Number) else "no arXiv id"
        raise _UnreadableError("no_identifier", f"the id is {sort}: {str(stated)[:100]!r}")
    fields = {ours: _text(paper.get(theirs), theirs) for theirs, ours in _TEXTS.items()}
    fields |= {
        "id": stated,
        "authors": join_values(_row(name, "authors_parsed", 3) for name in _list(paper, "authors_parsed")),
        "versions": join_values(_version(version) for version in _list(paper, "versions")),
    }
    for name, value in fields.items():
        _check(name, value)
    return Entry(source=source, format=FORMAT, source_key=found.id, place=place, fields=filled(**fields))


def _text(value: object, name: str) -> str:
    if value is None:
        return ""
    if isinstance(value, Number) or not isinstance(value, str):
        raise _UnreadableError("unexpected_value", f"{name} is not text")
    if _CONTROL.search(value) or ("\t" in value and name in {"authors_parsed", "versions"}):
        raise _UnreadableError("bad_characters", f"{name} holds control characters")
    return value


def _list(paper: dict[str, Any], name: str) -> list[Any]:
    value = paper.get(name)
    if value is not None and not isinstance(value, list):
        raise _UnreadableError("unexpected_value", f"{name} is not a list")
    return value or []


def _row(values: object, name: str, length: int) -> str:
    """The first values of a list, TAB between them; a name's are keyname, forenames, suffix, then affiliations."""
    if not isinstance(values, list):
        raise _UnreadableError("unexpected_value", f"{name} holds something else than lists")
    texts = [_text(value, name) for value in values[:length]]
    return "\t".join([*texts, *[""] * (length - len(texts))]) if any(texts) else ""


def _version(version: object) -> str:
    if not isinstance(version, dict):
        raise _UnreadableError("unexpected_value", "versions holds something else than objects")
    return _row([version.get("version"), version.get("created"), None], "versions", 3)


def _check(name: str, value: str) -> None:
    """Half characters can be written in JSON, and in no file or database."""
    try:
        value.encode()
    except UnicodeEncodeError:
        raise _UnreadableError("bad_characters", f"{name} holds half of a character") from None
