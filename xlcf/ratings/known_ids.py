"""Whether ratings are of users and items that a model knows: those of another data set would measure nothing."""

from __future__ import annotations

from xlcf.arrays import Integers
from xlcf.errors import InputError
from xlcf.ratings.ratings import Ratings


def check_known(ratings: Ratings, trained: Ratings, what: str) -> str | None:
    """Say how many ratings are of a user or an item that was not trained on; None where all were.

    Args:
        ratings: those to measure a model on.
        trained: those that it is trained on.
        what: what a sentence calls the former.

    Raises:
        InputError: where none of them is of a user and an item that were.

    """
    return check_known_codes(*ratings.codes_in(trained.user_ids, trained.item_ids), what)


def check_known_codes(users: Integers, items: Integers, what: str) -> str | None:
    """Say the same of codes, both of shape (ratings,), -1 for what was not trained on.

    Raises:
        InputError: where no rating is of a user and an item that were.

    """
    known = int(((users >= 0) & (items >= 0)).sum())
    if not known:
        raise InputError(
            f"None of the {what} is of a user and an item that were trained on: give some with the same ids."
        )
    if known == len(users):
        return None
    return f"{len(users) - known:,} of {len(users):,} {what} are of a user or an item that was not trained on."
