"""DOIs as DataCite describes them in JSON: the attributes that make up a record, in DataCite's own words.

Not read are contributors other than creators, affiliations, rights, sizes, formats, places, languages, counts,
and relations that name long lists of other things (citations, parts, sources).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from variorum.errors import LayoutError
from variorum.schema import Entry, join_values
from variorum.schema.identifiers import normalise_doi
from variorum.scrapers._base import filled
from variorum.scrapers._contacts import without_email, without_emails
from variorum.scrapers._json import object_in, objects_in, text_in, texts_in

FORMAT = "datacite"

_CONTAINER = {"title": "container", "volume": "volume", "issue": "issue", "firstPage": "page", "lastPage": "last_page"}
"""DataCite's names for what a publication stands in, and the names of the fields."""

_LISTS = frozenset(
    "Cites IsCitedBy References IsReferencedBy HasPart Collects IsDerivedFrom IsSourceOf Compiles Requires".split()
)


def doi_of(resource: Any) -> str:
    """The DOI of a resource, as stated."""
    return text_in(object_in(resource, "attributes"), "doi") or text_in(resource, "id")


def read_resource(source: str, place: str, resource: Any) -> Entry:
    """One DOI as an entry. Raises ``LayoutError`` when it is none or its members are not as they should be."""
    stated = doi_of(resource)
    doi = normalise_doi(stated)
    if doi is None:
        raise LayoutError("no_identifier", f"the id is no DOI: {stated[:100]!r}" if stated else "no DOI")
    own = object_in(resource, "attributes")
    titles, types, container = objects_in(own, "titles"), object_in(own, "types"), object_in(own, "container")
    fields = {ours: text_in(container, theirs) for theirs, ours in _CONTAINER.items()}
    fields |= {
        "doi": stated,
        "title": _title(titles),
        "subtitle": next((text_in(one, "title") for one in titles if text_in(one, "titleType") == "Subtitle"), ""),
        "creators": join_values(map(_creator, objects_in(own, "creators"))),
        "dates": join_values(
            _row(text_in(one, "dateType"), text_in(one, "date")) for one in objects_in(own, "dates") if one.get("date")
        ),
        "year": text_in(own, "publicationYear"),
        "abstract": without_emails(next(_abstracts(own), "")),
        "type": text_in(types, "resourceTypeGeneral"),
        "subtype": text_in(types, "resourceType"),
        "publisher": _publisher(own),
        "identifiers": join_values(_identifiers(own, container)),
        "relations": join_values(_relations(own)),
        "grants": join_values(_grants(own)),
        "subjects": join_values(text_in(one, "subject") for one in objects_in(own, "subjects")),
        "url": text_in(own, "url"),
        "content": join_values(_texts(own, "contentUrl")),
        "state": text_in(own, "state"),
    }
    return Entry(source=source, format=FORMAT, source_key=doi, place=place, fields=filled(**fields))


def _row(*cells: str) -> str:
    return "\t".join(cell.replace("\t", " ") for cell in cells)


def _texts(holder: Any, name: str) -> list[str]:
    """The texts of a member that holds one or several."""
    return [text_in(holder, name)] if isinstance(holder.get(name), str) else texts_in(holder, name)


def _title(titles: list[dict[str, Any]]) -> str:
    """The first title that is not of a special type (subtitle, translation), else the first."""
    plain = (text_in(one, "title") for one in titles if not text_in(one, "titleType"))
    return next(filter(None, plain), "") or next((text_in(one, "title") for one in titles), "")


def _creator(creator: dict[str, Any]) -> str:
    """Name, its type, family name, given name, ORCID iD."""
    stated = objects_in(creator, "nameIdentifiers")
    orcid = next(
        (text_in(one, "nameIdentifier") for one in stated if text_in(one, "nameIdentifierScheme").upper() == "ORCID"),
        "",
    )
    name, family, given = (without_email(text_in(creator, part)) for part in ("name", "familyName", "givenName"))
    return _row(name, text_in(creator, "nameType"), family, given, orcid)


def _abstracts(own: dict[str, Any]) -> Iterator[str]:
    for one in objects_in(own, "descriptions"):
        if text_in(one, "descriptionType") == "Abstract" and (text := text_in(one, "description")):
            yield text


def _publisher(own: dict[str, Any]) -> str:
    """The publisher's name, which newer answers may give with its ids."""
    return (
        text_in(object_in(own, "publisher"), "name")
        if isinstance(own.get("publisher"), dict)
        else text_in(own, "publisher")
    )


def _identifiers(own: dict[str, Any], container: dict[str, Any]) -> Iterator[str]:
    """What it names (itself, its container), scheme and id."""
    for member, scheme, id in (
        ("alternateIdentifiers", "alternateIdentifierType", "alternateIdentifier"),
        ("identifiers", "identifierType", "identifier"),
    ):
        for one in objects_in(own, member):
            yield _row("self", text_in(one, scheme), text_in(one, id))
    if text_in(container, "identifier"):
        yield _row("container", text_in(container, "identifierType"), text_in(container, "identifier"))


def _relations(own: dict[str, Any]) -> Iterator[str]:
    """Relation, scheme and id."""
    for one in objects_in(own, "relatedIdentifiers"):
        if (relation := text_in(one, "relationType")) not in _LISTS:
            yield _row(relation, text_in(one, "relatedIdentifierType"), text_in(one, "relatedIdentifier"))


def _grants(own: dict[str, Any]) -> Iterator[str]:
    """Funder, the funder's id, number, or the award's address where there is no number."""
    for one in objects_in(own, "fundingReferences"):
        number = text_in(one, "awardNumber") or text_in(one, "awardUri")
        if number:
            yield _row(text_in(one, "funderName"), text_in(one, "funderIdentifier"), number)
