"""`xlcf solve`: every Solver model of a workbook, solved by the method that suits it."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from xlcf.bridge.outputs import OutputOptions
from xlcf.bridge.solve import SolveOptions
from xlcf.errors import FitError, InputError
from xlcf.plain_numbers import counted
from xlcf_cli.console import constraint_dict, finite, goal_text, notices, objective_text, with_flags, working
from xlcf_cli.fit import solution_lines, written_lines
from xlcf_cli.options import FILE, json_option, made_from, options_from, output_option, quiet_option, sheet_option
from xlcf_cli.threads import keep_to_one_thread

if TYPE_CHECKING:
    from xlcf.bridge.solve import Solved, SolvedBook


@click.command(epilog="Example: xlcf solve book.xlsx -o solved.xlsx")
@click.argument("workbook", type=FILE)
@output_option("Where to write.  [default: BOOK.solved.xlsx]")
@options_from(OutputOptions, leave_out=("output", "report_only"))
@sheet_option("Solve the model of this sheet only.")
@options_from(SolveOptions)
@json_option
@quiet_option
def solve(workbook: Path, sheet: str | None, as_json: bool, quiet: bool, **options: Any) -> None:
    """Solve every model that Excel's Solver keeps in WORKBOOK, and write the answers into a copy of it.

    Each model is solved by the method that suits it: linear ones, also with whole numbers, to the proven optimum. The
    copy has the answers in its variable cells and reports as Solver writes them; nothing else is changed.
    """
    keep_to_one_thread()
    with notices(quiet=quiet) as collect, working("Solving ...", quiet=quiet) as show:
        from xlcf.bridge.solve import solve_workbook
        from xlcf_cli.progress import fit_progress

        done = solve_workbook(
            workbook,
            made_from(SolveOptions, options),
            sheet=sheet,
            output=made_from(OutputOptions, options),
            notice=collect,
            progress=fit_progress(show),
        )
    if as_json:
        click.echo(json.dumps(as_dict(done), indent=2))
    elif not quiet:
        click.echo("\n".join(lines(done)))
    _raise_for(done)


def _raise_for(done: SolvedBook) -> None:
    """End with an error where a model was not solved: that of a bad model before that of one without an answer."""
    failed = [each for each in done.models if not each.is_solved]
    if not failed:
        return
    said = "Nothing was written. " if done.written is None else ""
    if len(done.models) == 1:
        text = f"{said}{failed[0].message or ''} {failed[0].detail}".replace("  ", " ").strip()
    else:
        named = "; ".join(f"{each.model.sheet}: {each.message or each.detail}" for each in failed)
        text = f"{said}{len(failed)} of {len(done.models)} models were not solved. {named}"
    raise (InputError if any(isinstance(each.error, InputError) for each in failed) else FitError)(text)


def lines(done: SolvedBook) -> list[str]:
    """Say what became of each model, and where it was written."""
    text: list[str] = []
    for each in done.models:
        text += _model_lines(done, each)
    return [*text, *(written_lines(done.written) if done.written else [])]


def _model_lines(done: SolvedBook, each: Solved) -> list[str]:
    where = f"{done.source.name}, sheet {each.model.sheet}"
    if each.fit is None:
        goal = goal_text(each.model.goal, each.model.target, each.model.objective_address())
        return [f"{where}: {goal}", *([each.message] if each.message else []), with_flags(each.detail)]
    problem, result = each.fit.problem, each.fit.result
    over = counted(len(problem.variables), "variable cells")
    return [
        f"{where}: {objective_text(problem.objective)} over {over}; {problem.problem_class}",
        f"{result.method}: objective {result.objective_start:.7g} -> {result.objective_end:.7g}, "
        f"{result.seconds:.2f} s",
        *solution_lines(result),
        each.message or "",
        with_flags(each.detail),
    ]


def as_dict(done: SolvedBook) -> dict[str, Any]:
    """Give the result under the keys that docs/reference/json.md lists."""
    return {
        "workbook": str(done.source),
        "models": [_model_dict(each) for each in done.models],
        "warnings": [with_flags(warning) for warning in done.warnings],
        "output": done.written and str(done.written.output),
        "backup": str(done.written.backup) if done.written and done.written.backup else None,
        "sheets": list(done.written.sheets) if done.written else [],
        "not_recomputed": [
            {"cell": cell, "reason": reason} for cell, reason in (done.written.not_recomputed if done.written else ())
        ],
    }


def _model_dict(each: Solved) -> dict[str, Any]:
    model, fit = each.model, each.fit
    result, problem = (None, None) if fit is None else (fit.result, fit.problem)

    return {
        "sheet": model.sheet,
        "objective": model.objective_address(),
        "goal": model.goal,
        "engine": model.options.engine_name,
        "class": problem and str(problem.problem_class),
        "variables": model.n_variables,
        "constraints": len(model.constraints),
        "method": each.method,
        "status": each.status,
        "message": each.message,
        "detail": with_flags(each.detail),
        "objective_start": result and finite(result.objective_start),
        "objective_end": result and finite(result.objective_end),
        "cached": problem and problem.objective.cached,
        "max_violation": result and finite(result.max_violation),
        "gap": result and finite(result.gap),
        "seconds": result and result.seconds,
        "variable_values": [asdict(cell) for cell in result.variables] if result else [],
        "constraint_values": [constraint_dict(constraint) for constraint in result.constraints] if result else [],
        "error": with_flags(each.detail) if each.error is not None else None,
    }
