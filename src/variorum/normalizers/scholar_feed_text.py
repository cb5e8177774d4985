"""Scholar Feed papers, rendered text. Classes are arXiv's without their archive; words are arXiv's, TeX included."""

from __future__ import annotations

from variorum.normalizers._dates import parse_date
from variorum.normalizers._fields import Fields
from variorum.normalizers._names import split_name
from variorum.normalizers._text import clean
from variorum.schema import Author, Entry, Record

FORMAT = "scholar_feed_text"

# arXiv's subject classes by archive; the feed drops the archive. https://arxiv.org/category_taxonomy
_CLASSES = {
    "cs": "AI AR CC CE CG CL CR CV CY DB DC DL DM DS ET FL GL GR GT HC IR IT LG LO MA MM MS NE NI OS PF "
    "PL RO SC SD SE SI SY NA",
    "eess": "AS IV SP SY",
    "econ": "EM GN TH",
    "math": "AC AG AP AT CA CO CT CV DG DS FA GM GN GR GT HO IT KT LO MG MP NA NT OA OC PR QA RA RT SG SP ST",
    "stat": "AP CO ME ML OT TH",
    "q-bio": "BM CB GN MN NC OT PE QM SC TO",
    "q-fin": "CP EC GN MF PM PR RM ST TR",
}


def normalise(entry: Entry, fields: Fields) -> Record:
    """One paper as a record; title and first author carry low confidence when their split was inferred."""
    subject, certain = subject_of(fields.take("subject") or "")
    date, title, abstract = fields.take("date"), fields.take("title") or "", fields.take("abstract") or ""
    inferred = fields.take("byline_inferred") is not None
    flags = [
        *(["code_available"] if fields.take("code") else []),
        *(["low_confidence:title", "low_confidence:authors"] if inferred else []),
        *([] if certain else ["low_confidence:subjects"]),
    ]
    return Record(
        source=entry.source,
        source_key=entry.source_key,
        format=FORMAT,
        kind="article",
        title=clean(title, tex=True),
        title_raw=title,
        authors=tuple(_author(name) for name in fields.take_values("authors")),
        authors_complete=fields.take("more_authors") is None,
        abstract=clean(abstract, tex=True),
        abstract_raw=abstract,
        date=parse_date(date) if date else None,
        date_raw=date,
        stage="preprint",
        subjects=(subject,),
        institutions=fields.take_values("institutions"),
        flags=tuple(flags),
    )


def _author(name: str) -> Author:
    family, given = split_name(name)
    return Author(name=name, family=family, given=given)


def subject_of(code: str) -> tuple[str, bool]:
    """The full arXiv class and whether it is certain.

    Computing comes first where a code is in several archives (LG, CV and CL of the feed are computing
    classes), and such a code is certain only when no other archive has it or it is plain from the feed.
    """
    archives = [archive for archive, codes in _CLASSES.items() if code in codes.split()]
    if not archives:
        return code, False
    return f"{archives[0]}.{code}", len(archives) == 1 or code in {"CV"}
