"""Pages as browsers save them: MHTML is taken apart, other encodings than UTF-8 are read where a page declares them."""

from __future__ import annotations

import base64
import json
import quopri
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.conftest import MakeWorkspace, Outcome

from variorum.errors import BadInputError
from variorum.pipeline._mhtml import is_mhtml, page_of_mhtml
from variorum.pipeline.containers import SavedBody, kind_of_file, saved_bodies
from variorum.pipeline.doctor import examine
from variorum.pipeline.importing import import_files
from variorum.pipeline.reading import read_page, records_of
from variorum.pipeline.resolving import run_dedup
from variorum.scrapers import Body, decode, recognise
from variorum.store import pages
from variorum.store.engine import reading

FIXTURES = Path(__file__).parent.parent.parent / "fixtures"
PROFILE = (FIXTURES / "academia" / "one_tab" / "page.html").read_bytes()
ADDRESS = "https://knots.academia.edu/ZoevanderBerg"

BOUNDARY = "----MultipartBoundary--n4GDT2TYx7p----"
HEAD = (
    "From: <Saved by Blink>\r\n"
    f"Snapshot-Content-Location: {ADDRESS}\r\n"
    "Subject: =?utf-8?Q?Zo=C3=AB=20van=20der=20Berg?=\r\n"
    "Date: Fri, 20 Nov 2026 10:00:00 -0000\r\n"
    "MIME-Version: 1.0\r\n"
    'Content-Type: multipart/related;\r\n\ttype="text/html";\r\n'
    f'\tboundary="{BOUNDARY}"\r\n\r\n\r\n'
)
STYLE = ("Content-Type: text/css", b".hidden { display: none; }")


def part(fields: str, content: bytes, boundary: str = BOUNDARY) -> bytes:
    head = "".join(f"{field}\r\n" for field in fields.split("\n"))
    return f"--{boundary}\r\n{head}\r\n".encode() + content + b"\r\n"


def html_part(page: bytes = PROFILE, encoding: str = "quoted-printable", kind: str = "text/html") -> bytes:
    encode: dict[str, Callable[[bytes], bytes]] = {
        "quoted-printable": lambda data: quopri.encodestring(data.replace(b"\n", b"\r\n")),
        "base64": base64.encodebytes,
    }
    fields = f"Content-Type: {kind}\nContent-ID: <frame-1@mhtml.blink>\nContent-Transfer-Encoding: {encoding}"
    return part(f"{fields}\nContent-Location: {ADDRESS}", encode.get(encoding, bytes)(page))


def mhtml(*parts: bytes, head: str = HEAD, boundary: str = BOUNDARY) -> bytes:
    return head.encode() + b"".join(parts) + f"--{boundary}--\r\n".encode()


WHOLE = mhtml(html_part(), part(*STYLE), html_part(b"<html>an advertisement</html>"))


def saved(tmp_path: Path, data: bytes, name: str = "page.mhtml") -> Path:
    path = tmp_path / name
    path.write_bytes(data)
    return path


# --- what is in the file ---


@pytest.mark.parametrize("encoding", ["quoted-printable", "base64", "8bit", "binary"])
def test_the_page_is_the_first_html_part(tmp_path: Path, encoding: str) -> None:
    path = saved(tmp_path, mhtml(part(*STYLE), html_part(encoding=encoding), html_part(b"<html>a frame</html>")))
    assert kind_of_file(path) == "mhtml"
    [body] = saved_bodies(path, 64)
    assert isinstance(body, SavedBody)
    assert body.uri == ADDRESS
    assert body.body.replace(b"\r\n", b"\n") == PROFILE


def test_a_page_alone_and_one_in_a_part_of_parts() -> None:
    alone = "MIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\nContent-Location: " + ADDRESS + "\r\n\r\n"
    assert is_mhtml(alone.encode())
    assert page_of_mhtml(alone.encode() + PROFILE).body == PROFILE
    inner = part("Content-Type: text/plain", b"On Knots", "in") + part("Content-Type: text/html", PROFILE, "in")
    nested = part("Content-Type: multipart/alternative; boundary=in", inner + b"--in--")
    assert page_of_mhtml(mhtml(nested)).body == PROFILE


