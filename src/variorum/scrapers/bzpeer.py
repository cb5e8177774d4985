"""BZPEER (www.bzpeer.com): researcher profiles and pages of works, as HTML and as a text browser renders them."""

from __future__ import annotations

from urllib.parse import quote

from variorum.schema.harvest import Manners, Request, Scope, Since
from variorum.scrapers import _bzpeer_html, _bzpeer_text, _bzpeer_work
from variorum.scrapers._base import Channel, Endpoint, Expectations, Layout, Source
from variorum.scrapers._bzpeer_words import SOURCE_NAME, work_key
from variorum.scrapers._key_harvest import Asked, KeyHarvest


def _ask(endpoint: Endpoint, asked: Asked) -> Request:
    return Request(f"{endpoint.url}/authors/{quote(asked.key, safe='')}", "html")


def _harvest(endpoint: Endpoint, scope: Scope) -> KeyHarvest:
    """The profiles that the settings name, one after the other."""
    return KeyHarvest(endpoint, scope, _ask, _bzpeer_html.lead)


def _key_of(text: str) -> str:
    """The key in the address of a work; other texts are keys themselves."""
    return work_key(text) or text


SOURCE = Source(
    name=SOURCE_NAME,
    title="BZPEER",
    homepage="https://www.bzpeer.com/",
    category="aggregator",
    access="saved profiles and works; profiles named in the settings only with BZPEER's leave, none is known",
    key_of=_key_of,
    channels=(
        Channel(
            name="profiles",
            scopes=(Since,),
            endpoint=Endpoint("https://www.bzpeer.com"),
            harvest=_harvest,
            manners=Manners(gap=10.0),
            steady=False,
            unpermitted="no robots.txt, terms or permission of BZPEER are known; ask them first",
        ),
    ),
    expects=Expectations(required=(("title", 0.98), ("authors", 0.9)), rejected=0.5),
    layouts=(
        Layout(
            formats=(_bzpeer_html.FORMAT, _bzpeer_work.FORMAT),
            media="html",
            marks=_bzpeer_html.MARKS,
            parse=_bzpeer_html.parse_page,
        ),
        Layout(
            formats=(_bzpeer_text.FORMAT,),
            media="text",
            marks=_bzpeer_text.MARKS,
            parse=_bzpeer_text.parse_profile_text,
        ),
        Layout(
            formats=(_bzpeer_work.FORMAT,),
            media="text",
            marks=_bzpeer_work.TEXT_MARKS,
            parse=_bzpeer_work.parse_work_text,
        ),
    ),
    notes=(
        "authors: profiles tell their owner only (evidence 'profile'), several owners add up; works may name them all",
        "dates: the year only",
        "no page was ever seen as HTML: it is read by the words of its rendering and by its links alone",
        "keys: the end of a work's address; rendered text shows none, so a digest of badges and title stands in",
    ),
)
