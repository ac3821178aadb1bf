"""Fit a problem by a method's name."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from xlcf.errors import FitError
from xlcf.factorization.factorization import Factorization
from xlcf.fitting.loss import is_endless
from xlcf.fitting.options import FitOptions
from xlcf.fitting.registry import look_up
from xlcf.fitting.result import FitResult
from xlcf.fitting.starts import random_starts
from xlcf.solver.problem import Problem

Floats = NDArray[np.float64]


def fit_problem(
    problem: Problem, factorization: Factorization | None, options: FitOptions, start: Floats | None = None
) -> FitResult:
    """Fit from `start`, shape (variables,), else from the sheet's numbers; or from random starts, the best kept.

    Raises:
        InputError: where the options do not suit the problem.
        FitError: where no start led anywhere.

    """
    run = look_up(options.method).prepare(problem, factorization, options)
    if options.starts == 0:
        result = run(problem.start if start is None else start)
    else:
        starts = random_starts(problem, options.starts, options.seed, unit=factorization is not None)
        results = [run(start) for start in starts if np.isfinite(problem.objective(start))]
        if not results:
            raise FitError(
                f"The objective is an error at all random starts ({options.starts}); start from the sheet's own "
                "numbers, or give the variable cells bounds in Solver's dialog."
            )
        result = min(results, key=lambda result: _rank(problem, result))
        result = replace(result, seconds=sum(r.seconds for r in results), starts=options.starts, seed=options.seed)
    _require_an_end(problem, result)
    if options.batch_size is not None:
        result = replace(result, seed=options.seed)
    return _polished(problem, result) if options.polish and options.method != "scipy" else result


def _require_an_end(problem: Problem, result: FitResult) -> None:
    if is_endless(problem, result.objective_start, result.objective_end):
        way = "rising" if problem.model.goal == "max" else "falling"
        raise FitError(
            f"The objective goes on {way} without end (it reached {result.objective_end:.3g}), so there is no best "
            "value; check the goal in Solver's dialog, or add constraints there."
        )
    if not np.isfinite(result.objective_end):
        raise FitError(f"The fit ended at an error in the objective cell, so nothing was written. {result.message}")


def _rank(problem: Problem, result: FitResult) -> tuple[float, float]:
    """Order results: those that meet the constraints first, by objective; the others by how much they violate them."""
    return 0.0 if result.feasible else result.max_violation, problem.loss(result.objective_end)


def _polished(problem: Problem, result: FitResult) -> FitResult:
    """Go on from a result to the optimum nearby."""
    from xlcf.fitting.optimum import fit_to_optimum

    end = fit_to_optimum(problem, result.x)
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
