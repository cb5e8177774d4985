"""NSF's awards among the grants that registries and indexes state."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from variorum.schema import Award
from variorum.schema.identifiers import normalise_doi, normalise_nsf_award

_NSF_FUNDERS = frozenset(
    f"10.13039/{number}"
    for number in (
        "100000001 100000076 100000077 100000078 100000081 100000082 100000083 100000084 100000085 100000086 100000088"
        " 100000089 100000105 100000106 100000107 100000110 100000121 100000141 100000143 100000144 100000145 100000146"
        " 100000147 100000148 100000149 100000150 100000151 100000152 100000153 100000154 100000155 100000156 100000159"
        " 100000160 100000162 100000163 100000164 100000165 100000166 100000169 100000170 100000171 100000172 100000173"
        " 100000174 100000175 100000179 100005441 100005447 100005553 100005554 100005714 100005716 100005717 100006091"
        " 100007352 100007523 100010608 100014071 100014072 100014073 100014074 100014411 100014591 100015815"
    ).split()
)
"""NSF, its directorates, divisions and offices in the Open Funder Registry."""

_NSF_ROR = re.compile(r"(?:https?://)?ror\.org/021nxhr62/?", re.I)
_COUNTRY = frozenset("the u s us usa united states of america american".split())
_UNITS = frozenset(
    "nsf national division divisions directorate directorates office program programs programme award awards grant"
    " grants career graduate eager rapid bio cise eng geo mps sbe ehr edu tip dms phy che dmr ast ccf cns iis oac cbet"
    " cmmi eccs eec mcb dbi ios deb ef ags ear oce ant arc opp bcs ses due dge drl hrd oise oia".split()
)


class Grant(NamedTuple):
    """What a publication says of a grant: the funder's name, ids of the funder, the number as written."""

    funder: str
    ids: tuple[str, ...]
    number: str

    @classmethod
    def of(cls, row: str) -> Grant:
        """The grant in a row of a field: funder, ids with spaces between them, number, with tabs between."""
        funder, ids, number = row.split("\t")
        return cls(funder, tuple(ids.split()), number)


def is_nsf(name: str, ids: Iterable[str] = ()) -> bool:
    """Whether a funder is the U.S. National Science Foundation or a part of it.

    An id of the Open Funder Registry decides. By name alone, science foundations of other countries are not,
    whatever they call themselves, and divisions are only where NSF is named too.
    """
    stated = tuple(ids)
    dois = [doi for doi in map(normalise_doi, stated) if doi]
    if any(map(_NSF_ROR.fullmatch, stated)) or any(doi in _NSF_FUNDERS for doi in dois):
        return True
    words = [word for word in re.findall("[a-z]+", name.lower()) if word not in _COUNTRY]
    if dois or not words:
        return False
    rest = words[1:] if words[0] == "nsf" else words[3:] if words[:3] == ["national", "science", "foundation"] else None
    return rest is not None and (not rest or rest[0] in _UNITS)


def nsf_awards(grants: Iterable[Grant]) -> tuple[tuple[Award, ...], bool]:
    """NSF's awards among grants, and whether all numbers that are given for them are award numbers."""
    found: dict[str, Award] = {}
    all_read = True
    for grant in grants:
        if not grant.number or not is_nsf(grant.funder, grant.ids):
            continue
        whole = normalise_nsf_award(grant.number)
        pieces = [whole] if whole else list(map(normalise_nsf_award, _pieces(grant.number)))
        all_read = all_read and None not in pieces
        for award in filter(None, pieces):
            found.setdefault(award, Award(funder="NSF", id=award, raw=grant.number))
    return tuple(found.values()), all_read


def _pieces(numbers: str) -> list[str]:
    """The numbers in a field into which several were put."""
    return [piece for piece in re.split(r"[;,&]|\band\b", numbers) if piece.strip()]
