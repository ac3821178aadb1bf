"""Opening workbooks: .xlsx and .xlsm as they are, other formats from a copy that LibreOffice converts."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory

from xlcf.errors import InputError, OtherFormatError
from xlcf.ooxml.workbook import Workbook
from xlcf.ooxml.workbook import open_workbook as read_workbook
from xlcf.solver.model import SolverModel, solver_models
from xlcf.verifying.libreoffice import convert_to_xlsx, has_soffice


class Book(Workbook):
    """A workbook that was read, with its Solver models.

    One in another format than .xlsx or .xlsm is read from a converted copy, which lives as long as the book.
    """

    _folder: TemporaryDirectory[str] | None = None

    @cached_property
    def solver_models(self) -> list[SolverModel]:
        """Every Solver model in tab order; one that cannot be solved says why in its `problem`."""
        return solver_models(self)


def open_workbook(path: str | Path) -> Book:
    """Read a workbook: sheets with values and formulas, defined names, Solver models.

    xlcf reads .xlsx and .xlsm itself; .xls, .xlsb and .ods go through LibreOffice, where that is installed.

    Raises:
        InputError: where the file is missing or is no workbook that can be read.

    """
    try:
        read = read_workbook(path)
    except OtherFormatError as error:
        return _open_converted(Path(path), error)
    return Book(read.path, read.sheets, read.defined_names)


def _open_converted(path: Path, error: OtherFormatError) -> Book:
    if not has_soffice():
        raise InputError(f"{error} Or install LibreOffice: xlcf then reads such files through it.") from None
    folder = TemporaryDirectory(prefix="xlcf-", ignore_cleanup_errors=True)
    read = read_workbook(convert_to_xlsx(path, Path(folder.name)))
    book = Book(read.path, read.sheets, read.defined_names)
    book.source, book._folder = path, folder
    return book
