"""Times as tables write them: seconds since 1970, or dates of ISO 8601."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import numpy as np

from xlcf.ratings.batches import Integers, TextColumn

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
