"""Identifiers: one normal form for each scheme, the source's spelling kept beside it.

Every ``normalise_*`` function takes a field as a source wrote it and returns the normal form, or None
when the field is not exactly one such identifier. None raises or guesses; each keeps its own output.
"""

from __future__ import annotations

import re
import string
from collections.abc import Callable
from functools import lru_cache
from typing import Literal, NamedTuple
from urllib.parse import unquote

Scheme = Literal["doi", "arxiv", "nsf_par", "pmid", "issn", "isbn", "openalex", "other"]
Role = Literal["self", "version", "container", "related"]
"""What an identifier names: this publication, a version of it, the journal or book around it, or another."""


class ArxivId(NamedTuple):
    """An arXiv paper and, where the source names one, its version."""

    id: str
    version: int | None


_MAX_LENGTH = 2048
_INVISIBLE = re.compile("[\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_DASHES = re.compile("[\u2010-\u2015\u2212\ufe58\ufe63\uff0d]")
_SURROGATES = re.compile("[\ud800-\udfff]")
# str.lower() would also turn letters such as the Kelvin sign into ASCII ones.
_ASCII_LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)
_WRAPPING = " \t\r\n\u00a0\"'`“”‘’<>{}.,;"
_NAMED = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"), ("{\\textless}", "<"), ("{\\textgreater}", ">"))
_ESCAPED = re.compile(r"[&{\\%]")
_LATEX = tuple((form % char, char) for char in "_%&#$/" for form in ("{\\%s}", "\\%s"))


def _fold(raw: str) -> str:
    """``raw`` in ASCII lower case, hyphens plain, nothing invisible; '' when too long or not encodable."""
    if len(raw) > _MAX_LENGTH:
        return ""
    if raw.isascii():  # nearly all are, and hold nothing that is invisible or only looks like a hyphen
        return raw.lower().strip()
    if _SURROGATES.search(raw):
        return ""
    return _DASHES.sub("-", _INVISIBLE.sub("", raw)).translate(_ASCII_LOWER).strip()


def _bare(raw: str) -> str:
    """``raw`` folded, without the quotes, angle brackets and full stops around it."""
    return _fold(raw).strip(_WRAPPING)


def _unescape(raw: str) -> str:
    """``raw`` folded, with LaTeX, XML and percent escapes resolved; '' when they nest too deep.

    Repeats until nothing changes because fields pass through several exporters ('%252F', '&amp;lt;').
    """
    text = _fold(raw)
    if not _ESCAPED.search(text):
        return text
    for _ in range(6):
        before = text
        for written, meant in _NAMED + _LATEX:
            text = text.replace(written, meant)
        text = _fold(unquote(text))
        if text == before:
            return text
    return ""


def _after(lead: re.Pattern[str], text: str) -> int:
    """The position in ``text`` behind everything at its start that ``lead`` matches, however repeated."""
    position = 0
    while (match := lead.match(text, position)) is not None:
        position = match.end()
    return position


def _read(raw: str, *forms: re.Pattern[str]) -> str | None:
    """The digits (and X) in the first group of the first of ``forms`` that is the whole of ``raw``, bare."""
    matches = (form.fullmatch(_bare(raw)) for form in forms)
    return next((re.sub("[ -]", "", match[1]).upper() for match in matches if match), None)


_DOI_LEAD = re.compile(
    r"https?:?/*|info:|urn:|(?:www\.)?(?:dx[.-])?doi[.-]org[a-z0-9.-]*/|doi|\\(?:url|doi)\{"
    r"|[\s\"'`“”‘’«»<>(){}\[\].,;:=/]"
)
_DOI_PREFIX = re.compile(r"10\.[0-9]{4,9}(?:\.[0-9]{1,9}){0,4}/")
_DOI_QUERY = re.compile(r"(?:\?[a-z_]{1,30}=|#[a-z]{2}).*")
_NEXT_DOI = re.compile(r"[\s,;|](?=(?:doi:?|info:doi/|https?://(?:dx\.)?doi\.org/)?10\.[0-9]{4,9}[./])")
# A space, a lost or left-out part, markup or a second address: the text is not one DOI.
_NOT_IN_DOI = re.compile(r" |\ufffd|…|\.\.\.|</|://|\"")
_DOI_TRAILING = frozenset(".,;:|\\\"'`“”‘’«»([{<")
_OPENING = {")": "(", "]": "[", "}": "{", ">": "<"}


