"""The laboratory as a workbook."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from xlsxwriter.workbook import Workbook

from xlcf.lab.front import Front
from xlcf.lab.line import LINE
from xlcf.lab.options import LabOptions
from xlcf.lab.rules import RULES
from xlcf.lab.sheets import write_decay_sheet, write_step_sheet
from xlcf.lab.step_sheet import FRONT, StepSheet
from xlcf.lab.user import USER
from xlcf.report.new_book import new_book

ROUNDS: Final = 10
"""Through a problem's examples, where the number of steps is not given."""


@dataclass(frozen=True)
class LabSheet:
    """What a method's sheet holds.

    Attributes:
        sheet: the sheet's name.
        problem: `line` or `user`.
        method: e.g. `adam`.
        steps: how many.
        settings: the hyperparameters by name.
        loss_start: the loss at the start.
        loss_end: the loss after the last step.
        parameters: what the parameters are then, by name.

    """

    sheet: str
    problem: str
    method: str
    steps: int
    settings: Mapping[str, float]
    loss_start: float
    loss_end: float
    parameters: Mapping[str, float]


def write_lab_book(path: Path, steps: int | None, created: datetime | None) -> list[LabSheet]:
    """Write the workbook; see `xlcf.lab.write_lab`."""
    LabOptions(steps)  # checks it
    with new_book(path, "The optimizer laboratory", created) as book:
        return _write(book, steps)


def _write(book: Workbook, steps: int | None) -> list[LabSheet]:
    front = book.add_worksheet(FRONT)
    line, user = (
        [write_step_sheet(book, problem, rule, steps or ROUNDS * len(problem)) for rule in RULES]
        for problem in (LINE, USER)
    )
    decay = write_decay_sheet(book, steps or ROUNDS * len(LINE))
    Front(book, front, ((LINE, line), (USER, user)), decay).write()
    front.activate()
    return [_described(sheet) for sheet in (*line, *user)]


def _described(sheet: StepSheet) -> LabSheet:
    track = sheet.tracks[0]
    loss, end = track.trajectory.loss, track.trajectory.parameters
    return LabSheet(
        sheet=sheet.name,
        problem=track.problem.key,
        method=track.rule.method,
        steps=sheet.steps,
        settings=dict(track.settings),
        loss_start=float(loss[0]),
        loss_end=float(loss[-1]),
        parameters=dict(zip(track.problem.names, end.tolist(), strict=True)),
    )
