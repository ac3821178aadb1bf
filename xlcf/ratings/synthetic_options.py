"""Which ratings to make up."""

from __future__ import annotations

from dataclasses import dataclass

from xlcf.options import check, option


@dataclass(frozen=True)
class SyntheticOptions:
    """Which ratings to make up.

    Attributes:
        like: the release of MovieLens whose size is taken.
        scale: a factor on its users and ratings; items grow with the square root.
        n_users: how many users instead.
        n_items: how many items instead.
        n_ratings: how many ratings instead.
        n_factors: how many factors are planted.
        seed: another seed, other ratings.

    """

    like: str = option("ml-25m", "The MovieLens release whose size is taken.")
    scale: float = option(1.0, "A factor on its users and ratings.", kind=float, above=0, high=100)
    n_users: int | None = option(None, "How many users instead.", flag="users", kind=int, low=1, noun="number of users")
    n_items: int | None = option(None, "How many items instead.", flag="items", kind=int, low=1, noun="number of items")
    n_ratings: int | None = option(
        None, "How many ratings instead.", flag="ratings", kind=int, low=1, noun="number of ratings"
    )
    n_factors: int = option(10, "Planted factors.", flag="factors", kind=int, low=0, noun="number of factors")
    seed: int = option(0, "Another seed, other ratings.", kind=int, low=0)

    def __post_init__(self) -> None:
        check(self)
