"""The table of a problem on the first sheet: where each method ends, and with which hyperparameters."""

from __future__ import annotations

from collections.abc import Sequence

from xlcf.lab.hyperparameters import Hyperparameter
from xlcf.lab.problem import LabProblem, Parameter
from xlcf.lab.rules import RULES
from xlcf.lab.step_sheet import StepSheet
from xlcf.report.cells import Formula
from xlcf.report.page import LEFT, Page
from xlcf.report.table import Column, write_table

_MOST_PARAMETERS = 2  # more would not fit beside the hyperparameters
_HEADER_POINTS = 31
_LOSS, _NUMBER = "0.000000", "0.0000"


Live = tuple[Formula, str]
"""A cell that shows another, and its number format."""


def write_results_table(page: Page, problem: LabProblem, sheets: Sequence[StepSheet]) -> None:
    """Write a row for each method, linked to its sheet, between the start and the best there is; all cells are live."""
    shown = problem.parameters if len(problem.parameters) <= _MOST_PARAMETERS else ()
    hyperparameters = _all_hyperparameters()
    heads = ["loss", *(parameter.name for parameter in shown), *(each.title for each in hyperparameters)]
    rows = [("start", _start(problem, shown))]
    rows += [(each.name, _result(each, shown, hyperparameters)) for each in sheets]
    rows.append(("best there is", _best(problem, shown)))
    top = page.row
    page.sheet.set_row(top, _HEADER_POINTS)
    names = [title for title, _ in rows]
    columns = [Column(f"after {sheets[0].steps:,} steps", page.width(LEFT, LEFT), names, "text")]
    for number, head in enumerate(heads, LEFT + 1):
        live = [cells.get(head) for _, cells in rows]
        formats = [{} if cell is None else {"num_format": cell[1]} for cell in live]
        values = [None if cell is None else cell[0] for cell in live]
        columns.append(Column(head, page.width(number, number), values, "cell", formats.__getitem__))
    page.row = write_table(page, columns, top)
    for row, each in enumerate(sheets, top + 2):
        page.link(row, LEFT, each.name, role="text")


def _all_hyperparameters() -> tuple[Hyperparameter, ...]:
    """Give those of all methods, each once, in the order of the methods."""
    return tuple(dict.fromkeys(each for rule in RULES for each in rule.hyperparameters))


def _live(formula: str, value: float, number: str) -> Live:
    return Formula(f"={formula}", value), number


def _start(problem: LabProblem, shown: Sequence[Parameter]) -> dict[str, Live]:
    formula = problem.loss_formula("start_{}").replace(" ", "")
    cells = {"loss": _live(formula, problem.loss(problem.start), _LOSS)}
    for parameter, value in zip(shown, problem.start.tolist(), strict=False):
        cells[parameter.name] = _live(parameter.start_name, value, _NUMBER)
    return cells


def _best(problem: LabProblem, shown: Sequence[Parameter]) -> dict[str, Live]:
    best = problem.best()
    cells = {"loss": _live(problem.least_name, problem.least_loss(), _LOSS)}
    for parameter, value in zip(shown, best.tolist(), strict=False):
        cells[parameter.name] = _live(parameter.best_name, value, _NUMBER)
    return cells


def _result(sheet: StepSheet, shown: Sequence[Parameter], hyperparameters: Sequence[Hyperparameter]) -> dict[str, Live]:
    track = sheet.tracks[0]
    cells = {"loss": _live(sheet.last("loss"), float(track.trajectory.loss[-1]), _LOSS)}
    for parameter, value in zip(shown, track.trajectory.parameters.tolist(), strict=False):
        cells[parameter.name] = _live(sheet.last("new", parameter.name), value, _NUMBER)
    for each in hyperparameters:
        if each in track.rule.hyperparameters:
            cells[each.title] = _live(sheet.setting(each.name), track.settings[each.name], "General")
    return cells
