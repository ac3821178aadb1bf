"""Rows that lack a user, an item or a rating: counted, and refused or left out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from xlcf.errors import InputError
from xlcf.ratings.batches import Batch

_NAMED = 5  # of the first rows, by their numbers


class MissingRows:
    """Counts the rows of a table that lack something.

    Args:
        name: what a sentence calls the table.
        names: the columns in which a row must have something.
        policy: `error` or `drop`; see `ReadOptions.missing`.
        unit: what a row is called: line, or row.

    """

    def __init__(self, name: str, names: Sequence[str], policy: str, unit: str) -> None:
        self._name = name
        self._names = [name.strip() for name in names]
        self._policy = policy
        self._unit = unit
        self._count = 0
        self._first: list[str] = []

    def add(self, count: int, numbers: Iterable[object]) -> None:
        """Count rows; `numbers` says which they are, and is gone through only as far as they will be named."""
        self._count += count
        self._first += map(str, islice(numbers, _NAMED - len(self._first)))

    def complete(self, batches: Iterable[Batch]) -> Iterator[Batch]:
        """Go through batches, which hold the rows that lack nothing, and count the others.

        Raises:
            InputError: at the end, where rows lack something and are to be refused.

        """
        for batch in batches:
            if batch.n_missing:
                self.add(batch.n_missing, batch.missing)
            if len(batch) and not (self._count and self._policy == "error"):  # then the rest is only counted
                yield batch
        self.check()

    def check(self) -> None:
        """Refuse rows that lack something, where they are not to be left out.

        Raises:
            InputError: says how many there are, and which are the first.

        """
        if self._count and self._policy == "error":
            them = "it" if self._count == 1 else "them"
            raise InputError(
                f"{self._sentence()}: fill {them} in or delete {them}, or have such {self._unit}s left out "
                "(missing: drop)."
            )

    def notes(self) -> tuple[str, ...]:
        """Say in a sentence what was left out; nothing where nothing was."""
        return (f"{self._sentence()}: left out.",) if self._count else ()

    def _sentence(self) -> str:
        rows = f"1 {self._unit} lacks" if self._count == 1 else f"{self._count:,} {self._unit}s lack"
        *others, last = self._names
        more = ", ..." if self._count > len(self._first) else ""
        units = self._unit if self._count == 1 else f"{self._unit}s"
        return f"{self._name}: {rows} {', '.join(others)} or {last} ({units} {', '.join(self._first)}{more})"
