"""The features of stored records: made once, when a record is new or changed, and read from the store ever after."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from variorum.dedup.blocking import blocking_of
from variorum.dedup.features import Features, features_of
from variorum.dedup.keys import Blocking
from variorum.dedup.packing import FEATURES_VERSION, from_json, to_json
from variorum.pipeline.statements import statement_of_record
from variorum.scrapers import find_source
from variorum.store import blocks, matches
from variorum.store.blocks import Blocked
from variorum.store.engine import Connection
from variorum.store.pages import StoredRecord
from variorum.store.postings import postings_of
from variorum.store.sketches import Sketches


def stored_features(stored: StoredRecord) -> Features:
    """The features of a stored record, with what its source is known for."""
    source = find_source(stored.record.source)
    listed_once = source is not None and source.lists_once
    return features_of(statement_of_record(stored.record, listed_once=listed_once))


class Made(NamedTuple):
    """Features by record number, sorted, and what blocks them, in the same order."""

    features: dict[int, Features]
    blocking: Blocking

    @property
    def blocked(self) -> Blocked:
        """By what the records meet others."""
        return blocked_by(np.array(list(self.features), np.int64), self.blocking)


def make_features(connection: Connection, ids: Sequence[int]) -> Made:
    """The features of records, made anew and kept."""
    features = {stored.id: stored_features(stored) for stored in matches.load(connection, ids)}
    made = Made(dict(sorted(features.items())), blocking_of([own for _, own in sorted(features.items())]))
    documents = [(number, to_json(own)) for number, own in made.features.items()]
    blocks.save(connection, documents, made.blocked.postings, FEATURES_VERSION)
    return made


def blocked_by(ids: NDArray[np.int64], blocking: Blocking) -> Blocked:
    """By what records, in the order of their numbers, meet others."""
    columns = blocking.seconds, blocking.titles, blocking.bylines, blocking.abstracts, blocking.standings
    keys, owners = blocking.held
    return Blocked(postings_of(keys, ids[owners]), Sketches(ids, *columns))


@dataclass
class FeatureStore:
    """Features by record number: those at hand, then those kept, then, of records no dedup run has seen, made ones."""

    connection: Connection
    at_hand: dict[int, Features] = field(default_factory=dict)

    def some(self, ids: Iterable[int]) -> dict[int, Features]:
        """The features of several records."""
        wanted = set(ids)
        found = {number: self.at_hand[number] for number in wanted & self.at_hand.keys()}
        kept = blocks.documents(self.connection, wanted - found.keys(), FEATURES_VERSION)
        found |= {number: from_json(document) for number, document in kept.items()}
        for stored in matches.load(self.connection, wanted - found.keys()):
            found[stored.id] = stored_features(stored)
        return found

    def one(self, record_id: int) -> Features:
        """The features of a record, which stay at hand."""
        if record_id not in self.at_hand:
            self.at_hand |= self.some([record_id])
        return self.at_hand[record_id]
