"""Every Solver model of a workbook, solved by the method that suits it: what `xlcf solve` does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from xlcf.bridge.books import OpenBook
from xlcf.bridge.command import command
from xlcf.bridge.fit import Fit, fit_of, report_of, target_of
from xlcf.bridge.fit_records import FitRecords
from xlcf.bridge.models import ModelRead, compiled_model, solver_models_of, start_notice
from xlcf.bridge.outputs import OutputOptions
from xlcf.bridge.write_back import Written, write_back
from xlcf.errors import FitError, InputError, UnboundedError, XlcfError
from xlcf.files.replacing import check_replaceable
from xlcf.fitting.fit import fit_problem
from xlcf.fitting.options import FitOptions
from xlcf.fitting.progress import Progress
from xlcf.fitting.registry import METHODS, best_method
from xlcf.interrupts import Interrupts
from xlcf.options import command_words, option, option_of
from xlcf.solver.model import SolverModel
from xlcf.solver.solution import Solution

FOUND = "Solver found a solution. All constraints and optimality conditions are satisfied."
CONVERGED = "Solver has converged to the current solution. All constraints are satisfied."
WITHIN = "Solver found an integer solution within tolerance. All constraints are satisfied."
INFEASIBLE = "Solver could not find a feasible solution."
UNBOUNDED = "The Objective Cell values do not converge."
LIMIT = "Solver stopped at its limit of time or iterations. All constraints are satisfied."
INTERRUPTED = "Solver stopped at your request. All constraints are satisfied."


@dataclass(frozen=True)
class SolveOptions:
    """How to solve.

    Attributes:
        method: its name in the table of methods; None for that which suits each model best.
        starts: how many random starts to try, the best kept; 0 starts from the sheet's own numbers.
        seed: of random starts.
        max_iterations: a limit for any method that counts iterations.

    """

    method: str | None = option(
        None, "The method for every model.", choices=METHODS, otherwise="for each model the one that suits it"
    )
    starts: int = option_of(FitOptions, "starts")
    seed: int = option_of(FitOptions, "seed", help="Seed of random starts.")
    max_iterations: int | None = option_of(FitOptions, "max_iterations")

    def of(self, method: str) -> FitOptions:
        """Give the options of the method that was chosen."""
        return FitOptions(method=method, starts=self.starts, seed=self.seed, max_iterations=self.max_iterations)


@dataclass(frozen=True)
class Solved:
    """What became of one Solver model.

    Attributes:
        model: the Solver model.
        method: what it was solved with; None where it could not be read.
        fit: the solution, with all that is known around it; None where there is none.
        status: that of the solution, `unbounded`, or `error`.
        message: Solver's own sentence; None for an error.
        detail: what was checked, or what is wrong.
        error: what was raised; None where the model has a solution, or an end that violates its constraints.

    """

    model: SolverModel
    method: str | None
    fit: Fit | None
    status: str
    message: str | None
    detail: str
    error: XlcfError | None = None

    @property
    def is_solved(self) -> bool:
        """Whether there is a point that meets all constraints."""
        return self.fit is not None and self.fit.result.feasible


@dataclass(frozen=True)
class SolvedBook:
    """What became of a workbook's models.

    Attributes:
        source: the workbook.
        models: one entry a model, in tab order.
        warnings: sentences about all of them together that the reader must see.
        written: the workbook that was written; None where no model was solved.

    """

    source: Path
    models: tuple[Solved, ...]
    warnings: tuple[str, ...]
    written: Written | None


def solver_message(result: Solution) -> str:
    """Say how a search ended in the words of Excel's Solver."""
    if not result.feasible:
        return INFEASIBLE
    match result.status:
        case "converged":
            return FOUND
        case "limit":
            return LIMIT
        case "interrupted":
            return INTERRUPTED
        case "no_minimum":
            return UNBOUNDED
    return WITHIN if result.gap is not None and result.problem.variables.has_integers else CONVERGED


