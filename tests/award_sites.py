"""A made-up Award API and a made-up PAR on one loopback server, for backfills by award.

Deterministic: an award's number decides its publications. ``Sites(numbers)`` is a handler for
``tests.loopback.serve``; the API is under ``/awards.json``, PAR under ``/search/…``. Real answers can be
served instead for single awards (``real``). ``faults`` says for which awards a site fails, and how.
PAR's pages are reconstructed, as those in ``fixtures/nsf_par`` are.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha512
from html import escape
from typing import Literal

from tests.loopback import Ask, Reply

Fault = Literal["500", "404", "timeout", "empty", "nothing", "cut", "changed"]
"""How a site fails: an error page, an unknown address, no answer in time, an answer without award, no body at
all, half a body, a login page."""

PER_PAGE = 10
_SEARCH = re.compile(r"/search/award_ids:(\d{7})/sort:publication_date%20desc/page:(\d+)")
_WORDS = (
    "seabird glacier lattice enzyme orbit sediment neuron polymer plasma canopy aquifer magnet "
    "protein tundra photon kernel manifold isotope pollen circuit crater reef fungus aerosol"
).split()


@dataclass(frozen=True)
class Publication:
    """A publication of an award. ``par_id`` is empty for those that the repository does not have."""

    award: str
    number: int
    par_id: str

    def _words(self, count: int, salt: str) -> list[str]:
        """Words that no two publications share in this order."""
        digest = sha512(f"{self.award} {self.number} {salt}".encode()).digest()
        return [_WORDS[byte % len(_WORDS)] for byte in digest[:count]]

    @property
    def title(self) -> str:
        words = self._words(5, "title")
        return f"{words[0].title()} and {words[1]} {words[2]}s of the {words[3]} {words[4]}"

    @property
    def doi(self) -> str:
        return f"10.5555/{self.award}.{self.number}"

    @property
    def year(self) -> int:
        return 2015 + self.number % 9

    @property
    def authors(self) -> list[str]:
        return [
            f"{word.title()}{int(self.award) % 97}, {given}"
            for word, given in zip(self._words(2, "a"), ("Ann", "Bo C."), strict=True)
        ]

    @property
    def abstract(self) -> str:
        return f"We report on {' '.join(self._words(40, 'abstract'))}."

    def reference(self) -> str:
        """As the Award API writes it."""
        ending = f"N~{self.par_id}~{self.par_id}~OSTI~" if self.par_id else ""
        names = " and ".join(self.authors)
        return (
            f"Journal of Made-Up Results~{self.year}~{self.number + 1}~{names}~https://doi.org/{self.doi}~"
            f"{self.title}~{ending}2024-07-26 16:40:09.226"
        )

    def item(self) -> str:
        """As PAR lists it."""
        names = "; ".join(f'<span itemprop="author">{escape(name)}</span>' for name in self.authors)
        return (
            '<li><div class="article item document" itemscope itemtype="http://schema.org/TechArticle">'
            '<div class="item-info"><div class="title">'
            f'<a itemprop="url" href="https://par.nsf.gov/biblio/{self.par_id}-made-up">'
            f'<span itemprop="name">{escape(self.title)}</span></a></div>'
            f'<div class="metadata"><span class="authors">{names}</span>'
            f' <span class="year">(<time itemprop="datePublished" datetime="{self.year}-03-01">March 1, {self.year}'
            "</time>, Journal of Made-Up Results)</span></div>"
            f'<a class="misc doi-link" href="https://doi.org/{self.doi}">https://doi.org/{self.doi}</a>'
            f'<div class="abstract" itemprop="description">{escape(self.abstract)} '
            '<a class="more">more&nbsp;»</a> <a class="less">«&nbsp;less</a></div></div></div></li>'
        )


def publications(award: str) -> list[Publication]:
    """An award's publications: none to 5, or 13; of some the repository knows nothing."""
    count = 13 if int(award) % 19 == 0 else int(award) % 6
    return [
        Publication(award, number, "" if number % 4 == 3 else f"10{int(award) % 10_000:04d}{number:02d}")
        for number in range(count)
    ]


@dataclass
class Sites:
    """Both sites. ``faults``: by site (``api``, ``par``) and award. ``slow``: seconds that a timeout takes."""

    faults: Mapping[tuple[str, str], Fault] = field(default_factory=dict)
    real: Mapping[str, bytes] = field(default_factory=dict)
    slow: float = 1.5

    def __call__(self, ask: Ask) -> Reply:
        search = _SEARCH.fullmatch(ask.target)
        if ask.path == "/awards.json":
            award, site = ask.value("id"), "api"
        elif search is not None:
            award, site = search[1], "par"
        else:
            return Reply(b"not found", 404)
        body = self._api(award) if site == "api" or search is None else _par_page(award, int(search[2]))
        media = "application/json" if site == "api" else "text/html"
        fault = self.faults.get((site, award))
        return self._failing(fault, site, award, body) if fault else Reply(body, headers={"Content-Type": media})

    def _api(self, award: str) -> bytes:
        if award in self.real:
            return self.real[award]
        grant = {
            "id": award,
            "title": f"Made-up studies, part {award}",
            "startDate": "09/01/2014",
            "expDate": "08/31/2024",
            "fundsObligatedAmt": "250000",
            "awardeeName": "University of Made-Up Results",
            "piFirstName": "Ann",
            "piLastName": "Roe",
            "publicationResearch": [one.reference() for one in publications(award)],
        }
        return json.dumps({"response": {"award": [grant]}}).encode()

    def _failing(self, fault: Fault, site: str, award: str, body: bytes) -> Reply:
        nothing = b'{"response": {"award": []}}' if site == "api" else _page("", 0, 1, 1, award)
        changed = b"<!DOCTYPE html><html><body><main>Search results</main></body></html>"
        replies: Sequence[tuple[Fault, Reply]] = (
            ("500", Reply(b"<!DOCTYPE html><html><body>This Page Cannot Be Reached</body></html>", 500)),
            ("404", Reply(b"not found", 404)),
            ("timeout", Reply(body, delay=self.slow)),
            ("empty", Reply(nothing)),
            ("nothing", Reply(b"")),
            ("cut", Reply(body, cut=len(body) // 2)),
            ("changed", Reply(changed)),
        )
        return dict(replies)[fault]


def _par_page(award: str, number: int) -> bytes:
    listed = [one for one in publications(award) if one.par_id]
    here = listed[(number - 1) * PER_PAGE : number * PER_PAGE]
    last = max(1, -(-len(listed) // PER_PAGE))
    return _page("".join(one.item() for one in here), len(listed), number, last, award)


def _page(items: str, total: int, number: int, last: int, award: str) -> bytes:
    return (
        '<!DOCTYPE html><html lang="en"><head><title>NSF Public Access Repository</title></head><body>'
        f'<div class="breadcrumb">Page {number} of {last}</div>'
        f'<span id="item-count-everything">{total}</span> results; <span class="paging-max">{last}</span>'
        f"<div>Award ID contains: {award}</div>"
        f'<ol class="item-list documents">{items}</ol></body></html>'
    ).encode()
