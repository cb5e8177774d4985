"""The identifier rules: tables of what sources write, then properties that hold for any text."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import ValidationError

from variorum.schema import Identifier, identify
from variorum.schema.identifiers import (
    ArxivId,
    Role,
    arxiv_doi,
    find_dois,
    normalise_arxiv,
    normalise_doi,
    normalise_isbn,
    normalise_issn,
    normalise_nsf_award,
    normalise_orcid,
    normalise_par_id,
    normalise_pmid,
)

CELL = "10.1016/s0092-8674(00)80682-0"
SICI = "10.1002/(sici)1097-0258(19980815/30)17:15/16<1661::aid-sim968>3.0.co;2-2"
HASH = "10.1002/1521-3951(199707)202:1<3::aid-pssb3>3.0.co;2-#"


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("10.1103/PhysRevD.60.014001", "10.1103/physrevd.60.014001"),
        # labels and resolvers
        ("doi:10.1000/xyz", "10.1000/xyz"),
        ("DOI 10.1000/xyz", "10.1000/xyz"),
        ("DOI: 10.1000/xyz", "10.1000/xyz"),
        ("DOI10.1000/xyz", "10.1000/xyz"),
        ("doi = 10.1000/xyz", "10.1000/xyz"),
        ("doi:doi:10.1000/xyz", "10.1000/xyz"),
        ("(doi) 10.1000/xyz", "10.1000/xyz"),
        ("info:doi/10.1000/xyz", "10.1000/xyz"),
        ("urn:doi:10.1000/xyz", "10.1000/xyz"),
        ("https://doi.org/10.1000/xyz", "10.1000/xyz"),
        ("http://dx.doi.org/10.1000/xyz", "10.1000/xyz"),
        ("HTTPS://DOI.ORG/10.1000/XYZ", "10.1000/xyz"),
        ("https://www.doi.org/10.1000/xyz", "10.1000/xyz"),
        ("dx.doi.org/10.1000/xyz", "10.1000/xyz"),
        ("doi.org/10.1000/xyz", "10.1000/xyz"),
        ("//doi.org/10.1000/xyz", "10.1000/xyz"),
        ("https:/doi.org/10.1000/xyz", "10.1000/xyz"),
        ("https//doi.org/10.1000/xyz", "10.1000/xyz"),
        ("http://10.1000/xyz", "10.1000/xyz"),
        ("https://doi.org/ 10.1000/xyz", "10.1000/xyz"),
        ("https://doi.org//10.1000/xyz", "10.1000/xyz"),
        ("https://doi.org/doi:10.1000/xyz", "10.1000/xyz"),
        ("http://dx.doi.org/https://doi.org/10.1000/x", "10.1000/x"),
        ("https://doi.org/https://doi.org/https://doi.org/10.1000/x", "10.1000/x"),
        ("http://https://doi.org/10.1000/x", "10.1000/x"),
        ("https://doi-org.proxy.lib.example.edu/10.1000/x", "10.1000/x"),
        ("https://doi.org.ezproxy.example.edu/10.1000/x", "10.1000/x"),
        ("https://doi.org/10.1000/x?utm_source=feed&utm_medium=rss", "10.1000/x"),
        ("https://doi.org/10.1000/x#abstract", "10.1000/x"),
        # escapes
        ("10.1000%2Fxyz", "10.1000/xyz"),
        ("https%3A%2F%2Fdoi.org%2F10.1000%2Fxyz", "10.1000/xyz"),
        ("https://doi.org/10.1000%252Fxyz", "10.1000/xyz"),
        ("10.1016/S0092-8674%2800%2980682-0", CELL),
        ("10.1002/(SICI)1097-0258(19980815/30)17:15/16%3C1661::AID-SIM968%3E3.0.CO;2-2", SICI),
        ("10.1002/(SICI)1097-0258(19980815/30)17:15/16&lt;1661::AID-SIM968&gt;3.0.CO;2-2", SICI),
        ("10.1002/(SICI)1097-0258(19980815/30)17:15/16&amp;lt;1661::AID-SIM968&amp;gt;3.0.CO;2-2", SICI),
        (SICI.replace("<", r"{\textless}").replace(">", r"{\textgreater}"), SICI),
        (r"10.1007/978-3-540-74958-5\_12", "10.1007/978-3-540-74958-5_12"),
        (r"10.1007/978-3-540-74958-5{\_}12", "10.1007/978-3-540-74958-5_12"),
        (r"10.1007/978-3-540-74958-5\\_12", "10.1007/978-3-540-74958-5_12"),
        (r"10.1000/a\%2Fb", "10.1000/a/b"),
        (r"10.1000/100\%x", "10.1000/100%x"),
        (r"https:\/\/doi.org\/10.1000\/xyz", "10.1000/xyz"),
        (r"\url{https://doi.org/10.1000/xyz}", "10.1000/xyz"),
        (r"\doi{10.1000/xyz}", "10.1000/xyz"),
        # what surrounds it
        ("  10.1000/xyz \n", "10.1000/xyz"),
        ('"10.1000/xyz"', "10.1000/xyz"),
        ("“10.1000/xyz”", "10.1000/xyz"),
        ("<10.1000/xyz>", "10.1000/xyz"),
        ("<https://doi.org/10.1000/xyz>.", "10.1000/xyz"),
        ("{10.1000/xyz}", "10.1000/xyz"),
        ("[doi:10.1000/xyz]", "10.1000/xyz"),
        ("(10.1000/xyz).", "10.1000/xyz"),
        (". 10.1000/xyz", "10.1000/xyz"),
        ("10.1000/xyz.", "10.1000/xyz"),
        ("10.1000/xyz.,;:", "10.1000/xyz"),
        ("10.1000/xyz)", "10.1000/xyz"),
        ("10.1000/xyz).]}>", "10.1000/xyz"),
        ("10.1000/xyz ).", "10.1000/xyz"),
        ("10.1016/S0092-8674(00)80682-0", CELL),
        ("(10.1016/S0092-8674(00)80682-0)", CELL),
        ("10.1016/0370-2693(91)91641-8.", "10.1016/0370-2693(91)91641-8"),
        ("10.1000/a(b)", "10.1000/a(b)"),
        ("10.1000/a(b))", "10.1000/a(b)"),
        ("10.1000/xyz(", "10.1000/xyz"),
        # invisible characters and dashes
        ("10.1000/\u200bxyz", "10.1000/xyz"),
        ("\ufeff10.1000/xyz", "10.1000/xyz"),
        ("10.1000/x\u00adyz", "10.1000/xyz"),
        ("10.1000/xyz%E2%80%8B", "10.1000/xyz"),
        ("\u00a010.1000/xyz\u00a0", "10.1000/xyz"),
        ("10.1007/978\u20113\u2011540", "10.1007/978-3-540"),
        ("10.1007/978–3–540", "10.1007/978-3-540"),
        # odd but valid
        ("10.1000//x", "10.1000//x"),
        ("10.1000.10/123456", "10.1000.10/123456"),
        ("10.1000/182", "10.1000/182"),
        ("10.1002/(ISSN)1521-3773", "10.1002/(issn)1521-3773"),
        ("10.1002/1521-3951(199707)202:1<3::AID-PSSB3>3.0.CO;2-#", HASH),
        ("https://doi.org/10.1002/1521-3951(199707)202:1<3::AID-PSSB3>3.0.CO;2-#", HASH),
        ("10.123456789/x", "10.123456789/x"),
        ("10.1000/ÉTÉ", "10.1000/ÉtÉ"),
        ("10.48550/arXiv.2101.00001", "10.48550/arxiv.2101.00001"),
        ("https://doi.org/10.1000/x/", "10.1000/x/"),
        # not one DOI
        ("", None),
        ("doi", None),
        ("doi:", None),
        ("n/a", None),
        ("10.1000", None),
        ("10.1000/", None),
        ("10.1000/.", None),
        ("10.1000//", None),
        ("10.114/abc", None),
        ("10.1/x", None),
        ("11.1000/x", None),
        ("10.abcd/x", None),
        ("10.1000a/x", None),
        ("10.1000./x", None),
        ("10.1000/x y", None),
        ("10.1000/ xyz", None),
        ("10.1000/x%20y", None),
        ("10.1000/x\u00a0y", None),
        ("10.1000/x\ty", None),
        ("10.1000/x\x00y", None),
        ("10.1000/x\ud800", None),
        ("10.1000/caf%E9", None),
        ("10.1000/abc…", None),
        ("10.1000/abc...", None),
        ("10.1000/x</a>", None),
        ("10.1000/xhttps://doi.org/10.1000/x", None),
        ("10.1000/x 10.1000/y", None),
        ("10.1000/x;10.1000/y", None),
        ("10.1000/x,doi:10.1000/y", None),
        ("https://dl.acm.org/doi/10.1145/3308558", None),
        ("https://hdl.handle.net/2027/xyz", None),
        ("１０.1000/x", None),
        ("10.1000/" + "x" * 3000, None),
        ("10.1000/x%" + "25" * 20 + "2F", None),
    ],
)
def test_doi(raw: str, expected: str | None) -> None:
    assert normalise_doi(raw) == expected


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("10.1000/a 10.1000/b", ("10.1000/a", "10.1000/b")),
        ("10.1000/b 10.1000/a 10.1000/B", ("10.1000/b", "10.1000/a")),
        ("10.1000/a;10.1000/b", ("10.1000/a", "10.1000/b")),
        ("10.1000/a, 10.1000/b", ("10.1000/a", "10.1000/b")),
        ("10.1000/a,10.1000/b,10.1000/c", ("10.1000/a", "10.1000/b", "10.1000/c")),
        ("10.1000/a|doi:10.1000/b", ("10.1000/a", "10.1000/b")),
        ("https://doi.org/10.1000/a;https://doi.org/10.1000/b", ("10.1000/a", "10.1000/b")),
        ("https://doi.org/10.1000/a%20https://doi.org/10.1000/b", ("10.1000/a", "10.1000/b")),
        ("10.1000/a\n10.1000/b\t10.1000/c", ("10.1000/a", "10.1000/b", "10.1000/c")),
        ("DOI: 10.1000/a and DOI: 10.1000/b.", ("10.1000/a", "10.1000/b")),
        ("Erratum (doi:10.1000/a); see also [10.1000/b].", ("10.1000/a", "10.1000/b")),
        ("published as 10.1016/S0092-8674(00)80682-0 (2000)", (CELL,)),
        (f"{SICI} {SICI.upper()}", (SICI,)),
        ("10.1000/a;b", ("10.1000/a;b",)),
        ("10.114/a 10.1000/b", ("10.1000/b",)),
        ("x" * 5000 + " 10.1000/b", ("10.1000/b",)),
        ("see https://dl.acm.org/doi/10.1145/3308558", ()),
        ("no identifier here", ()),
        ("", ()),
    ],
)
def test_find_dois(raw: str, expected: tuple[str, ...]) -> None:
    assert find_dois(raw) == expected


@pytest.mark.parametrize(
    ("raw", "id", "version"),
    [
        # new numbering
        ("0704.0001", "0704.0001", None),
        ("1412.9999", "1412.9999", None),
        ("1501.00001", "1501.00001", None),
        ("1501.00001v12", "1501.00001", 12),
        ("1501.00001V2", "1501.00001", 2),
        ("9912.12345v2", "9912.12345", 2),
        # old numbering
        ("hep-th/9901001", "hep-th/9901001", None),
        ("hep-th/9901001v3", "hep-th/9901001", 3),
        ("HEP-TH/9901001", "hep-th/9901001", None),
        ("math.CA/0611800", "math/0611800", None),
        ("math.CA/0611800v2", "math/0611800", 2),
        ("cond-mat.str-el/9901001", "cond-mat/9901001", None),
        ("hep-th/9107001", "hep-th/9107001", None),
        ("math/0703001", "math/0703001", None),
        ("cs/0112017", "cs/0112017", None),
        ("cmp-lg/9404001", "cmp-lg/9404001", None),
        ("alg-geom/9202001", "alg-geom/9202001", None),
        ("supr-con/9601001", "supr-con/9601001", None),
        # labels
        ("arXiv:1501.00001", "1501.00001", None),
        ("arxiv: 1501.00001v1", "1501.00001", 1),
        ("arXiv 1501.00001", "1501.00001", None),
        ("ARXIV.1501.00001", "1501.00001", None),
        ("arXiv:arXiv:1501.00001", "1501.00001", None),
        ("arXiv:hep-th/9901001", "hep-th/9901001", None),
        ("oai:arXiv.org:1501.00001", "1501.00001", None),
        ("oai:arXiv.org:hep-th/9901001", "hep-th/9901001", None),
        ("arXiv preprint arXiv:1501.00001", "1501.00001", None),
        ("arXiv e-prints, arXiv:1501.00001", "1501.00001", None),
        ("CoRR abs/1501.00001", "1501.00001", None),
        ("CoRR, abs/cs/0112017", "cs/0112017", None),
        # the stamp on the first page
        ("arXiv:1501.00001v12 [cs.CL]", "1501.00001", 12),
        ("arXiv:1501.00001[cs]", "1501.00001", None),
        ("arXiv:1501.00001 (cond-mat.str-el)", "1501.00001", None),
        ("arXiv:0706.0001v1 [q-bio.CB] 1 Jun 2007", "0706.0001", 1),
        # addresses
        ("http://arxiv.org/abs/1501.00001", "1501.00001", None),
        ("https://arxiv.org/abs/1501.00001v2", "1501.00001", 2),
        ("https://www.arxiv.org/abs/1501.00001", "1501.00001", None),
        ("https://export.arxiv.org/abs/1501.00001", "1501.00001", None),
        ("https://arxiv.org/pdf/1501.00001", "1501.00001", None),
        ("https://arxiv.org/pdf/1501.00001v2.pdf", "1501.00001", 2),
        ("https://arxiv.org/pdf/hep-th/9901001.pdf#page=3", "hep-th/9901001", None),
        ("https://arxiv.org/html/1501.00001v1", "1501.00001", 1),
        ("https://arxiv.org/format/1501.00001", "1501.00001", None),
        ("https://arxiv.org/e-print/1501.00001", "1501.00001", None),
        ("https://arxiv.org/abs/1501.00001?context=cs.LG#top", "1501.00001", None),
        ("https://arxiv.org/abs/1501.00001/", "1501.00001", None),
        ("https://arxiv.org/abs/hep-th%2F9901001", "hep-th/9901001", None),
        ("https://arxiv.org/abs/arXiv:1501.00001", "1501.00001", None),
        ("arxiv.org/abs/1501.00001", "1501.00001", None),
        ("http://xxx.lanl.gov/abs/hep-th/9901001", "hep-th/9901001", None),
        # the DOI form
        ("10.48550/arXiv.1501.00001", "1501.00001", None),
        ("10.48550/ARXIV.1501.00001", "1501.00001", None),
        ("10.48550/arXiv.1501.00001v3", "1501.00001", 3),
        ("doi:10.48550/arxiv.hep-th/9901001", "hep-th/9901001", None),
        ("https://doi.org/10.48550/arXiv.math/0611800", "math/0611800", None),
        ("https://doi.org/10.48550%2FarXiv.1501.00001.", "1501.00001", None),
        # what surrounds it
        (" <1501.00001>. ", "1501.00001", None),
        ("{arXiv:1501.00001}", "1501.00001", None),
        ("arXiv:\u200b1501.00001", "1501.00001", None),
        ("hep\u2010th/9901001", "hep-th/9901001", None),
    ],
)
def test_arxiv(raw: str, id: str, version: int | None) -> None:
    assert normalise_arxiv(raw) == ArxivId(id, version)


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "arXiv",
        "arXiv:",
        "0808.05394",  # five digits before 2015
        "1501.0001",  # four digits after 2014
        "1501.000001",
        "0703.0001",  # the old numbering still ran
        "0613.0001",
        "1513.00001",
        "1500.00001",
        "0704.0000",
        "1501.00000",
        "1501.00001v0",
        "1501.00001v01",
        "1501.00001v",
        "1501.00001?",
        "150100001",
        "9901001",  # no archive
        "hep-th/9106001",
        "hep-th/0704001",
        "hep-th/9913001",
        "hep-th/9901000",
        "hep-th/99010010",
        "hep-th/9901.001",
        "hep-xx/9901001",
        "math/1501.00001",
        "1501.00001 1501.00002",
        "https://arxiv.org/list/cs/1501",
        "https://arxiv.org.example.com/abs/1501.00001",
        "https://example.com/abs/1501.00001",
        "10.1000/arxiv.1501.00001",
        "10.48550/1501.00001",
        "١٥٠١.00001",
    ],
)
def test_not_arxiv(raw: str) -> None:
    assert normalise_arxiv(raw) is None


def test_arxiv_doi_is_in_normal_form_and_leads_back() -> None:
    assert arxiv_doi("1501.00001") == "10.48550/arxiv.1501.00001"
    for id in ("1501.00001", "hep-th/9901001"):
        assert normalise_doi(arxiv_doi(id)) == arxiv_doi(id)
        assert normalise_arxiv(arxiv_doi(id)) == ArxivId(id, None)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("1919117", "1919117"),
        ("0802290", "0802290"),
        (" 1919117. ", "1919117"),
        ("NSF-1919117", "1919117"),
        ("NSF 1919117", "1919117"),
        ("NSF: 1919117", "1919117"),
        ("#1919117", "1919117"),
        ("Award ID: 1919117", "1919117"),
        ("Award ID(s): 1919117", "1919117"),
        ("Award No. 1919117", "1919117"),
        ("NSF Grant No. DMS-0802290", "0802290"),
        ("NSF grant number DMS 0802290", "0802290"),
        ("NSF Award #1919117", "1919117"),
        ("CCF-1919117", "1919117"),
        ("CCF–1919117", "1919117"),
        ("CCF\u20111919117", "1919117"),
        ("CCF−1919117", "1919117"),
        ("IIS 1919117", "1919117"),
        ("CNS1919117", "1919117"),
        ("DMS-0802290", "0802290"),
        ("dms-0802290", "0802290"),
        ("NSF CCF-1919117", "1919117"),
        ("NSF-CCF-1919117", "1919117"),
        ("NSF/CCF 1919117", "1919117"),
        ("NSF CAREER CCF-1919117", "1919117"),
        ("CAREER-1919117", "1919117"),
        ("National Science Foundation (NSF) DMS-0802290", "0802290"),
        ("U.S. National Science Foundation 1919117", "1919117"),
        ("https://www.nsf.gov/awardsearch/showAward?AWD_ID=1919117", "1919117"),
        ("http://nsf.gov/awardsearch/showAward.do?AwardNumber=0802290", "0802290"),
        ("https://www.nsf.gov/awardsearch/show-award?AWD_ID=0802290&HistoricalAwards=false", "0802290"),
        ("", None),
        ("NSF", None),
        ("802290", None),
        ("DMS-802290", None),
        ("19191170", None),
        ("1919117 1919118", None),
        ("1919117/1919118", None),
        ("BSF 2019123", None),
        ("NSF-BSF 2019123", None),
        ("NIH 1919117", None),
        ("DE-1919117", None),
        ("1919117A", None),
        ("NSFC 6197211", None),
        ("https://example.org/showAward?AWD_ID=1919117", None),
        ("١٩١٩١١٧", None),
    ],
)
def test_nsf_award(raw: str, expected: str | None) -> None:
    assert normalise_nsf_award(raw) == expected


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("10447589", "10447589"),
        ("1044758", "1044758"),
        ("104475890", "104475890"),
        ("https://par.nsf.gov/biblio/10447589-some-slug", "10447589"),
        ("https://par.nsf.gov/biblio/10447589", "10447589"),
        ("http://par.nsf.gov/biblio/10447589/", "10447589"),
        ("https://par.nsf.gov/servlets/purl/10447589", "10447589"),
        ("par.nsf.gov/servlets/purl/10447589?x=1", "10447589"),
        ("osti_10447589", "10447589"),
        ("@article{osti_10447589,", None),
        ("osti_10447589,", "10447589"),
        ("NSF-PAR ID: 10447589", "10447589"),
        ("NSF PAR ID: 10447589", "10447589"),
        ("PAR ID: 10447589", "10447589"),
        ("PAR ID:\u200b10447589", "10447589"),
        ("", None),
        ("104475", None),
        ("1044758901", None),
        ("0802290", None),
        ("10447589 10447590", None),
        ("https://par.nsf.gov/search/author:x", None),
        ("https://www.osti.gov/biblio/1044758", None),
        ("https://par.nsf.gov/biblio/10447589 and more", None),
    ],
)
def test_par_id(raw: str, expected: str | None) -> None:
    assert normalise_par_id(raw) == expected


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("0000-0002-1825-0097", "0000-0002-1825-0097"),
        ("0000-0002-1694-233X", "0000-0002-1694-233X"),
        ("0000-0002-1694-233x", "0000-0002-1694-233X"),
        ("000000021694233x", "0000-0002-1694-233X"),
        ("ORCID:0000000215835313", "0000-0002-1583-5313"),
        ("ORCID iD: 0000-0002-1825-0097", "0000-0002-1825-0097"),
        ("https://orcid.org/0000-0002-1825-0097", "0000-0002-1825-0097"),
        ("http://www.orcid.org/0000-0002-1825-0097/", "0000-0002-1825-0097"),
        ("orcid.org/0000-0002-1825-0097?lang=en", "0000-0002-1825-0097"),
        ("ORCID: https://orcid.org/0000-0002-1825-0097", "0000-0002-1825-0097"),
        ("0000–0002–1825–0097", "0000-0002-1825-0097"),
        ("0000\u20110002\u20111825\u20110097", "0000-0002-1825-0097"),
        ("0000 0002 1825 0097", "0000-0002-1825-0097"),
        (" 0000-0002-1825-0097, ", "0000-0002-1825-0097"),
        ("", None),
        ("0000-0002-1825-0098", None),
        ("0000-0002-1825-009", None),
        ("0000-0002-1825-00977", None),
        ("0000-0000-0000-0000", None),
        ("000X-0002-1825-0097", None),
        ("https://example.org/0000-0002-1825-0097", None),
        ("A-1234-2008", None),
    ],
)
def test_orcid(raw: str, expected: str | None) -> None:
    assert normalise_orcid(raw) == expected


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("2470-0010", "2470-0010"),
        ("24700010", "2470-0010"),
        ("2470 0010", "2470-0010"),
        ("2470–0010", "2470-0010"),
        ("ISSN 2470-0010", "2470-0010"),
        ("ISSN: 2470-0010", "2470-0010"),
        ("e-ISSN: 2470-0029", "2470-0029"),
        ("eISSN 2470-0029", "2470-0029"),
        ("ISSN-L 2470-0010", "2470-0010"),
        ("Print ISSN: 0028-0836", "0028-0836"),
        ("ISSN (Online): 1476-4687", "1476-4687"),
        ("0028-0836 (Print)", "0028-0836"),
        ("urn:issn:0028-0836", "0028-0836"),
        ("2434-561X", "2434-561X"),
        ("2434-561x;", "2434-561X"),
        ("", None),
        ("2470-0011", None),
        ("2470-001", None),
        ("0000-0000", None),
        ("X470-0010", None),
        ("0028-0836, 1476-4687", None),
    ],
)
def test_issn(raw: str, expected: str | None) -> None:
    assert normalise_issn(raw) == expected


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("9780306406157", "9780306406157"),
        ("978-0-306-40615-7", "9780306406157"),
        ("978 0 306 40615 7", "9780306406157"),
        ("978–0–306–40615–7", "9780306406157"),
        ("ISBN-13: 978-0-306-40615-7", "9780306406157"),
        ("ISBN 13: 978-0-306-40615-7", "9780306406157"),
        ("ISBN13 9780306406157", "9780306406157"),
        ("ISBN: 9780306406157", "9780306406157"),
        ("e-ISBN 978-0-306-40615-7", "9780306406157"),
        ("ISBN 978-0-306-40615-7 (pbk.)", "9780306406157"),
        ("urn:isbn:9780306406157", "9780306406157"),
        ("0-306-40615-2", "9780306406157"),
        ("ISBN-10: 0306406152", "9780306406157"),
        ("0-8044-2957-X", "9780804429573"),
        ("080442957x", "9780804429573"),
        ("979-10-90636-07-1", "9791090636071"),
        ("", None),
        ("978-0-306-40615-8", None),
        ("0-306-40615-3", None),
        ("978030640615", None),
        ("978030640615X", None),
        ("0000000000", None),
        ("979-0-2600-0043-8", None),  # printed music
        ("4006381333931", None),  # an article number outside the book range
        ("9780306406157 9780804429573", None),
    ],
)
def test_isbn(raw: str, expected: str | None) -> None:
    assert normalise_isbn(raw) == expected


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("123", "123"),
        ("PMID: 123", "123"),
        ("pmid123", "123"),
        ("PMID:31452104.", "31452104"),
        ("PubMed ID: 31452104", "31452104"),
        ("PMID: 31452104 [PubMed - indexed for MEDLINE]", "31452104"),
        ("info:pmid/31452104", "31452104"),
        ("https://pubmed.ncbi.nlm.nih.gov/123/", "123"),
        ("https://pubmed.ncbi.nlm.nih.gov/31452104/?from=x", "31452104"),
        ("http://www.ncbi.nlm.nih.gov/pubmed/123", "123"),
        ("ncbi.nlm.nih.gov/pubmed/123", "123"),
        ("", None),
        ("0", None),
        ("0123", None),
        ("1234567890", None),
        ("PMC123456", None),
        ("https://www.ncbi.nlm.nih.gov/pmc/articles/PMC123456/", None),
        ("PMID: 123; PMID: 456", None),
    ],
)
def test_pmid(raw: str, expected: str | None) -> None:
    assert normalise_pmid(raw) == expected


@pytest.mark.parametrize(
    ("raw", "scheme", "value"),
    [
        ("arXiv:1501.00001v2 [cs.CL]", "arxiv", "1501.00001"),
        ("1501.00001", "arxiv", "1501.00001"),
        ("https://doi.org/10.48550/arXiv.1501.00001v2", "arxiv", "1501.00001"),
        ("10.48550/not-a-paper", "doi", "10.48550/not-a-paper"),
        ("https://doi.org/10.1000/XYZ", "doi", "10.1000/xyz"),
        ("https://par.nsf.gov/biblio/10447589-some-slug", "nsf_par", "10447589"),
        ("ISBN 0-306-40615-2", "isbn", "9780306406157"),
        ("ISSN 2470-0010", "issn", "2470-0010"),
        ("PMID: 123", "pmid", "123"),
        ("https://pubmed.ncbi.nlm.nih.gov/123/", "pmid", "123"),
    ],
)
def test_identify(raw: str, scheme: str, value: str) -> None:
    found = identify(raw)
    assert found is not None
    assert (found.scheme, found.value, found.raw, found.role) == (scheme, value, raw, "self")


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "10447589",
        "9780306406157",
        "2470-0010",
        "“24700010”",
        "123",
        "0000-0002-1825-0097",
        "https://orcid.org/0000-0002-1825-0097",
        "NSF 1919117",
        "https://example.org/paper",
        "https://par.nsf.gov/biblio/10447589?\ud800",
    ],
)
def test_identify_leaves_the_unlabelled_alone(raw: str) -> None:
    assert identify(raw) is None


@pytest.mark.parametrize("role", ["self", "version", "container", "related"])
def test_identify_keeps_the_role(role: Role) -> None:
    assert identify("ISSN 2470-0010", role=role) == Identifier(
        scheme="issn", value="2470-0010", raw="ISSN 2470-0010", role=role
    )


def test_identifier_is_immutable_and_closed() -> None:
    identifier = Identifier(scheme="doi", value="10.1000/x", raw="10.1000/X")
    with pytest.raises(ValidationError):
        identifier.value = "10.1000/y"  # type: ignore[misc]
    with pytest.raises(ValidationError):
        Identifier.model_validate({"scheme": "url", "value": "x", "raw": "x"})


# Properties


def arxiv_text(raw: str) -> str | None:
    """``normalise_arxiv`` with its answer written as text, to stand beside the other functions."""
    found = normalise_arxiv(raw)
    if found is None:
        return None
    return found.id if found.version is None else f"{found.id}v{found.version}"


Normalise = Callable[[str], str | None]

SHAPES: dict[Normalise, str] = {
    normalise_doi: r"10\.[0-9]{4,9}(\.[0-9]{1,9})*/[^\sA-Z]*[^\sA-Z.,;:]",
    arxiv_text: r"([a-z-]+/[0-9]{7}|[0-9]{4}\.[0-9]{4,5})(v[1-9][0-9]*)?",
    normalise_nsf_award: r"[0-9]{7}",
    normalise_par_id: r"[1-9][0-9]{6,8}",
    normalise_orcid: r"([0-9]{4}-){3}[0-9]{3}[0-9X]",
    normalise_issn: r"[0-9]{4}-[0-9]{3}[0-9X]",
    normalise_isbn: r"97[89][0-9]{10}",
    normalise_pmid: r"[1-9][0-9]{0,8}",
}
EXAMPLES: dict[Normalise, list[str]] = {
    normalise_doi: ["10.1000/xyz", CELL, SICI, r"10.1007/3-540{\_}12"],
    arxiv_text: ["arXiv:1501.00001v2 [cs.CL]", "https://arxiv.org/pdf/hep-th/9901001.pdf"],
    normalise_nsf_award: ["NSF CCF-1919117", "0802290"],
    normalise_par_id: ["https://par.nsf.gov/biblio/10447589-slug", "osti_10447589"],
    normalise_orcid: ["https://orcid.org/0000-0002-1694-233x"],
    normalise_issn: ["e-ISSN: 2434-561x"],
    normalise_isbn: ["ISBN-10: 0-8044-2957-X", "978-0-306-40615-7"],
    normalise_pmid: ["PMID: 31452104"],
}
EVERY = pytest.mark.parametrize("normalise", SHAPES, ids=lambda function: function.__name__)

FRAGMENTS = [
    *("10.", "10.1000/", "1000", "/", "//", "doi", "doi:", "https://", "doi.org/", "dx.", "info:", "urn:"),
    *("arxiv", "arXiv:", "10.48550/arXiv.", "arxiv.org/abs/", ".pdf", "hep-th/", "9901001", "1501.00001", "v2"),
    *("%2F", "%25", "%", "%C3", "&amp;", "&lt;", "lt;", "\\", "\\_", "{\\", "}", "{", "\\textless", "\\url{"),
    *("(", ")", "[", "]", "<", ">", '"', "'", ".", ",", ";", ":", "|", "?", "?a=", "#ab", " ", "\n", "…", "..."),
    *("\u200b", "\u00ad", "\u2011", "–", "\u00a0", "\ud800", "K", "İ", "É", "X", "x", "٣", "３", "-", "_"),
    *("ISSN", "ISBN-13:", "ORCID", "PMID", "NSF", "CCF-", "PAR ID:", "osti_", "par.nsf.gov/biblio/"),
    *("2470-0010", "9780306406157", "0306406152", "0000-0002-1825-0097", "1919117", "10447589"),
]


def any_text() -> st.SearchStrategy[str]:
    """Arbitrary text, lone surrogates included, and text put together from pieces of identifiers."""
    pieced = st.lists(st.sampled_from(FRAGMENTS) | st.text(max_size=3), max_size=12).map("".join)
    return pieced | st.text(st.characters())


def surrounded(normalise: Normalise) -> st.SearchStrategy[str]:
    """A good identifier with pieces put around it or in place of its parts."""
    around = st.lists(st.sampled_from(FRAGMENTS), max_size=4).map("".join)
    return st.tuples(around, st.sampled_from(EXAMPLES[normalise]), around).map("".join)


@EVERY
@given(data=st.data())
def test_any_text_gives_a_stable_normal_form_or_none(normalise: Normalise, data: st.DataObject) -> None:
    raw = data.draw(any_text() | surrounded(normalise))
    value = normalise(raw)
    if value is not None:
        assert re.fullmatch(SHAPES[normalise], value)
        assert normalise(value) == value


@EVERY
def test_examples_are_accepted(normalise: Normalise) -> None:
    assert all(normalise(raw) for raw in EXAMPLES[normalise])


@given(any_text())
@example("https://arxiv.org/abs/1501.00001?\ud800")
@example("https://doi.org/10.1000/x?a=\ud800")
def test_identify_agrees_with_the_function_of_its_scheme(raw: str) -> None:
    functions: dict[str, Normalise] = {
        "doi": normalise_doi,
        "nsf_par": normalise_par_id,
        "isbn": normalise_isbn,
        "issn": normalise_issn,
        "pmid": normalise_pmid,
    }
    found = identify(raw)
    if found is None:
        return
    assert found.raw == raw
    if found.scheme == "arxiv":
        assert normalise_arxiv(found.value) == ArxivId(found.value, None)
    else:
        assert functions[found.scheme](raw) == found.value


@given(st.lists(any_text(), max_size=4).map(" ".join))
def test_found_dois_are_distinct_and_in_normal_form(raw: str) -> None:
    dois = find_dois(raw)
    assert len(set(dois)) == len(dois)
    assert all(normalise_doi(doi) == doi and find_dois(doi) == (doi,) for doi in dois)


PLAIN_DOIS = st.from_regex(r"10\.[0-9]{4,9}/[a-z0-9]([a-z0-9._/-]{0,20}[a-z0-9])?", fullmatch=True).filter(
    lambda doi: "..." not in doi
)
DOI_PREFIXES = st.lists(
    st.sampled_from(["doi:", "DOI ", "https://doi.org/", "http://dx.doi.org/", "info:doi/", "urn:doi:", " ", '"']),
    max_size=3,
).map("".join)


@given(doi=PLAIN_DOIS, prefix=DOI_PREFIXES, suffix=st.sampled_from(["", ".", ",", ";", " ", '"', ")", ").", ">"]))
def test_prefix_case_and_punctuation_do_not_change_a_doi(doi: str, prefix: str, suffix: str) -> None:
    assert normalise_doi(doi) == doi
    assert normalise_doi(prefix + doi + suffix) == doi
    assert normalise_doi((prefix + doi + suffix).upper()) == doi
    assert normalise_doi(doi.replace("/", "%2F")) == doi


@given(st.lists(PLAIN_DOIS, max_size=5), st.sampled_from([" ", ";", ",", "; ", ", ", "\n", " | "]))
def test_listed_dois_are_all_found_in_order(dois: list[str], separator: str) -> None:
    assert find_dois(separator.join(dois)) == tuple(dict.fromkeys(dois))


@given(year=st.integers(7, 99), month=st.integers(1, 12), number=st.integers(1, 9999), version=st.integers(1, 99))
def test_arxiv_digits_follow_the_month(year: int, month: int, number: int, version: int) -> None:
    four, five = (f"{year:02}{month:02}.{number:0{width}}" for width in (4, 5))
    right, wrong = (four, five) if year < 15 else (five, four)
    expected = ArxivId(right, version) if (year, month) >= (7, 4) else None
    assert normalise_arxiv(f"{right}v{version}") == expected
    assert normalise_arxiv(f"arXiv:{wrong}") is None


@pytest.mark.parametrize(
    ("normalise", "good"),
    [
        *((normalise_orcid, raw) for raw in ("0000-0002-1825-0097", "0000-0002-1694-233X")),
        *((normalise_issn, raw) for raw in ("2470-0010", "0028-0836", "2434-561X")),
        *((normalise_isbn, raw) for raw in ("9780306406157", "9791090636071", "0306406152", "080442957X")),
    ],
)
def test_one_wrong_digit_breaks_the_check(normalise: Normalise, good: str) -> None:
    assert normalise(good) is not None
    for place, char in enumerate(good):
        for other in "0123456789X":
            if char.isalnum() and other != char:
                assert normalise(good[:place] + other + good[place + 1 :]) is None


SIZE = 50_000
HOSTILE = [
    *(piece * (SIZE // len(piece)) for piece in FRAGMENTS),
    *(piece * (SIZE // len(piece)) for piece in ("doi:10.1000/x;", "10.1000.", "10.1000/x ", "0 ", "0-", "a.", "(a)")),
    "10.1000/" + "(" * SIZE,
    "10.1000/" + ")" * SIZE,
    "10.1000/" + "a)" * (SIZE // 2),
    "10.1000/x" + " " * SIZE + "y",
    "%" + "25" * SIZE,
    "&" + "amp;" * SIZE,
    "https://www.nsf.gov/" + "?awd_id=" * (SIZE // 8),
    "arXiv:1501.00001" + " " * SIZE + "[cs]x",
]


@pytest.mark.parametrize("length", [2048, SIZE])
def test_hostile_text_is_refused_quickly(length: int) -> None:
    start = time.perf_counter()
    for text in HOSTILE:
        for normalise in SHAPES:
            normalise(text[:length])
        identify(text[:length])
        find_dois(text[:length])
    assert time.perf_counter() - start < 0.25 * len(HOSTILE)


@EVERY
def test_text_longer_than_any_identifier_is_refused(normalise: Normalise) -> None:
    assert all(normalise(raw + " " * SIZE) is None for raw in EXAMPLES[normalise])
