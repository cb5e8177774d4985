"""arXiv's snapshot, announcements, text files and web pages: what is refused, and why."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from variorum.errors import BadInputError, LayoutError
from variorum.pipeline.reading import read_page
from variorum.schema import Rejection
from variorum.scrapers import decode, recognise
from variorum.scrapers._arxiv_abs import parse_abs
from variorum.scrapers._arxiv_feed import parse_feed
from variorum.scrapers._arxiv_html import parse_page
from variorum.scrapers._arxiv_snapshot import parse_snapshot

FIXTURES = Path(__file__).parent.parent.parent / "fixtures" / "arxiv"
GOOD = json.loads((FIXTURES / "snapshot" / "page.json").read_text().splitlines()[0])


def fixture(case: str) -> bytes:
    return next((FIXTURES / case).glob("page.*")).read_bytes()


def rejected(*lines: str) -> list[Rejection]:
    """The rejections of lines that stand behind a good one, which is always read."""
    reading = parse_snapshot(decode("\n".join([json.dumps(GOOD), *lines]).encode()))
    assert [entry.source_key for entry in reading.entries] == ["0704.0001"]
    return list(reading.rejections)


HOSTILE = {
    "depth": '{"id":' + "[" * 100_000,
    "depth in a field nobody reads": '{"id": "1501.00001", "more": ' + "[" * 100_000 + "]" * 100_000 + "}",
    "digits": '{"id": "1501.00001", "title": ' + "9" * 900_000 + "}",
    "NaN": '{"id": "1501.00001", "title": NaN}',
    "infinity": '{"id": "1501.00001", "title": -Infinity}',
    "a key twice": '{"id": "1501.00001", "id": "1501.00002"}',
    "a key twice deep inside": '{"id": "1501.00001", "versions": [{"version": "v1", "version": "v2"}]}',
    "half a character": '{"id": "1501.00001", "title": "\\ud800"}',
    "half a character in a name": '{"id": "1501.00001", "authors_parsed": [["\\udc00", "", ""]]}',
    "NUL": '{"id": "1501.00001", "title": "a\\u0000"}',
    "our separator": '{"id": "1501.00001", "authors_parsed": [["a\\u001eb", "", ""]]}',
    "a tab in a name": '{"id": "1501.00001", "authors_parsed": [["a\\tb", "", ""]]}',
    "an array": "[1]",
    "a word": "null",
    "an id that is a number": '{"id": 1501.00001}',
    "an id that is null": '{"id": null}',
    "no id": "{}",
    "an id of nothing": '{"id": "1501.00000"}',
    "authors that are text": '{"id": "1501.00001", "authors_parsed": "Roe"}',
    "an author that is text": '{"id": "1501.00001", "authors_parsed": ["Roe"]}',
    "an author that is a list of lists": '{"id": "1501.00001", "authors_parsed": [[["Roe"]]]}',
    "versions that are text": '{"id": "1501.00001", "versions": ["v1"]}',
    "two objects": '{"id": "1501.00001"} {"id": "1501.00002"}',
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_bad_line_of_a_snapshot_is_a_rejection_and_quick(name: str) -> None:
    started = time.monotonic()
    (rejection,) = rejected(HOSTILE[name])
    assert rejection.place == "line=2"
    assert rejection.code in {"malformed_json", "bad_characters", "no_identifier", "unexpected_value"}
    assert len(rejection.raw) <= 20_000
    rejection.model_dump_json().encode()
    assert time.monotonic() - started < 0.5


def test_other_json_is_no_snapshot() -> None:
    for body in (b'{\n "results": []\n}\n', b"[1, 2]", b'{"a": 1'):
        with pytest.raises(BadInputError) as caught:
            recognise(decode(body))
        assert caught.value.code == "unrecognised"
    for body in (b'{\n "results": []\n}\n', b"[1, 2]"):
        with pytest.raises(LayoutError) as refused:
            parse_snapshot(decode(body))
        assert refused.value.code == "wrong_content"


def test_submitters_are_not_kept() -> None:
    for case in ("snapshot", "abs_files", "html_abs"):
        page = read_page(fixture(case))
        kept = [s.statement.model_dump_json() for s in page.sightings] + [r.model_dump_json() for r in page.rejections]
        assert not [text for text in kept if "Tobestored" in text or "nobody@" in text]


def test_each_page_has_one_layout() -> None:
    formats = {
        case: recognise(decode(fixture(case)))[1].formats
        for case in ("feed_rss", "feed_atom", "feed_empty", "feed_error", "atom", "snapshot", "abs_files", "html_new")
    }
    assert formats == {
        **dict.fromkeys(("feed_rss", "feed_atom", "feed_empty", "feed_error"), ("arxiv_feed",)),
        "atom": ("arxiv_atom",),
        "snapshot": ("arxiv_snapshot",),
        "abs_files": ("arxiv_abs",),
        "html_new": ("arxiv_html",),
    }


@pytest.mark.parametrize(
    ("case", "before", "after", "code"),
    [
        ("html_new", "(showing 2 of 2 entries)", "(showing 3 of 3 entries)", "wrong_count"),
        ("html_new", "[2]", "[7]", "wrong_count"),
        ("html_new", "[2]", "two", "wrong_count"),
        ("html_new", "<dd>", "<dd>x</dd><dd>", "unknown_layout"),
        ("html_new", "dl id='articles'", "dl id='papers'", "unknown_layout"),
        ("html_abs", 'content="math/0612346"', 'content="math/061234"', "no_identifier"),
        ("html_abs", "h1 class", "h2 class", "unknown_layout"),
        ("html_abs", "Report&nbsp;number:", "Comments:", "unknown_layout"),
        ("html_not_found", "not found", "removed by its author", "removed"),
        ("html_not_found", "Article 2603.99999 not found", "Invalid show value", "bad_request"),
        ("html_not_found", "Article 2603.99999 not found", "", "unknown_layout"),
        ("feed_rss", "<rss ", "<rss><!--", "malformed_xml"),
    ],
)
def test_a_page_that_cannot_be_trusted(case: str, before: str, after: str, code: str) -> None:
    body = fixture(case).decode()
    assert before in body
    parse = parse_feed if case.startswith("feed") else parse_page
    with pytest.raises(LayoutError) as caught:
        parse(decode(body.replace(before, after).encode()))
    assert caught.value.code == code


def test_a_list_item_that_cannot_be_read_leaves_the_others() -> None:
    body = fixture("html_new").decode().replace("list-title mathjax", "title mathjax", 1)
    page = read_page(body.encode())
    assert [rejection.code for rejection in page.rejections] == ["unknown_layout", "no_identifier"]
    assert len(page.sightings) == 2


def test_a_header_line_of_a_text_file_that_is_not_known_is_quarantined() -> None:
    body = fixture("abs_files").decode().replace("Report-no:", "Reprot-no:")
    page = read_page(body.encode())
    assert [r.code for r in page.rejections if r.place == "line=3-23"] == ["unknown_field"]


def test_a_title_that_stands_twice_in_a_header_is_a_rejection() -> None:
    body = fixture("abs_files").decode().replace("Comments: 37", "Title: 37")
    reading = parse_abs(decode(body.encode()))
    assert "'Title: 37 pages: a comment with a colon'" in reading.rejections[0].message


@pytest.mark.parametrize("first_line", ["arXiv:funct-an/9301009", "arXiv:0704.0005"])
def test_a_paper_whose_first_line_is_damaged_is_not_taken_for_part_of_another(first_line: str) -> None:
    body = fixture("abs_files").decode()
    assert first_line in body
    before = parse_abs(decode(body.encode()))
    after = parse_abs(decode(body.replace(first_line, "arX iv").encode()))
    assert {entry.source_key for entry in after.entries} < {entry.source_key for entry in before.entries}
    assert [entry for entry in after.entries if entry not in before.entries] == []
    assert any("first line" in rejection.message for rejection in after.rejections)


@pytest.mark.parametrize(
    "line",
    [
        "\\\\" + " " * 900_000 + "x",
        "Title " * 150_000,
        "Date: " + "(" * 900_000,
        "Date: " + " " * 900_000 + "x",
        "-" * 900_000 + "x",
        "A" + "-a" * 450_000,
    ],
)
def test_long_lines_of_a_text_file_take_no_time(line: str) -> None:
    body = fixture("abs_files").decode().replace("MSC-class: 05C85; 05C70", line)
    started = time.monotonic()
    parse_abs(decode(body.encode()))
    assert time.monotonic() - started < 2
