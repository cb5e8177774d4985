"""Reason codes as short phrases: what spoke for a pair and which guards objected. ``wording`` says it in full."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

_GUARD = "guard_"

_EVIDENCE: Mapping[str, Mapping[str, str]] = {
    "identifier": {
        "shared": "one identifier",
        "version": "identifiers of two versions",
        "other": "other identifiers",
    },
    "title": {
        "equal": "titles equal",
        "equal_rich": "titles equal",
        "equal_poor": "titles equal, in common words",
        "slip": "titles equal but for a slip",
        "slip_poor": "titles equal but for a slip, in common words",
        "begins": "one title begins like the other",
        "begins_poor": "one title begins like the other, in common words",
        "near": "titles much alike",
        "near_poor": "titles much alike, in common words",
        "contained": "one title holds the other",
        "close": "titles alike",
        "similar": "titles somewhat alike",
        "faint": "titles hardly alike",
        "different": "titles differ",
        "generic": "a title that recurs",
        "in_place": "titles unlike on the same pages",
    },
    "place": {
        "range_volume": "same pages of one volume",
        "range": "same pages",
        "range_other_volume": "same pages of another volume",
        "page_volume": "same page of one volume",
        "page": "same page",
        "page_other_volume": "same page of another volume",
        "volume_issue": "same issue",
        "volume": "same volume",
        "volume_other_issue": "another issue of the volume",
        "other_volume": "another volume",
        "near_page": "pages next to each other",
        "other_page": "other pages",
        "other_page_volume": "other pages of another volume",
    },
    "year": {
        "same": "same year",
        "next": "a year apart",
        "near": "two years apart",
        "apart": "three or four years apart",
        "far": "many years apart",
    },
    "authors": {
        "equal_many": "same authors",
        "equal": "same authors",
        "equal_one": "same author",
        "most_many": "most authors the same",
        "most": "most authors the same",
        "words_all": "same family names in other words",
        "words": "some family names in other words",
        "one_cut": "the one author known of both",
        "one_of": "one author among those of the other",
        "some": "some authors the same",
        "none_cut": "no author of both, as far as named",
        "none": "no author of both",
    },
    "venue": {"same": "same venue", "short": "venue abbreviated", "like": "venues alike", "other": "other venue"},
    "abstract": {
        "equal": "abstracts equal",
        "close": "abstracts much alike",
        "similar": "abstracts somewhat alike",
        "different": "abstracts differ",
    },
}

_OBJECTIONS: Mapping[str, str] = {
    "identifier_conflict": "two identifiers where a work has one",
    "container_identifier": "the identifier may be that of what holds both",
    "notice": "one is a notice",
    "response": "one answers another",
    "part": "parts of a series",
    "numbers": "numbers differ",
    "telling_word": "a word tells them apart",
    "generic_title": "nothing places that title in print",
    "disjoint_authors": "bylines share nobody",
    "namesakes": "authors of one family name only",
    "another_place": "another place in print",
    "another_form": "another form of publication",
    "extension": "a subtitle that only one has",
    "other_title": "titles do not name one work",
    "another_edition": "years of two editions",
    "listed_twice": "a source that lists each once has both",
}


def in_words(reasons: Iterable[str]) -> str:
    """Reason codes in words: what speaks for the pair, then what was objected. An unknown code stays as it is."""
    codes = list(reasons)
    evidence = [_phrase(code) for code in codes if not code.startswith(_GUARD)]
    objected = [_OBJECTIONS.get(code.removeprefix(_GUARD), code) for code in codes if code.startswith(_GUARD)]
    return "; but ".join(", ".join(part) for part in (evidence, objected) if part)


def _phrase(code: str) -> str:
    if code == "judged_same":
        return "a person judged them the same"
    feature, _, level = code.partition("_")
    return _EVIDENCE.get(feature, {}).get(level, code)
