"""All-different cells in models that are not linear: every order of the numbers, or a search by exchanges.

Where there are few orders, all are tried. Else a local search exchanges two numbers or reverses a stretch (Croes 1958)
until neither helps, and begins again from random orders.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import permutations, product
from math import factorial, prod

import numpy as np

from xlcf.arrays import Floats, Integers
from xlcf.fitting.loss import Loss
from xlcf.fitting.progress import Observer
from xlcf.solver.problem import Problem
from xlcf.solver.solution import Solution

_ALL = 50_000  # orders, of which each is tried
_AT_ONCE = 2_000_000  # numbers held at once
_STARTS = 8
_LONGEST = 30.0  # seconds, where Solver has no limit

Rank = tuple[float, float]
"""By how much the constraints are violated, and the loss: the smaller is the better."""


def solve_permutations(problem: Problem, start: Floats, *, seed: int = 0, observer: Observer | None = None) -> Solution:
    """Find the best order of each group of all-different variables; there are no other variables.

    Args:
        problem: what to solve.
        start: shape (variables,), where the search begins.
        seed: of further starts.
        observer: told of each round.

    """
    loss = Loss(problem, start, observer=observer, exact=False)
    groups = [np.array(group) for group in problem.variables.all_different]
    orders = prod(factorial(len(group)) for group in groups)
    options: dict[str, object] = {"algorithm": "permutations"}
    if orders <= _ALL:
        _, best = _best_of(loss, _all_points(loss.start, groups))
        loss.record(best)
        result = loss.result("permutations", best, "stopped", "", options)
        if not result.feasible:
            return replace(result, message=f"None of the {orders:,} orders meets all constraints. {result.message}")
        proven = f"Optimum reached and proven: each of the {orders:,} orders was tried."
        return replace(result, status="converged", message=proven, gap=0.0)
    best, starts = _search(loss, groups, np.random.default_rng(seed))
    message = (
        f"This is the best order that was found from {starts} starts, the others random: neither exchanging two "
        "numbers nor reversing a stretch improves it. That nothing better exists is not proven."
    )
    return replace(loss.result("permutations", best, "stopped", message, options), seed=seed, starts=starts)


def _all_points(start: Floats, groups: list[Integers]) -> Iterator[Floats]:
    for orders in product(*(permutations(range(1, len(group) + 1)) for group in groups)):
        point = start.copy()
        for group, order in zip(groups, orders, strict=True):
            point[group] = order
        yield point


def _best_of(loss: Loss, points: Iterable[Floats]) -> tuple[Rank, Floats]:
    """Give the best of some points, worked out many at once, with its rank."""
    chunk = max(1, _AT_ONCE // max(1, loss.problem.objective.program.size))
    best: tuple[Rank, Floats] = ((np.inf, np.inf), loss.start)
    batch: list[Floats] = []

    def judge() -> None:
        nonlocal best
        ranks = _ranks(loss, np.array(batch))
        at = min(range(len(batch)), key=lambda place: ranks[place])
        if ranks[at] < best[0]:
            best = ranks[at], batch[at]
        batch.clear()

    for point in points:
        batch.append(point)
        if len(batch) == chunk:
            judge()
    if batch:
        judge()
    return best


def _ranks(loss: Loss, points: Floats) -> list[Rank]:
    breaches = [0.0] * len(points)
    if len(loss.problem.constraints):
        for place, point in enumerate(points):
            by, tolerated = loss.problem.violations(point)
            breaches[place] = float(np.max(np.maximum(by - tolerated, 0.0), initial=0.0))
    return list(zip(breaches, loss.values(points).tolist(), strict=True))


def _search(loss: Loss, groups: list[Integers], generator: np.random.Generator) -> tuple[Floats, int]:
    """Give the best point of several local searches, and how many there were."""
    seconds = loss.problem.options.max_seconds or _LONGEST
    best, started = ((np.inf, np.inf), loss.start), 0
    while started < _STARTS and loss.ended is None and (not started or loss.seconds < seconds):
        point = loss.start.copy()
        for group in groups:
            is_an_order = sorted(point[group]) == list(range(1, len(group) + 1))
            if started or not is_an_order:
                point[group] = generator.permutation(len(group)) + 1.0
        started += 1
        here = (_ranks(loss, point[None])[0], point)
        while loss.ended is None:
            there = _best_of(loss, _neighbours(here[1], groups))
            if not there[0] < here[0] or loss.seconds >= seconds:
                break
            here = there
            loss.record(here[1])
        best = min(best, here, key=lambda found: found[0])
    return best[1], started


def _neighbours(point: Floats, groups: list[Integers]) -> Iterator[Floats]:
    for group in groups:
        for first in range(len(group)):
            for last in range(first + 1, len(group)):
                exchanged = point.copy()
                exchanged[group[[first, last]]] = point[group[[last, first]]]
                yield exchanged
                if last - first > 2:
                    turned = point.copy()
                    turned[group[first : last + 1]] = point[group[first : last + 1]][::-1]
                    yield turned
