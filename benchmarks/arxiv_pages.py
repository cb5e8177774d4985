"""What reading arXiv's pages costs, beside other readers of the same pages and beside the bare XML parse.

Run with ``make bench-arxiv``. Pages are made of the records in ``$VARIORUM_CAPTURES`` (else of the fixtures),
as many to a page as arXiv sends. Each page has its letters and numbers drawn anew, so that no two rounds read
the same words and nothing is quick for having been seen before; TeX macros and the lengths of all words stay.
Every reader gets the same pages in the same round. Figures are medians over the rounds, in seconds of
one processor, so that other work on the machine matters less.

``plain loop`` parses and walks each record into a dict of lists, namespaces stripped, without any cleaning or
validation, as OAI-PMH client libraries do. ``feedparser`` reads the query API's feeds.
"""

from __future__ import annotations

import os
import random
import re
import resource
import statistics
import string
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from itertools import cycle, islice
from pathlib import Path

import feedparser
from lxml import etree
from lxml.etree import _Element as Element

from variorum.pipeline.reading import read_page

FIXTURES = Path(__file__).parent.parent / "fixtures" / "arxiv"
FOLDERS = ("oai_arxiv", "arxiv_rendered_oai", "arxiv_api")
FORMATS = ("arXiv", "arXivRaw", "dc")
RECORDS = 1_300
ENTRIES = 100
ROUNDS = 7
LIMIT = "bare parse"
MEMORY_PAGES = 100
MADE_FOR_MEMORY = 20

OAI = "{http://www.openarchives.org/OAI/2.0/}"
ATOM = "{http://www.w3.org/2005/Atom}"
OPEN = f'<OAI-PMH xmlns="{OAI[1:-1]}"><request verb="ListRecords">http://export.arxiv.org/oai2</request><ListRecords/></OAI-PMH>'
FEED = f'<feed xmlns="{ATOM[1:-1]}"><id>http://arxiv.org/api/bench</id></feed>'

WORDED = frozenset(
    "title abstract comments journal-ref keyname forenames authors creator description summary name journal_ref".split()
)
NUMBERED = frozenset("identifier id doi".split())
MACRO_OR_WORDS = re.compile(r"\\[A-Za-z]+|[^\\]+|\\")
LAST_DIGITS = re.compile(r"\d{0,3}(?=(?:v\d+)?$)")

Reader = Callable[[bytes], int]
"""Reads a page and says how many records it found."""


def found_pages() -> list[Element]:
    """The roots of all pages at hand that are XML."""
    captures = os.environ.get("VARIORUM_CAPTURES")
    folders = [Path(captures) / name for name in FOLDERS] if captures else [FIXTURES]
    roots = []
    for path in sorted(path for folder in folders for path in folder.rglob("*.xml")):
        try:
            roots.append(etree.fromstring(path.read_bytes()))
        except etree.XMLSyntaxError:
            continue  # some captures are broken on purpose
    return roots


def described_in(roots: Sequence[Element], format: str) -> list[Element]:
    """All OAI-PMH records whose metadata are in a format."""
    records = (record for root in roots for record in root.iter("{*}record"))
    return [one for one in records if any(name_of(child) == format for child in one.iterfind("{*}metadata/*"))]


def listed_in(roots: Sequence[Element]) -> list[Element]:
    """All entries of feeds that are papers."""
    entries = (entry for root in roots for entry in root.iter(f"{ATOM}entry"))
    return [one for one in entries if "/abs/" in (one.findtext(f"{ATOM}id") or "")]


def made_page(frame: str, samples: Sequence[Element], size: int, seed: int) -> bytes:
    """A page of ``size`` records, each like one of the samples, in the innermost element of ``frame``."""
    root = etree.fromstring(frame)
    place = root[-1] if len(root) > 1 else root
    draw = random.Random(seed)  # noqa: S311 - made data, not secrets
    for sample in islice(cycle(samples), size):
        place.append(redrawn(deepcopy(sample), draw))
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def redrawn(record: Element, draw: random.Random) -> Element:
    """The record with other letters in its words, each in the same place, and other numbers in its ids."""
    letters = string.ascii_lowercase
    others = "".join(draw.sample(letters, len(letters)))
    table = str.maketrans(letters + letters.upper(), others + others.upper())
    number = f"{draw.randint(1, 999):03d}"
    for element in record.iter(etree.Element):
        text = element.text
        if text and text.strip():
            if name_of(element) in WORDED:
                element.text = MACRO_OR_WORDS.sub(lambda match: _translated(match[0], table), text)
            elif name_of(element) in NUMBERED:
                element.text = LAST_DIGITS.sub(number, text.strip(), count=1)
    return record


