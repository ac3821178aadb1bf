"""A problem small enough to see: a linear model, few examples, and where its parameters start."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from xlcf.arrays import Floats
from xlcf.lab.hyperparameters import Settings

_LEAST_DECIMALS = 12


@dataclass(frozen=True)
class Parameter:
    """One number that is learned.

    Attributes:
        name: what it is called, in headings and formulas.
        factor: what the prediction multiplies it by, as headings and formulas call it; None for 1.
        factors_name: the defined name of that factor's column of examples; None for 1.

    """

    name: str
    factor: str | None
    factors_name: str | None

    @property
    def start_name(self) -> str:
        """The defined name of the cell that holds where it starts."""
        return f"start_{self.name}"

    @property
    def best_name(self) -> str:
        """The defined name of the cell that holds its value at the least possible loss."""
        return f"best_{self.name}"


@dataclass(frozen=True)
class LabProblem:
    """A linear model to be fitted by steps, one example a step: prediction = sum of parameter * factor.

    The loss of an example is the square of its error, prediction - target; the loss, where nothing more is said, is
    the mean of it over all examples.

    Attributes:
        key: `line` or `user`.
        title: what a person calls it.
        about: what it is, in a sentence or two.
        prefix: what its sheets' names begin with.
        example: what one example is called.
        target: what is to be predicted of an example, as headings and formulas call it.
        targets_name: the defined name of the column of targets.
        parameters: what is learned.
        labels: the examples' names; empty where they have none.
        factors: shape (examples, parameters), what the parameters are multiplied by.
        targets: shape (examples,).
        start: shape (parameters,), where they start.
        settings: the hyperparameters to begin with, by method.

    """

    key: str
    title: str
    about: str
    prefix: str
    example: str
    target: str
    targets_name: str
    parameters: tuple[Parameter, ...]
    labels: tuple[str, ...]
    factors: Floats
    targets: Floats
    start: Floats
    settings: Mapping[str, Settings]

    @property
    def least_name(self) -> str:
        """The defined name of the cell that holds the least possible loss."""
        return f"least_{self.key}_loss"

    @property
    def names(self) -> tuple[str, ...]:
        """The parameters' names."""
        return tuple(parameter.name for parameter in self.parameters)

    def __len__(self) -> int:
        return len(self.targets)

    def loss(self, parameters: Floats) -> float:
        """Give the mean squared error over all examples; `parameters` has shape (parameters,)."""
        with np.errstate(over="ignore", invalid="ignore"):
            return float(np.mean((self.factors @ parameters - self.targets) ** 2))

    def best(self) -> Floats:
        """Give the parameters of the least possible loss, shape (parameters,)."""
        return np.asarray(np.linalg.lstsq(self.factors, self.targets, rcond=None)[0], dtype=np.float64)

    def least_loss(self) -> float:
        """Give the least possible loss, to 12 decimals: where it is 0, no rounding error looks like a loss."""
        return round(self.loss(self.best()), _LEAST_DECIMALS)

    def least_loss_formula(self) -> str:
        """Give the formula of the least possible loss."""
        return f"ROUND({self.loss_formula('best_{}')}, {_LEAST_DECIMALS})"

    def loss_formula(self, parameters: str) -> str:
        """Give the formula of the loss; `parameters` is a pattern such as `[new of {}]` for one by its name.

        >>> LINE.loss_formula("[new of {}]")
        'SUMPRODUCT(([new of a] * line_x + [new of b] - line_y)^2) / ROWS(line_y)'
        """
        terms = [
            parameters.format(parameter.name) + (f" * {parameter.factors_name}" if parameter.factors_name else "")
            for parameter in self.parameters
        ]
        return f"SUMPRODUCT(({' + '.join(terms)} - {self.targets_name})^2) / ROWS({self.targets_name})"

    def prediction_formula(self, nudged: str | None = None, by: str = "") -> str:
        """Give the formula of one example's prediction; `by`, such as `+ nudge`, moves the parameter `nudged`.

        >>> LINE.prediction_formula("a", "+ nudge")
        '([value of a] + nudge) * [x] + [value of b]'
        """
        terms = []
        for parameter in self.parameters:
            value = f"[value of {parameter.name}]"
            if parameter.name == nudged:
                value = f"({value} {by})"
            terms.append(f"{value} * [{parameter.factor}]" if parameter.factor else value)
        return " + ".join(terms)
