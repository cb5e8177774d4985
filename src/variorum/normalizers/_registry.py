"""What answers of registries and indexes share: marked-up words, dates in parts, type names, names, ids."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence
from typing import Literal

from variorum.normalizers._authors import is_placeholder, name_parts, split_authors
from variorum.normalizers._kinds import kind_of_type
from variorum.normalizers._markup import ABSTRACT_HEADING, readable
from variorum.normalizers._mojibake import mended
from variorum.schema import Author, Identifier, Kind, Link, identify, partial_date
from variorum.schema.identifiers import Role, Scheme, normalise_isbn, normalise_issn, normalise_orcid, normalise_pmid

# Words in JATS, the publishers' XML; MathML and TeX stand side by side in it.

_REST = r"(?:\s[^<>]{0,500})?/?>"
_BLOCKS = rf"(?:\s*<(?:jats:)?(?:div|p|sec){_REST}){{0,5}}\s*"
_HEADING = re.compile(
    rf"\A{_BLOCKS}(?:<(?:jats:)?title{_REST}\s*abstract\s*[.:]?\s*</(?:jats:)?title>"
    # A paragraph, a line by itself.
    rf"|abstract\s*[.:]?(?:\s*(?:</(?:jats:)?(?:div|p)>|<br{_REST})|[ \t]*[\r\n]\s*(?=(?-i:[A-Z]))))",
    re.I,
)
_ALTERNATIVES = re.compile(rf"</?(?:jats:)?alternatives{_REST}", re.I)
_TEX = re.compile(rf"</?(?:jats:)?tex-math{_REST}", re.I)
_BLOCK = re.compile(
    r"</?jats:(?:p|sec|title|break|disp-formula|disp-quote|list|list-item|def-list|def-item|def|term|label)" + _REST,
    re.I,
)
_INLINE = re.compile(rf"</?jats:[a-z][a-z0-9-]{{0,40}}{_REST}", re.I)
_NO_ABSTRACT = re.compile(
    r"\W{0,5}(?:no abstract(?:\W{0,5}| (?:is |was )?(?:available|provided|submitted)\b.{0,100})"
    r"|(?:an )?abstract (?:is )?(?:not available|unavailable)\b.{0,100})",
    re.I | re.S,
)
_LOOSE = re.compile(r"(?<=[(\[]) | (?=[)\],])")


def jats_text(markup: str) -> str:
    """The words of an abstract in JATS or HTML, without its heading; empty for words that say there is none."""
    unescaped = html.unescape(markup)
    bare = _HEADING.sub("", unescaped, count=1)
    text = marked_text(bare)
    text = text if bare != unescaped else ABSTRACT_HEADING.sub("", text)
    return "" if is_placeholder(text) or _NO_ABSTRACT.fullmatch(text) else text


def marked_text(markup: str) -> str:
    """Words as people read them: no tags, entities or garbled letters; of a formula's forms the one in TeX."""
    text = html.unescape(markup)
    if "<" in text:
        text = "".join(_formula(piece, bool(at % 2)) for at, piece in enumerate(_ALTERNATIVES.split(text)))
        text = _INLINE.sub("", _BLOCK.sub(" ", text))
    text = readable(mended(text), tex=False)
    # Where a publisher indents its XML, a line ends beside each tag, inside of brackets too.
    return _LOOSE.sub("", text) if "\n" in markup else text


def _formula(piece: str, alternative: bool) -> str:
    """A piece with its TeX between dollars; where it is one of several forms, the TeX alone."""
    parts = _TEX.split(piece)
    if len(parts) == 1:
        return piece
    return "".join(_in_dollars(part) if at % 2 else "" if alternative else part for at, part in enumerate(parts))


def _in_dollars(tex: str) -> str:
    """A formula without the document that some publishers put around it."""
    _, begun, body = tex.partition(r"\begin{document}")
    body = (body.partition(r"\end{document}")[0] if begun else tex).strip().strip("$").strip()
    return f"${body}$" if body else ""


def full_title(title: str, subtitle: str = "") -> str:
    """Title and subtitle as one, as titles are cited; empty where a word stands for a missing title."""
    title, subtitle = marked_text(title), marked_text(subtitle)
    if is_placeholder(title):
        return ""
    if not subtitle or title.casefold().endswith(subtitle.casefold()):
        return title
    return f"{title} {subtitle}" if title.endswith((":", "?", "!", ".", "–", "—")) else f"{title}: {subtitle}"


# Dates


def date_of_parts(parts: str) -> str | None:
    """Year, month and day with hyphens between them (``2018-6-1``) as a partial date, None without a year.

    What cannot be a month or a day (21 stands for spring) is left out with what follows it.
    """
    numbers: list[int] = []
    for part in parts.split("-")[:3]:
        if not (part.isascii() and part.isdigit() and len(part) <= 4):
            break
        numbers.append(int(part))
    for length in range(len(numbers), 0, -1):
        try:
            return partial_date(*numbers[:length])
        except ValueError:
            continue
    return None


