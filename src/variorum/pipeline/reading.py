"""From a body of bytes to what is stored of it: sightings and rejections. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from variorum.errors import BadInputError, LayoutError
from variorum.normalizers import normalise
from variorum.pipeline.combining import combine
from variorum.schema import AwardDetails, AwardSighting, Record, Rejection, Sighting
from variorum.scrapers import Body, Layout, Source, decode, get_source, recognise


@dataclass(frozen=True)
class Page:
    """Everything read from one page. Each entry of a publication is a sighting or a rejection.

    ``awards``: what it says of awards themselves. ``refused``: the page is kept and not believed; its one
    rejection says why.
    """

    source: Source
    sightings: tuple[Sighting, ...]
    rejections: tuple[Rejection, ...]
    refused: bool = False
    awards: tuple[AwardSighting, ...] = ()

    @property
    def seen(self) -> int:
        """Publications seen on the page, readable or not."""
        return len(self.sightings) + len(self.rejections)

    @property
    def rejection(self) -> Rejection | None:
        """Why nothing of the page is taken; None when it was read entry by entry."""
        return next((one for one in self.rejections if one.stage in {"fetch", "page"}), None)


def read_file(path: Path, max_mib: int) -> bytes:
    """A file's bytes. Raises ``BadInputError`` when it cannot be read or is larger than ``max_mib``."""
    try:
        size = path.stat().st_size
        if not path.is_file():
            raise BadInputError("it is not a file", code="not_a_file")
        if size > max_mib * 1024 * 1024:
            raise BadInputError(
                f"it has {size / 1024 / 1024:.0f} MiB; the limit is {max_mib} (setting max_file_mib)",
                code="too_large",
            )
        return path.read_bytes()
    except OSError as error:
        if path.parts[:1] in {("http:",), ("https:",)}:
            told = "it is an address; files are imported: save the page in a browser, then import the file"
            raise BadInputError(told, code="not_a_file") from None
        raise BadInputError(f"it cannot be read: {error.strerror}", code="unreadable") from None


def read_page(body: bytes, source_name: str | None = None, uri: str = "") -> Page:
    """Read a page, of the named source or of the one its content shows. ``uri``: where it was fetched from.

    A page that was recognised but cannot be trusted as a whole gives one rejection and no sightings.
    Raises ``BadInputError`` when the bytes are no page of any source.
    """
    document = replace(decode(body), uri=uri)
    source, layout = _layout_of(document, source_name)
    try:
        reading = layout.parse(document)
    except LayoutError as error:
        return Page(source, (), (Rejection(code=error.code, message=error.message, place=error.place, stage="page"),))
    if not reading.entries and not reading.rejections:
        empty = "the page is the source's, but shows no publication"
        return Page(source, (), (Rejection(code="no_entries", message=empty, place="page", stage="page"),))
    sightings: list[Sighting] = []
    awards: list[AwardSighting] = []
    rejections = list(reading.rejections)
    for entry in reading.entries:
        if source.member_of is not None:
            # A member of a family has the name it was asked for by, whatever its pages call it.
            entry = entry.model_copy(update={"source": source.name})
        result = normalise(entry)
        if isinstance(result, Rejection):
            rejections.append(result)
        elif isinstance(result, AwardDetails):
            awards.append(AwardSighting(place=entry.place, statement=result))
        else:
            sightings.append(Sighting(place=entry.place, statement=result))
    return Page(source, tuple(sightings), tuple(rejections), awards=tuple(awards))


def _layout_of(document: Body, source_name: str | None) -> tuple[Source, Layout]:
    """The source and layout to read a page by; a source that is named is taken at its word."""
    if source_name is None:
        return recognise(document)
    source = get_source(source_name)
    layout = source.layout_of(document)
    if layout is None:
        # None of its layouts fits: the first of the page's medium will say what is wrong.
        layout = next((one for one in source.layouts if one.media == document.media), None)
    if layout is None:
        known = ", ".join(sorted({one.media for one in source.layouts}))
        raise BadInputError(f"{source.name} is read from {known}; this is {document.media}", code="wrong_content")
    return source, layout


def records_of(pages: Sequence[tuple[str, Page]]) -> list[tuple[Record, list[str]]]:
    """The records on named pages, each once, with its places as ``name#place``, in order of first sight."""
    found: dict[tuple[str, str], list[tuple[Record, str]]] = {}
    for name, page in pages:
        for sighting in page.sightings:
            record = sighting.statement
            found.setdefault((record.source, record.source_key), []).append((record, f"{name}#{sighting.place}"))
    return [(combine([record for record, _ in seen]), [place for _, place in seen]) for seen in found.values()]
