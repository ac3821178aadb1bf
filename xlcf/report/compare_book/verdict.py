"""What a comparison comes to, in plain words."""

from __future__ import annotations

import numpy as np

from xlcf.comparing.comparison import NEAR_THE_BEST, Comparison, Entry
from xlcf.comparing.curves import floor
from xlcf.comparing.factor_counts import FactorCounts
from xlcf.plain_numbers import plain
from xlcf.report.compare_book.report import shown


def methods_verdict(comparison: Comparison) -> str:
    """Say who reached the best, where Solver stopped, and what it means for ratings not seen: one line each."""
    return "\n".join(
        line
        for line in (
            _who_reached(comparison),
            _solver(comparison),
            _starts(comparison),
            _hidden(comparison),
            *failures(comparison),
        )
        if line
    )


def failures(comparison: Comparison) -> list[str]:
    """Say why methods could not fit the model, those with the same reason together: one line each."""
    reasons: dict[str, list[str]] = {}
    for entry in comparison.entries:
        if entry.status in ("failed", "infeasible"):
            reasons.setdefault(entry.message.replace(f"The method {entry.method} ", "It "), []).append(entry.method)
    return [f"Not fitted by {_listed(methods)}: {reason}" for reason, methods in reasons.items()]


def _who_reached(comparison: Comparison) -> str:
    ended = [entry for entry in comparison.entries if entry.objective_end is not None]
    there = [entry for entry in ended if comparison.reaches_best(np.array(entry.objective_end))]
    best, near = f"{comparison.best:.7g}", f"{NEAR_THE_BEST:.1%}"
    if len(there) == len(ended) == 1:
        return f"Only {_names(there)} could fit the model, to {best}."
    if len(there) == len(ended):
        return f"Every method came within {near} of the best objective known, {best}."
    if not there:
        return f"No method came within {near} of the best objective known, {best}, which a random start led to."
    others = [entry for entry in ended if entry not in there]
    worst = max(others, key=lambda entry: comparison.distance(entry) or 0.0)
    end = f"{worst.objective_end:.7g}"
    off = f"with {end}" if len(others) == 1 else f"the furthest off is {shown(worst.method)} with {end}"
    return f"Within {near} of the best objective known, {best}, came {_names(there)}; not so {_names(others)}, {off}."


def _solver(comparison: Comparison) -> str:
    solver = next((entry for entry in comparison.entries if entry.method == "solver" and entry.result), None)
    if solver is None or solver.result is None:
        return ""
    away = comparison.distance(solver) or 0.0
    side = {"min": "above it", "max": "below it"}.get(comparison.problem.objective.goal, "away from it")
    where = f"{plain(away)} {side}" if away > floor(comparison) else "there too"
    cost = f"{solver.result.iterations:,} iterations and {solver.result.evaluations:,} evaluations of the objective"
    line = f"Solver's rule stopped {where}, after {cost}"
    better = [
        result
        for result in comparison.results
        if result.gradients
        and comparison.problem.objective.loss(result.objective_end)
        <= comparison.problem.objective.loss(solver.result.objective_end)
    ]
    if not better:
        return f"{line}."
    least = min(better, key=lambda result: result.evaluations)
    return f"{line}; {least.method}, with exact gradients, got at least as far with {least.evaluations:,}."


def _starts(comparison: Comparison) -> str:
    shares = [(entry.method, comparison.share_best(entry.starts)) for entry in comparison.entries if entry.starts]
    if not shares:
        return ""
    count = comparison.options.starts
    listed = ", ".join(f"{method} {share:.0%}" for method, share in shares)
    return f"This share of the {count:,} random starts reached the best: {listed}."


def _hidden(comparison: Comparison) -> str:
    errors = [entry.hold_out_rmse for entry in comparison.entries if entry.hold_out_rmse is not None]
    fitted = [rmse for entry in comparison.entries if (rmse := comparison.rmse(entry)) is not None]
    if not errors or not fitted:
        return ""
    low, high = f"{min(errors):.3g}", f"{max(errors):.3g}"
    hidden = low if low == high else f"{low} to {high}"
    line = f"RMSE of the ratings that the methods were fitted to: {min(fitted):.3g}; of hidden ones: {hidden}"
    if min(errors) > 1.5 * min(fitted):
        return f"{line}: fitting better is not predicting better."
    return f"{line}."


def _names(entries: list[Entry]) -> str:
    return _listed([shown(entry.method) for entry in entries])


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def factors_verdict(counts: FactorCounts) -> str:
    """Say which number of factors predicts best, and where over-fitting begins: one line each."""
    best, begins = counts.best, counts.overfits_from
    lines = [
        f"Hidden ratings are predicted best with {_factors(counts, best)}: RMSE {counts.hold_out_rmse[best]:.3g}, "
        f"on the fitted ones {counts.fit_rmse[best]:.3g}."
    ]
    if begins is None:
        lines.append("No over-fitting shows: the most factors tried predict best, so more may be better still.")
    else:
        lines.append(
            f"Over-fitting begins at {_factors(counts, begins)}: the fit is better ({counts.fit_rmse[begins]:.3g}), "
            f"the prediction worse ({counts.hold_out_rmse[begins]:.3g})."
        )
    if counts.hold_out_rmse[best] >= counts.mean_rmse:
        lines.append(
            f"Even the best predicts no better than always saying the mean rating (RMSE {counts.mean_rmse:.3g}): "
            "there are too few ratings for so many free numbers."
        )
    return "\n".join(lines)


def _factors(counts: FactorCounts, place: int) -> str:
    number = int(counts.factors[place])
    return f"{number:,} factor{'' if number == 1 else 's'}"
