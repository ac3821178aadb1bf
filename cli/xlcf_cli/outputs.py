"""What a command is to write, checked before any work is done."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path


def check_outputs(outputs: Iterable[Path | None], inputs: Iterable[Path | None]) -> None:
    """Refuse now what could not be written later, and what would take the place of something that is read.

    Args:
        outputs: the files to write; None counts as nothing.
        inputs: the files that are read; None counts as nothing.

    Raises:
        InputError: see `xlcf.files.replacing.check_replaceable`.

    """
    from xlcf.files.replacing import check_replaceable

    sources = list(inputs)
    for output in outputs:
        if output is not None:
            check_replaceable(output, sources)
