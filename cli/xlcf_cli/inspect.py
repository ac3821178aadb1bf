"""`xlcf inspect`: what a workbook holds, and whether its formulas come out as Excel has them."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from xlcf_cli.console import counted, goal_text, working

if TYPE_CHECKING:
    from xlcf.bridge import ModelFound
    from xlcf.ooxml.workbook import Workbook


@click.command(epilog="Example: xlcf inspect book.xlsx --json")
@click.argument("workbook", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
@click.option("--quiet", is_flag=True, help="Print nothing but errors (and JSON, where asked for).")
def inspect(workbook: Path, as_json: bool, quiet: bool) -> None:
    """Show the sheets and Solver models of WORKBOOK.

    The objective as xlcf computes it from the formulas stands beside the value that Excel stored: where they agree,
    xlcf reads the formulas as Excel does.
    """
    with working("Reading ...", quiet=quiet):
        from xlcf.bridge import find_models, open_workbook

        book = open_workbook(workbook)
        models = find_models(book)
    if as_json:
        click.echo(json.dumps(as_dict(book, models), indent=2))
    elif not quiet:
        click.echo("\n".join(lines(book, models)))


def lines(book: Workbook, models: list[ModelFound]) -> list[str]:
    """Say it in lines for a person."""
    text = [str(book.source)]
    width = max((len(sheet.name) for sheet in book), default=0)
    text += [
        f"  {sheet.name:{width}}  {len(sheet.values):>7,} values, {len(sheet.formulas):>7,} formulas" for sheet in book
    ]
    if not models:
        text.append("No Solver model. Set one up in Excel under Data > Solver, or see `xlcf new`.")
    for found in models:
        text += ["", *_model_lines(found)]
    return text


def _model_lines(found: ModelFound) -> list[str]:
    model = found.model
    text = [f"Solver model on {model.sheet}: {goal_text(model)}"]
    if found.problem is None:
        return [*text, f"  cannot be solved: {found.reason}"]
    problem = found.problem
    row = "  {:<10} {}".format
    sheet, at_row, at_column = problem.model.objective or ("", 0, 0)
    text.append(row("formula", problem.workbook.sheets[sheet].formula_at(at_row, at_column)))
    text.append(row("variables", f"{counted(len(problem.cells), 'cells')}: {model.variables_text()}"))
    if model.constraints:
        text.append(row("subject to", "; ".join(map(str, model.constraints))))
    if model.options.non_negative:
        text.append(row("", "variables without a lower bound are held at 0 or above"))
    text.append(row("computed", f"{problem.computed:.15g}"))
    if problem.cached is None:
        text.append(row("in Excel", "no stored value; open and save the workbook in Excel to compare"))
    else:
        agrees = "the same" if problem.reproduces_cached else "NOT THE SAME: do not trust a fit before you know why"
        difference = problem.computed - problem.cached
        text.append(row("in Excel", f"{problem.cached:.15g}  (difference {difference:.1e}: {agrees})"))
    if found.factorization is not None:
        ratings, factorization = found.factorization.ratings, found.factorization
        sides = (("user", factorization.user_bias_index), ("item", factorization.item_bias_index))
        biased = [side for side, index in sides if index is not None]
        bias = f", {' and '.join(biased)} bias" if biased else ""
        ends = factorization.rating_range
        limits = f", predictions between {ends[0]:g} and {ends[1]:g}" if ends else ""
        text.append(
            row(
                "ratings",
                f"{len(ratings):,} by {ratings.n_users:,} users ({ratings.user_name}) of {ratings.n_items:,} items "
                f"({ratings.item_name}); {counted(factorization.n_factors, 'factors')}{bias}{limits}",
            )
        )
    return text


def as_dict(book: Workbook, models: list[ModelFound]) -> dict[str, Any]:
    """Give it under the keys that docs/reference/json.md lists."""
    return {
        "workbook": str(book.source),
        "sheets": [
            {"name": sheet.name, "values": len(sheet.values), "formulas": len(sheet.formulas)} for sheet in book
        ],
        "solver_models": [_model_dict(found) for found in models],
    }


def _model_dict(found: ModelFound) -> dict[str, Any]:
    model, problem, factorization = found.model, found.problem, found.factorization
    computed, cached = (problem.computed, problem.cached) if problem else (None, None)
    formula = None
    if problem is not None and model.objective is not None:
        formula = problem.workbook.sheets[model.objective[0]].formula_at(*model.objective[1:])
    return {
        "sheet": model.sheet,
        "usable": problem is not None,
        "reason": found.reason,
        "goal": model.goal,
        "target": model.target if model.goal == "value" else None,
        "objective": model.objective_address(),
        "formula": formula,
        "cached": cached,
        "computed": computed,
        "difference": None if computed is None or cached is None else computed - cached,
        "variables": model.n_variables,
        "variable_cells": model.variables_text(),
        "constraints": [str(constraint) for constraint in model.constraints],
        "options": asdict(model.options),
        "ratings": factorization
        and {
            "ratings": len(factorization.ratings),
            "users": factorization.ratings.n_users,
            "items": factorization.ratings.n_items,
            "factors": factorization.n_factors,
            "bias": factorization.user_bias_index is not None or factorization.item_bias_index is not None,
            "range": factorization.rating_range,
            "objective_kind": factorization.objective_kind,
        },
    }
