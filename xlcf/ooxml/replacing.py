"""Writing a file so that it is there whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from xlcf.errors import InputError


@contextmanager
def replacing(path: str | Path) -> Iterator[Path]:
    """Give the path of an empty file beside `path` to write to; at the end it takes the place of `path`.

    Where the block raises, the file beside is deleted, and whatever was at `path` stays as it was.

    Raises:
        InputError: where the folder is missing or may not be written to, or where `path` is a folder or a file
            that another program holds open.

    """
    path = Path(path)
    beside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        if path.is_dir():
            raise InputError(f"{path} is a folder; give the name of a file to write.")
        beside.touch()
    except (FileNotFoundError, NotADirectoryError):
        raise InputError(f"There is no folder {path.parent} to write {path.name} to; make it first.") from None
    except OSError as error:
        raise InputError(f"{path} cannot be written ({error.strerror}); choose another folder.") from None
    try:
        yield beside
        try:
            beside.replace(path)
        except PermissionError:
            raise InputError(
                f"{path} cannot be replaced; close it in Excel, or choose another name or folder."
            ) from None
    finally:
        beside.unlink(missing_ok=True)
