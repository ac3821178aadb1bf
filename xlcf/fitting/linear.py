"""Linear problems with or without whole numbers, by HiGHS (Huangfu and Hall 2018), which SciPy has inside.

Without whole numbers: the dual simplex method, with multipliers and reduced costs. With them: branch and cut, with the
gap between the answer and what no answer can surpass. Groups of all-different variables become an assignment: one
binary variable for each variable and number.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xlcf.arrays import Floats
from xlcf.errors import FitError
from xlcf.fitting.fit import without_end
from xlcf.fitting.loss import Loss
from xlcf.fitting.progress import Observer
from xlcf.plain_numbers import plain
from xlcf.solver.linear_program import LinearProgram, linear_program
from xlcf.solver.optimality import Sensitivity
from xlcf.solver.problem import Problem
from xlcf.solver.solution import Solution
from xlcf.solver.variables import CONTINUOUS

_TO_PROOF = 10.0  # seconds in which the best is to be proven, before Solver's Integer Optimality is enough
_LONGEST = 300.0  # seconds, where Solver has no limit
_PROVEN = 1e-9  # relative: a gap below it is rounding
_OPTIMAL, _LIMIT, _INFEASIBLE, _UNBOUNDED = 0, 1, 2, 3  # what SciPy's linprog calls the ends


def solve_linear_problem(problem: Problem, start: Floats, observer: Observer | None = None) -> Solution:
    """Solve a linear problem; `start`, shape (variables,), is what the answer is compared with.

    Raises:
        UnboundedError: where there is no best value.
        FitError: where the coefficients are no numbers, or HiGHS gives up.

    """
    import scipy.optimize  # noqa: F401  (loaded before the time is taken)

    loss = Loss(problem, start, observer=observer)
    program = linear_program(problem)
    for numbers in (program.costs, program.matrix, program.right):
        if not np.isfinite(numbers).all():
            raise FitError("A coefficient of the linear model is an error; mend the formulas of its constraints.")
    has_integers = problem.variables.has_integers
    outcome = _branch_and_cut(problem, program) if has_integers else _linprog(program, _seconds(problem))
    if outcome.status == _INFEASIBLE or (outcome.status not in (_OPTIMAL, _LIMIT) and not _has_a_point(problem)):
        return _infeasible(loss)
    if outcome.status == _UNBOUNDED or (outcome.status not in (_OPTIMAL, _LIMIT) and _is_endless(program)):
        raise without_end(problem, "it is linear")
    if outcome.x is None:
        if outcome.status == _LIMIT:
            x, status, message = loss.start, "limit", "The limit of time was reached before any solution was found."
            return loss.result("highs", x, status, message, {"algorithm": _algorithm(has_integers)})
        raise FitError(f"HiGHS could not solve the model: {outcome.message}")
    x = _whole(problem, program, np.asarray(outcome.x)[: len(start)])
    loss.record(x)
    proof = _proof(program, outcome, x, has_integers=has_integers)
    status, message = _verdict(problem, outcome, proof)
    result = loss.result("highs", x, status, message, {"algorithm": _algorithm(has_integers)})
    return replace(result, gap=proof.gap, duals=proof.duals)


def _algorithm(has_integers: bool) -> str:
    return "HiGHS, branch and cut" if has_integers else "HiGHS, simplex"


def _seconds(problem: Problem) -> float:
    return problem.options.max_seconds or _LONGEST


def _linprog(
    program: LinearProgram,
    seconds: float,
    kinds: NDArray[np.int64] | None = None,
    gap: float = 0.0,
    more: _Assignment | None = None,
) -> Any:
    """Solve by SciPy's linprog, whose rows are all `<=` or `=`."""
    from scipy.optimize import linprog
    from scipy.sparse import csr_array, hstack, vstack

    signs, equal = program.slacks, program.relations == "="
    matrix = csr_array(program.matrix)
    costs, lower, upper = program.costs, program.lower, program.upper
    above, same = csr_array(matrix[~equal] * signs[~equal][:, None]), csr_array(matrix[equal])
    right = program.right[equal]
    if more is not None:
        width = more.matrix.shape[1] - len(costs)
        costs, lower, upper = (np.pad(array, (0, width), constant_values=end) for array, end in (
            (costs, 0.0), (lower, 0.0), (upper, 1.0)))  # fmt: skip
        above = hstack([above, csr_array((above.shape[0], width))])
        same = vstack([hstack([same, csr_array((same.shape[0], width))]), more.matrix])
        right = np.concatenate([right, more.right])
        kinds = np.pad(
            np.zeros(len(program.costs), np.int64) if kinds is None else kinds, (0, width), constant_values=1
        )
    options: dict[str, Any] = {"time_limit": seconds}
    whole: dict[str, Any] = {}
    if kinds is not None:
        options["mip_rel_gap"], whole["integrality"] = gap, kinds
    else:
        options |= {"primal_feasibility_tolerance": 1e-9, "dual_feasibility_tolerance": 1e-9}
    return linprog(
        costs,
        *((above, (signs * program.right)[~equal]) if above.shape[0] else (None, None)),
        *((same, right) if same.shape[0] else (None, None)),
        bounds=np.stack([lower, upper], axis=1),
        method="highs-ds" if kinds is None else "highs",
        options=options,
        **whole,
    )


