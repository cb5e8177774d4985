"""What a site's robots.txt allows (RFC 9309)."""

from __future__ import annotations

from dataclasses import dataclass

from protego import Protego

AGENT = "Variorum"
"""The name by which robots.txt files may speak of us."""

MOST_READ = 512 * 1024
"""Bytes of a robots.txt that are fetched at most."""

MOST_PARSED = 500 * 1024


@dataclass(frozen=True)
class Rules:
    """The rules of one origin."""

    parsed: Protego

    def allow(self, url: str) -> bool:
        """Whether this address may be asked for."""
        return bool(self.parsed.can_fetch(url, AGENT))

    def gap(self, own: float, longest: float) -> float:
        """Seconds between requests: our own gap, or the site's longer one, but at most ``longest`` of that."""
        delay = self.parsed.crawl_delay(AGENT)
        return own if delay is None else max(own, min(float(delay), longest))


def rules_of(status: int, body: bytes) -> Rules:
    """The rules in an answer for robots.txt. A site that has none (4xx) allows everything."""
    text = body[:MOST_PARSED].decode("utf-8-sig", "replace") if 200 <= status < 300 else ""
    return Rules(Protego.parse(text))
