"""OpenAlex (openalex.org): an index of scholarly works gathered from registries, repositories and the web.

Works are asked for by DOI or by OpenAlex's id, and searched for by title or by the words an abstract begins
with (https://developers.openalex.org/).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import groupby
from urllib.parse import quote

from variorum.errors import LayoutError
from variorum.schema.harvest import Keys, Manners, Request, Scope
from variorum.schema.identifiers import normalise_doi
from variorum.scrapers import _openalex_works
from variorum.scrapers._base import Body, Channel, Endpoint, Expectations, Layout, Search, Source, Wanted
from variorum.scrapers._json import text_in
from variorum.scrapers._key_harvest import Asked, KeyHarvest, Lead
from variorum.scrapers._openalex_works import answer_in, dois_of, work_id

HITS = 5
"""Works to show for a search."""

# Commas part filters, | and ! are operators, * and ? wildcards, and capital AND, OR and NOT join words: only
# letters, digits and hyphens are sent, in lower case. Words with an apostrophe, TeX or a sign are left out, for a
# word that is written in another way there would spoil the search.
_WORD = re.compile(r"[^\W_]+(?:-[^\W_]+)*")
_AROUND_WORDS = ".,;:!?()[]{}\"'“”‘’«»…"
_LONGEST_WORD = 60
_FEWEST_TITLE_WORDS, _MOST_TITLE_WORDS = 2, 30
_FEWEST_PHRASE_WORDS, _MOST_PHRASE_WORDS = 8, 12
_OPENING = 60
"""Words at the beginning of an abstract among which a phrase is looked for."""


def key_of(text: str) -> str | None:
    """The DOI or the id of a work that a text is."""
    return work_id(text) or normalise_doi(text)


def _ask(endpoint: Endpoint, asked: Asked) -> Request:
    key = asked.key if work_id(asked.key) else f"doi:{quote(asked.key, safe='/')}"
    return Request(f"{endpoint.url}/works/{key}", "json")


def _lead(asked: Asked, page: Body) -> Lead:
    """One work answers a key. Raises ``LayoutError`` (``wrong_answer``) when it is another than was asked for."""
    work = answer_in(page)
    wanted = work_id(asked.key)
    answered = {work_id(text_in(work, "id"))} if wanted else set(dois_of(work))
    if (wanted or asked.key) not in answered:
        raise LayoutError("wrong_answer", f"{asked.key} was asked for, the answer is {text_in(work, 'id') or 'a list'}")
    return Lead()


def _harvest(endpoint: Endpoint, scope: Scope) -> KeyHarvest:
    return KeyHarvest(endpoint, scope, _ask, _lead)


def _by_title(endpoint: Endpoint, wanted: Wanted) -> Request | None:
    """Works with all words of the title in theirs."""
    words = [word for word in _words(wanted.title) if word][:_MOST_TITLE_WORDS]
    return _search(endpoint, "title.search", " ".join(words)) if len(words) >= _FEWEST_TITLE_WORDS else None


def _by_abstract(endpoint: Endpoint, wanted: Wanted) -> Request | None:
    """Works whose abstract has the first run of plain words, at least eight, that this one has near its beginning."""
    opening = wanted.abstract.split(maxsplit=_OPENING)[:_OPENING]
    runs = (list(run) for plain, run in groupby(_words(" ".join(opening)), key=bool) if plain)
    phrase = next((run for run in runs if len(run) >= _FEWEST_PHRASE_WORDS), None)
    if phrase is None:
        return None
    return _search(endpoint, "abstract.search", f'"{" ".join(phrase[:_MOST_PHRASE_WORDS])}"')


def _words(text: str) -> Iterable[str]:
    """The words of a text in lower case; an empty one in the place of each that is not plain."""
    for word in text.split():
        bare = word.strip(_AROUND_WORDS)
        yield bare.lower() if len(bare) <= _LONGEST_WORD and _WORD.fullmatch(bare) else ""


def _search(endpoint: Endpoint, field: str, words: str) -> Request:
    return Request(f"{endpoint.url}/works?filter={field}:{quote(words)}&per-page={HITS}", "json")


SOURCE = Source(
    name="openalex",
    title="OpenAlex",
    homepage="https://openalex.org/",
    # It gathers and guesses: who wrote what, and which copies are one work, are worked out by programs.
    category="aggregator",
    access="API (by DOI or OpenAlex id; searched by title and abstract); saved answers",
    key_of=key_of,
    channels=(
        Channel(
            name="api",
            scopes=(Keys,),
            endpoint=Endpoint("https://api.openalex.org"),
            harvest=_harvest,
            manners=Manners(gap=1.0, daily=900),
        ),
    ),
    # A search shows five works, of which one or two may be without a title or of a sort not known.
    expects=Expectations(required=(("title", 0.6),), rejected=0.4),
    search=Search(by_title=_by_title, by_abstract=_by_abstract),
    # It has not found all copies of a work: several ids may be one publication.
    lists_once=False,
    layouts=(
        Layout(
            formats=(_openalex_works.FORMAT,),
            media="json",
            marks=_openalex_works.MARKS,
            parse=_openalex_works.parse,
        ),
    ),
    notes=(
        "works are free to ask for by id; searches cost, and without a key a day allows about a hundred",
        "a first of January stands for a year of which no more is known",
    ),
)
