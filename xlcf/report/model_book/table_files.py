"""Files beside a workbook that hold all users or all items, where its sheets do not."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xlcf.arrays import Floats
from xlcf.report.factor_table import FactorTable


def write_table_file(path: Path, table: FactorTable, kind: str) -> None:
    """Write a table with one row a user or item and the columns id, title, ratings, bias, factor_1, ...

    Args:
        path: the file.
        table: what it holds.
        kind: csv or parquet.

    """
    import pyarrow as pa
    import pyarrow.csv
    import pyarrow.parquet

    columns = {table.id_name: pa.array(_storable(table.ids))}
    if table.titles is not None:
        columns["title"] = pa.array(_storable(table.titles))
    if table.counts is not None:
        columns["ratings"] = pa.array(table.counts)
    if table.bias is not None:
        columns["bias"] = pa.array(_narrowed(table.bias))
    for factor, values in enumerate(table.factors.T, 1):
        columns[f"factor_{factor}"] = pa.array(_narrowed(values))
    whole = pa.table(list(columns.values()), names=list(columns))
    if kind == "csv":
        pyarrow.csv.write_csv(whole, path)
    else:
        # a dictionary would be as long as the column
        pyarrow.parquet.write_table(whole, path, use_dictionary=False)


def _storable(values: Sequence[object]) -> list[object]:
    """Give whole numbers as they are, and anything else as text: a column has one type."""
    if all(type(value) is int and abs(value) < 1 << 63 for value in values):
        return list(values)
    return [str(value).encode("utf-8", "replace").decode("utf-8") for value in values]


def _narrowed(values: Floats) -> NDArray[np.floating[Any]]:
    """Give numbers that single precision holds exactly, as it does weights, in half the size."""
    single = values.astype(np.float32)
    return single if np.array_equal(single, values, equal_nan=True) else values
