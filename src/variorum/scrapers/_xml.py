"""Reading XML from strangers: nothing is fetched, expanded or guessed, and namespaces are looked through."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from variorum.errors import LayoutError

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

# Characters that XML 1.0 does not allow and repositories send all the same, bare or as references.
_ILLEGAL = re.compile(
    rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|&#(?:x0*(?:[0-8bcef]|1[0-9a-f])|0*(?:[0-8]|1[1-24-9]|2\d|3[01]));", re.I
)


def parse_xml(data: bytes) -> tuple[Element, bool]:
    """The root element, and whether illegal characters had to be taken out first.

    Raises ``LayoutError`` (``malformed_xml``) when it is no XML without them either.
    """
    from lxml import etree

    # No entities, no network, no DTD, no huge trees: billion laughs and external entities end in an error.
    options = {"resolve_entities": False, "no_network": True, "load_dtd": False, "huge_tree": False}
    data = data.removeprefix(b"\xef\xbb\xbf").lstrip(b" \t\r\n")
    try:
        return etree.fromstring(data, etree.XMLParser(**options)), False
    except etree.XMLSyntaxError as error:
        first = error
    cleaned = _ILLEGAL.sub(b"", data)
    if cleaned != data:
        try:
            return etree.fromstring(cleaned, etree.XMLParser(**options)), True
        except etree.XMLSyntaxError:
            pass
    raise LayoutError("malformed_xml", f"not well-formed XML: {first.msg}", place=f"line={first.lineno}")


def name_of(element: Element) -> str:
    """An element's name without its namespace; empty for comments and the like."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def children(element: Element, name: str | None = None) -> Iterator[Element]:
    """The child elements, or those of a name."""
    # lxml's own wildcards: of any namespace or none, and elements only.
    found: Iterator[Element] = element.iterchildren("*" if name is None else f"{{*}}{name}")
    return found


def child(element: Element, name: str) -> Element | None:
    """The first child element of a name."""
    return next(children(element, name), None)


def words(element: Element | None) -> str:
    """All text inside an element, untouched but for white space around it; empty for None."""
    if element is None:
        return ""
    # Nearly all elements hold nothing but text, which lxml gives at once.
    text = "".join(element.itertext()) if len(element) else element.text
    return text.strip() if text else ""


def words_of(element: Element, name: str) -> str:
    """The text of the first child of a name."""
    return words(next(element.iterchildren(f"{{*}}{name}"), None))


def words_by_name(element: Element) -> dict[str, str]:
    """The texts of an element's children that hold any, by name; of several with one name the first."""
    found: dict[str, str] = {}
    for one in element.iterchildren("*"):
        name = one.tag.rpartition("}")[2]
        if name not in found and (text := words(one)):
            found[name] = text
    return found


def all_words_of(element: Element, name: str) -> list[str]:
    """The texts of all children of a name that hold any."""
    return [text for one in children(element, name) if (text := words(one))]
