"""The numbers of every column at every step, computed with NumPy."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from xlcf.arrays import Floats
from xlcf.lab.hyperparameters import Settings
from xlcf.lab.problem import LabProblem
from xlcf.lab.rule import Row, Rule

NUDGE_BY = 0.01  # for squares, finite differences about the middle are exact, but for rounding


@dataclass(frozen=True)
class Trajectory:
    """A method's way through a problem.

    Attributes:
        values: by column name, shape (steps + 1, parameters), or (steps + 1,) where there is one number for all
            parameters; row 0 is the start, NaN where a column has nothing there. `value` is a parameter before the
            step, `new` after it, `slope` the finite difference beside `gradient`, `loss` the mean squared error over
            all examples after the step.

    """

    values: dict[str, Floats]

    @property
    def loss(self) -> Floats:
        """The loss after each step, the start first; shape (steps + 1,)."""
        return self.values["loss"]

    @property
    def parameters(self) -> Floats:
        """The parameters after the last step, shape (parameters,)."""
        last: Floats = self.values["new"][-1]
        return last


def trajectory(problem: LabProblem, rule: Rule, settings: Settings, steps: int, nudge: float = NUDGE_BY) -> Trajectory:
    """Take `steps` steps, one example each, in turn and over again."""
    rows = [_start(problem, rule, settings)]
    with np.errstate(all="ignore"):  # a rate may be too high
        for step in range(1, steps + 1):
            now = _example(problem, step, rows[-1], nudge)
            now |= rule.step(rows[-1], now, settings)
            now["loss"] = np.array(problem.loss(now["new"]))
            rows.append(now)
    names = rows[-1].keys()
    blanks = {name: np.full_like(rows[-1][name], np.nan) for name in names}
    return Trajectory({name: np.array([row.get(name, blanks[name]) for row in rows]) for name in names})


def _start(problem: LabProblem, rule: Rule, settings: Settings) -> Row:
    row = {"step": np.zeros(()), "new": problem.start, "loss": np.array(problem.loss(problem.start))}
    for quantity in rule.quantities:
        if quantity.start is not None:
            number = settings[quantity.start] if isinstance(quantity.start, str) else quantity.start
            row[quantity.name] = np.full(() if quantity.shared else problem.start.shape, number)
    return row


def _example(problem: LabProblem, step: int, before: Row, nudge: float) -> Row:
    """Give prediction, error and gradient for the example of a step."""
    number = (step - 1) % len(problem)
    factors, target, value = problem.factors[number], problem.targets[number], before["new"]
    error = factors @ value - target
    moved = nudge * np.eye(len(value))
    ups, downs = ((value + sign * moved) @ factors - target for sign in (1, -1))
    return {
        "step": np.array(float(step)),
        "example": np.array(number + 1.0),
        "factor": factors,
        "target": np.array(target),
        "value": value,
        "prediction": np.array(factors @ value),
        "error": np.array(error),
        "gradient": 2 * error * factors,
        "slope": (ups**2 - downs**2) / (2 * nudge),
    }
