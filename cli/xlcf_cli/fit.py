"""`xlcf fit`: a workbook in, a fitted workbook out."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from xlcf.bridge.outputs import OutputOptions, RunOptions
from xlcf.fitting.options import FitOptions
from xlcf.plain_numbers import counted, plain
from xlcf_cli.console import constraint_dict, finite, notices, objective_text, with_flags, working
from xlcf_cli.options import FILE, json_option, made_from, options_from, quiet_option, sheet_option
from xlcf_cli.threads import keep_to_one_thread

if TYPE_CHECKING:
    from xlcf.bridge.fit import Fit, InfeasibleError
    from xlcf.bridge.write_back import Written
    from xlcf.solver.solution import Solution

_MOST_SHOWN = 10  # variable cells, and constraints


@click.command(epilog="Example: xlcf fit book.xlsx --sheet dotprod --method adam -o fitted.xlsx")
@click.argument("workbook", type=FILE)
@options_from(OutputOptions)
@sheet_option("The sheet whose Solver model to fit.")
@options_from(FitOptions)
@options_from(RunOptions)
@json_option
@quiet_option
def fit(
    workbook: Path,
    sheet: str | None,
    as_json: bool,
    quiet: bool,
    **options: Any,
) -> None:
    """Fit the model that Excel's Solver keeps in WORKBOOK, and write the answer into a copy of it.

    The copy has the fitted numbers in its variable cells and new sheets that explain them; nothing else is changed.
    """
    keep_to_one_thread()
    infeasible: InfeasibleError | None = None
    with notices(quiet=quiet) as collect, working("Fitting ...", quiet=quiet) as show:
        from xlcf.bridge.fit import InfeasibleError, fit_workbook
        from xlcf_cli.progress import fit_progress

        try:
            done = fit_workbook(
                workbook,
                made_from(FitOptions, options),
                sheet=sheet,
                output=made_from(OutputOptions, options),
                **vars(made_from(RunOptions, options)),
                notice=collect,
                progress=fit_progress(show),
            )
        except InfeasibleError as error:
            done, infeasible = error.fit, error
    if as_json:
        click.echo(json.dumps(as_dict(done), indent=2))
    elif not quiet and infeasible is None:
        click.echo("\n".join(lines(done)))
    if infeasible is not None:
        raise infeasible


def lines(done: Fit) -> list[str]:
    """Say what was found and what came of it, a line each."""
    problem, result, ratings = done.problem, done.result, done.factorization and done.factorization.ratings
    where = f"{problem.source.name}, sheet {problem.sheet}"
    goal = objective_text(problem.objective, with_label=not ratings)
    found = f"{where}: {goal} over {counted(len(problem.variables), 'variable cells')}"
    if ratings:
        found += (
            f"; {len(ratings):,} ratings by {ratings.n_users:,} users of {ratings.n_items:,} items, "
            f"{counted(done.factorization.n_factors if done.factorization else 0, 'factors')}"
        )
    steps = "epochs" if "epochs" in result.options else "iterations"
    tried = f", best of {result.starts} starts" if result.starts > 1 else ""
    text = [
        found,
        f"{result.method}: objective {result.objective_start:.7g} -> {result.objective_end:.7g} "
        f"in {counted(result.iterations, steps)}, {result.seconds:.2f} s{tried}",
    ]
    if done.rmse is not None:
        text.append(f"RMSE {done.rmse_start:.6f} -> {done.rmse:.6f}, mean absolute error {done.mae:.6f}")
    if not ratings:
        text += solution_lines(result)
    return [*text, with_flags(result.message), *(written_lines(done.written) if done.written else [])]


def solution_lines(result: Solution) -> list[str]:
    """Show the variable cells where they are few, and how the constraints stand."""
    text = []
    if len(result.variables) <= _MOST_SHOWN:
        names = [cell.cell if cell.label is None else f"{cell.cell} ({cell.label})" for cell in result.variables]
        width = max(map(len, names), default=0)
        text += [
            f"  {name:{width}}  {plain(cell.before, 6)} -> {plain(cell.after, 6)}"
            + ("" if cell.at_bound is None else "  (at a bound)")
            for name, cell in zip(names, result.variables, strict=True)
        ]
    compared = [constraint for constraint in result.constraints if constraint.limit is not None]
    if compared and result.feasible:
        binding = [constraint.text for constraint in compared if constraint.status == "binding"]
        more = f" and {len(binding) - _MOST_SHOWN} more" if len(binding) > _MOST_SHOWN else ""
        at = f"; at its limit: {', '.join(binding[:_MOST_SHOWN])}{more}" if binding else ", none at its limit"
        text.append(f"constraints: {len(compared):,}, all met{at}")
    return text


def written_lines(written: Written) -> list[str]:
    """Say what was written, and what Excel is left to compute."""
    text = []
    if written.not_recomputed:
        cells = ", ".join(cell for cell, _ in written.not_recomputed[:5])
        more = f" and {len(written.not_recomputed) - 5} more" if len(written.not_recomputed) > 5 else ""
        text.append(f"left for Excel to compute: {cells}{more} ({written.not_recomputed[0][1]})")
    if written.backup is not None:
        text.append(f"backup: {written.backup}")
    return [*text, f"written: {written.output}"]


def as_dict(done: Fit) -> dict[str, Any]:
    """Give the result under the keys that docs/reference/json.md lists."""
    problem, result, factorization, written = done.problem, done.result, done.factorization, done.written
    ratings = factorization and factorization.ratings
    return {
        "workbook": str(problem.source),
        "sheet": problem.sheet,
        "objective": problem.objective.address,
        "goal": problem.objective.goal,
        "method": result.method,
        "objective_start": result.objective_start,
        "objective_end": result.objective_end,
        "objective_kind": factorization and factorization.objective_text,
        "rmse_start": done.rmse_start,
        "rmse": done.rmse,
        "mae": done.mae,
        "status": result.status,
        "feasible": result.feasible,
        "max_violation": finite(result.max_violation),
        "message": with_flags(result.message),
        "iterations": result.iterations,
        "evaluations": result.evaluations,
        "gradients": result.gradients,
        "seconds": result.seconds,
        "variables": len(problem.variables),
        "variable_values": [asdict(cell) for cell in result.variables],
        "constraint_values": [constraint_dict(constraint) for constraint in result.constraints],
        "ratings": ratings and len(ratings),
        "users": ratings and ratings.n_users,
        "items": ratings and ratings.n_items,
        "factors": factorization and factorization.n_factors,
        "options": result.options,
        "starts": result.starts,
        "seed": result.seed,
        "command": result.command,
        "warnings": [with_flags(warning) for warning in done.warnings],
        "other_sheets": list(done.other_sheets),
        "output": written and str(written.output),
        "backup": str(written.backup) if written and written.backup else None,
        "sheets": list(written.sheets) if written else [],
        "not_recomputed": [
            {"cell": cell, "reason": reason} for cell, reason in (written.not_recomputed if written else ())
        ],
    }
