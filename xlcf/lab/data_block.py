"""The data of a problem on the first sheet, under the names by which all formulas call it."""

from __future__ import annotations

from xlsxwriter.utility import quote_sheetname, xl_range_abs, xl_rowcol_to_cell

from xlcf.lab.problem import LabProblem
from xlcf.report.cells import merge_text, write_formula, write_number, write_text
from xlcf.report.page import Page
from xlcf.report.style import decimals_of

_LABEL_COLUMNS = 3  # a label is spread over so many


class DataBlock:
    """The examples of a problem and, in another place, where its parameters start and what is best."""

    def __init__(self, page: Page, problem: LabProblem) -> None:
        self._page, self._sheet, self._style = page, page.sheet, page.style
        self._problem = problem

    def write_examples(self, top: int, left: int) -> int:
        """Write a heading and one row an example; give the 0-based row after the last."""
        problem, header = self._problem, self._style("header")
        write_text(self._sheet, top, left, problem.example, header)
        if problem.labels:
            merge_text(self._sheet, top, left + 1, left + _LABEL_COLUMNS, "title", self._style("header_text"))
        target = left + 1 + (_LABEL_COLUMNS if problem.labels else 0)
        write_text(self._sheet, top, target, problem.target, header)
        for place, parameter in enumerate(problem.parameters, target + 1):
            write_text(self._sheet, top, place, parameter.factor or f"of {parameter.name}", header)
        first, last = top + 1, top + len(problem)
        numbers = [self._style("cell", num_format=decimals_of(values)) for values in (problem.targets, problem.factors)]
        for number, row in enumerate(range(first, last + 1)):
            write_number(self._sheet, row, left, number + 1, self._style("id", align="center", indent=0))
            if problem.labels:
                merge_text(
                    self._sheet,
                    row,
                    left + 1,
                    left + _LABEL_COLUMNS,
                    problem.labels[number],
                    self._style("text"),
                )
            write_number(self._sheet, row, target, float(problem.targets[number]), numbers[0])
            for place, value in enumerate(problem.factors[number].tolist(), target + 1):
                write_number(self._sheet, row, place, value, numbers[1])
        self._name(problem.targets_name, xl_range_abs(first, target, last, target))
        for place, parameter in enumerate(problem.parameters, target + 1):
            if parameter.factors_name is not None:
                self._name(parameter.factors_name, xl_range_abs(first, place, last, place))
        self._targets = xl_range_abs(first, target, last, target)
        self._factors = xl_range_abs(first, target + 1, last, target + len(problem.parameters))
        return last + 1

    def write_parameters(self, top: int, left: int) -> None:
        """Write start and best value of each parameter and the least loss.

        The best values solve the normal equations; `write_examples` comes first.
        """
        problem, best = self._problem, self._problem.best()
        for column, text in enumerate((problem.key, "start", "best"), left):
            write_text(self._sheet, top, column, text, self._style("header"))
        first, last = top + 1, top + len(best)
        for row, parameter, start in zip(
            range(first, last + 1), problem.parameters, problem.start.tolist(), strict=True
        ):
            write_text(self._sheet, row, left, parameter.name, self._style("id", align="center", indent=0))
            write_number(self._sheet, row, left + 1, start, self._style("input", num_format="General"))
            self._name(parameter.start_name, xl_rowcol_to_cell(row, left + 1, True, True))
            self._name(parameter.best_name, xl_rowcol_to_cell(row, left + 2, True, True))
        x, y = self._factors, self._targets
        equations = f"=MMULT(MINVERSE(MMULT(TRANSPOSE({x}),{x})),MMULT(TRANSPOSE({x}),{y}))"
        cell = self._style("cell", num_format="0.0000")
        self._sheet.write_array_formula(first, left + 2, last, left + 2, f"{{{equations}}}", cell, float(best[0]))
        for row, value in zip(range(first + 1, last + 1), best[1:].tolist(), strict=True):
            self._sheet.write_number(row, left + 2, value, cell)
        loss = "=" + problem.least_loss_formula().replace(" ", "")
        write_text(self._sheet, last + 1, left, "loss", self._style("id", align="center", indent=0))
        self._sheet.write_blank(last + 1, left + 1, None, self._style("cell"))
        write_formula(
            self._sheet, last + 1, left + 2, loss, problem.least_loss(), self._style("cell", num_format="0.000000")
        )
        self._name(problem.least_name, xl_rowcol_to_cell(last + 1, left + 2, True, True))

    def _name(self, name: str, area: str) -> None:
        self._page.book.define_name(name, f"={quote_sheetname(self._sheet.get_name())}!{area}")
