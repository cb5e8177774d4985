"""Entries: what a scraper reads off a page for one publication, before anything is interpreted."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import Field

from variorum.schema.base import Model


class Entry(Model):
    """The page's own words for one publication, under the names a format's normaliser expects.

    ``place`` says where on the page it stands (``line=31-35`` counts from 1, both ends included;
    ``copy=2;item=4`` for the fourth item of a listing's second copy).
    """

    source: str
    format: str
    source_key: str
    place: str
    fields: Mapping[str, str] = Field(default_factory=dict)