@pytest.mark.parametrize(
    ("declared", "written"),
    [("windows-1252", "cp1252"), ("ISO-8859-1", "cp1252"), ("koi8-r", "koi8-r"), ("GB2312", "gbk"), ("utf-8", "utf-8")],
)
def test_the_encoding_that_a_part_declares(declared: str, written: str) -> None:
    words = {"koi8-r": "Узлы", "gbk": "绳结"}.get(written, "“Zoë”")
    page = f"<html><meta charset={declared}>{words}</html>"
    found = page_of_mhtml(mhtml(html_part(page.encode(written), "base64", f'text/html; charset="{declared}"')))
    assert found.body == page.encode()
    assert decode(found.body).text == page


@pytest.mark.parametrize(
    ("told", "uri"),
    [
        (f"Snapshot-Content-Location: {ADDRESS[:20]}\r\n {ADDRESS[20:]}", ADDRESS),
        ("X-Other: 1", ADDRESS),  # the part tells it
        ("Snapshot-Content-Location: file:///home/ann/page.html", ADDRESS),
    ],
)
def test_the_address_is_the_one_it_was_saved_from(told: str, uri: str) -> None:
    head = HEAD.replace(f"Snapshot-Content-Location: {ADDRESS}", told)
    assert page_of_mhtml(mhtml(html_part(), head=head)).uri == uri


def test_a_page_from_no_address_is_named_by_its_file(tmp_path: Path) -> None:
    head = HEAD.replace(ADDRESS, "cid:frame")
    [body] = saved_bodies(saved(tmp_path, mhtml(part("Content-Type: text/html", PROFILE), head=head)), 64)
    assert isinstance(body, SavedBody)
    assert body.uri == "file:page.mhtml"


def test_a_byte_order_mark_may_come_first(tmp_path: Path) -> None:
    path = saved(tmp_path, b"\xef\xbb\xbf" + WHOLE)
    assert kind_of_file(path) == "mhtml"
    assert page_of_mhtml(path.read_bytes()) == page_of_mhtml(WHOLE)


@pytest.mark.parametrize(
    "data",
    [
        PROFILE,
        b"Ann Roe - Academia.edu\nPapers by Ann Roe\n",
        b"From: no-reply@arxiv.org\nSubject: cs daily\nMIME-Version: 1.0\nContent-Type: text/plain\n\nContent-Type: "
        b"multipart/related\n",
        b"Content-Type: text/html\n\n<html></html>",
        b"",
    ],
)
def test_other_files_are_no_mhtml(tmp_path: Path, data: bytes) -> None:
    assert kind_of_file(saved(tmp_path, data)) == "page"


# --- broken and hostile files ---

