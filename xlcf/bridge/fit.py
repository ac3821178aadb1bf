"""A workbook in, its model fitted, and a copy of it with the answer out: what `xlcf fit` does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from xlcf._version import __version__
from xlcf.arrays import Floats
from xlcf.bridge.books import OpenBook
from xlcf.bridge.command import command
from xlcf.bridge.fit_records import FitRecords, is_fit_of
from xlcf.bridge.models import ModelRead, read_model, read_problem
from xlcf.bridge.outputs import OutputOptions, RunOptions
from xlcf.bridge.write_back import Written, write_back
from xlcf.errors import FitError, InputError
from xlcf.factorization import Factorization, recognise
from xlcf.files.replacing import check_replaceable
from xlcf.fitting.fit import fit_problem
from xlcf.fitting.options import FitOptions
from xlcf.fitting.progress import Progress
from xlcf.fitting.spread import EqualFitsSpread
from xlcf.interrupts import Interrupts
from xlcf.metrics import mae, rmse
from xlcf.notebook import facts
from xlcf.ooxml.workbook import Workbook
from xlcf.options import command_words, options_given, with_keywords_of
from xlcf.report import write_report
from xlcf.report.fit_report import FitReport
from xlcf.solver.problem import Problem
from xlcf.solver.solution import Solution


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
        written: the workbook that was written, and what it took; None where the end violates the model's constraints.

    """

    problem: Problem
    factorization: Factorization | None
    result: Solution
    other_sheets: tuple[str, ...]
    warnings: tuple[str, ...]
    rmse_start: float | None
    rmse: float | None
    mae: float | None
    written: Written | None

    def _repr_html_(self) -> str:
        written = self.written
        pairs = [
            ("cell", self.problem.objective.address),
            *self.result.facts(),
            ("RMSE at the start", self.rmse_start),
            ("RMSE at the end", self.rmse),
            ("mean absolute error", self.mae),
            ("written", None if written is None else written.output),
        ]
        title = f"{self.problem.source.name}, sheet {self.problem.sheet}, by {self.result.method}"
        return facts(title, pairs, [self.result.message, *self.warnings])


class InfeasibleError(FitError):
    """A fit ended at a point that violates the model's constraints, so nothing was written.

    Attributes:
        fit: what was found, with `written` None.

    """

    def __init__(self, message: str, fit: Fit) -> None:
        super().__init__(message)
        self.fit = fit


@with_keywords_of(FitOptions)
def fit(
    problem: Problem | str | Path | Workbook,
    options: FitOptions | None = None,
    *,
    sheet: str | None = None,
    **keywords: Any,
) -> Solution:
    """Fit a workbook's model; nothing is written.

    >>> xlcf.fit("book.xlsx", method="adam", epochs=500)

    Args:
        problem: from `read_problem`, or a workbook or its path.
        options: how to fit; or give the fields of `FitOptions` as keywords.
        sheet: the sheet whose model is meant, where `problem` is a workbook; None for the first usable one.
        **keywords: fields of `FitOptions`.

    Raises:
        InputError: where the workbook or an option cannot be used.
        FitError: where the fit failed.

    """
    options = options_given(FitOptions, options, keywords)
    stated = problem if isinstance(problem, Problem) else read_problem(problem, sheet)
    factorization = recognise(stated) if options.starts or options.batch_size else None
    result = fit_problem(stated, factorization, options)
    return replace(result, command=_command(stated, options))


