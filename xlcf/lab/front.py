"""The first sheet: what is in the laboratory, what comes out of it, and the data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from xlcf.lab.charts import step_chart
from xlcf.lab.data_block import DataBlock
from xlcf.lab.hyperparameters import NUDGE
from xlcf.lab.problem import LabProblem
from xlcf.lab.results_table import write_results_table
from xlcf.lab.rules import RULES
from xlcf.lab.step_sheet import StepSheet
from xlcf.lab.trajectory import NUDGE_BY
from xlcf.report.area import cell_name
from xlcf.report.cells import merge_text, write_number, write_text
from xlcf.report.page import LEFT, Page, chart_rows

_RIGHT = 15
_IDEA_RIGHT = 10
_FIRST_WIDTH, _WIDTH = 17.0, 9.6
_CHART_PIXELS = (560, 374)
_SECOND_CHART, _SECOND_BLOCK = 8, 6

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
        groups: Sequence[tuple[LabProblem, Sequence[StepSheet]]],
        decay: StepSheet,
    ) -> None:
        title, subtitle = "The optimizer laboratory", "Seven ways downhill, in live formulas"
        self._page = Page(book, sheet.get_name(), title, subtitle, sheet=sheet)
        self._groups = groups
        self._decay = decay

    def write(self) -> None:
        """Write all of it."""
        page = self._page
        page.columns([_FIRST_WIDTH, *[_WIDTH] * (_RIGHT - LEFT)])
        page.banner(_WHAT)
        for text in _HOW:
            page.paragraph(text)
        page.row += 1
        self._write_charts()
        for problem, sheets in self._groups:
            page.section(problem.title)
            page.paragraph(problem.about)
            write_results_table(page, problem, sheets)
            page.row += 1
        page.links("Weight decay", [(self._decay.name, _DECAY)])
        self._write_methods()
        self._write_data()

    def _write_charts(self) -> None:
        self._page.section("Who gets there first")
        for column, (problem, sheets) in zip((LEFT, _SECOND_CHART), self._groups, strict=True):
            lines = [each.line(each.tracks[0].rule.title, "loss") for each in sheets]
            chart = step_chart(self._page.book, f"{problem.title}: loss", "mean squared error", lines, log=True)
            self._page.chart_at(self._page.row, column, chart, _CHART_PIXELS)
        self._page.row += chart_rows(_CHART_PIXELS)

    def _write_methods(self) -> None:
        page = self._page
        page.section("The methods")
        for rule in RULES:
            parts = ((LEFT, LEFT, rule.title, "label"), (LEFT + 1, _IDEA_RIGHT, rule.idea, "value"))
            page.texts([*parts, (_IDEA_RIGHT + 1, _RIGHT, rule.source, "note")])
        page.row += 1

    def _write_data(self) -> None:
        page = self._page
        page.section("The data, and where the parameters start")
        (line, _), (user, _) = self._groups
        line_block, user_block = DataBlock(page, line), DataBlock(page, user)
        end = line_block.write_examples(page.row, LEFT)
        below = user_block.write_examples(page.row, _SECOND_BLOCK) + 1
        line_block.write_parameters(below, _SECOND_BLOCK)
        user_block.write_parameters(below, _SECOND_BLOCK + 4)
        self._write_nudge(below, _SECOND_BLOCK + 8)
        page.row = end + 1
        page.note(_CREDIT)

    def _write_nudge(self, row: int, column: int) -> None:
        page = self._page
        write_text(page.sheet, row, column, NUDGE.title, page.style("header"))
        write_number(page.sheet, row + 1, column, NUDGE_BY, page.style("input", num_format="General"))
        page.sheet.data_validation(row + 1, column, row + 1, column, NUDGE.validation())
        page.book.define_name(NUDGE.name, f"={cell_name(row + 1, column, page.sheet.get_name())}")
        merge_text(page.sheet, row + 2, column, column + 1, NUDGE.meaning, page.style("note"), last_row=row + 3)
