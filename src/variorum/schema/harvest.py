"""Asking a source: what to fetch (scopes), how to behave (manners), one request, and where a harvest stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from variorum.schema.base import Model, PartialDate

Media = Literal["text", "html", "xml", "json"]
"""What sort of document a body is, told from its first bytes."""


@dataclass(frozen=True)
class Since:
    """Everything that changed at the source from ``day`` (YYYY-MM-DD) on; everything there is for None.

    The only scope that moves a checkpoint.
    """

    day: str | None = None


@dataclass(frozen=True)
class Between:
    """What is dated from ``first`` to ``last`` (YYYY-MM-DD), both included."""

    first: str
    last: str


@dataclass(frozen=True)
class Keys:
    """The publications of these ids, as the source writes them."""

    ids: tuple[str, ...]


@dataclass(frozen=True)
class Awards:
    """The publications of these awards."""

    ids: tuple[str, ...]


Scope = Since | Between | Keys | Awards


@dataclass(frozen=True)
class Manners:
    """How a host is treated.

    ``gap``: seconds between the answer to one request and the next request, over all processes.
    ``deadline``: seconds for one request from connecting to its last byte.
    ``pause``: seconds to stay away after a 429 that does not say how long.
    ``max_mib``: largest body, MiB, inflated.
    ``daily``: requests in a day (UTC) that the host allows, None where it does not count.
    ``allow_hosts``: hosts that may be asked although their addresses are private.
    """

    gap: float = 2.0
    deadline: float = 180.0
    pause: float = 60.0
    max_mib: int = 64
    daily: int | None = None
    allow_hosts: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Request:
    """One GET: the whole address, and the medium the answer is due in."""

    url: str
    expects: Media


class Position(Model):
    """Where a harvest stands between two requests; kept in the checkpoint as JSON.

    A harvest asks for several lists one after the other (sets, portions of keys): ``part`` counts them.
    ``token`` is what the source gave to go on with (a resumption token, an offset). ``floor`` is
    the first day of the scope, ``earliest`` of the source; ``first`` and ``last`` bound the days of the
    list under way. ``newest`` is the latest day seen in it and ``ordered`` says whether days have only
    risen. ``served`` is the earliest day by the source's own clock. ``steps`` counts answers since the
    list was begun, ``empty`` those without a record that came last, ``restarts`` how often the list was
    begun anew with nothing changed. ``trail`` is an earlier token, kept to notice one that comes back;
    ``largest`` the entries of the largest page so far. ``begun_again``: some entries were listed more than
    once, since a list was begun anew. ``done``: all has been asked for.
    """

    part: int = 0
    token: str = ""
    earliest: PartialDate | None = None
    floor: PartialDate | None = None
    first: PartialDate | None = None
    last: PartialDate | None = None
    newest: PartialDate | None = None
    ordered: bool = True
    served: PartialDate | None = None
    steps: int = 0
    empty: int = 0
    restarts: int = 0
    trail: str = ""
    largest: int = 0
    begun_again: bool = False
    done: bool = False
