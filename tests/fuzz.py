"""Mutates fixture pages and reads them: whatever becomes of a page, it is read or refused, and soon.

``python -m tests.fuzz --pages 10000`` makes that many pages for each source and medium, by cutting, repeating,
nesting, swapping, splicing, re-encoding, and by changing values, tags and attributes, several times over. A page
must give records, rejections or a named refusal within two seconds of processor time, and what it gives must
be storable. Exit 1 when one does not; such pages are kept in ``--keep``.

No test of pytest's; ``tests/scrapers/test_mutations.py`` runs a few.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from multiprocessing import Pool
from pathlib import Path
from typing import Any

from variorum.errors import BadInputError
from variorum.pipeline.reading import Page, read_page
from variorum.scrapers import decode

FIXTURES = Path(__file__).parent.parent / "fixtures"
SLOWEST = 2.0
"""Seconds of processor time that reading one page may take."""

LARGEST = 2_000_000
"""Bytes to which a page may grow."""

_BITES = [
    *(b"<", b">", b"</", b"&", b'"', b"'", b"\\", b"{", b"}", b"[", b"]", b",", b":", b"\n", b"\x00", b"\xff", b"\x1e"),
    *(
        b"<!--",
        b"<![CDATA[",
        b"<script>",
        b"</script>",
        b"<svg>",
        b"<p>",
        b"</div>",
        b"&amp;amp;",
        b"&#0;",
        b"&#x110000;",
    ),
    *(b"null", b"NaN", b"1e999", b'"\\ud800"', b"\xe2\x80\xae", b"\xc2\xa0", b"~", b"~~~~", b"; ;", b"null (Ed.)"),
]
_VALUES: tuple[Any, ...] = (
    *(None, True, 0, -1, 10**400, 1.5, "", " ", "0", "null", "\ud800", "a\x00b", "~", "x" * 60_000, [], {}, [[]]),
    *([None], [{}], [1, "a", None], {"a": {"a": {"a": 1}}}, {"": ""}),
)
_TAG = re.compile(rb"</?([A-Za-z][A-Za-z0-9]*)[^>]*>")
_ATTRIBUTE = re.compile(rb"""\s([a-z-]+)=("[^"]*"|'[^']*')""")

Mutation = Callable[[bytes, random.Random, Sequence[bytes]], bytes]


def _span(page: bytes, dice: random.Random, longest: int = 4_000) -> tuple[int, int]:
    start = dice.randrange(len(page) + 1)
    return start, min(len(page), start + dice.randrange(1, longest))


def _cut(page: bytes, dice: random.Random, _: Sequence[bytes]) -> bytes:
    start, end = _span(page, dice)
    return dice.choice((page[:start], page[start:], page[:start] + page[end:]))


def _repeat(page: bytes, dice: random.Random, _: Sequence[bytes]) -> bytes:
    start, end = _span(page, dice)
    return page[:end] + page[start:end] * dice.choice((1, 2, 20, 200)) + page[end:]


def _nest(page: bytes, dice: random.Random, _: Sequence[bytes]) -> bytes:
    start, end = _span(page, dice)
    before, after = dice.choice(((b"<div>", b"</div>"), (b"<b>", b""), (b"[", b"]"), (b'{"a":', b"}"), (b"<li>", b"")))
    times = dice.choice((1, 5, 100, 3_000, 60_000))
    return page[:start] + before * times + page[start:end] + after * times + page[end:]


def _swap(page: bytes, dice: random.Random, _: Sequence[bytes]) -> bytes:
    a, b = _span(page, dice)
    c, d = _span(page, dice)
    (a, b), (c, d) = sorted(((a, b), (c, d)))
    return page[:a] + page[c:d] + page[b:c] + page[a:b] + page[d:] if b <= c else page[:a] + page[b:]


def _bite(page: bytes, dice: random.Random, _: Sequence[bytes]) -> bytes:
    start, end = _span(page, dice, 3)
    return page[:start] + dice.choice(_BITES) * dice.choice((1, 1, 1, 2, 5_000)) + page[dice.choice((start, end)) :]


def _splice(page: bytes, dice: random.Random, others: Sequence[bytes]) -> bytes:
    other = dice.choice(others)
    (start, _), (c, d) = _span(page, dice), _span(other, dice)
    return page[:start] + other[c:d] + page[start:]


def _encode(page: bytes, dice: random.Random, _: Sequence[bytes]) -> bytes:
    text = page.decode("utf-8", "replace")
    garbled = page.decode("cp1252", "replace").encode()
    return dice.choice((text.encode("latin-1", "replace"), text.encode("utf-16"), garbled, b"\xef\xbb\xbf" + page))


def _tag(page: bytes, dice: random.Random, _: Sequence[bytes]) -> bytes:
    tags = list(_TAG.finditer(page))
    if not tags:
        return page
    one = dice.choice(tags)
    if dice.random() < 0.5:
        return page[: one.start()] + page[one.end() :]
    name = dice.choice((b"div", b"span", b"li", b"table", b"td", b"select", b"option", b"template", b"math", b"a"))
    return page[: one.start(1)] + name + page[one.end(1) :]


def _attribute(page: bytes, dice: random.Random, _: Sequence[bytes]) -> bytes:
    attributes = list(_ATTRIBUTE.finditer(page))
    if not attributes:
        return page
    one = dice.choice(attributes)
    if dice.random() < 0.3:  # as when a site changes its layout
        return page.replace(one[2], b'"renamed"')
    value = dice.choice((b"", b' class=""', b' href="javascript:0"', b' id="' + b"9" * 5_000 + b'"', b" data-work-id"))
    return page[: one.start()] + value + page[one.end() :]


