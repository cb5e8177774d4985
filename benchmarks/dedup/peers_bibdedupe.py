"""Deduplicate a set with bib-dedupe: ``peers_bibdedupe.py RECORDS --out CLUSTERS``. Runs in bib-dedupe's environment.

Its four documented steps with their defaults (all processors): prep, block, match, cluster. Pairs that it would ask
a person about are not merged.
"""

from __future__ import annotations

import argparse
import csv
from pathlib import Path

import pandas as pd
from bib_dedupe.bib_dedupe import block, cluster, match, prep

COLUMNS = {
    "id": "ID",
    "type": "ENTRYTYPE",
    "authors": "author",
    "title": "title",
    "year": "year",
    "volume": "volume",
    "issue": "number",
    "pages": "pages",
    "doi": "doi",
    "abstract": "abstract",
}

AS_BIBTEX = {
    "": "article",
    "article-journal": "article",
    "chapter": "inbook",
    "generic": "misc",
    "journal article": "article",
    "paper-conference": "inproceedings",
    "preprint": "article",
}
"""Types in other words than BibTeX's, which are the ones it knows."""

IN_BOOKS = frozenset({"inproceedings", "incollection", "inbook", "proceedings"})


def bibtex_like(records: Path) -> pd.DataFrame:
    """The records under the names that bib-dedupe wants."""
    given = pd.read_csv(records, dtype=str, keep_default_na=False)
    frame = given[list(COLUMNS)].rename(columns=COLUMNS)
    kinds = frame["ENTRYTYPE"].str.lower()
    frame["ENTRYTYPE"] = kinds.map(lambda kind: AS_BIBTEX.get(kind, kind))
    in_book = frame["ENTRYTYPE"].isin(IN_BOOKS)
    frame["journal"] = given["venue"].where(~in_book, "")
    frame["booktitle"] = given["venue"].where(in_book, "")
    return frame


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("records", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    order = parser.parse_args()
    frame = bibtex_like(order.records)
    groups = cluster(match(block(prep(frame, verbosity_level=0), verbosity_level=0), verbosity_level=0))
    cluster_of = {record: record for record in frame["ID"]} | {record: group[0] for group in groups for record in group}
    with order.out.open("w", encoding="utf-8", newline="") as handle:
        csv.writer(handle).writerows([("id", "cluster_id"), *cluster_of.items()])


if __name__ == "__main__":
    main()
