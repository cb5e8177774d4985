"""Listings that a page repeats as a whole, once for each of its tabs."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from variorum.errors import LayoutError


def copies_of_listing(items: Sequence[Hashable], *, long_items: Sequence[Hashable]) -> int:
    """How many times the page shows its listing: 1, or 2 when the second half repeats the first.

    Halves, not the shortest period: two alike items inside one copy are two publications, so only the
    whole listing may be taken for a repeat. ``long_items`` are those that would not recur by chance
    (abstracts): when one recurs and the halves still differ, the page was damaged, and which items
    belong together cannot be told. Raises ``LayoutError`` (``broken_repeat``) then.
    """
    half, odd = divmod(len(items), 2)
    if half and not odd and list(items[:half]) == list(items[half:]):
        return 2
    if len(set(long_items)) < len(long_items):
        raise LayoutError(
            "broken_repeat",
            "the page repeats its listing, but the second copy differs from the first: "
            "part of the page is missing. Save the page again.",
        )
    return 1
