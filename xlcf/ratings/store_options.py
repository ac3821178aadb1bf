"""How to write a store of ratings."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from xlcf.options import check, option


@dataclass(frozen=True)
class StoreOptions:
    """How to write a store of ratings.

    Attributes:
        titles: a table of item ids and titles; None: a movies.csv beside the ratings.
        seed: of the rows' order.
        memory: megabytes (2^20 bytes) for ratings in hand.

    """

    titles: Path | None = option(
        None, "A table of item ids and titles; without it a movies.csv beside the ratings is taken.", kind=Path
    )
    seed: int = option(0, "The seed of the rows' order.", kind=int, low=0)
    memory: int = option(256, "Megabytes for ratings in hand.", kind=int, low=1)

    def __post_init__(self) -> None:
        check(self)
