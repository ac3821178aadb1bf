"""The numbers that a ratings workbook starts from."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from xlcf.errors import InputError
from xlcf.models.factors import Factors
from xlcf.ratings.ratings import Ratings


@dataclass(frozen=True)
class BookStart:
    """The starting numbers of both sheets.

    Attributes:
        dotprod: factors without biases.
        bias: factors with user_bias and item_bias.

    """

    dotprod: Factors
    bias: Factors

    def with_range(self, rating_range: tuple[float, float] | None) -> BookStart:
        """Give the same numbers under another rating range."""
        return BookStart(
            replace(self.dotprod, rating_range=rating_range), replace(self.bias, rating_range=rating_range)
        )

    def check(self, ratings: Ratings) -> None:
        """Raise InputError where the numbers do not fit the ratings or the sheets."""
        for name, model in (("dotprod", self.dotprod), ("bias", self.bias)):
            users, items = (ratings.n_users, model.n_factors), (ratings.n_items, model.n_factors)
            if model.user_factors.shape != users or model.item_factors.shape != items:
                raise InputError(
                    f"the starting numbers of {name} are for {len(model.user_factors)} users by "
                    f"{len(model.item_factors)} items, the ratings for {ratings.n_users} by {ratings.n_items}."
                )
            if model.global_bias:
                raise InputError(f"the sheet {name} has no cell for a global bias: add it to the user biases.")
        if self.dotprod.user_bias is not None or self.dotprod.item_bias is not None:
            raise InputError("the starting numbers of dotprod must be without biases.")
        if self.bias.user_bias is None or self.bias.item_bias is None:
            raise InputError("the starting numbers of bias need user_bias and item_bias.")


def random_start(ratings: Ratings, factors: int, seed: int) -> BookStart:
    """Draw every number from [0, 1), as =RAND() does; both sheets share the factors.

    Raises:
        InputError: where there is not at least one factor.

    """
    if factors < 1:
        raise InputError(f"a user and an item need at least one factor, not {factors}.")
    random = np.random.default_rng(seed)
    users = random.random((ratings.n_users, factors))
    items = random.random((ratings.n_items, factors))
    biases = random.random(ratings.n_users), random.random(ratings.n_items)
    return BookStart(Factors(users, items), Factors(users, items, *biases))
