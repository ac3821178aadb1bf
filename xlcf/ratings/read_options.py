"""How to read ratings: which column is what, and what becomes of rows that lack something."""

from __future__ import annotations

from dataclasses import dataclass

from xlcf.errors import InputError

MISSING = ("error", "drop")


@dataclass(frozen=True)
class ReadOptions:
    """How to read a table of ratings. A column that is None is recognised by its name.

    Attributes:
        user_column: the name of the column of user ids.
        item_column: the name of the column of item ids.
        rating_column: the name of the column of ratings.
        title_column: the name of the column of item titles.
        time_column: the name of the column of times.
        missing: what becomes of a row without a user, an item or a rating: `error` refuses the table and says how many
            there are and which are the first; `drop` leaves them out and says the same in `Ratings.notes`.

    """

    user_column: str | None = None
    item_column: str | None = None
    rating_column: str | None = None
    title_column: str | None = None
    time_column: str | None = None
    missing: str = "error"

    def __post_init__(self) -> None:
        if self.missing not in MISSING:
            raise InputError(f"What becomes of missing values is {' or '.join(MISSING)}, not {self.missing!r}.")

    def columns(self) -> dict[str, str]:
        """Give the names of columns that were given: user, item, rating, title, time -> the column's name."""
        names = {role: getattr(self, f"{role}_column") for role in ("user", "item", "rating", "title", "time")}
        return {role: name for role, name in names.items() if name is not None}


DEFAULT = ReadOptions()
"""Columns are recognised by their names, and each row must have a user, an item and a rating."""
