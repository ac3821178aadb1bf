"""What can be wrong with a formula, said with its cell."""

from __future__ import annotations

from xlcf.errors import InputError

_LONGEST_SHOWN = 200  # characters of a formula in a message


class FormulaError(InputError):
    """A formula that cannot become part of a model.

    Attributes:
        reason: what is wrong, without the cell.
        cell: `sheet!A1`, or empty as long as it is not known.
        formula: the formula's text, with `=`.

    """

    def __init__(self, reason: str, cell: str = "", formula: str = "") -> None:
        self.reason, self.cell, self.formula = _on_one_line(reason), cell, formula
        where = f"{cell} ({_shown(formula)}): " if cell else ""
        super().__init__(where + self.reason)

    def at(self, cell: str, formula: str) -> FormulaError:
        """Say where it happened."""
        return type(self)(self.reason, cell, formula)


class UnsupportedFormulaError(FormulaError):
    """The formula is good Excel, but beyond what xlcf evaluates."""


class UserFunctionError(UnsupportedFormulaError):
    """The formula calls a function in code, or of an add-in; its stored value is all that is known of it."""


class CellError(Exception):
    """An error that a function gives as its value.

    Attributes:
        code: e.g. `#VALUE!`.

    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def _on_one_line(text: str) -> str:
    """Write a text without line breaks, which formulas may have and sentences do not."""
    return " ".join(text.split())


def _shown(formula: str) -> str:
    text = _on_one_line(formula)
    return text if len(text) <= _LONGEST_SHOWN else text[:_LONGEST_SHOWN] + "..."
