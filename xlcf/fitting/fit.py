"""Fit a problem by a method's name."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from xlcf.arrays import Floats
from xlcf.errors import FitError, InputError, UnboundedError
from xlcf.factorization.factorization import Factorization
from xlcf.fitting.loss import is_endless
from xlcf.fitting.options import FitOptions
from xlcf.fitting.progress import Observer
from xlcf.fitting.registry import Run, look_up
from xlcf.fitting.starts import random_starts
from xlcf.solver.problem import Problem
from xlcf.solver.solution import Solution

_AS_GOOD = 1e-13  # relative to the objective: a gain below it is rounding
_EXACTLY = 1e-12  # what rounding breaks a constraint by
_SHORT = 6  # decimals


def fit_problem(
    problem: Problem,
    factorization: Factorization | None,
    options: FitOptions,
    start: Floats | None = None,
    observer: Observer | None = None,
) -> Solution:
    """Fit from `start`, shape (variables,), else from the sheet's numbers; or from random starts, the best kept.

    A fit that finds nothing better than the numbers of `start`, or of the sheet, by more than rounding gives these back
    as they are.

    Args:
        problem: what to fit.
        factorization: the ratings behind it, or None.
        options: how.
        start: where to begin.
        observer: told of each iteration; where it says so, the fit ends at the best point so far.

    Raises:
        InputError: where the options do not suit the problem.
        FitError: where no start led anywhere.

    """
    chosen = look_up(options.method)
    refusal = chosen.refusal(problem)
    if refusal is not None:
        raise InputError(refusal)
    run = chosen.prepare(problem, factorization, options)
    _require_bounds_of_linear(problem)
    begin = problem.start if start is None else start
    if options.starts == 0:
        result = run(begin, observer)
    else:
        result = _best_of_starts(problem, factorization, options, run, observer)
    _require_an_end(problem, result)
    if options.batch_size is not None:
        result = replace(result, seed=options.seed)
    if options.polish and options.method != "scipy" and result.status != "interrupted":
        result = _polished(problem, result, observer)
    return result if options.weight_decay else _in_plain_numbers(problem, result, begin)


def _best_of_starts(
    problem: Problem, factorization: Factorization | None, options: FitOptions, run: Run, observer: Observer | None
) -> Solution:
    starts = random_starts(problem, options.starts, options.seed, unit=factorization is not None)
    results: list[Solution] = []
    for start in starts:
        if np.isfinite(problem.objective(start)):
            results.append(run(start, observer))
            if results[-1].status == "interrupted":
                break
    if not results:
        raise FitError(
            f"The objective is an error at all random starts ({options.starts}); start from the sheet's own "
            "numbers, or give the variable cells bounds in Solver's dialog."
        )
    result = min(results, key=lambda result: _rank(problem, result))
    tried = options.starts
    if results[-1].status == "interrupted":
        tried = len(results)
        message = f"Interrupted in random start {tried} of {options.starts}: this is the best point so far."
        result = replace(result, status="interrupted", message=message)
    return replace(result, seconds=sum(r.seconds for r in results), starts=tried, seed=options.seed)


def _in_plain_numbers(problem: Problem, result: Solution, begin: Floats) -> Solution:
    """Give back numbers that a person would write, where they are as good: those of the sheet, or short decimals.

    Neither may make the objective worse by more than rounding, nor break a bound or a constraint more than the result.
    """
    end = problem.objective.loss(result.objective_end)
    objective = result.objective_end

    def is_as_good(x: Floats, slack: float) -> bool:
        nonlocal result, objective
        if np.array_equal(x, result.x_start):
            objective = result.objective_start
        else:
            result = replace(result, evaluations=result.evaluations + 1)
            objective = problem.objective(x)
        keeps_bounds = bool(((x >= problem.variables.lower) & (x <= problem.variables.upper)).all())
        return keeps_bounds and problem.objective.loss(objective) <= end + slack and _violation(problem, x) <= allowed

    allowed = max(_violation(problem, result.x), _EXACTLY)
    if is_as_good(begin, _AS_GOOD * abs(end)):
        message = result.message
        if result.status == "converged":
            message = f"The variable cells stay as they were, for they are an optimum already. {message}"
        elif result.status not in ("interrupted", "infeasible"):
            message = f"The variable cells stay as they were, for nothing better was found. {message}"
        return replace(result, x=begin.copy(), objective_end=objective, message=message)
    if result.status == "converged":
        for decimals in range(_SHORT + 1):
            short = np.round(result.x, decimals)
            if is_as_good(short, 0.0):
                return replace(result, x=short, objective_end=objective)
    return result


def _violation(problem: Problem, x: Floats) -> float:
    """Tell by how much x breaks what is asked of it, whole numbers too."""
    return float(np.max(problem.violations(x)[0], initial=0.0))


def _require_bounds_of_linear(problem: Problem) -> None:
    """Refuse now a linear objective that falls for ever along a variable without a bound: no search can end there."""
    if problem.objective.goal == "value" or problem.constraints or not problem.objective.program.traits.is_linear:
        return
    objective, slopes = problem.objective.program.value_and_gradient(problem.start)
    _, gradient = problem.objective.loss_and_gradient(objective, slopes)
    if (
        ((gradient > 0) & np.isneginf(problem.variables.lower))
        | ((gradient < 0) & np.isposinf(problem.variables.upper))
    ).any():
        raise without_end(problem, "it is linear")


def _require_an_end(problem: Problem, result: Solution) -> None:
    if is_endless(problem, result.objective_start, result.objective_end):
        raise without_end(problem, f"it reached {result.objective_end:.3g}")
    if not np.isfinite(result.objective_end):
        raise FitError(f"The fit ended at an error in the objective cell, so nothing was written. {result.message}")


def without_end(problem: Problem, why: str) -> UnboundedError:
    """Make the error that says that there is no best value, and why that is known."""
    way = "rising" if problem.objective.goal == "max" else "falling"
    return UnboundedError(
        f"The objective goes on {way} without end ({why}), so there is no best value; check the goal in Solver's "
        "dialog, or add constraints there."
    )


def _rank(problem: Problem, result: Solution) -> tuple[float, float]:
    """Order results: those that meet the constraints first, by objective; the others by how much they violate them."""
    return 0.0 if result.feasible else result.max_violation, problem.objective.loss(result.objective_end)


def _polished(problem: Problem, result: Solution, observer: Observer | None) -> Solution:
    """Go on from a result to the optimum nearby."""
    from xlcf.fitting.optimum import fit_to_optimum

    end = fit_to_optimum(problem, result.x, observer=observer)
    before, after = result.history, end.history
    history = replace(
        before,
        iteration=np.concatenate([before.iteration, before.iteration[-1] + after.iteration[1:]]),
        objective=np.concatenate([before.objective, after.objective[1:]]),
        evaluations=np.concatenate([before.evaluations, result.evaluations + after.evaluations[1:]]),
        seconds=np.concatenate([before.seconds, result.seconds + after.seconds[1:]]),
    )
    return replace(
        result,
        objective_end=end.objective_end,
        status=end.status,
        message=f"{result.message} Then polished with SciPy: {end.message}",
        iterations=result.iterations + end.iterations,
        evaluations=result.evaluations + end.evaluations,
        gradients=result.gradients + end.gradients,
        seconds=result.seconds + end.seconds,
        history=history,
        x=end.x,
        options=result.options | {"polish": True},
        max_violation=end.max_violation,
    )
