"""The sheet `Summary`: what was fitted, how, how well, and how to do it again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import isclose, isfinite

import numpy as np
from xlsxwriter.workbook import Workbook

from xlcf.metrics import mae, rmse, sse
from xlcf.plain_numbers import plain
from xlcf.report.cells import write_formula, write_number, write_text
from xlcf.report.convergence import convergence_chart
from xlcf.report.fit_report import FitReport
from xlcf.report.fit_sheets import fit_sheets
from xlcf.report.matrix import MatrixPlaces
from xlcf.report.model_view import ModelView
from xlcf.report.page import LEFT
from xlcf.report.residuals import ResidualsPlaces, root_mean_square
from xlcf.report.sections import model_facts, model_in_words, other_sheets, summary_page, written_by
from xlcf.report.sheet_names import SheetNames
from xlcf.report.style import decimals_format, error_format
from xlcf.report.verdict import verdict, warnings
from xlcf.solver.constraint_values import ConstraintValue

_KINDS = {
    "rmse": "root of the mean squared error",
    "mse": "mean squared error",
    "sse": "sum of squared errors",
    "root_sse": "root of the sum of squared errors",
}
_GOALS = {"min": "as small as possible", "max": "as large as possible"}
_MOST_CONSTRAINTS = 20  # rows


@dataclass(frozen=True)
class _Words:
    """What a Summary calls the parts of a kind of model."""

    title: str
    done: str
    measures: str
    columns: tuple[str, str]
    again: str


# by whether it is a model of ratings: a profit is not fitted
_WORDS = {
    True: _Words("The fit of", "fitted", "How well it fits", ("Start", "Fitted"), "To repeat this fit"),
    False: _Words("The solution of", "solved", "Objective", ("Before", "After"), "To repeat this"),
}


@dataclass(frozen=True)
class _Measure:
    """One line of the table of errors: values at start and end, and the formula of the latter where it is live."""

    name: str
    start: float | None
    end: float
    formula: str | None = None


def write_summary(book: Workbook, names: SheetNames, report: FitReport) -> None:
    """Add the sheet that says what was fitted, how and how well; it refers to the other sheets by name."""
    _SummarySheet(book, names, report).write()


class _SummarySheet:
    def __init__(self, book: Workbook, names: SheetNames, report: FitReport) -> None:
        self.names = names
        self.report = report
        words = _WORDS[report.of_ratings]
        self.words = words
        title = words.title if report.result.feasible else "No solution of"
        self.page = summary_page(
            book,
            names.summary,
            f"{title} {report.workbook}",
            written_by(f"Sheet {report.sheet}, {words.done}", report.created, report.version),
            verdict(report),
            convergence_chart(book, names, report),
            warnings(report),
        )

    def write(self) -> None:
        page, report = self.page, self.report
        self._measures()
        self._constraints()
        page.facts(f"What was {self.words.done}", self._what())
        page.facts(f"How it was {self.words.done}", self._how())
        if report.result.command:
            page.code(self.words.again, report.result.command)
        other_sheets(page, contents(self.names, report))

    # how well

    def _measures(self) -> None:
        page = self.page
        page.section(self.words.measures)
        page.headers(("", *self.words.columns, "Change"))
        for measure in _measures(self.report, self.names):
            write_text(page.sheet, page.row, LEFT, measure.name, page.style("id", num_format="General"))
            decimals = error_format(measure.end or measure.start or 0.0)
            number, bold = (page.style("number", num_format=decimals, bold=bold) for bold in (False, True))
            write_number(page.sheet, page.row, page.value, measure.start, number)
            if measure.formula is None:
                write_number(page.sheet, page.row, page.value + 1, measure.end, bold)
            else:
                write_formula(page.sheet, page.row, page.value + 1, measure.formula, measure.end, bold)
            self._change(measure)
            page.row += 1
        if self.report.of_ratings:
            page.note(_what_is_measured(self.report.view))
        page.row += 1

    def _change(self, measure: _Measure) -> None:
        page, start, column = self.page, measure.start, self.page.value + 2
        percent = page.style("number", num_format="+0.0%;-0.0%;0.0%")
        if start is None or start == 0 or not isfinite(start) or not isfinite(measure.end / start):
            page.sheet.write_blank(page.row, column, None, percent)
            return
        here = f"{page.row + 1}"
        write_formula(page.sheet, page.row, column, f"=D{here}/C{here}-1", measure.end / start - 1, percent)

    def _constraints(self) -> None:
        """Write the constraints at the end, those that are violated first, then those at their limit."""
        page, constraints = self.page, self.report.constraints
        if not constraints:
            return
        page.section("Constraints")
        page.headers(("", "Cell", "Value", "How it stands"))
        order = ("violated", "binding", "not binding", "ignored")
        shown = sorted(constraints, key=lambda constraint: order.index(constraint.status))[:_MOST_CONSTRAINTS]
        text = page.style("text")
        sizes = [abs(constraint.value) for constraint in shown if isfinite(constraint.value)]
        number = page.style("number", num_format=decimals_format(max(sizes, default=0.0), 7))
        for constraint in shown:
            write_text(page.sheet, page.row, LEFT, constraint.text, page.style("id", num_format="General"))
            write_text(page.sheet, page.row, page.value, constraint.label or constraint.cell, text)
            write_number(page.sheet, page.row, page.value + 1, constraint.value, number)
            write_text(page.sheet, page.row, page.value + 2, _how_it_stands(constraint), text)
            page.row += 1
        if len(shown) < len(constraints):
            page.note(f"{len(shown):,} of {len(constraints):,}; {_summed_up(constraints)}.")
        page.row += 1

    # what and how

    def _what(self) -> list[tuple[str, str]]:
        report = self.report
        cached = report.cached_objective
        kind = _kind_in_words(report.objective_kind or "")
        facts = [
            ("Workbook", report.workbook),
            ("Sheet", report.sheet),
            (
                "Objective",
                f"{report.objective_name}, to be {self._goal()}" + (f": the {kind}" if kind else ""),
            ),
            ("Its formula", report.objective_formula),
            ("Value in the file", "none stored" if cached is None else f"{cached:.7g}"),
            ("Variable cells", f"{len(report.result.x):,}: {report.variable_areas}"),
        ]
        if report.ratings is not None:
            facts.append(("Ratings", _ratings_in_words(report)))
        if report.fitted is not None:
            facts += model_facts(model_in_words(report.fitted.factors))
        return facts

    def _goal(self) -> str:
        target = self.report.target
        return _GOALS.get(self.report.goal, "a set value" if target is None else plain(target, 15))

    def _how(self) -> list[tuple[str, str]]:
        result = self.report.result
        options = ", ".join(f"{name} = {_rounded(value)}" for name, value in result.options.items())
        starts = "one, from the sheet's own numbers" if result.seed is None else "one"
        facts = [
            ("Method", result.method),
            ("Options", options or "the method's own"),
            ("Starts", f"{result.starts}, the best one kept" if result.starts > 1 else starts),
        ]
        if result.seed is not None:
            facts.append(("Seed", str(result.seed)))
        gradients = f", {result.gradients:,} exact gradients" if result.gradients else ""
        return [
            *facts,
            ("Iterations", f"{result.iterations:,}"),
            ("Evaluations", f"{result.evaluations:,} of the objective{gradients}"),
            ("Time", f"{result.seconds:.3f} seconds"),
        ]


def _how_it_stands(constraint: ConstraintValue) -> str:
    match constraint.status:
        case "violated":
            return f"violated by {plain(constraint.violation, 6)}"
        case "binding":
            return "at its limit"
        case "ignored":
            return "ignored, as Solver's options say"
        case _:
            return f"{plain(constraint.slack or 0.0, 6)} from its limit"


def _summed_up(constraints: Sequence[ConstraintValue]) -> str:
    counts = Counter(constraint.status for constraint in constraints)
    words = {"violated": "violated", "binding": "at their limit", "not binding": "not at it", "ignored": "ignored"}
    return ", ".join(f"{counts[status]:,} {words[status]}" for status in words if counts[status])


def _kind_in_words(kind: str) -> str | None:
    """Say what kind of objective it is; None where that is not known."""
    of_errors, _, decay = kind.partition(" + ")
    words = _KINDS.get(of_errors)
    return f"{words}, and {decay}: a multiple of the sum of squares of the variable cells" if words and decay else words


def contents(names: SheetNames, report: FitReport) -> list[tuple[str, str]]:
    """Give name and purpose of each sheet that follows the Summary, in order."""
    last = [(names.convergence, "the objective at each iteration")]
    if report.result.learning_rates is not None:
        last.append((names.learning_rate, "the rates that were tried, and the schedule"))
    last += [(names.further(sheet.name, report.sheet), sheet.shows) for sheet in fit_sheets(report)]
    if not report.of_ratings:
        return [(names.variables, "each variable cell before and after"), *last]
    return [
        (names.factors, "the fitted numbers"),
        (names.predictions, "every user and item, live over the factors"),
        (names.residuals, "rating - prediction, and the largest residuals"),
        (names.recommendations, "the best unrated items of each user"),
        *last,
    ]


def _measures(report: FitReport, names: SheetNames) -> list[_Measure]:
    result = report.result
    objective = report.objective_name if not report.of_ratings else f"Objective {report.objective_cell}"
    if report.fitted is None or not report.ratings:
        return [_Measure(objective, result.objective_start, result.objective_end)]
    view = report.view
    residuals = report.fitted.residuals()
    before = None if report.start is None else report.start.residuals()
    cells = str(ResidualsPlaces(MatrixPlaces(view), names.residuals).residual)
    live = {
        "rmse": (root_mean_square(cells), rmse(residuals)),
        "mse": (f"=SUMSQ({cells})/COUNT({cells})", rmse(residuals) ** 2),
        "sse": (f"=SUMSQ({cells})", sse(residuals)),
        "root_sse": (f"=SQRT(SUMSQ({cells}))", float(np.sqrt(sse(residuals)))),
        "mae": (f"=SUMPRODUCT(ABS({cells}))/COUNT({cells})", mae(residuals)),
    }
    formulas = {kind: formula if view.complete else None for kind, (formula, _) in live.items()}
    kind = report.objective_kind or ""
    # live only where it is the very quantity that the objective cell computes
    same = kind in live and isclose(live[kind][1], result.objective_end, rel_tol=1e-6, abs_tol=1e-12)
    if same and formulas[kind] is not None:
        own = _Measure(objective, result.objective_start, live[kind][1], formulas[kind])
    else:
        own = _Measure(objective, result.objective_start, result.objective_end)
    rows = [
        own,
        _Measure("RMSE", None if before is None else rmse(before), live["rmse"][1], formulas["rmse"]),
        _Measure("MAE", None if before is None else mae(before), live["mae"][1], formulas["mae"]),
    ]
    shown = view.residual[np.isfinite(view.observed)]
    if not view.complete and shown.size:
        rows.append(_Measure("RMSE of those shown", None, rmse(shown), live["rmse"][0]))
    return rows


def _rounded(value: object) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _what_is_measured(view: ModelView) -> str:
    count = len(view.ratings)
    if view.complete:
        return f"Over the {count:,} ratings the model was fitted to. Fitted values are live formulas over the sheets."
    shown = int(np.isfinite(view.observed).sum())
    return (
        f"Over the {count:,} ratings the model was fitted to. The sheets show {shown:,} of them; "
        "the last line is a live formula over those."
    )


def _ratings_in_words(report: FitReport) -> str:
    assert report.ratings is not None
    ratings = report.ratings
    pairs = ratings.n_users * ratings.n_items
    blank = pairs - len(np.unique(ratings.users.astype(np.int64) * ratings.n_items + ratings.items))
    return (
        f"{len(ratings):,}, by {ratings.n_users:,} users ({ratings.user_name}) of {ratings.n_items:,} items "
        f"({ratings.item_name}); {blank:,} of {pairs:,} pairs not rated"
    )
