"""What is written to WARC files comes back byte for byte, here and elsewhere; what is torn or damaged never does."""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import random
import time
import tracemalloc
import zlib
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.conftest import SEEDS
from warcio.archiveiterator import ArchiveIterator

from variorum.transport.warc import WarcBody, WarcFault, is_warc, read_warc, write_warc


def gzipped(data: bytes, level: int = 9) -> bytes:
    """Without the time, so that the names of tests are the same in all test processes."""
    return gzip.compress(data, level, mtime=0)


NOW = "2026-11-21T05:06:07.000089+00:00"
MIB = 1024 * 1024


def bodies() -> list[WarcBody]:
    """The sample pages as files, and two as if they had been fetched."""
    files = [WarcBody(f"file:{path.name}", NOW, path.read_bytes(), source="a") for path in SEEDS]
    headers = {"content-type": "text/html; charset=utf-8", "etag": '"1"'}
    uri = "https://example.org/list?page=1&q=a%20b"
    fetched = WarcBody(uri, NOW, b"<html>\r\n\r\nWARC/1.0\r\n", 200, headers, headers["content-type"], "oai:b")
    return [*files, fetched, replace(fetched, status=404, body=b"", source=None)]


def packed(some: list[WarcBody], *, gz: bool = True) -> bytes:
    stream = io.BytesIO()
    assert write_warc(stream, some, written_at=NOW, packed=gz) == len(some)
    return stream.getvalue()


def read(data: bytes, max_mib: int = 64) -> list[WarcBody | WarcFault]:
    return list(read_warc(io.BytesIO(data), max_mib=max_mib))


def pages_of(data: bytes, max_mib: int = 64) -> list[bytes]:
    return [one.body for one in read(data, max_mib) if isinstance(one, WarcBody)]


def faults_of(data: bytes, max_mib: int = 64) -> list[WarcFault]:
    return [one for one in read(data, max_mib) if isinstance(one, WarcFault)]


def noise(size: int) -> bytes:
    return random.Random(size).randbytes(size)  # noqa: S311 - the same on every run


def record(kind: str = "response", block: bytes = b"", /, length: int | None = None, **fields: str) -> bytes:
    """A record as any program might write it; underscores in the names of fields stand for hyphens."""
    named = {"WARC-Type": kind, "WARC-Target-URI": "http://example.org/", "WARC-Date": "2020-01-02T03:04:05Z"}
    named |= {name.replace("_", "-"): value for name, value in fields.items()}
    named["Content-Length"] = str(len(block) if length is None else length)
    head = "".join(f"{name}: {value}\r\n" for name, value in named.items())
    return b"WARC/1.0\r\n" + head.encode() + b"\r\n" + block + b"\r\n\r\n"


def answer(body: bytes, *headers: str, status: str = "200 OK") -> bytes:
    return "\r\n".join([f"HTTP/1.1 {status}", *headers, "", ""]).encode() + body


def code_of(data: bytes, max_mib: int = 64) -> str:
    [fault] = read(data, max_mib)
    assert isinstance(fault, WarcFault), fault
    return fault.code


# --- round trips ---


@pytest.mark.parametrize("gz", [True, False])
def test_what_was_written_is_read(gz: bool) -> None:
    skipped: list[str] = []
    data = packed(bodies(), gz=gz)
    found = list(read_warc(io.BytesIO(data), max_mib=64, on_skip=skipped.append))
    assert skipped == ["warcinfo"]
    for one, before in zip(found, bodies(), strict=True):
        assert isinstance(one, WarcBody)
        headers = {**before.headers, "content-length": str(len(before.body))} if before.status else {}
        media_type = before.media_type or "application/octet-stream"
        assert one == replace(before, headers=headers, media_type=media_type)
    assert is_warc(data[:1024])


