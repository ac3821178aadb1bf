"""A small made-up model with biases, titles and ratings; the models of MovieLens."""

import numpy as np
import pytest

from xlcf.models.factors import Factors
from xlcf.models.rating_model import RatingModel
from xlcf.ratings.ratings import Ratings

N_USERS, N_ITEMS, N_FACTORS, N_RATINGS = 30, 40, 4, 400


def make_fitted(rating_range=None, seed=0, **changes) -> RatingModel:
    rng = np.random.default_rng(seed)
    factors = Factors(
        user_factors=rng.normal(0, 0.7, (N_USERS, N_FACTORS)),
        item_factors=rng.normal(0, 0.7, (N_ITEMS, N_FACTORS)) * [1.5, 1.2, 1.0, 0.5],
        user_bias=rng.normal(0, 0.3, N_USERS),
        item_bias=rng.normal(0, 0.4, N_ITEMS),
        global_bias=0.4 if rating_range else 3.5,
        rating_range=rating_range,
    )
    pairs = rng.choice(N_USERS * N_ITEMS, N_RATINGS, replace=False)
    users, items = pairs // N_ITEMS, pairs % N_ITEMS
    predictions = factors.predict_all()[users, items]
    values = np.clip(np.round(2 * (predictions + rng.normal(0, 0.5, N_RATINGS))) / 2, 0.5, 5)
    user_ids, item_ids = list(range(100, 100 + N_USERS)), list(range(1000, 1000 + N_ITEMS))
    titles = [f"Film {number}, The ({1960 + number})" for number in range(N_ITEMS)]
    ratings = Ratings(users, items, values, user_ids, item_ids, titles)
    options = {
        "predictor": factors,
        "user_ids": user_ids,
        "item_ids": item_ids,
        "item_titles": titles,
        "user_counts": np.bincount(users, minlength=N_USERS),
        "item_counts": np.bincount(items, minlength=N_ITEMS),
        "mean": float(values.mean()),
        "rating_range": (0.5, 5.0),
        "is_clipped": False,
        "ratings": ratings,
        "source": "made up",
    }
    return RatingModel(**options | changes)


@pytest.fixture(scope="session")
def fitted() -> RatingModel:
    """Give a model without a sigmoid."""
    return make_fitted()


@pytest.fixture(scope="session", params=[None, (0.5, 5.0)], ids=["plain", "sigmoid"])
def either(request) -> RatingModel:
    """Give a model without a sigmoid, and one with."""
    return make_fitted(request.param)


@pytest.fixture(scope="session")
def movielens(reference) -> Ratings:
    """Give ml-latest-small of 2016."""
    from xlcf.ratings.readers import read_ratings

    return read_ratings(reference / "data" / "ml-latest-small-2016" / "ratings.csv.gz")


@pytest.fixture(scope="session")
def movies(movielens) -> RatingModel:
    """Give it with 50 factors and biases, trained with the defaults."""
    from xlcf.training.train import train

    return train(movielens, source="ml-latest-small")
