"""The workbook file: parts of the zip package, cells, formulas as text, defined names."""
