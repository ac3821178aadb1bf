"""`xlcf compare`: every method on one model, side by side; or the same model with several numbers of factors."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from xlcf.comparing.options import CompareOptions, ExcelResult, FactorCountOptions, PlotOptions
from xlcf.options import options_of
from xlcf_cli.console import notices, with_flags, working
from xlcf_cli.options import (
    FILE,
    json_option,
    made_from,
    options_from,
    output_option,
    quiet_option,
    sheet_option,
)
from xlcf_cli.threads import keep_to_one_thread

if TYPE_CHECKING:
    from xlcf.bridge.compare import Compared


@click.command(epilog="Example: xlcf compare book.xlsx --methods solver,scipy,adam --seeds 5 --plot race.png")
@click.argument("workbook", type=FILE)
@output_option("Where to write.  [default: BOOK.compared.xlsx]")
@sheet_option("The sheet whose Solver model to fit.")
@options_from(CompareOptions)
@options_from(ExcelResult)
@options_from(FactorCountOptions, leave_out=("seed",))
@options_from(PlotOptions)
@json_option
@quiet_option
@click.pass_context
def compare(
    context: click.Context,
    /,
    workbook: Path,
    output: Path | None,
    sheet: str | None,
    factors: int | tuple[int, ...] | None,
    plots: tuple[Path, ...],
    as_json: bool,
    quiet: bool,
    **options: Any,
) -> None:
    """Fit the model in WORKBOOK by every method from the same start, and show what each reaches and costs.

    A copy of the workbook gets new sheets: Compare, Convergence, Agreement and more; nothing else in it is changed.
    """
    keep_to_one_thread()
    with notices(quiet=quiet) as collect, working("Comparing ...", quiet=quiet):
        where: dict[str, Any] = {"sheet": sheet, "output": output, "plots": plots, "notice": collect}
        done = (
            _of_methods(workbook, options, where)
            if factors is None
            else _of_factors(context, workbook, factors, options, where)
        )
    from xlcf_cli.comparison_output import as_dict, show

    if as_json:
        click.echo(json.dumps(as_dict(done), indent=2))
    elif not quiet:
        show(done)


def _of_methods(workbook: Path, options: dict[str, Any], where: dict[str, Any]) -> Compared:
    from xlcf.bridge.compare import compare_workbook

    excel = made_from(ExcelResult, options)
    return compare_workbook(workbook, made_from(CompareOptions, options), excel=excel, **where)


def _of_factors(
    context: click.Context,
    workbook: Path,
    factors: int | tuple[int, ...],
    options: dict[str, Any],
    where: dict[str, Any],
) -> Compared:
    for kind in (CompareOptions, ExcelResult):
        for name in options_of(kind).keys() - options_of(FactorCountOptions).keys():
            if context.get_parameter_source(name) is not click.core.ParameterSource.DEFAULT:
                sentence = f"`factors` compares numbers of factors, not methods; leave out `{name}`."
                raise click.UsageError(with_flags(sentence))
    from xlcf.bridge.compare import compare_factors_of_workbook

    chosen = FactorCountOptions(factors, options["seed"])  # type: ignore[arg-type]
    return compare_factors_of_workbook(workbook, chosen.factors, seed=chosen.seed, **where)