@pytest.mark.parametrize("gz", [True, False])
def test_another_reader_reads_the_same(gz: bool) -> None:
    found = []
    for one in ArchiveIterator(io.BytesIO(packed(bodies(), gz=gz)), check_digests="raise"):
        if one.rec_type == "warcinfo":
            about = one.content_stream().read().decode()
            assert "software: variorum" in about
            assert "hostname" not in about
            continue
        body = one.content_stream().read()
        sha256 = "sha256:" + hashlib.sha256(body).hexdigest()
        assert one.rec_headers.get_header("WARC-Payload-Digest") == sha256
        assert one.rec_headers.get_header("WARC-Date") == "2026-11-21T05:06:07.000089Z"
        assert one.digest_checker.passed
        found.append((one.rec_headers.get_header("WARC-Target-URI"), one.rec_type, body))
    kinds = ["resource"] * len(SEEDS) + ["response"] * 2
    assert found == [(before.uri, kind, before.body) for before, kind in zip(bodies(), kinds, strict=True)]


def test_every_record_is_a_gzip_member_and_has_an_id_of_its_own() -> None:
    data = packed(bodies())
    ids = {one.rec_headers.get_header("WARC-Record-ID") for one in ArchiveIterator(io.BytesIO(data))}
    assert len(ids) == len(bodies()) + 1
    members = 0
    rest = data
    while rest:
        member = zlib.decompressobj(wbits=31)
        assert member.decompress(rest).startswith(b"WARC/1.1\r\n")
        rest, members = member.unused_data, members + 1
    assert members == len(bodies()) + 1


def test_the_same_input_gives_the_same_file() -> None:
    assert packed(bodies()) == packed(bodies())


def test_what_was_read_can_be_written_again() -> None:
    block = answer(gzipped(b"page"), "Content-Encoding: gzip", "Set-Cookie: a", "Set-Cookie: b")
    first = [one for one in read(record("response", block)) if isinstance(one, WarcBody)]
    second = [one for one in read(packed(first)) if isinstance(one, WarcBody)]
    assert [one.body for one in second] == [b"page"]
    assert second[0].headers == {"x-archive-orig-content-encoding": "gzip", "set-cookie": "a, b", "content-length": "4"}
    assert packed(second) == packed([one for one in read(packed(second)) if isinstance(one, WarcBody)])


NASTY = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


@settings(max_examples=60, deadline=None)
@given(NASTY, st.binary(max_size=300), st.none() | st.integers(100, 599), st.dictionaries(NASTY, NASTY, max_size=3))
def test_no_name_or_header_breaks_out_of_its_record(
    name: str, body: bytes, status: int | None, headers: dict[str, str]
) -> None:
    one = WarcBody(f"https://example.org/{name}", NOW, body, status, headers)
    for gz in (True, False):
        [found] = read(packed([one], gz=gz))
        assert isinstance(found, WarcBody)
        assert (found.body, found.status) == (body, status)
        assert found.uri.isascii()
        assert not set(found.uri) & set(' \r\n"<>')
    others = ArchiveIterator(io.BytesIO(packed([one])), check_digests="raise")
    assert [other.content_stream().read() for other in others][1:] == [body]


# --- torn and damaged files ---


def starts(data: bytes) -> list[int]:
    """Where the gzip members begin."""
    found, at = [], 0
    while at < len(data):
        found.append(at)
        member = zlib.decompressobj(wbits=31)
        member.decompress(data[at:])
        at = len(data) - len(member.unused_data)
    return found


@pytest.mark.parametrize("gz", [True, False])
@pytest.mark.parametrize("digests", [True, False])
def test_a_torn_tail_is_noticed(gz: bool, digests: bool) -> None:
    some = bodies()[:3]
    data = packed(some, gz=gz) if digests else b"".join(undigested(one, gz=gz) for one in some)
    last = starts(data)[-1] if gz else data.rindex(b"WARC/1.")
    cuts = {*range(last + 1, len(data), 50), *range(len(data) - 20, len(data))}
    for cut in sorted(cuts):
        found = read(data[:cut])
        assert [one.body for one in found if isinstance(one, WarcBody)] == [one.body for one in some[:2]], cut
        [fault] = [one for one in found if isinstance(one, WarcFault)]
        assert fault.code == "torn_record" or cut < last + 8
        assert fault.place == f"record={4 if digests else 3}"


