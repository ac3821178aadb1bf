"""Whole numbers in models that are not linear: branch and bound (Land and Doig 1960) over continuous relaxations.

Each relaxation lets the whole numbers be any between their bounds, and is solved by the method for continuous models.
Where a relaxation ends between two whole numbers, the problem is split there. Where the problem is convex, a
relaxation's end bounds all that lies below it, so that the best can be proven; elsewhere its end is a local optimum
only, and the answer is the best that was found.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import count

import numpy as np

from xlcf.arrays import Floats
from xlcf.errors import UnboundedError, XlcfError
from xlcf.fitting.loss import Loss
from xlcf.fitting.optimum import fit_to_optimum
from xlcf.fitting.progress import Observer
from xlcf.plain_numbers import plain
from xlcf.solver.forms import LINEAR
from xlcf.solver.linear_program import LinearProgram, linear_program
from xlcf.solver.problem import Problem
from xlcf.solver.solution import Solution
from xlcf.solver.variables import CONTINUOUS

_LONGEST = 120.0  # seconds, where Solver has no limit
_MOST_NODES = 20_000
_MOST_ITERATIONS = 1000  # of one relaxation
_WHOLE = 1e-6  # distance to a whole number that counts as none
_PROVEN = 1e-7  # relative: the ends of relaxations are no more exact


@dataclass(frozen=True)
class _Node:
    """A part of the problem: bounds, and the end of its relaxation."""

    lower: Floats
    upper: Floats
    x: Floats
    bound: float


def solve_by_branch_and_bound(
    problem: Problem, start: Floats, *, max_iterations: int | None = None, observer: Observer | None = None
) -> Solution:
    """Search from `start`, shape (variables,).

    Args:
        problem: what to solve.
        start: where the first relaxation begins.
        max_iterations: the most relaxations; the default is ample.
        observer: told of each relaxation.

    """
    search = _Search(problem, start, max_iterations or _MOST_NODES, observer)
    return search.run()


class _Search:
    def __init__(self, problem: Problem, start: Floats, limit: int, observer: Observer | None) -> None:
        self.problem, self.limit = problem, limit
        self.loss = Loss(problem, start, observer=observer)
        self.is_whole = np.array(problem.variables.kinds) != CONTINUOUS
        self.seconds = problem.options.max_seconds or _LONGEST
        self.best: Floats | None = None
        self.value = np.inf
        self.proves = problem.is_convex is True
        self.relaxed = replace(
            problem, variables=replace(problem.variables, kinds=(CONTINUOUS,) * len(start), all_different=())
        )
        self.nodes = 0

    @cached_property
    def rows(self) -> LinearProgram:
        """The constraints as numbers, where they are linear."""
        return linear_program(self.relaxed)

    def run(self) -> Solution:
        variables = self.problem.variables
        lower = np.where(self.is_whole, np.ceil(variables.lower - _WHOLE), variables.lower)
        upper = np.where(self.is_whole, np.floor(variables.upper + _WHOLE), variables.upper)
        self._try(self.loss.start, lower, upper)  # what stands in the workbook may be an answer
        root = self._relax(lower, upper, self.loss.start)
        order = count()
        heap = [] if root is None else [(root.bound, next(order), root)]
        if root is not None:
            self._try(root.x, lower, upper)
        bound = -np.inf if root is None else root.bound
        while heap and self.loss.ended is None and not self._is_out():
            bound = heap[0][0]
            if bound >= self.value - self._slack():
                break
            _, _, node = heapq.heappop(heap)
            away = np.where(self.is_whole, np.abs(node.x - np.round(node.x)), 0.0)
            if away.max() <= _WHOLE:
                self._try(node.x, node.lower, node.upper)
                self.proves = self.proves and self.value <= node.bound + self._slack()
                continue
            at = int(np.argmax(away))
            down, up = node.upper.copy(), node.lower.copy()
            down[at], up[at] = np.floor(node.x[at]), np.ceil(node.x[at])
            for low, high in ((node.lower, down), (up, node.upper)):
                child = self._relax(low, high, node.x)
                if child is not None and child.bound < self.value - self._slack():
                    self._try(child.x, low, high)
                    heapq.heappush(heap, (child.bound, next(order), child))
            self.loss.record(self.loss.start if self.best is None else self.best)
        open_ = min((item[0] for item in heap), default=np.inf)
        return self._result(min(open_, self.value) if root is not None else bound, is_done=not self._is_out())

    def _is_out(self) -> bool:
        return self.nodes >= self.limit or self.loss.seconds >= self.seconds

    def _slack(self) -> float:
        return _PROVEN * max(1.0, abs(self.value)) if np.isfinite(self.value) else 0.0

    def _within(self, lower: Floats, upper: Floats) -> Problem:
        return replace(self.relaxed, variables=replace(self.relaxed.variables, lower=lower, upper=upper))

    def _relax(self, lower: Floats, upper: Floats, start: Floats) -> _Node | None:
        """Solve a relaxation; None where nothing in it meets the constraints, as far as the search can tell."""
        if (lower > upper).any():
            return None
        self.nodes += 1
        if self._is_empty(lower, upper):
            return None
        end = self._fit(self._within(lower, upper), np.clip(start, lower, upper))
        if end is None or not end.feasible or not np.isfinite(end.objective_end):
            self.proves = False
            return None
        self.proves = self.proves and end.status == "converged"
        return _Node(lower, upper, end.x, self.problem.objective.loss(end.objective_end))

    def _is_empty(self, lower: Floats, upper: Floats) -> bool:
        """Tell whether linear constraints and bounds leave no point; False where they are not linear."""
        from scipy.optimize import linprog

        if self.problem.problem_class.constraints != LINEAR:
            return False
        rows = self.rows
        signs, equal = rows.slacks, rows.relations == "="
        above, same = (rows.matrix * signs[:, None])[~equal], rows.matrix[equal]
        outcome = linprog(
            np.zeros(len(lower)),
            *((above, (signs * rows.right)[~equal]) if len(above) else (None, None)),
            *((same, rows.right[equal]) if len(same) else (None, None)),
            bounds=np.stack([lower, upper], axis=1),
        )
        return bool(outcome.status == 2)

    def _fit(self, problem: Problem, start: Floats) -> Solution | None:
        try:
            end = fit_to_optimum(problem, start, max_iterations=_MOST_ITERATIONS)
        except UnboundedError:
            raise
        except XlcfError:
            return None
        self.loss.evaluations += end.evaluations
        self.loss.gradients += end.gradients
        return end

    def _try(self, x: Floats, lower: Floats, upper: Floats) -> None:
        """Round the whole numbers, solve for the others, and keep the point where it is the best so far."""
        rounded = np.clip(np.where(self.is_whole, np.round(x), x), lower, upper)
        if not self.is_whole.all():
            low, high = (np.where(self.is_whole, rounded, end) for end in (lower, upper))
            end = self._fit(self._within(low, high), rounded)
            if end is not None and end.feasible:
                rounded = np.where(self.is_whole, rounded, end.x)
        by, tolerated = self.problem.violations(rounded)
        value = self.problem.objective.loss(self.loss.objective(rounded))
        if (by <= tolerated).all() and value < self.value:
            self.best, self.value = rounded, value

    def _result(self, bound: float, *, is_done: bool) -> Solution:
        options: dict[str, object] = {"algorithm": "branch and bound", "relaxations": self.nodes}
        if self.best is None:
            return self._nothing(options, is_done=is_done)
        gap = max(0.0, self.value - bound) / max(1.0, abs(self.value)) if self.proves and np.isfinite(bound) else None
        self.loss.record(self.best)
        if is_done and gap is not None and gap <= 2 * _PROVEN:
            status, message = (
                "converged",
                (
                    f"Optimum reached and proven: the problem is convex, and none of {self.nodes:,} relaxations, each "
                    "solved to its optimum, leads to a better value."
                ),
            )
        elif is_done:
            status, message = (
                "stopped",
                (
                    f"This is the best that was found among {self.nodes:,} relaxations; that nothing better exists is "
                    "not proven, for the problem was not shown to be convex, or a relaxation ended early."
                ),
            )
        else:
            within = "" if gap is None else f" Nothing can be better by more than {plain(100 * gap, 2)} % of it."
            what = "relaxations" if self.nodes >= self.limit else "seconds"
            most = f"{self.limit:,}" if self.nodes >= self.limit else f"{self.seconds:g}"
            status, message = "limit", f"Stopped at the limit of {most} {what}: this is the best found.{within}"
        return replace(self.loss.result("branch-and-bound", self.best, status, message, options), gap=gap)

    def _nothing(self, options: dict[str, object], *, is_done: bool) -> Solution:
        result = self.loss.result("branch-and-bound", self.loss.start, "infeasible", "", options)
        why = "" if is_done else " before the limit"
        return replace(
            result,
            status="infeasible",
            message=f"No whole numbers that meet all constraints were found{why}, in {self.nodes:,} relaxations.",
        )
