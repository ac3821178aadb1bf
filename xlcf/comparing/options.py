"""What to compare, and how."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from xlcf.errors import InputError
from xlcf.fitting.options import FitOptions
from xlcf.fitting.registry import METHODS, general_methods, look_up
from xlcf.options import check, option, option_of

MAX_ITERATIONS = 1000
"""The limit of methods that do not count epochs, where no other is asked for: many fits are compared."""


@dataclass(frozen=True)
class CompareOptions:
    """How to compare methods.

    Attributes:
        methods: their names, in the order of the table; none for all that there are.
        starts: how many random starts each method gets besides the sheet's numbers.
        seed: of random starts, and of the ratings that are hidden.
        epochs: of methods that count epochs; None for their own default.
        learning_rate: of gradient descent; None searches one for each method.
        max_iterations: a limit for every method; None for `MAX_ITERATIONS` where a method does not count epochs.

    Raises:
        InputError: where a method does not exist, or a number is out of range.

    """

    methods: tuple[str, ...] = option(
        None,
        f"Of {', '.join(METHODS)}.",
        choices=METHODS,
        several=True,
        metavar="A,B,...",
        otherwise="all that fit models of any form",
    )
    starts: int = option(
        0,
        "Also try N random starts a method.",
        flag="seeds",
        kind=int,
        low=0,
        metavar="N",
        noun="number of random starts",
    )
    seed: int = option_of(FitOptions, "seed", help="Seed of random starts and of hidden ratings.")
    epochs: int | None = option_of(FitOptions, "epochs", otherwise="2000")
    learning_rate: float | None = option_of(FitOptions, "learning_rate")
    max_iterations: int | None = option_of(FitOptions, "max_iterations", help="Stop every method after so many steps.")

    def __post_init__(self) -> None:
        methods: Any = self.methods or tuple(general_methods())
        object.__setattr__(self, "methods", (methods,) if isinstance(methods, str) else tuple(methods))
        for method in self.methods:
            look_up(method)  # says which there are
        check(self)
        if len(set(self.methods)) < len(self.methods):
            raise InputError(f"A method is named twice in {', '.join(self.methods)}; name each once.")
        for name in ("epochs", "learning_rate"):
            if getattr(self, name) is not None and not any(name in look_up(method).takes for method in self.methods):
                raise InputError(
                    f"None of the methods {', '.join(self.methods)} has {name.replace('_', ' ')}; leave that out."
                )

    def of(self, method: str) -> FitOptions:
        """Give the options with which a method fits."""
        takes = look_up(method).takes
        return FitOptions(
            method=method,
            seed=self.seed,
            epochs=self.epochs if "epochs" in takes else None,
            learning_rate=self.learning_rate if "learning_rate" in takes else None,
            max_iterations=self.max_iterations or (None if "epochs" in takes else MAX_ITERATIONS),
        )


@dataclass(frozen=True)
class FactorCountOptions:
    """Which numbers of factors to compare.

    Attributes:
        factors: the numbers.
        seed: of folds and random starts.

    Raises:
        InputError: where a number is out of range.

    """

    factors: tuple[int, ...] = option(
        None,
        "Compare numbers of factors instead, where there are ratings.",
        kind=int,
        low=1,
        high=1000,
        several=True,
        metavar="1,2,...",
        noun="number of factors",
    )
    seed: int = option_of(CompareOptions, "seed")

    def __post_init__(self) -> None:
        factors: Any = self.factors
        object.__setattr__(self, "factors", (factors,) if isinstance(factors, int) else tuple(factors or ()))
        check(self)


@dataclass(frozen=True)
class ExcelResult:
    """What Excel's own Solver reached: the objective's value, or a copy of the workbook that holds the solution.

    Attributes:
        excel_value: the value.
        excel_workbook: the copy.

    Raises:
        InputError: where both are given.

    """

    excel_value: float | None = option(
        None, "The objective that Excel's own Solver reached: a row of the table.", kind=float
    )
    excel_workbook: Path | None = option(None, "A copy of WORKBOOK that Excel's Solver has solved.", kind=Path)

    def __post_init__(self) -> None:
        check(self)
        if self.excel_value is not None and self.excel_workbook is not None:
            raise InputError("Excel's result is either a value or a workbook; give one of both.")


@dataclass(frozen=True)
class PlotOptions:
    """Which pictures to draw.

    Attributes:
        plots: their files, PNG or SVG by their names.

    """

    plots: tuple[Path, ...] = option(
        (), "Draw a picture, .png or .svg; repeatable.", flag="plot", kind=Path, repeatable=True
    )
