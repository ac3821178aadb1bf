"""`xlcf fit`: a workbook in, a fitted workbook out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from xlcf_cli.console import notice, working

if TYPE_CHECKING:
    from xlcf.bridge import Fit

METHODS = ("scipy", "solver", "sgd", "momentum", "adam", "adamw")


@click.command(epilog="Example: xlcf fit book.xlsx --sheet dotprod --method adam -o fitted.xlsx")
@click.argument("workbook", type=click.Path(path_type=Path))
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Where to write.  [default: BOOK.fitted.xlsx]")
@click.option("--sheet", help="The sheet whose Solver model to fit.  [default: the first usable one]")
@click.option(
    "--method",
    type=click.Choice(METHODS),
    default="scipy",
    show_default=True,
    help="scipy: to the optimum. solver: by Excel's Solver's own stopping rule. The others: gradient descent (torch).",
)
@click.option(
    "--starts", type=click.IntRange(min=0), default=0, help="Try this many random starts; 0: the sheet's numbers."
)
@click.option("--seed", type=click.IntRange(min=0), default=0, help="Seed of random starts and mini-batches.")
@click.option(
    "--derivatives",
    type=click.Choice(["solver", "exact"]),
    default="solver",
    help="For solver: numeric derivatives as Solver takes them, or exact ones.",
)
@click.option(
    "--learning-rate", type=click.FloatRange(min=0, min_open=True), help="For gradient descent.  [default: searched]"
)
@click.option("--epochs", type=click.IntRange(min=1), help="For gradient descent.  [default: 2000; 300 with batches]")
@click.option(
    "--batch-size", type=click.IntRange(min=1), help="Ratings a step, for gradient descent.  [default: all at once]"
)
@click.option("--weight-decay", type=click.FloatRange(min=0), default=0.0, help="For gradient descent.")
@click.option("--max-iterations", type=click.IntRange(min=1), help="Stop after so many iterations.")
@click.option("--polish", is_flag=True, help="Go on to the optimum with SciPy after another method.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@click.option("--quiet", is_flag=True, help="Print nothing but errors and warnings (and JSON, where asked for).")
def fit(workbook: Path, output: Path | None, sheet: str | None, as_json: bool, quiet: bool, **options: Any) -> None:
    """Fit the model that Excel's Solver keeps in WORKBOOK, and write the answer as a workbook."""
    with working("Fitting ...", quiet=quiet):
        from xlcf.bridge import fit_workbook
        from xlcf.fitting.fit import FitOptions

        said: list[str] = []
        done = fit_workbook(workbook, FitOptions(**options), sheet=sheet, output=output, notice=said.append)
    for sentence in said:
        if not quiet or sentence.startswith("WARNING"):
            notice(sentence)
    if as_json:
        click.echo(json.dumps(as_dict(done), indent=2))
    elif not quiet:
        click.echo("\n".join(lines(done)))


def lines(done: Fit) -> list[str]:
    """Say what was found and what came of it, a line each."""
    problem, result, ratings = done.problem, done.result, done.factorization and done.factorization.ratings
    where = f"{problem.workbook.path.name}, sheet {problem.model.sheet}"
    found = (
        f"{where}: {problem.model.goal} {problem.model.objective_address()} over {len(problem.cells)} variable cells"
    )
    if ratings:
        found += (
            f"; {len(ratings):,} ratings by {ratings.n_users:,} users of {ratings.n_items:,} items, "
            f"{done.factorization.n_factors if done.factorization else 0} factors"
        )
    steps = "epochs" if "epochs" in result.options else "iterations"
    tried = f", best of {result.starts} starts" if result.starts > 1 else ""
    text = [
        found,
        f"{result.method}: objective {result.objective_start:.7g} -> {result.objective_end:.7g} "
        f"in {result.iterations:,} {steps}, {result.seconds:.2f} s{tried}",
    ]
    if done.rmse is not None:
        text.append(f"RMSE {done.rmse_start:.6f} -> {done.rmse:.6f}, mean absolute error {done.mae:.6f}")
    return [*text, result.message, f"written: {done.output}"]


def as_dict(done: Fit) -> dict[str, Any]:
    """Give the result under the keys that docs/reference/json.md lists."""
    problem, result, factorization = done.problem, done.result, done.factorization
    ratings = factorization and factorization.ratings
    return {
        "workbook": str(problem.workbook.path),
        "sheet": problem.model.sheet,
        "objective": problem.model.objective_address(),
        "goal": problem.model.goal,
        "method": result.method,
        "objective_start": result.objective_start,
        "objective_end": result.objective_end,
        "objective_kind": factorization and factorization.objective_kind,
        "rmse_start": done.rmse_start,
        "rmse": done.rmse,
        "mae": done.mae,
        "status": result.status,
        "message": result.message,
        "iterations": result.iterations,
        "evaluations": result.evaluations,
        "gradients": result.gradients,
        "seconds": result.seconds,
        "variables": len(problem.cells),
        "ratings": ratings and len(ratings),
        "users": ratings and ratings.n_users,
        "items": ratings and ratings.n_items,
        "factors": factorization and factorization.n_factors,
        "options": result.options,
        "starts": result.starts,
        "seed": result.seed,
        "command": result.command,
        "warnings": list(done.warnings),
        "other_sheets": list(done.other_sheets),
        "output": str(done.output),
    }
