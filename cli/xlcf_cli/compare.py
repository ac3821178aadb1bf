"""`xlcf compare`: every method on one model, side by side; or the same model with several numbers of factors."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from xlcf.fitting.methods import METHODS
from xlcf_cli.console import notice, working
from xlcf_cli.threads import keep_to_one_thread

if TYPE_CHECKING:
    from xlcf.bridge.compare import Compared

_OF_METHODS = ("methods", "seeds", "epochs", "learning_rate", "max_iterations", "excel_value", "excel_workbook")


def _methods(_context: click.Context, _option: click.Parameter, text: str | None) -> tuple[str, ...]:
    """Read `solver,scipy,adam`."""
    if text is None:
        return ()
    names = tuple(name.strip().lower() for name in text.split(","))
    for name in names:
        if name not in METHODS:
            raise click.BadParameter(f"there is no method {name!r}; choose from {', '.join(METHODS)}.")
    return names


def _factors(_context: click.Context, _option: click.Parameter, text: str | None) -> tuple[int, ...] | None:
    """Read `1,2,3,5`."""
    if text is None:
        return None
    try:
        return tuple(int(part) for part in text.split(","))
    except ValueError:
        raise click.BadParameter(f"{text!r} is not whole numbers with commas between them, such as 1,2,3,5.") from None


@click.command(epilog="Example: xlcf compare book.xlsx --methods solver,scipy,adam --seeds 5 --plot race.png")
@click.argument("workbook", type=click.Path(path_type=Path))
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Where to write.  [default: BOOK.compared.xlsx]")
@click.option("--sheet", help="The sheet whose Solver model to fit.  [default: the first usable one]")
@click.option("--methods", metavar="A,B,...", callback=_methods, help=f"Of {', '.join(METHODS)}.  [default: all]")
@click.option("--seeds", metavar="N", type=click.IntRange(min=0), default=0, help="Also try N random starts a method.")
@click.option("--seed", type=click.IntRange(min=0), default=0, help="Seed of random starts and of hidden ratings.")
@click.option("--epochs", type=click.IntRange(min=1), help="For gradient descent.  [default: 2000]")
@click.option(
    "--learning-rate", type=click.FloatRange(min=0, min_open=True), help="For gradient descent.  [default: searched]"
)
@click.option("--max-iterations", type=click.IntRange(min=1), help="Stop every method after so many steps.")
@click.option("--excel-value", type=float, help="The objective that Excel's own Solver reached: a row of the table.")
@click.option(
    "--excel-workbook", type=click.Path(path_type=Path), help="A copy of WORKBOOK that Excel's Solver has solved."
)
@click.option(
    "--factors",
    metavar="1,2,...",
    callback=_factors,
    help="Compare numbers of factors instead, where there are ratings.",
)
@click.option(
    "--plot", "plots", type=click.Path(path_type=Path), multiple=True, help="Draw a picture, .png or .svg; repeatable."
)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@click.option("--quiet", is_flag=True, help="Print nothing but errors and warnings (and JSON, where asked for).")
@click.pass_context
def compare(
    context: click.Context,
    /,
    workbook: Path,
    output: Path | None,
    sheet: str | None,
    factors: tuple[int, ...] | None,
    plots: tuple[Path, ...],
    as_json: bool,
    quiet: bool,
    **options: Any,
) -> None:
    """Fit the model in WORKBOOK by every method from the same start, and show what each reaches and costs.

    A copy of the workbook gets new sheets: Compare, Convergence, Agreement and more; nothing else in it is changed.
    """
    keep_to_one_thread()
    said: list[str] = []
    where: dict[str, Any] = {"sheet": sheet, "output": output, "plots": plots, "notice": said.append}
    try:
        with working("Comparing ...", quiet=quiet):
            done = (
                _of_methods(workbook, options, where)
                if factors is None
                else _of_factors(context, workbook, factors, options, where)
            )
    finally:  # where the work fails, a warning may say why
        for sentence in said:
            if not quiet or sentence.startswith("WARNING"):
                notice(sentence)
    from xlcf_cli.comparison_output import as_dict, show

    if as_json:
        click.echo(json.dumps(as_dict(done), indent=2))
    elif not quiet:
        show(done)


def _of_methods(workbook: Path, options: dict[str, Any], where: dict[str, Any]) -> Compared:
    from xlcf.bridge.compare import ExcelResult, compare_workbook
    from xlcf.comparing.options import CompareOptions

    excel = ExcelResult(options.pop("excel_value"), options.pop("excel_workbook"))
    return compare_workbook(workbook, CompareOptions(starts=options.pop("seeds"), **options), excel=excel, **where)


def _of_factors(
    context: click.Context, workbook: Path, factors: tuple[int, ...], options: dict[str, Any], where: dict[str, Any]
) -> Compared:
    for name in _OF_METHODS:
        if context.get_parameter_source(name) is not click.core.ParameterSource.DEFAULT:
            option = name.replace("_", "-")
            raise click.UsageError(f"--factors compares numbers of factors, not methods; leave out --{option}.")
    from xlcf.bridge.compare import compare_factors_of_workbook

    return compare_factors_of_workbook(workbook, factors, seed=options["seed"], **where)
