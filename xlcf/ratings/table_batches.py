"""Reading a text table of ratings in a stream, on all cores, in the order of its lines."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace

import numpy as np

from xlcf.ratings.batches import Batch
from xlcf.ratings.block_readers import (
    first_without_time,
    lines_that_lack,
    read_carefully,
    read_numbers,
    read_texts,
)
from xlcf.ratings.columns import RatingColumns
from xlcf.ratings.digits import LEAD, NotPlainError
from xlcf.ratings.tables import TextTable

_MOST_THREADS = 8  # one thread hands out the blocks: it cannot feed more


def table_batches(table: TextTable, columns: RatingColumns) -> Iterator[Batch]:
    """Go through the lines of a table in batches, each about a megabyte of text.

    A block of plain numbers is read many lines at a time; one with other ids or with quotation marks, by Arrow; one
    that neither can read, line by line, which reads what there is to read, or raises an error with the line's number.
    Lines that lack a user, an item or a rating are left out and counted.

    Raises:
        InputError: where a line has more or fewer fields than the header, a rating is not a number, or the file turns
            out not to be text, to be cut off or damaged.

    """
    line = table.first_data_line
    column_of_times = columns.timestamp
    for block, batch, n_lines in _in_order(table, columns):
        lines = block[len(LEAD) :]
        if batch is None:
            batch = read_carefully(lines, line, table, columns)
        elif batch.n_missing:
            batch = replace(batch, missing=lines_that_lack(lines, line, table, columns))
        if column_of_times is not None and batch.timestamps is None:
            batch = replace(batch, why_no_times=first_without_time(lines, line, table, columns))
            column_of_times = None  # the first is told
        yield batch
        line += n_lines


_Read = tuple[bytes, Batch | None, int]


def _in_order(table: TextTable, columns: RatingColumns) -> Iterator[_Read]:
    for block, read in _handed_out(table, columns):
        if read is None:  # the first such block in the order of the file tells
            table.tell_encoding(block)
        yield read or _read_block(block, table, columns)


def _handed_out(table: TextTable, columns: RatingColumns) -> Iterator[tuple[bytes, _Read | None]]:
    n_threads = min(os.cpu_count() or 1, _MOST_THREADS)
    _let_the_allocator_keep_memory()
    waiting: deque[tuple[bytes, Future[_Read | None]]] = deque()
    with ThreadPoolExecutor(n_threads, thread_name_prefix="read") as threads:
        try:
            for block in table.blocks(LEAD):
                waiting.append((block, threads.submit(_read, block, table, columns)))
                if len(waiting) > 2 * n_threads:
                    yield _result(waiting)
            while waiting:
                yield _result(waiting)
        finally:
            for _, future in waiting:
                future.cancel()


def _result(waiting: deque[tuple[bytes, Future[_Read | None]]]) -> tuple[bytes, _Read | None]:
    block, future = waiting.popleft()
    return block, future.result()


def _read(block: bytes, table: TextTable, columns: RatingColumns) -> _Read | None:
    """Read a block; give None where that cannot be done before its encoding is known."""
    try:
        batch = read_numbers(block, table, columns)
        return block, batch, len(batch)
    except NotPlainError:
        return None if table.encoding is None and not block.isascii() else _read_block(block, table, columns)


def _read_block(block: bytes, table: TextTable, columns: RatingColumns) -> _Read:
    """Give the block in UTF-8, its rows where Arrow can read them, and how many lines it has."""
    n_lines = block.count(b"\n") - 1  # that of the lead
    block = table.to_utf8(block)
    try:
        return block, read_texts(block, table, columns), n_lines
    except NotPlainError:
        return block, None, n_lines


def _let_the_allocator_keep_memory() -> None:
    # glibc keeps freed memory in pieces up to the largest one freed so far; larger pieces go back to the system, and
    # come again page by page for each batch, which takes a sixth of the time
    np.empty(31 << 20, dtype=np.uint8)
