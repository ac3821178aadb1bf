"""Synthetic ratings: of any size, with a known truth behind them."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from xlcf.metrics import rmse_of_sums
from xlcf.ratings.pairs import draw_pairs
from xlcf.ratings.ratings import Codes, Ratings
from xlcf.ratings.releases import Release, find_release
from xlcf.ratings.row_blocks import row_blocks
from xlcf.ratings.synthetic_options import SyntheticOptions
from xlcf.ratings.vocabulary import Vocabulary

Singles = NDArray[np.float32]

_MEAN = 3.57
_USER_SD, _ITEM_SD, _FACTORS_SD, _NOISE_SD = 0.44, 0.5, 0.36, 0.81
_FIRST_DAY, _LAST_DAY = 820_454_400, 1_577_836_800  # 1996 and 2020, in seconds since 1970


@dataclass(frozen=True)
class Planted:
    """The truth behind synthetic ratings: mean + user bias + item bias + user factors . item factors.

    Attributes:
        mean: what all ratings have in common.
        user_bias: shape (users,).
        item_bias: shape (items,).
        user_factors: shape (users, factors).
        item_factors: shape (items, factors).

    """

    mean: float
    user_bias: Singles
    item_bias: Singles
    user_factors: Singles
    item_factors: Singles

    def predict(self, users: Codes, items: Codes) -> Singles:
        """Give the expected rating of each pair before noise, clipping and rounding: shape (pairs,)."""
        signal = np.einsum("nf,nf->n", self.user_factors[users], self.item_factors[items])
        return np.asarray(self.mean + self.user_bias[users] + self.item_bias[items] + signal, dtype=np.float32)

    def rmse(self, ratings: Ratings) -> float:
        """Give the root mean square error of the truth itself: about the least that a model can reach on a hold-out."""
        square = 0.0
        for block in row_blocks(len(ratings)):
            expected = np.clip(self.predict(ratings.users[block], ratings.items[block]), 0.5, 5)
            square += float(np.square(ratings.values[block] - expected, dtype=np.float64).sum())
        return rmse_of_sums(square, len(ratings))


def synthetic_ratings(
    like: str = SyntheticOptions.like,
    *,
    n_users: int | None = None,
    n_items: int | None = None,
    n_ratings: int | None = None,
    scale: float = SyntheticOptions.scale,
    n_factors: int = SyntheticOptions.n_factors,
    seed: int = SyntheticOptions.seed,
    timestamps: bool = False,
) -> Ratings:
    """Make ratings with planted factors and biases, the same for the same seed.

    A rating is mean + user bias + item bias + user factors . item factors + noise, all of them normal, with the spread
    that MovieLens shows, clipped to 0.5..5 and rounded to half stars. How many ratings a user gives and an item gets
    follows power laws (see `xlcf.ratings.pairs`); no pair is repeated, every user and every item has a rating, and rows
    stand by user, then by item, as in MovieLens's files.

    Args:
        like: the release of MovieLens whose size is taken.
        n_users: how many users instead.
        n_items: how many items instead.
        n_ratings: how many ratings instead.
        scale: a factor on users and ratings of the release; items go by its square root, since small samples of users
            still rate many items.
        n_factors: planted factors of a user and of an item.
        seed: the seed.
        timestamps: whether to make times, too: each user rates for some days or years after a first day.

    Returns:
        Ratings with int32 codes, float32 values, and the ids 1, 2, ...; 12 bytes a rating, 20 with times.

    Raises:
        InputError: where the numbers do not fit together.

    """
    return planted_ratings(
        like,
        n_users=n_users,
        n_items=n_items,
        n_ratings=n_ratings,
        scale=scale,
        n_factors=n_factors,
        seed=seed,
        timestamps=timestamps,
    )[0]


def planted_ratings(
    like: str = SyntheticOptions.like,
    *,
    n_users: int | None = None,
    n_items: int | None = None,
    n_ratings: int | None = None,
    scale: float = SyntheticOptions.scale,
    n_factors: int = SyntheticOptions.n_factors,
    seed: int = SyntheticOptions.seed,
    timestamps: bool = False,
) -> tuple[Ratings, Planted]:
    """Make the ratings of `synthetic_ratings`, and give the truth behind them, too."""
    SyntheticOptions(like, scale, n_users, n_items, n_ratings, n_factors, seed)  # checks them
    size = _scaled(find_release(like)[1], scale)
    n_users, n_items, n_ratings = n_users or size.users, n_items or size.items, n_ratings or size.ratings
    rng = np.random.default_rng(seed)
    users, items = draw_pairs(n_users, n_items, n_ratings, rng)
    planted = _plant(n_users, n_items, n_factors, rng)
    values = np.empty(n_ratings, dtype=np.float32)
    for block in row_blocks(n_ratings):
        exact = planted.predict(users[block], items[block])
        exact += np.float32(_NOISE_SD) * rng.standard_normal(len(exact), dtype=np.float32)
        values[block] = np.clip(np.round(exact * 2) / 2, 0.5, 5)
    ratings = Ratings(
        users=users,
        items=items,
        values=values,
        user_ids=Vocabulary(np.arange(1, n_users + 1)),
        item_ids=Vocabulary(np.arange(1, n_items + 1)),
        timestamps=_times(users, n_users, rng) if timestamps else None,
        user_name="userId",
        item_name="movieId",
    )
    return ratings, planted


def _scaled(release: Release, scale: float) -> Release:
    users, ratings = (max(1, round(count * scale)) for count in (release.users, release.ratings))
    items = max(1, round(release.items * sqrt(scale)))
    return Release(users, items, ratings, None)


def _plant(n_users: int, n_items: int, n_factors: int, rng: np.random.Generator) -> Planted:
    def normal(spread: float, *shape: int) -> Singles:
        return np.float32(spread) * rng.standard_normal(shape, dtype=np.float32)

    # a product of two normals of spread s has the spread s * s; n of them add up to s * s * sqrt(n)
    spread = sqrt(_FACTORS_SD / sqrt(max(n_factors, 1)))
    return Planted(
        mean=_MEAN,
        user_bias=normal(_USER_SD, n_users),
        item_bias=normal(_ITEM_SD, n_items),
        user_factors=normal(spread, n_users, n_factors),
        item_factors=normal(spread, n_items, n_factors),
    )


def _times(users: Codes, n_users: int, rng: np.random.Generator) -> NDArray[np.int64]:
    first = rng.integers(_FIRST_DAY, _LAST_DAY, n_users)
    span = np.minimum(rng.lognormal(mean=11, sigma=3, size=n_users), _LAST_DAY - first)  # median 17 hours
    times = np.empty(len(users), dtype=np.int64)
    for block in row_blocks(len(users)):
        user = users[block]
        times[block] = first[user] + (span[user] * rng.random(len(user))).astype(np.int64)
    return times