def undigested(one: WarcBody, *, gz: bool) -> bytes:
    plain = record("resource", one.body, WARC_Target_URI=one.uri)
    return gzipped(plain) if gz else plain


@settings(max_examples=300, deadline=None)
@given(st.data(), st.booleans())
def test_a_file_cut_anywhere_gives_whole_bodies_and_a_fault(data: st.DataObject, gz: bool) -> None:
    whole = packed(bodies(), gz=gz)
    cut = data.draw(st.integers(0, len(whole) - 1))
    found = read(whole[:cut])
    got = [one.body for one in found if isinstance(one, WarcBody)]
    assert got == [one.body for one in bodies()][: len(got)]
    between = cut in starts(whole) if gz else whole[:cut].endswith(b"\r\n\r\n") and whole[cut:].startswith(b"WARC/1.1")
    faults = len(found) - len(got)
    # Between two records there is nothing to see, unless nothing is there at all.
    assert faults == (0 if between and cut else 1)


@settings(max_examples=400, deadline=None)
@given(st.data(), st.booleans())
def test_a_flipped_bit_never_gives_a_wrong_body(data: st.DataObject, gz: bool) -> None:
    damaged = bytearray(packed(bodies(), gz=gz))
    bit = data.draw(st.integers(0, 8 * len(damaged) - 1))
    damaged[bit // 8] ^= 1 << bit % 8
    found = read(bytes(damaged))
    there = {one.body for one in found if isinstance(one, WarcBody)}
    assert there <= {one.body for one in bodies()}
    if not any(isinstance(one, WarcFault) for one in found):
        assert len(found) == len(bodies()), "nothing is lost without a word"
    elif gz:
        assert len(found) >= len(bodies()), "one bad spot costs one record"


@pytest.mark.parametrize("place", [4, 3, 30, 200, 800, -8, -5, -1])
def test_after_a_damaged_member_the_others_are_read(place: int) -> None:
    data = bytearray(packed(bodies()))
    begins = [*starts(bytes(data)), len(data)]
    at = begins[3] + place if place > 0 else begins[4] + place
    data[at] ^= 0x10
    found = read(bytes(data))
    expected = [one.body for number, one in enumerate(bodies()) if number != 2]
    got = [one.body for one in found if isinstance(one, WarcBody)]
    if place == 4:
        assert got == [one.body for one in bodies()], "the time stamp of a member says nothing"
        return
    assert got == expected
    assert [one.place for one in found if isinstance(one, WarcFault)] == ["record=4"]


@pytest.mark.parametrize("garbage", [b"\x00" * 2000, b"garbage", b"\x1f\x8b\x08garbage", b"WARC/1.0\r\n\r\n"])
@pytest.mark.parametrize("gz", [True, False])
def test_garbage_after_the_last_record_is_noticed(garbage: bytes, gz: bool) -> None:
    data = packed(bodies(), gz=gz) + garbage
    assert pages_of(data) == [one.body for one in bodies()]
    assert len(faults_of(data)) == 1


def test_garbage_between_members_costs_no_record() -> None:
    data = packed(bodies())
    at = starts(data)[2]
    found = data[:at] + noise(3 * MIB) + data[at:]
    assert pages_of(found) == [one.body for one in bodies()]
    assert len(faults_of(found)) == 1


def test_a_file_of_nothing_but_damage_is_given_up() -> None:
    bad = gzipped(record("resource", b"a page"))[:-1]
    found = read(bad * 5_000)
    assert 100 < len(found) < 110
    assert isinstance(found[-1], WarcFault)
    assert "not read" in found[-1].message


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "torn_record"),
        (b"a page, not a WARC file", "bad_record"),
        (gzipped(b"a page, not a WARC file"), "bad_record"),
        (b"WARC/1.0\r\nWARC-Type: response\r\n", "torn_record"),
        (b"WARC/1.0\r\nWARC-Type: response\r\n\r\n", "bad_record"),
        (b"WARC/1.0\r\n" + b"X: y\r\n" * 20_000, "bad_record"),
        (b"WARC/1.0\r\nX: " + bytes(200_000), "bad_record"),
        (b"\r\n" * 100_000, "bad_record"),
        (record("resource", b"x", length=-1), "bad_record"),
        (record("resource", b"x" * 90, length=100), "torn_record"),
        (record("resource", b"x" * 90, length=80), "torn_record"),
        (record("resource", b"x", Content_length="2"), "bad_record"),
        (record("continuation", b"x"), "bad_record"),
        (record("rfsource", b"x"), "bad_record"),
        (record("resource", b"x", WARC_Date="yesterday"), "bad_record"),
        (record("resource", b"x", WARC_Date="0001-01-01T00:00:00+05:00"), "bad_record"),
        (record("resource", b"x", WARC_Target_URI=""), "bad_record"),
        (record("resource", b"x", WARC_Truncated="disconnect"), "torn_record"),
        (record("response", b"x"), "bad_record"),
        (record("response", b"HTTP/1.1 OK\r\n\r\n"), "bad_record"),
        (record("response", answer(b"x" * 9, "Content-Length: 10")), "torn_record"),
        (record("warcinfo", b"x" * 9, length=2_000_000), "torn_record"),
    ],
)
def test_what_breaks_the_format_is_named(data: bytes, code: str) -> None:
    assert code_of(data) == code
    if data.startswith(b"WARC/1."):
        assert {fault.code for fault in faults_of(gzipped(data))} == {code}


