"""Harvesting from arXiv's query API (https://info.arxiv.org/help/api/user-manual.html), without doing it.

What its answers are not to be trusted in: the order of ids, the echoed page size, and slices that come
empty or short although more was announced.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from variorum.errors import LayoutError
from variorum.schema.harvest import Between, Keys, Position, Request, Scope
from variorum.schema.identifiers import normalise_arxiv
from variorum.scrapers._base import AskAgainError, Body, Endpoint, Step
from variorum.scrapers._oai_harvest import day_of
from variorum.scrapers._xml import children, name_of, parse_xml, words_of

KEYS_AT_ONCE = 100
SLICE = 500
"""Papers asked for at once, in a list."""

DEEPEST = 10_000
"""How far into a list the server goes; a longer one is begun anew from the last date seen."""


@dataclass(frozen=True)
class ApiHarvest:
    """Papers by id, in portions; or those first submitted between two days, oldest first."""

    endpoint: Endpoint
    scope: Scope

    def begin(self) -> Position:
        """The first portion of ids, or the first slice of the days."""
        if isinstance(self.scope, Between):
            return Position(floor=self.scope.first, first=self.scope.first, last=self.scope.last)
        return Position()

    def request(self, position: Position) -> Request:
        """Ids by ``id_list``; days by ``submittedDate``, sorted so that slices do not shift."""
        if isinstance(self.scope, Keys):
            asked = self._portion(position)
            return self._asking(id_list=",".join(asked), max_results=len(asked))
        first, last = ((day or "").replace("-", "") for day in (position.first, position.last))
        query = f"submittedDate:[{first}0000 TO {last}2359]"
        if self.endpoint.sets:
            query = f"({' OR '.join(f'cat:{category_of(one)}' for one in self.endpoint.sets)}) AND {query}"
        order = {"sortBy": "submittedDate", "sortOrder": "ascending"}
        return self._asking(search_query=query, start=position.token or "0", max_results=SLICE, **order)

    def _asking(self, **arguments: str | int) -> Request:
        mark = "&" if "?" in self.endpoint.url else "?"
        return Request(f"{self.endpoint.url}{mark}{urlencode(arguments)}", "xml")

    def _portion(self, position: Position) -> tuple[str, ...]:
        ids = self.scope.ids if isinstance(self.scope, Keys) else ()
        return ids[position.part * KEYS_AT_ONCE : (position.part + 1) * KEYS_AT_ONCE]

    def follow(self, position: Position, page: Body) -> Step:
        """The next portion or slice; ids that were asked for and not answered are missing."""
        root, _ = parse_xml(page.data)
        if name_of(root) != "feed":
            raise LayoutError("wrong_content", f"an Atom feed was due, this is <{name_of(root)}>")
        entries = list(children(root, "entry"))
        found = [words_of(entry, "id") for entry in entries]
        for entry, address in zip(entries, found, strict=True):
            if "/api/errors" in address:
                raise LayoutError("api_error", words_of(entry, "summary") or address)
        announced = words_of(root, "totalResults")
        if not announced.isdecimal() and isinstance(self.scope, Between):
            raise LayoutError("no_total", "the feed does not say how many results there are")
        total = int(announced) if announced.isdecimal() else 0
        if total and not entries and int(position.token or 0) < total:
            raise AskAgainError("empty_slice", f"{total} results were announced and none came")
        if isinstance(self.scope, Keys):
            return self._portion_read(position, found)
        days = [day for entry in entries if (day := day_of(words_of(entry, "published")))]
        return self._slice_read(position, len(entries), total, days)

    def _portion_read(self, position: Position, addresses: list[str]) -> Step:
        asked = self._portion(position)
        answered = {paper.id for address in addresses if (paper := normalise_arxiv(address))}
        missing = tuple(key for key in asked if (paper := normalise_arxiv(key)) is None or paper.id not in answered)
        more = (position.part + 1) * KEYS_AT_ONCE < len(self.scope.ids if isinstance(self.scope, Keys) else ())
        return Step(Position(part=position.part + 1) if more else None, holds=bool(addresses), missing=missing)

    def _slice_read(self, position: Position, count: int, total: int, days: list[str]) -> Step:
        start = int(position.token or 0) + count
        if start >= total:
            return Step(None, holds=count > 0)
        if count < min(SLICE, total - start + count):
            raise AskAgainError("short_slice", f"{total} results were announced; the slice ended at {start}")
        if start + SLICE <= DEEPEST:
            return Step(position.model_copy(update={"token": str(start)}))
        newest = max(days, default=position.first or "")
        if newest <= (position.first or ""):
            raise LayoutError("too_many", f"more than {DEEPEST:,} papers on {newest}: the API lists no more than that")
        return Step(Position(floor=position.floor, first=newest, last=position.last))


def category_of(set_spec: str) -> str:
    """The query API's category for an OAI-PMH set (``cs:cs:AI`` is ``cs.AI``, ``physics:hep-th`` ``hep-th``)."""
    match set_spec.split(":"):
        case [_, archive, subject]:
            return f"{archive}.{subject}"
        case [_, archive]:
            return f"{archive}*"
        case _:
            # Categories may also be given as the API writes them.
            return set_spec if "." in set_spec else f"{set_spec}*"
