"""`xlcf lab`: gradient descent in live formulas, as a workbook."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import click

from xlcf.lab.options import LabOptions
from xlcf_cli.console import working
from xlcf_cli.options import json_option, options_from, output_option, quiet_option


@click.command(epilog="Example: xlcf lab -o lab.xlsx --steps 100")
@output_option("The workbook to write.", required=True)
@options_from(LabOptions)
@json_option
@quiet_option
def lab(output: Path, steps: int | None, as_json: bool, quiet: bool) -> None:
    """Write the optimizer laboratory: a workbook to see how gradient descent works.

    SGD, momentum, RMSProp, Adagrad, Adam, AdamW and cosine restarts find a line through 29 points and the factors of
    one user: a sheet each, a row a step, a live formula in every cell. Change a hyperparameter, and the curve follows.
    """
    with working("Taking the steps ...", quiet=quiet):
        from xlcf.lab import write_lab

        sheets = write_lab(output, steps=steps)
    if as_json:
        click.echo(json.dumps({"output": str(output), "sheets": [asdict(sheet) for sheet in sheets]}, indent=2))
    elif not quiet:
        for sheet in sheets:
            click.echo(f"{sheet.sheet:20}  {sheet.steps:,} steps: loss {sheet.loss_start:.6g} -> {sheet.loss_end:.6g}")
        click.echo(f"{output}: begin with its first sheet, Lab.")