@dataclass(frozen=True)
class _Assignment:
    """Rows that make groups of variables a permutation of 1 to n, with more binary variables on the right.

    Attributes:
        matrix: sparse, shape (rows, variables + binaries).
        right: shape (rows,); all rows are equations.

    """

    matrix: Any
    right: Floats


def _assignment(problem: Problem) -> _Assignment | None:
    from scipy.sparse import coo_array

    rows, columns, numbers, right = list[int](), list[int](), list[float](), list[float]()
    first = len(problem.variables)
    for group in problem.variables.all_different:
        size = len(group)
        base = len(right)
        for place, variable in enumerate(group):
            own = [first + place * size + value for value in range(size)]
            rows += [base + place] * (size + 1)
            columns += [variable, *own]
            numbers += [-1.0, *map(float, range(1, size + 1))]
            rows += [base + size + place] * size + [base + 2 * size + value for value in range(size)]
            columns += own * 2
            numbers += [1.0] * (2 * size)
        right += [0.0] * size + [1.0] * (2 * size)
        first += size * size
    if not right:
        return None
    return _Assignment(coo_array((numbers, (rows, columns)), shape=(len(right), first)).tocsr(), np.array(right))


def _branch_and_cut(problem: Problem, program: LinearProgram) -> Any:
    """Prove the best, where that is quick; else to the gap that Solver's Integer Optimality accepts."""
    kinds = (np.array(problem.variables.kinds) != CONTINUOUS).astype(np.int64)
    more, seconds, accepted = _assignment(problem), _seconds(problem), problem.options.integer_tolerance
    began = time.perf_counter()
    outcome = _linprog(program, min(seconds, _TO_PROOF), kinds, 0.0, more)
    left = seconds - (time.perf_counter() - began)
    if outcome.status == _LIMIT and left > 0 and not _is_within(outcome, accepted):
        outcome = _linprog(program, left, kinds, accepted, more)
    return outcome


def _is_within(outcome: Any, accepted: float) -> bool:
    return outcome.x is not None and outcome.get("mip_gap") is not None and outcome.mip_gap <= accepted


def _has_a_point(problem: Problem) -> bool:
    """Tell whether any point meets the constraints: HiGHS may not know whether that, or an end, is missing."""
    program = linear_program(problem)
    free = replace(program, costs=np.zeros_like(program.costs))
    kinds = (np.array(problem.variables.kinds) != CONTINUOUS).astype(np.int64)
    more = _assignment(problem)
    return bool(_linprog(free, _seconds(problem), kinds if problem.variables.has_integers else None, 0.0, more).status
                != _INFEASIBLE)  # fmt: skip


def _is_endless(program: LinearProgram) -> bool:
    """Tell whether there is no end without whole numbers: then there is none with them, where any meet all."""
    return bool(_linprog(program, _LONGEST).status == _UNBOUNDED)


