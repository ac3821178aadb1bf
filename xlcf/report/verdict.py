"""What a fit comes to, in plain words."""

from __future__ import annotations

from xlcf.metrics import mae
from xlcf.plain_numbers import plain, plain_pair
from xlcf.report.fit_report import FitReport

_REACHED = 1e-6  # of a target, or of 1: Solver's own precision

_STATUS = {
    "converged": "The method converged",
    "stopped": "The method stopped by its stopping rule",
    "no_minimum": "The method was ended, for the model has no best values",
    "interrupted": "The fit was interrupted",
    "limit": "The method ran into its limit of iterations or time, so a better answer may exist",
}


def verdict(report: FitReport) -> str:
    """Say how good the fit is, why it stopped, and what not to conclude from it: one line each."""
    return "\n".join([_how_good(report), _why_it_stopped(report), *_weight_decay(report), *_caution(report)])


def warnings(report: FitReport) -> list[str]:
    """Give the sentences that the reader must see before anything else, the gravest first."""
    violated = (
        "The model's constraints are violated: the numbers in the variable cells are no solution of the model. "
        f"{report.result.message}"
    )
    return [*([] if report.result.feasible else [violated]), *report.warnings]


def _how_good(report: FitReport) -> str:
    result = report.result
    if report.fitted is not None and report.ratings:
        now = f"On average a prediction differs from the rating by {_miss(mae(report.fitted.residuals()))}"
        if report.start is None:
            return f"{now}."
        return f"{now}; before the fit it was {_miss(mae(report.start.residuals()))}."
    before, after = plain_pair(result.objective_start, result.objective_end)
    name = report.objective_name
    if report.goal == "value" and report.target is not None:
        return _how_near(name, report.target, result.objective_start, result.objective_end)
    if before == after:
        return f"{name} stayed at {after}."
    rises = result.objective_end > result.objective_start
    sentence = f"{name} {'rose' if rises else 'fell'} from {before} to {after}"
    return f"{sentence}." if rises == (report.goal == "max") else f"{sentence}, which is worse than the start."


def _how_near(name: str, target: float, start: float, end: float) -> str:
    """Say whether an objective that was to reach a value did."""
    if abs(end - target) <= _REACHED * max(1.0, abs(target)):
        return f"{name} reached {plain(target, 6)}; at the start it was {plain(start, 6)}."
    off, came = plain(abs(end - target), 6), plain_pair(end, target)[0]
    return (
        f"{name} was to reach {plain(target, 6)} and came to {came}, {off} away; at the start it was {plain(start, 6)}."
    )


def _why_it_stopped(report: FitReport) -> str:
    if not report.result.feasible:
        return "The method ended at a point that violates the constraints of the model."
    status = _STATUS.get(report.result.status, f"The method ended as {report.result.status}")
    message = report.result.message.strip().rstrip(".")
    if ": " in message.partition(". ")[0]:  # one colon in a sentence
        return f"{status}. {message[0].upper()}{message[1:]}."
    return f"{status}: {message}." if message else f"{status}."


def _weight_decay(report: FitReport) -> list[str]:
    """Say that the objective cell was not all that was minimised."""
    decay = report.result.options.get("weight_decay")
    if not isinstance(decay, float) or not decay:
        return []
    return [
        f"A weight decay of {decay:g} kept the variables small at the same time: the objective alone could be better."
    ]


def _caution(report: FitReport) -> list[str]:
    if not report.ratings:
        return []
    numbers, ratings = len(report.result.x), len(report.ratings)
    if numbers == 0:
        return []
    if report.has_few_ratings:
        return [
            f"There are {ratings:,} ratings for {numbers:,} variable cells, fewer than three for each: this error says "
            "little about ratings that the model was not fitted to."
        ]
    return ["The error is measured on the very ratings that the model was fitted to; on new ones it is usually larger."]


def _miss(size: float) -> str:
    return "less than 0.000001" if size < 1e-6 else plain(size)
