"""NSF PAR's record pages: a paper's labelled details, its abstract, and the citation in BibTeX in a dialogue.

Below the heading "More Like this" stand other papers, with their abstracts; nothing there is read. What the
details lack is taken from the BibTeX, which is the page's second statement and the only one of the title where
the heading has none.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence

from selectolax.lexbor import LexborHTMLParser, LexborNode

from variorum.errors import BadInputError, LayoutError
from variorum.schema import Entry, Rejection, join_values
from variorum.schema.identifiers import normalise_doi, normalise_par_id
from variorum.scrapers._base import Reading, filled
from variorum.scrapers._citations import read_citations
from variorum.scrapers._html import all_of, at_most_one
from variorum.scrapers._par_html import abstract_of, all_apart, attribute_of, id_in, is_item, only_one, words_of
from variorum.scrapers._par_labels import FIELD_OF_LABEL, REPEATED, fold_label, unknown_label
from variorum.scrapers._par_words import NAME

FORMAT = "nsf_par_record"

_BIBTEX = "#cite-bib .modal-body"
_LONGEST_BIBTEX = 100_000
_KEY = re.compile(r"osti_([0-9]{7,9})")
_OTHERS = re.compile(r"\s*More Like this\s*", re.I)
_TITLE = re.compile(r"\ATitle:\s*")
_EMBARGO = re.compile(r"This content will become publicly available[^\n]{0,200}", re.I)
# The fields of the citation, and those in which the page itself says the same.
_SECOND = {
    "id": "id",
    "title": "title",
    "authors": "authors",
    "year": "dated",
    "venue": "venue",
    "volume": "volume",
    "issue": "issue",
    "pages": "pages",
    "doi": "doi",
    "abstract": "abstract",
    "type": "type",
    "url": "address",
}


def is_record(tree: LexborHTMLParser) -> bool:
    """Whether a page is that of a record: it has the label of the id, or a citation."""
    labels = (fold_label(words_of(label)) for label in all_apart(tree, "dt"))
    return any(FIELD_OF_LABEL.get(label) == "id" for label in labels) or bool(all_of(tree, _BIBTEX))


def id_of_record(tree: LexborHTMLParser) -> str:
    """The PAR id of the record that a page shows. Raises ``LayoutError`` as ``parse_record`` does."""
    labelled, _ = _labelled(list(_own(tree)))
    return _key(labelled, _cited(tree)[0])


def parse_record(tree: LexborHTMLParser) -> Reading:
    """Read a record page.

    Raises ``LayoutError``: ``no_identifier`` where the page does not say which record it shows or says two things,
    ``unknown_layout`` where something stands there twice.
    """
    own = list(_own(tree))
    labelled, unknown = _labelled(own)
    cited, broken = _cited(tree)
    key = _key(labelled, cited)
    fields = labelled | _rest_of_page(tree, own, key)
    fields |= _second(fields, cited)
    if not fields.keys() & {"title", "bib_title", "abstract", "bib_abstract", "doi", "bib_doi"}:
        message = f"{key} exists at the source, but its page shows neither title nor abstract nor DOI"
        nothing = Rejection(code="no_metadata", message=message, place="page", raw="\n".join(fields.values()))
        return Reading((), (nothing, *unknown, *broken))
    entry = Entry(source=NAME, format=FORMAT, source_key=key, place="page", fields=fields)
    return Reading((entry,), (*unknown, *broken))


def _own(tree: LexborHTMLParser) -> Iterator[LexborNode]:
    """The elements in page order down to "More Like this"."""
    for node in tree.body.traverse() if tree.body is not None else ():
        if _OTHERS.fullmatch(node.text(deep=False)):
            return
        yield node


def _key(labelled: dict[str, str], cited: Entry | None) -> str:
    """The PAR id that the page states, by its label and its citation."""
    cited_key = _KEY.fullmatch(cited.source_key) if cited is not None else None
    stated = labelled.get("id", "")
    ids = {normalise_par_id(stated)} if stated else set()
    ids |= {cited_key[1]} if cited_key else set()
    key = ids.pop() if len(ids) == 1 else None
    if key is None:
        names = f"{stated or 'nothing'} by its label, {cited.source_key if cited else 'nothing'} by its citation"
        raise LayoutError("no_identifier", f"the page names no one record: {names}"[:300])
    return key


def _labelled(own: Sequence[LexborNode]) -> tuple[dict[str, str], list[Rejection]]:
    """The labelled details by field, and those whose labels are not known."""
    details: dict[str, list[str]] = {}
    label = ""
    for node in own:
        if node.tag == "dt":
            label = " ".join(words_of(node).split()).rstrip(": ")
            if label in details:
                raise LayoutError("unknown_layout", f"two details are labelled {label[:80]!r}")
            details[label] = []
        elif node.tag == "dd" and label:
            if node.css_first("dl") is not None:
                raise LayoutError("unknown_layout", f"the detail {label[:80]!r} has details of its own")
            details[label].append(words_of(node))
    fields: dict[str, str] = {}
    unknown: list[Rejection] = []
    for label, values in details.items():
        value = "\n".join(filter(None, values))
        field = FIELD_OF_LABEL.get(fold_label(label))
        if field is None and value:
            unknown.append(unknown_label(label, value, "page"))
        elif field in fields and field not in REPEATED:
            raise LayoutError("unknown_layout", f"a second label says the same: {label!r}")
        elif field is not None and value:
            fields[field] = "\n".join(filter(None, (fields.get(field), value)))
    return fields, unknown


def _rest_of_page(tree: LexborHTMLParser, own: Sequence[LexborNode], key: str) -> dict[str, str]:
    """What has no label: title, abstract, DOI, addresses, embargo."""
    doi_links = [node for node in own if node.tag == "a" and attribute_of(node, "title") == "Document DOI URL"]
    dois = [attribute_of(link, "href") for link in doi_links]
    only_one((normalise_doi(doi) or doi for doi in dois), "the DOI")
    embargo = _EMBARGO.search(words_of(tree.body, without=is_item))
    canonical = attribute_of(next(iter(all_of(tree, "link[rel=canonical]")), None), "href")
    links = dict.fromkeys(attribute_of(node, "href") for node in own if node.tag == "a")
    return filled(
        title=_title(tree, own),
        doi=next(iter(dois), ""),
        abstract=abstract_of(next(filter(_is_abstract, own), None)),
        address=canonical if id_in(canonical) == key else "",
        fulltext=join_values(link for link in links if "/servlets/purl/" in link and id_in(link) == key),
        embargo=embargo[0].strip() if embargo else "",
        type=only_one((attribute_of(link, "data-product-type") for link in doi_links), "the type"),
    )


def _title(tree: LexborHTMLParser, own: Sequence[LexborNode]) -> str:
    """The heading that is marked as the paper's name; empty where none or several are."""
    marked = {node.mem_id: node for css in ("h1", "h2") for node in all_of(tree, f"{css} [itemprop~=name]")}
    marked |= {node.mem_id: node for css in ("h1", "h2") for node in all_of(tree, f"{css}[itemprop~=name]")}
    found = [node for node in own if node.mem_id in marked]
    return _TITLE.sub("", words_of(found[0])) if len(found) == 1 else ""


