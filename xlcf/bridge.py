"""The one module that knows all rooms: read a workbook, recognise its model, fit it, write the answer."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from xlcf._version import __version__
from xlcf.errors import InputError
from xlcf.factorization import Factorization, recognise
from xlcf.fitting.fit import FitOptions, fit_problem
from xlcf.fitting.result import FitResult
from xlcf.ooxml.workbook import Workbook, open_workbook
from xlcf.report import write_report
from xlcf.report.fit_report import FitReport
from xlcf.solver.model import SolverModel, solver_models
from xlcf.solver.problem import Problem, compile_problem

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class ModelFound:
    """A Solver model of a workbook, and what became of compiling it.

    Attributes:
        model: the Solver model.
        problem: the compiled problem, or None where the model cannot be solved.
        reason: why it cannot be solved; None where it can.
        factorization: the ratings behind it, where there are any.

    """

    model: SolverModel
    problem: Problem | None
    reason: str | None
    factorization: Factorization | None


@dataclass(frozen=True)
class Fit:
    """A fit of a workbook's model, with all that is known around it.

    Attributes:
        problem: what was fitted.
        factorization: the ratings behind it, where there are any.
        result: the fit.
        other_sheets: sheets with further usable Solver models.
        warnings: sentences that the reader must see.
        rmse_start: root mean squared error of the ratings at the start, None without ratings.
        rmse: likewise at the end.
        mae: mean absolute error of the ratings at the end.
        output: the workbook that was written, or None.

    """

    problem: Problem
    factorization: Factorization | None
    result: FitResult
    other_sheets: tuple[str, ...]
    warnings: tuple[str, ...]
    rmse_start: float | None
    rmse: float | None
    mae: float | None
    output: Path | None


def find_models(workbook: Workbook) -> list[ModelFound]:
    """Compile every Solver model of a workbook, in tab order; one that cannot be solved says why."""
    return [_compile(workbook, model) for model in solver_models(workbook)]


def _compile(workbook: Workbook, model: SolverModel) -> ModelFound:
    try:
        problem = compile_problem(workbook, model)
    except InputError as error:
        return ModelFound(model, None, model.problem or str(error), None)
    return ModelFound(model, problem, None, recognise(problem))


def read_problem(book: str | Path | Workbook, sheet: str | None = None) -> Problem:
    """Read a workbook's model: that of a sheet, or the first usable one in tab order.

    Raises:
        InputError: where there is none.

    """
    workbook = book if isinstance(book, Workbook) else open_workbook(book)
    return _choose(workbook, sheet)[0]


def _choose(workbook: Workbook, sheet: str | None) -> tuple[Problem, tuple[str, ...]]:
    """Give the model to fit, and the sheets of the other models that look usable."""
    models = solver_models(workbook)
    name = workbook.path.name
    if not models:
        raise InputError(
            f"{name} holds no Solver model. Set one up in Excel (Data > Solver: objective, variable cells, then Close) "
            "and save, or make a workbook from a ratings file with `xlcf new`."
        )
    if sheet is not None:
        wanted = workbook.sheet_name(sheet)
        chosen = next((model for model in models if model.sheet == wanted), None)
        if chosen is None:
            listed = ", ".join(model.sheet for model in models)
            raise InputError(f"The sheet {wanted} holds no Solver model; these do: {listed}.")
        return compile_problem(workbook, chosen), _others(models, chosen)
    reasons = []
    for model in models:
        try:
            return compile_problem(workbook, model), _others(models, model)
        except InputError as error:
            reasons.append(str(error))
    raise InputError(f"No Solver model in {name} can be solved. " + " ".join(reasons))


def _others(models: list[SolverModel], chosen: SolverModel) -> tuple[str, ...]:
    return tuple(model.sheet for model in models if model is not chosen and model.problem is None)


def fit(
    problem: Problem | str | Path | Workbook,
    method: str = "scipy",
    *,
    sheet: str | None = None,
    starts: int = 0,
    seed: int = 0,
    derivatives: str = "solver",
    learning_rate: float | None = None,
    epochs: int | None = None,
    batch_size: int | None = None,
    weight_decay: float = 0.0,
    max_iterations: int | None = None,
    polish: bool = False,
) -> FitResult:
    """Fit a workbook's model; nothing is written.

    Args:
        problem: from `read_problem`, or a workbook or its path.
        method: `scipy` (to the optimum), `solver` (by Excel's Solver's own rule), or `sgd`, `momentum`, `adam`,
            `adamw` (gradient descent with torch).
        sheet: the sheet whose model is meant, where `problem` is a workbook; None for the first usable one.
        starts: how many random starts to try, the best kept; 0 starts from the sheet's own numbers.
        seed: of random starts and of the order of mini-batches.
        derivatives: for `solver`: `solver` (numeric, as the Solver model says) or `exact`.
        learning_rate: for gradient descent; None searches one. It falls to 0 along half a cosine.
        epochs: for gradient descent; None for 2000, or 300 with mini-batches.
        batch_size: ratings a step, where ratings were recognised; None for full batches on the compiled formulas.
        weight_decay: for gradient descent.
        max_iterations: a limit for any method.
        polish: go on to the optimum with SciPy after another method.

    Raises:
        InputError: where the workbook or an option cannot be used.
        FitError: where the fit failed.

    """
    options = FitOptions(
        method=method,
        starts=starts,
        seed=seed,
        derivatives=derivatives,
        learning_rate=learning_rate,
        epochs=epochs,
        batch_size=batch_size,
        weight_decay=weight_decay,
        max_iterations=max_iterations,
        polish=polish,
    )
    stated = problem if isinstance(problem, Problem) else read_problem(problem, sheet)
    result = fit_problem(stated, recognise(stated), options)
    return replace(result, command=_command(stated, options))


def fit_workbook(
    path: str | Path,
    options: FitOptions,
    *,
    sheet: str | None = None,
    output: str | Path | None = None,
    notice: Callable[[str], None] = lambda _: None,
) -> Fit:
    """Fit a workbook's model and write the answer as a workbook.

    Args:
        path: the workbook.
        options: how to fit.
        sheet: the sheet whose model is meant; None for the first usable one.
        output: where to write; None for `BOOK.fitted.xlsx` beside the workbook.
        notice: is told, in a sentence, what the reader must know before the fit is done.

    Raises:
        InputError: where the workbook, an option or the output cannot be used; nothing is written then.
        FitError: where the fit failed; nothing is written then.

    """
    workbook = open_workbook(path)
    target = Path(output) if output is not None else workbook.path.with_name(f"{workbook.path.stem}.fitted.xlsx")
    if target.exists() and target.samefile(workbook.path):
        raise InputError(f"The output {target} is the workbook itself; choose another file with -o.")
    problem, others = _choose(workbook, sheet)
    if others and sheet is None:
        notice(
            f"Fitting the model on {problem.model.sheet}; "
            f"{workbook.path.name} has more, choose with --sheet: {', '.join(others)}."
        )
    warnings = tuple(_warnings(problem))
    for warning in warnings:
        notice(f"WARNING: {warning}")
    factorization = recognise(problem)
    result = fit_problem(problem, factorization, options)
    result = replace(result, command=_command(problem, options, output))
    report = _report(problem, factorization, result, warnings)
    write_report(target, report)
    errors = _errors(factorization, result.x)
    before = _errors(factorization, result.x_start)
    return Fit(
        problem=problem,
        factorization=factorization,
        result=result,
        other_sheets=others,
        warnings=warnings,
        rmse_start=None if before is None else float(np.sqrt(np.mean(before**2))),
        rmse=None if errors is None else float(np.sqrt(np.mean(errors**2))),
        mae=None if errors is None else float(np.mean(np.abs(errors))),
        output=target,
    )


def _errors(factorization: Factorization | None, x: Floats) -> Floats | None:
    return None if factorization is None else factorization.errors(factorization.factors(x))


def _warnings(problem: Problem) -> list[str]:
    address, sheet = problem.model.objective_address(), problem.model.sheet
    if problem.cached is None:
        return [
            f"The workbook stores no value for {sheet}!{address}, so xlcf's reading of the formulas "
            f"({problem.computed:.10g}) could not be checked against Excel; open and save it in Excel once."
        ]
    if not problem.reproduces_cached:
        return [
            f"xlcf computes {problem.computed:.10g} for {sheet}!{address}, but Excel stored {problem.cached:.10g}: "
            "the formulas may mean something else to Excel, so do not trust this fit before you know why "
            "(if the workbook was not recalculated after its last change, open and save it in Excel)."
        ]
    return []


def _report(
    problem: Problem, factorization: Factorization | None, result: FitResult, warnings: tuple[str, ...]
) -> FitReport:
    model, workbook = problem.model, problem.workbook
    assert model.objective is not None
    sheet, row, column = model.objective
    return FitReport(
        workbook=workbook.path.name,
        sheet=model.sheet,
        objective_cell=model.objective_address() or "",
        objective_formula=workbook.sheets[sheet].formula_at(row, column) or "",
        goal=model.goal,
        objective_kind=None if factorization is None else factorization.objective_kind,
        variable_areas=model.variables_text(),
        variable_cells=problem.variable_addresses(),
        cached_objective=problem.cached,
        result=result,
        ratings=None if factorization is None else factorization.ratings,
        start=None if factorization is None else factorization.factors(result.x_start),
        fitted=None if factorization is None else factorization.factors(result.x),
        created=datetime.now().strftime("%Y-%m-%d %H:%M"),
        version=__version__,
        warnings=warnings,
    )


def _command(problem: Problem, options: FitOptions, output: str | Path | None = None) -> str:
    """Write the command line that repeats a fit."""
    words = ["xlcf", "fit", str(problem.workbook.path), "--sheet", problem.model.sheet]
    default = FitOptions()
    words += ["--method", options.method]
    for name in (
        "starts",
        "seed",
        "derivatives",
        "learning_rate",
        "epochs",
        "batch_size",
        "weight_decay",
        "max_iterations",
    ):
        value = getattr(options, name)
        if value != getattr(default, name):
            words += ["--" + name.replace("_", "-"), f"{value:.17g}" if isinstance(value, float) else str(value)]
    if options.polish:
        words.append("--polish")
    if output is not None:
        words += ["-o", str(output)]
    return shlex.join(words)
