"""Sheets that hold one factorization in many layouts, with NumPy's word for what they compute."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from xlcf.factorization import Factorization, recognise
from xlcf.ooxml.references import Area, address
from xlcf.ooxml.workbook import open_workbook
from xlcf.solver.compiling import compile_problem
from xlcf.solver.model import solver_models
from xlcf.solver.problem import Problem


@dataclass
class Layout:
    """One factorization and how its sheet is laid out.

    Attributes:
        form: how predictions are written: `cells` (MMULT in each), `single` (the same in _xlfn.SINGLE), `products`
            (a*b+c*d), `array` (one MMULT over all), `offset` and `index` (long form), `one_hot` (long form by MMULT).
        across: users stand side by side, items below each other.
        objective: `rmse`, `root_sse`, `sse`, `mse`, `residual_rmse` (over a block of residuals), `average_square`.
        bias_apart: biases stand away from the factors.
        labels: `ids`, `texts`, `titles` (ids and titles of the items) or `none`.
        ratings_sheet: the sheet of the ratings.
        range_cells: the sigmoid's ends are cells and not numbers in the formulas.

    """

    users: int = 6
    items: int = 5
    factors: int = 3
    form: str = "cells"
    across: bool = False
    user_bias: bool = False
    item_bias: bool = False
    bias_apart: bool = False
    mean: str = ""  # "variable", "constant" or ""
    rating_range: tuple[float, float] | None = None
    range_cells: bool = False
    objective: str = "rmse"
    ratings_sheet: str = "S"
    labels: str = "ids"
    rated: np.ndarray | None = None
    shuffle: bool = False
    top: int = 4
    left: int = 9
    seed: int = 1
    user_word: str = "userId"
    item_word: str = "movieId"

    cells: dict[str, object] = field(default_factory=dict, init=False)
    areas: list[str] = field(default_factory=list, init=False)
    opt: str = field(default="", init=False)

    def __post_init__(self) -> None:
        random = np.random.default_rng(self.seed)
        self.p = random.uniform(0.1, 1.2, (self.users, self.factors)).round(4)
        self.q = random.uniform(0.1, 1.2, (self.items, self.factors)).round(4)
        self.bu = random.uniform(-0.5, 0.5, self.users).round(4) * self.user_bias
        self.bi = random.uniform(-0.5, 0.5, self.items).round(4) * self.item_bias
        self.mu = 0.75 if self.mean else 0.0
        if self.rated is None:
            self.rated = random.uniform(size=(self.users, self.items)) < 0.8
            self.rated[0, :2] = self.rated[:2, 0] = True
        self.values = random.integers(1, 11, (self.users, self.items)) / 2
        self.user_ids = list(range(101, 101 + self.users))
        self.item_ids = list(range(7, 7 + 3 * self.items, 3))
        if self.labels == "texts":
            self.user_ids = [f"={chr(65 + u)}nn" for u in range(self.users)]  # a text, whatever it looks like
            self.item_ids = [f"film {chr(122 - i)}" for i in range(self.items)]
        self.titles = [f"Film {chr(122 - i)} (199{i % 10})" for i in range(self.items)]
        if self.form in ("offset", "index", "one_hot"):
            self._long()
        else:
            self._block()

    # -- what NumPy says ---------------------------------------------------------------------------------------------

    def predictions(self) -> np.ndarray:
        z = self.p @ self.q.T + self.bu[:, None] + self.bi + self.mu
        if self.rating_range is None:
            return z
        low, high = self.rating_range
        return low + (high - low) / (1 + np.exp(-z))

    def value(self) -> float:
        errors = (self.values - self.predictions())[self.rated]
        squares = float(np.sum(errors**2))
        return {
            "rmse": np.sqrt(squares / len(errors)),
            "root_sse": np.sqrt(squares),
            "sse": squares,
            "mse": squares / len(errors),
            "residual_rmse": np.sqrt(squares / len(errors)),
            "average_square": squares / len(errors),
        }[self.objective]

    @property
    def objective_kind(self) -> str:
        return {"residual_rmse": "rmse", "average_square": "mse"}.get(self.objective, self.objective)

    # -- the sheet ---------------------------------------------------------------------------------------------------

    def _put(self, row: int, column: int, content: object, sheet: str = "S") -> str:
        place = address(row, column)
        if isinstance(content, str) and content in self.user_ids:
            content = f"'{content}"
        self.cells[place if sheet == "S" else f"{sheet}!{place}"] = content
        return place

    def _variables(self, row: int, column: int, numbers: np.ndarray) -> Area:
        """Write a block of variable cells."""
        numbers = np.atleast_2d(numbers)
        for at, line in enumerate(numbers):
            for to, number in enumerate(line):
                self._put(row + at, column + to, float(number))
        area = Area("S", row, column, row + numbers.shape[0] - 1, column + numbers.shape[1] - 1)
        self.areas.append(area.local())
        return area

    def _wrap(self, linear: str) -> str:
        if self.mean == "constant":
            linear = f"0.75+{linear}"
        elif self.mean == "variable":
            linear = f"$B$1+{linear}"
        if self.rating_range is None:
            return linear
        low, high = ("$D$1", "$E$1") if self.range_cells else self.rating_range
        return f"{low}+({high}-{low})/(1+EXP(-({linear})))"

    def _head(self) -> None:
        if self.mean == "variable":
            self._put(1, 1, "mean")
            self._put(1, 2, 0.75)
            self.areas.append("B1")
        if self.range_cells and self.rating_range is not None:
            self._put(1, 4, self.rating_range[0])
            self._put(1, 5, self.rating_range[1])

    def _block(self) -> None:
        self._head()
        t, c = self.top, self.left
        down, right = (self.items, self.users) if self.across else (self.users, self.items)
        left_table, top_table = (self.q, self.p) if self.across else (self.p, self.q)
        left_bias, top_bias = (self.bi, self.bu) if self.across else (self.bu, self.bi)
        has_left, has_top = (self.item_bias, self.user_bias) if self.across else (self.user_bias, self.item_bias)
        grid = (self.values.T, self.rated.T) if self.across else (self.values, self.rated)
        on = self.ratings_sheet
        for i in range(down):
            for j in range(right):
                if grid[1][i, j]:
                    self._put(t + i, c + j, float(grid[0][i, j]), on)
        self._block_labels(t, c, on)
        # factors of what stands to the left, and of what stands on top
        ft = t + down + 2
        pt = ft + self.factors + 4
        top_f = self._variables(ft + 1, c, top_table.T)
        left_f = self._variables(pt, c - self.factors - 1, left_table)
        top_b = left_b = None
        if has_top:
            top_b = self._variables(ft + 1 + self.factors + (2 if self.bias_apart else 0), c, top_bias[None, :])
        if has_left:
            left_b = self._variables(pt, c - self.factors - (4 if self.bias_apart else 2), left_bias[:, None])
        for i in range(down):
            for j in range(right):
                row, column = pt + i, c + j
                a = f"{address(row, left_f.column1)}:{address(row, left_f.column2)}"
                b = f"{address(top_f.row1, column)}:{address(top_f.row2, column)}"
                if self.form == "products":
                    linear = "+".join(
                        f"{address(row, left_f.column1 + k)}*{address(top_f.row1 + k, column)}"
                        for k in range(self.factors)
                    )
                else:
                    linear = f"MMULT({a},{b})"
                if self.form == "single":
                    linear = f"_xlfn.SINGLE({linear})"
                if top_b is not None:
                    linear += f"+{address(top_b.row1, column)}"
                if left_b is not None:
                    linear += f"+{address(row, left_b.column1)}"
                if self.form != "array":
                    self._put(row, column, "=" + self._wrap(linear))
        predictions = Area("S", pt, c, pt + down - 1, c + right - 1)
        if self.form == "array":
            linear = f"MMULT({left_f.local()},{top_f.local()})"
            linear += f"+{top_b.local()}" if top_b is not None else ""
            linear += f"+{left_b.local()}" if left_b is not None else ""
            self.cells[predictions.local()] = "{=" + self._wrap(linear) + "}"
        ratings = Area(on, t, c, t + down - 1, c + right - 1)
        there = ratings.local() if on == "S" else f"{on}!{ratings.local()}"
        here = predictions.local()
        if self.objective == "residual_rmse":
            rt = pt + down + 3
            for i in range(down):
                for j in range(right):
                    rating = address(t + i, c + j) if on == "S" else f"{on}!{address(t + i, c + j)}"
                    self._put(rt + i, c + j, f'=IF(ISNUMBER({rating}),{rating}-{address(pt + i, c + j)},"")')
            block = Area("S", rt, c, rt + down - 1, c + right - 1).local()
            text = f"SQRT(SUMSQ({block})/COUNT({there}))"
        else:
            sse = f"SUMXMY2({there},{here})"
            text = {
                "rmse": f"SQRT({sse}/COUNT({there}))",
                "root_sse": f"SQRT({sse})",
                "sse": sse,
                "mse": f"{sse}/COUNT({there})",
                "average_square": f"SUMPRODUCT(ISNUMBER({there})*({there}-{here})^2)/COUNT({there})",
            }[self.objective]
        self._objective(pt + down + 1, c + right + 1, text)

    def _block_labels(self, t: int, c: int, on: str) -> None:
        if self.labels == "none":
            return
        left_word, top_word = (self.item_word, self.user_word) if self.across else (self.user_word, self.item_word)
        left_ids, top_ids = (self.item_ids, self.user_ids) if self.across else (self.user_ids, self.item_ids)
        self._put(t - 1, c - 1, left_word, on)
        self._put(t - 2, c - 1, top_word, on)
        for at, label in enumerate(left_ids):
            self._put(t + at, c - 1, label, on)
        for at, label in enumerate(top_ids):
            self._put(t - 2, c + at, label, on)
        if self.labels == "titles":
            for at, title in enumerate(self.titles):
                if self.across:
                    self._put(t + at, c - 2, title, on)
                else:
                    self._put(t - 1, c + at, title, on)

    def _long(self) -> None:
        self._head()
        users = self._variables(4, 3, self.p)
        items = self._variables(4 + self.users + 3, 3, self.q)
        ubias = self._variables(4, 3 + self.factors, self.bu[:, None]) if self.user_bias else None
        ibias = self._variables(items.row1, 3 + self.factors, self.bi[:, None]) if self.item_bias else None
        self._put(3, 1, self.user_word)
        self._put(items.row1 - 1, 1, self.item_word)
        for at, label in enumerate(self.user_ids):
            self._put(users.row1 + at, 1, label)
            self._put(users.row1 + at, 2, at + 1)
        for at, label in enumerate(self.item_ids):
            self._put(items.row1 + at, 1, label)
            self._put(items.row1 + at, 2, at + 1)
        pairs = np.argwhere(self.rated)
        if self.shuffle:
            np.random.default_rng(self.seed).shuffle(pairs)
        t, c, n = 3, 12, len(pairs)
        for at, word in enumerate((self.user_word, self.item_word, "rating")):
            self._put(t, c + at, word)
        f = self.factors
        for at, (u, i) in enumerate(pairs):
            row = t + 1 + at
            uid = self._put(row, c, self.user_ids[u])
            iid = self._put(row, c + 1, self.item_ids[i])
            self._put(row, c + 2, float(self.values[u, i]))
            umatch = f"MATCH({uid},$A${users.row1}:$A${users.row2},0)"
            imatch = f"MATCH({iid},$A${items.row1}:$A${items.row2},0)"
            if self.form == "offset":
                linear = (
                    f"SUMPRODUCT(OFFSET($C${users.row1},{umatch}-1,0,1,{f}),OFFSET($C${items.row1},{imatch}-1,0,1,{f}))"
                )
                linear += "".join(
                    f"+OFFSET({_corner(a.row1, a.column1)},{m}-1,0,1,1)"
                    for a, m in ((ubias, umatch), (ibias, imatch))
                    if a
                )
            elif self.form == "index":
                linear = f"SUMPRODUCT(INDEX({_fix(users)},{umatch},0),INDEX({_fix(items)},{imatch},0))"
                linear += "".join(f"+INDEX({_fix(a)},{m})" for a, m in ((ubias, umatch), (ibias, imatch)) if a)
            else:
                linear = f"SUMPRODUCT({_row(row, 60, f)},{_row(row, 70, f)})"
                linear += f"+{address(row, 80)}" if ubias else ""
                linear += f"+{address(row, 81)}" if ibias else ""
            self._put(row, c + 4, "=" + self._wrap(linear))
            self._put(row, c + 5, f"=({address(row, c + 2)}-{address(row, c + 4)})^2")
            if self.form == "one_hot":
                for k in range(self.users):
                    self._put(row, 20 + k, float(k == u))
                for k in range(self.items):
                    self._put(row, 40 + k, float(k == i))
        if self.form == "one_hot":
            last = t + n
            hot_u = Area("S", t + 1, 20, last, 19 + self.users).local()
            hot_i = Area("S", t + 1, 40, last, 39 + self.items).local()
            for hot, table, at in ((hot_u, users, 60), (hot_i, items, 70), (hot_u, ubias, 80), (hot_i, ibias, 81)):
                if table is not None:
                    wide = Area("S", t + 1, at, last, at + table.width - 1).local()
                    self.cells[wide] = "{=MMULT(" + hot + "," + table.local() + ")}"
        squares = Area("S", t + 1, c + 5, t + n, c + 5).local()
        text = {
            "rmse": f"SQRT(AVERAGE({squares}))",
            "root_sse": f"SQRT(SUM({squares}))",
            "sse": f"SUM({squares})",
            "mse": f"AVERAGE({squares})",
        }[self.objective]
        self._objective(1, 18, text)

    def _objective(self, row: int, column: int, text: str) -> None:
        self.opt = self._put(row, column, (f"={text}", self.value()))


def _corner(row: int, column: int) -> str:
    return f"${address(row, column).removesuffix(str(row))}${row}"


def _fix(area: Area) -> str:
    return f"{_corner(area.row1, area.column1)}:{_corner(area.row2, area.column2)}"


def _row(row: int, column: int, width: int) -> str:
    return f"{address(row, column)}:{address(row, column + width - 1)}"


@pytest.fixture
def layout() -> type[Layout]:
    """Give the class of layouts."""
    return Layout


@pytest.fixture
def read_layout(solver_book: Callable[..., Path]) -> Callable[[Layout], Problem]:
    """Give a function that writes a layout as a workbook and reads its problem."""

    def read(layout: Layout) -> Problem:
        workbook = open_workbook(solver_book(layout.cells, layout.opt, ",".join(layout.areas)))
        return compile_problem(workbook, solver_models(workbook)[0])

    return read


@pytest.fixture
def recognise_layout(solver_book: Callable[..., Path]) -> Callable[[Layout], tuple[Problem, Factorization | None]]:
    """Give a function that writes a layout as a workbook, reads its problem and recognises it, labels included."""

    def recognised(layout: Layout) -> tuple[Problem, Factorization | None]:
        workbook = open_workbook(solver_book(layout.cells, layout.opt, ",".join(layout.areas)))
        problem = compile_problem(workbook, solver_models(workbook)[0])
        return problem, recognise(problem, workbook)

    return recognised
