"""Pages made to be slow are refused in time that grows with their length only; other pages are read."""

from __future__ import annotations

import time

import pytest

from variorum.errors import LayoutError
from variorum.scrapers._base import Body
from variorum.scrapers._html import all_of, at_most_one, one, parse_html, text_of

N = 20_000
END = "</html>"


def page(text: str) -> Body:
    return Body(text.encode(), "html", text)


HOSTILE = {
    "nested": "<div>" * N,
    "nested and closed": "<div>" * N + "</div>" * N,
    "end tags in attributes": '<div title="</div>">' * N,
    "quotes that are names": '<div ">' * N,
    "quotes behind an equals sign that is a name": '<div =">' * N,
    "quotes inside of values": '<div a=b=">' * N,
    "space that is none": '<div a=\u00a0">' * N,
    "end tags in comments": "<div><!--</div>-->" * N,
    "comments that end at once": "<!--><div>" * N,
    "end tags in scripts": "<div><script></div></script>" * N,
    "scripts in comments in scripts": "<div><script><!--<script></script></div></script>" * N,
    "end tags of others": "<div></b>" * N,
    "lists of two sorts": "<li><dd>" * N,
    "lists": "<ul><li>" * N,
    "tables": "<table><tr><td>" * N,
    "attributes": "<div " + " ".join(f"a{number}=1" for number in range(N)) + ">",
    "attributes without space": "<div " + '=""'.join(f"a{number}" for number in range(N)) + ">",
    "attribute names": "".join(f"<div a{number}=1></div>" for number in range(N)),
    "names": "".join(f"<x{number}></x{number}>" for number in range(N)),
    "names of ends": "".join(f"</x{number}>" for number in range(N)),
    "roots": "".join(f"<html a{number % 100}=1>" for number in range(N)),
    "bold that is opened again": "<p>" + "".join(f"<b id={number}>" for number in range(400)) + "<p>x" * N,
    "options": "<select>" + "<option>" * N,
    "drawings": "<svg>" + "<g>" * N + "</svg>",
    "styles in drawings": "<svg><style><a b='</style>" + "<g>" * N,
    "formulas": "<math>" + "<mrow>" * N,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_page_is_refused_soon(name: str) -> None:
    started = time.monotonic()
    with pytest.raises(LayoutError) as caught:
        parse_html(page(HOSTILE[name] + END))
    assert caught.value.code == "hostile_html"
    assert time.monotonic() - started < 2


STRANGE = {
    "less-than signs": "<" * N,
    "comments that never end": "<!--" * N,
    "a tag that never ends": "<a " + " " * 10 * N,
    "paragraphs": "<p>" * N,
    "items": "<li><p>" * N,
    "definitions": "<dl>" + "<dt>a<dd>b" * N + "</dl>",
    "cells": "<table>" + "<tr><td>a<td>b" * N + "</table>",
    "options": "<select>" + "<option>a" * 1_000 + "</select>",
    "many small elements": "<div><b>a</b><i>b</i></div>" * N,
    "an icon each": '<div><svg><title>x</title><path d="M1 2"/></svg></div>' * N,
    "entities": "&amp;&#0;&#30;" * N,
}


@pytest.mark.parametrize("name", STRANGE)
def test_a_strange_page_takes_linear_time(name: str) -> None:
    started = time.monotonic()
    parse_html(page(STRANGE[name] + END))
    assert time.monotonic() - started < 4


def test_half_a_page_is_not_taken_for_a_whole_one() -> None:
    with pytest.raises(LayoutError) as caught:
        parse_html(page("<!doctype html><html><body><p>An abstract that st"))
    assert caught.value.code == "cut_off"


def test_selections_fail_loudly() -> None:
    tree = parse_html(page("<p class=a>1</p><p class=b>2</p><p class=b>3</p></html>"))
    assert text_of(one(tree, ".a")) == "1"
    assert at_most_one(tree, ".c") is None
    assert [text_of(node) for node in all_of(tree, ".b")] == ["2", "3"]
    for css, select in ((".b", one), (".b", at_most_one), (".c", one)):
        with pytest.raises(LayoutError) as caught:
            select(tree, css)
        assert caught.value.code == "unknown_layout"


def test_text_is_what_the_page_says() -> None:
    tree = parse_html(
        page(
            "<div> <span class='x descriptor'>Title:</span> a &lt; b&#30;\n<b>c</b>"
            "<a href='https://example.org/?a=1&amp;b=2'>this https URL</a><!-- no --></div></html>"
        )
    )
    assert text_of(one(tree, "div"), without="descriptor") == "a < b\nchttps://example.org/?a=1&b=2"
    assert text_of(None) == ""
