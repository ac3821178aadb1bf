"""`xlcf inspect`: what a workbook holds, and whether its formulas come out as Excel has them."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from xlcf.plain_numbers import counted
from xlcf_cli.console import constraint_dict, goal_text, objective_text, with_flags, working
from xlcf_cli.options import json_option, quiet_option

if TYPE_CHECKING:
    from xlcf.bridge.models import ModelFound
    from xlcf.ooxml.workbook import Workbook
    from xlcf.solver.model import SolverModel
    from xlcf.solver.problem import Problem


@click.command(epilog="Example: xlcf inspect book.xlsx --json")
@click.argument("workbook", type=click.Path(path_type=Path))
@json_option
@quiet_option
def inspect(workbook: Path, as_json: bool, quiet: bool) -> None:
    """Show the sheets and Solver models of WORKBOOK.

    The objective as xlcf computes it from the formulas stands beside the value that Excel stored: where they agree,
    xlcf reads the formulas as Excel does.
    """
    with working("Reading ...", quiet=quiet):
        from xlcf.bridge.books import open_workbook
        from xlcf.bridge.models import find_models

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
        text += ["", *_model_lines(book, found)]
    return text


def _model_lines(book: Workbook, found: ModelFound) -> list[str]:
    model = found.model
    if found.problem is None:
        return [
            f"Solver model on {model.sheet}: {goal_text(model.goal, model.target, model.objective_address())}",
            f"  cannot be solved: {with_flags(found.reason or '')}",
        ]
    problem = found.problem
    text = [f"Solver model on {model.sheet}: {objective_text(problem.objective)}"]
    row = "  {:<10} {}".format
    if found.reason is not None:
        text.append(f"  cannot be solved: {with_flags(found.reason)}")
    sheet, at_row, at_column = problem.objective.cell
    text.append(row("formula", book.sheets[sheet].formula_at(at_row, at_column)))
    text.append(row("variables", f"{counted(len(problem.variables), 'cells')}: {model.variables_text()}"))
    constraints = _constraint_lines(model, problem)
    if model.options.non_negative:
        constraints.append("variables without a lower bound are held at 0 or above")
    text += [row("" if place else "subject to", line) for place, line in enumerate(constraints)]
    text.append(row("class", str(problem.problem_class)))
    text.append(row("engine", f"{model.options.engine_name}; xlcf has methods of its own, see `xlcf fit --method`"))
    text += [row("" if place else "options", line) for place, line in enumerate(_option_lines(model))]
    text.append(row("computed", f"{problem.computed:.15g}"))
    if problem.objective.cached is None:
        text.append(row("in Excel", "no stored value; open and save the workbook in Excel to compare"))
    else:
        agrees = "the same" if problem.reproduces_cached else "NOT THE SAME: do not trust a fit before you know why"
        difference = problem.computed - problem.objective.cached
        text.append(row("in Excel", f"{problem.objective.cached:.15g}  (difference {difference:.1e}: {agrees})"))
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


def _constraint_lines(model: SolverModel, problem: Problem) -> list[str]:
    """Say each constraint, and how it stands at the numbers of the workbook."""
    from xlcf.solver.constraint_values import constraint_values

    values = iter(constraint_values(problem, problem.start))
    text = []
    for constraint in model.constraints:
        cells = [next(values) for _ in range(constraint.left.size)]
        label = f" ({cells[0].label})" if len(cells) == 1 and cells[0].label else ""
        violated = sum(cell.status == "violated" for cell in cells)
        count = "" if len(cells) == 1 else f" in {violated:,} of {len(cells):,} cells"
        states = {cell.status for cell in cells}
        now = "ignored" if "ignored" in states else f"violated now{count}" if violated else "met now"
        text.append(f"{constraint}{label}: {now}")
    return text


def _option_lines(model: SolverModel) -> list[str]:
    """Say the options that the workbook states, by who goes by them."""
    from xlcf.solver.option_words import EVERY_METHOD, HIGHS_METHOD, NOT_USED, SOLVER_METHOD, option_words

    stated = [words for words in option_words(model) if words.stored and words.option != "engine"]
    if not stated:
        return ["none stored, so those that Solver takes by itself"]
    heads = {
        EVERY_METHOD: "used by every method",
        SOLVER_METHOD: "used by --method solver",
        HIGHS_METHOD: "used by --method highs",
        NOT_USED: "not used by xlcf",
    }
    groups = {
        head: [f"{words.name}: {words.value}" for words in stated if words.used_by == used_by]
        for used_by, head in heads.items()
    }
    return [f"{head}: {', '.join(listed)}" for head, listed in groups.items() if listed]


def as_dict(book: Workbook, models: list[ModelFound]) -> dict[str, Any]:
    """Give it under the keys that docs/reference/json.md lists."""
    return {
        "workbook": str(book.source),
        "sheets": [
            {"name": sheet.name, "values": len(sheet.values), "formulas": len(sheet.formulas)} for sheet in book
        ],
        "solver_models": [_model_dict(book, found) for found in models],
    }


def _model_dict(book: Workbook, found: ModelFound) -> dict[str, Any]:
    from xlcf.solver.constraint_values import constraint_values
    from xlcf.solver.option_words import option_words

    model, problem, factorization = found.model, found.problem, found.factorization
    computed, cached = (problem.computed, problem.objective.cached) if problem else (None, None)
    formula = None
    if problem is not None:
        sheet, row, column = problem.objective.cell
        formula = book.sheets[sheet].formula_at(row, column)
    return {
        "sheet": model.sheet,
        "usable": found.reason is None,
        "reason": found.reason and with_flags(found.reason),
        "goal": model.goal,
        "target": model.target if model.goal == "value" else None,
        "objective": model.objective_address(),
        "objective_label": problem and problem.objective.label,
        "formula": formula,
        "cached": cached,
        "computed": computed,
        "difference": None if computed is None or cached is None else computed - cached,
        "variables": model.n_variables,
        "variable_cells": model.variables_text(),
        "constraints": [str(constraint) for constraint in model.constraints],
        "constraint_values": [constraint_dict(value) for value in constraint_values(problem, problem.start)]
        if problem
        else None,
        "class": problem and str(problem.problem_class),
        "engine": model.options.engine_name,
        "options": asdict(model.options),
        "solver_options": [asdict(words) for words in option_words(model)],
        "ratings": factorization
        and {
            "ratings": len(factorization.ratings),
            "users": factorization.ratings.n_users,
            "items": factorization.ratings.n_items,
            "factors": factorization.n_factors,
            "bias": factorization.user_bias_index is not None or factorization.item_bias_index is not None,
            "range": factorization.rating_range,
            "objective_kind": factorization.objective_text,
        },
    }
