"""Any repository that answers OAI-PMH with Dublin Core: ``oai:<repository>``."""

from __future__ import annotations

import re

from variorum.schema.harvest import Between, Keys, Since
from variorum.scrapers._base import Body, Channel, Endpoint, Expectations, Layout, Mark, Reading, Source
from variorum.scrapers._oai import hosts, read_dublin_core, read_response
from variorum.scrapers._oai_harvest import OaiHarvest


def repository_of(page: Body) -> str:
    """What to call the repository: the namespace of its identifiers, else the host that answered."""
    return next(hosts(page.text), "unknown")


def parse(page: Body) -> Reading:
    """Read a response of records in ``oai_dc``."""
    return read_response(page, f"oai:{repository_of(page)}", read_dublin_core, key_of=str)


SOURCE = Source(
    name="oai",
    title="OAI-PMH repositories",
    homepage="https://www.openarchives.org/pmh/",
    category="repository",
    access="OAI-PMH, from the address in variorum.toml; saved responses",
    channels=(
        Channel(
            name="oai",
            scopes=(Since, Between, Keys),
            endpoint=Endpoint("", format="oai_dc"),
            harvest=OaiHarvest,
            # Many change nothing at weekends: three days back always reach a day on which they did.
            lookback=3,
        ),
    ),
    expects=Expectations(required=(("title", 0.5),), rejected=0.2),
    layouts=(
        Layout(
            formats=("oai_dc", "oai_deleted"),
            media="xml",
            marks=(Mark("element <OAI-PMH> or <record>", re.compile(r"<(?:\w+:)?(?:OAI-PMH|record)\b")),),
            parse=parse,
        ),
    ),
    notes=(
        "one source for each repository: oai:zenodo.org, oai:dash.harvard.edu",
        "records come as Dublin Core (oai_dc); deleted ones stay, marked deleted",
    ),
    member_of=repository_of,
    lists_once=False,
)
