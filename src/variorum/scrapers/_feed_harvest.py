"""Harvesting a feed: one address, asked for again only if it has changed."""

from __future__ import annotations

from dataclasses import dataclass

from variorum.errors import LayoutError
from variorum.schema.harvest import Position, Request, Scope
from variorum.scrapers._base import Body, Endpoint, Step
from variorum.scrapers._xml import name_of, parse_xml

FEEDS = {"rss", "RDF", "feed"}
ITEMS = {"item", "entry"}
FURNITURE = {"channel", "image", "textInput", "textinput", "skipHours", "skipDays", "author", "contributor", "Seq"}
"""Elements with children that a feed without items may have."""


@dataclass(frozen=True)
class FeedHarvest:
    """The whole feed in one answer; sets are added to its address (``…/rss/`` with ``cs.AI``, ``math``)."""

    endpoint: Endpoint
    scope: Scope

    def begin(self) -> Position:
        """Nothing is known of a feed but its address."""
        return Position()

    def request(self, position: Position) -> Request:  # noqa: ARG002 - there is only one
        """The feed."""
        return Request(self.endpoint.url + "+".join(self.endpoint.sets), "xml")

    def follow(self, position: Position, page: Body) -> Step:  # noqa: ARG002
        """A feed leads nowhere. One without items is valid: at weekends nothing is announced."""
        root, _ = parse_xml(page.data)
        if name_of(root) not in FEEDS:
            raise LayoutError("wrong_content", f"a feed was due, this is <{name_of(root)}>")
        if any(name_of(element) in ITEMS for element in root.iter("{*}*")):
            return Step(None)
        known = FEEDS | FURNITURE
        strange = next((one for one in root.iter("{*}*") if len(one) > 1 and name_of(one) not in known), None)
        if strange is not None:
            raise LayoutError("unknown_items", f"the feed has no items, but elements called <{name_of(strange)}>")
        return Step(None, holds=False)
