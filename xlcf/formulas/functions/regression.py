"""Lines and exponential curves by least squares, in several variables: LINEST, LOGEST, TREND, GROWTH."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from xlcf.arrays import Floats
from xlcf.formulas.curves import SMOOTH_INSIDE
from xlcf.formulas.differentiable import with_slopes
from xlcf.formulas.errors import UnsupportedFormulaError
from xlcf.formulas.namespace import Array, Namespace
from xlcf.formulas.registry import function
from xlcf.formulas.values import BOOLEAN, ERROR, NUMBER, TEXT, Texts, Value, scalar_value
from xlcf.ooxml.worksheet import ExcelError

_TRUE, _FALSE = scalar_value(1.0), scalar_value(0.0)
_DEPENDENT = 1e-12  # a column whose part outside of the others is smaller, relative to its size, is left out


@dataclass(frozen=True)
class _Fit:
    """A least squares fit of n numbers y by k columns and, unless it is 0, a constant.

    Attributes:
        y: shape (..., n, 1).
        design: shape (..., n, k + 1), the columns, last that of the constant: ones or zeros.
        coefficients: shape (..., k + 1, 1), in the columns' order.
        spreads: shape (..., k + 1, 1), the diagonal of the inverse of the normal equations' matrix.
        freedom: shape (..., 1, 1), numbers that are not used up by coefficients.
        is_ambiguous: whether columns depend on one another, so that other coefficients fit as well.

    """

    y: Array
    design: Array
    coefficients: Array
    spreads: Array
    freedom: Floats
    is_ambiguous: bool


def _fit(xp: Namespace, y: Array, columns: Array, with_constant: bool) -> _Fit:
    """Fit by orthogonal decomposition.

    The derivatives follow from the normal equations: with G = (X'X)^-1, its pseudoinverse X+ and r = y - X b,
    db = G dX' r - X+ dX b + X+ dy and dG = -G (dX'X + X'dX) G.
    """
    n, k = columns.shape[-2:]
    ones = xp.asarray(np.full((*tuple(columns.shape[:-1]), 1), 1.0 if with_constant else 0.0))
    design = xp.concatenate([columns, ones])
    known, target = xp.values(design), xp.values(y)
    batch = np.broadcast_shapes(known.shape[:-2], target.shape[:-2])
    coefficients = np.full((*batch, k + 1, 1), np.nan)
    inverse = np.full((*batch, k + 1, k + 1), np.nan)
    pseudo = np.full((*batch, k + 1, n), np.nan)
    freedom = np.full((*batch, 1, 1), np.nan)
    kept = np.full((*batch, 1, 1), k)
    for at in np.ndindex(batch):
        x = np.broadcast_to(known, (*batch, n, k + 1))[at]
        t = np.broadcast_to(target, (*batch, n, 1))[at]
        if np.isfinite(x).all() and np.isfinite(t).all():
            coefficients[at], inverse[at], pseudo[at], rank = _solve(x, t, with_constant)
            kept[at], freedom[at] = rank, n - rank - with_constant
    residuals = target - known @ coefficients
    parts, spreads = [], []
    for j in range(k + 1):
        of_y = pseudo[..., j, :][..., None]
        of_x = inverse[..., j, :][..., None, :] * residuals - of_y * coefficients.swapaxes(-1, -2)
        of_x = of_x * _varying(n, k)
        parts.append(_traced(xp, coefficients[..., j : j + 1, :], (y, of_y), (design, of_x)))
        of_x = -2 * (known @ inverse)[..., j : j + 1] * inverse[..., j, :][..., None, :] * _varying(n, k)
        spreads.append(_traced(xp, inverse[..., j : j + 1, j : j + 1], (design, of_x)))
    stacked = [xp.swap_last(xp.concatenate([xp.swap_last(part) for part in each])) for each in (parts, spreads)]
    return _Fit(y, design, stacked[0], stacked[1], freedom, bool((kept < k).any()))


def _varying(n: int, k: int) -> Floats:
    """Leave the column of the constant out of derivatives."""
    mask = np.ones((n, k + 1))
    mask[:, k] = 0
    return mask


def _solve(x: Floats, y: Floats, with_constant: bool) -> tuple[Floats, Floats, Floats, int]:
    """Solve one problem; columns that depend on those before them get the coefficient 0.

    Returns:
        The coefficients, the inverse of the normal equations' matrix, the pseudoinverse (both with zeros for what is
        left out) and how many columns are kept.

    """
    k = x.shape[-1] - 1
    columns = x[:, :k]
    center = columns.mean(axis=0) if with_constant else np.zeros(k)
    centered = columns - center
    kept: list[int] = []
    basis = np.zeros((len(x), 0))
    for j in range(k):
        rest = centered[:, j] - basis @ (basis.T @ centered[:, j])
        rest = rest - basis @ (basis.T @ rest)
        size = np.linalg.norm(rest)
        if size > _DEPENDENT * float(np.linalg.norm(columns[:, j])):
            kept.append(j)
            basis = np.column_stack([basis, rest / size])
    coefficients = np.zeros((k + 1, 1))
    pseudo = np.zeros((k + 1, len(x)))
    if kept:
        pseudo[kept] = np.linalg.pinv(centered[:, kept], rcond=1e-15)
    mean = y.mean(axis=0) if with_constant else np.zeros(1)
    if with_constant:
        pseudo[k] = 1 / len(x) - center @ pseudo[:k]
    if kept:
        solved = np.linalg.lstsq(centered[:, kept], y - mean, rcond=None)[0]
        coefficients[kept] = solved
    if with_constant:
        coefficients[k] = mean - center @ coefficients[:k]
    return coefficients, pseudo @ pseudo.T, pseudo, len(kept)


def _traced(xp: Namespace, known: Floats, *slopes: tuple[Array, Floats]) -> Array:
    """Give a number of shape (..., 1, 1) its derivatives by arrays."""
    result = xp.asarray(known)
    for array, slope in slopes:
        result = result + xp.sum(with_slopes(xp, np.zeros(slope.shape), (array, slope)))
    return result


def _arranged(xp: Namespace, y: Value, x: Value | None) -> tuple[Array, Array, bool] | ExcelError:
    """Lay numbers out as a column and their variables as columns; tell whether they stood in a row."""
    height, width = y.shape[-2:]
    if not (y.is_kind(NUMBER, ERROR).all() and (x is None or x.is_kind(NUMBER, ERROR).all())):
        return ExcelError("#VALUE!")
    n = height * width
    if x is None:
        columns = xp.asarray(np.arange(1.0, n + 1).reshape(1, 1, n, 1))
        in_row = height == 1 and width > 1
    elif x.shape[-2:] == y.shape[-2:]:
        columns = x.numbers.reshape((*x.numbers.shape[:-2], n, 1))
        in_row = height == 1 and width > 1
    elif width == 1 and x.shape[-2] == height:
        columns, in_row = x.numbers, False
    elif height == 1 and x.shape[-1] == width:
        columns, in_row = xp.swap_last(x.numbers), True
    else:
        return ExcelError("#REF!")
    return y.numbers.reshape((*y.numbers.shape[:-2], n, 1)), columns, in_row


def _is_true(value: Value) -> bool:
    return bool((np.asarray(value.known) != 0).any()) if value.known is not None else True


def _codes(y: Value, x: Value | None = None, constant: Value = _TRUE, statistics: Value = _FALSE) -> Texts:
    """Give the error codes of the cells of LINEST and LOGEST: #N/A for what no statistic stands in."""
    x = _given(x)
    width = 1 if x is None or x.shape[-2:] == y.shape[-2:] else x.shape[-1 if y.shape[-1] == 1 else -2]
    codes: Texts = np.full((1, 1, 5, width + 1), "#NUM!", dtype=object)
    codes[..., 2:, 2:] = "#N/A"
    if not (_is_blank(constant) or _is_true(constant)):
        codes[..., 1, width] = "#N/A"
    return codes if _is_true(statistics) else codes[..., :1, :]


