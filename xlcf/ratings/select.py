"""Choosing a part of the ratings that is small enough for a sheet."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from xlcf.errors import InputError
from xlcf.ratings.counts import count_codes, most_rated
from xlcf.ratings.ids import id_key
from xlcf.ratings.ratings import Codes, Id, Ratings
from xlcf.ratings.vocabulary import Vocabulary


def top(ratings: Ratings, n_users: int, n_items: int) -> Ratings:
    """Choose the users with most ratings and the items with most ratings, and the ratings between them.

    Ratings are counted over the whole set, before anything is left out; a tie goes to the smaller id (numbers
    compare as numbers). Users and items of the result stand in ascending order of their ids. Where there are
    fewer than asked for, all are chosen.

    Raises:
        InputError: where fewer than one user or item is asked for.

    """
    if n_users < 1 or n_items < 1:
        raise InputError(f"choose at least one user and one item, not {n_users} users by {n_items} items.")
    kept_users = _most_rated(ratings.users, ratings.user_ids, n_users)
    kept_items = _most_rated(ratings.items, ratings.item_ids, n_items)
    new_user = _new_codes(kept_users, ratings.n_users)[ratings.users]
    new_item = _new_codes(kept_items, ratings.n_items)[ratings.items]
    kept = (new_user >= 0) & (new_item >= 0)
    titles = ratings.item_titles
    return Ratings(
        users=new_user[kept],
        items=new_item[kept],
        values=ratings.values[kept],
        user_ids=Vocabulary([ratings.user_ids[code] for code in kept_users]),
        item_ids=Vocabulary([ratings.item_ids[code] for code in kept_items]),
        item_titles=None if titles is None else [titles[code] for code in kept_items],
        timestamps=None if ratings.timestamps is None else ratings.timestamps[kept],
        user_name=ratings.user_name,
        item_name=ratings.item_name,
    )


def _most_rated(codes: Codes, ids: Sequence[Id], wanted: int) -> list[int]:
    """Give the `wanted` codes that occur most often, in ascending order of their ids."""
    by_id = np.array(sorted(range(len(ids)), key=lambda code: id_key(ids[code])), dtype=np.int64)
    kept = most_rated(count_codes(codes, len(ids))[by_id], wanted)
    return [int(code) for code in by_id[np.sort(kept)]]


def _new_codes(kept: Sequence[int], n_codes: int) -> NDArray[np.int64]:
    """Give a table, shape (codes,), from an old code to its place in `kept`; -1 where it was left out."""
    table = np.full(n_codes, -1, dtype=np.int64)
    table[list(kept)] = np.arange(len(kept))
    return table
