"""Pages that would take the HTML parser very long are known before it sees them.

The parser takes quadratic time over tags that are nested very deep, over tags with very many attributes
and over very many different names. ``refuse_hostile`` therefore goes over the page once, as HTML's own rules
cut it into tags, and refuses pages beyond what any site sends. Where two readings of a page are possible
(HTML inside of drawings and formulas, scripts inside comments inside scripts) it refuses too, for it could
count by the wrong one.
"""

from __future__ import annotations

import re

from variorum.errors import LayoutError

MAX_DEPTH = 500
"""Tags open at a time; pages have a few dozen."""

MAX_ATTRIBUTES = 500
"""Attributes of one tag."""

MAX_NAMES = 5_000
"""Different names of tags and attributes; the parser looks each up in a table of fixed size."""

MAX_ROOTS = 10
"""How often <html> and <body> may begin; the parser joins the attributes of all of them."""

MAX_OPTIONS = 5_000
"""Choices in forms; each one is looked up among all those before it."""

MAX_REOPENED = 1_000_000
"""How many <b>, <i> and the like may have to be opened again in the blocks that follow them, in all."""

_SPACE = r" \t\n\f\r"  # HTML's; Python's \s is wider
_NAME = rf"[^{_SPACE}/>][^{_SPACE}/>=]*+"
_ATTRIBUTE = (
    _NAME + rf"""(?:[{_SPACE}]*+=[{_SPACE}]*+(?:"[^"]*+(?:"|\Z)|'[^']*+(?:'|\Z)|[^{_SPACE}"'>][^{_SPACE}>]*+)?+)?+"""
)
_REST = rf"(?:[{_SPACE}]++|(?P<empty>/(?=>))|/|{_ATTRIBUTE})*+"
_TOKEN = re.compile(
    rf"""
      <!--(?:-?>|.*?(?:--!?>|\Z))                                # a comment
    | <(?P<close>/?+)(?P<name>[A-Za-z][^{_SPACE}/>]*+)(?P<rest>{_REST})(?:>|\Z)   # a tag
    | <[!?/][^>]*+(?:>|\Z)                                       # a declaration, or what passes for a comment
    """,
    re.X | re.S,
)
_ATTRIBUTES = re.compile(rf"(?=({_NAME})){_ATTRIBUTE}")

_ROOTS = frozenset({"html", "body"})
_LOOSE = frozenset("p tr td th tbody thead tfoot".split())
"""Elements that end where the next one begins, whatever is in between."""
_UNCOUNTED = _LOOSE | frozenset(
    "option area base br col embed frame head hr img input keygen link meta param source track wbr".split()
)
_ENDED_BY = {"li": frozenset({"li"}), "dt": frozenset({"dt", "dd"}), "dd": frozenset({"dt", "dd"})}
_BLOCKS = frozenset(
    "address article aside blockquote center details dialog dir div dl dt dd fieldset figcaption figure footer"
    " h1 h2 h3 h4 h5 h6 header hgroup hr li main menu nav ol pre search section summary ul".split()
)
"""What ends a paragraph when it begins, and paragraphs and items in it when it ends."""
_ENDING_ALL = frozenset("button marquee object table template".split())
"""What else ends all that is open in it; the end of any other element does not count in a paragraph or cell."""
_FORMATTING = frozenset("a b big code em font i nobr s small strike strong tt u".split())
_RAW = frozenset("script style title textarea xmp iframe noembed noframes".split())
_ENDLESS = frozenset({"plaintext", "frameset"})
"""Elements behind which the rest of the page is something else."""
_TEMPLATE = re.compile("</?template")
_SVG = frozenset(
    "a altglyph animate animatecolor animatemotion animatetransform circle clippath cursor defs desc discard ellipse"
    " filter foreignobject g image line lineargradient marker mask metadata mpath path pattern polygon polyline"
    " radialgradient rect set stop style svg switch symbol text textpath title tref tspan use view"
    " feblend fecolormatrix fecomponenttransfer fecomposite feconvolvematrix fediffuselighting fedisplacementmap"
    " fedistantlight fedropshadow feflood fefunca fefuncb fefuncg fefuncr fegaussianblur feimage femerge femergenode"
    " femorphology feoffset fepointlight fespecularlighting fespotlight fetile feturbulence".split()
)
_MATHML = frozenset(
    "annotation maction maligngroup menclose merror mfenced mfrac mi mlabeledtr mmultiscripts mn mo mover mpadded"
    " mphantom mprescripts mroot mrow ms mspace msqrt mstyle msub msubsup msup mtable mtd mtext mtr munder munderover"
    " none semantics".split()
)
_FOREIGN = {"svg": _SVG, "math": _MATHML}
_WORDS_ONLY = frozenset("annotation desc foreignobject mi mn mo ms mtext style title".split())
"""Where HTML may begin again inside of a drawing or formula: there must be none."""

_CURE = "save it again without scripts and pictures, or as text"


