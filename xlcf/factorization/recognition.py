"""Recognise a matrix factorization from what the formulas compute, wherever its cells stand.

A prediction depends on the factors of one user and of one item. So the variables that the same predictions depend on
belong to one user or item, and every prediction links two such groups. In a dot product the derivative by a user's
factor is the item's factor; that tells which belong together, and a derivative that is the same for all is a bias. The
guess is then proven: at random points the factorization must give the predictions and the objective that the formulas
give.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from xlcf.factorization.factorization import OBJECTIVE_KINDS, Factorization, objective_of
from xlcf.factorization.labels import label
from xlcf.factorization.pairs import Pairs, find_pairs
from xlcf.models.factors import sigmoid
from xlcf.ratings.ratings import Ratings
from xlcf.solver.problem import Problem

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

_MOST_DERIVATIVES = 20_000_000  # ratings times variables; beyond it recognition would take long
_CLOSE = 1e-7


def recognise(problem: Problem) -> Factorization | None:
    """Find the ratings and the factorization behind a problem; None where it is another kind of model."""
    for pairs in find_pairs(problem.program):
        if len(pairs.ratings) * len(problem.cells) > _MOST_DERIVATIVES:
            continue
        kind = _objective_kind(problem, pairs)
        if kind is None:
            continue
        found = _factorize(problem, pairs, kind)
        if found is not None and _proves(found, problem, pairs):
            return found
    return None


def _points(problem: Problem, count: int) -> Floats:
    """Draw points where nothing cancels by accident; seeded, so that recognition is repeatable."""
    return np.random.default_rng(20170101).uniform(0.2, 1.0, (count, len(problem.cells)))


def _objective_kind(problem: Problem, pairs: Pairs) -> str | None:
    """Tell which function of the errors the objective is, at two points."""
    points = _points(problem, 2)
    possible = list(OBJECTIVE_KINDS)
    for x in points:
        errors, value = pairs.ratings - pairs.predictions(x), problem.objective(x)
        possible = [kind for kind in possible if _near(objective_of(kind, errors), value)]
    return possible[0] if possible else None


def _near(a: float, b: float) -> bool:
    return bool(abs(a - b) <= 1e-9 * max(abs(a), abs(b)))


@dataclass(frozen=True)
class _Group:
    """The variables that one set of predictions depends on: those of one user, or of one item."""

    variables: Integers
    predictions: Integers


def _factorize(problem: Problem, pairs: Pairs, kind: str) -> Factorization | None:
    x = _points(problem, 3)[2]
    jacobian = pairs.jacobian(x)
    if not np.isfinite(jacobian).all():
        return None
    shared, groups = _group(jacobian)
    sides = _two_sides(groups, len(pairs.ratings), pairs)
    if sides is None or len(shared) > 1:
        return None
    slots = _match_slots(groups, sides, jacobian, x)
    if slots is None:
        return None
    first, second = (np.array([at for at, side in enumerate(sides.of_group) if side == s]) for s in (0, 1))
    tables: list[Integers] = []
    codes: list[Integers] = []
    for members in (first, second):
        table, code = _in_sheet_order(problem, slots[members], _codes(groups, members, len(pairs.ratings)))
        tables.append(table)
        codes.append(code)
    used = set(np.concatenate(tables).ravel().tolist())
    tables = [_with_unrated(problem, table, used) for table in tables]
    biases = [None if (table[:, -1] < 0).any() else table[:, -1] for table in tables]
    users = label(problem, pairs, tables, codes)
    u, i = users.user_side, 1 - users.user_side
    ratings = Ratings(
        users=codes[u],
        items=codes[i],
        values=pairs.ratings,
        user_ids=users.ids[u],
        item_ids=users.ids[i],
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
    )
    return _with_range(found, pairs, x)


def _group(jacobian: Floats) -> tuple[Integers, list[_Group]]:
    """Split the variables into those of all predictions and groups of equal dependence; idle ones are left out."""
    depends = jacobian != 0
    counts = depends.sum(axis=0)
    shared = np.flatnonzero(counts == len(jacobian))
    by_pattern: dict[bytes, list[int]] = {}
    for variable in np.flatnonzero((counts > 0) & (counts < len(jacobian))):
        by_pattern.setdefault(np.packbits(depends[:, variable]).tobytes(), []).append(int(variable))
    return shared, [
        _Group(np.array(variables), np.flatnonzero(depends[:, variables[0]])) for variables in by_pattern.values()
    ]


@dataclass(frozen=True)
class _Sides:
    """Which of two sides (users, items) each group is on, and the two groups of each prediction."""

    of_group: list[int]
    links: list[tuple[int, int]]


def _two_sides(groups: list[_Group], n_predictions: int, pairs: Pairs) -> _Sides | None:
    of_prediction: list[list[int]] = [[] for _ in range(n_predictions)]
    for at, group in enumerate(groups):
        for prediction in group.predictions:
            of_prediction[prediction].append(at)
    if not groups or any(len(linked) != 2 for linked in of_prediction):
        return None
    neighbours: list[set[int]] = [set() for _ in groups]
    for a, b in of_prediction:
        neighbours[a].add(b)
        neighbours[b].add(a)
    side = [-1] * len(groups)
    for root in range(len(groups)):
        if side[root] >= 0:
            continue
        # ratings that fall apart into unconnected parts are put together by the sheet's rows
        side[root] = 0 if len(set(pairs.rows[groups[root].predictions])) == 1 else 1
        stack = [root]
        while stack:
            here = stack.pop()
            for other in neighbours[here]:
                if side[other] < 0:
                    side[other] = 1 - side[here]
                    stack.append(other)
                elif side[other] == side[here]:
                    return None
    links = [(a, b) if side[a] == 0 else (b, a) for a, b in of_prediction]
    return _Sides(side, links)


def _match_slots(groups: list[_Group], sides: _Sides, jacobian: Floats, x: Floats) -> Integers | None:
    """Put each group's variables in one common order, factor by factor, the bias (or -1) last.

    Gives shape (groups, factors + 1), or None where the groups do not fit a dot product.
    """
    matches: dict[tuple[int, int], tuple[int, tuple[int, int]]] = {}
    for prediction, (a, b) in enumerate(sides.links):
        matches.setdefault((a, b), (prediction, (a, b)))
    by_group: dict[int, list[tuple[int, tuple[int, int]]]] = {}
    for entry in matches.values():
        for group in entry[1]:
            by_group.setdefault(group, []).append(entry)
    order: dict[int, list[int]] = {}
    bias: dict[int, int] = {}
    n_factors = -1
    for root in range(len(groups)):
        if root in order:
            continue
        stack = [root]
        while stack:
            here = stack.pop()
            for prediction, (a, b) in by_group.get(here, []):
                other = b if here == a else a
                if here in order and other in order:
                    continue
                found = _match(groups[here].variables, groups[other].variables, jacobian[prediction], x)
                if found is None:
                    return None
                pairs, here_bias, other_bias = found
                if here not in order:
                    order[here], bias[here] = [mine for mine, _ in pairs], here_bias
                partner = dict(pairs)
                order[other], bias[other] = [partner[mine] for mine in order[here]], other_bias
                if n_factors < 0:
                    n_factors = len(pairs)
                if len(pairs) != n_factors:
                    return None
                stack.append(other)
    return np.array([[*order[group], bias[group]] for group in range(len(groups))], dtype=np.int64)


def _match(
    mine: Integers, theirs: Integers, gradient: Floats, x: Floats
) -> tuple[list[tuple[int, int]], int, int] | None:
    """Pair a user's variables with an item's by the derivatives of one prediction; what is left is a bias or two."""
    candidates = [1.0, *gradient[mine], *(gradient[m] / x[t] for m in mine for t in theirs)]
    for slope in candidates:
        # d prediction / d mine = slope * theirs, and the other way round
        fits = (np.abs(gradient[mine][:, None] - slope * x[theirs]) <= _CLOSE * abs(slope)) & (
            np.abs(gradient[theirs] - slope * x[mine][:, None]) <= _CLOSE * abs(slope)
        )
        if (fits.sum(axis=0) > 1).any() or (fits.sum(axis=1) > 1).any() or not fits.any():
            continue
        pairs = [(int(mine[m]), int(theirs[t])) for m, t in np.argwhere(fits)]
        left = [int(v) for v in mine[~fits.any(axis=1)]], [int(v) for v in theirs[~fits.any(axis=0)]]
        if all(len(rest) <= 1 and all(abs(gradient[v] - slope) <= _CLOSE * abs(slope) for v in rest) for rest in left):
            here, there = (rest[0] if rest else -1 for rest in left)
            return pairs, here, there
    return None


def _codes(groups: list[_Group], members: Integers, n_predictions: int) -> Integers:
    codes = np.zeros(n_predictions, np.int64)
    for code, member in enumerate(members):
        codes[groups[member].predictions] = code
    return codes


def _in_sheet_order(problem: Problem, table: Integers, codes: Integers) -> tuple[Integers, Integers]:
    """Sort users or items by where their factors stand."""
    places = [(problem.cells[row[0]][1:], at) for at, row in enumerate(table)]
    order = np.array([at for _, at in sorted(places)])
    new_code = np.empty(len(order), np.int64)
    new_code[order] = np.arange(len(order))
    return table[order], new_code[codes]


def _with_unrated(problem: Problem, table: Integers, used: set[int]) -> Integers:
    """Add the users or items that have factors but no rating: variables laid out as those of the others."""
    number = {cell: at for at, cell in enumerate(problem.cells)}
    width = table.shape[1] if (table[:, -1] >= 0).all() else table.shape[1] - 1
    cells = np.array([[problem.cells[v][1:] for v in row[:width]] for row in table])
    sheet = problem.cells[table[0, 0]][0]
    for axis in (0, 1):  # along rows (each in a row of its own), or along columns
        across = cells[:, :, 1 - axis]
        if not ((cells[:, :, axis] == cells[:, :1, axis]).all() and (across == across[0]).all()):
            continue
        lines = sorted({cell[1:][axis] for cell in problem.cells if cell[0] == sheet})
        added = []
        for line in lines:
            places = [(line, int(at)) if axis == 0 else (int(at), line) for at in across[0]]
            variables = [number.get((sheet, *place), -1) for place in places]
            if min(variables) >= 0 and not used & set(variables):
                added.append(variables + [-1] * (table.shape[1] - width))
        if added:
            return np.concatenate([table, np.array(added, dtype=np.int64)])
    return table


def _with_range(found: Factorization, pairs: Pairs, x: Floats) -> Factorization | None:
    """Settle what lies around the dot product: nothing, a constant, or a sigmoid into a rating range."""
    ratings = found.ratings
    linear = found.factors(x).predict_all()[ratings.users, ratings.items]
    predictions = pairs.predictions(x)
    offset = float(np.mean(predictions - linear))
    if np.allclose(predictions, linear + offset, rtol=1e-9, atol=1e-9):
        return replace(found, global_bias=offset if abs(offset) > 1e-9 else 0.0)
    design = np.stack([np.ones_like(linear), sigmoid(linear)], axis=1)
    (low, span), *_ = np.linalg.lstsq(design, predictions, rcond=None)
    if not np.allclose(design @ np.array([low, span]), predictions, rtol=1e-9, atol=1e-9):
        return None
    low, high = (float(f"{end:.12g}") for end in (low, low + span))
    return replace(found, rating_range=(low, high))


def _proves(found: Factorization, problem: Problem, pairs: Pairs) -> bool:
    """Check at a fresh point that the factorization computes what the formulas compute."""
    x = np.random.default_rng(7).uniform(-1.0, 1.0, len(problem.cells))
    factors = found.factors(x)
    predictions = factors.predict_all()[found.ratings.users, found.ratings.items]
    return bool(
        np.allclose(predictions, pairs.predictions(x), rtol=1e-9, atol=1e-9)
        and _near(found.objective(factors), problem.objective(x))
    )
