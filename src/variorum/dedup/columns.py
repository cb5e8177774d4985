"""Statements by column, and what is made of many values of which few differ."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from typing import NamedTuple, TypeVar

from variorum.dedup.features import Statement

Value = TypeVar("Value", bound=Hashable)
Made = TypeVar("Made")


class StatementColumns(NamedTuple):
    """Statements by column: all fields of a ``Statement`` but ``read``."""

    ref: Sequence[str]
    source: Sequence[str]
    kind: Sequence[str]
    title: Sequence[str]
    byline: Sequence[str]
    names: Sequence[tuple[tuple[str, str], ...]]
    names_complete: Sequence[bool]
    profile_only: Sequence[bool]
    year: Sequence[str]
    year_doubtful: Sequence[bool]
    venue: Sequence[str]
    volume: Sequence[str]
    issue: Sequence[str]
    pages: Sequence[str]
    identifiers: Sequence[tuple[tuple[str, str], ...]]
    abstract: Sequence[str]
    abstract_truncated: Sequence[bool]
    preprint: Sequence[bool]
    listed_once: Sequence[bool]
    own_id: Sequence[bool]

    @classmethod
    def of(cls, statements: Sequence[Statement]) -> StatementColumns:
        """The columns of statements."""
        count = len(cls._fields)
        return cls._make(list(zip(*statements, strict=True))[:count] if statements else [()] * count)

    def batches(self, size: int) -> Iterator[StatementColumns]:
        """The statements in batches, none of which is larger than ``size``."""
        if len(self.ref) <= size:
            yield self
            return
        for at in range(0, len(self.ref), size):
            yield StatementColumns._make([column[at : at + size] for column in self])

    def statement(self, position: int) -> Statement:
        """One of the statements."""
        return Statement._make([*(column[position] for column in self), None])


def of_each(make: Callable[[Value], Made], values: Sequence[Value]) -> list[Made]:
    """What is made of each value; of equal ones it is made once."""
    made = {value: make(value) for value in set(values)}
    return list(map(made.__getitem__, values))
