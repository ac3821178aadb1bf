"""Users and items as rows of variables: put in sheet order, and joined by those that have factors but no rating."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from xlcf.arrays import Integers
from xlcf.factorization.groups import Pair
from xlcf.solver.problem import Problem


def with_unrated(problem: Problem, tables: Sequence[Integers]) -> list[Integers]:
    """Add the users and items that the ratings do not tell of: variables laid out as those of their own side.

    Args:
        problem: the problem.
        tables: for each side, shape (members, factors + 1), the members' variables; -1 for no bias.

    """
    used = set(np.concatenate(tables).ravel().tolist())
    found = [_rows_like(problem, table, used) for table in tables]
    result = []
    for side, table in enumerate(tables):
        mine, theirs = found[side], found[1 - side]
        # where both sides are laid out alike, a row belongs to the side that it stands nearer to
        added = [
            row
            for first, (distance, row) in mine.items()
            if first not in theirs or (distance, side) < (theirs[first][0], 1 - side)
        ]
        result.append(np.concatenate([table, np.array(added, dtype=np.int64).reshape(-1, table.shape[1])]))
    return result


def _rows_like(problem: Problem, table: Integers, used: set[int]) -> dict[int, tuple[int, list[int]]]:
    """Find idle variables that are laid out as a member's: by the first, the distance to a member, and the row."""
    number = {cell: at for at, cell in enumerate(problem.variables.cells)}
    has_bias = bool((table[:, -1] >= 0).all())
    width = table.shape[1] if has_bias else table.shape[1] - 1
    held = [problem.variables.cells[v] for v in table[0, :width]]
    cells = np.array([[problem.variables.cells[v][1:] for v in row[:width]] for row in table])
    for axis in (0, 1):  # each member in a row of its own, or each in a column
        lines, across = cells[:, :, axis], cells[:, :, 1 - axis]
        shifts = lines[0] - lines[0, 0]  # a bias that stands apart may begin in another row than the factors
        if not ((lines - lines[:, :1] == shifts).all() and (across == across[0]).all()):
            continue
        found = {}
        for line in sorted({cell[1:][axis] for cell in problem.variables.cells if cell[0] == held[0][0]}):
            variables = []
            for (sheet, _, _), shift, at in zip(held, shifts.tolist(), across[0].tolist(), strict=True):
                place = (line + shift, at) if axis == 0 else (at, line + shift)
                variables.append(number.get((sheet, *place), -1))
            if min(variables) < 0 or used & set(variables) or not _all_numbers(problem, variables):
                continue
            distance = int(np.min(np.abs(lines[:, 0] - line)))
            found[variables[0]] = (distance, variables if has_bias else [*variables, -1])
        if found:
            return found
    return {}


def _all_numbers(problem: Problem, variables: list[int]) -> bool:
    """Tell whether all of these variable cells hold something: blank ones lie between tables."""
    return not problem.variables.is_blank[variables].any()


def assign_pairs(apart: Sequence[Pair], tables: Sequence[Integers], codes: Sequence[Integers]) -> bool:
    """Find the user and the item of ratings that stand alone, and enter their codes; False where they are nowhere."""
    owner = [{int(v): code for code, row in enumerate(table) for v in row if v >= 0} for table in tables]
    for pair in apart:
        for side in (0, 1):
            members = {owner[side][int(v)] for v in pair.variables if int(v) in owner[side]}
            if len(members) != 1:
                return False
            codes[side][pair.predictions] = members.pop()
    return True


def in_sheet_order(problem: Problem, table: Integers, codes: Integers) -> tuple[Integers, Integers]:
    """Sort users or items by where their factors stand; give table and codes anew."""
    places = [(problem.variables.cells[row[0]][1:], at) for at, row in enumerate(table)]
    order = np.array([at for _, at in sorted(places)])
    new_code = np.empty(len(order), np.int64)
    new_code[order] = np.arange(len(order))
    return table[order], new_code[codes]