NESTED = b"".join(
    part(f"Content-Type: multipart/related; boundary=b{depth + 1}", b"", f"b{depth}" if depth else BOUNDARY)
    for depth in range(6)
)
BROKEN: dict[str, tuple[bytes, str]] = {
    "no-boundary": (mhtml(html_part(), head=HEAD.replace("boundary=", "border=")), "broken_mhtml"),
    "another-boundary": (mhtml(html_part(), head=HEAD.replace(BOUNDARY, "other")), "broken_mhtml"),
    "cut-in-the-page": (WHOLE[:3_000], "broken_mhtml"),
    "cut-in-the-head": (WHOLE[:200], "broken_mhtml"),
    "head-without-end": (HEAD.replace("\r\n\r\n", "").encode() + b"X-Filler: x\r\n" * 5_000, "broken_mhtml"),
    "broken-base64": (mhtml(html_part(encoding="base64").replace(b"PCFE", b"PC!E")), "broken_mhtml"),
    "half-base64": (mhtml(html_part(b"<html>", "base64").replace(b"PGh0bWw+", b"PGh0bWw")), "broken_mhtml"),
    "broken-quoted-printable": (mhtml(html_part().replace(b"=3D", b"=3", 1)), "broken_mhtml"),
    "unknown-encoding": (mhtml(html_part(encoding="x-uuencode")), "broken_mhtml"),
    "parts-in-parts": (HEAD.encode() + NESTED, "broken_mhtml"),
    "no-page": (mhtml(part(*STYLE)), "no_page_in_mhtml"),
    "no-part": (mhtml(), "no_page_in_mhtml"),
    "parts-without-end": (mhtml(part(*STYLE) * 200 + html_part()), "no_page_in_mhtml"),
    "wrong-charset": (mhtml(html_part(b"<html>\x81", "base64", "text/html; charset=latin1")), "bad_encoding"),
    "unknown-charset": (mhtml(html_part(b"<html>\xe9", "base64", "text/html; charset=rot13")), "bad_encoding"),
    "empty-page": (mhtml(html_part(b"")), "empty_file"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_is_a_named_error(name: str, variorum: Callable[..., Outcome], tmp_path: Path) -> None:
    data, code = BROKEN[name]
    outcome = variorum("parse", saved(tmp_path, data))
    assert (outcome.code, outcome.out) == (2, "")
    assert json.loads(outcome.err)["code"] == code


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_any_damage_gives_a_page_or_a_named_error(data: st.DataObject) -> None:
    start, end = sorted(data.draw(st.tuples(*[st.integers(0, len(WHOLE))] * 2)))
    damaged = WHOLE[:start] + data.draw(st.binary(max_size=30)) + WHOLE[end:]
    is_mhtml(damaged[:1_000])
    with suppress(BadInputError):
        assert isinstance(page_of_mhtml(damaged).body, bytes)


N = 1_000_000
SLOW: dict[str, bytes] = {
    "lines": HEAD.encode() + b"a\n" * N,
    "near-boundaries": HEAD.encode() + html_part(b"") + f"\n--{BOUNDARY}X".encode() * (N // 40),
    "escapes": mhtml(html_part(b"= " * N, "quoted-printable-").replace(b"printable-", b"printable")),
    "blanks": mhtml(
        part("Content-Type: text/html\nContent-Transfer-Encoding: quoted-printable", b"=" + b" " * N + b"x")
    ),
    "parts": HEAD.encode() + f"--{BOUNDARY}\r\n\r\nx\r\n".encode() * (N // 40),
    "parameters": HEAD.encode() + part("Content-Type: text/plain;" + "a*0*=b;" * 2_000, b"") * 200,
    "comments": part("Content-Type: multipart/related; " + "(" * 15_000, b""),
}


@pytest.mark.parametrize("name", SLOW)
def test_a_hostile_file_is_refused_soon(name: str) -> None:
    started = time.process_time()
    with pytest.raises(BadInputError):
        page_of_mhtml(SLOW[name])
    assert time.process_time() - started < 2


# --- the whole way ---


def test_mhtml_reads_as_the_page_in_it(variorum: Callable[..., Outcome], tmp_path: Path) -> None:
    path = saved(tmp_path, WHOLE)
    parsed = variorum("parse", path)
    assert parsed.code == 3
    found = [json.loads(line) for line in parsed.out.splitlines()]
    page = read_page(PROFILE)
    assert [one["source_key"] for one in found] == [one.statement.source_key for one in page.sightings]
    assert found[0]["sightings"] == [f"{ADDRESS}#tab=1;item=1"]
    assert json.loads(parsed.err)["code"] == "unknown_label"


def test_mhtml_is_stored_as_the_page_in_it(make_workspace: MakeWorkspace, tmp_path: Path) -> None:
    workspace = make_workspace()
    result = import_files(workspace, [saved(tmp_path, WHOLE)])
    assert (result.counts["new"], result.newly_quarantined, result.failures) == (4, 1, ())
    with reading(workspace.engine) as connection:
        [capture] = pages.captures(connection)
    assert (capture.uri, capture.source) == (ADDRESS, "academia")
    assert workspace.archive.get(capture.sha256, capture.length).replace(b"\r\n", b"\n") == PROFILE
    run_dedup(workspace)
    again = import_files(workspace, [saved(tmp_path, WHOLE, "again.mht")])
    assert (again.counts["new"], again.counts["changed"], again.newly_quarantined) == (0, 0, 0)
    assert [finding for finding in examine(workspace) if not finding.ok] == []


def test_a_page_and_its_mhtml_are_one_statement(make_workspace: MakeWorkspace, tmp_path: Path) -> None:
    workspace = make_workspace()
    import_files(workspace, [saved(tmp_path, PROFILE, "page.html")])
    after = import_files(workspace, [saved(tmp_path, WHOLE)])
    assert (after.counts["new"], after.counts["changed"], after.counts["unchanged"]) == (0, 0, 4)


@pytest.mark.parametrize("file", [mhtml(html_part(b"<html>Knots</html>")), b"<html>Knots</html>"])
def test_an_unknown_page_is_refused(make_workspace: MakeWorkspace, tmp_path: Path, file: bytes) -> None:
    result = import_files(make_workspace(), [saved(tmp_path, file)])
    assert [failure.error.code for failure in result.failures] == ["unrecognised"]
    assert (result.exit_code, result.counts["skipped"]) == (2, 0)


# --- what browsers and their extensions leave in the head ---

FONT = "@font-face { src: url(data:font/woff2;base64," + "d09GMg" * 200_000 + ") }"
IN_HEAD = {
    "styles": "<style>" + ".hidden { display: none; }\n" * 2_000 + "</style>",
    "a font in one line": f"<STYLE media=all>{FONT}</STYLE>",
    "an icon": '<link rel="icon" href="data:image/png;base64,' + "iVBORw0K" * 5_000 + '">',
    "a script": "<script>" + "if (a < b) f();\n" * 5_000 + "</script>",
}


@pytest.mark.parametrize("page", ["nsf_par/search_page", "bzpeer/html_profile", "scholar_feed/html_author"])
@pytest.mark.parametrize("more", IN_HEAD)
def test_styles_in_the_head_hide_nothing(page: str, more: str) -> None:
    body = (FIXTURES / page / "page.html").read_text()
    filled = body.replace("<head>", "<head>" + IN_HEAD[more], 1)
    assert filled != body
    found, whole = read_page(filled.encode()), read_page(body.encode())
    assert (found.source.name, found.sightings) == (whole.source.name, whole.sightings)
    assert found.sightings


@pytest.mark.parametrize(
    ("tag", "source"),
    [
        ('<META property="og:url" content="https://www.bzpeer.com/authors/ann-roe">', "bzpeer"),
        ('<LINK rel="canonical" href="https://www.scholarfeed.org/author/1">', "scholar_feed"),
        ('<TITLE lang="en">Ann Roe – Scholar Feed</TITLE>', "scholar_feed"),
    ],
)
def test_tags_may_be_in_capitals(tag: str, source: str) -> None:
    assert recognise(decode(f"<HTML><HEAD>{tag}</HEAD></HTML>".encode()))[0].name == source


@pytest.mark.parametrize(
    "start", ["<style>", "<style", "<script><", "data:", "<style></style>", "<script>" + "x" * 99, "data:" + "x" * 99]
)
def test_a_hostile_head_takes_linear_time(start: str) -> None:
    page = Body(b"", "html", "<html>" + start * (4_000_000 // len(start)))
    started = time.process_time()
    assert len(page.head) <= 40_001
    assert time.process_time() - started < 1


# --- encodings that pages declare ---

TEXT = PROFILE.decode()


def declared(meta: str, written: str) -> bytes:
    plain = TEXT.replace("ë", "é") if written != "utf-8" else TEXT
    own = '<meta http-equiv="Content-Type" content="text/html; charset=UTF-8">'
    assert own in plain
    return plain.replace(own, meta).encode(written)


@pytest.mark.parametrize(
    ("meta", "written"),
    [
        ('<meta charset="windows-1252">', "cp1252"),
        ("<meta charset=latin1>", "cp1252"),
        ('<META content="text/html; charset=ISO-8859-1" http-equiv=content-type>', "cp1252"),
        ("<meta charset='gb2312' />", "gbk"),
        ("<!-- <meta charset=koi8-r> --><meta charset=nonsense><meta charset=iso-8859-15>", "iso8859-15"),
        ('<meta name="description" content="charset=koi8-r"><meta charset="macintosh">', "mac-roman"),
        ("<meta charset=windows-1252>", "utf-8"),  # what is valid UTF-8 is that, whatever it says
    ],
)
def test_a_page_is_read_in_the_encoding_it_declares(meta: str, written: str) -> None:
    records = [record for record, _ in records_of([("page", read_page(declared(meta, written)))])]
    assert records[0].authors[0].name == ("Zoë van der Berg" if written == "utf-8" else "Zoé van der Berg")
    assert len(records) == 4


@pytest.mark.parametrize(
    "page",
    [
        declared("", "cp1252"),
        declared("<meta charset=utf-8>", "cp1252").replace(b"\xe9", b"\xe9\xe8"),  # two in a row: another encoding
        declared("<meta charset=utf-16>", "cp1252"),
        declared("<meta charset=utf-7>", "cp1252"),
        declared("<meta charset=rot13>", "cp1252"),
        declared("<meta charset=unicode_escape>", "cp1252"),
        declared(" " * 5_000 + "<meta charset=latin1>", "cp1252"),
        declared("<meta charset=latin1>", "cp1252").replace(b"\xe9", b"\x81"),  # no character of windows-1252
        b"\xef\xbb\xbf" + declared("<meta charset=latin1>", "cp1252"),
        TEXT.encode("utf-16"),
        b"A page of text, <meta charset=latin1>, caf\xe9\n",
    ],
)
def test_an_encoding_is_never_guessed(page: bytes) -> None:
    with pytest.raises(BadInputError) as caught:
        decode(page)
    assert caught.value.code == "bad_encoding"
