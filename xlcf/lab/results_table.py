"""The table of a problem on the first sheet: where each method ends, and with which hyperparameters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from xlsxwriter.utility import quote_sheetname
from xlsxwriter.worksheet import Worksheet

from xlcf.lab.hyperparameters import Hyperparameter
from xlcf.lab.problem import Parameter, Problem
from xlcf.lab.rules import RULES
from xlcf.lab.step_sheet import StepSheet
from xlcf.report.cells import write_formula, write_text
from xlcf.report.style import ACCENT, Style

_MOST_PARAMETERS = 2  # more would not fit beside the hyperparameters
_LOSS, _NUMBER = "0.000000", "0.0000"


@dataclass(frozen=True)
class _Live:
    """A cell that shows another: its formula without `=`, value and number format."""

    formula: str
    value: float
    number: str = "General"


def write_results_table(
    sheet: Worksheet, style: Style, top: int, left: int, problem: Problem, sheets: Sequence[StepSheet]
) -> int:
    """Write a row for each method, linked to its sheet, between the start and the best there is; all cells are live.

    Returns:
        The 0-based row after the last.

    """
    shown = problem.parameters if len(problem.parameters) <= _MOST_PARAMETERS else ()
    hyperparameters = _all_hyperparameters()
    heads = ["loss", *(parameter.name for parameter in shown), *(each.title for each in hyperparameters)]
    write_text(sheet, top, left, f"after {sheets[0].steps:,} steps", style("header_text"))
    for column, head in enumerate(heads, left + 1):
        write_text(sheet, top, column, head, style("header"))
    sheet.set_row(top, 31)
    rows = [("start", _start(problem, shown))]
    rows += [(each.name, _result(each, shown, hyperparameters)) for each in sheets]
    rows.append(("best there is", _best(problem, shown)))
    links = {each.name for each in sheets}
    for row, (title, cells) in enumerate(rows, top + 1):
        if title in links:
            place = f"internal:{quote_sheetname(title)}!A1"
            sheet.write_url(row, left, place, style("text", font_color=ACCENT, underline=1), title)
        else:
            write_text(sheet, row, left, title, style("text"))
        for column in range(left + 1, left + 1 + len(heads)):
            live = cells.get(heads[column - left - 1])
            if live is None:
                sheet.write_blank(row, column, None, style("cell"))
            else:
                write_formula(sheet, row, column, f"={live.formula}", live.value, style("cell", num_format=live.number))
    return top + 1 + len(rows)


def _all_hyperparameters() -> tuple[Hyperparameter, ...]:
    """Give those of all methods, each once, in the order of the methods."""
    return tuple(dict.fromkeys(each for rule in RULES for each in rule.hyperparameters))


def _start(problem: Problem, shown: Sequence[Parameter]) -> dict[str, _Live]:
    formula = problem.loss_formula("start_{}").replace(" ", "")
    cells = {"loss": _Live(formula, problem.loss(problem.start), _LOSS)}
    for parameter, value in zip(shown, problem.start.tolist(), strict=False):
        cells[parameter.name] = _Live(parameter.start_name, value, _NUMBER)
    return cells


def _best(problem: Problem, shown: Sequence[Parameter]) -> dict[str, _Live]:
    best = problem.best()
    cells = {"loss": _Live(problem.least_name, problem.least_loss(), _LOSS)}
    for parameter, value in zip(shown, best.tolist(), strict=False):
        cells[parameter.name] = _Live(parameter.best_name, value, _NUMBER)
    return cells


def _result(
    sheet: StepSheet, shown: Sequence[Parameter], hyperparameters: Sequence[Hyperparameter]
) -> dict[str, _Live]:
    track = sheet.tracks[0]
    cells = {"loss": _Live(sheet.last("loss"), float(track.trajectory.loss[-1]), _LOSS)}
    for parameter, value in zip(shown, track.trajectory.parameters.tolist(), strict=False):
        cells[parameter.name] = _Live(sheet.last("new", parameter.name), value, _NUMBER)
    for each in hyperparameters:
        if each in track.rule.hyperparameters:
            cells[each.title] = _Live(sheet.setting(each.name), track.settings[each.name])
    return cells