def normalise_doi(raw: str) -> str | None:
    """The DOI in ``raw`` as lower-case ``10.prefix/suffix``, None when ``raw`` is not one DOI.

    Syntax after the DOI Handbook (ISO 26324): registrant codes are digits, at least four by practice;
    the suffix is any graphic characters; letter case is ignored for ASCII. A doubled slash stays.
    """
    return _doi_of(_unescape(raw))


def _doi_of(text: str) -> str | None:
    """The DOI that an unescaped text is."""
    if "10." not in text:
        return None
    start = _after(_DOI_LEAD, text)
    prefix = _DOI_PREFIX.match(text, start)
    if prefix is None:
        return None
    suffix = text[prefix.end() :]
    if "doi.org" in text[:start]:
        suffix = _DOI_QUERY.sub("", suffix)
    suffix = _without_trailing(suffix)
    if _NOT_IN_DOI.search(suffix) or _NEXT_DOI.search(suffix):
        return None
    return prefix.group() + suffix if suffix.isprintable() and any(map(str.isalnum, suffix)) else None


def find_dois(raw: str) -> tuple[str, ...]:
    """All DOIs in a text field, in order and without repeats; separators are whitespace, ',', ';' and '|'."""
    pieces = (piece for word in raw.split() for piece in _NEXT_DOI.split(_unescape(word)))
    dois = (normalise_doi(piece) for piece in pieces)
    return tuple(dict.fromkeys(doi for doi in dois if doi is not None))


def _without_trailing(suffix: str) -> str:
    """``suffix`` without the sentence's punctuation; a bracket stays when its partner is in the suffix."""
    while suffix and not suffix.endswith("..."):
        last = suffix[-1]
        unbalanced = last in _OPENING and suffix.count(last) > suffix.count(_OPENING[last])
        if not (unbalanced or last in _DOI_TRAILING or last.isspace()):
            break
        suffix = suffix[:-1]
    return suffix


_ARXIV_DOI = "10.48550/arxiv."
_ARXIV_LEAD = re.compile(
    r"(?:https?:)?(?://)?(?:[a-z]+\.)?(?:arxiv\.org|xxx\.lanl\.gov)/(?:abs|pdf|html|format|e-print|ps)/"
    r"|oai:arxiv\.org:|arxiv(?: e-prints?| preprints?)?[\s:.,]*|corr[\s,]*|abs/"
)
# The stamp on the paper adds its class and date: 'arXiv:0706.0001v1 [q-bio.CB] 1 Jun 2007'.
_ARXIV_STAMP = re.compile(r"\s*[\[(][a-z.-]{1,20}[\])](?:\s+[0-9]{1,2} [a-z]{3} [0-9]{4})?$")
_ARXIV_ARCHIVE = (
    "astro-ph|cond-mat|gr-qc|hep-ex|hep-lat|hep-ph|hep-th|math-ph|nucl-ex|nucl-th|quant-ph|physics|math|nlin|cs|"
    "q-bio|acc-phys|adap-org|alg-geom|ao-sci|atom-ph|bayes-an|chao-dyn|chem-ph|cmp-lg|comp-gas|dg-ga|funct-an|"
    "mtrl-th|patt-sol|plasm-ph|q-alg|solv-int|supr-con"
)
_ARXIV_ID = re.compile(
    rf"(?:({_ARXIV_ARCHIVE})(?:\.[a-z-]+)?/)?"
    r"([0-9]{2}(?:0[1-9]|1[0-2]))([0-9]{3}|\.[0-9]{4,5})(?:v([1-9][0-9]{0,4}))?"
)


@lru_cache(maxsize=1024)  # a record's id is looked at two or three times
def normalise_arxiv(raw: str) -> ArxivId | None:
    """The arXiv id in ``raw`` and its version, None when ``raw`` is not one arXiv id.

    Rules after https://info.arxiv.org/help/arxiv_identifier.html: old ids run from 9107 to 0703 and drop
    the subject class; new ones have four digits from 0704, five from 1501; numbers count from 1.
    """
    text = _unescape(raw)
    return _arxiv_of(text, _doi_of(text))


