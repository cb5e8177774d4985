"""Taking an entry's fields apart so that none is overlooked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from variorum.schema import split_values

if TYPE_CHECKING:
    from variorum.schema import Entry


class Fields:
    """An entry's fields, consumed one by one; ``leftovers`` are those nobody asked for."""

    def __init__(self, entry: Entry) -> None:
        self._left = dict(entry.fields)

    def take(self, name: str) -> str | None:
        """The field's value, or None when the page does not have it."""
        return self._left.pop(name, None)

    def take_values(self, name: str) -> tuple[str, ...]:
        """The values of a field that was joined by ``join_values``."""
        return split_values(self._left.pop(name, ""))

    @property
    def leftovers(self) -> tuple[str, ...]:
        """Names of fields not taken: a scraper reads something its format's normaliser does not know."""
        return tuple(self._left)
