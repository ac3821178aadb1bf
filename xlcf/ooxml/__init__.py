"""The workbook file: parts of the zip package, cells, formulas as text, defined names. Computes nothing."""

from xlcf.ooxml.references import Area
from xlcf.ooxml.workbook import DefinedName, Workbook, open_workbook
from xlcf.ooxml.worksheet import ExcelError, Formula, Scalar, Worksheet

__all__ = ["Area", "DefinedName", "ExcelError", "Formula", "Scalar", "Workbook", "Worksheet", "open_workbook"]
