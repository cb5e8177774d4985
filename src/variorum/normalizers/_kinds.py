"""Publication types by the names that files, databases and repositories give them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from variorum.schema import Kind

# Type names of BibTeX, RIS, CSL, Crossref and the words databases use, letters only.
_KIND_NAMES: tuple[tuple[Kind, str], ...] = (
    ("article", "preprint postedcontent workingpaper eprint"),
    (
        "article-journal",
        "article articlejournal articlemagazine articlenewspaper journalarticle magazinearticle newspaperarticle"
        " jour ejour jfull mgzn news inpr journal periodicalarticle researcharticle reviewarticle review",
    ),
    (
        "paper-conference",
        "inproceedings conference conferencepaper conferencearticle conferenceproceeding conferenceproceedings"
        " paperconference cpaper conf proceedings proceedingspaper proceedingsarticle",
    ),
    ("book", "book ebook edbook mvbook editedbook monograph collection mvcollection referencebook"),
    (
        "chapter",
        "incollection inbook suppbook inreference chap echap chapter bookchapter booksection bookpart"
        " encyc entryencyclopedia encyclopediaarticle",
    ),
    ("thesis", "phdthesis mastersthesis mathesis thesis thes dissertation doctoralthesis"),
    ("report", "techreport technicalreport report rprt govdoc"),
    ("dataset", "dataset data datafile aggr"),
    ("software", "software comp computerprogram"),
    (
        "document",
        "misc unpublished unpb manuscript manscpt booklet manual online electronic elec gen generic webpage"
        " other document",
    ),
)
_KINDS = {name: kind for kind, names in _KIND_NAMES for name in names.split()}


def kind_of_type(name: str) -> Kind | None:
    """The CSL type that a type's name stands for; None for a name that is not known."""
    bare = name.lower().rpartition("/")[2]  # info:eu-repo/semantics/article, http://purl.org/…/article
    return _KINDS.get("".join(filter(str.isalpha, bare)))
