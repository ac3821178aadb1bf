"""Ratings from tables in memory: DataFrames of pandas and polars, Arrow tables, NumPy arrays, sparse matrices, lists.

A table becomes a header and columns that pandas understands; what follows does not know which of them it was.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from xlcf.arrays import Integers
from xlcf.errors import InputError
from xlcf.ratings.batches import MOST_RATING
from xlcf.ratings.columns import RatingColumns, find_pair_columns, find_rating_columns
from xlcf.ratings.ids import plain_id, sorted_ids
from xlcf.ratings.missing import MissingRows
from xlcf.ratings.ratings import Codes, Id, Ratings, Values
from xlcf.ratings.read_options import DEFAULT, ReadOptions
from xlcf.ratings.repeated import without_repeated
from xlcf.ratings.times import times_of_arrow
from xlcf.ratings.vocabulary import Vocabulary

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

_OF_ARRAYS = ("user", "item", "rating", "timestamp")  # what the columns of an array without names are

_NO_TIMES = "the column {} holds something that is no time"

Coded = tuple[Codes, list[Id]]


@dataclass(frozen=True)
class _Table:
    """A table in memory.

    Attributes:
        name: what a sentence calls it.
        header: the names of its columns.
        column: gives the column at a place of the header, as a Series with the same index each time.

    """

    name: str
    header: list[str]
    column: Callable[[int], pd.Series]

    def named(self, name: str) -> pd.Series:
        """Give the column of a name."""
        return self.column(self.header.index(name))


def as_ratings(data: Any, options: ReadOptions = DEFAULT, ratings: Any = None) -> Ratings:
    """Take the ratings from a table in memory, with a row a rating; ratings are given as they are.

    A DataFrame of pandas or polars, an Arrow table, or anything else with Arrow's `__arrow_c_stream__`: its columns are
    recognised as `xlcf.read_ratings` recognises those of a file. A NumPy array or a list of tuples: the columns are
    user, item, rating and, where there are four, the time. A SciPy sparse matrix, shape (users, items): its stored
    entries are the ratings, and ids are the numbers of rows and columns.

    Where a user rated an item several times, the last row counts. Ids stay what they are: the number 12 and the text
    "12" are two.

    Args:
        data: the table.
        options: which column is what, and what becomes of rows that lack something.
        ratings: shape (rows,), the ratings, where the table does not hold them.

    Raises:
        InputError: where it is no table, a column cannot be told, there are no rows, or one has no user, no item, or no
            number.

    """
    if isinstance(data, Ratings):
        if ratings is not None:
            raise InputError("The ratings are given twice: leave out one of them.")
        return data
    if _is_sparse(data):
        if ratings is not None:
            raise InputError("A sparse matrix holds its ratings: leave out the others.")
        return _ratings_of_sparse(data)
    table = _table(data, n_columns=(2,) if ratings is not None else (3, 4))
    if ratings is None:
        columns = find_rating_columns(table.header, table.name, options)
        values = table.named(columns.rating)
    else:
        columns = RatingColumns(*find_pair_columns(table.header, table.name, options), "rating", None, None)
        values = rating_series(ratings)
    return _ratings_of_table(table, columns, values, options)


def pairs_of(data: Any) -> tuple[Coded, Coded]:
    """Take users and items from a table in memory that need not have ratings: for each, a code a row and an id a code.

    Raises:
        InputError: where it is no table, a column cannot be told, or a row has no user or no item.

    """
    if isinstance(data, Ratings):
        return (np.asarray(data.users), list(data.user_ids)), (np.asarray(data.items), list(data.item_ids))
    table = _table(data, n_columns=(2,))
    user, item = find_pair_columns(table.header, table.name)
    users, items = _Side.of(table, user), _Side.of(table, item)
    missing = MissingRows(table.name, (user, item), "error", "row")
    _count(missing, users.lacking | items.lacking, users.labels)
    return users.numbered(slice(None)), items.numbered(slice(None))


def rating_series(ratings: Any) -> pd.Series:
    """Give ratings that stand beside a table as a Series: from a list, an array, a Series of pandas or polars.

    Raises:
        InputError: where they are more than one column.

    """
    import pandas as pd

    array = np.asarray(ratings)
    if array.ndim == 2 and array.shape[1] == 1:
        array = array[:, 0]
    if array.ndim != 1:
        raise InputError(f"Ratings are one number a row, not an array of shape {array.shape}.")
    return pd.Series(array)


def rating_values(series: pd.Series, name: str, source: str) -> Values:
    """Give ratings as numbers: in single precision where that holds them exactly, shape (rows,).

    Raises:
        InputError: where one is none, or too large.

    """
    import pandas as pd

    values = pd.to_numeric(series, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    wrong = ~(np.abs(values) <= MOST_RATING)  # NaN, too
    if wrong.any():
        large = np.isfinite(values[wrong][0])
        what = f"beyond {MOST_RATING:.1e}: write a smaller one" if large else "no number: write one"
        raise InputError(
            f"{source}'s {name} in row {series.index[int(np.argmax(wrong))]} is {what} there, or drop the row."
        )
    single: Values = values.astype(np.float32)
    return single if np.array_equal(single, values) else values


def _table(data: Any, n_columns: tuple[int, ...]) -> _Table:
    """Give any table in memory; an array without names must have so many columns.

    Raises:
        InputError: where it is none.

    """
    name = f"The {type(data).__name__}"
    if "pandas" in sys.modules and isinstance(data, sys.modules["pandas"].DataFrame):
        return _Table(name, [str(column) for column in data.columns], lambda place: data.iloc[:, place])
    if hasattr(data, "__arrow_c_stream__"):
        return _table_of_arrow(data, name)
    import pandas as pd

    if isinstance(data, np.ndarray) and data.dtype.names:
        return _Table(name, list(data.dtype.names), lambda place: pd.Series(data[data.dtype.names[place]]))
    if isinstance(data, np.ndarray) and data.ndim == 2:
        width, column = data.shape[1], lambda place: pd.Series(data[:, place])
    elif isinstance(data, Sequence) and not isinstance(data, str | bytes):
        frame = _frame_of_rows(data, n_columns[0])
        width, column = frame.shape[1], lambda place: frame.iloc[:, place]
    else:
        raise InputError(
            f"Ratings are wanted, or a table of them (a DataFrame, an Arrow table, an array, a sparse matrix), not "
            f"{type(data).__name__}; xlcf.read_ratings reads a file."
        )
    if width not in n_columns:
        what = "a user and an item" if n_columns == (2,) else "a user, an item, a rating and perhaps a time"
        raise InputError(f"{name} has {width} columns: a row is {what}.")
    return _Table(name, list(_OF_ARRAYS[:width]), column)


def _frame_of_rows(rows: Sequence[Any], width: int) -> pd.DataFrame:
    """Give rows such as tuples as a DataFrame; without any it has `width` columns."""
    import pandas as pd

    cells = [
        tuple(row) if isinstance(row, Sequence | np.ndarray) and not isinstance(row, str) else (row,) for row in rows
    ]
    widths = {len(row) for row in cells} or {width}
    if len(widths) > 1:
        raise InputError(f"The rows have different numbers of columns: {', '.join(map(str, sorted(widths)))}.")
    return pd.DataFrame(cells, columns=range(*widths))


def _table_of_arrow(data: Any, name: str) -> _Table:
    import pandas as pd
    import pyarrow as pa

    try:
        table = pa.table(data)
    except (pa.ArrowException, TypeError, ValueError):
        raise InputError(f"{name} is no table of columns: give a DataFrame or an Arrow table.") from None

    def column(place: int) -> pd.Series:
        values = _for_pandas(table.column(place).combine_chunks())
        return pd.Series(values.to_pandas(types_mapper=pd.ArrowDtype))

    return _Table(name, table.column_names, column)


def _for_pandas(values: pa.Array) -> pa.Array:
    """Give the same values without dictionaries and string views, which polars gives and pandas does not know."""
    import pyarrow as pa

    if pa.types.is_dictionary(values.type):
        return _for_pandas(values.dictionary).take(values.indices)
    return values.cast(pa.large_string()) if pa.types.is_string_view(values.type) else values


def _ratings_of_table(table: _Table, columns: RatingColumns, values: pd.Series, options: ReadOptions) -> Ratings:
    users, items = _Side.of(table, columns.user), _Side.of(table, columns.item)
    if len(values) != len(users.codes):
        raise InputError(f"There are {len(values):,} ratings for {len(users.codes):,} pairs: give as many of both.")
    if not len(values):
        raise InputError(f"{table.name} has no rows, and so no ratings.")
    missing = MissingRows(table.name, columns.needed(), options.missing, "row")
    lacking = users.lacking | items.lacking | _lacking(values)
    _count(missing, lacking, users.labels)
    if lacking.all():
        raise InputError(f"{table.name} has no row with a user, an item and a rating.")
    rows = np.flatnonzero(~lacking) if lacking.any() else slice(None)
    user_codes, user_ids = users.numbered(rows)
    item_codes, item_ids = items.numbered(rows)
    times = None if columns.timestamp is None else _times(table.named(columns.timestamp).iloc[rows])
    titles = None if columns.title is None else table.named(columns.title).iloc[rows]
    ratings = Ratings(
        user_codes,
        item_codes,
        rating_values(values.iloc[rows], columns.rating, table.name),
        Vocabulary(user_ids),
        Vocabulary(item_ids),
        item_titles=None if titles is None else _titles(titles, item_codes, item_ids),
        timestamps=times,
        user_name=columns.user,
        item_name=columns.item,
        why_no_times=None if times is not None or columns.timestamp is None else _NO_TIMES.format(columns.timestamp),
        notes=missing.notes(),
    )
    return without_repeated(ratings)


@dataclass(frozen=True)
class _Side:
    """The users or the items of a table.

    Attributes:
        codes: shape (rows,), a place in `ids`, or -1 where there is none.
        ids: the different ids in the order of their first rows.
        labels: what the rows are called.

    """

    codes: Integers
    ids: list[Id]
    labels: pd.Index

    @classmethod
    def of(cls, table: _Table, name: str) -> _Side:
        import pandas as pd

        series = table.named(name)
        codes, found = pd.factorize(series)
        ids = [plain_id(raw_id) for raw_id in found.tolist()]
        if not all(isinstance(raw_id, int | float | str) for raw_id in ids):
            raise InputError(f"{table.name}: the column {name} must hold numbers or text.")
        blank = [place for place, raw_id in enumerate(ids) if isinstance(raw_id, str) and not raw_id.strip()]
        codes[np.isin(codes, blank)] = -1
        return cls(codes, ids, series.index)

    @property
    def lacking(self) -> NDArray[np.bool_]:
        """Which rows have no id, shape (rows,)."""
        return self.codes < 0

    def numbered(self, rows: NDArray[np.int64] | slice) -> Coded:
        """Give a code for each of some rows, none of them without an id, and the ids in ascending order."""
        codes = self.codes[rows]
        used = np.unique(codes).tolist() if len(codes) < len(self.codes) else range(len(self.ids))
        in_order = sorted_ids(self.ids[place] for place in used)
        place_of = {raw_id: code for code, raw_id in enumerate(in_order)}
        return np.array([place_of.get(raw_id, -1) for raw_id in self.ids], dtype=np.int64)[codes], in_order


def _count(missing: MissingRows, lacking: NDArray[np.bool_], labels: pd.Index) -> None:
    missing.add(int(lacking.sum()), (labels[row] for row in np.flatnonzero(lacking)))
    missing.check()


def _lacking(series: pd.Series) -> NDArray[np.bool_]:
    """Tell which values are missing or blank, shape (rows,)."""
    import pandas as pd

    lacking = series.isna()
    if not pd.api.types.is_numeric_dtype(series.dtype):  # numbers cannot be blank
        lacking |= series.astype(str).str.strip() == ""
    return np.asarray(lacking.to_numpy(dtype=bool))


def _titles(series: pd.Series, items: Codes, item_ids: Sequence[Id]) -> list[str]:
    """Give one title an item, by code: of several the last; an item without is called by its id."""
    titles = [str(raw_id) for raw_id in item_ids]
    rows = np.flatnonzero(~_lacking(series))[::-1]
    codes, last = np.unique(items[rows], return_index=True)
    for code, title in zip(codes.tolist(), series.iloc[rows[last]].tolist(), strict=True):
        titles[code] = str(title)
    return titles


def _times(series: pd.Series) -> Integers | None:
    """Give the seconds since 1970 of a column; None where it holds something else."""
    import pyarrow as pa

    try:
        column: pa.Array = pa.Array.from_pandas(series)
    except (pa.ArrowException, TypeError):  # objects of several kinds
        return None
    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
    if pa.types.is_floating(column.type):  # whole numbers in an array of floats
        try:
            column = column.cast(pa.int64())
        except pa.ArrowInvalid:
            return None
    return times_of_arrow(column)


def _is_sparse(data: object) -> bool:
    """Tell whether something is a SciPy sparse matrix or array, without loading SciPy: what made it has done so."""
    return "scipy.sparse" in sys.modules and bool(sys.modules["scipy.sparse"].issparse(data))


def _ratings_of_sparse(matrix: Any) -> Ratings:
    if len(matrix.shape) != 2:
        raise InputError(
            "A sparse matrix of ratings has users as rows and items as columns: give one of two dimensions."
        )
    entries = matrix.tocoo()
    if not entries.nnz:
        raise InputError(f"The {type(matrix).__name__} has no stored entries, and so no ratings.")
    n_users, n_items = matrix.shape
    pairs = np.sort(entries.row.astype(np.int64) * n_items + entries.col)
    if (pairs[1:] == pairs[:-1]).any():
        raise InputError(
            f"The {type(matrix).__name__} has several entries of one user and item, which SciPy would add up: keep one "
            "of them."
        )
    import pandas as pd

    return Ratings(
        entries.row.astype(np.int64),
        entries.col.astype(np.int64),
        rating_values(pd.Series(entries.data), "rating", f"The {type(matrix).__name__}"),
        Vocabulary(np.arange(n_users)),
        Vocabulary(np.arange(n_items)),
    )