def _value(page: bytes, dice: random.Random, _: Sequence[bytes]) -> bytes:
    try:
        document = json.loads(page)
    except (ValueError, RecursionError):
        return _bite(page, dice, ())
    places = list(_places(document))
    if not places:
        return page
    holder, key = dice.choice(places)
    match dice.randrange(4):
        case 0:
            del holder[key]
        case 1:
            other, other_key = dice.choice(places)
            holder[key] = json.loads(json.dumps(other[other_key]))
        case 2 if isinstance(holder, dict):
            holder[dice.choice(("renamed", "", "\u202e"))] = holder.pop(key)
        case _:
            holder[key] = dice.choice(_VALUES)
    return json.dumps(document, ensure_ascii=True).encode()


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    keys = list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for key in keys:
        yield value, key
        yield from _places(value[key])


_MUTATIONS: Sequence[Mutation] = (_cut, _repeat, _nest, _swap, _bite, _bite, _splice, _encode, _tag, _attribute)


def mutated(page: bytes, dice: random.Random, others: Sequence[bytes]) -> bytes:
    """The page after one to four mutations."""
    is_json = page.lstrip()[:1] in (b"{", b"[")
    for _ in range(dice.randrange(1, 5)):
        mutation = _value if is_json and dice.random() < 0.6 else dice.choice(_MUTATIONS)
        page = mutation(page, dice, others)[:LARGEST] or b" "
    return page


@dataclass
class Tally:
    """What reading mutated pages came to. ``faults``: pages that must not be, each with what was wrong."""

    pages: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    slowest: float = 0.0
    faults: list[tuple[bytes, str]] = field(default_factory=list)

    def add(self, page: bytes, source: str) -> None:
        """Read a page by its own marks, and as the named source's."""
        self.pages += 1
        for name in (None, source):
            started = time.process_time()
            try:
                self._count(read_page(page, name))
            except BadInputError as error:
                self.counts[f"refused: {error.code}"] += 1
            except Exception:  # noqa: BLE001 - whatever it is, it is a finding
                self.faults.append((page, traceback.format_exc(limit=-4)))
            took = time.process_time() - started
            self.slowest = max(self.slowest, took)
            if took > SLOWEST:
                self.faults.append((page, f"{took:.1f} s"))

    def _count(self, read: Page) -> None:
        for sighting in read.sightings:
            _check_storable(sighting.statement.model_dump_json())
        for rejection in read.rejections:
            _check_storable(rejection.model_dump_json())
        self.counts["records"] += len(read.sightings)
        self.counts["rejections"] += len(read.rejections)


def _check_storable(text: str) -> None:
    """Raise ``ValueError`` for a JSON text that no database takes."""
    text.encode()
    if "\\u0000" in text.replace("\\\\", ""):
        raise ValueError("a NUL cannot be stored")


def groups(names: Sequence[str] = ()) -> dict[tuple[str, str], list[bytes]]:
    """The fixture pages by source and medium."""
    found: dict[tuple[str, str], list[bytes]] = {}
    for path in sorted(FIXTURES.glob("*/*/page.*")):
        source = path.parent.parent.name
        if not names or source in names:
            try:
                media = decode(path.read_bytes()).media
            except BadInputError:
                continue
            found.setdefault((source, media), []).append(path.read_bytes())
    return found


def fuzz(source: str, fixtures: Sequence[bytes], pages: int, seed: int) -> Tally:
    """Read so many mutations of a source's pages of one medium."""
    dice, tally = random.Random(f"{source} {seed}"), Tally()  # noqa: S311 - no secrets here
    for _ in range(pages):
        tally.add(mutated(dice.choice(fixtures), dice, fixtures), source)
    return tally


def _portion(task: tuple[str, str, list[bytes], int, int]) -> tuple[str, str, Tally]:
    source, media, fixtures, pages, seed = task
    return source, media, fuzz(source, fixtures, pages, seed)


def main() -> int:
    """Fuzz every source and medium; print a line for each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sources", nargs="*", help="sources; all if none is named")
    parser.add_argument("--pages", type=int, default=10_000, help="for each source and medium")
    parser.add_argument("--media", help="only this medium")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, default=Path("fuzz-findings"), help="folder for pages that fail")
    asked = parser.parse_args()
    portion = 500
    tasks = [
        (source, media, fixtures, min(portion, asked.pages - start), asked.seed + start)
        for (source, media), fixtures in groups(asked.sources).items()
        if asked.media in (None, media)
        for start in range(0, asked.pages, portion)
    ]
    totals: dict[tuple[str, str], Tally] = {}
    with Pool() as pool:
        for source, media, tally in pool.imap_unordered(_portion, tasks):
            total = totals.setdefault((source, media), Tally())
            total.pages += tally.pages
            total.counts += tally.counts
            total.slowest = max(total.slowest, tally.slowest)
            total.faults += tally.faults
    print(
        f"{'source':<18}{'medium':<8}{'pages':>8}{'records':>10}{'rejections':>12}{'refused':>10}{'slowest':>9}{'faults':>8}"
    )
    for (source, media), total in sorted(totals.items()):
        refused = sum(count for name, count in total.counts.items() if name.startswith("refused"))
        print(
            f"{source:<18}{media:<8}{total.pages:>8,}{total.counts['records']:>10,}"
            f"{total.counts['rejections']:>12,}{refused:>10,}{total.slowest:>8.2f}s{len(total.faults):>8}"
        )
    faults = [(source, media, *fault) for (source, media), total in totals.items() for fault in total.faults]
    for number, (source, media, page, what) in enumerate(faults):
        asked.keep.mkdir(exist_ok=True)
        (asked.keep / f"{source}-{media}-{number:04}").write_bytes(page)
        print(f"{source}-{media}-{number:04}: {what.strip().splitlines()[-1]}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
