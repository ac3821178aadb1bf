"""Which ratings a new workbook for Solver holds, and what its models are."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from xlcf.errors import InputError
from xlcf.models.model_options import ModelOptions
from xlcf.options import check, option, option_of
from xlcf.ratings.store_options import StoreOptions

RANGED_WEIGHT_DECAY = 0.1
"""With a rating range: predictions through a sigmoid never reach its ends, and without decay factors grow for ever."""


@dataclass(frozen=True)
class RatingsBookOptions:
    """Which ratings a new workbook for Solver holds, and what its models are.

    Attributes:
        top: how many users and how many items, those with most ratings; a single number for both.
        n_factors: factors of a user and of an item.
        rating_range: (low, high): predictions go through a sigmoid between these two.
        weight_decay: the weight of the sum of squares of all factors and biases in the objective; None:
            `RANGED_WEIGHT_DECAY` with a rating range, else 0.
        titles: a table of item ids and titles; None: a movies.csv beside the ratings.
        seed: of the numbers to start from, uniform draws from [0, 1).

    """

    top: int | tuple[int, int] = option(
        15,
        "Take the users and the items with most ratings: 15 of each, or 20x10.",
        kind=int,
        low=1,
        several=True,
        metavar="N|USERSxITEMS",
        noun="number of users and items",
    )
    n_factors: int = option(
        5, "Factors of a user and of an item.", flag="factors", kind=int, low=1, noun="number of factors"
    )
    rating_range: tuple[float, float] | None = option_of(
        ModelOptions,
        "rating_range",
        help="Keep predictions between two ratings by a sigmoid, such as 0.5,5.",
        metavar="LOW,HIGH",
    )
    weight_decay: float | None = option(
        None,
        "Weight of the sum of squares of all factors in the objective.",
        kind=float,
        low=0,
        otherwise="0.1 with a rating range, else 0",
    )
    titles: Path | None = option_of(StoreOptions, "titles")
    seed: int = option(0, "The seed of the random starting numbers.", kind=int, low=0)

    def __post_init__(self) -> None:
        check(self)
        if self.rating_range is not None and not self.rating_range[0] < self.rating_range[1]:
            low, high = self.rating_range
            raise InputError(f"a rating range goes from low to high, not from {low} to {high}.")

    @property
    def chosen_weight_decay(self) -> float:
        """The weight decay: the one that was given, or the default that suits the rating range."""
        if self.weight_decay is not None:
            return self.weight_decay
        return 0.0 if self.rating_range is None else RANGED_WEIGHT_DECAY