def _translated(words: str, table: dict[int, int]) -> str:
    return words if words.startswith("\\") else words.translate(table)


def name_of(element: Element) -> str:
    return etree.QName(element).localname


def variorum_reads(page: bytes) -> int:
    """Decoded, parsed, normalised, validated."""
    return len(read_page(page).sightings)


def feedparser_reads(page: bytes) -> int:
    """Parsed into dicts, markup sanitised; nothing normalised or validated."""
    return len(feedparser.parse(page).entries)


def plain_loop_reads(page: bytes) -> int:
    """As client libraries do: a header, and a dict of lists of what the metadata hold."""
    return sum(1 for _ in plain_records(page))


def plain_records(page: bytes) -> Iterator[tuple[dict[str, str | None], dict[str, list[str | None]]]]:
    root = etree.fromstring(page)
    for record in root.iterfind(f".//{OAI}record"):
        header = record.find(f".//{OAI}header")
        head = {name: header.findtext(OAI + name) for name in ("identifier", "datestamp")}
        fields: dict[str, list[str | None]] = {}
        for element in record.find(f".//{OAI}metadata")[0].findall(".//"):
            fields.setdefault(re.sub(r"\{.*\}", "", element.tag), []).append(element.text)
        yield head, fields


def bare_parse(page: bytes) -> int:
    """The least it can cost: the tree, and nothing of it looked at."""
    etree.fromstring(page)
    return 0


def measure(title: str, readers: dict[str, Reader], make: Callable[[int], bytes], size: int) -> None:
    """Let all readers read the same pages, a new one each round, and print what they took."""
    times: dict[str, list[float]] = {name: [] for name in readers}
    length = 0
    for number in range(ROUNDS + 1):
        page = make(number)
        length = len(page)
        for name, reader in readers.items():
            start = time.process_time()
            found = reader(page)
            took = time.process_time() - start
            assert found in (size, 0), f"{name} found {found} of {size}"
            if number:  # the first round imports and compiles
                times[name].append(took)
    print(f"\n{title}: {size:,} records in {length / 1e6:.1f} MB; median of {ROUNDS} rounds")
    ours = times["variorum"]
    for name, took in times.items():
        ratio = statistics.median(our / other for our, other in zip(ours, took, strict=True))
        middle = statistics.median(took)
        beside = "" if took is ours else f"  variorum takes {ratio:5.2f} × as long"
        print(f"  {name:11} {middle * 1000:8.1f} ms {size / middle:12,.0f} records/s{beside}")


def peak_memory(samples: Sequence[Element]) -> float:
    """Peak resident MiB of a process that reads many pages one after the other."""
    with tempfile.TemporaryDirectory() as folder:
        for number in range(MADE_FOR_MEMORY):
            (Path(folder) / f"{number}.xml").write_bytes(made_page(OPEN, samples, RECORDS, number))
        job = [sys.executable, __file__, "--memory", folder]
        return float(subprocess.run(job, check=True, capture_output=True, text=True).stdout)


def read_all(folder: Path) -> None:
    """What ``peak_memory`` runs: read pages, print the peak."""
    for path in islice(cycle(sorted(folder.iterdir())), MEMORY_PAGES):
        variorum_reads(path.read_bytes())
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def main() -> None:
    """Measure, and print medians with their ratios."""
    if sys.argv[1:2] == ["--memory"]:
        read_all(Path(sys.argv[2]))
        return
    roots = found_pages()
    for format in FORMATS:
        if samples := described_in(roots, format):
            readers = {"variorum": variorum_reads, "plain loop": plain_loop_reads, LIMIT: bare_parse}
            title = f"OAI-PMH, {format} ({len(samples)} samples)"
            measure(title, readers, lambda seed: made_page(OPEN, samples, RECORDS, seed), RECORDS)
    if entries := listed_in(roots):
        readers = {"variorum": variorum_reads, "feedparser": feedparser_reads, LIMIT: bare_parse}
        title = f"query API, Atom ({len(entries)} samples)"
        measure(title, readers, lambda seed: made_page(FEED, entries, ENTRIES, seed), ENTRIES)
    if samples := described_in(roots, FORMATS[0]):
        peak = peak_memory(samples)
        print(f"\npeak memory over {MEMORY_PAGES} pages of {RECORDS:,} records, one after the other: {peak:,.0f} MiB")


if __name__ == "__main__":
    main()
