"""Pages made to be slow are refused in time that grows with their length only; other pages are read."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from variorum.errors import LayoutError
from variorum.scrapers import _html_guard
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
    "drawings that end at once": ("<svg/>" + "<g>" * 400 + "</svg>") * 50,
    "attributes in drawings": "<svg><path " + " ".join(f"a{number}=1" for number in range(N)) + "/></svg>",
    "names in drawings": "<svg>" + "".join(f"<x:{number}/>" for number in range(N)) + "</svg>",
    "HTML in drawings": "<svg><desc>" + "<div>" * N + "</desc></svg>",
    "HTML in formulas": "<math><mi>" + "<b>" * N + "</mi></math>",
    "HTML that ends a drawing": "<svg><g>" + "<p><div>" * N + "</g></svg>",
    "ends of what is around a drawing": "<g><svg></g>" * N,
    "CDATA in drawings": "<svg><![CDATA[" + "</svg><div>" * N + "]]></svg>",
    "end tags of others in items": "<li></i></noscript><noscript>" * N,
    "end tags of others in paragraphs": "<noscript><p></noscript></p>" * N,
    "paragraphs in captions without table": "<noscript><caption><p></caption></noscript></p>" * N,
    "paragraphs in forms in forms": "<noscript><form><p><form></form></form></noscript></p>" * N,
    "forms that end elsewhere": "<form><select></form></select></form>" * N,
    "bold between cells": "<table>" + "".join(f"<tr><b id={number}><td></b></td>" for number in range(N)),
    "frames in titles": "<frameset><title>" + "<frameset>" * N + "</title>",
    "titles among columns": "<template><col><title></template>" + "<div>" * N + "</title>",
    "text to the end": "<plaintext>",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_page_is_refused_soon(name: str) -> None:
    started = time.process_time()
    with pytest.raises(LayoutError) as caught:
        parse_html(page(HOSTILE[name] + END))
    assert caught.value.code == "hostile_html"
    assert time.process_time() - started < 2


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
    "many formulas": "<p>x <math><msup><mi>x</mi><mn>2</mn></msup></math></p>" * N,
    "drawn formulas": (
        "<mjx-container><i>x</i><mjx-assistive-mml><math><mi>x</mi></math></mjx-assistive-mml></mjx-container>" * N
    ),
    "drawn formulas in one": (
        "<mjx-container>" + "<i>x</i><mjx-assistive-mml><math><mi>x</mi></math></mjx-assistive-mml>" * N
    ),
    "entities": "&amp;&#0;&#30;" * N,
}


@pytest.mark.parametrize("name", STRANGE)
def test_a_strange_page_takes_linear_time(name: str) -> None:
    started = time.process_time()
    parse_html(page(STRANGE[name] + END))
    assert time.process_time() - started < 4


# What seems to be one tag to one reader and another to the other, in all orders.
TAGS = [f"<{name}>" for name in "div p b a li td tr table form select button caption svg math mi g title style".split()]
TAGS += [tag.replace("<", "</") for tag in TAGS] + [
    "<svg/>",
    "<g/>",
    "<svg a=/>",
    "x",
    "<!--",
    "-->",
    "<![CDATA[",
    "]]>",
]
TAGS += ["<x>", "</x>"] * 5


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(TAGS), max_size=2), st.lists(st.sampled_from(TAGS), min_size=1, max_size=7))
def test_no_page_nests_deeper_than_it_is_thought_to(first: list[str], then: list[str]) -> None:
    text = "".join(first) + "".join(then) * 2 * _html_guard.MAX_DEPTH
    try:
        _html_guard.refuse_hostile(text)
    except LayoutError:
        return
    waiting, deepest = [(LexborHTMLParser(text).root, 1)], 0
    while waiting:
        node, depth = waiting.pop()
        deepest = max(deepest, depth)
        waiting += [(child, depth + 1) for child in (node.iter() if node is not None else ())]
    assert deepest < 2 * _html_guard.MAX_DEPTH


ORDINARY = {
    "Illustrator": """<svg version="1.1"><!-- Generator: Adobe Illustrator --><style>.st0{fill:#FFF;}</style><switch>
        <foreignObject requiredExtensions="x" width="1"/><g i:extraneous="self"><path d="M1"/></g></switch></svg>""",
    "Inkscape": """<svg><metadata><rdf:RDF><cc:Work rdf:about=""><dc:format>svg</dc:format></cc:Work></rdf:RDF>
        </metadata><sodipodi:namedview id="base"/><text x="1"><tspan>Logo</tspan></text></svg>""",
    "filter": "<svg><filter id=f><feGaussianBlur stdDeviation=2 /></filter><circle><animate dur=1s /></circle></svg>",
    "drawing in a drawing": "<svg><symbol><svg><path d='M1'/></svg></symbol><use href='#a'/></svg>",
    "unclosed shapes": "<svg><path d=M1><path d=M2></svg>" * 600,
    "formula": "<math><mfrac><mi>a</mi><mn>2</mn></mfrac><mspace width=1em /><mtext>if <!-- -->x</mtext></math>",
}


@pytest.mark.parametrize("name", ORDINARY)
def test_ordinary_drawings_and_formulas_are_read(name: str) -> None:
    assert text_of(one(parse_html(page(f"<p>before</p>{ORDINARY[name]}<p id=x>behind</p>{END}")), "#x")) == "behind"


MATHML = "<math><mo>×</mo></math>"
WITH_TEX = (
    '<math><semantics><mo>×</mo><annotation encoding="application/x-tex">\\times </annotation></semantics></math>'
)
FORMULAS = {
    MATHML: "×",
    WITH_TEX: r"\(\times\)",
    '<math><semantics><mo>×</mo><annotation encoding="StarMath 5.0">times</annotation></semantics></math>': "×",
    '<mjx-container><mjx-math aria-hidden="true"><mjx-c>×</mjx-c></mjx-math>'
    f"<mjx-assistive-mml>{MATHML}</mjx-assistive-mml></mjx-container>": "×",
    f"<mjx-container><svg><text>×</text></svg><mjx-assistive-mml>{MATHML}</mjx-assistive-mml></mjx-container>": "×",
    f'<span class="MathJax"><nobr>×</nobr><span class="MJX_Assistive_MathML">{MATHML}</span></span>': "×",
    '<span class="MathJax_Preview">?</span><span class="MathJax"><nobr>×</nobr></span>'
    '<script type="math/tex">\\times</script>': r"\(\times\)",
    f'<span class="katex"><span class="katex-mathml">{WITH_TEX}</span><span class="katex-html">×</span></span>': (
        r"\(\times\)"
    ),
}


@pytest.mark.parametrize("formula", FORMULAS)
def test_a_drawn_formula_is_read_once(formula: str) -> None:
    tree = parse_html(page(f"<p>a {formula} b {formula} c</p>{END}"))
    shown = FORMULAS[formula]
    assert text_of(one(tree, "p")) == f"a {shown} b {shown} c"


def test_it_is_said_what_is_wrong_and_what_helps() -> None:
    with pytest.raises(LayoutError) as caught:
        parse_html(page("<svg><desc><p>x</p></desc></svg>" + END))
    assert "<p> in a drawing or formula at character 11" in caught.value.message
    assert "save it again without" in caught.value.message


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