def test_after_a_refused_record_a_plain_file_is_read_on() -> None:
    bad = record("resource", b"x", WARC_Block_Digest="sha1:" + "A" * 32)
    good = record("resource", b"good")
    assert [type(one) for one in read(bad + good)] == [WarcFault, WarcBody]
    assert pages_of(record("resource", b"torn", length=5) + good) == []
    assert "nothing after it was read" in faults_of(record("resource", b"torn", length=5) + good)[0].message


# --- digests ---


def spellings(body: bytes) -> list[str]:
    found = []
    for name in ("md5", "sha1", "sha256", "sha512"):
        real = hashlib.new(name, body).digest()
        base32 = base64.b32encode(real).decode()
        found += [
            f"{name}:{real.hex()}",
            f"{name}:{real.hex().upper()}",
            f"{name}:{base32}",
            f"{name}:{base32.lower()}",
        ]
    return [*found, "sha-256:" + hashlib.sha256(body).hexdigest()]


@pytest.mark.parametrize("field", ["WARC_Block_Digest", "WARC_Payload_Digest"])
@pytest.mark.parametrize("number", range(17))
def test_every_spelling_of_a_digest_is_checked(field: str, number: int) -> None:
    body, other = b"a page", b"b page"
    assert pages_of(record("resource", body, **{field: spellings(body)[number]})) == [body]
    assert code_of(record("resource", body, **{field: spellings(other)[number]})) == "bad_digest"


@pytest.mark.parametrize("stated", ["sha256:", "sha1:xyz", "sha1:" + "A" * 31])
def test_a_digest_that_is_none_holds_for_nothing(stated: str) -> None:
    assert code_of(record("resource", b"x", WARC_Block_Digest=stated)) == "bad_digest"


@pytest.mark.parametrize("stated", ["blake3:00", "nothing", ""])
def test_a_digest_nobody_here_knows_is_no_obstacle(stated: str) -> None:
    assert pages_of(record("resource", b"x", WARC_Block_Digest=stated)) == [b"x"]


def test_payload_digests_may_be_of_any_reading_of_the_payload() -> None:
    zipped = gzipped(b"a page")
    chunked = b"%x\r\n%b\r\n0\r\n\r\n" % (len(zipped), zipped)
    block = answer(chunked, "Transfer-Encoding: chunked", "Content-Encoding: gzip")
    for reading in (chunked, zipped, b"a page"):
        digest = "sha1:" + base64.b32encode(hashlib.sha1(reading).digest()).decode()  # noqa: S324 - as in files
        assert pages_of(record("response", block, WARC_Payload_Digest=digest)) == [b"a page"]
    digest = "sha1:" + base64.b32encode(hashlib.sha1(b"another").digest()).decode()  # noqa: S324 - as in files
    assert code_of(record("response", block, WARC_Payload_Digest=digest)) == "bad_digest"


