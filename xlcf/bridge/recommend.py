"""A fitted model in, what to show a user next and what is alike out: what `xlcf recommend` and `similar` do."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from xlcf.bridge.rating_models import rating_model
from xlcf.errors import InputError
from xlcf.models.lookup import item_code, user_code
from xlcf.models.neighbours import Neighbour, named_items, named_users, similar_items, similar_users
from xlcf.models.query_options import NeighbourOptions, RecommendOptions
from xlcf.models.rating_model import RatingModel
from xlcf.models.recommendations import Recommendations, recommend_new
from xlcf.models.recommendations import recommend as recommend_known
from xlcf.ratings.ratings import Id, Ratings


def recommend(
    model: RatingModel | str | Path,
    user: Id | None = None,
    *,
    new: Mapping[Id, float] | None = None,
    top: int = RecommendOptions.top,
    minimum_count: int = RecommendOptions.minimum_count,
    ratings: Ratings | None = None,
    ridge: float = RecommendOptions.ridge,
    sheet: str | None = None,
) -> Recommendations:
    """Recommend items to a user who was fitted, or to a new one with some ratings, the best first.

    >>> xlcf.recommend("movies.safetensors", 42, ratings=ratings)
    >>> xlcf.recommend("movies.safetensors", new={"Heat (1995)": 5, "Babe (1995)": 2})

    Args:
        model: a fitted model, or a path for `read_rating_model`.
        user: the raw id of a user who was fitted.
        new: ratings of a new user instead, by the raw id or the title of the item.
        top: how many items at most.
        minimum_count: the least ratings of an item.
        ratings: what users have rated, which is left out; a workbook holds it already.
        ridge: how strongly a new user is drawn to the average one.
        sheet: of a workbook: the sheet whose Solver model is meant; None for the first usable one.

    Raises:
        InputError: where the model does not know the user or an item, both or none are given, or it is a net.

    """
    if (user is None) == (not new):
        raise InputError("Give either a user or the ratings of a new one.")
    fitted = rating_model(model, ratings, sheet)
    if user is not None:
        return recommend_known(fitted, user_code(fitted, user), top, minimum_count)
    typed = {item_code(fitted, item): float(rating) for item, rating in (new or {}).items()}
    return recommend_new(fitted, typed, top, minimum_count, ridge)


def similar(
    model: RatingModel | str | Path,
    item: Id | None = None,
    *,
    user: Id | None = None,
    top: int = NeighbourOptions.top,
    minimum_count: int = NeighbourOptions.minimum_count,
    damping: float = NeighbourOptions.damping,
    sheet: str | None = None,
) -> list[Neighbour]:
    """Find the items that the same users like, or the users with the same taste, the most similar first.

    >>> xlcf.similar("movies.safetensors", "The Matrix", top=5)

    Args:
        model: a fitted model, or a path for `read_rating_model`.
        item: the raw id of an item, or its title, which need not be exact.
        user: the raw id of a user instead.
        top: most neighbours to give.
        minimum_count: the least ratings of a neighbour.
        damping: a neighbour with so many ratings counts half; 0: order by the cosine alone.
        sheet: of a workbook: the sheet whose Solver model is meant; None for the first usable one.

    Raises:
        InputError: where the model does not know the item or user, both or none are given, or it is a net.

    """
    if (item is None) == (user is None):
        raise InputError("Give either an item or a user.")
    fitted = rating_model(model, None, sheet)
    if item is not None:
        code = item_code(fitted, item)
        return named_items(fitted, similar_items(fitted, code, top, minimum_count=minimum_count, damping=damping))
    assert user is not None
    code = user_code(fitted, user)
    return named_users(fitted, similar_users(fitted, code, top, minimum_count=minimum_count, damping=damping))
