"""What a fit comes to, in plain words."""

from __future__ import annotations

from math import isfinite

from xlcf.report.fit_report import FitReport
from xlcf.report.ratings_view import RatingsView, mae

_STATUS = {
    "converged": "The fit converged",
    "stopped": "The fit stopped by the method's own rule",
    "limit": "The fit ran into its limit of iterations or time, so a better answer may exist",
}


def verdict(report: FitReport) -> str:
    """Say how good the fit is, why it stopped, and what not to conclude from it: one line each."""
    return "\n".join([_how_good(report), _why_it_stopped(report), *_caution(report)])


def warnings(report: FitReport) -> list[str]:
    """Give the sentences that the reader must see before anything else, the gravest first."""
    violated = (
        "The model's constraints are violated: the numbers in the variable cells are no solution of the model. "
        f"{report.result.message}"
    )
    return [*([] if report.result.feasible else [violated]), *report.warnings]


def _how_good(report: FitReport) -> str:
    result = report.result
    if report.ratings is not None and report.fitted is not None and len(report.ratings):
        view = RatingsView.of(report)
        now = f"On average a prediction misses the rating by {_miss(mae(view.misses()))}"
        if report.start is None:
            return f"{now}."
        return f"{now}; before the fit it was {_miss(mae(view.misses(report.start)))}."
    start, end = result.objective_start, result.objective_end
    if start == end:
        return f"The objective stayed at {plain(end)}: the fit changed nothing."
    better = {"min": end < start, "max": end > start}.get(report.goal, True)
    sentence = f"The objective went from {plain(start)} to {plain(end)}"
    return f"{sentence}." if better else f"{sentence}, which is worse than the start."


def _why_it_stopped(report: FitReport) -> str:
    if not report.result.feasible:
        return "The fit ended at a point that violates the constraints of the model."
    status = _STATUS.get(report.result.status, f"The fit ended as {report.result.status}")
    message = report.result.message.strip().rstrip(".")
    return f"{status}: {message}." if message else f"{status}."


def _caution(report: FitReport) -> list[str]:
    if report.ratings is None or report.fitted is None or not len(report.ratings):
        return []
    numbers, ratings = len(report.result.x), len(report.ratings)
    if numbers == 0:
        return []
    if ratings < 3 * numbers:
        return [
            f"With {numbers:,} free numbers for {ratings:,} ratings the model can nearly learn the ratings by heart: "
            "this error says little about ratings it has not seen."
        ]
    return ["The error is measured on the very ratings that the model was fitted to; on new ones it is usually larger."]


def _miss(size: float) -> str:
    return "less than 0.000001" if size < 1e-6 else plain(size)


def plain(value: float) -> str:
    """Write a number for a sentence: three significant digits, no exponent where it can be helped."""
    if not isfinite(value):
        return "a number that is not finite"
    if value == 0 or 1e-4 <= abs(value) < 1e6:
        digits = f"{value:.3g}"
        return f"{float(digits):,.0f}" if "e" in digits or abs(value) >= 1000 else digits
    return f"{value:.2e}"
