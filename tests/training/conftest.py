"""Small ratings to train on."""

import numpy as np
import pytest

from xlcf.ratings.ratings import Ratings
from xlcf.ratings.splits import random_split
from xlcf.ratings.synthetic import synthetic_ratings


@pytest.fixture(scope="session")
def ratings() -> Ratings:
    """Give 600 ratings of 40 items by 30 users."""
    return synthetic_ratings(n_users=30, n_items=40, n_ratings=600, seed=1)


@pytest.fixture(scope="session")
def parts(ratings) -> tuple[Ratings, Ratings]:
    """Give four fifths of the ratings to train on and the rest to validate on."""
    split = random_split(len(ratings), 0.2)
    return ratings.take(split.train), ratings.take(split.hold_out)


@pytest.fixture(scope="session")
def on_disk(ratings, tmp_path_factory) -> Ratings:
    """Give the same ratings memory-mapped."""
    folder = tmp_path_factory.mktemp("ratings")
    arrays = {}
    for name in ("users", "items", "values"):
        np.save(folder / f"{name}.npy", getattr(ratings, name))
        arrays[name] = np.load(folder / f"{name}.npy", mmap_mode="r")
    return Ratings(**arrays, user_ids=ratings.user_ids, item_ids=ratings.item_ids)
