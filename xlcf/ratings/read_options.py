"""How to read ratings: which column is what, and what becomes of rows that lack something."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from xlcf.options import check, option

MISSING = ("error", "drop")


def _column(of: str) -> Any:
    return option(None, f"The column of {of}.", metavar="NAME", otherwise="known by its name")


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

    user_column: str | None = _column("users")
    item_column: str | None = _column("items")
    rating_column: str | None = _column("ratings")
    title_column: str | None = _column("items' titles")
    time_column: str | None = _column("times")
    missing: str = option(
        "error",
        "Rows without a user, an item or a rating: refuse the file, or leave them out.",
        choices=MISSING,
        noun="policy for missing values",
    )

    def __post_init__(self) -> None:
        check(self)

    def columns(self) -> dict[str, str]:
        """Give the names of columns that were given: user, item, rating, title, time -> the column's name."""
        names = {role: getattr(self, f"{role}_column") for role in ("user", "item", "rating", "title", "time")}
        return {role: name for role, name in names.items() if name is not None}


DEFAULT = ReadOptions()
"""Columns are recognised by their names, and each row must have a user, an item and a rating."""
