"""Who rates what in synthetic data: distinct pairs, with power laws on both sides."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from math import ceil

import numpy as np
from numpy.typing import NDArray

from xlcf.arrays import Floats, Integers
from xlcf.errors import InputError

Codes = NDArray[np.int32]

_TAIL_OF_ACTIVITY = 1.8
_TAIL_OF_POPULARITY = 2.1
_LEAST = 0.13  # the least active user's ratings, by the mean: 20 of 154 in ml-25m
_HEAVY = 0.02  # a user who rates more than this share of the items draws them all at once
_BLOCK = 1 << 19  # ratings drawn at a time


def draw_pairs(n_users: int, n_items: int, n_ratings: int, rng: np.random.Generator) -> tuple[Codes, Codes]:
    """Draw distinct pairs (user, item), by user and then by item.

    A user's number of ratings is a least number plus a Lomax (shifted power-law) variable of exponent 1.8. The items
    that a user rates are drawn one after the other without replacement, by probabilities that fall with the item's
    rank r as (r + c)^-2.1 (Zipf and Mandelbrot), with c such that about half of the users rate the first item. Both
    exponents were chosen so that the median and the largest counts of ml-25m come out about right. Every user and every
    item occurs.

    Returns:
        users and items, each of shape (n_ratings,).

    Raises:
        InputError: where so many ratings cannot be placed, or too few to give each user and item one.

    """
    if min(n_users, n_items) < 1 or not max(n_users, n_items) <= n_ratings <= n_users * n_items:
        raise InputError(
            f"{n_ratings:,} ratings do not fit {n_users:,} users and {n_items:,} items: "
            f"give from {max(n_users, n_items):,} to {n_users * n_items:,}."
        )
    counts = _activity(n_users, n_items, n_ratings, rng)
    popularity = _popularity(n_items, n_ratings / n_users, rng)
    users = np.repeat(np.arange(n_users, dtype=np.int32), counts)
    # every item is promised one place, so that none is left without a rating; -1 is an open place
    items = np.full(n_ratings, -1, dtype=np.int32)
    items[rng.choice(n_ratings, n_items, replace=False, shuffle=False)] = rng.permutation(n_items)
    starts = np.concatenate(([0], np.cumsum(counts)))
    is_heavy = counts > max(_HEAVY * n_items, 1)
    cumulated = np.cumsum(popularity)
    for first, last in _runs(starts):
        run = slice(starts[first], starts[last])
        light = ~is_heavy[users[run]]
        items[run][light] = _draw(users[run][light], items[run][light], cumulated, rng)
    for user in np.flatnonzero(is_heavy):
        run = slice(starts[user], starts[user + 1])
        items[run] = _draw_at_once(items[run], popularity, rng)
    return users, items


def _activity(n_users: int, n_items: int, n_ratings: int, rng: np.random.Generator) -> Integers:
    """Draw how many ratings each user gives: shape (users,), from 1 to the number of items."""
    mean = n_ratings / n_users
    counts = np.full(n_users, max(1, int(_LEAST * mean)), dtype=np.int64)
    most = max(n_items // 2, min(n_items, ceil(2 * mean)))
    weights = rng.pareto(_TAIL_OF_ACTIVITY, n_users)
    while (rest := n_ratings - int(counts.sum())) > 0:
        weights[counts == most] = 0
        counts = np.minimum(counts + rng.multinomial(rest, weights / weights.sum()), most)
    return counts


def _popularity(n_items: int, mean_activity: float, rng: np.random.Generator) -> Floats:
    """Give the items' probabilities to be drawn: shape (items,), in random order."""
    shift = min(1.2 * mean_activity, n_items / 10)
    weights = (np.arange(1, n_items + 1) + shift) ** -_TAIL_OF_POPULARITY
    return rng.permutation(weights / weights.sum())


def _runs(starts: Integers) -> Iterator[tuple[int, int]]:
    """Cut the users into runs (first, last + 1) with about `_BLOCK` ratings each."""
    cuts = np.searchsorted(starts, np.arange(0, starts[-1], _BLOCK))
    return pairwise(np.unique([*cuts, len(starts) - 1]).tolist())


def _draw(users: Codes, promised: Codes, cumulated: Floats, rng: np.random.Generator) -> Codes:
    """Fill the open places of users who rate few of the items: draw, and draw again what came twice.

    Args:
        users: shape (places,), ascending.
        promised: shape (places,), an item, or -1 for an open place.
        cumulated: shape (items,), the cumulated probabilities.
        rng: the random numbers.

    Returns:
        shape (places,), each user's items in ascending order.

    """
    n_items = len(cumulated)
    is_open = promised < 0
    # one number a place; when sorted, an item that was promised stands before the same item drawn
    keys = 2 * (users.astype(np.int64) * n_items + np.maximum(promised, 0)) + is_open
    to_draw = np.flatnonzero(is_open)
    while len(to_draw):
        user = keys[to_draw] // (2 * n_items)
        item = np.searchsorted(cumulated, rng.random(len(to_draw)) * cumulated[-1], side="right")
        keys[to_draw] = 2 * (user * n_items + np.minimum(item, n_items - 1)) + 1
        keys.sort()
        pairs = keys >> 1
        to_draw = 1 + np.flatnonzero(pairs[1:] == pairs[:-1])
    return (keys // 2 % n_items).astype(np.int32)


def _draw_at_once(promised: Codes, popularity: Floats, rng: np.random.Generator) -> Codes:
    """Fill the places of one user: the items whose exponential clocks ring first (Efraimidis and Spirakis, 2006)."""
    rings_at = rng.standard_exponential(len(popularity)) / popularity
    rings_at[promised[promised >= 0]] = -1
    chosen = np.argpartition(rings_at, len(promised) - 1)[: len(promised)]
    return np.sort(chosen).astype(np.int32)
