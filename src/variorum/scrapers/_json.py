"""Reading JSON from strangers: nothing is guessed, and every value is asked for by its type."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from typing import Any, NoReturn

from variorum.errors import LayoutError
from variorum.schema import Entry, Rejection
from variorum.scrapers._base import Body
from variorum.scrapers._contacts import without_stated_contacts

LONGEST_RAW = 20_000
"""Characters kept of a value that could not be read."""

# Tabs and record separators part the values of an entry's field; NUL cannot be stored; the rest is never meant.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class Number(str):
    """A JSON number as written: no digit is lost and none has to be multiplied out."""

    __slots__ = ()


def load_json(text: str) -> Any:
    """The value of a JSON text; numbers are ``Number``.

    Raises ``ValueError`` (of which ``json.JSONDecodeError`` is one) for what is no JSON, for a key that stands
    twice in an object, for NaN and its like, and for nesting that no interpreter reads.
    """
    try:
        return json.loads(
            text, object_pairs_hook=_unique, parse_int=Number, parse_float=Number, parse_constant=_no_number
        )
    except RecursionError:
        raise ValueError("objects nested too deep") from None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) < len(pairs):
        raise ValueError("a key stands twice in one object")
    return result


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number in JSON")


def parse_json(page: Body) -> Any:
    """The page's value. Raises ``LayoutError`` (``malformed_json``)."""
    try:
        return load_json(page.data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise LayoutError("malformed_json", f"not UTF-8 at byte {error.start}") from None
    except json.JSONDecodeError as error:
        raise LayoutError("malformed_json", f"{error.msg} at character {error.pos}") from None
    except ValueError as error:
        raise LayoutError("malformed_json", str(error)) from None


def object_in(value: Any, name: str) -> dict[str, Any]:
    """The member ``name`` of an object as an object; empty where it is absent or null."""
    return _typed(_member(value, name), name, dict, "an object") or {}


def list_in(value: Any, name: str) -> list[Any]:
    """The member ``name`` of an object as a list; empty where it is absent or null."""
    return _typed(_member(value, name), name, list, "a list") or []


def objects_in(value: Any, name: str) -> list[dict[str, Any]]:
    """The member ``name`` of an object as a list of objects; empty where it is absent or null."""
    return [_typed(one, name, dict, "a list of objects") or {} for one in list_in(value, name)]


def text_in(value: Any, name: str) -> str:
    """The member ``name`` of an object as text, numbers as written; empty where it is absent or null."""
    return as_text(_member(value, name), name)


def texts_in(value: Any, name: str) -> list[str]:
    """The member ``name`` of an object as texts, empty ones left out."""
    return [text for one in list_in(value, name) if (text := as_text(one, name))]


def as_text(value: Any, name: str) -> str:
    """A value as text without control characters; empty for null. ``name`` is for the message.

    Raises ``LayoutError`` (``unexpected_value``, ``bad_characters``).
    """
    if value is None:
        return ""
    if not isinstance(value, str):
        raise LayoutError("unexpected_value", f"{name} is no text: {_short(value)}")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise LayoutError("bad_characters", f"{name} holds half of a character") from None
    return _CONTROL.sub("", str(value))


def read_each(items: Iterable[tuple[str, Any]], read: Callable[[str, Any], Entry]) -> list[Entry | Rejection]:
    """Each item, given with its place, as an entry; one that cannot be read is a rejection of its own."""
    results: list[Entry | Rejection] = []
    for place, item in items:
        try:
            results.append(read(place, item))
        except LayoutError as error:
            raw = without_stated_contacts(raw_of(item))
            told = without_stated_contacts(error.message)
            results.append(Rejection(code=error.code, message=told, place=place, raw=raw))
    return results


def raw_of(value: Any) -> str:
    """A value as JSON again, for quarantine; long ones are cut."""
    try:
        text = json.dumps(value, ensure_ascii=False)[:LONGEST_RAW]
    except RecursionError:  # writing takes more room than reading did
        text = "(nested too deep to be shown)"
    return text.encode("utf-8", "replace").decode()


def _member(value: Any, name: str) -> Any:
    if not isinstance(value, dict):
        raise LayoutError("unexpected_value", f"an object with {name} is due: {_short(value)}")
    return value.get(name)


def _typed(value: Any, name: str, due: type, what: str) -> Any:
    if value is not None and not isinstance(value, due):
        raise LayoutError("unexpected_value", f"{name} is not {what}: {_short(value)}")
    return value


def _short(value: Any) -> str:
    return raw_of(value)[:80]
