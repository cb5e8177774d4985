"""A made-up OAI-PMH repository that speaks as arXiv's does: lists in pages, tokens, tombstones, errors.

Deterministic: the same request gets the same bytes. ``Repository(papers)`` is a handler for
``tests.loopback.serve``; ``faults`` maps a request's number to what is done instead of answering well.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from urllib.parse import quote, unquote

from tests.loopback import Ask, Reply

SERVED = "2026-11-20T01:02:03Z"

_ENVELOPE = (
    "<?xml version='1.0' encoding='UTF-8'?>\n"
    '<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">'
    "<responseDate>{served}</responseDate>"
    '<request verb="{verb}">http://oaipmh.arxiv.org/oai</request>{content}</OAI-PMH>'
)


@dataclass(frozen=True)
class Paper:
    """One record of the repository; ``day`` is its datestamp."""

    id: str
    day: str
    title: str
    deleted: bool = False
    comments: str = ""

    def header(self) -> str:
        status = ' status="deleted"' if self.deleted else ""
        return (
            f"<header{status}><identifier>oai:arXiv.org:{self.id}</identifier>"
            f"<datestamp>{self.day}</datestamp><setSpec>cs:cs:DL</setSpec></header>"
        )

    def record(self, *, dublin_core: bool = False) -> str:
        if self.deleted:
            return f"<record>{self.header()}</record>"
        if dublin_core:
            return (
                f"<record>{self.header()}<metadata>"
                '<dc xmlns="http://purl.org/dc/elements/1.1/">'
                f"<title>{escape(self.title)}</title><creator>Roe, Ann</creator><date>2020</date>"
                f"<identifier>https://made-up.example/{self.id}</identifier></dc></metadata></record>"
            )
        comments = f"<comments>{escape(self.comments)}</comments>" if self.comments else ""
        number = int(self.id.split(".")[1])
        return (
            f"<record>{self.header()}<metadata>"
            '<arXiv xmlns="http://arxiv.org/OAI/arXiv/">'
            f"<id>{self.id}</id><created>2020-01-{number % 28 + 1:02d}</created>"
            f"<authors><author><keyname>Roe</keyname><forenames>Ann {chr(65 + number % 26)}.</forenames></author>"
            f"<author><keyname>Poe{number % 97}</keyname><forenames>Bo</forenames></author></authors>"
            f"<title>{escape(self.title)}</title><categories>cs.DL cs.IR</categories>{comments}"
            f"<abstract>  We measure how {escape(self.title.lower())} behaves in case {number}, and find that it does."
            "</abstract></arXiv></metadata></record>"
        )


def papers(count: int, *, per_day: int = 500, start: int = 1) -> list[Paper]:
    """Papers with rising datestamps from 2026-01-01 on."""
    found = []
    for number in range(start, start + count):
        day = (number - 1) // per_day
        stamp = f"2026-{day // 28 + 1:02d}-{day % 28 + 1:02d}"
        found.append(
            Paper(
                f"{2001 + (number - 1) // 99_000}.{(number - 1) % 99_000 + 1:05d}", stamp, f"Counting seabird {number}"
            )
        )
    return found


Fault = Callable[["Repository", Ask], Reply | None]


@dataclass
class Repository:
    """Answers Identify, ListRecords and GetRecord. ``served`` is the day its clock shows."""

    papers: Sequence[Paper]
    page_size: int = 100
    faults: Mapping[int, Fault] = field(default_factory=dict)
    served: str = SERVED
    earliest: str = "2007-05-23"
    expired: set[str] = field(default_factory=set)
    token_of: Callable[[str], str] = quote
    dublin_core: bool = False
    refuses_early: bool = True

    def __call__(self, ask: Ask) -> Reply:
        fault = self.faults.get(ask.number)
        reply = fault(self, ask) if fault is not None else None
        return reply if reply is not None else self.answer(ask)

    def answer(self, ask: Ask) -> Reply:
        """The true answer."""
        match ask.value("verb"):
            case "Identify":
                return self.says(
                    "Identify",
                    f"<Identify><repositoryName>Made up</repositoryName><earliestDatestamp>{self.earliest}"
                    "</earliestDatestamp><deletedRecord>persistent</deletedRecord>"
                    "<granularity>YYYY-MM-DD</granularity></Identify>",
                )
            case "GetRecord":
                wanted = ask.value("identifier").removeprefix("oai:arXiv.org:")
                found = next((paper for paper in self.papers if paper.id == wanted), None)
                if found is None:
                    return self.error("GetRecord", "idDoesNotExist", f"nothing is called {wanted}")
                return self.says("GetRecord", f"<GetRecord>{self.record(found)}</GetRecord>")
            case "ListRecords":
                return self._list(ask)
        return self.error("", "badVerb", "no such verb")

    def _list(self, ask: Ask) -> Reply:
        token = ask.value("resumptionToken")
        if token:
            if token in self.expired:
                return self.error("ListRecords", "badResumptionToken", "the token has expired")
            first, last, skip = unquote(token).split("|")
        else:
            first, last, skip = ask.value("from"), ask.value("until"), "0"
            if first and first < self.earliest and self.refuses_early:
                return self.error("ListRecords", "badArgument", "from is before the earliest datestamp")
        chosen = [paper for paper in self.papers if first <= paper.day and (not last or paper.day <= last)]
        if not chosen:
            return self.error("ListRecords", "noRecordsMatch", "nothing matches")
        start = int(skip)
        page = chosen[start : start + self.page_size]
        more = ""
        if start + self.page_size < len(chosen):
            more = self.token(f"{first}|{last}|{start + self.page_size}")
        return self.says("ListRecords", f"<ListRecords>{''.join(map(self.record, page))}{more}</ListRecords>")

    def record(self, paper: Paper) -> str:
        """A paper's record in the repository's format."""
        return paper.record(dublin_core=self.dublin_core)

    def token(self, text: str) -> str:
        """A token element as arXiv writes it."""
        return f'<resumptionToken expires="2026-11-21T00:00:00Z">{escape(self.token_of(text))}</resumptionToken>'

    def says(self, verb: str, content: str) -> Reply:
        body = _ENVELOPE.format(verb=verb, content=content, served=self.served)
        return Reply(body.encode(), headers={"Content-Type": "text/xml"})

    def error(self, verb: str, code: str, message: str) -> Reply:
        return self.says(verb, f"<error code='{code}'>{message} Reason: made up</error>")
