"""What the workbook of a trained model holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from xlcf.options import check, option

if TYPE_CHECKING:
    from xlcf.ratings.ratings import Id

FORMATS = ("csv", "parquet")


@dataclass(frozen=True)
class ExportOptions:
    """What the workbook of a trained model holds.

    Attributes:
        users: ids of users to make recommendations for; without any, the five with most ratings.
        top: recommendations for each of them.
        minimum_count: the least ratings of an item among the best and worst; None: what the
            3,000 items with most ratings have.
        rows: most users, and most items, on a sheet; Excel opens one of 10,000 at once.
        tables: the format of the files beside: csv or parquet.

    """

    users: Sequence[Id] = option(
        (),
        "Recommend to this user; repeatable.",
        flag="user",
        repeatable=True,
        metavar="ID",
        otherwise="the five most active",
    )
    top: int = option(20, "Recommendations for each of them.", kind=int, low=1, noun="number of recommendations")
    minimum_count: int | None = option(
        None,
        "Ratings that the best and worst items must have.",
        kind=int,
        low=1,
        otherwise="what the 3,000 items with most ratings have",
    )
    rows: int = option(
        10_000,
        "Most users, and items, on a sheet; a file beside the workbook holds all where it cuts.",
        kind=int,
        low=1,
    )
    tables: str = option(
        "csv", "The format of the files beside the workbook.", choices=FORMATS, noun="format of tables"
    )

    def __post_init__(self) -> None:
        check(self)
