"""The one module that knows all rooms: read a workbook, recognise its model, fit it, write the answer."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from xlcf._version import __version__
from xlcf.errors import FitError, InputError, OtherFormatError
from xlcf.explore.spread import PredictionSpread
from xlcf.factorization import Factorization, recognise
from xlcf.fit_records import is_fit_of, last_fitted_sheet, stored_start
from xlcf.fitting.fit import FitOptions, fit_problem
from xlcf.fitting.result import FitResult
from xlcf.input_files import explained, open_input
from xlcf.libreoffice import convert_to_xlsx, has_soffice
from xlcf.models.rating_model import RatingModel
from xlcf.ooxml.references import address
from xlcf.ooxml.replacing import check_replaceable
from xlcf.ooxml.workbook import Workbook
from xlcf.ooxml.workbook import open_workbook as read_workbook
from xlcf.report import write_report
from xlcf.report.fit_report import FitReport
from xlcf.solver.cell_labels import CellLabels
from xlcf.solver.constraint_values import ConstraintValue, constraint_values
from xlcf.solver.model import SolverModel, solver_models
from xlcf.solver.problem import Problem, compile_problem
from xlcf.solver.variable_values import VariableValue, variable_values
from xlcf.write_back import Written, check_editable, write_back

Floats = NDArray[np.float64]


class Book(Workbook):
    """A workbook that was read, with its Solver models.

    One in another format than .xlsx or .xlsm is read from a converted copy, which lives as long as the book.
    """

    _folder: TemporaryDirectory[str] | None = None

    @cached_property
    def solver_models(self) -> list[SolverModel]:
        """Every Solver model in tab order; one that cannot be solved says why in its `problem`."""
        return solver_models(self)


def open_workbook(path: str | Path) -> Book:
    """Read a workbook: sheets with values and formulas, defined names, Solver models.

    xlcf reads .xlsx and .xlsm itself; .xls, .xlsb and .ods go through LibreOffice, where that is installed.

    Raises:
        InputError: where the file is missing or is no workbook that can be read.

    """
    try:
        read = read_workbook(path)
    except OtherFormatError as error:
        return _open_converted(Path(path), error)
    return Book(read.path, read.sheets, read.defined_names)


def _open_converted(path: Path, error: OtherFormatError) -> Book:
    if not has_soffice():
        raise InputError(f"{error} Or install LibreOffice: xlcf then reads such files through it.") from None
    folder = TemporaryDirectory(prefix="xlcf-", ignore_cleanup_errors=True)
    read = read_workbook(convert_to_xlsx(path, Path(folder.name)))
    book = Book(read.path, read.sheets, read.defined_names)
    book.source, book._folder = path, folder
    return book


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
        variables: the variable cells with their numbers before and after, and their bounds.
        constraints: the model's constraints at the end, cell by cell.
        written: the workbook that was written, and what it took; None where the end violates the model's constraints.

    """

    problem: Problem
    factorization: Factorization | None
    result: FitResult
    other_sheets: tuple[str, ...]
    warnings: tuple[str, ...]
    rmse_start: float | None
    rmse: float | None
    mae: float | None
    variables: tuple[VariableValue, ...]
    constraints: tuple[ConstraintValue, ...]
    written: Written | None


class InfeasibleError(FitError):
    """A fit ended at a point that violates the model's constraints, so nothing was written.

    Attributes:
        fit: what was found, with `written` None.

    """

    def __init__(self, message: str, fit: Fit) -> None:
        super().__init__(message)
        self.fit = fit


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


@dataclass(frozen=True)
class ModelRead:
    """The model of a workbook that was chosen, with what the reader must know of it.

    Attributes:
        problem: the compiled model.
        factorization: the ratings behind it, where there are any.
        other_sheets: sheets with further usable Solver models.
        warnings: sentences that the reader must see.

    """

    problem: Problem
    factorization: Factorization | None
    other_sheets: tuple[str, ...]
    warnings: tuple[str, ...]


