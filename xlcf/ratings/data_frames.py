"""Ratings from pandas's DataFrames, whose columns are recognised by their names."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, TypeGuard

import numpy as np

from xlcf.errors import InputError
from xlcf.ratings.batches import MOST_RATING
from xlcf.ratings.columns import find_rating_columns
from xlcf.ratings.ids import plain_id, sorted_ids
from xlcf.ratings.ratings import Id, Integers, Ratings, Values
from xlcf.ratings.repeated import without_repeated
from xlcf.ratings.vocabulary import Vocabulary

if TYPE_CHECKING:
    import pandas as pd

_SOURCE = "The DataFrame"


def is_data_frame(thing: object) -> TypeGuard[pd.DataFrame]:
    """Tell whether something is a DataFrame, without loading pandas: what made it has done so."""
    return "pandas" in sys.modules and isinstance(thing, sys.modules["pandas"].DataFrame)


def as_ratings(data: Ratings | pd.DataFrame) -> Ratings:
    """Give ratings as they are, and those of a DataFrame as `ratings_from_frame` does.

    Raises:
        InputError: where it is neither, or the DataFrame holds no ratings.

    """
    if is_data_frame(data):
        return ratings_from_frame(data)
    if isinstance(data, Ratings):
        return data
    raise InputError(
        f"Ratings are wanted, or a DataFrame of them, not {type(data).__name__}; xlcf.read_ratings reads a file."
    )


def ratings_from_frame(frame: pd.DataFrame) -> Ratings:
    """Take the ratings from a DataFrame with a row a rating.

    Columns are recognised as `xlcf.read_ratings` recognises those of a file. Where a user rated an item several times,
    the last row counts. Ids stay what they are: the number 12 and the text "12" are two.

    Raises:
        InputError: where a column cannot be told, there are no rows, or one has no user, no item, or no number.

    """
    names = find_rating_columns(_header(frame), _SOURCE)
    if frame.empty:
        raise InputError(f"{_SOURCE} has no rows, and so no ratings.")
    users, user_ids = _codes(frame, names.user)
    items, item_ids = _codes(frame, names.item)
    values = _values(frame, names.rating)
    titles = None
    if names.title is not None:
        title_of = dict(zip(items.tolist(), frame[names.title], strict=True))
        titles = [str(title_of[code]) for code in range(len(item_ids))]
    ratings = Ratings(
        users,
        items,
        values,
        Vocabulary(user_ids),
        Vocabulary(item_ids),
        item_titles=titles,
        user_name=names.user,
        item_name=names.item,
    )
    return without_repeated(ratings)


def pairs_from_frame(frame: pd.DataFrame) -> tuple[tuple[Integers, list[Id]], tuple[Integers, list[Id]]]:
    """Take users and items from a DataFrame that need not have ratings: for each, a code a row and an id a code.

    Raises:
        InputError: where a column cannot be told, or a row has no user or no item.

    """
    header = _header(frame)
    try:
        names = find_rating_columns(header, _SOURCE)
    except InputError:
        names = find_rating_columns([*header, "rating"], _SOURCE)  # only users and items are wanted
    return _codes(frame, names.user), _codes(frame, names.item)


def _header(frame: pd.DataFrame) -> list[str]:
    return [str(name) for name in frame.columns]


def _codes(frame: pd.DataFrame, name: str) -> tuple[Integers, list[Id]]:
    """Number the ids of a column in ascending order."""
    import pandas as pd

    codes, found = pd.factorize(frame[name])
    if (codes < 0).any():
        raise InputError(f"{_SOURCE} has no {name} in {_row(frame, codes < 0)}: fill it in, or drop the row.")
    ids = [plain_id(raw_id) for raw_id in found.tolist()]
    if not all(isinstance(raw_id, int | float | str) for raw_id in ids):
        raise InputError(f"{_SOURCE}'s column {name} must hold numbers or text.")
    in_order = sorted_ids(ids)
    place = {raw_id: code for code, raw_id in enumerate(in_order)}
    return np.array([place[raw_id] for raw_id in ids], dtype=np.int64)[codes], in_order


def _values(frame: pd.DataFrame, name: str) -> Values:
    import pandas as pd

    values = pd.to_numeric(frame[name], errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    wrong = ~(np.abs(values) <= MOST_RATING)  # NaN, too
    if wrong.any():
        large = np.isfinite(values[wrong][0])
        what = f"beyond {MOST_RATING:.1e}: write a smaller one" if large else "no number: write one"
        raise InputError(f"{_SOURCE}'s {name} in {_row(frame, wrong)} is {what} there, or drop the row.")
    single: Values = values.astype(np.float32)
    return single if np.array_equal(single, values) else values


def _row(frame: pd.DataFrame, wrong: Any) -> str:
    return f"row {frame.index[int(np.argmax(wrong))]}"
