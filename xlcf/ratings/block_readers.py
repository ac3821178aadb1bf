"""Three ways to read a block of lines, from quick and narrow to slow and careful."""

from __future__ import annotations

import re
from collections.abc import Iterator
from math import nan
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from xlcf.errors import InputError
from xlcf.ratings.batches import MOST_RATING, Batch, TextColumn
from xlcf.ratings.columns import RatingColumns
from xlcf.ratings.digits import LEAD, NotPlainError, NumberBlock
from xlcf.ratings.tables import TextTable
from xlcf.ratings.times import seconds_of, times_of

if TYPE_CHECKING:
    import pyarrow as pa

# what spreadsheets, R, pandas and databases write for a number that is missing; an id may be called so
_NO_NUMBER = frozenset(["", "NA", "N/A", "#N/A", "NaN", "nan", "NULL", "null", "<NA>"])

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
    """Read a block (after `LEAD`) in which ids are texts, by Arrow; lines that lack something are left out and counted.

    Raises:
        NotPlainError: where a line has another number of fields, or a rating is no number, or too large.

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
                null_values=list(_NO_NUMBER),
                decimal_point="," if table.separator == ";" and b"," in block else ".",
            ),
        )
    except pa.ArrowInvalid:
        raise NotPlainError from None
    values = rows[columns.rating]
    users, items = _text_column(rows[columns.user]), _text_column(rows[columns.item])
    lacking = _lacking(users) | _lacking(items)
    if values.null_count:
        lacking |= values.is_null().to_numpy()
    kept = np.flatnonzero(~lacking) if lacking.any() else None
    numbers = values.to_numpy() if kept is None else values.to_numpy()[kept]
    if not (np.abs(numbers) <= MOST_RATING).all():  # NaN is not either
        raise NotPlainError

    def column(name: str) -> TextColumn:
        texts = _text_column(rows[name])
        return texts if kept is None else texts.take(kept)

    return Batch(
        users=users if kept is None else users.take(kept),
        items=items if kept is None else items.take(kept),
        values=numbers,
        timestamps=None if columns.timestamp is None else times_of(column(columns.timestamp)),
        titles=None if columns.title is None else column(columns.title),
        n_missing=int(lacking.sum()),
    )


def read_carefully(block: bytes, first_line: int, table: TextTable, columns: RatingColumns) -> Batch:
    """Read a block (without `LEAD`) line by line, so that an error can say on which line it is.

    Lines that lack something are left out and counted.

    Raises:
        InputError: where a line has more or fewer fields, or a rating is no number, or too large.

    """
    names = columns.used()
    rows: dict[str, list[str]] = {name: [] for name in names}
    values, missing = [], []
    needed = [names.index(name) for name in columns.needed()]
    for line, fields in table.rows_of_block(block, first_line, names):
        if _lacks(*(fields[place] for place in needed)):
            missing.append(line)
            continue
        for name, field in zip(names, fields, strict=True):
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
        n_missing=len(missing),
        missing=missing,
    )


def lines_that_lack(block: bytes, first_line: int, table: TextTable, columns: RatingColumns) -> Iterator[int]:
    """Go through the lines of a block (without `LEAD`) that lack a user, an item or a rating."""
    rows = table.rows_of_block(block, first_line, columns.needed())
    return (line for line, fields in rows if _lacks(*fields))


def first_without_time(block: bytes, first_line: int, table: TextTable, columns: RatingColumns) -> str:
    """Say which is the first time, in a block without times, that is none."""
    name = columns.timestamp or ""
    rows = table.rows_of_block(block, first_line, [name, *columns.needed()])
    line, text = next(
        (line, text) for line, (text, *needed) in rows if seconds_of(text) is None and not _lacks(*needed)
    )
    found = f"{text[:40]!r}, no time" if text else "blank"
    return f"the {name} on line {line} of {table.name} is {found}"


def _text_column(column: pa.ChunkedArray) -> TextColumn:
    array: Any = column.combine_chunks()
    if array.null_count:
        raise NotPlainError
    return TextColumn(array.indices.to_numpy(), [text.strip() for text in array.dictionary.to_pylist()])


def _lacking(column: TextColumn) -> NDArray[np.bool_]:
    """Tell which rows have no id, shape (rows,)."""
    is_blank = np.array([not text for text in column.texts], dtype=bool)
    return np.asarray(is_blank[column.places])


def _lacks(user: str, item: str, rating: str) -> bool:
    """Tell whether a line lacks one of the three."""
    return not user or not item or rating in _NO_NUMBER


def _number(text: str, name: str, table: TextTable, line: int) -> float:
    # where the comma is the decimal mark, Excel separates fields by semicolons
    has_decimal_comma = table.separator == ";" or _DECIMAL_COMMA.fullmatch(text)
    plain = text.replace(",", ".") if has_decimal_comma else text
    number = float(plain) if _NUMBER.fullmatch(plain) else nan
    if abs(number) <= MOST_RATING:
        return number
    mend = "write a number there, or delete the line"
    if number == number:
        found, mend = f"{text!r}, beyond {MOST_RATING:.1e}", "write a smaller number there, or delete the line"
    else:
        found = f"{text!r}, not a number"
        if "," in text:
            mend = "write it with a decimal point and without commas"
    raise InputError(f"{table.name}: the {name} on line {line} is {found}; {mend}.")