def _arxiv_of(text: str, doi: str | None) -> ArxivId | None:
    """The arXiv id that an unescaped text is, or the DOI in it."""
    text = doi.removeprefix(_ARXIV_DOI) if doi else text.strip(_WRAPPING)
    start = _after(_ARXIV_LEAD, text)
    lead, text = text[:start], text[start:]
    if "/" in lead:
        text = re.split(r"[?#]", text, maxsplit=1)[0].rstrip("/").removesuffix(".pdf")
    match = _ARXIV_ID.fullmatch(text) or _ARXIV_ID.fullmatch(_ARXIV_STAMP.sub("", text))
    if match is None:
        return None
    archive, month, number, version = match.groups()
    if archive:
        valid = len(number) == len("001") and not "0703" < month < "9107"
    else:
        valid = month >= "0704" and len(number) == len(".0001" if month < "1501" else ".00001")
    if not valid or not number.strip(".0"):
        return None
    id = f"{archive}/{month}{number}" if archive else month + number
    return ArxivId(id, int(version) if version else None)


def arxiv_doi(id: str) -> str:
    """The DOI that arXiv registers for the paper ``id`` (an ``ArxivId.id``), in normal form."""
    return _ARXIV_DOI + id


_AWARD_URL = re.compile(r"(?:https?://)?(?:www\.)?nsf\.gov/\S*[?&](?:awd_id|awardnumber)=([0-9]{7})(?:[&#]\S*)?")
# Other letters before the number are rejected: 'BSF 2019123' is another funder's award.
_AWARD_LEAD = re.compile(
    r"\(s\)|[\s:#.,=/()\[\]-]|(?:nsf|u\.s\.|us|national|science|foundation|awards?|grants?|contract|ids?|nos?|num|"
    r"numbers?|under|fund|program|career|eager|rapid|mri|crii|frg|rtg|rui|goali|grfp|sbir|sttr|af|shf|iii|ri|"
    r"nets|satc|cps|cssi|aci|ags|ani|ant|arc|asc|ast|atm|bcs|bio|bir|cbet|ccf|ccr|cda|che|cise|cmmi|cms|cns|"
    r"cts|dbi|deb|dge|dmi|dmr|dms|drl|due|dub|ear|eccs|ecs|eec|efma|efri|eng|ehr|edu|eia|esi|far|geo|hcc|hrd|"
    r"ibn|icer|iip|iis|int|ios|iri|ise|itr|iti|ite|mcb|mps|mss|ncr|nrt|oac|oci|oce|ohr|oia|oise|opp|osi|phy|"
    r"plr|rec|res|sbe|sbr|ses|sma|stc|tip|ti)(?![a-z])"
)
_PAR_URL = re.compile(r"(?:https?://)?par\.nsf\.gov/(?:biblio|servlets/purl)/([1-9][0-9]{6,8})(?:[-/?#]\S*)?")
_PAR = re.compile(r"(?:osti_|(?:nsf[\s-]?)?par(?:\s?id)?\s*[:#]?\s*)?([1-9][0-9]{6,8})")


def normalise_nsf_award(raw: str) -> str | None:
    """The seven-digit NSF award number in ``raw``, leading zeros kept, None when ``raw`` is not one.

    Accepts labels, directorate and programme prefixes ('CCF-1919117') and award page addresses. Six
    digits are not padded: a lost zero and a lost digit look the same.
    """
    text = _bare(raw)
    plain = re.fullmatch(r"[0-9]{7}", text[_after(_AWARD_LEAD, text) :])
    return plain.group() if plain else _read(raw, _AWARD_URL)


def normalise_par_id(raw: str) -> str | None:
    """The NSF Public Access Repository id in ``raw`` as seven to nine digits, None when it is not one."""
    return _read(raw, _PAR_URL, _PAR)


