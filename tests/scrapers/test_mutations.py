"""A few mutated pages of every source; ``make fuzz`` reads thousands."""

from __future__ import annotations

import pytest
from tests.fuzz import fuzz, groups

GROUPS = groups()


@pytest.mark.parametrize(("source", "media"), GROUPS, ids=str)
def test_a_mutated_page_is_read_or_refused(source: str, media: str) -> None:
    tally = fuzz(source, GROUPS[source, media], pages=6, seed=7)
    assert [what for _, what in tally.faults] == []