@function("LINEST", takes="AA?L?L?", curve=SMOOTH_INSIDE.switched_by(2, 3), error=_codes)
def linest(
    xp: Namespace, y: Value, x: Value | None = None, constant: Value = _TRUE, statistics: Value = _FALSE
) -> Array | Value:
    """The coefficients, the last column's first; with statistics five rows."""
    return _table(xp, y, x, constant, statistics, of_logarithms=False)


@function("LOGEST", takes="AA?L?L?", curve=SMOOTH_INSIDE.switched_by(2, 3), error=_codes)
def logest(
    xp: Namespace, y: Value, x: Value | None = None, constant: Value = _TRUE, statistics: Value = _FALSE
) -> Array | Value:
    """As LINEST of the logarithms, with the factors instead of the coefficients."""
    return _table(xp, y, x, constant, statistics, of_logarithms=True)


def _table(
    xp: Namespace, y: Value, x: Value | None, constant: Value, statistics: Value, *, of_logarithms: bool
) -> Array | Value:
    arranged = _arranged(xp, y, _given(x))
    if isinstance(arranged, ExcelError):
        return scalar_value(arranged)
    target, columns, _ = arranged
    with_constant = _is_blank(constant) or _is_true(constant)
    target = _log(xp, target) if of_logarithms else target
    fit = _fit(xp, target, columns, with_constant)
    if fit.is_ambiguous:
        raise UnsupportedFormulaError(
            "the columns of variables depend on one another, which leaves the coefficients open; leave one of them out"
        )
    first = _reversed(xp, fit.coefficients)
    if of_logarithms:
        first = xp.elementwise("exp", first)
    if not _is_true(statistics):
        return first
    residual = xp.sum(xp.square(fit.y - xp.matmul(fit.design, fit.coefficients)))
    n = target.shape[-2]
    mean = xp.sum(fit.y) / n if with_constant else 0.0
    explained = xp.sum(xp.square(fit.y - mean)) - residual
    count = n - fit.freedom - with_constant
    variance = xp.divide(residual, xp.asarray(np.where(fit.freedom > 0, fit.freedom, np.nan)))
    errors = _reversed(xp, xp.elementwise("sqrt", xp.multiply(variance, fit.spreads)))
    k = int(columns.shape[-1])
    if not with_constant:
        errors = xp.concatenate([errors[..., :k], _nothing(xp, errors, 1)])
    share = xp.divide(explained, explained + residual)
    f = xp.divide(xp.divide(explained, xp.asarray(np.where(count > 0, count, np.nan))), variance)
    freedom = xp.asarray(fit.freedom) + 0.0 * residual
    pairs = [(share, xp.elementwise("sqrt", variance)), (f, freedom), (explained, residual)]
    rows = [first, errors]
    for left, right in pairs:
        row = xp.concatenate([left, right])
        rows.append(xp.concatenate([row, _nothing(xp, row, k - 1)]) if k > 1 else row)
    return xp.swap_last(xp.concatenate([xp.swap_last(row) for row in rows]))


