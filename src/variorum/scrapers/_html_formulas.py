r"""Formulas that a browser drew before the page was saved stand on it several times, and are to be read once.

MathJax and KaTeX leave in the page what is seen, and for those who hear it a copy in MathML, at times with the
TeX it came from. TeX is kept where there is any, as ``\(…\)``, else the MathML, whose words are those that are seen.
"""

from __future__ import annotations

import re

from selectolax.lexbor import LexborHTMLParser, LexborNode

_SIGN = re.compile(r"<math[\s/>]|math/tex", re.I)
_COPIES = "mjx-assistive-mml, .MJX_Assistive_MathML, .katex-mathml"
_DRAWN = re.compile(r"(?:mjx-|MathJax|katex)", re.I)
_TEX_SCRIPT = 'script[type^="math/tex"]'
_TEX = "application/x-tex"
_DRAWN_BEFORE = 3
"""Most elements that stand before the script with a formula's TeX and show it."""


def settle_formulas(tree: LexborHTMLParser, text: str) -> None:
    """Leave one form of each formula in the tree of a page of that text."""
    if not _SIGN.search(text):
        return
    for script in tree.css(_TEX_SCRIPT):
        _keep_script(script)
    for copy in tree.css(_COPIES):
        _keep_copy(copy)
    for annotation in tree.css("math annotation"):
        _keep_tex(annotation)


def _keep_script(script: LexborNode) -> None:
    """MathJax 2: what shows the formula stands before a script that holds its TeX."""
    shown = script.prev
    for _ in range(_DRAWN_BEFORE):
        if shown is None or not _is_drawn(shown):
            break
        drawn, shown = shown, shown.prev
        _take_out(drawn)
    _replace(script, script.text())


def _keep_copy(copy: LexborNode) -> None:
    """The MathML beside what is seen, in one container."""
    container = copy.parent
    if container is None or not _is_drawn(container):
        return
    for other in list(container.iter(include_text=True)):
        if other.mem_id != copy.mem_id:
            _take_out(other)


def _keep_tex(annotation: LexborNode) -> None:
    """The TeX within MathML: instead of all of it. Notes of other sorts are no words of the formula."""
    semantics = annotation.parent
    formula = semantics.parent if semantics is not None else None
    if annotation.attributes.get("encoding") == _TEX and formula is not None and formula.tag == "math":
        _replace(formula, annotation.text())
    else:
        _take_out(annotation)


def _is_drawn(node: LexborNode) -> bool:
    return bool(_DRAWN.match(node.tag or "") or any(map(_DRAWN.match, (node.attributes.get("class") or "").split())))


def _replace(node: LexborNode, tex: str) -> None:
    _put(node, rf"\({tex.strip()}\)" if tex.strip() else "")


def _take_out(node: LexborNode) -> None:
    _put(node, "")


def _put(node: LexborNode, text: str) -> None:
    """A text instead of a node, which is only let go of: nodes inside of it may be met again."""
    if node.parent is not None:
        node.replace_with(text)
