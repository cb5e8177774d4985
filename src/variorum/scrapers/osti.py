"""OSTI.GOV (Office of Scientific and Technical Information, U.S. Department of Energy): saved answers of its APIs."""

from __future__ import annotations

from variorum.scrapers import _osti_json, _osti_xml
from variorum.scrapers._base import Expectations, Layout, Source

SOURCE = Source(
    name="osti",
    title="OSTI.GOV",
    homepage="https://www.osti.gov/",
    category="repository",
    access="saved answers of its API, and of its older XML",
    expects=Expectations(required=(("title", 0.98), ("authors", 0.8)), rejected=0.2),
    # A manuscript, its article and a report of the same words each get a record.
    lists_once=False,
    layouts=(
        Layout(formats=(_osti_json.FORMAT,), media="json", marks=_osti_json.MARKS, parse=_osti_json.parse),
        Layout(formats=(_osti_json.FORMAT,), media="xml", marks=_osti_xml.MARKS, parse=_osti_xml.parse),
    ),
    notes=(
        "e-mail addresses among the names are not read: they are personal data",
        "contract numbers that are not the Department of Energy's are flagged invalid_award",
    ),
)
