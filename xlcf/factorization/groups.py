"""Which variables belong to one user or one item, read off the derivatives of the predictions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from xlcf.arrays import Floats, Integers
from xlcf.factorization.pairs import Pairs

_CLOSE = 1e-7


@dataclass(frozen=True)
class Group:
    """The variables that one set of predictions depends on: those of one user, or of one item."""

    variables: Integers
    predictions: Integers


@dataclass(frozen=True)
class Sides:
    """Which of two sides (users, items) each group is on, and the two groups of each prediction that has two."""

    of_group: list[int]
    links: dict[int, tuple[int, int]]


@dataclass(frozen=True)
class Pair:
    """A user and an item who have no ratings but of each other: one group of variables, not yet told apart."""

    variables: Integers
    predictions: Integers


def group(jacobian: Floats) -> tuple[Integers, list[Group], list[Pair]]:
    """Split the variables into those of all predictions and groups of equal dependence; idle ones are left out.

    Args:
        jacobian: shape (predictions, variables).

    """
    depends = jacobian != 0
    counts = depends.sum(axis=0)
    shared = np.flatnonzero(counts == len(jacobian))
    by_pattern: dict[bytes, list[int]] = {}
    for variable in np.flatnonzero((counts > 0) & (counts < len(jacobian))):
        by_pattern.setdefault(np.packbits(depends[:, variable]).tobytes(), []).append(int(variable))
    groups = [Group(np.array(variables), np.flatnonzero(depends[:, variables[0]])) for variables in by_pattern.values()]
    linked = np.zeros(len(jacobian), np.int64)
    for each in groups:
        linked[each.predictions] += 1
    alone = [bool((linked[each.predictions] == 1).all()) for each in groups]
    return (
        shared,
        [each for each, is_alone in zip(groups, alone, strict=True) if not is_alone],
        [Pair(each.variables, each.predictions) for each, is_alone in zip(groups, alone, strict=True) if is_alone],
    )


def two_sides(groups: list[Group], apart: list[Pair], pairs: Pairs) -> Sides | None:
    """Put groups on two sides so that every prediction links one of each; None where that cannot be."""
    skipped = {int(prediction) for pair in apart for prediction in pair.predictions}
    linked: dict[int, list[int]] = {at: [] for at in range(len(pairs.ratings)) if at not in skipped}
    for at, each in enumerate(groups):
        for prediction in each.predictions:
            linked[int(prediction)].append(at)
    if not groups or any(len(ends) != 2 for ends in linked.values()):
        return None
    neighbours: list[set[int]] = [set() for _ in groups]
    for a, b in linked.values():
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
    return Sides(side, {at: (a, b) if side[a] == 0 else (b, a) for at, (a, b) in linked.items()})


def match_slots(groups: list[Group], sides: Sides, jacobian: Floats, x: Floats) -> Integers | None:
    """Put each group's variables in one common order, factor by factor, the bias (or -1) last.

    Gives shape (groups, factors + 1), or None where the groups do not fit a dot product.
    """
    matches: dict[tuple[int, int], int] = {}
    for prediction, link in sides.links.items():
        matches.setdefault(link, prediction)
    by_group: dict[int, list[tuple[int, tuple[int, int]]]] = {}
    for link, prediction in matches.items():
        for end in link:
            by_group.setdefault(end, []).append((prediction, link))
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
    return np.array([[*order[at], bias[at]] for at in range(len(groups))], dtype=np.int64)


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