def read_model(workbook: Workbook, sheet: str | None, notice: Callable[[str], None], doing: str) -> ModelRead:
    """Choose, compile and recognise a workbook's model: that of a sheet, or the first usable one in tab order.

    Args:
        workbook: from `open_workbook`.
        sheet: the sheet whose model is meant; None for the first usable one.
        notice: is told, in a sentence, what the reader must know.
        doing: what is done with the model, for the notice: `Fitting`.

    Raises:
        InputError: where there is none.

    """
    if workbook.source != workbook.path:
        notice(f"{workbook.source.name} was read through LibreOffice; the output is an .xlsx workbook.")
    problem, others = _choose(workbook, sheet)
    if others and sheet is None:
        notice(
            f"{doing} the model on {problem.model.sheet}; "
            f"{workbook.source.name} has others, choose with --sheet: {', '.join(others)}."
        )
    factorization = recognise(problem)
    warnings = (*_warnings(problem), *_rating_warnings(factorization))
    for warning in warnings:
        notice(f"WARNING: {warning}")
    return ModelRead(problem, factorization, others, warnings)


def _choose(workbook: Workbook, sheet: str | None) -> tuple[Problem, tuple[str, ...]]:
    """Give the model to fit, and the sheets of the other models that look usable."""
    models = solver_models(workbook)
    name = workbook.source.name
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
            if len(models) == 1:
                raise
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
        method: `scipy` (to the optimum), `solver` (by the stopping rule of Solver), or `sgd`, `momentum`, `adam`,
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
    factorization = recognise(stated) if options.starts or options.batch_size else None
    result = fit_problem(stated, factorization, options)
    return replace(result, command=_command(stated, options))


@dataclass(frozen=True)
class OutputOptions:
    """Where and how a fit is written.

    Attributes:
        output: the file; None for `BOOK.fitted.xlsx` (or `.xlsm`) beside the workbook, with a number where that is
            another file's name; see `target`.
        in_place: replace the workbook itself, keeping a backup beside it.
        report_only: write a new workbook with the report's sheets alone.
        keep_start: leave the variable cells as they are, and only add the report's sheets.
        made: what was done, for the name of the output where none is given.

    """

    output: Path | None = None
    in_place: bool = False
    report_only: bool = False
    keep_start: bool = False
    made: str = "fitted"

    def target(self, book: Path, is_own: Callable[[Path], bool] = lambda _: True) -> Path:
        """Give the file to write.

        Where none is named it stands beside the workbook. A file there is replaced where it is this work's own output
        of before; else, and where the workbook is such an output itself, the name gets a number that is free.

        Args:
            book: the workbook.
            is_own: tells whether an existing file may be replaced.

        Raises:
            InputError: where the options contradict each other, or the output would replace the workbook unasked.

        """
        if self.in_place and (self.output is not None or self.report_only):
            raise InputError("--in-place writes into the workbook itself; leave out -o and --report-only.")
        if self.report_only and self.keep_start:
            raise InputError("--report-only leaves the workbook as it is anyway; leave out --keep-start.")
        reads_itself = book.suffix.lower() in (".xlsx", ".xlsm")
        if self.in_place:
            if not reads_itself:
                raise InputError(f"{book.name} cannot be written in its own format; leave out --in-place.")
            return book
        suffix = book.suffix if reads_itself else ".xlsm" if book.suffix.lower() == ".xltm" else ".xlsx"
        if self.report_only:
            suffix = ".xlsx"
        if self.output is None:
            return self._free_name(book, suffix, is_own)
        if self.output.suffix.lower() != suffix.lower():
            raise InputError(f"The output's name must end in {suffix}, as Excel expects of such a workbook.")
        if self.output.exists() and self.output.samefile(book):
            raise InputError(f"The output {self.output} is the workbook itself; choose another, or use --in-place.")
        if self.output.is_dir():
            raise InputError(f"The output {self.output} is a folder; name a file in it with -o.")
        if not self.output.parent.is_dir():
            raise InputError(
                f"The folder {self.output.parent} for the output does not exist; create it, or choose another with -o."
            )
        return self.output

    def _free_name(self, book: Path, suffix: str, is_own: Callable[[Path], bool]) -> Path:
        made = "report" if self.report_only else self.made
        numbered = re.fullmatch(rf"(?P<stem>.+)\.{made}(?:-(?P<number>\d+))?", book.stem)
        stem, number = (book.stem, 1) if numbered is None else (numbered["stem"], int(numbered["number"] or 1) + 1)
        while True:
            path = book.with_name(f"{stem}.{made}{'' if number == 1 else f'-{number}'}{suffix}")
            if not path.exists() or (numbered is None and is_own(path)):
                return path
            number += 1


