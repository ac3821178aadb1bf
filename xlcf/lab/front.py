"""The first sheet: what is in the laboratory, what comes out of it, and the data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from xlsxwriter.utility import quote_sheetname, xl_rowcol_to_cell
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from xlcf.lab.charts import step_chart
from xlcf.lab.data_block import DataBlock
from xlcf.lab.hyperparameters import NUDGE
from xlcf.lab.problem import Problem
from xlcf.lab.results_table import write_results_table
from xlcf.lab.rules import RULES
from xlcf.lab.step_sheet import StepSheet
from xlcf.lab.trajectory import NUDGE_BY
from xlcf.report.cells import merge_text, write_number, write_text
from xlcf.report.style import Style, line_count, set_up_page, write_heading

_LEFT, _RIGHT = 1, 15
_IDEA_RIGHT = 10
_FIRST_WIDTH, _WIDTH = 17.0, 9.6
_CHART_PIXELS, _CHART_ROWS = (560, 374), 18
_SECOND_CHART, _SECOND_BLOCK = 8, 6
_LINE = 13.5

_WHAT: Final = (
    "Excel's Solver finds a minimum and does not show how. Here each step of gradient descent is shown: a sheet for "
    "each method, a row for each step, and every cell a formula that you can follow and change."
)
_HOW: Final = (
    "Open a method's sheet, below. The cream cells on its left are its hyperparameters: change one and its curves "
    "follow, here too.",
    "Read a row from the left: an example, the prediction for it, the error, the gradient (by the chain rule and, as "
    "its proof, by finite differences beside it), what the method makes of it, the parameters after the step.",
    "The methods are defined as in torch.optim and give its numbers. Where a rate is too high the curve shoots up; "
    "beyond all numbers, cells show #NUM!.",
)
_DECAY: Final = "Adam and AdamW side by side under the same weight decay: where it goes makes all the difference."
_CREDIT: Final = (
    "Ratings and titles: MovieLens ml-latest-small (2016), GroupLens, University of Minnesota; F. M. Harper and "
    "J. A. Konstan 2015, The MovieLens Datasets: History and Context. The movies' factors: found by xlcf fit."
)


class Front:
    """Writes the sheet from the top.

    Args:
        book: the workbook.
        sheet: its first sheet, still empty.
        groups: the problems, each with the sheets of its methods.
        decay: the sheet with Adam and AdamW side by side.

    """

    def __init__(
        self,
        book: Workbook,
        sheet: Worksheet,
        groups: Sequence[tuple[Problem, Sequence[StepSheet]]],
        decay: StepSheet,
    ) -> None:
        self._book = book
        self._sheet = sheet
        self._style = Style(book)
        self._groups = groups
        self._decay = decay
        self._row = 3

    def write(self) -> None:
        """Write all of it."""
        set_up_page(self._sheet)
        self._sheet.set_column(_LEFT, _LEFT, _FIRST_WIDTH)
        self._sheet.set_column(_LEFT + 1, _RIGHT, _WIDTH)
        write_heading(self._sheet, self._style, "The optimizer laboratory", "Seven ways downhill, in live formulas")
        self._paragraph(_WHAT, "banner", 1.2)
        self._row += 1
        for text in _HOW:
            self._paragraph(text)
        self._row += 1
        self._write_charts()
        for problem, sheets in self._groups:
            self._section(problem.title)
            self._paragraph(problem.about)
            self._row = write_results_table(self._sheet, self._style, self._row, _LEFT, problem, sheets) + 1
        self._section("Weight decay")
        self._link(self._decay.name)
        write_text(self._sheet, self._row, _LEFT + 1, _DECAY, self._style("subtitle"))
        self._row += 2
        self._write_methods()
        self._write_data()

    def _write_charts(self) -> None:
        self._section("Who gets there first")
        for column, (problem, sheets) in zip((_LEFT, _SECOND_CHART), self._groups, strict=True):
            lines = [each.line(each.tracks[0].rule.title, "loss") for each in sheets]
            chart = step_chart(self._book, f"{problem.title}: loss", "mean squared error", lines, log=True)
            width, height = _CHART_PIXELS
            chart.set_size({"width": width, "height": height})
            self._sheet.insert_chart(self._row, column, chart, {"object_position": 3})
        self._row += _CHART_ROWS

    def _write_methods(self) -> None:
        self._section("The methods")
        for rule in RULES:
            write_text(self._sheet, self._row, _LEFT, rule.title, self._style("label"))
            width = (_IDEA_RIGHT - _LEFT) * _WIDTH
            merge_text(self._sheet, self._row, _LEFT + 1, _IDEA_RIGHT, rule.idea, self._style("value"))
            merge_text(self._sheet, self._row, _IDEA_RIGHT + 1, _RIGHT, rule.source, self._style("note"))
            lines = max(line_count(rule.idea, width), line_count(rule.source, (_RIGHT - _IDEA_RIGHT) * _WIDTH))
            self._sheet.set_row(self._row, 4 + _LINE * lines)
            self._row += 1
        self._row += 1

    def _write_data(self) -> None:
        self._section("The data, and where the parameters start")
        top = self._row
        (line, _), (user, _) = self._groups
        line_block, user_block = (DataBlock(self._book, self._sheet, self._style, each) for each in (line, user))
        end = line_block.write_examples(top, _LEFT)
        below = user_block.write_examples(top, _SECOND_BLOCK) + 1
        line_block.write_parameters(below, _SECOND_BLOCK)
        user_block.write_parameters(below, _SECOND_BLOCK + 4)
        self._write_nudge(below, _SECOND_BLOCK + 8)
        self._row = end + 1
        self._paragraph(_CREDIT, "note")

    def _write_nudge(self, row: int, column: int) -> None:
        write_text(self._sheet, row, column, NUDGE.title, self._style("header"))
        write_number(self._sheet, row + 1, column, NUDGE_BY, self._style("input", num_format="General"))
        self._sheet.data_validation(row + 1, column, row + 1, column, NUDGE.validation())
        cell = xl_rowcol_to_cell(row + 1, column, True, True)
        self._book.define_name(NUDGE.name, f"={quote_sheetname(self._sheet.get_name())}!{cell}")
        merge_text(self._sheet, row + 2, column, column + 1, NUDGE.meaning, self._style("note"), last_row=row + 3)

    def _section(self, name: str) -> None:
        section = self._style("section")
        write_text(self._sheet, self._row, _LEFT, name, section)
        for column in range(_LEFT + 1, _RIGHT + 1):
            self._sheet.write_blank(self._row, column, None, section)
        self._sheet.set_row(self._row, 20)
        self._sheet.set_row(self._row + 1, 5)
        self._row += 2

    def _paragraph(self, text: str, role: str = "value", size: float = 1.0) -> None:
        merge_text(self._sheet, self._row, _LEFT, _RIGHT, text, self._style(role))
        width = _FIRST_WIDTH + (_RIGHT - _LEFT) * _WIDTH
        self._sheet.set_row(self._row, (10 if size > 1 else 4) + _LINE * size * line_count(text, width * 1.1 / size))
        self._row += 1

    def _link(self, name: str) -> None:
        self._sheet.write_url(self._row, _LEFT, f"internal:{quote_sheetname(name)}!A1", self._style("link"), name)
