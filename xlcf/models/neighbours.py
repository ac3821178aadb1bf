"""Neighbours: items that the same users like, users with the same taste."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from xlcf.arrays import Floats, Integers
from xlcf.errors import InputError
from xlcf.models.query_options import NeighbourOptions
from xlcf.ratings.ratings import Id

if TYPE_CHECKING:
    from xlcf.models.rating_model import RatingModel


@dataclass(frozen=True)
class Neighbours:
    """Those most similar to one user or item, the most similar first.

    Attributes:
        codes: shape (found,), theirs.
        similarity: shape (found,), what they are ordered by: cosine * count / (count + damping).
        cosine: shape (found,), of the angle between their factors and those of the one.
        counts: shape (found,), the ratings of each.

    """

    codes: Integers
    similarity: Floats
    cosine: Floats
    counts: Integers


@dataclass(frozen=True)
class Neighbour:
    """One of those most similar to an item or to a user.

    Attributes:
        id: the raw id.
        title: an item's title; None where items have none, and for a user.
        similarity: what neighbours are ordered by; see `Neighbours`.
        cosine: of the angle between the factors.
        ratings: how many the neighbour has.

    """

    id: Id
    title: str | None
    similarity: float
    cosine: float
    ratings: int


def named_items(model: RatingModel, found: Neighbours) -> list[Neighbour]:
    """Give what `similar_items` found with ids and titles."""
    return _named(found, model.item_ids, model.item_titles)


def named_users(model: RatingModel, found: Neighbours) -> list[Neighbour]:
    """Give what `similar_users` found with ids."""
    return _named(found, model.user_ids, None)


def _named(found: Neighbours, ids: Sequence[Id], titles: Sequence[str] | None) -> list[Neighbour]:
    columns = (found.codes.tolist(), found.similarity.tolist(), found.cosine.tolist(), found.counts.tolist())
    return [
        Neighbour(ids[code], None if titles is None else titles[code], similarity, cosine, count)
        for code, similarity, cosine, count in zip(*columns, strict=True)
    ]


def similar_items(
    model: RatingModel,
    item: int,
    top: int = NeighbourOptions.top,
    *,
    minimum_count: int = NeighbourOptions.minimum_count,
    damping: float = NeighbourOptions.damping,
) -> Neighbours:
    """Find the items that the same users like, whatever their biases: by the cosine of their factors.

    Factors that few ratings stand behind point anywhere, so the cosine is damped by the neighbour's count, as
    item-to-item similarities are (Bell, Koren 2007, "Scalable Collaborative Filtering", section 4). With a damping of 0
    it is the cosine itself. The search is exact: one product of a matrix with a vector.

    Args:
        model: the model.
        item: the item's code.
        top: most neighbours to give.
        minimum_count: the least ratings of a neighbour.
        damping: how many ratings halve the trust in a cosine.

    Raises:
        InputError: where an option is out of its range.

    """
    return nearest(model.factors.item_factors, model.item_counts, item, top, minimum_count, damping)


def similar_users(
    model: RatingModel,
    user: int,
    top: int = NeighbourOptions.top,
    *,
    minimum_count: int = NeighbourOptions.minimum_count,
    damping: float = NeighbourOptions.damping,
) -> Neighbours:
    """Find the users with the same taste; as `similar_items`."""
    return nearest(model.factors.user_factors, model.user_counts, user, top, minimum_count, damping)


def nearest(
    factors: Floats,
    counts: Integers,
    code: int,
    top: int,
    minimum_count: int = NeighbourOptions.minimum_count,
    damping: float = NeighbourOptions.damping,
) -> Neighbours:
    """Find the rows of factors, shape (members, factors), most similar to one of them."""
    NeighbourOptions(top, minimum_count, damping)  # checks them
    if not factors.shape[1]:
        raise InputError("Without factors nothing is similar to anything: train the model dot or dot-bias for this.")
    lengths = np.sqrt(np.einsum("mf,mf->m", factors, factors)) * np.linalg.norm(factors[code])
    with np.errstate(invalid="ignore"):
        cosine = factors @ factors[code] / lengths
        similarity = cosine * (counts / (counts + damping))
    allowed = (counts >= minimum_count) & np.isfinite(similarity)
    allowed[code] = False
    found = _largest(np.where(allowed, similarity, -np.inf), min(top, int(allowed.sum())))
    return Neighbours(found, similarity[found], cosine[found].clip(-1, 1), counts[found])


def _largest(values: Floats, n: int) -> Integers:
    """Give the places of the n largest values, the largest first, ties in order of place."""
    if n == 0:
        return np.empty(0, dtype=np.int64)
    least = np.partition(values, len(values) - n)[len(values) - n]
    candidates = np.flatnonzero(values >= least)
    return candidates[np.argsort(-values[candidates], kind="stable")[:n]]
