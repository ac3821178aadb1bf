"""What a method minimises: the problem's loss, counted, recorded, and kept finite."""

from __future__ import annotations

import time
from functools import cached_property

import numpy as np

from xlcf.arrays import Floats
from xlcf.fitting.progress import Observer, Progress
from xlcf.formulas.curves import combined
from xlcf.solver.constraint_values import infeasible_message
from xlcf.solver.problem import Problem
from xlcf.solver.solution import History, Solution

_OUT_OF_DOMAIN = 1e10  # times the loss at the start, where the objective is an error: any step back is better
_ENDLESS = 1e12  # times the objective at the start: one so far below it has no end


def at_a_step(names: tuple[str, ...]) -> str:
    """Say that the end of a search is no proven optimum, for formulas jump; `names` has their functions."""
    return (
        "Small changes of the variable cells were not found to improve the objective, but the formulas jump "
        f"({', '.join(names)}), so there may be better values further away: try random starts."
    )


def is_endless(problem: Problem, start: float, end: float) -> bool:
    """Tell whether the objective ran away from its value at the start, as one without an optimum does."""
    return problem.objective.loss(end) < -_ENDLESS * max(1.0, abs(problem.objective.loss(start)))


class Loss:
    """The loss of one run: counts evaluations, keeps the history and the best point, tells the observer.

    The loops of the methods end where `ended` is set; `result` then gives the best point so far, and says why.

    Attributes:
        problem: what is fitted.
        start: shape (variables,), where the run begins.
        scale: what the loss is divided by, so that a search's first step has a sensible length.
        evaluations: objective evaluations so far.
        gradients: exact gradients so far.
        best: the point with the lowest loss of those recorded, shape (variables,); where none keeps the constraints,
            the one that breaks them least.
        last: the point recorded last.
        norms: the length of the vector of variables, at each iteration so far.
        ended: status and message, where the run is to end before the method's own end; else None.

    """

    def __init__(
        self,
        problem: Problem,
        start: Floats,
        scale: float = 1.0,
        *,
        observer: Observer | None = None,
        exact: bool = True,
    ) -> None:
        """Begin a run; time is counted from here on, after libraries are loaded and the first gradient is taken.

        Args:
            problem: what is fitted.
            start: shape (variables,); the bounds are kept by moving it.
            scale: what the loss is divided by.
            observer: told of each iteration.
            exact: whether the method takes exact gradients.

        """
        self.problem = problem
        self.start = np.clip(start, problem.variables.lower, problem.variables.upper)
        self.evaluations = self.gradients = 0
        self.best = self.last = self.start
        self._best = (np.inf, np.inf)
        self.ended: tuple[str, str] | None = None
        self._observer = observer
        self._rows: list[tuple[float, int, float]] = []
        self.norms: list[float] = []
        self._snapshots: dict[int, Floats] = {}
        self._objective_at: tuple[bytes, float] | None = None
        self._gradient_at: tuple[bytes, float, Floats] | None = None
        self._gradient_at_start: tuple[bytes, float, Floats] | None = None
        self.scale = scale
        self._began = time.perf_counter()
        self.record(self.start)
        if exact:
            self.gradient(self.start)
            self._gradient_at_start = self._gradient_at
        self._began = time.perf_counter()
        self._rows[0] = (self._rows[0][0], 1, 0.0)

    @cached_property
    def start_slope(self) -> float:
        """The largest component of the gradient at the start, divided by `scale`; 1 where that is no use."""
        slope = float(np.max(np.abs(self.gradient(self.start)), initial=0.0)) / self.scale
        return slope if np.isfinite(slope) and slope else 1.0

    @cached_property
    def outside(self) -> float:
        """What stands for the loss where the objective is an error."""
        return _OUT_OF_DOMAIN * max(1.0, abs(self.problem.objective.loss(self.objectives[0])) / self.scale)

    @property
    def seconds(self) -> float:
        """Wall time since the run began."""
        return time.perf_counter() - self._began

    @property
    def iterations(self) -> int:
        """Iterations recorded, the start not counted."""
        return len(self._rows) - 1

    def value_and_gradient(self, x: Floats) -> tuple[float, Floats]:
        """Give the loss and its exact gradient, both divided by `scale`."""
        value, gradient = self._exact(x)
        if not np.isfinite(value):
            return self.outside, np.zeros_like(x)
        # a derivative that does not exist (a root at zero) pulls nowhere
        return value / self.scale, np.where(np.isfinite(gradient), gradient, 0.0) / self.scale

    def gradient(self, x: Floats) -> Floats:
        """Give the exact gradient of the loss as it is, neither divided nor kept finite."""
        return self._exact(x)[1]

    def _exact(self, x: Floats) -> tuple[float, Floats]:
        """Give the loss and its exact gradient; the last ones, and those at the start, are not worked out again."""
        if self._gradient_at_start is not None and self._gradient_at_start[0] == x.tobytes():
            return self._gradient_at_start[1:]
        if self._gradient_at is None or self._gradient_at[0] != x.tobytes():
            self.evaluations += 1
            self.gradients += 1
            objective, slopes = self.problem.objective.program.value_and_gradient(x)
            self._remember(x, objective)
            self._gradient_at = (x.tobytes(), *self.problem.objective.loss_and_gradient(objective, slopes))
        return self._gradient_at[1:]

    def value(self, x: Floats) -> float:
        """Give the loss, divided by `scale`; the last evaluation is not repeated."""
        value = self.problem.objective.loss(self.objective(x))
        return value / self.scale if np.isfinite(value) else self.outside

    def values(self, points: Floats) -> Floats:
        """Give the loss, divided by `scale`, at many points: shape (points,) from (points, variables)."""
        self.evaluations += len(points)
        objectives = self.problem.objective.program(points)[:, 0]
        losses = np.array([self.problem.objective.loss(float(objective)) for objective in objectives])
        return np.where(np.isfinite(losses), losses / self.scale, self.outside)

    def measure(self, x: Floats) -> float:
        """Give the objective cell's value at x, counted as an evaluation."""
        self.evaluations += 1
        objective = self.problem.objective(x)
        self._remember(x, objective)
        return objective

    def _remember(self, x: Floats, objective: float) -> None:
        self._objective_at = (x.tobytes(), objective)

    def objective(self, x: Floats) -> float:
        """Give the objective cell's value at x; the last evaluation is not repeated."""
        if self._objective_at is not None and self._objective_at[0] == x.tobytes():
            return self._objective_at[1]
        return self.measure(x)

    def record(self, x: Floats) -> None:
        """Note the end of an iteration at x."""
        objective = self.objective(x)
        self._rows.append((objective, self.evaluations, self.seconds))
        self.norms.append(float(np.linalg.norm(x)))
        self.last = x.copy()
        if self.iterations.bit_count() <= 1:
            self._snapshots[self.iterations] = self.last
        rank = (self._breach(x), self.problem.objective.loss(objective))
        if np.isfinite(objective) and rank < self._best:
            self._best, self.best = rank, self.last
        self.tell()

    @cached_property
    def steps(self) -> tuple[str, ...]:
        """Name the functions that make steps in the objective and the constraints."""
        return combined([self.problem.objective.program.traits, self.problem.constraints.traits]).steps

    def _breach(self, x: Floats) -> float:
        """Tell by how much x breaks the constraints beyond what is tolerated; bounds are kept by all methods."""
        if not self.problem.constraints:
            return 0.0
        by, tolerated = self.problem.violations(x)
        return float(np.max(np.maximum(by - tolerated, 0.0), initial=0.0))

    def snapshot(self, iteration: int) -> Floats:
        """Give the point at an iteration, or soon after it: those of the powers of two are kept."""
        return self._snapshots[min((kept for kept in self._snapshots if kept >= iteration), default=0)]

    def tell(self) -> None:
        """Tell the observer how far the run has come, and end the run where it says so."""
        if self._observer is None or self.ended is not None:
            return
        if self._observer(Progress(self.iterations, self._rows[-1][0], self.evaluations, self.seconds)):
            self.ended = (
                "interrupted",
                f"Interrupted after {self.iterations:,} iterations: this is the best point so far, not an optimum.",
            )

    @property
    def objectives(self) -> list[float]:
        """The objective at each iteration so far, the start first."""
        return [row[0] for row in self._rows]

    def result(self, method: str, x: Floats, status: str, message: str, options: dict[str, object]) -> Solution:
        """Make the run's result: x with its status and message, or the best point where the run was ended before.

        Where that breaks the model's constraints, this is its status, whatever ended the run. No optimum is claimed
        where the formulas hold steps.
        """
        if self.ended is not None:
            x, (status, message) = self.best, self.ended
        steps = self.steps
        if status == "converged" and steps:
            status, message = "stopped", at_a_step(steps)
        by, tolerated = self.problem.violations(x)
        if not (by <= tolerated).all():
            status, message = "infeasible", infeasible_message(self.problem, x)
        objectives, evaluations, seconds = (np.array(column) for column in zip(*self._rows, strict=True))
        return Solution(
            problem=self.problem,
            method=method,
            objective_start=float(objectives[0]),
            objective_end=self.objective(x),
            status=status,
            message=message,
            iterations=self.iterations,
            evaluations=self.evaluations,
            gradients=self.gradients,
            seconds=self.seconds,
            history=History(np.arange(len(self._rows)), objectives, evaluations, seconds),
            x_start=self.start,
            x=x,
            options=options,
            max_violation=float(by.max(initial=0.0)),
        )