def solve_workbook(
    path: str | Path,
    options: SolveOptions | None = None,
    *,
    sheet: str | None = None,
    output: OutputOptions | None = None,
    notice: Callable[[str], None] = lambda _: None,
    progress: Callable[[Progress], None] = lambda _: None,
) -> SolvedBook:
    """Solve every Solver model of a workbook, each as it stands there, and write the answers into a copy of it.

    A model that cannot be solved is left as it is; the others are solved all the same.

    Args:
        path: the workbook.
        options: how to solve.
        sheet: the sheet whose model is meant; None for all.
        output: where and how to write.
        notice: is told, in a sentence, what the reader must know before the work is done.
        progress: is told, after each iteration, how far a search has come.

    Raises:
        InputError: where the workbook holds no Solver model, or it or the output cannot be used.

    """
    options, output = options or SolveOptions(), output or OutputOptions()
    if output.report_only:
        raise InputError("`report_only` writes the report of one model; use it with `xlcf fit`.")
    output = replace(output, made="solved")
    with OpenBook(path) as opened:
        workbook = opened.book
        check_replaceable(output.target(workbook.source))
        records = FitRecords(opened.edit(), workbook)
        start_notice(workbook, notice)
        models = solver_models_of(workbook, sheet)
        target = target_of(output, workbook.source, {model.sheet for model in models}, notice)
        solved: list[Solved] = []
        with Interrupts() as interrupts:
            observe = interrupts.observing(progress)
            for model in models:
                if interrupts.interrupted:
                    break
                read = None
                try:
                    read = compiled_model(workbook, model, notice)
                    solved.append(_solve(read, options, output, observe))
                except XlcfError as error:
                    solved.append(_failed(model, read, options, error))
        answers = [each.fit for each in solved if each.fit is not None and each.is_solved]
        if not answers:
            return SolvedBook(workbook.source, tuple(solved), (), None)
        reports = [
            replace(report_of(fit, workbook), as_solver=True, solver_message=solver_message(fit.result))
            for fit in answers
        ]
        written = write_back(
            records,
            [(fit.problem, report) for fit, report in zip(answers, reports, strict=True)],
            target,
            keep_start=output.keep_start,
            backup=output.in_place,
        )
        warnings = tuple(_depending(answers, written))
        for warning in warnings:
            notice(f"WARNING: {warning}")
        return SolvedBook(workbook.source, tuple(solved), warnings, written)


def _solve(
    read: ModelRead, options: SolveOptions, output: OutputOptions, observe: Callable[[Progress], bool]
) -> Solved:
    problem = read.problem
    method = options.method or best_method(problem)
    result = fit_problem(problem, read.factorization, options.of(method), None, observe)
    words = command_words(SolveOptions, vars(options)) + command_words(OutputOptions, vars(output))
    fit = fit_of(read, replace(result, command=command("solve", problem, words)))
    return Solved(read.model, method, fit, result.status, solver_message(result), result.message)


def _failed(model: SolverModel, read: ModelRead | None, options: SolveOptions, error: XlcfError) -> Solved:
    method = None if read is None else options.method or best_method(read.problem)
    if isinstance(error, UnboundedError):
        return Solved(model, method, None, "unbounded", UNBOUNDED, str(error), error)
    if not isinstance(error, InputError | FitError):
        raise error
    return Solved(model, method, None, "error", None, str(error), error)


def _depending(answers: list[Fit], written: Written) -> list[str]:
    """Find models whose objective is another in the written workbook than was found: others changed what it reads."""
    sentences = []
    for fit in answers:
        objective, found = fit.problem.objective, fit.result.objective_end
        now = written.values.get(objective.cell[0], {}).get(objective.cell[1:])
        if isinstance(now, float) and abs(now - found) > 1e-9 * max(1.0, abs(found)):
            sentences.append(
                f"The models of this workbook depend on each other: that on {fit.problem.sheet} was solved to "
                f"{found:.10g}, but with the answers of all models {objective.address} is {now:.10g}. Solve them one "
                "after the other with `sheet`."
            )
    return sentences
