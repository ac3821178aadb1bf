"""What to look at in a fitted model."""

from __future__ import annotations

from dataclasses import dataclass

from xlcf.options import check, option

ROTATIONS = ("varimax", "pca")


@dataclass(frozen=True)
class ExploreOptions:
    """What to look at.

    Attributes:
        top: items in each list.
        minimum_count: the least ratings of an item that is listed; None: of the 3,000 items with most ratings.
        components: how many directions.
        rotate: `varimax` or `pca`: rotate the factors first; None: leave them as they are.

    """

    top: int = option(15, "Items in each list.", kind=int, low=1, noun="number of items in a list")
    minimum_count: int | None = option(
        None,
        "Ratings an item must have.",
        kind=int,
        low=1,
        otherwise="what the 3,000 items with most ratings have",
    )
    components: int = option(3, "Directions in which items differ.", kind=int, low=1, noun="number of components")
    rotate: str | None = option(
        None,
        "Rotate factors, without changing a prediction, to axes that can be read.",
        choices=ROTATIONS,
        noun="rotation",
    )

    def __post_init__(self) -> None:
        check(self)
