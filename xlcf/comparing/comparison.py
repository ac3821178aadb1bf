"""What a comparison of methods found."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from xlcf.arrays import Floats
from xlcf.comparing.agreement import Agreement
from xlcf.comparing.hold_out import HoldOut
from xlcf.comparing.options import CompareOptions
from xlcf.factorization.factorization import Factorization
from xlcf.metrics import rmse
from xlcf.notebook import table
from xlcf.solver.problem import Problem
from xlcf.solver.solution import Solution

EXCEL = "excel"
"""The name of the row that is not a method of xlcf: what Excel's own Solver reached."""

NEAR_THE_BEST = 1e-3
"""Relatively: an end so close to the best known counts as having reached it."""

_NOTHING = 1e-6  # of the way from start to best: as close, where the best is zero


@dataclass(frozen=True)
class Starts:
    """Where a method ended from several random starts.

    Attributes:
        objectives: shape (starts,), NaN where the fit failed or ended at a point that violates the constraints.
        evaluations: objective evaluations, all starts together.
        seconds: wall time, all starts together.

    """

    objectives: Floats
    evaluations: int
    seconds: float

    def quantile(self, share: float) -> float:
        """Give the objective that a share of the ends lies below; 0.5 is the median. NaN where all fits failed."""
        ended = self.objectives[np.isfinite(self.objectives)]
        return float(np.quantile(ended, share)) if len(ended) else float("nan")


@dataclass(frozen=True)
class Entry:
    """One row of the comparison: a method of xlcf, or Excel's own result.

    Attributes:
        method: its name, or `EXCEL`.
        status: that of the fit: `converged`, `stopped`, `limit`; `failed` where there is no fit, `infeasible` where its
            end violates the model's constraints, and so does not count; `known` for Excel.
        message: the same in a sentence.
        objective_end: the objective cell's value at the end; None where there is none.
        x: shape (variables,), the variable cells at the end; None where they are not known.
        result: the fit; None where it failed or is infeasible, and for Excel.
        hold_out_rmse: root mean squared error of the hidden ratings after fitting the others; None without.
        starts: the ends from random starts; None where there were none.

    """

    method: str
    status: str
    message: str
    objective_end: float | None = None
    x: Floats | None = None
    result: Solution | None = None
    hold_out_rmse: float | None = None
    starts: Starts | None = None


@dataclass(frozen=True)
class Comparison:
    """Several methods on one problem, from one start.

    Attributes:
        problem: what was fitted.
        factorization: the ratings behind it; None where it is another kind of model.
        options: how it was compared.
        entries: one a method, in the order asked for; Excel's own result last.
        hold_out: the ratings that were hidden for the hold-out error; None without.
        agreement: how far the ends differ; None where fewer than two are known.

    """

    problem: Problem
    factorization: Factorization | None
    options: CompareOptions
    entries: tuple[Entry, ...]
    hold_out: HoldOut | None
    agreement: Agreement | None

    @property
    def results(self) -> list[Solution]:
        """The fits, without the methods that failed."""
        return [entry.result for entry in self.entries if entry.result is not None]

    @cached_property
    def best(self) -> float:
        """The best objective known: of all methods, of random starts, and of Excel."""
        ends = [entry.objective_end for entry in self.entries if entry.objective_end is not None]
        ends += [float(end) for entry in self.entries if entry.starts is not None for end in entry.starts.objectives]
        return min((end for end in ends if np.isfinite(end)), key=lambda end: float(self._badness(np.array(end))))

    @property
    def objective_start(self) -> float:
        """The objective at the common start."""
        return self.results[0].objective_start

    def distances(self, objectives: Floats) -> Floats:
        """Give how much worse objectives are than the best known, in the objective's units; same shape."""
        return np.asarray(self._badness(objectives) - self._badness(np.array(self.best)))

    def distance(self, entry: Entry) -> float | None:
        """Give how much worse a method's end is than the best known; None where there is no end."""
        return None if entry.objective_end is None else float(self.distances(np.array(entry.objective_end)))

    def rmse(self, entry: Entry) -> float | None:
        """Give the root mean squared error of the ratings at a method's end; None without ratings or end."""
        if self.factorization is None or entry.x is None:
            return None
        return rmse(self.factorization.residuals(self.factorization.factors(entry.x)))

    def reaches_best(self, objectives: Floats) -> NDArray[np.bool_]:
        """Tell which objectives count as the best known: same shape; see `NEAR_THE_BEST`."""
        way = float(self.distances(np.array(self.objective_start)))
        near = max(NEAR_THE_BEST * float(np.abs(self._badness(np.array(self.best)))), _NOTHING * way)
        return np.asarray(self.distances(objectives) <= near)

    def share_best(self, starts: Starts) -> float:
        """Give the share of random starts that reached the best known."""
        return float(np.mean(self.reaches_best(starts.objectives)))

    def _repr_html_(self) -> str:
        rows = [
            (
                entry.method,
                entry.status,
                entry.objective_end,
                self.distance(entry),
                self.rmse(entry),
                entry.hold_out_rmse,
                None if entry.result is None else entry.result.evaluations,
                None if entry.result is None else entry.result.seconds,
            )
            for entry in self.entries
        ]
        columns = ("method", "status", "objective", "above the best", "RMSE", "hold-out RMSE", "evaluations", "seconds")
        return table(columns, rows)

    def _badness(self, objectives: Floats) -> Floats:
        match self.problem.objective.goal:
            case "max":
                return -objectives
            case "value":
                return np.abs(objectives - self.problem.objective.target)
            case _:
                return objectives
