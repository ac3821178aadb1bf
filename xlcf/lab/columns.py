"""The columns of a sheet of steps: which there are, and the formula of each cell."""

from __future__ import annotations

import re
from dataclasses import dataclass

from xlsxwriter.utility import xl_rowcol_to_cell

from xlcf.arrays import Floats
from xlcf.lab.hyperparameters import Settings
from xlcf.lab.problem import LabProblem
from xlcf.lab.rule import Rule
from xlcf.lab.trajectory import Trajectory, trajectory

# [gradient]; [m before], in the row above; [value of a], the parameter a's
_NAME = re.compile(r"\[(?P<name>\w+)(?P<before> before)?(?: of (?P<parameter>\w+))?\]")


@dataclass(frozen=True)
class SheetColumn:
    """One column of a sheet of steps.

    Attributes:
        name: as formulas call it; see `Quantity`.
        parameter: whose it is, or None where there is one for all parameters.
        method: whose it is, or None where the methods of a sheet share it.
        group: the heading over it and its neighbours of the same quantity.
        words: how it is computed, for a person.
        formula: what its cells compute from the first step on, without the leading `=`.
        start: what the cell of the start holds: a number, the name of another cell or a formula, or None for blank.
        values: shape (steps + 1,), the numbers, the start first.

    """

    name: str
    parameter: str | None
    method: str | None
    group: str
    words: str
    formula: str
    start: float | str | None
    values: Floats


@dataclass(frozen=True)
class Track:
    """A method on a sheet, with its settings and where they lead."""

    problem: LabProblem
    rule: Rule
    settings: Settings
    trajectory: Trajectory

    @classmethod
    def of(cls, problem: LabProblem, rule: Rule, settings: Settings, steps: int) -> Track:
        """Take the steps."""
        return cls(problem, rule, settings, trajectory(problem, rule, settings, steps))


class Columns:
    """The columns of a sheet of one or more tracks, and the addresses that its formulas need.

    Attributes:
        all: the columns, from the left.
        left: 0-based column of the first.
        top: 0-based row of the start; that of step n is n rows below.

    """

    def __init__(self, tracks: tuple[Track, ...], left: int, top: int) -> None:
        self.left = left
        self.top = top
        self.all = _shared_columns(tracks[0])
        for track in tracks:
            self.all += _track_columns(track, several=len(tracks) > 1)
        self._place = {(each.name, each.parameter, each.method): at for at, each in enumerate(self.all, left)}

    def find(self, name: str, parameter: str | None = None, method: str | None = None) -> int:
        """Give the 0-based column of a quantity: the parameter's own or else the shared one, likewise the method's."""
        for key in ((name, parameter, method), (name, None, method), (name, None, None)):
            if key in self._place:
                return self._place[key]
        raise KeyError(f"no column {name} of {parameter} by {method}")

    def formula(self, column: SheetColumn, step: int) -> str | None:
        """Write the formula of a cell, with `=`; None where it is blank or a number."""
        text = column.formula if step else column.start
        if not isinstance(text, str):
            return None

        def address(match: re.Match[str]) -> str:
            at = self.find(match["name"], match["parameter"] or column.parameter, column.method)
            return str(xl_rowcol_to_cell(self.top + step - bool(match["before"]), at))

        return "=" + _NAME.sub(address, text).replace(" ", "")


def in_words(formula: str) -> str:
    """Write a formula's pattern for a person: `[m before]` -> `m before`, `*` -> `·`."""
    text = _NAME.sub(lambda match: match["name"] + (match["before"] or ""), formula)
    return text.replace("*", "·").replace(" - ", " \N{MINUS SIGN} ")


def _shared_columns(track: Track) -> list[SheetColumn]:
    problem, values = track.problem, track.trajectory.values
    number = f"MOD([step] - 1, ROWS({problem.targets_name})) + 1"

    def shared(
        name: str, group: str, words: str, formula: str, numbers: Floats, start: float | None = None
    ) -> SheetColumn:
        return SheetColumn(name, None, None, group, words, formula, start, numbers)

    columns = [
        shared("step", "Step", "", "[step before] + 1", values["step"], start=0.0),
        shared("example", problem.example.capitalize(), "in turn", number, values["example"]),
    ]
    for place, parameter in enumerate(problem.parameters):
        if parameter.factor is not None:
            formula = f"INDEX({parameter.factors_name}, [example])"
            numbers = values["factor"][:, place]
            columns.append(shared(parameter.factor, parameter.factor, "of it", formula, numbers))
    target = f"INDEX({problem.targets_name}, [example])"
    columns.append(shared("target", problem.target, "of it", target, values["target"]))
    return columns


def _track_columns(track: Track, *, several: bool) -> list[SheetColumn]:
    problem, rule, values = track.problem, track.rule, track.trajectory.values
    prefix = f"{rule.title}: " if several else ""

    def single(name: str, group: str, formula: str, words: str = "", start: float | str | None = None) -> SheetColumn:
        words = words or in_words(formula)
        return SheetColumn(name, None, rule.method, prefix + group, words, formula, start, values[name])

    def each(
        name: str, group: str, formulas: list[str], words: str, starts: list[float | str | None]
    ) -> list[SheetColumn]:
        return [
            SheetColumn(name, parameter, rule.method, prefix + group, words, formula, start, values[name][:, place])
            for place, (parameter, formula, start) in enumerate(zip(problem.names, formulas, starts, strict=True))
        ]

    count = len(problem.parameters)
    blank: list[float | str | None] = [None] * count
    gradients = [
        "2 * [error]" + (f" * [{parameter.factor}]" if parameter.factor else "") for parameter in problem.parameters
    ]
    columns = [
        *each("value", "Before the step", ["[new before]"] * count, "as after the last one", blank),
        single("prediction", "Prediction", problem.prediction_formula(), _prediction_in_words(problem)),
        single("error", "Error", "[prediction] - [target]", f"prediction \N{MINUS SIGN} {problem.target}"),
        *each("gradient", "Gradient of error²", gradients, "2 · error · what it multiplies", blank),
        *each(
            "slope",
            "Finite difference",
            _slope_formulas(problem),
            "(error² nudged up \N{MINUS SIGN} down) / (2 · nudge)",
            blank,
        ),
    ]
    for quantity in rule.quantities:
        words = in_words(quantity.formula)
        if quantity.shared:
            columns.append(single(quantity.name, quantity.title, quantity.formula, words, quantity.start))
        else:
            starts = [
                parameter.start_name if quantity.name == "new" else quantity.start for parameter in problem.parameters
            ]
            columns += each(quantity.name, quantity.title, [quantity.formula] * count, words, starts)
    loss = problem.loss_formula("[new of {}]")
    columns.append(single("loss", "Loss", loss, f"mean error² of all {len(problem)}", loss))
    return columns


def _slope_formulas(problem: LabProblem) -> list[str]:
    up, down = ([problem.prediction_formula(name, by) for name in problem.names] for by in ("+ nudge", "- nudge"))
    return [
        f"(({above} - [target])^2 - ({below} - [target])^2) / (2 * nudge)"
        for above, below in zip(up, down, strict=True)
    ]


def _prediction_in_words(problem: LabProblem) -> str:
    terms = [f"{each.name} · {each.factor}" if each.factor else each.name for each in problem.parameters]
    return " + ".join(terms if len(terms) <= 2 else [terms[0], "...", terms[-1]])