_ORCID = re.compile(
    r"(?:orcid(?:\s?id)?\s*[:=]?\s*)?(?:(?:https?://)?(?:www\.)?orcid\.org/)?"
    r"((?:[0-9]{4}[ -]?){3}[0-9]{3}[0-9x])/?(?:[?#]\S*)?"
)
_ISSN = re.compile(
    r"(?:(?:urn:)?(?:(?:e|p|print|online|electronic)[\s-]?)?issn(?:-l)?\s*(?:\([a-z]+\)\s*)?[:=]?\s*)?"
    r"([0-9]{4}[ -]?[0-9]{3}[0-9x])(?:\s*\([a-z]+\))?"
)
_ISBN = re.compile(
    r"(?:(?:urn:)?(?:[ep][\s-]?)?isbn(?:[\s-]?1[03])?\s*(?:\([a-z]+\)\s*)?[:=]?\s*)?"
    r"([0-9](?:[ -]?[0-9]){8,11}[ -]?[0-9x])(?:\s*\([a-z. ]+\))?"
)
_PMID_URL = re.compile(
    r"(?:https?://)?(?:www\.|pubmed\.)?ncbi\.nlm\.nih\.gov/(?:pubmed/)?([1-9][0-9]{0,8})(?:[/?#]\S*)?"
)
_PMID = re.compile(r"(?:(?:info:)?(?:pmid|pubmed(?: id)?)[\s:=/]*)?([1-9][0-9]{0,8})(?:\s*\[pubmed.*\])?")


def normalise_orcid(raw: str) -> str | None:
    """The ORCID iD in ``raw`` as ``dddd-dddd-dddd-dddX`` with a right ISO 7064 MOD 11-2 check, or None."""
    digits = _read(raw, _ORCID) or ""
    total = sum(int(digit) << place for place, digit in enumerate(reversed(digits[:-1]), start=1))
    if not digits or "0123456789X"[(12 - total) % 11] != digits[-1]:
        return None
    return "-".join(digits[place : place + 4] for place in range(0, 16, 4))


def normalise_issn(raw: str) -> str | None:
    """The ISSN in ``raw`` as ``dddd-dddX`` with a right check digit (ISO 3297), None when it is not one."""
    digits = _read(raw, _ISSN) or ""
    return f"{digits[:4]}-{digits[4:]}" if _mod11_holds(digits) else None


def normalise_isbn(raw: str) -> str | None:
    """The ISBN in ``raw`` as 13 digits (ISO 2108; ten digits are converted), None when it is not one."""
    digits = _read(raw, _ISBN) or ""
    if len(digits) == 10 and _mod11_holds(digits):
        digits = f"978{digits[:9]}{_ean_check_digit('978' + digits[:9])}"
    # 979-0 is the prefix of printed music (ISMN).
    is_book = len(digits) == 13 and digits.startswith(("978", "979")) and not digits.startswith("9790")
    return digits if is_book and _ean_check_digit(digits[:12]) == digits[12] else None


def normalise_pmid(raw: str) -> str | None:
    """The PubMed id in ``raw`` as one to nine digits without leading zeros, None when it is not one."""
    return _read(raw, _PMID_URL, _PMID)


def _mod11_holds(digits: str) -> bool:
    """Whether the weighted sum of an ISSN or ISBN-10 divides by 11; nothing but zeros is a placeholder."""
    values = [10 if digit == "X" else int(digit) for digit in reversed(digits)]
    return any(values) and sum(weight * value for weight, value in enumerate(values, start=1)) % 11 == 0


def _ean_check_digit(digits: str) -> str:
    return str(-sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits)) % 10)


_NUMBERS: tuple[tuple[Scheme, Callable[[str], str | None]], ...] = (
    ("nsf_par", normalise_par_id),
    ("isbn", normalise_isbn),
    ("issn", normalise_issn),
    ("pmid", normalise_pmid),
)


def name_scheme(raw: str) -> tuple[Scheme, str] | None:
    """The scheme of the identifier in ``raw`` and its normal form, None when there is not exactly one.

    arXiv comes before DOI, so that arXiv's own DOIs count as arXiv ids; the value has no version.
    """
    text = _unescape(raw)
    doi = _doi_of(text)
    if arxiv := _arxiv_of(text, doi):
        return "arxiv", arxiv.id
    if doi:
        return "doi", doi
    # Plain digits fit several schemes; only a label or an address says which.
    if _bare(raw)[:1].isdigit():
        return None
    found = ((scheme, normalise(raw)) for scheme, normalise in _NUMBERS)
    return next(((scheme, value) for scheme, value in found if value), None)
