"""Asking for keys one after the other, each page by page: what fails for one key leaves the others alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from variorum.schema.harvest import Awards, Keys, Position, Request, Scope, Since
from variorum.scrapers._base import Body, Endpoint, Step


@dataclass(frozen=True)
class Asked:
    """One request of a harvest by keys: for which key, and which page of its answer (empty: the first)."""

    key: str
    token: str = ""


@dataclass(frozen=True)
class Lead:
    """Where an answer leads.

    ``token``: names the next page of the same key, empty when this was the last. ``known``: whether the source
    knows the key at all. ``holds``: whether there are publications to be read. ``note`` is for the log.
    """

    token: str = ""
    known: bool = True
    holds: bool = True
    note: str = ""


@dataclass(frozen=True)
class KeyHarvest:
    """The publications of keys: ids of publications or awards, or what the settings list as ``sets``.

    ``ask`` gives the request, ``lead`` reads where its answer leads and raises as ``Harvest.follow`` does.
    """

    endpoint: Endpoint
    scope: Scope
    ask: Callable[[Endpoint, Asked], Request]
    lead: Callable[[Asked, Body], Lead]

    @property
    def keys(self) -> tuple[str, ...]:
        """All keys, in the order in which they are asked for."""
        match self.scope:
            case Keys(ids) | Awards(ids):
                return ids
            case Since():
                return self.endpoint.sets
            case _:
                return ()

    def begin(self) -> Position:
        """The first page of the first key."""
        return Position(done=not self.keys)

    def asked(self, position: Position) -> Asked:
        """What the position stands for."""
        return Asked(self.keys[position.part], position.token)

    def request(self, position: Position) -> Request:
        """The page of the key that the position names."""
        return self.ask(self.endpoint, self.asked(position))

    def follow(self, position: Position, page: Body) -> Step:
        """The key's next page, or the next key."""
        asked = self.asked(position)
        lead = self.lead(asked, page)
        if not lead.known:
            return self.without(position, lead.note)
        if lead.token:
            following = position.model_copy(update={"token": lead.token, "steps": position.steps + 1})
            return Step(following, holds=lead.holds, note=lead.note)
        return Step(self.after(position), holds=lead.holds, done=(asked.key,), note=lead.note)

    def without(self, position: Position, note: str = "") -> Step:
        """On to the next key: the source does not know this one."""
        return Step(self.after(position), holds=False, missing=(self.asked(position).key,), note=note)

    def after(self, position: Position) -> Position | None:
        """The first page of the next key; None after the last."""
        return Position(part=position.part + 1) if position.part + 1 < len(self.keys) else None
