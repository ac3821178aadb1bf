"""What a set of ratings holds, in numbers."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from math import sqrt

import numpy as np

from xlcf.arrays import Integers
from xlcf.ratings.ratings import Id, Ratings, Values
from xlcf.ratings.row_blocks import row_blocks

_MOST_VALUES = 20
_BARS = 10


@dataclass(frozen=True)
class Bar:
    """One bar of a histogram: how many ratings lie from `low` to `high`; both are the same for a single value."""

    low: float
    high: float
    count: int


@dataclass(frozen=True)
class CountSummary:
    """What several counts come to."""

    least: int
    median: float
    mean: float
    most: int


@dataclass(frozen=True)
class Busiest:
    """A user, or an item, with its number of ratings; `label` is its title, or its id."""

    id: Id
    label: str
    ratings: int


@dataclass(frozen=True)
class Facts:
    """What a set of ratings holds.

    Attributes:
        users: how many users have a rating.
        items: how many items have a rating.
        ratings: how many ratings there are.
        density: ratings by pairs of such a user and such an item.
        mean: the mean rating.
        standard_deviation: of the ratings, over all.
        histogram: a bar for each value, or, where there are more than 20, ten bars of the same width.
        per_user: how many ratings a user has given.
        per_item: how many ratings an item has got.
        first_time: when the first rating was given, in seconds since 1970; None without timestamps.
        last_time: when the last rating was given.
        busiest_users: those with most ratings, in descending order.
        busiest_items: those with most ratings, in descending order.

    """

    users: int
    items: int
    ratings: int
    density: float
    mean: float
    standard_deviation: float
    histogram: list[Bar]
    per_user: CountSummary
    per_item: CountSummary
    first_time: int | None
    last_time: int | None
    busiest_users: list[Busiest]
    busiest_items: list[Busiest]


def find_facts(ratings: Ratings, most: int = 5) -> Facts:
    """Work out the facts about ratings, of which there is at least one.

    Args:
        ratings: what to look at; memory-mapped columns are read block by block.
        most: how many of the busiest users and items to name.

    """
    of_users = np.bincount(ratings.users, minlength=ratings.n_users)
    of_items = np.bincount(ratings.items, minlength=ratings.n_items)
    users, items = int(np.count_nonzero(of_users)), int(np.count_nonzero(of_items))
    values, times = ratings.values, ratings.timestamps
    squares = sum(_squares(values[block], ratings.mean) for block in row_blocks(len(values)))
    titles = ratings.item_titles or ratings.item_ids
    return Facts(
        users=users,
        items=items,
        ratings=len(ratings),
        density=len(ratings) / (users * items),
        mean=ratings.mean,
        standard_deviation=sqrt(squares / len(ratings)),
        histogram=_histogram(ratings),
        per_user=_summary(of_users[of_users > 0]),
        per_item=_summary(of_items[of_items > 0]),
        first_time=None if times is None else int(times.min()),
        last_time=None if times is None else int(times.max()),
        busiest_users=[
            Busiest(ratings.user_ids[code], str(ratings.user_ids[code]), count)
            for code, count in _largest(of_users, most)
        ],
        busiest_items=[
            Busiest(ratings.item_ids[code], str(titles[code]), count) for code, count in _largest(of_items, most)
        ],
    )


def _squares(values: Values, mean: float) -> float:
    # in double precision: the square of 1e30 is beyond single precision
    return float(((values.astype(np.float64) - mean) ** 2).sum())


def _histogram(ratings: Ratings) -> list[Bar]:
    counts: Counter[float] = Counter()
    for block in row_blocks(len(ratings)):
        values, times = np.unique(ratings.values[block], return_counts=True)
        counts.update(dict(zip(values.tolist(), times.tolist(), strict=True)))
        if len(counts) > _MOST_VALUES:
            return _bars_of_one_width(ratings)
    return [Bar(value, value, count) for value, count in sorted(counts.items())]


def _bars_of_one_width(ratings: Ratings) -> list[Bar]:
    edges = np.linspace(*ratings.rating_range, _BARS + 1)
    counts = sum(np.histogram(ratings.values[block], edges)[0] for block in row_blocks(len(ratings)))
    return [
        Bar(low, high, count)
        for (low, high), count in zip(pairwise(edges.tolist()), np.asarray(counts).tolist(), strict=True)
    ]


def _summary(counts: Integers) -> CountSummary:
    return CountSummary(int(counts.min()), float(np.median(counts)), float(counts.mean()), int(counts.max()))


def _largest(counts: Integers, most: int) -> list[tuple[int, int]]:
    """Give (code, count) of the largest counts, in descending order; of equal ones the smaller code first."""
    codes = np.argsort(-counts, kind="stable")[:most]
    return [(int(code), int(counts[code])) for code in codes if counts[code]]