def _whole(problem: Problem, program: LinearProgram, x: Floats) -> Floats:
    """Make whole what must be; where that moves numbers, the others are solved for again."""
    is_whole = np.array(problem.variables.kinds) != CONTINUOUS
    x = np.clip(np.where(is_whole, np.round(x), x) + 0.0, program.lower, program.upper)
    if is_whole.any() and not is_whole.all():
        fixed = replace(program, lower=np.where(is_whole, x, program.lower), upper=np.where(is_whole, x, program.upper))
        again = _linprog(fixed, _seconds(problem))
        if again.status == _OPTIMAL:
            x = np.where(is_whole, x, np.clip(again.x, program.lower, program.upper) + 0.0)
    return x


@dataclass(frozen=True)
class _Proof:
    """What shows that nothing better exists.

    Attributes:
        gap: relative distance of the objective from what no answer can surpass.
        duals: multipliers and reduced costs; None with whole numbers.

    """

    gap: float | None
    duals: Sensitivity | None


def _proof(program: LinearProgram, outcome: Any, x: Floats, *, has_integers: bool) -> _Proof:
    value = float(program.costs @ x)
    if has_integers:
        bound = outcome.get("mip_dual_bound")
        if bound is None and outcome.status == _OPTIMAL:  # solved without a branch
            bound = outcome.fun
        return _Proof(None if bound is None else max(0.0, value - bound) / max(1.0, abs(value)), None)
    if outcome.status != _OPTIMAL:
        return _Proof(None, None)
    equal, signs = program.relations == "=", program.slacks
    weights = np.zeros(len(program.right))
    weights[equal], weights[~equal] = outcome.eqlin.marginals, outcome.ineqlin.marginals
    weights[~equal] *= signs[~equal]
    reduced = program.costs - weights @ program.matrix
    # a reduced cost that rounding left beside zero belongs to no bound
    small = 1e-9 * np.maximum(1.0, np.abs(program.costs) + np.abs(weights) @ np.abs(program.matrix))
    reduced = np.where(np.abs(reduced) <= small, 0.0, reduced)
    held = np.where(reduced > 0, program.lower, program.upper)
    bound = float(
        weights @ program.right + np.sum(np.where(reduced == 0, 0.0, reduced * np.where(reduced == 0, 0.0, held)))
    )
    gap = abs(value - bound) / max(1.0, abs(value)) if np.isfinite(bound) else None
    size = float(np.linalg.norm(program.costs))
    duals = Sensitivity(program.sign * weights + 0.0, program.sign * reduced + 0.0, 0.0 if not size else gap or 0.0)
    return _Proof(gap, duals)


def _verdict(problem: Problem, outcome: Any, proof: _Proof) -> tuple[str, str]:
    if outcome.status == _LIMIT:
        within = "" if proof.gap is None else f"; nothing can be better by more than {_percent(proof.gap)}"
        if proof.gap is not None and proof.gap <= problem.options.integer_tolerance:
            return "stopped", (
                f"A solution within Solver's Integer Optimality of {100 * problem.options.integer_tolerance:g} % was "
                f"found{within}."
            )
        return "limit", f"Stopped at the limit of {_seconds(problem):g} seconds{within}."
    if proof.gap is None:
        return "stopped", "HiGHS calls the solution optimal, but gave no bound that shows it."
    if proof.gap <= _PROVEN:
        what = "branch and cut" if problem.variables.has_integers else "its dual values"
        return "converged", (
            f"Optimum reached and proven: by {what} no better value exists, to {_PROVEN:g} of it, and the constraints "
            "hold."
        )
    return "stopped", f"A solution was found; nothing can be better by more than {_percent(proof.gap)}."


def _percent(gap: float) -> str:
    return f"{plain(100 * gap, 2)} % of it"


def _infeasible(loss: Loss) -> Solution:
    result = loss.result("highs", loss.start, "infeasible", "", {"algorithm": "HiGHS"})
    whole = " and whole numbers" if loss.problem.variables.has_integers else ""
    message = (
        f"HiGHS proved that no numbers meet all constraints{whole} together; mend the constraints in Solver's dialog."
    )
    return replace(result, status="infeasible", message=message)