def earliest_date(dates: Sequence[str]) -> str | None:
    """The earliest of partial dates, as exactly as another one says it: of 2018 and 2018-06 the latter."""
    earliest = min(dates, default=None)
    while earliest and (fuller := [date for date in dates if date.startswith(f"{earliest}-")]):
        earliest = min(fuller)
    return earliest


# Types

_KIND_NAMES: tuple[tuple[Kind, str], ...] = (
    ("article-journal", "datapaper"),
    ("book", "bookset conferenceproceeding proceedings"),
    ("chapter", "booktrack referenceentry"),
    ("dataset", "database"),
    ("report", "reportcomponent"),
    ("software", "computationalnotebook"),
    (
        "document",
        "audiovisual award bookseries bookseriesmeta collection component componentlist event film grant image"
        " instrument interactiveresource journal journalissue journalmeta journalsection journalvolume model"
        " monographseries outputmanagementplan peerreview physicalobject poster presentation proceedingsseries project"
        " reportseries service sound standard standardseries studyregistration text workflow",
    ),
)
_KINDS = {name: kind for kind, names in _KIND_NAMES for name in names.split()}


def kind_of_work(name: str) -> Kind | None:
    """The CSL type that a registry's type name stands for; None for a name that is not known.

    Registries give DOIs to journals, grants and the like too: these are documents, not articles.
    """
    return _KINDS.get("".join(filter(str.isalpha, name.lower()))) or kind_of_type(name)


# Names

_CUT = frozenset({"et al", "et al.", "others", "and others", "(:etal)"})


def person(family: str, given: str = "", suffix: str = "", orcid: str = "") -> Author | None:
    """A person named in parts; None for a word that stands for a missing name.

    A full name that was put into the family name's place is taken apart as in a byline.
    """
    family, given, suffix = (marked_text(part) for part in (family, given, suffix))
    name = " ".join(filter(None, (given, family, suffix)))
    if is_placeholder(name):
        return None
    own = " ".join(filter(None, (family, suffix))) or None
    if not given or own is None:
        own, first = name_parts(name)
        given = first or ""
    return Author(name=name, family=own, given=given or None, orcid=normalise_orcid(orcid) if orcid else None)


def body(name: str) -> Author | None:
    """An institution or group as author; None for a word that stands for a missing name."""
    name = marked_text(name)
    return None if is_placeholder(name) else Author(name=name)


def is_cut(name: str) -> bool:
    """Whether a name only says that there are more authors."""
    return name.strip().lower() in _CUT


def names_in(text: str) -> tuple[tuple[str, ...], bool]:
    """The names in the place of one, of which semicolons may part several, and whether they are all."""
    name = marked_text(text).strip(" ;")
    if ";" in name:
        return split_authors(name)
    return ((), False) if is_placeholder(name) or is_cut(name) else ((name,), True)


# Identifiers and links

Rel = Literal["landing", "fulltext", "code", "other"]
_SCHEMES: dict[str, Scheme] = {"isbn": "isbn", "issn": "issn", "eissn": "issn", "lissn": "issn", "pmid": "pmid"}
_NORMALISERS = {"isbn": normalise_isbn, "issn": normalise_issn, "pmid": normalise_pmid}


def stated_identifier(scheme: str, raw: str, role: Role) -> Identifier | None:
    """An identifier of a scheme by the name that registries give it; None when it is none or not kept.

    DOIs and arXiv ids are recognised under any scheme, addresses included.
    """
    known = _SCHEMES.get(scheme.lower())
    if known is None:
        found = identify(raw, role=role)
        return found if found is not None and found.scheme in {"doi", "arxiv"} else None
    value = _NORMALISERS[known](raw)
    return Identifier(scheme=known, value=value, raw=raw, role=role) if value else None


def distinct(identifiers: Iterable[Identifier]) -> tuple[Identifier, ...]:
    """Identifiers in order, each once, in the role in which it was named first."""
    found: dict[tuple[str, str], Identifier] = {}
    for one in identifiers:
        found.setdefault((one.scheme, one.value), one)
    return tuple(found.values())


_WEB = re.compile(r"(?:https?|ftp)://\S+", re.I)


def web_links(stated: Iterable[tuple[Rel, str]]) -> tuple[tuple[Link, ...], bool]:
    """Web addresses as links, each once, and whether all that is stated is an address."""
    found: dict[str, Link] = {}
    all_read = True
    for rel, text in stated:
        url = text.strip()
        if _WEB.fullmatch(url):
            found.setdefault(url, Link(url=url, rel=rel))
        else:
            all_read = False
    return tuple(found.values()), all_read
