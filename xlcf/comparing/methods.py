"""Run several methods on one problem, each from the same start."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from xlcf.arrays import Floats
from xlcf.comparing.agreement import agreement
from xlcf.comparing.comparison import Comparison, Entry, Starts
from xlcf.comparing.hold_out import HoldOut, hide_some
from xlcf.comparing.options import CompareOptions
from xlcf.errors import FitError, InputError, XlcfError
from xlcf.factorization.factorization import Factorization
from xlcf.factorization.program import problem_over
from xlcf.fitting.fit import fit_problem
from xlcf.fitting.options import FitOptions
from xlcf.fitting.registry import look_up
from xlcf.fitting.starts import random_starts
from xlcf.solver.problem import Problem

_SMALL = 1e-6  # a learning rate that needs no search


def compare_methods(
    problem: Problem,
    factorization: Factorization | None,
    options: CompareOptions,
    *,
    start: Floats | None = None,
    excel: Entry | None = None,
) -> Comparison:
    """Fit a problem by several methods.

    From the common start the methods run on the compiled formulas. Random starts and the fits without hidden ratings
    run on the recognised factorization where there is one: it is the same function, and much faster.

    Args:
        problem: what to fit.
        factorization: the ratings behind it, or None.
        options: which methods, and how.
        start: shape (variables,); None for the sheet's numbers.
        excel: what Excel's own Solver reached, if known; see `xlcf.comparing.excel`.

    Raises:
        InputError: where no method suits the model.
        FitError: where every method failed.

    """
    begin = problem.start if start is None else start
    hold_out = None if factorization is None else hide_some(factorization, options.seed)
    unit = factorization is not None
    random = random_starts(problem, options.starts, options.seed, unit=unit)
    entries, refusals = [], list[XlcfError]()
    for method in options.methods:
        chosen = options.of(method)
        try:
            _load(problem, factorization, chosen, begin)
            result = fit_problem(problem, factorization, chosen, begin)
        except XlcfError as refusal:
            entries.append(Entry(method, "failed", str(refusal)))
            refusals.append(refusal)
            continue
        if not result.feasible:
            entries.append(Entry(method, result.status, result.message))
            refusals.append(FitError(result.message))
            continue
        entries.append(
            Entry(
                method=method,
                status=result.status,
                message=result.message,
                objective_end=result.objective_end,
                x=result.x,
                result=result,
                hold_out_rmse=None if hold_out is None else _hold_out_rmse(problem, hold_out, chosen, begin),
                starts=_from_random_starts(problem, factorization, chosen, random),
            )
        )
    if len(refusals) == len(entries):
        kind = InputError if all(isinstance(refusal, InputError) for refusal in refusals) else FitError
        raise kind(f"None of the methods could fit the model. {refusals[0]}")
    if excel is not None:
        entries.append(excel)
    ends = {entry.method: entry.x for entry in entries if entry.x is not None}
    return Comparison(problem, factorization, options, tuple(entries), hold_out, agreement(ends, factorization))


def _load(problem: Problem, factorization: Factorization | None, options: FitOptions, start: Floats) -> None:
    """Take one step, so that the time for loading libraries falls to no method."""
    rate = _SMALL if "learning_rate" in look_up(options.method).takes else None
    fit_problem(problem, factorization, replace(options, max_iterations=1, learning_rate=rate), start)


def _hold_out_rmse(problem: Problem, hold_out: HoldOut, options: FitOptions, start: Floats) -> float | None:
    """Refit without the hidden ratings, and measure the error of those; None where that fit failed."""
    try:
        result = fit_problem(problem_over(problem, hold_out.seen), hold_out.seen, options, start)
    except XlcfError:
        return None
    return hold_out.rmse(result.x)


def _from_random_starts(
    problem: Problem, factorization: Factorization | None, options: FitOptions, starts: Sequence[Floats]
) -> Starts | None:
    if not starts:
        return None
    same = problem if factorization is None else problem_over(problem, factorization)
    objectives, evaluations, seconds = [], 0, 0.0
    for start in starts:
        try:
            result = fit_problem(same, factorization, options, start)
        except XlcfError:
            objectives.append(np.nan)
            continue
        objectives.append(result.objective_end if result.feasible else np.nan)
        evaluations += result.evaluations
        seconds += result.seconds
    return Starts(np.array(objectives), evaluations, seconds)
