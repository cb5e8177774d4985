"""Clients of the tests, closed when the test is over."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from tests.transport.fetching import Fetcher

MakeFetch = Callable[..., Fetcher]


@pytest.fixture
def make_fetch() -> Iterator[MakeFetch]:
    """Makes clients with options of their own."""
    made: list[Fetcher] = []

    def make(**options: object) -> Fetcher:
        made.append(Fetcher(**options))
        return made[-1]

    yield make
    for fetch in made:
        fetch.client.close()


@pytest.fixture
def fetch(make_fetch: MakeFetch) -> Fetcher:
    """A client as it comes."""
    return make_fetch()
