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
        self.reason, self.cell, self.formula = reason, cell, formula
        shown = " ".join(formula.split())  # a formula may have line breaks, a sentence has none
        if len(shown) > _LONGEST_SHOWN:
            shown = shown[:_LONGEST_SHOWN] + "..."
        where = f"{cell} ({shown}): " if cell else ""
        super().__init__(where + reason)

    def at(self, cell: str, formula: str) -> FormulaError:
        """Say where it happened."""
        return type(self)(self.reason, cell, formula)


class UnsupportedFormulaError(FormulaError):
    """The formula is good Excel, but beyond what xlcf evaluates."""