def _nothing(xp: Namespace, like: Array, width: int) -> Array:
    return xp.broadcast_to(xp.asarray(np.full((1, 1, 1, 1), np.nan)), (*like.shape[:-1], width))


def _reversed(xp: Namespace, column: Array) -> Array:
    """Give coefficients in Excel's order, in a row: the last column's first, the constant at the end."""
    row = xp.swap_last(column)
    k = row.shape[-1] - 1
    return xp.concatenate([*(row[..., j : j + 1] for j in reversed(range(k))), row[..., k:]])


def _log(xp: Namespace, numbers: Array) -> Array:
    return xp.elementwise("log", xp.where(numbers > 0, numbers, np.nan))


def _given(value: Value | None) -> Value | None:
    return None if value is None or _is_blank(value) else value


def _is_blank(value: Value) -> bool:
    """Tell whether an argument is left empty."""
    return value.cells is None and value.shape[-2:] == (1, 1) and not value.is_kind(NUMBER, ERROR, BOOLEAN, TEXT).any()


@function("TREND", takes="AA?A?L?", curve=SMOOTH_INSIDE.switched_by(3))
def trend(
    xp: Namespace, y: Value, x: Value | None = None, new: Value | None = None, constant: Value = _TRUE
) -> Array | Value:
    """The values on the fitted line, at new places or those given."""
    return _along(xp, y, x, new, constant, of_logarithms=False)


@function("GROWTH", takes="AA?A?L?", curve=SMOOTH_INSIDE.switched_by(3))
def growth(
    xp: Namespace, y: Value, x: Value | None = None, new: Value | None = None, constant: Value = _TRUE
) -> Array | Value:
    """The values on the fitted exponential curve, at new places or those given."""
    return _along(xp, y, x, new, constant, of_logarithms=True)


def _along(
    xp: Namespace, y: Value, x: Value | None, new: Value | None, constant: Value, *, of_logarithms: bool
) -> Array | Value:
    x, new = _given(x), _given(new)
    arranged = _arranged(xp, y, x)
    if isinstance(arranged, ExcelError):
        return scalar_value(arranged)
    target, columns, in_row = arranged
    with_constant = _is_blank(constant) or _is_true(constant)
    fit = _fit(xp, _log(xp, target) if of_logarithms else target, columns, with_constant)
    k = int(columns.shape[-1])
    if new is None:
        places, shape = columns, tuple(y.shape[-2:])
    elif k == 1:
        size = new.shape[-2] * new.shape[-1]
        places, shape = new.numbers.reshape((*new.numbers.shape[:-2], size, 1)), new.shape[-2:]
    else:
        places = xp.swap_last(new.numbers) if in_row else new.numbers
        shape = (1, places.shape[-2]) if in_row else (places.shape[-2], 1)
    if places.shape[-1] != k:
        return scalar_value(ExcelError("#REF!"))
    ones = xp.asarray(np.full((*tuple(places.shape[:-1]), 1), 1.0 if with_constant else 0.0))
    values = xp.matmul(xp.concatenate([places, ones]), fit.coefficients)
    values = values.reshape((*values.shape[:-2], *shape))
    return xp.elementwise("exp", values) if of_logarithms else values
