"""Make a labelled set of any size from the open ones: ``make_set.py N --data DIR --out DIR``. The same words each time.

The first round takes the real records, whole clusters, in a fixed order. Each later round turns the same clusters into
other publications that look like the first: about every second common word of the titles is exchanged for one that
is about as common, names likewise, and year, volume, pages and DOI move on together. One cluster changes as a whole,
so the noise between its records stays what it was; and the rounds are near misses of each other, as editions, series
and sequels are. What blocks and what scores has to bear both.
"""

from __future__ import annotations

import argparse
import csv
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from itertools import count
from pathlib import Path

from benchmarks.dedup.score import records_in, rows_of

SETS = ("bd_cardiac", "bd_cytology_screening", "bd_digital_work", "bd_stroke", "dblp_acm", "medrxiv")
"""Sets whose every cluster is known, with abstracts, DOIs or pages."""

COLUMNS = tuple("id source type title authors year venue volume issue pages doi abstract isbn url".split())
ABSTRACT = 300
WORD = re.compile(r"[^\W\d_]+")
NUMBER = re.compile(r"\d+")
DOI = re.compile(r"10\.\d{4,9}/[^\s;,]+")
COMMON_IN_TITLES = 20
COMMON_IN_NAMES = 5
SHORT = 3
"""Words of at most so many letters stay."""

ALIKE = 40
"""So many words, one after the other in order of frequency, are exchanged among each other."""

LEAST_CHANGED = 2
YEARS, VOLUMES, PAGES = 7, 9, 50
"""Years move by at most three either way, volumes and pages up."""

Record = dict[str, str]


@dataclass(frozen=True)
class Cluster:
    """The records of one publication, and what it is called."""

    name: str
    records: Sequence[Record]


def drawn(*parts: object) -> int:
    """A number that looks random and is always the same for the same parts."""
    return int.from_bytes(blake2b("\0".join(map(str, parts)).encode(), digest_size=8).digest())


def real_clusters(data: Path) -> list[Cluster]:
    """All clusters of the open sets, mixed."""
    members: defaultdict[str, list[Record]] = defaultdict(list)
    for name in SETS:
        cluster_of = {row["id"]: row["cluster_id"] for row in rows_of(data / name / "truth.csv")}
        for row in rows_of(records_in(data / name)):
            record = {column: " ".join((row.get(column) or "").split()) for column in COLUMNS}
            record["id"] = f"{name}:{row['id']}"
            record["abstract"] = record["abstract"][:ABSTRACT]
            members[f"{name}:{cluster_of[row['id']]}"].append(record)
    return [Cluster(name, members[name]) for name in sorted(members, key=drawn)]


def common_words(texts: Iterable[str], least: int) -> list[str]:
    """Words seen often enough, the most common first."""
    seen = Counter(word for text in texts for word in WORD.findall(text.lower()) if len(word) > SHORT)
    return sorted((word for word, times in seen.items() if times >= least), key=lambda word: (-seen[word], word))


def exchanged(words: Sequence[str], round_: int) -> dict[str, str]:
    """Each word with another one that is about as common; which one depends on the round."""
    table: dict[str, str] = {}
    for start in range(0, len(words), ALIKE):
        alike = sorted(words[start : start + ALIKE], key=lambda word: drawn(round_, word))
        table.update(zip(alike, alike[1:] + alike[:1], strict=True))
    return table


def other_publication(cluster: Cluster, round_: int, titles: Mapping[str, str], names: Mapping[str, str]) -> Cluster:
    """The cluster as another publication."""
    own = {word for record in cluster.records for word in WORD.findall(record["title"].lower()) if word in titles}
    ranked = sorted(own, key=lambda word: drawn(round_, cluster.name, word))
    changed = {word: titles[word] for word in ranked[: max(LEAST_CHANGED, len(ranked) // 2)]}
    # A title without common words would stay as it is: it gets some.
    pool = list(titles)
    more = [pool[drawn(round_, cluster.name, at) % len(pool)] for at in range(LEAST_CHANGED - len(changed))]
    shift = drawn(round_, cluster.name)
    copies = []
    for record in cluster.records:
        copy = dict(record)
        if record["title"]:
            copy["title"] = " ".join([_with(changed, record["title"]), *more])
        copy["abstract"] = _with(changed, record["abstract"])
        copy["authors"] = _with(names, record["authors"])
        copy["year"] = _moved(record["year"], shift % YEARS - YEARS // 2)
        copy["volume"] = _moved(record["volume"], shift // YEARS % VOLUMES)
        copy["pages"] = _moved(record["pages"], shift // (YEARS * VOLUMES) % PAGES)
        copy["doi"] = DOI.sub(rf"\g<0>.n{round_}", record["doi"])
        copies.append(copy)
    return Cluster(cluster.name, copies)


def _with(table: Mapping[str, str], text: str) -> str:
    def swapped(match: re.Match[str]) -> str:
        word = match[0]
        other = table.get(word.lower())
        if other is None:
            return word
        return other.upper() if word.isupper() else other.capitalize() if word[0].isupper() else other

    return WORD.sub(swapped, text)


def _moved(numbers: str, by: int) -> str:
    return NUMBER.sub(lambda match: str(int(match[0]) + by), numbers)


def endless(clusters: Sequence[Cluster]) -> Iterator[Cluster]:
    """The clusters, then the same as other publications, again and again; ids say in which round."""
    records = [record for cluster in clusters for record in cluster.records]
    title_words = common_words((record["title"] for record in records), COMMON_IN_TITLES)
    name_words = common_words((record["authors"] for record in records), COMMON_IN_NAMES)
    for round_ in count():
        titles, names = exchanged(title_words, round_), exchanged(name_words, round_)
        for cluster in clusters:
            made = other_publication(cluster, round_, titles, names) if round_ else cluster
            numbered = [{**record, "id": f"{round_}:{record['id']}"} for record in made.records]
            yield Cluster(f"{round_}:{made.name}", numbered)


def make_set(data: Path, size: int, out: Path) -> None:
    """Write a set of at most ``size`` records: whole clusters only."""
    out.mkdir(parents=True, exist_ok=True)
    written = 0
    with (
        (out / "records.csv").open("w", encoding="utf-8", newline="") as records,
        (out / "truth.csv").open("w", encoding="utf-8", newline="") as truth,
    ):
        rows, labels = csv.DictWriter(records, COLUMNS, lineterminator="\n"), csv.writer(truth, lineterminator="\n")
        rows.writeheader()
        labels.writerow(("id", "cluster_id"))
        for cluster in endless(real_clusters(data)):
            if written + len(cluster.records) > size:
                break
            rows.writerows(cluster.records)
            labels.writerows((record["id"], cluster.name) for record in cluster.records)
            written += len(cluster.records)
    (out / "meta.json").write_text(json.dumps({"mode": "dirty", "records": written}), "utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("size", type=int)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    order = parser.parse_args()
    make_set(order.data, order.size, order.out)


if __name__ == "__main__":
    main()
