"""Writing a file so that it is there whole or not at all."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from xlcf.errors import InputError
from xlcf.files.input_files import is_same_file


@contextmanager
def replacing(path: str | Path) -> Iterator[Path]:
    """Give the path of an empty file beside `path` to write to; at the end it takes the place of `path`.

    Where the block raises, the file beside is deleted, and whatever was at `path` stays as it was. A file that is
    replaced hands on its permissions, and a link stays a link to the new file.

    Raises:
        InputError: where the folder is missing, full, or may not be written to, or where `path` is a folder, no
            ordinary file, read-only, or held open by another program.

    """
    named, path = Path(path), Path(os.path.realpath(path))
    beside = _begin(named, path)
    try:
        try:
            yield beside
            with beside.open("rb+") as stream:
                os.fsync(stream.fileno())  # after a power cut, too, it must be whole
            if path.exists():
                _hand_on_permissions(path, beside)
        except OSError as error:
            if error.filename is not None and str(beside) not in (error.filename, error.filename2):
                raise  # it is about another file
            raise InputError(
                f"{named} cannot be written ({error.strerror}); free some space, or choose another folder."
            ) from error
        try:
            beside.replace(path)
        except OSError as error:
            raise InputError(
                f"{named} cannot be replaced ({error.strerror}); close it in Excel, or choose another name or folder."
            ) from error
    finally:
        beside.unlink(missing_ok=True)


def check_replaceable(path: str | Path, inputs: Iterable[str | Path | None] = ()) -> None:
    """Refuse now what `replacing` would refuse later, after long work.

    Args:
        path: the file to write.
        inputs: what is read, and may not be replaced; None counts as nothing.

    Raises:
        InputError: as `replacing` does, but for what only writing shows; or where `path` is one of the inputs.

    """
    for source in inputs:
        if source is not None and is_same_file(path, source):
            raise InputError(f"The output {path} is what is read; choose another name for it.")
    _begin(Path(path), Path(os.path.realpath(path))).unlink()


def hidden_beside(path: Path) -> Path:
    """Give a name in the same folder that nobody else takes; a short one, for that of `path` may be the longest."""
    return path.with_name(f".xlcf-{secrets.token_hex(4)}.tmp")


def _begin(named: Path, path: Path) -> Path:
    """Make the empty file beside `path`, the file that `named` leads to."""
    beside = hidden_beside(path)
    try:
        if path.exists():
            _check_file(named)
        beside.touch(exist_ok=False)
    except (FileNotFoundError, NotADirectoryError):
        raise InputError(f"There is no folder {named.parent} to write {named.name} to; make it first.") from None
    except OSError as error:
        raise InputError(f"{named} cannot be written ({error.strerror}); choose another folder.") from None
    return beside


def _check_file(path: Path) -> None:
    if path.is_dir():
        raise InputError(f"{path} is a folder; give the name of a file to write.")
    if not path.is_file():
        raise InputError(f"{path} is no ordinary file; give the name of a file to write.")
    if not os.access(path, os.W_OK):  # renaming would not ask
        raise InputError(f"{path} is read-only; make it writable, or choose another name.")


def _hand_on_permissions(old: Path, new: Path) -> None:
    status = old.stat()
    if hasattr(os, "chown"):
        with contextlib.suppress(PermissionError):  # only the superuser may give files away
            os.chown(new, status.st_uid, status.st_gid)
    shutil.copymode(old, new)
