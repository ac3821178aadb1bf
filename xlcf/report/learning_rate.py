"""The sheet `Learning rate`: the rates that were tried, the one taken, and the schedule, with a chart of each."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
from xlsxwriter.chart import Chart
from xlsxwriter.workbook import Workbook

from xlcf.arrays import Integers
from xlcf.report.cells import write_number, write_text
from xlcf.report.line_chart import Axis, Points, add_line, add_mark, line_chart, line_dash
from xlcf.report.method_colours import method_colour
from xlcf.report.page import LEFT, Page, chart_rows
from xlcf.report.style import AMBER_PALE
from xlcf.report.table import Column, numbers, write_table
from xlcf.solver.solution import LearningRates, Solution

MOST_EPOCHS = 200

_WIDTH = 13
_CHART_ROW, _CHART_COLUMNS = 3, 6
_CHART_PIXELS = (560, 385)
_TOP = _CHART_ROW + chart_rows(_CHART_PIXELS)
_FIRST = _TOP + 2
_PRINTED = 20  # rows below the charts
_SMALL = 0.01  # losses under this share of the start are told apart on a log scale only


def write_learning_rates(book: Workbook, name: str, results: Sequence[Solution]) -> None:
    """Add the sheet for the fits by gradient descent among `results`; without any there is no sheet."""
    runs = [(result.method, result.learning_rates) for result in results if result.learning_rates is not None]
    if runs:
        _LearningRateSheet(book, name, runs).write()


class _LearningRateSheet:
    def __init__(self, book: Workbook, name: str, runs: list[tuple[str, LearningRates]]) -> None:
        self.book, self.name, self.runs = book, name, runs
        self.searched = [(method, rates) for method, rates in runs if len(rates.tried)]
        self.page = Page(book, name, "Learning rate", self._subtitle(), pages=(1, 1))

    def write(self) -> None:
        self.page.columns([_WIDTH] * (2 * _CHART_COLUMNS + 1))
        left = LEFT
        charts = []
        if self.searched:
            charts.append(self._trials(left))
            left += max(_CHART_COLUMNS, len(self.searched) + 2)
        charts.append(self._schedules(left))
        for place, chart in enumerate(charts):
            self.page.chart_at(_CHART_ROW, LEFT + place * _CHART_COLUMNS, chart, _CHART_PIXELS)
        right = max(LEFT + len(charts) * _CHART_COLUMNS, left + len(self.runs))
        last = _FIRST + max(len(self._epochs), *(len(rates.tried) for _, rates in self.runs)) - 1
        self.page.print_table((_FIRST - 1, _FIRST - 1), last, right, _PRINTED)

    def _subtitle(self) -> str:
        if not self.searched:
            return "The rate was given. In the fit it falls to 0 along half a cosine."
        count = len(self.searched[0][1].tried)
        return (
            f"{count} rates are tried in short runs; suggested, and taken, is the largest that ends about as low as "
            "the best (the diamond). In the fit it falls to 0 along half a cosine."
        )

    def _trials(self, left: int) -> Chart:
        tried = self.searched[0][1].tried
        columns = [numbers("Learning rate", _WIDTH, tried.tolist(), "0.0E+00", role="number")]
        for method, rates in self.searched:
            losses = [end if np.isfinite(end) else None for end in rates.losses.tolist()]
            columns.append(numbers(method, _WIDTH, losses, "0.0000", role="number"))
        self._table(left, "Loss after a trial, as a share of that at the start; blank: it diverged", columns)
        ends = np.stack([rates.losses for _, rates in self.searched])
        finite = ends[np.isfinite(ends)]
        log = bool(finite.size and 0 < finite.min() < _SMALL)
        chart = line_chart(
            self.book,
            "Finding the learning rate",
            Axis("learning rate", float(tried.min()), self._last_drawn(), log=True, number="0E+0"),
            Axis("loss after the trial (start = 1)", log=log, number="0E+0" if log else "0.0"),
            unlisted=range(len(self.searched), 2 * len(self.searched)),
        )
        taken = self.page.style("number", num_format="0.0000", bold=True, bg_color=AMBER_PALE)
        for column, (method, rates) in enumerate(self.searched, left + 1):
            chosen = int(np.argmax(rates.tried == rates.chosen))
            write_number(self.page.sheet, _FIRST + chosen, column, float(rates.losses[chosen]), taken)
            points = Points(self.name, _FIRST, _FIRST + len(tried) - 1, left, column)
            add_line(chart, method, points, method_colour(method), dash=line_dash(method), dots=True)
        for column, (method, rates) in enumerate(self.searched, left + 1):
            row = _FIRST + int(np.argmax(rates.tried == rates.chosen))
            point = Points(self.name, row, row, left, column)
            label = f"suggested: {rates.chosen:.2g}" if len(self.searched) == 1 else None
            add_mark(chart, f"{method}: suggested", point, method_colour(method), label, below=True)
        return chart

    def _last_drawn(self) -> float:
        """Give the right end of the chart of trials: a little beyond the last that did not diverge."""
        tried = self.searched[0][1].tried
        alive = np.any([np.isfinite(rates.losses) for _, rates in self.searched], axis=0)
        return float(min(tried[-1], 10 * tried[alive].max(initial=tried[1])))

    def _schedules(self, left: int) -> Chart:
        last, epochs = self._last_epoch, self._epochs
        columns = [numbers("Epoch", _WIDTH, epochs.tolist(), "#,##0", role="number")]
        for method, rates in self.runs:
            schedule = rates.schedule[epochs[epochs <= len(rates.schedule)] - 1]
            columns.append(numbers(method, _WIDTH, schedule.tolist(), "0.000E+00", role="number"))
        self._table(left, "The rate of each epoch", columns)
        chart = line_chart(self.book, "The schedule", Axis("epoch", 0, last, number="#,##0"), Axis("learning rate", 0))
        for column, (method, rates) in enumerate(self.runs, left + 1):
            shown = int((epochs <= len(rates.schedule)).sum())
            points = Points(self.name, _FIRST, _FIRST + max(0, shown - 1), left, column)
            add_line(chart, method, points, method_colour(method), dash=line_dash(method))
        return chart

    @property
    def _last_epoch(self) -> int:
        return max(len(rates.schedule) for _, rates in self.runs)

    @cached_property
    def _epochs(self) -> Integers:
        """The epochs that are listed: evenly spread, the first and the last among them."""
        return np.unique(np.linspace(1, max(1, self._last_epoch), MOST_EPOCHS).round().astype(np.int64))

    def _table(self, left: int, note: str, columns: list[Column]) -> None:
        write_text(self.page.sheet, _TOP, left, note, self.page.style("subtitle"))
        write_table(self.page, columns, _TOP + 1, left)
