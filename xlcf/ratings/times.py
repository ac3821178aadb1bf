"""Times as tables write them: seconds since 1970, or dates of ISO 8601."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np

from xlcf.arrays import Integers
from xlcf.ratings.batches import TextColumn

if TYPE_CHECKING:
    import pyarrow as pa

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_OF_NO_ZONE = datetime(1970, 1, 1)  # to put a zone to each moment would take twice the time
_SECOND = timedelta(seconds=1)
# of what ISO 8601 allows, the forms that are no number as well: 20200131 is a second of 1970
_ISO = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}(:[0-9]{2}([.,][0-9]+)?)?(Z|[-+][0-9]{2}(:?[0-9]{2})?)?)?"
)


def times_of(column: TextColumn) -> Integers | None:
    """Give the seconds since 1970 of a column, shape (rows,); None where one of its texts is no time."""
    seconds = [seconds_of(text) for text in column.texts]
    if None in seconds:
        return None
    return np.asarray(np.array(seconds, dtype=np.int64)[column.places])


def times_of_arrow(column: pa.Array) -> Integers | None:
    """Give the seconds since 1970 of a column, shape (rows,); None where one of its values is no time."""
    import pyarrow as pa

    if column.null_count:
        return None
    if pa.types.is_timestamp(column.type) or pa.types.is_date(column.type):
        return np.asarray(column.cast(pa.timestamp("s"), safe=False).cast(pa.int64()))
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        return times_of(text_column(column))
    return np.asarray(column.cast(pa.int64())) if pa.types.is_integer(column.type) else None


def text_column(column: pa.Array) -> TextColumn:
    """Give a column of Arrow as texts without outer blanks; a missing one is empty.

    Raises:
        ArrowInvalid: where the column holds what cannot be a text.

    """
    import pyarrow as pa

    encoded = column.cast(pa.string()).fill_null("").dictionary_encode()
    return TextColumn(np.asarray(encoded.indices), [text.strip() for text in encoded.dictionary.to_pylist()])


def seconds_of(text: str) -> int | None:
    """Give the seconds since 1970 that a text says: a whole number, or an ISO 8601 date with or without a time of day.

    A time without a zone is in UTC, a date is its first second, and parts of a second are dropped.
    """
    if text.isascii() and text.isdigit() and len(text) < 19:
        return int(text)
    if not _ISO.fullmatch(text):
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:  # the 30th of February
        return None
    return (moment - (_EPOCH if moment.tzinfo else _EPOCH_OF_NO_ZONE)) // _SECOND
