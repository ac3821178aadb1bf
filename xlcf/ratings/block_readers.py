"""Three ways to read a block of lines, from quick and narrow to slow and careful."""

from __future__ import annotations

import re
from math import nan
from typing import TYPE_CHECKING, Any

import numpy as np

from xlcf.errors import InputError
from xlcf.ratings.batches import MOST_RATING, Batch, TextColumn
from xlcf.ratings.columns import RatingColumns
from xlcf.ratings.digits import LEAD, NotPlainError, NumberBlock
from xlcf.ratings.tables import TextTable
from xlcf.ratings.times import seconds_of, times_of

if TYPE_CHECKING:
    import pyarrow as pa

# stricter than float(), which reads 4_5 as 45
_NUMBER = re.compile(r"[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?")
# three digits after the comma might be thousands
_DECIMAL_COMMA = re.compile(r"[-+]?[0-9]+,[0-9]{1,2}")


def read_numbers(block: bytes, table: TextTable, columns: RatingColumns) -> Batch:
    """Read a block (after `LEAD`) in which all is numbers.

    Raises:
        NotPlainError: where a field is anything but a plain number, or there are titles to read.

    """
    if columns.title is not None:
        raise NotPlainError
    if len(table.separator) > 1:
        block = block.replace(table.separator.encode(), b"\t")
    place = table.header.index
    lines = NumberBlock(block, len(table.header), table.separator if len(table.separator) == 1 else "\t")
    return Batch(
        users=lines.whole_numbers(place(columns.user)),
        items=lines.whole_numbers(place(columns.item)),
        values=lines.decimals(place(columns.rating)),
        timestamps=None if columns.timestamp is None else lines.whole_numbers(place(columns.timestamp)),
    )


def read_texts(block: bytes, table: TextTable, columns: RatingColumns) -> Batch:
    """Read a block (after `LEAD`) in which ids are texts, by Arrow.

    Raises:
        NotPlainError: where a line has another number of fields, an id is blank or a rating is no number, or too large.

    """
    import pyarrow as pa
    from pyarrow import csv

    if len(table.separator) > 1:
        raise NotPlainError
    text, number = pa.dictionary(pa.int32(), pa.string()), pa.float64()
    types = dict.fromkeys(columns.used(), text) | {columns.rating: number}
    try:
        rows = csv.read_csv(
            pa.py_buffer(block).slice(len(LEAD)),
            csv.ReadOptions(column_names=table.header, use_threads=False, block_size=len(block)),
            csv.ParseOptions(delimiter=table.separator, newlines_in_values=True),
            csv.ConvertOptions(
                include_columns=columns.used(),
                column_types=types,
                decimal_point="," if table.separator == ";" and b"," in block else ".",
            ),
        )
    except pa.ArrowInvalid:
        raise NotPlainError from None
    values = rows[columns.rating]
    numbers = values.to_numpy()
    if values.null_count or not (np.abs(numbers) <= MOST_RATING).all():  # NaN is not either
        raise NotPlainError
    users, items = _text_column(rows[columns.user]), _text_column(rows[columns.item])
    if "" in users.texts or "" in items.texts:
        raise NotPlainError
    return Batch(
        users=users,
        items=items,
        values=numbers,
        timestamps=None if columns.timestamp is None else times_of(_text_column(rows[columns.timestamp])),
        titles=None if columns.title is None else _text_column(rows[columns.title]),
    )


def read_carefully(block: bytes, first_line: int, table: TextTable, columns: RatingColumns) -> Batch:
    """Read a block (without `LEAD`) line by line, so that an error can say on which line it is.

    Raises:
        InputError: where a line has more or fewer fields, an id is blank or a rating is no number, or too large.

    """
    names = columns.used()
    rows: dict[str, list[str]] = {name: [] for name in names}
    values = []
    for line, fields in table.rows_of_block(block, first_line, names):
        for name, field in zip(names, fields, strict=True):
            if not field and name in (columns.user, columns.item):
                raise InputError(f"{table.name} has no {name} on line {line}: fill it in or delete the line.")
            rows[name].append(field)
        values.append(_number(rows[columns.rating][-1], columns.rating, table, line))

    def column(name: str) -> TextColumn:
        place = {text: number for number, text in enumerate(dict.fromkeys(rows[name]))}
        return TextColumn(np.array([place[text] for text in rows[name]], dtype=np.int32), list(place))

    return Batch(
        users=column(columns.user),
        items=column(columns.item),
        values=np.array(values, dtype=np.float64),
        timestamps=None if columns.timestamp is None else times_of(column(columns.timestamp)),
        titles=None if columns.title is None else column(columns.title),
    )


def first_without_time(block: bytes, first_line: int, table: TextTable, name: str) -> str:
    """Say which is the first field of the column `name`, in a block without times, that is no time."""
    rows = table.rows_of_block(block, first_line, [name])
    line, text = next((line, text) for line, (text,) in rows if seconds_of(text) is None)
    found = f"{text[:40]!r}, no time" if text else "blank"
    return f"the {name} on line {line} of {table.name} is {found}"


def _text_column(column: pa.ChunkedArray) -> TextColumn:
    array: Any = column.combine_chunks()
    if array.null_count:
        raise NotPlainError
    return TextColumn(array.indices.to_numpy(), [text.strip() for text in array.dictionary.to_pylist()])


def _number(text: str, name: str, table: TextTable, line: int) -> float:
    # where the comma is the decimal mark, Excel separates fields by semicolons
    has_decimal_comma = table.separator == ";" or _DECIMAL_COMMA.fullmatch(text)
    plain = text.replace(",", ".") if has_decimal_comma else text
    number = float(plain) if _NUMBER.fullmatch(plain) else nan
    if abs(number) <= MOST_RATING:
        return number
    mend = "write a number there, or delete the line"
    if not text:
        found = "blank"
    elif number == number:
        found, mend = f"{text!r}, beyond {MOST_RATING:.1e}", "write a smaller number there, or delete the line"
    else:
        found = f"{text!r}, not a number"
        if "," in text:
            mend = "write it with a decimal point and without commas"
    raise InputError(f"{table.name}: the {name} on line {line} is {found}; {mend}.")
