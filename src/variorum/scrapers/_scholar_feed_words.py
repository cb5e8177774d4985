"""What Scholar Feed's pages and answers have in common."""

from __future__ import annotations

SOURCE_NAME = "scholar_feed"

DATE = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{1,2}, \d{4}"
"""A date as pages show it."""


def paper_address(id: str) -> str:
    """Where the paper of an arXiv id, with or without version, is to be found."""
    return f"https://www.scholarfeed.org/paper/{id}"
