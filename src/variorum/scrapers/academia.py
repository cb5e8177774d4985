"""Academia.edu (academia.edu): the works on a person's profile page, saved by somebody who may see it.

There is no channel: the site's robots.txt lets no program in but a few search engines.
"""

from __future__ import annotations

from variorum.scrapers import _academia_html, _academia_text
from variorum.scrapers._base import Layout, Source

SOURCE = Source(
    name=_academia_text.SOURCE_NAME,
    title="Academia.edu",
    homepage="https://www.academia.edu/",
    category="listing",
    access="saved pages only: robots.txt forbids crawlers",
    layouts=(
        Layout(formats=(_academia_text.FORMAT,), media="text", marks=_academia_text.MARKS, parse=_academia_text.parse),
        Layout(
            formats=(_academia_html.FORMAT,), media="html", marks=_academia_html.MARKS, parse=_academia_html.parse_page
        ),
    ),
    notes=(
        "save profile pages as MHTML or HTML after scrolling to their end: they show the first 20 works, and load the "
        "others on scrolling (page_may_be_cut)",
        "rendered text has no titles and no ids: a work read from it and from the page itself is two records, which "
        "dedup brings together",
        "authors: the profile's owner (evidence 'profile'), and co-authors where the card names them",
        "a work stands on the page once for each tab: further copies are further sightings, not further records",
        "institutions are the owner's today (low_confidence:institutions)",
    ),
)
