"""Opening workbooks: .xlsx and .xlsm as they are, other formats from a copy that LibreOffice converts."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType

from xlcf.errors import InputError, OtherFormatError
from xlcf.ooxml.editor import WorkbookEditor
from xlcf.ooxml.package import Package
from xlcf.ooxml.workbook import Workbook, read_workbook
from xlcf.verifying.libreoffice import convert_to_xlsx, has_soffice


class Book(Workbook):
    """A workbook that was read.

    One in another format than .xlsx or .xlsm is read from a converted copy, which lives as long as the book.
    """

    _folder: TemporaryDirectory[str] | None = None


def open_workbook(path: str | Path) -> Book:
    """Read a workbook: sheets with values and formulas, and defined names; see `find_models` for its Solver models.

    xlcf reads .xlsx and .xlsm itself; .xls, .xlsb and .ods go through LibreOffice, where that is installed.

    Raises:
        InputError: where the file is missing or is no workbook that can be read.

    """
    with OpenBook(path) as opened:
        return opened.book


class OpenBook:
    """A workbook whose file is opened once, to be read and then edited.

    Attributes:
        book: what was read.

    Raises:
        InputError: where the file is missing or is no workbook that can be read.

    """

    def __init__(self, path: str | Path) -> None:
        with ExitStack() as resources:
            package, folder = _open_package(Path(path))
            resources.enter_context(package)
            read = read_workbook(package)
            self.book = Book(read.path, read.sheets, read.defined_names)
            self.book.source, self.book._folder = Path(path), folder
            self._package, self._resources = package, resources.pop_all()

    def __enter__(self) -> OpenBook:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._resources.close()

    def edit(self) -> WorkbookEditor:
        """Begin to edit what was read, once; the editor lives as long as this.

        Raises:
            InputError: where the workbook cannot be edited.

        """
        return self._resources.enter_context(WorkbookEditor(self._package))


def _open_package(path: Path) -> tuple[Package, TemporaryDirectory[str] | None]:
    """Open a workbook's file, or that which LibreOffice makes of it, in a folder that must be kept."""
    try:
        return Package(path), None
    except OtherFormatError as error:
        if not has_soffice():
            raise InputError(f"{error} Or install LibreOffice: xlcf then reads such files through it.") from None
        folder = TemporaryDirectory(prefix="xlcf-", ignore_cleanup_errors=True)
        return Package(convert_to_xlsx(path, Path(folder.name))), folder
