"""What `xlcf compare` prints: a table with its verdict, or JSON."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING, Any

import click
from rich import box
from rich.table import Table

from xlcf.comparing.factor_counts import FactorCounts
from xlcf.plain_numbers import counted
from xlcf.report.compare_book.columns import STATUSES
from xlcf.report.compare_book.report import shown
from xlcf.report.compare_book.verdict import factors_verdict, methods_verdict
from xlcf_cli.console import objective_text, with_flags
from xlcf_cli.tables import print_wide

if TYPE_CHECKING:
    from xlcf.bridge.compare import Compared
    from xlcf.comparing.comparison import Comparison, Entry, Starts
    from xlcf.solver.solution import Solution


def show(done: Compared) -> None:
    """Print the table, what it comes to, and what was written."""
    found = done.found
    problem = found.problem
    head = f"{problem.source.name}, sheet {problem.sheet}: {objective_text(problem.objective, with_label=False)}"
    click.echo(f"{head} over {counted(len(problem.variables), 'variable cells')}")
    table = factors_table(found) if isinstance(found, FactorCounts) else methods_table(found)
    print_wide(table)
    click.echo(factors_verdict(found) if isinstance(found, FactorCounts) else methods_verdict(found))
    for plot in done.plots:
        click.echo(f"drawn: {plot}")
    click.echo(f"written: {done.output} ({', '.join(done.sheets)})")


def methods_table(found: Comparison) -> Table:
    """Lay out the methods, a row each."""
    heads = ["method", "objective", "distance", "steps", "evaluations", "seconds"]
    heads += ["hidden RMSE"] if found.hold_out is not None else []
    heads += ["median of starts", "reach the best"] if found.options.starts else []
    table = _table([*heads, "ended"])
    for entry in found.entries:
        result, distance = entry.result, found.distance(entry)
        row = [
            shown(entry.method),
            _number(entry.objective_end, ".8g"),
            _number(distance, ".1e"),
            *(["-"] * 3 if result is None else _costs(result)),
        ]
        if found.hold_out is not None:
            row.append(_number(entry.hold_out_rmse, ".3f"))
        if found.options.starts:
            row += ["-"] * 2 if entry.starts is None else _spread(found, entry.starts)
        table.add_row(*row, STATUSES.get(entry.status, entry.status))
    return table


def factors_table(found: FactorCounts) -> Table:
    """Lay out the numbers of factors, a row each."""
    table = _table(["factors", "free numbers", "fitted RMSE", "hidden RMSE", "standard error", "seconds", ""])
    for place in range(len(found.factors)):
        mark = {found.overfits_from: "over-fitting begins", found.best: "predicts best"}.get(place, "")
        table.add_row(
            f"{found.factors[place]}",
            f"{found.numbers[place]:,}",
            f"{found.fit_rmse[place]:.4f}",
            f"{found.hold_out_rmse[place]:.3f}",
            f"{found.standard_error[place]:.3f}",
            f"{found.seconds[place]:.1f}",
            mark,
        )
    return table


def _table(heads: list[str]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for place, head in enumerate(heads):
        table.add_column(head, justify="left" if place in (0, len(heads) - 1) else "right")
    return table


def _costs(result: Solution) -> list[str]:
    return [f"{result.iterations:,}", f"{result.evaluations:,}", f"{result.seconds:.2f}"]


def _spread(found: Comparison, starts: Starts) -> list[str]:
    return [f"{starts.quantile(0.5):.8g}", f"{found.share_best(starts):.0%}"]


def _number(value: float | None, form: str) -> str:
    return "-" if value is None else format(value, form)


def as_dict(done: Compared) -> dict[str, Any]:
    """Give the result under the keys that docs/reference/json.md lists."""
    found = done.found
    problem = found.problem
    return {
        "workbook": str(problem.source),
        "sheet": problem.sheet,
        "objective": problem.objective.address,
        "goal": problem.objective.goal,
        "variables": len(problem.variables),
        **(_factors_dict(found) if isinstance(found, FactorCounts) else _methods_dict(found)),
        "warnings": [with_flags(warning) for warning in done.warnings],
        "other_sheets": list(done.other_sheets),
        "command": done.command,
        "output": str(done.output),
        "sheets": list(done.sheets),
        "plots": [str(plot) for plot in done.plots],
    }


def _methods_dict(found: Comparison) -> dict[str, Any]:
    agreement, hold_out = found.agreement, found.hold_out
    return {
        "objective_start": found.objective_start,
        "best": found.best,
        "seed": found.options.seed,
        "methods": [_method_dict(found, entry) for entry in found.entries],
        "hold_out": hold_out and {"hidden": len(hold_out.hidden.ratings), "fitted": len(hold_out.seen.ratings)},
        "agreement": agreement
        and {
            "methods": list(agreement.methods),
            "of": agreement.of,
            "largest": agreement.largest.tolist(),
            "mean": agreement.mean.tolist(),
            "largest_unrated": None if agreement.largest_unrated is None else agreement.largest_unrated.tolist(),
        },
    }


def _method_dict(found: Comparison, entry: Entry) -> dict[str, Any]:
    result, starts = entry.result, entry.starts
    rates = result and result.learning_rates
    return {
        "method": entry.method,
        "objective_end": entry.objective_end,
        "distance": found.distance(entry),
        "iterations": result and result.iterations,
        "evaluations": result and result.evaluations,
        "gradients": result and result.gradients,
        "seconds": result and result.seconds,
        "status": entry.status,
        "message": with_flags(entry.message),
        "learning_rate": rates and rates.chosen,
        "search": {"trials": len(rates.tried), "evaluations": rates.evaluations, "seconds": rates.seconds}
        if rates and len(rates.tried)
        else None,
        "rmse": found.rmse(entry),
        "hold_out_rmse": entry.hold_out_rmse,
        "starts": starts
        and {
            "objectives": [_finite(end) for end in starts.objectives.tolist()],
            "median": _finite(starts.quantile(0.5)),
            "lower_quartile": _finite(starts.quantile(0.25)),
            "upper_quartile": _finite(starts.quantile(0.75)),
            "share_best": found.share_best(starts),
            "evaluations": starts.evaluations,
            "seconds": starts.seconds,
        },
    }


def _factors_dict(found: FactorCounts) -> dict[str, Any]:
    begins = found.overfits_from
    return {
        "seed": found.seed,
        "own_factors": found.factorization.n_factors,
        "factors": [
            {
                "factors": int(found.factors[place]),
                "numbers": int(found.numbers[place]),
                "fit_rmse": float(found.fit_rmse[place]),
                "hold_out_rmse": float(found.hold_out_rmse[place]),
                "standard_error": float(found.standard_error[place]),
                "evaluations": int(found.evaluations[place]),
                "seconds": float(found.seconds[place]),
            }
            for place in range(len(found.factors))
        ],
        "mean_rmse": found.mean_rmse,
        "best_factors": int(found.factors[found.best]),
        "overfits_from": None if begins is None else int(found.factors[begins]),
    }


def _finite(value: float) -> float | None:
    return value if isfinite(value) else None
