"""Scholar Feed (www.scholarfeed.org): author pages as HTML and as a text browser renders them, and its API."""

from __future__ import annotations

from variorum.schema.harvest import Manners, Scope, Since
from variorum.schema.identifiers import normalise_arxiv
from variorum.scrapers import _scholar_feed_api, _scholar_feed_html, _scholar_feed_text
from variorum.scrapers._base import Channel, Endpoint, Expectations, Layout, Source
from variorum.scrapers._key_harvest import KeyHarvest
from variorum.scrapers._scholar_feed_words import SOURCE_NAME


def _harvest(endpoint: Endpoint, scope: Scope) -> KeyHarvest:
    """The papers of the authors that the settings name by their numbers, one after the other."""
    return KeyHarvest(endpoint, scope, _scholar_feed_api.ask, _scholar_feed_api.lead)


def _key_of(text: str) -> str:
    """The arXiv id in an address or id; other texts are keys themselves."""
    found = normalise_arxiv(text.rpartition("/paper/")[2])
    return found.id if found else text


SOURCE = Source(
    name=SOURCE_NAME,
    title="Scholar Feed",
    homepage="https://www.scholarfeed.org/",
    category="aggregator",
    access="API without a key (nightly, for the authors in the settings); saved answers and author pages",
    key_of=_key_of,
    channels=(
        Channel(
            name="api",
            scopes=(Since,),
            endpoint=Endpoint("https://api.scholarfeed.org"),
            harvest=_harvest,
            # 30 calls a minute, and without a key 100 a day; later words of its makers say 200 a month.
            manners=Manners(gap=2.0, daily=100),
            steady=False,
        ),
    ),
    expects=Expectations(required=(("title", 0.98), ("authors", 0.9)), rejected=0.5),
    layouts=(
        Layout(
            formats=(_scholar_feed_api.FORMAT,),
            media="json",
            marks=_scholar_feed_api.MARKS,
            parse=_scholar_feed_api.parse_answer,
        ),
        Layout(
            formats=(_scholar_feed_html.FORMAT,),
            media="html",
            marks=_scholar_feed_html.MARKS,
            parse=_scholar_feed_html.parse_page,
        ),
        Layout(
            formats=(_scholar_feed_text.FORMAT,),
            media="text",
            marks=_scholar_feed_text.MARKS,
            parse=_scholar_feed_text.parse_text,
        ),
    ),
    notes=(
        "rendered text glues title and first author; a first author not seen elsewhere on the page "
        "marks title and authors as low confidence",
        "pages show at most three authors; the API names all",
        "the API's terms forbid to export its corpus for a competing product; API keys are not supported",
        "summaries and scores made by machines are not read",
    ),
)