class _Stack:
    """The tags that are open, as far as end tags show right where they belong.

    So sloppy pages may seem deeper than they are, crafted ones never less deep.
    """

    def __init__(self) -> None:
        self._names = [""]
        self._loose = [""]  # for each of them, what is open in it and not counted: a paragraph ("p"), or a cell or row
        self._formatting = 0
        self._forms = 0
        self.reopened = 0
        self.roots = 0
        self.options = 0

    def is_excessive(self) -> bool:
        return (
            len(self._names) > MAX_DEPTH
            or self.roots > MAX_ROOTS
            or self.options > MAX_OPTIONS
            or self.reopened > MAX_REOPENED
        )

    def holds(self, name: str) -> bool:
        """Whether such a tag is open."""
        return name in self._names

    def start(self, name: str) -> None:
        """A start tag: it may end the tag before it, and opens another."""
        self.reopened += self._formatting
        self.roots += name in _ROOTS
        self.options += name == "option"
        if name in _BLOCKS:
            self._end_paragraph()
        if self._names[-1] in _ENDED_BY.get(name, ()):
            self._pop(len(self._names) - 1)
        if name in _LOOSE and self._loose[-1] in {"", "p"}:
            self._loose[-1] = name
        elif name not in _UNCOUNTED and name not in _ROOTS:
            self._names.append(name)
            self._loose.append("")
            self._formatting += name in _FORMATTING
            self._forms += name == "form"

    def end(self, name: str) -> None:
        """An end tag: closes the last tag of that name if nothing is open in it that has to be closed first."""
        ends_all = name in _BLOCKS or name in _ENDING_ALL
        place = len(self._names) - 1
        while ends_all and self._names[place] != name and self._names[place] in _ENDED_BY:
            place -= 1
        if name == "p":
            self._end_paragraph()
        elif name == "form":
            self._end_form()
        elif self._names[place] == name and (ends_all or not self._loose[place]):
            self._pop(place)

    def _end_paragraph(self) -> None:
        if self._loose[-1] == "p":
            self._loose[-1] = ""

    def _end_form(self) -> None:
        """Forms do not nest: an end is that of any form that was open, and others that seem open never end."""
        if self._names[-1] == "form":
            loose = self._loose[-1]
            self._pop(len(self._names) - 1)
            self._loose[-1] = self._loose[-1] or loose
            self._forms -= 1
        if self._forms:
            self._names = [f"{name}?" if name == "form" else name for name in self._names]
            self._forms = 0

    def _pop(self, place: int) -> None:
        self._formatting -= self._names[place] in _FORMATTING
        del self._names[place:], self._loose[place:]


class _Fragment:
    """A drawing or formula, whose tags are open until they are closed.

    All that HTML's rules read by what is around it is refused: HTML in it, and ends of what is not open in it.
    """

    def __init__(self, root: str) -> None:
        self._known = _FOREIGN[root]
        self._open = [root]

    @property
    def is_over(self) -> bool:
        return not self._open

    @property
    def depth(self) -> int:
        return len(self._open)

    def start(self, name: str, is_empty: bool) -> bool:
        """A start tag; False for one that is not known in here."""
        if self._open[-1] in _WORDS_ONLY or not (name in self._known or ":" in name):
            return False
        if not is_empty:
            self._open.append(name)
        return True

    def end(self, name: str) -> bool:
        """An end tag: it closes all that is open in its element. False when none of the name is open in here."""
        if self._open[-1] != name and name not in self._open:
            return False
        while self._open.pop() != name:
            pass
        return True


def refuse_hostile(text: str) -> None:
    """Raise ``LayoutError`` unless tags nest and hold attributes within bounds; takes linear time."""
    stack = _Stack()
    fragment: _Fragment | None = None
    names: set[str] = set()
    position = 0
    while (token := _TOKEN.search(text, position)) is not None:
        position = token.end()
        name = (token["name"] or "").lower()
        if not name:
            if fragment and token[0].startswith("<![CDATA["):
                raise _ambiguous("CDATA in a drawing or formula", token.start())
            continue
        attributes = _ATTRIBUTES.findall(token["rest"]) if token["rest"] else []
        names.add(name)
        names.update(attributes)
        if len(attributes) > MAX_ATTRIBUTES or len(names) > MAX_NAMES:
            raise _hostile("too many attributes or names", token.start())
        if fragment:
            is_known = fragment.end(name) if token["close"] else fragment.start(name, token["empty"] is not None)
            if not is_known:
                raise _ambiguous(f"<{token['close']}{name[:40]}> in a drawing or formula", token.start())
            if fragment.depth > MAX_DEPTH:
                raise _hostile("too many tags open at once", token.start())
            fragment = None if fragment.is_over else fragment
        elif token["close"]:
            stack.end(name)
        elif name in _RAW:
            position = _behind_raw(text, name, position, stack.holds("template"))
        elif name in _FOREIGN:
            fragment = _Fragment(name) if token["empty"] is None else None
        elif name in _ENDLESS:
            raise _ambiguous(f"<{name}>", token.start())
        else:
            stack.start(name)
        if stack.is_excessive():
            raise _hostile("too many tags, or too many open at once,", token.start())


def _behind_raw(text: str, name: str, position: int, in_template: bool) -> int:
    """The position of the end tag of an element whose content is not markup."""
    end = re.compile(rf"</{name}(?=[{_SPACE}/>])", re.I).search(text, position)
    stop = end.start() if end else len(text)
    content = text[position:stop].lower()
    if name == "script" and "<!--" in content and "<script" in content:
        raise _ambiguous("a script that seems to hold another", position)
    if in_template and _TEMPLATE.search(content):
        # In a template that begins with the columns of a table, none of these elements is one.
        raise _ambiguous(f"a template in <{name}> in a template", position)
    return stop


def _hostile(what: str, position: int) -> LayoutError:
    return LayoutError(
        "hostile_html",
        f"the page has {what} at character {position:,}: reading it might take hours; {_CURE}",
    )


def _ambiguous(what: str, position: int) -> LayoutError:
    return LayoutError(
        "hostile_html",
        f"the page has {what} at character {position:,}, which can be read in two ways; {_CURE}",
    )
