"""Recognise a matrix factorization from what the formulas compute, wherever its cells stand.

A prediction depends on the factors of one user and of one item. So the variables that the same predictions depend on
belong to one user or item, and every prediction links two such groups. In a dot product the derivative by a user's
factor is the item's factor; that tells which belong together, and a derivative that is the same for all is a bias. The
guess is then proven: at random points the factorization must give the predictions and the objective that the formulas
give.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from xlcf.arrays import Floats, Integers
from xlcf.factorization.factorization import OBJECTIVE_KINDS, Factorization, objective_of, slope_by_squares
from xlcf.factorization.groups import Group, group, match_slots, two_sides
from xlcf.factorization.labels import label
from xlcf.factorization.members import assign_pairs, in_sheet_order, with_unrated
from xlcf.factorization.pairs import Pairs, find_pairs
from xlcf.formulas.program import Program
from xlcf.models.predictor import sigmoid
from xlcf.ooxml.workbook import Workbook
from xlcf.ratings.ratings import Ratings
from xlcf.ratings.vocabulary import Vocabulary
from xlcf.solver.problem import Problem

_MOST_DERIVATIVES = 20_000_000  # ratings times variables; beyond it recognition would take long


def recognise(problem: Problem, workbook: Workbook | None = None) -> Factorization | None:
    """Find the ratings and the factorization behind a problem; None where it is another kind of model.

    Args:
        problem: the problem.
        workbook: what it was read from, where users and items are called by what stands beside the ratings; without it
            they are numbered.

    """
    program = problem.objective.program
    if not isinstance(program, Program):
        return None
    n_variables = len(problem.variables)
    for pairs in find_pairs(program):
        # each user and item has a variable of its own, so that n of them make n * n / 4 pairs at most; a few may repeat
        if len(pairs.ratings) > min(n_variables**2, _MOST_DERIVATIVES // n_variables):
            continue
        objective = _objective(problem, pairs)
        if objective is None:
            continue
        found = _factorize(workbook, problem, pairs, *objective)
        if found is not None and _proves(found, problem, pairs):
            return found
    return None


def _points(problem: Problem, count: int) -> Floats:
    """Draw points where nothing cancels by accident; seeded, so that recognition is repeatable."""
    return np.random.default_rng(20170101).uniform(0.2, 1.0, (count, len(problem.variables)))


def _objective(problem: Problem, pairs: Pairs) -> tuple[str, Floats | None] | None:
    """Tell which function of the residuals the objective is, at two points, and the weights of squares that it adds."""
    points = _points(problem, 2)
    residuals = [pairs.ratings - pairs.predictions(x) for x in points]
    values = [problem.objective(x) for x in points]
    possible = [
        kind
        for kind in OBJECTIVE_KINDS
        if all(_near(objective_of(kind, residual), value) for residual, value in zip(residuals, values, strict=True))
    ]
    if possible:
        return possible[0], None
    return _with_weight_decay(problem, pairs, points, residuals, values)


def _with_weight_decay(
    problem: Problem, pairs: Pairs, points: Floats, residuals: list[Floats], values: list[float]
) -> tuple[str, Floats] | None:
    """Tell by its gradient at one point what the objective adds to a function of the residuals; proved at the other."""
    value, gradient = problem.objective.program.value_and_gradient(points[0])
    by_squares = -2 * residuals[0] @ pairs.jacobian(points[0])
    for kind in OBJECTIVE_KINDS:
        rest = gradient - slope_by_squares(kind, objective_of(kind, residuals[0]), len(residuals[0])) * by_squares
        size = np.abs(gradient) + np.abs(gradient - rest)
        weights = np.where(np.abs(rest) > 1e-9 * size, rest / (2 * points[0]), 0.0)
        if not (np.isfinite(weights).all() and (weights >= 0).all() and weights.any()):
            continue
        sums = [
            objective_of(kind, residual) + float(x**2 @ weights) for residual, x in zip(residuals, points, strict=True)
        ]
        if _near(sums[0], value) and _near(sums[1], values[1]):
            return kind, weights
    return None


def _near(a: float, b: float) -> bool:
    return bool(abs(a - b) <= 1e-9 * max(abs(a), abs(b)))


def _factorize(
    workbook: Workbook | None, problem: Problem, pairs: Pairs, kind: str, weights: Floats | None
) -> Factorization | None:
    x = _points(problem, 3)[2]
    jacobian = pairs.jacobian(x)
    if not np.isfinite(jacobian).all():
        return None
    shared, groups, apart = group(jacobian)
    sides = two_sides(groups, apart, pairs)
    if sides is None or len(shared) > 1:
        return None
    slots = match_slots(groups, sides, jacobian, x)
    if slots is None:
        return None
    tables, codes = [], []
    for side in (0, 1):
        members = np.flatnonzero(np.array(sides.of_group) == side)
        tables.append(slots[members])
        codes.append(_codes(groups, members, len(pairs.ratings)))
    tables = with_unrated(problem, tables)
    if not assign_pairs(apart, tables, codes):
        return None
    for side in (0, 1):
        tables[side], codes[side] = in_sheet_order(problem, tables[side], codes[side])
    biases = [None if (table[:, -1] < 0).any() else table[:, -1] for table in tables]
    users = label(workbook, problem, pairs, tables, codes)
    u, i = users.user_side, 1 - users.user_side
    ratings = Ratings(
        users=codes[u],
        items=codes[i],
        values=pairs.ratings,
        user_ids=Vocabulary(users.ids[u]),
        item_ids=Vocabulary(users.ids[i]),
        item_titles=users.titles[i],
        user_name=users.names[u],
        item_name=users.names[i],
    )
    found = Factorization(
        ratings=ratings,
        user_index=tables[u][:, :-1],
        item_index=tables[i][:, :-1],
        user_bias_index=biases[u],
        item_bias_index=biases[i],
        global_bias_index=int(shared[0]) if len(shared) else None,
        global_bias=0.0,
        rating_range=None,
        objective_kind=kind,
        number_texts=tuple((pairs.sheet, *place) for place in pairs.number_texts),
        weight_decay=weights,
    )
    return _with_range(found, pairs, jacobian, x)


def _codes(groups: list[Group], members: Integers, n_predictions: int) -> Integers:
    codes = np.zeros(n_predictions, np.int64)
    for code, member in enumerate(members):
        codes[groups[member].predictions] = code
    return codes


def _with_range(found: Factorization, pairs: Pairs, jacobian: Floats, x: Floats) -> Factorization | None:
    """Settle what lies around the dot product: nothing, a constant, or a sigmoid into a rating range."""
    ratings = found.ratings
    linear = found.factors(x).predict_all()[ratings.users, ratings.items]
    predictions = pairs.predictions(x)
    offset = float(np.mean(predictions - linear))
    if _all_near(predictions, linear + offset):
        return replace(found, global_bias=offset if abs(offset) > 1e-9 else 0.0)
    user, item = found.user_index[ratings.users, 0], found.item_index[ratings.items, 0]
    slopes = jacobian[np.arange(len(predictions)), user] / x[item]
    low, high, offset = _fit_sigmoid(linear, predictions, slopes)
    low, high, offset = (_without_noise(number) for number in (low, high, offset))
    if not _all_near(predictions, low + (high - low) * sigmoid(linear + offset)):
        return None
    return replace(found, rating_range=(low, high), global_bias=offset if abs(offset) > 1e-9 else 0.0)


def _without_noise(number: float) -> float:
    """Round off what fitting left in the last places: 0.499999999999 is 0.5."""
    rounded = round(number, 9)
    return rounded if abs(rounded - number) <= 1e-11 * max(1.0, abs(number)) else number


def _fit_sigmoid(linear: Floats, predictions: Floats, slopes: Floats) -> tuple[float, float, float]:
    """Find low, high and c of predictions = low + (high - low) / (1 + exp(-(linear + c))); nonsense if there are none.

    A sigmoid's slope is (prediction - low) (high - prediction) / (high - low): a parabola, whose roots are the ends.
    Three Gauss-Newton steps take away what rounding left.
    """
    with np.errstate(all="ignore"):
        (bend, slant, level), *_ = np.linalg.lstsq(np.vander(predictions, 3), slopes, rcond=None)
        width = np.sqrt(max(slant**2 - 4 * bend * level, 0.0))
        low, high = (-slant + width) / (2 * bend), (-slant - width) / (2 * bend)
        shares = np.clip((predictions - low) / (high - low), 1e-15, 1 - 1e-15)
        c = float(np.median(np.log(shares / (1 - shares)) - linear))
        for _ in range(3):
            share = sigmoid(linear + c)
            design = np.stack([1 - share, share, (high - low) * share * (1 - share)], axis=1)
            if not np.isfinite(design).all():
                break
            step, *_ = np.linalg.lstsq(design, predictions - low - (high - low) * share, rcond=None)
            low, high, c = (now + by for now, by in zip((low, high, c), step.tolist(), strict=True))
    return float(low), float(high), float(c)


def _all_near(a: Floats, b: Floats) -> bool:
    return bool(np.allclose(a, b, rtol=1e-9, atol=1e-9))


def _proves(found: Factorization, problem: Problem, pairs: Pairs) -> bool:
    """Check at a fresh point that the factorization computes what the formulas compute."""
    x = np.random.default_rng(7).uniform(-1.0, 1.0, len(problem.variables))
    factors = found.factors(x)
    predictions = factors.predict_all()[found.ratings.users, found.ratings.items]
    return bool(_all_near(predictions, pairs.predictions(x)) and _near(found.objective(x), problem.objective(x)))