def fit_workbook(
    path: str | Path,
    options: FitOptions,
    *,
    sheet: str | None = None,
    output: OutputOptions | None = None,
    from_last_fit: bool = False,
    write_anyway: bool = False,
    notice: Callable[[str], None] = lambda _: None,
) -> Fit:
    """Fit a workbook's model and write the answer into a copy of it.

    The copy has the fitted numbers in its variable cells, true values in the formulas that depend on them, and the
    report's sheets; everything else is as it was. A workbook that was fitted before is fitted from the same start
    again, and its report's sheets are replaced.

    Args:
        path: the workbook.
        options: how to fit.
        sheet: the sheet whose model is meant; None for the first usable one.
        output: where and how to write.
        from_last_fit: start from the numbers that the last fit left, not from where that one started; without `sheet`
            that of the sheet whose fit was written last.
        write_anyway: write the end of the fit even where it violates the constraints; its Summary says so first.
        notice: is told, in a sentence, what the reader must know before the fit is done.

    Raises:
        InputError: where the workbook, an option or the output cannot be used; nothing is written then.
        FitError: where the fit failed; nothing is written then.
        InfeasibleError: where the end violates the model's constraints; it has the fit, and nothing is written.

    """
    output = output or OutputOptions()
    workbook = open_workbook(path)
    check_replaceable(output.target(workbook.source))
    if not output.report_only:
        check_editable(workbook)
    if from_last_fit and sheet is None:
        sheet = last_fitted_sheet(workbook)
        if sheet is not None:
            notice(f"Continuing the fit of {sheet}, the last that was written into {workbook.source.name}.")
    read = read_model(workbook, sheet, notice, "Fitting")
    target = output.target(workbook.source, lambda existing: is_fit_of(existing, read.problem.model.sheet))
    check_replaceable(target)
    first = output.target(workbook.source)
    if target != first and first.exists():
        notice(
            f"{first.name} is not a fit of {read.problem.model.sheet}, so the output is {target.name}; to have the "
            f"fits of several sheets in one workbook, fit {first.name}."
        )
    problem, factorization, warnings = read.problem, read.factorization, read.warnings
    start = None if from_last_fit or options.starts else stored_start(problem)
    if start is not None:
        notice("Starting where the last fit of this workbook started; --continue starts from its answer.")
    result = fit_problem(problem, factorization, options, start)
    command = _command(problem, options, output=output, from_last_fit=from_last_fit, write_anyway=write_anyway)
    result = replace(result, command=command)
    errors = _errors(factorization, result.x)
    before = _errors(factorization, result.x_start)
    fit = Fit(
        problem=problem,
        factorization=factorization,
        result=result,
        other_sheets=read.other_sheets,
        warnings=warnings,
        rmse_start=None if before is None else float(np.sqrt(np.mean(before**2))),
        rmse=None if errors is None else float(np.sqrt(np.mean(errors**2))),
        mae=None if errors is None else float(np.mean(np.abs(errors))),
        variables=tuple(variable_values(problem, result.x_start, result.x)),
        constraints=tuple(constraint_values(problem, result.x)),
        written=None,
    )
    if not (result.feasible or write_anyway):
        raise InfeasibleError(
            f"Nothing was written. {result.message} To write the point that was reached all the same: --write-anyway.",
            fit,
        )
    report = _report(fit)
    if output.report_only:
        write_report(target, report)
        return replace(fit, written=Written(target, None, (), ()))
    written = write_back(problem, report, target, keep_start=output.keep_start, backup=output.in_place)
    return replace(fit, written=written)


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


