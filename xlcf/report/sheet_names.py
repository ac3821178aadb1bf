"""What the sheets of a report are called."""

from __future__ import annotations

from dataclasses import dataclass, fields

from xlcf.ooxml.renaming import LONGEST_SHEET_NAME


@dataclass(frozen=True)
class SheetNames:
    """The names of a report's sheets; another set of names makes them unique in a workbook that has its own."""

    summary: str = "Summary"
    factors: str = "Factors"
    predictions: str = "Predictions"
    residuals: str = "Residuals"
    recommendations: str = "Recommendations"
    variables: str = "Variables"
    convergence: str = "Convergence"
    learning_rate: str = "Learning rate"

    @classmethod
    def of_model(cls, sheet: str) -> SheetNames:
        """Give names that say which sheet's model the report is about: `Summary (bias)`.

        A long name of a sheet loses its middle, for what tells sheets apart often stands at the end.
        """
        return cls(**{field.name: _with_sheet(field.default, sheet) for field in fields(cls)})

    def further(self, name: str, sheet: str) -> str:
        """Give what a further sheet of that model's report is called, whose plain name this is."""
        return _with_sheet(name, sheet) if self == SheetNames.of_model(sheet) else name


def _with_sheet(name: object, sheet: str) -> str:
    room = LONGEST_SHEET_NAME - _units(f"{name} ()")
    head, tail = sheet[: len(sheet) // 2], sheet[len(sheet) // 2 :]
    if _units(sheet) <= room:
        return f"{name} ({sheet})"
    while _units(head) + _units(tail) + 1 > room:
        head, tail = (head[:-1], tail) if _units(head) >= _units(tail) else (head, tail[1:])
    return f"{name} ({head.rstrip()}…{tail.lstrip()})"


def _units(text: str) -> int:
    """Count as Excel does."""
    return len(text.encode("utf-16-le")) // 2
