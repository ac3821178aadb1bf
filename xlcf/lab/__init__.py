"""The optimizer laboratory: a workbook in which gradient descent takes one step a row, in live formulas."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xlcf.lab.book import LabSheet

__all__ = ["write_lab"]


def write_lab(
    path: str | os.PathLike[str], *, steps: int | None = None, created: datetime | None = None
) -> list[LabSheet]:
    """Write the laboratory as a new workbook; an existing file is replaced whole or not at all.

    Two problems, a line through 29 points and the factors of one user, each with a sheet for each of seven methods:
    SGD, momentum, RMSProp, Adagrad, Adam, AdamW, and SGD with cosine restarts. One row is one step on one example; the
    formulas are torch.optim's definitions. Further sheets: an overview, and weight decay in Adam and in AdamW.

    Args:
        path: the file to write.
        steps: how many steps each sheet shows; without it, ten rounds through the problem's examples.
        created: the date in the file's properties; now, where it is None. With a date the same call gives the same
            bytes.

    Returns:
        what was written, a `LabSheet` for each method on each problem.

    Raises:
        InputError: where the number of steps is out of range, or the file cannot be written.

    """
    # here, so that importing the package does not load XlsxWriter
    from xlcf.lab.book import write_lab_book

    return write_lab_book(Path(path), steps, created)