def test_records_that_share_a_member_need_a_digest_each() -> None:
    with_digest = record("resource", b"one", WARC_Block_Digest="sha256:" + hashlib.sha256(b"one").hexdigest())
    without = record("resource", b"two")
    found = read(gzipped(with_digest + without + with_digest))
    assert [one.body if isinstance(one, WarcBody) else one.code for one in found] == [b"one", "bad_encoding", b"one"]
    assert pages_of(with_digest + without) == [b"one", b"two"]


# --- other programs' files ---


def test_records_without_a_page_are_passed_over_and_counted() -> None:
    kinds = ["warcinfo", "request", "metadata", "revisit", "conversion"]
    data = b"".join(record(kind, b"whatever", WARC_Payload_Digest="sha1:AAAA") for kind in kinds)
    data += record("response", b"example.org A 127.0.0.1", WARC_Target_URI="dns:example.org")
    skipped: list[str] = []
    bad = record("nonsense", b"")
    found = list(read_warc(io.BytesIO(data + bad), max_mib=1, on_skip=skipped.append))
    assert skipped == [*kinds, "response"]
    assert [one.place for one in found if isinstance(one, WarcFault)] == ["record=7"]


CHUNKED = "Transfer-Encoding: chunked"


@pytest.mark.parametrize(
    ("headers", "payload", "body"),
    [
        ([], b"page", b"page"),
        (["Content-Length: 4"], b"page", b"page"),
        ([CHUNKED], b"2\r\npa\r\n2;ext=1\r\nge\r\n0\r\nTrailer: x\r\n\r\n", b"page"),
        ([CHUNKED], b"page", b"page"),
        (["Content-Encoding: gzip", "Content-Length: 999"], gzipped(b"page"), b"page"),
        (["Content-Encoding: X-GZip"], gzipped(b"page"), b"page"),
        (["Content-Encoding: gzip"], b"page", b"page"),
        (["Content-Encoding: gzip"], b"", b""),
        (["Content-Encoding: identity"], b"page", b"page"),
        (["Content-Encoding: deflate"], zlib.compress(b"page"), b"page"),
        (["Content-Encoding: deflate"], zlib.compress(b"page", wbits=-15), b"page"),
    ],
)
def test_a_response_comes_without_its_encodings(headers: list[str], payload: bytes, body: bytes) -> None:
    [found] = read(record("response", answer(payload, "Content-Type: text/html", *headers)))
    assert isinstance(found, WarcBody)
    assert (found.body, found.status, found.media_type) == (body, 200, "text/html")
    assert (found.uri, found.captured_at) == ("http://example.org/", "2020-01-02T03:04:05.000000+00:00")


@pytest.mark.parametrize(
    ("headers", "payload", "code"),
    [
        (["Content-Encoding: br"], b"\x0b\x02\x80page\x03", "bad_encoding"),
        (["Content-Encoding: zstd"], b"page", "bad_encoding"),
        (["Content-Encoding: gzip, gzip"], gzipped(gzipped(b"page")), "bad_encoding"),
        (["Content-Encoding: gzip", "Content-Encoding: gzip"], gzipped(b"page"), "bad_encoding"),
        (["Content-Encoding: gzip"], gzipped(b"page")[:-1], "bad_encoding"),
        (["Content-Encoding: gzip"], gzipped(b"page") + b"more", "bad_encoding"),
        (["Content-Encoding: gzip"], b"\x1f\x8bpage", "bad_encoding"),
        (["Content-Encoding: deflate"], b"page", "bad_encoding"),
        (["Transfer-Encoding: gzip, chunked"], b"page", "bad_encoding"),
        ([CHUNKED], b"4\r\npage\r\n", "torn_record"),
        ([CHUNKED], b"8\r\npage\r\n0\r\n\r\n", "torn_record"),
        ([CHUNKED], b"4\r\npagemore\r\n0\r\n\r\n", "torn_record"),
    ],
)
def test_an_encoding_that_cannot_be_undone_is_named(headers: list[str], payload: bytes, code: str) -> None:
    assert code_of(record("response", answer(payload, *headers))) == code


