"""What a method of gradient descent computes at a step: as formulas for the sheet, and as NumPy for their values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from xlcf.arrays import Floats
from xlcf.lab.hyperparameters import Hyperparameter, Settings

Row = dict[str, Floats]
"""The numbers of one step by column name: shape (parameters,), or () where there is one for all parameters."""


@dataclass(frozen=True)
class Quantity:
    """What a method computes at each step: a column of the sheet for each parameter, or one for all.

    A formula is written with names in brackets for the cells of its row: `[gradient]` is this parameter's,
    `[v before]` that of the row above. Hyperparameters stand by their names, which are defined names on the sheet.

    Attributes:
        name: as formulas call it.
        title: as a person calls it.
        formula: how it is computed at each step, without the leading `=`.
        start: what it is before the first step: a number, the name of a hyperparameter, or None where it is not yet.
        shared: whether there is one for all parameters.

    """

    name: str
    title: str
    formula: str
    start: float | str | None = None
    shared: bool = False


@dataclass(frozen=True)
class Rule:
    """A method: how a gradient becomes a step.

    Attributes:
        method: its key, e.g. `adam`.
        title: its name, e.g. `Adam`.
        idea: what it does, in a sentence.
        source: where it comes from.
        hyperparameters: what it is set up with.
        quantities: what it computes, in this order; the last is `new`, the parameters after the step.
        step: computes them from those of the row before, from `step`, `value` and `gradient` of this row, and from
            the hyperparameters.

    """

    method: str
    title: str
    idea: str
    source: str
    hyperparameters: tuple[Hyperparameter, ...]
    quantities: tuple[Quantity, ...]
    step: Callable[[Row, Row, Settings], Row]


NEW: Final = Quantity("new", "After the step", "[value] - [change]")
