"""Real responses, where a folder of them is at hand: each ends in records or coded rejections.

``VARIORUM_CAPTURES`` names the folder. The counts were looked at once and are compared since.
"""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import pytest

from variorum.errors import BadInputError
from variorum.pipeline.reading import read_page

FOLDER = os.environ.get("VARIORUM_CAPTURES")

pytestmark = pytest.mark.skipif(not FOLDER, reason="VARIORUM_CAPTURES is not set")

# Folder: files, records, rejections, files refused as no page of any source.
EXPECTED = {
    "arxiv_api": (20, 240, 3, 0),
    "oai_arxiv": (21, 1128, 0, 0),
    "arxiv_rendered_oai": (52, 156, 21, 0),
    "oai_errors_and_verbs": (32, 109, 20, 2),
    "oai_repositories": (67, 1692, 3, 2),
    # Refused are tags without a page around them, a page that only leads elsewhere, answers of JSON and XML APIs.
    "arxiv_abs": (14, 1327, 0, 1),
    "arxiv_rendered_feed": (11, 40, 4, 0),
    "arxiv_rendered_html": (25, 128, 6, 1),
    "feeds_apis_other": (8, 418, 0, 4),
    "oai_zenodo_2026": (32, 110, 74, 1),
    # Rejected is the page that NSF shows instead of an unknown award.
    "nsf_awards": (6, 24, 1, 0),
    # Refused are BibTeX, RIS and deposits in XML, plain words and a page of HTML.
    "crossref": (82, 228, 6, 22),
    "datacite": (10, 46, 1, 5),
    # Refused are a page of HTML and answers without id.
    "openalex": (10, 6, 2, 3),
    "semanticscholar": (23, 21, 1, 1),
    "europepmc": (4, 0, 4, 0),
    "osti": (4, 108, 0, 0),
    # Pages of proceedings and of a magazine, which no source reads.
    "html_other": (5, 0, 1, 4),
}


@pytest.mark.parametrize("folder", EXPECTED)
def test_a_folder_of_responses(folder: str) -> None:
    counts: Counter[str] = Counter()
    for path in sorted((Path(FOLDER or "") / folder).iterdir()):
        counts["files"] += 1
        try:
            page = read_page(path.read_bytes())
        except BadInputError as error:
            counts["refused"] += error.code in {"unrecognised", "empty_file"}
            continue
        counts["records"] += len(page.sightings)
        counts["rejections"] += len(page.rejections)
        assert not [r for r in page.rejections if r.stage == "normalise"], path
    found = tuple(counts[name] for name in ("files", "records", "rejections", "refused"))
    assert found == EXPECTED[folder]


def test_every_capture_ends_in_a_reading_or_a_named_refusal() -> None:
    for path in sorted(Path(FOLDER or "").rglob("*")):
        if path.is_file():
            try:
                page = read_page(path.read_bytes())
            except BadInputError:
                continue
            assert page.seen > 0 or page.awards
