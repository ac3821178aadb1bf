"""What the sheets of a comparison are made from, and what they are called."""

from __future__ import annotations

from dataclasses import dataclass

from xlcf.comparing.comparison import EXCEL

SHOWN = {EXCEL: "Excel"}
"""How methods are called on sheets and charts, where not by their names."""


@dataclass(frozen=True)
class Origin:
    """Where a comparison comes from.

    Attributes:
        workbook: file name of the workbook that was read, without its folder.
        created: time of writing, as `YYYY-MM-DD HH:MM`.
        version: xlcf's version.
        command: the command line that repeats it.
        warnings: sentences that the reader must see.
        from_earlier_start: whether the methods started where an earlier fit of the workbook started, and not from what
            stands in the variable cells.

    """

    workbook: str
    created: str
    version: str
    command: str
    warnings: tuple[str, ...] = ()
    from_earlier_start: bool = False


@dataclass(frozen=True)
class CompareNames:
    """The names of the sheets."""

    compare: str = "Compare"
    convergence: str = "Convergence"
    starts: str = "Random starts"
    learning_rate: str = "Learning rate"
    agreement: str = "Agreement"
    factor_counts: str = "Number of factors"


def shown(method: str) -> str:
    """Give the name of a method as sheets and charts show it."""
    return SHOWN.get(method, method)
