"""Which sheets of steps there are, and the charts on them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from xlsxwriter.chart import Chart
from xlsxwriter.workbook import Workbook

from xlcf.lab.adaptive import ADAM, ADAMW
from xlcf.lab.charts import step_chart
from xlcf.lab.columns import Track
from xlcf.lab.line import LINE, WEIGHT_DECAY
from xlcf.lab.problem import LabProblem
from xlcf.lab.rule import Rule
from xlcf.lab.step_sheet import StepSheet
from xlcf.report.line_chart import line_dash

DECAY_SHEET: Final = "Weight decay"

_DASHES: Final = ("solid", "dash", "round_dot", "long_dash_dot", "square_dot")
_DECAY_IDEA: Final = (
    "Both pull the parameters to 0. Adam adds the pull to the gradient and divides it like one: where gradients are "
    "large, little of it is left. AdamW takes it off by itself, the same share of every parameter."
)


def write_step_sheet(book: Workbook, problem: LabProblem, rule: Rule, steps: int) -> StepSheet:
    """Add the sheet of one method on one problem."""
    track = Track.of(problem, rule, problem.settings[rule.method], steps)
    sheet = StepSheet(book, problem.prefix + rule.title, (track,))
    sheet.write(f"{rule.title}: {_lowered(problem.title)}", rule.idea, _charts(book, sheet, problem))
    return sheet


def write_decay_sheet(book: Workbook, steps: int) -> StepSheet:
    """Add the sheet with Adam and AdamW side by side under the same weight decay."""
    tracks = [Track.of(LINE, rule, WEIGHT_DECAY, steps) for rule in (ADAM, ADAMW)]
    sheet = StepSheet(book, DECAY_SHEET, tracks)

    def both(title: str, quantity: str, name: str, parameter: str | None = None, *, log: bool = False) -> Chart:
        lines = [
            sheet.line(track.rule.title, name, parameter, place, line_dash(track.rule.method))
            for place, track in enumerate(tracks)
        ]
        return step_chart(book, title, quantity, lines, log=log)

    charts = [both(f"{name} after each step", name, "new", name) for name in reversed(LINE.names)]
    charts.append(both("Loss after each step", "mean squared error", "loss", log=True))
    sheet.write(f"Weight decay in Adam and AdamW: {_lowered(LINE.title)}", _DECAY_IDEA, charts)
    return sheet


def _charts(book: Workbook, sheet: StepSheet, problem: LabProblem) -> list[Chart]:
    loss = sheet.line("loss", "loss")
    parameters = [sheet.line(name, "new", name, dash=dash) for name, dash in zip(problem.names, _DASHES, strict=False)]
    charts = [
        step_chart(book, "Loss after each step", "mean squared error", [loss], log=True),
        step_chart(book, f"{_listed(problem.names)} after each step", "value", parameters),
    ]
    if any(quantity.name == "rate" for quantity in sheet.tracks[0].rule.quantities):
        charts.append(step_chart(book, "Learning rate at each step", "rate", [sheet.line("rate", "rate")]))
    return charts


def _lowered(title: str) -> str:
    return title[0].lower() + title[1:]


def _listed(names: Sequence[str]) -> str:
    return " and ".join(names) if len(names) == 2 else f"{names[0]} to {names[-1]}"