def _rating_warnings(factorization: Factorization | None) -> list[str]:
    if factorization is None or not factorization.number_texts:
        return []
    texts = factorization.number_texts
    sheet, row, column = texts[0]
    which = (
        f"the cell {sheet}!{address(row, column)} holds"
        if len(texts) == 1
        else (f"{len(texts)} cells, the first {sheet}!{address(row, column)}, hold")
    )
    return [
        f"Among the ratings {which} a number as text, which Excel does not count as a rating, nor does xlcf; "
        "turn it into a number in Excel (Data > Text to Columns > Finish)."
    ]


def _report(fit: Fit) -> FitReport:
    problem, factorization, result = fit.problem, fit.factorization, fit.result
    model, workbook = problem.model, problem.workbook
    assert model.objective is not None
    sheet, row, column = model.objective
    return FitReport(
        workbook=workbook.source.name,
        sheet=model.sheet,
        objective_cell=model.objective_address() or "",
        objective_formula=workbook.sheets[sheet].formula_at(row, column) or "",
        goal=model.goal,
        objective_kind=None if factorization is None else factorization.objective_kind,
        variable_areas=model.variables_text(),
        variables=fit.variables,
        cached_objective=problem.cached,
        result=result,
        ratings=None if factorization is None else factorization.ratings,
        start=None if factorization is None else factorization.factors(result.x_start),
        fitted=None if factorization is None else factorization.factors(result.x),
        created=datetime.now().strftime("%Y-%m-%d %H:%M"),
        version=__version__,
        warnings=fit.warnings,
        objective_label=CellLabels(workbook)(model.objective),
        target=model.target if model.goal == "value" else None,
        constraints=fit.constraints,
        spread=None
        if factorization is None
        else PredictionSpread(problem, factorization, result.x, seed=result.seed or 0),
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
    words = ["xlcf", "fit", str(problem.workbook.source), "--sheet", problem.model.sheet]
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
    if from_last_fit:
        words.append("--continue")
    if write_anyway:
        words.append("--write-anyway")
    if output is not None:
        words += [
            "--" + name.replace("_", "-") for name in ("in_place", "report_only", "keep_start") if getattr(output, name)
        ]
        if output.output is not None:
            words += ["-o", str(output.output)]
    return shlex.join(words)


_WORKBOOKS = (b"PK", b"\xd0\xcf\x11\xe0")  # how zip files (.xlsx, .ods) and old workbooks (.xls) begin


def read_rating_model(path: str | Path, sheet: str | None = None) -> RatingModel:
    """Read a model file, or the factors that a workbook's Solver model has in its variable cells.

    Args:
        path: the file; what it is shows in its content.
        sheet: the sheet whose Solver model is meant; None for the first usable one.

    Raises:
        InputError: where it is neither, the model is a net, or the Solver model is no factorization of ratings.

    """
    path = Path(path)
    kind, if_missing = "model file or workbook", "give a model file (made by xlcf train) or a workbook"
    with explained(path, kind), open_input(path, kind=kind, if_missing=if_missing) as stream:
        beginning = stream.read(4)
    if beginning.startswith(_WORKBOOKS):
        return _read_factorization(path, sheet)
    from xlcf.models.model_file import load_model

    if sheet is not None:
        raise InputError(f"{path.name} is a model file and has no sheets: leave out --sheet.")
    model = load_model(path)
    _ = model.factors  # a net has none, which is said now
    return model if model.source else replace(model, source=path.name)


def _read_factorization(path: Path, sheet: str | None) -> RatingModel:
    problem = read_problem(path, sheet)
    factorization = recognise(problem)
    if factorization is None:
        raise InputError(
            f"The Solver model on the sheet {problem.model.sheet} of {path.name} is no factorization of ratings into "
            "users' and items' factors, so there is nothing to explore; choose another sheet with --sheet."
        )
    spread = PredictionSpread(problem, factorization, problem.start)
    return replace(factorization.model(problem.start, path.name), spread=spread)
