"""From a source's name, the settings and a scope to a plan: what will be asked of whom, and how."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from urllib.parse import urlsplit

from variorum.config import Settings, SourceSettings
from variorum.errors import BadInputError
from variorum.schema.harvest import Awards, Between, Keys, Manners, Scope, Since
from variorum.scrapers import Channel, Endpoint, Expectations, Harvest, Source, find_source, get_source, sources

SCOPE_NAMES: Mapping[type[Scope], str] = {Since: "nightly", Between: "between", Keys: "keys", Awards: "awards"}


@dataclass(frozen=True)
class Plan:
    """A harvest to be done.

    ``lookback``: days to reach back behind the checkpoint. ``since``: first day of the first nightly
    harvest, None for everything.
    """

    source: Source
    channel: Channel
    endpoint: Endpoint
    manners: Manners
    expects: Expectations
    lookback: int
    since: str | None
    scope: Scope

    @property
    def host(self) -> str:
        """The host that will be asked; plans of one host are carried out one after the other."""
        return urlsplit(self.endpoint.url).netloc.lower()

    @property
    def standing(self) -> str:
        """The name under which nightly harvests of the same selection keep their checkpoint."""
        return f"{SCOPE_NAMES[Since]} {self._selection}"

    @property
    def scope_name(self) -> str:
        """The name under which this scope keeps its checkpoint; the same selection always has the same."""
        match self.scope:
            case Since(None):
                return self.standing
            case Since(day):
                return f"{self.standing} from {day}"
            case Between(first, last):
                return f"between {first} {last} {self._selection}"
            case Keys(ids) | Awards(ids):
                digest = sha256("\n".join(ids).encode()).hexdigest()[:12]
                return f"{SCOPE_NAMES[type(self.scope)]} {len(ids)} {digest} {self._selection}"

    @property
    def asked(self) -> str:
        """What a harvest is begun with; one under way is gone on with only while that is the same."""
        return f"{self.endpoint.url} since {self.since or 'ever'}"

    @property
    def _selection(self) -> str:
        parts = [self.channel.name, self.endpoint.format, *self.endpoint.sets]
        return "(" + " ".join(part for part in parts if part) + ")"

    def starting(self, day: str | None) -> Harvest:
        """The steps of the harvest; a nightly one starts from ``day``."""
        scope = Since(day) if isinstance(self.scope, Since) else self.scope
        return self.channel.harvest(self.endpoint, scope)


def make_plan(settings: Settings, name: str, scope: Scope) -> Plan:
    """The plan for a source.

    Raises ``BadInputError`` when there is no such source, when it is not fetched at all (``not_fetched``)
    or not for such a scope (``no_channel``), when nobody has said that it may be (``no_permission``) or
    where it is (``no_url``), and when an address is given instead of a source (``bad_source``).
    """
    source = _named(name)
    if source.member_of is not None and ":" not in name:
        raise BadInputError(f"{name} is a family of sources; name one, e.g. {name}:example", code="unknown_source")
    own = settings.sources.get(name, SourceSettings())
    channel = _channel(source, own, scope)
    if channel.unpermitted and not own.permission.strip():
        raise BadInputError(
            f"{name} is not fetched: {channel.unpermitted}. Saved pages can be imported. With their leave, say so in "
            f'variorum.toml:\n[sources.{name}]\npermission = "who agreed, and when"',
            code="no_permission",
        )
    strangers = set(own.urls) - {one.name for one in source.channels}
    if strangers:
        names = ", ".join(one.name for one in source.channels)
        raise BadInputError(f"{name} has no channel {', '.join(sorted(strangers))}; it has: {names}", code="no_channel")
    standing = _channel(source, own, Since()) if _serves(source, Since()) else None
    url = own.urls.get(channel.name) or (own.url if channel is standing or standing is None else None)
    endpoint = Endpoint(
        url=url or channel.endpoint.url,
        format=own.format or channel.endpoint.format,
        sets=own.sets or channel.endpoint.sets,
    )
    if not endpoint.url:
        raise BadInputError(
            f'nothing says where {name} is; add to variorum.toml:\n[sources."{name}"]\nurl = "https://…"', code="no_url"
        )
    return Plan(
        source=source,
        channel=channel,
        endpoint=endpoint,
        manners=_manners(channel.manners, own),
        expects=expectations_of(settings, source),
        lookback=channel.lookback if own.lookback_days is None else own.lookback_days,
        since=own.since.isoformat() if own.since else None,
        scope=scope,
    )


def is_harvested(name: str) -> bool:
    """Whether the nightly run can fetch the source; settings may also speak of others. An unknown one is kept."""
    source = find_source(name)
    return source is None or not source.channels or _serves(source, Since())


def _named(name: str) -> Source:
    """The source of that name. Raises ``BadInputError``; for the address of a page it says what is read how."""
    if "://" not in name:
        return get_source(name)
    host = urlsplit(name).hostname or ""
    for source in sources().values():
        home = (urlsplit(source.homepage).hostname or "").removeprefix("www.")
        if home and (host == home or host.endswith(f".{home}")):
            raise BadInputError(
                f"that is an address of {source.name}, which is read thus: {source.access}. "
                "A single page: save it in a browser, then variorum import FILE",
                code="bad_source" if source.channels else "not_fetched",
            )
    raise BadInputError("that is an address; give the name of a source (see: variorum source list)", code="bad_source")


def _serves(source: Source, scope: Scope) -> bool:
    return any(type(scope) in channel.scopes for channel in source.channels)


def _channel(source: Source, own: SourceSettings, scope: Scope) -> Channel:
    if not source.channels:
        raise BadInputError(f"{source.name} is not fetched: {source.access}", code="not_fetched")
    fitting = [channel for channel in source.channels if type(scope) in channel.scopes]
    if not fitting:
        known = sorted({SCOPE_NAMES[scope] for channel in source.channels for scope in channel.scopes})
        raise BadInputError(f"{source.name} can be asked for: {', '.join(known)}", code="no_channel")
    if own.channel is None or not isinstance(scope, Since):
        return fitting[0]
    chosen = next((channel for channel in fitting if channel.name == own.channel), None)
    if chosen is None:
        names = ", ".join(channel.name for channel in fitting)
        raise BadInputError(f"{source.name} has no channel {own.channel!r}; it has: {names}", code="no_channel")
    return chosen


def _manners(usual: Manners, own: SourceSettings) -> Manners:
    return Manners(
        gap=usual.gap if own.gap_seconds is None else own.gap_seconds,
        deadline=own.deadline_seconds or usual.deadline,
        pause=usual.pause if own.pause_seconds is None else own.pause_seconds,
        max_mib=own.max_body_mib or usual.max_mib,
        daily=own.daily_requests or usual.daily,
        allow_hosts=frozenset(own.allow_hosts) or usual.allow_hosts,
    )


def expectations_of(settings: Settings, source: Source) -> Expectations:
    """What the source's pages must look like, as the source declares and the settings say otherwise."""
    own, expects = settings.sources.get(source.name, SourceSettings()), source.expects
    if own.required is not None:
        expects = replace(expects, required=tuple(sorted(own.required.items())))
    return replace(expects, rejected=own.rejected) if own.rejected is not None else expects
