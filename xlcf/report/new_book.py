"""A workbook of xlcf's own: written whole or not at all, and every text in it a text."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from xlsxwriter.exceptions import FileCreateError
from xlsxwriter.workbook import Workbook

from xlcf._version import __version__
from xlcf.errors import InputError
from xlcf.files.replacing import replacing
from xlcf.report.cells import as_text


@contextmanager
def new_book(path: Path, title: str, created: datetime | None = None, **properties: Any) -> Iterator[Workbook]:
    """Give an empty workbook to fill; at the end it takes the place of `path`.

    Args:
        path: the file.
        title: its title.
        created: the time in it; None leaves it to XlsxWriter.
        properties: others by XlsxWriter's names, such as `comments`.

    Raises:
        InputError: where the file cannot be written.

    """
    with replacing(path) as unfinished:
        try:
            book = open_book(unfinished, title, created, **properties)
            yield book
            book.close()
        except FileCreateError as error:  # the disk is full, say
            raise InputError(f"{path} cannot be written ({cause_of(error)}); choose another place with -o.") from error


def open_book(
    path: Path, title: str, created: datetime | None, options: dict[str, Any] | None = None, **properties: Any
) -> Workbook:
    """Begin a workbook at a path, with XlsxWriter's `options` besides those that keep texts texts."""
    book = Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False} | (options or {}))
    time = {} if created is None else {"created": created}
    book.set_properties({"title": as_text(title), "author": f"xlcf {__version__}"} | properties | time)
    book.set_size(24000, 14000)
    return book


def cause_of(error: FileCreateError) -> object:
    """Give what XlsxWriter's error wraps."""
    return error.args[0] if error.args else error