@with_keywords_of(FitOptions)
def fit_workbook(
    path: str | Path,
    options: FitOptions | None = None,
    *,
    sheet: str | None = None,
    output: OutputOptions | None = None,
    from_last_fit: bool = False,
    write_anyway: bool = False,
    notice: Callable[[str], None] = lambda _: None,
    progress: Callable[[Progress], None] = lambda _: None,
    **keywords: Any,
) -> Fit:
    """Fit a workbook's model and write the answer into a copy of it.

    The copy has the fitted numbers in its variable cells, true values in the formulas that depend on them, and the
    report's sheets; everything else is as it was. A workbook that was fitted before is fitted from the same start
    again, and its report's sheets are replaced. Ctrl+C ends the fit at the best point so far, which is written; a
    second one gives up.

    Args:
        path: the workbook.
        options: how to fit; or give the fields of `FitOptions` as keywords.
        sheet: the sheet whose model is meant; None for the first usable one.
        output: where and how to write.
        from_last_fit: start from the numbers that the last fit left, not from where that one started; without `sheet`
            that of the sheet whose fit was written last.
        write_anyway: write the end of the fit even where it violates the constraints; its Summary says so first.
        notice: is told, in a sentence, what the reader must know before the fit is done.
        progress: is told, after each iteration, how far the fit has come.
        **keywords: fields of `FitOptions`.

    Raises:
        InputError: where the workbook, an option or the output cannot be used; nothing is written then.
        FitError: where the fit failed; nothing is written then.
        InfeasibleError: where the end violates the model's constraints; it has the fit, and nothing is written.

    """
    options, output = options_given(FitOptions, options, keywords), output or OutputOptions()
    with OpenBook(path) as opened:
        workbook = opened.book
        check_replaceable(output.target(workbook.source))
        records = records_of(opened, must_be_edited=not output.report_only)
        if from_last_fit and sheet is None and records is not None:
            sheet = records.last()
            if sheet is not None:
                notice(f"Continuing the fit of {sheet}, the last that was written into {workbook.source.name}.")
        read = read_model(workbook, sheet, notice, "Fitting")
        target = target_of(output, read.problem.source, {read.problem.sheet}, notice)
        is_from_start = not (from_last_fit or options.starts)
        start = records.start(read.problem) if records is not None and is_from_start else None
        if start is not None:
            notice("Starting where the last fit of this workbook started; `from_last_fit` starts from its answer.")
        command = _command(read.problem, options, output=output, from_last_fit=from_last_fit, write_anyway=write_anyway)
        with Interrupts() as interrupts:
            result = fit_problem(read.problem, read.factorization, options, start, interrupts.observing(progress))
        fit = fit_of(read, replace(result, command=command))
        if not (result.feasible or write_anyway):
            raise InfeasibleError(
                f"Nothing was written. {result.message} To write the point that was reached all the same: "
                "`write_anyway`.",
                fit,
            )
        report = report_of(fit, workbook)
        if output.report_only or records is None:
            write_report(target, report)
            return replace(fit, written=Written(target, None, (), ()))
        pair = (fit.problem, report)
        written = write_back(records, [pair], target, keep_start=output.keep_start, backup=output.in_place)
        return replace(fit, written=written)


def records_of(opened: OpenBook, *, must_be_edited: bool) -> FitRecords | None:
    """Give the records of a workbook; None where it can only be read, so that no fit was ever written into it."""
    try:
        return FitRecords(opened.edit(), opened.book)
    except InputError:
        if must_be_edited:
            raise
        return None


def target_of(output: OutputOptions, source: Path, sheets: set[str], notice: Callable[[str], None]) -> Path:
    """Give the file to write the fits of some sheets' models to, and say where its name is not the first choice."""
    target = output.target(source, lambda existing: is_fit_of(existing, sheets))
    check_replaceable(target)
    first = output.target(source)
    if target != first and first.exists():
        notice(
            f"{first.name} is not a fit of {', '.join(sorted(sheets))}, so the output is {target.name}; to have the "
            f"fits of several sheets in one workbook, fit {first.name}."
        )
    return target


def fit_of(read: ModelRead, result: Solution) -> Fit:
    """Put together what is known around a fit; nothing is written yet."""
    residuals = _residuals(read.factorization, result.x)
    before = _residuals(read.factorization, result.x_start)
    return Fit(
        problem=read.problem,
        factorization=read.factorization,
        result=result,
        other_sheets=read.other_sheets,
        warnings=read.warnings,
        rmse_start=None if before is None else rmse(before),
        rmse=None if residuals is None else rmse(residuals),
        mae=None if residuals is None else mae(residuals),
        written=None,
    )


def _residuals(factorization: Factorization | None, x: Floats) -> Floats | None:
    return None if factorization is None else factorization.residuals(factorization.factors(x))


def report_of(fit: Fit, workbook: Workbook) -> FitReport:
    """Gather what the sheets of a fit are made from."""
    problem, factorization, result = fit.problem, fit.factorization, fit.result
    objective = problem.objective
    sheet, row, column = objective.cell
    start = fitted = None
    if factorization is not None:
        spread = EqualFitsSpread(problem, factorization, result.x, seed=result.seed or 0)
        fitted = replace(factorization.model(result.x, problem.source.name), spread=spread)
        start = replace(fitted, predictor=factorization.factors(result.x_start))
    return FitReport(
        workbook=problem.source.name,
        sheet=problem.sheet,
        objective_cell=objective.address,
        objective_formula=workbook.sheets[sheet].formula_at(row, column) or "",
        goal=objective.goal,
        objective_kind=None if factorization is None else factorization.objective_text,
        variable_areas=problem.variables.text,
        variables=result.variables,
        cached_objective=objective.cached,
        result=result,
        start=start,
        fitted=fitted,
        created=datetime.now().strftime("%Y-%m-%d %H:%M"),
        version=__version__,
        warnings=fit.warnings,
        objective_label=objective.label,
        target=objective.target if objective.goal == "value" else None,
        constraints=result.constraints,
    )


def _command(
    problem: Problem,
    options: FitOptions,
    output: OutputOptions | None = None,
    *,
    from_last_fit: bool = False,
    write_anyway: bool = False,
) -> str:
    """Write the command line that repeats a fit."""
    run = RunOptions(from_last_fit, write_anyway)
    words = command_words(FitOptions, vars(options), defaults=("method",)) + command_words(RunOptions, vars(run))
    return command("fit", problem, words + command_words(OutputOptions, vars(output or OutputOptions())))