def _is_abstract(node: LexborNode) -> bool:
    return "abstract" in attribute_of(node, "class").split() or "description" in attribute_of(node, "itemprop").split()


# The citation


def _cited(tree: LexborHTMLParser) -> tuple[Entry | None, list[Rejection]]:
    """The citation in BibTeX, and what cannot be read of it."""
    text = words_of(at_most_one(tree, _BIBTEX))
    if not text:
        return None, []
    try:
        if len(text) > _LONGEST_BIBTEX:
            raise BadInputError(f"the citation has {len(text):,} characters")
        results = list(read_citations(io.StringIO(text, newline=""), "bibtex"))
    except BadInputError as error:
        return None, [_broken(error.message, text)]
    entries = [result for result in results if isinstance(result, Entry)]
    if len(results) != 1 or not entries:
        reason = next((one.message for one in results if isinstance(one, Rejection)), f"{len(results)} entries")
        return None, [_broken(f"the citation cannot be read: {reason}", text)]
    return entries[0], []


def _broken(message: str, text: str) -> Rejection:
    return Rejection(code="bad_bibtex", message=message, place="page;part=citation", raw=text[:20_000])


def _second(fields: dict[str, str], cited: Entry | None) -> dict[str, str]:
    """What the citation tells and the page otherwise does not, under names of its own: its words are TeX."""
    told = {**cited.fields, "id": cited.source_key} if cited is not None else {}
    lacking = {theirs: told[theirs] for theirs, ours in _SECOND.items() if theirs in told and ours not in fields}
    return {f"bib_{name}": value for name, value in lacking.items()}
