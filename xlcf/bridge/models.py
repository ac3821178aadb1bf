"""The Solver models of a workbook: all of them, or the one that is meant, compiled and with the ratings behind it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from xlcf.bridge.books import open_workbook
from xlcf.errors import InputError
from xlcf.factorization import Factorization, recognise
from xlcf.fitting.registry import why_unsolvable
from xlcf.ooxml.references import address
from xlcf.ooxml.workbook import Workbook
from xlcf.solver.compiling import compile_problem
from xlcf.solver.model import SolverModel, solver_models
from xlcf.solver.problem import Problem


@dataclass(frozen=True)
class ModelFound:
    """A Solver model of a workbook, and what became of compiling it.

    Attributes:
        model: the Solver model.
        problem: the compiled problem, or None where the model cannot be compiled.
        reason: why it cannot be solved; None where it can. A model that compiles may be beyond all methods.
        factorization: the ratings behind it, where there are any.

    """

    model: SolverModel
    problem: Problem | None
    reason: str | None
    factorization: Factorization | None


def find_models(book: str | Path | Workbook) -> list[ModelFound]:
    """Find every Solver model of a workbook, in tab order, and compile it; one that cannot be solved says why.

    Raises:
        InputError: where the file is missing or is no workbook that can be read.

    """
    workbook = opened(book)
    return [_compile(workbook, model) for model in solver_models(workbook)]


def _compile(workbook: Workbook, model: SolverModel) -> ModelFound:
    try:
        problem = compile_problem(workbook, model)
    except InputError as error:
        return ModelFound(model, None, model.problem or str(error), None)
    return ModelFound(model, problem, why_unsolvable(problem), recognise(problem, workbook))


def opened(book: str | Path | Workbook) -> Workbook:
    """Give a workbook, opened where a path is given."""
    return book if isinstance(book, Workbook) else open_workbook(book)


def read_problem(book: str | Path | Workbook, sheet: str | None = None) -> Problem:
    """Read a workbook's model: that of a sheet, or the first usable one in tab order.

    Raises:
        InputError: where there is none.

    """
    return _choose(opened(book), sheet)[1]


@dataclass(frozen=True)
class ModelRead:
    """The model of a workbook that was chosen, with what the reader must know of it.

    Attributes:
        workbook: what it was read from.
        model: the Solver model.
        problem: the same, compiled.
        factorization: the ratings behind it, where there are any.
        other_sheets: sheets with further usable Solver models.
        warnings: sentences that the reader must see.

    """

    workbook: Workbook
    model: SolverModel
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
    start_notice(workbook, notice)
    model, problem, others = _choose(workbook, sheet)
    if others and sheet is None:
        notice(
            f"{doing} the model on {problem.sheet}; "
            f"{workbook.source.name} has others, choose with `sheet`: {', '.join(others)}."
        )
    return _read(workbook, model, problem, others, notice)


def _read(
    workbook: Workbook, model: SolverModel, problem: Problem, others: tuple[str, ...], notice: Callable[[str], None]
) -> ModelRead:
    factorization = recognise(problem, workbook)
    warnings = (*_warnings(problem), *_rating_warnings(factorization))
    for warning in warnings:
        notice(f"WARNING: {warning}")
    return ModelRead(workbook, model, problem, factorization, others, warnings)


def start_notice(workbook: Workbook, notice: Callable[[str], None]) -> None:
    """Say that the output has another format than the workbook, where that is so."""
    if workbook.source != workbook.path:
        notice(f"{workbook.source.name} was read through LibreOffice; the output is an .xlsx workbook.")


def solver_models_of(workbook: Workbook, sheet: str | None) -> list[SolverModel]:
    """Give the Solver models of a workbook in tab order, or that of one sheet.

    Raises:
        InputError: where there is none.

    """
    models = solver_models(workbook)
    name = workbook.source.name
    if not models:
        raise InputError(
            f"{name} holds no Solver model. Set one up in Excel (Data > Solver: objective, variable cells, then Close) "
            "and save, or make a workbook from a ratings file with `xlcf new`."
        )
    if sheet is None:
        return models
    wanted = workbook.sheet_name(sheet)
    chosen = [model for model in models if model.sheet == wanted]
    if not chosen:
        listed = ", ".join(model.sheet for model in models)
        raise InputError(f"The sheet {wanted} holds no Solver model; these do: {listed}.")
    return chosen


def compiled_model(workbook: Workbook, model: SolverModel, notice: Callable[[str], None]) -> ModelRead:
    """Compile a model and recognise what is behind it.

    Raises:
        InputError: where no method can solve it.

    """
    return _read(workbook, model, _solvable(workbook, model), _others(solver_models(workbook), model), notice)


def _choose(workbook: Workbook, sheet: str | None) -> tuple[SolverModel, Problem, tuple[str, ...]]:
    """Give the model to fit, the same compiled, and the sheets of the other models that look usable."""
    models = solver_models_of(workbook, sheet)
    if sheet is not None:
        chosen = models[0]
        return chosen, _solvable(workbook, chosen), _others(solver_models(workbook), chosen)
    reasons = []
    for model in models:
        try:
            return model, _solvable(workbook, model), _others(models, model)
        except InputError as error:
            if len(models) == 1:
                raise
            reasons.append(str(error))
    raise InputError(f"No Solver model in {workbook.source.name} can be solved. " + " ".join(reasons))


def _solvable(workbook: Workbook, model: SolverModel) -> Problem:
    """Compile a model that some method can solve.

    Raises:
        InputError: where none can.

    """
    problem = compile_problem(workbook, model)
    reason = why_unsolvable(problem)
    if reason is not None:
        raise InputError(reason)
    return problem


def _others(models: list[SolverModel], chosen: SolverModel) -> tuple[str, ...]:
    return tuple(model.sheet for model in models if model.sheet != chosen.sheet and model.problem is None)


def _warnings(problem: Problem) -> list[str]:
    address, sheet = problem.objective.address, problem.sheet
    if problem.objective.cached is None:
        return [
            f"The workbook stores no value for {sheet}!{address}, so xlcf's reading of the formulas "
            f"({problem.computed:.10g}) could not be checked against Excel; open and save it in Excel once."
        ]
    if not problem.reproduces_cached:
        return [
            f"xlcf computes {problem.computed:.10g} for {sheet}!{address}, but Excel stored "
            f"{problem.objective.cached:.10g}: the formulas may mean something else to Excel, so do not trust this fit "
            "before you know why "
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
