"""Opening files to read from: ordinary files only, and a sentence for whatever else stands at a path.

A pipe would keep a program waiting for ever, and a device might never end. So every file that a person names is opened
here, or checked here before a library opens it by its name.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from xlcf.errors import InputError

_SPECIAL = {
    stat.S_IFIFO: "a pipe, which can be read only once: save what comes out of it to a file, and give that",
    stat.S_IFSOCK: "a socket, which is no file: give a file",
    stat.S_IFCHR: "a device, which may never end: save what comes out of it to a file, and give that",
    stat.S_IFBLK: "a device, not a file on it: give the file",
}
_LONGEST_SHOWN = 80
CHECK_NAME = "check the name and the folder"


def open_input(
    path: str | Path, *, most_bytes: int | None = None, kind: str = "file", if_missing: str = CHECK_NAME
) -> IO[bytes]:
    """Open an ordinary file to read its bytes; links are followed.

    Args:
        path: the file.
        most_bytes: how large it may be; None where it is read as a stream, which takes no more memory for more bytes.
        kind: what it should be, as a sentence names it: `workbook`, `model file`, ...
        if_missing: what to do where there is none.

    Raises:
        InputError: where there is none, it may not be read, it is too large, or it is a folder, a pipe, a device, or a
            link that leads back to itself.

    """
    with explained(path, kind, if_missing):
        # looked at first, as opening a device may do something to it; and again when it is open, as it may have changed
        _check(os.stat(path), path, most_bytes, kind)  # noqa: PTH116 (of any path, before pathlib takes it)
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        try:
            _check(os.fstat(descriptor), path, most_bytes, kind)
            return os.fdopen(descriptor, "rb")
        except BaseException:
            os.close(descriptor)
            raise


def check_input(path: str | Path, *, kind: str = "file", if_missing: str = CHECK_NAME) -> None:
    """Refuse what `open_input` refuses: for files that a library opens by their names."""
    open_input(path, kind=kind, if_missing=if_missing).close()


def is_same_file(path: str | Path, other: str | Path) -> bool:
    """Tell whether two paths lead to one file; not where either leads nowhere."""
    try:
        return os.path.samefile(path, other)  # noqa: PTH121 (takes any path, before pathlib does)
    except (OSError, ValueError):
        return False


@contextmanager
def explained(path: str | Path, kind: str = "file", if_missing: str = CHECK_NAME) -> Iterator[None]:
    """Say in a sentence what the operating system objects to while a file is opened or read."""
    try:
        yield
    except InputError:
        raise
    except OSError as error:
        raise InputError(_sentence(error, Path(path), kind, if_missing)) from error
    except ValueError as error:
        if "\0" not in str(path):
            raise
        raise InputError(f"{shown(path)!r} is no name of a {kind}: it holds a null character.") from error


def shown(path: str | Path) -> str:
    """Give a path as a sentence shows it: of a very long one the beginning."""
    text = str(path)
    return text if len(text) <= 4 * _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}..."


def _check(status: os.stat_result, path: str | Path, most_bytes: int | None, kind: str) -> None:
    if stat.S_ISDIR(status.st_mode):
        raise IsADirectoryError
    if not stat.S_ISREG(status.st_mode):
        what = _SPECIAL.get(stat.S_IFMT(status.st_mode), "no ordinary file: give one")
        raise InputError(f"{shown(path)} is {what}.")
    if most_bytes is not None and status.st_size > most_bytes:
        raise InputError(
            f"{shown(path)} has {status.st_size / 2**30:,.1f} GiB; a {kind} may have at most "
            f"{most_bytes / 2**30:,.0f} GiB."
        )


def _sentence(error: OSError, path: Path, kind: str, if_missing: str) -> str:
    name = shown(path)
    if isinstance(error, FileNotFoundError) and name == "-":
        return "Nothing is read from a pipe: save what comes out of it to a file, and give that."
    if isinstance(error, (FileNotFoundError, NotADirectoryError)):
        return f"There is no file {name}; {if_missing}."
    if isinstance(error, IsADirectoryError) or (isinstance(error, PermissionError) and path.is_dir()):
        return f"{name} is a folder; give the {kind} inside it."
    if isinstance(error, PermissionError):
        return f"{name} may not be read; change its permissions or copy it."
    if error.errno == errno.ELOOP:
        return f"{name} is a link that leads back to itself; give the {kind} that is meant."
    if error.errno == errno.ENAMETOOLONG:
        return f"The name {name} is longer than a file's name can be; check the name."
    return f"{name} cannot be read ({error.strerror or error})."