def test_addresses_in_brackets_and_heads_with_bare_line_ends_are_read() -> None:
    plain = record("resource", b"page", WARC_Target_URI="<file:a.txt>")
    [found] = read(b"\r\n\r\n" + plain + b"\r\n")
    assert isinstance(found, WarcBody)
    assert found.uri == "file:a.txt"
    head, _, rest = plain.partition(b"\r\n\r\n")
    assert pages_of(head.replace(b"\r\n", b"\n") + b"\n\n" + rest) == [b"page"]


def test_a_file_is_told_by_its_first_bytes() -> None:
    assert is_warc(record()[:1024])
    assert is_warc(gzipped(record())[:1024])
    for other in (b"", b"WARC", b"\x1f\x8b", gzipped(b"a page"), b"\x1f\x8bgarbage", b"%PDF-1.7", b" WARC/1.0"):
        assert not is_warc(other)


def test_a_path_is_read_like_a_stream(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(packed(bodies()))
    assert list(read_warc(tmp_path / "a", max_mib=64)) == read(packed(bodies()))
    with pytest.raises(FileNotFoundError):
        list(read_warc(tmp_path / "b", max_mib=64))


# --- bombs ---


def deflated(size: int, wbits: int = 31) -> bytes:
    packer = zlib.compressobj(9, wbits=wbits)
    return b"".join([*(packer.compress(bytes(MIB)) for _ in range(size // MIB)), packer.flush()])


def member_of(head: bytes, size: int) -> bytes:
    packer = zlib.compressobj(9, wbits=31)
    parts = [packer.compress(head), *(packer.compress(bytes(MIB)) for _ in range(size // MIB))]
    return b"".join([*parts, packer.compress(b"\r\n\r\n"), packer.flush()])


BIG = 64 * MIB
BOMBS = {
    "gzip": lambda: record("response", answer(deflated(BIG), "Content-Encoding: gzip")),
    "deflate": lambda: record("response", answer(deflated(BIG, 15), "Content-Encoding: deflate")),
    "a large record": lambda: member_of(record("resource", length=BIG)[:-4], BIG),
    "a large response": lambda: member_of(record("response", length=BIG)[:-4], BIG),
    "a large record without page": lambda: member_of(record("warcinfo", length=BIG)[:-4], BIG),
    "more than it says": lambda: member_of(record("resource", length=10)[:-4], BIG),
    "a member of nothing": lambda: member_of(b"WARC/1.0\r\n", BIG),
    "blank lines": lambda: gzipped(b"\r\n" * (8 * MIB)),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_costs_little_memory(name: str) -> None:
    good = gzipped(record("resource", b"good"))
    bomb = BOMBS[name]()
    data = (bomb if bomb.startswith(b"\x1f\x8b") else gzipped(bomb)) + good
    tracemalloc.start()
    try:
        began = time.perf_counter()
        found = read(data, max_mib=2)
        took = time.perf_counter() - began
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 16 * MIB
    assert took < 10
    assert isinstance(found[-1], WarcBody)
    assert found[-1].body == b"good"
    codes = [one.code for one in found if isinstance(one, WarcFault)]
    if "without page" in name:
        assert codes == []
    elif name in ("gzip", "deflate", "a large record", "a large response"):
        assert codes == ["too_large"]
    else:
        assert codes in (["torn_record"], ["bad_record"])


@pytest.mark.parametrize("size", [2 * MIB - 1, 2 * MIB, 2 * MIB + 1])
def test_a_body_is_as_large_as_the_limit_at_most(size: int) -> None:
    body = noise(size)
    for data in (
        record("resource", body),
        record("response", answer(body)),
        record("response", answer(gzipped(body, 1), "Content-Encoding: gzip")),
        record("response", answer(b"%x\r\n%b\r\n0\r\n\r\n" % (size, body), CHUNKED)),
    ):
        if size > 2 * MIB:
            assert code_of(data, 2) == "too_large"
        else:
            assert pages_of(data, 2) == [body]
