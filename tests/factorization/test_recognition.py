"""The same factorization is recognised in every layout, with the right ratings, labels and predictions."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import xlcf
from xlcf.factorization import recognise
from xlcf.factorization.pairs import Pairs

FORMS = ("cells", "single", "products", "array", "offset", "index", "one_hot")
BLOCK_FORMS = FORMS[:4]
BOTH = {"user_bias": True, "item_bias": True}


def pattern(*rows):
    return np.array([[mark == "x" for mark in row] for row in rows])


SPARSE = {
    "single ratings": pattern("xxxxx", "x....", ".x...", "xxxxx", "....x", "x.x.x"),
    "a user without a rating": pattern("xxxxx", "xxxx.", ".....", "x.x.x", "..xxx", "x.xxx"),
    "an item without a rating": pattern(*["xx.xx"] * 6),
    "two parts": pattern(*["xxx.."] * 3, *["...xx"] * 3),
    "two parts and an item without a rating": pattern(*["xx..."] * 3, *["...xx"] * 3),
    "a pair of its own": pattern(*["xxx.."] * 5, "....x"),
    "two pairs of their own": pattern(*["xxx.."] * 4, "...x.", "....x"),
    "all": pattern(*["xxxxx"] * 6),
}


def check(layout, problem, found):
    """Compare what is recognised with what NumPy says of the layout."""
    assert problem.computed == pytest.approx(layout.value(), rel=1e-12)
    assert found is not None
    ratings = found.ratings
    assert [str(i) for i in ratings.user_ids] == [str(i) for i in layout.user_ids]
    assert [str(i) for i in ratings.item_ids] == [str(i) for i in layout.item_ids]
    rated = {(u, i): layout.values[u, i] for u, i in np.argwhere(layout.rated)}
    assert dict(zip(zip(ratings.users, ratings.items, strict=True), ratings.values, strict=True)) == rated
    factors = found.factors(problem.start)
    np.testing.assert_allclose(factors.predict_all(), layout.predictions(), rtol=1e-12)
    assert found.objective(problem.start) == pytest.approx(layout.value(), rel=1e-12)
    assert found.objective_kind == layout.objective_kind
    assert found.n_factors == layout.factors
    assert found.rating_range == layout.rating_range
    assert (found.user_bias_index is not None) == layout.user_bias
    assert (found.item_bias_index is not None) == layout.item_bias
    assert (found.global_bias_index is not None) == (layout.mean == "variable")
    np.testing.assert_array_equal(found.variables(factors, np.zeros_like(problem.start)), problem.start)
    return found


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    "more",
    [
        {},
        {"user_bias": True},
        {"item_bias": True},
        BOTH,
        {**BOTH, "bias_apart": True},
        {"mean": "variable", **BOTH},
        {"mean": "constant"},
        {"rating_range": (0.5, 5.0)},
        {"rating_range": (0.5, 5.0), "mean": "constant"},
        {"rating_range": (0.5, 5.0), "range_cells": True, "mean": "variable", **BOTH},
        {"factors": 1},
        {"factors": 1, **BOTH},
        {"factors": 1, "rating_range": (1.0, 5.0), **BOTH},
        {"factors": 8, "users": 12, "items": 10, "left": 14},
    ],
    ids=str,
)
def test_every_model_in_every_form(form, more, layout, recognise_layout):
    each = layout(form=form, **more)
    check(each, *recognise_layout(each))


@pytest.mark.parametrize("form", BLOCK_FORMS)
@pytest.mark.parametrize("more", [{}, BOTH, {"user_bias": True, "bias_apart": True}], ids=str)
def test_users_side_by_side(form, more, layout, recognise_layout):
    each = layout(form=form, across=True, **more)
    check(each, *recognise_layout(each))


@pytest.mark.parametrize("form", ["cells", "array", "index"])
@pytest.mark.parametrize("objective", ["rmse", "root_sse", "sse", "mse"])
def test_objective_kinds(form, objective, layout, recognise_layout):
    each = layout(form=form, objective=objective)
    check(each, *recognise_layout(each))


@pytest.mark.parametrize("objective", ["residual_rmse", "average_square"])
def test_objectives_by_other_formulas(objective, layout, recognise_layout):
    each = layout(objective=objective)
    check(each, *recognise_layout(each))


@pytest.mark.parametrize("form", BLOCK_FORMS)
def test_ratings_on_another_sheet(form, layout, recognise_layout):
    each = layout(form=form, ratings_sheet="R")
    check(each, *recognise_layout(each))


@pytest.mark.parametrize("form", ["cells", "index"])
@pytest.mark.parametrize("more", [{}, BOTH, {"factors": 1, "rating_range": (0.5, 5.0)}], ids=str)
@pytest.mark.parametrize("rated", SPARSE.values(), ids=SPARSE.keys())
def test_sparse_ratings(form, more, rated, layout, recognise_layout):
    each = layout(form=form, rated=rated, shuffle=True, **more)
    check(each, *recognise_layout(each))


@given(
    form=st.sampled_from(FORMS),
    across=st.booleans(),
    users=st.integers(3, 8),
    items=st.integers(3, 7),
    factors=st.integers(1, 4),
    user_bias=st.booleans(),
    item_bias=st.booleans(),
    mean=st.sampled_from(["", "constant", "variable"]),
    rating_range=st.sampled_from([None, (0.5, 5.0), (-1.0, 1.0)]),
    top=st.integers(4, 30),
    left=st.integers(11, 40),
    rated=st.sampled_from([None, *SPARSE.values()]),
    seed=st.integers(0, 1000),
)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_layout_anywhere(layout, recognise_layout, form, across, **more):
    if more["rated"] is not None:
        more["users"], more["items"] = more["rated"].shape
    each = layout(form=form, across=across and form in BLOCK_FORMS, shuffle=True, **more)
    check(each, *recognise_layout(each))


def test_shuffled_rows_of_the_long_form(layout, recognise_layout):
    in_order, shuffled = layout(form="offset"), layout(form="offset", shuffle=True)
    assert in_order.cells != shuffled.cells
    one, other = check(in_order, *recognise_layout(in_order)), check(shuffled, *recognise_layout(shuffled))
    assert sorted(zip(one.ratings.users, one.ratings.items, one.ratings.values, strict=True)) == sorted(
        zip(other.ratings.users, other.ratings.items, other.ratings.values, strict=True)
    )


def test_a_pair_rated_twice_counts_twice(layout, read_layout):
    each = layout(form="index", rated=SPARSE["all"])
    # the second rating repeats the pair of the first
    each.cells["L5"], each.cells["M5"] = each.cells["L4"], each.cells["M4"]
    found = recognise(read_layout(each))
    assert len(found.ratings) == 30
    first, second = (np.column_stack([found.ratings.users, found.ratings.items])[at] for at in (0, 1))
    assert (first == second).all()


def test_blank_cells_between_the_tables_are_no_users(layout, recognise_layout):
    """One area over both tables takes in the cells between them."""
    each = layout(form="index")
    each.areas = ["C4:E17"]
    del each.cells["A12"]
    problem, found = recognise_layout(each)
    assert len(problem.variables) > (each.users + each.items) * each.factors
    check(each, problem, found)


# -- models that are no factorizations --------------------------------------------------------------------------------


def regression_cells():
    x, y = np.linspace(0, 1, 8), [1.0, 1.2, 1.9, 2.1, 2.4, 3.1, 3.3, 3.4]
    cells = {"B1": 0.0, "B2": 0.0}
    for row, (a, b) in enumerate(zip(x, y, strict=True), 4):
        cells |= {f"C{row}": float(a), f"D{row}": b, f"E{row}": f"=B$1+B$2*C{row}"}
    return cells


@pytest.mark.parametrize(
    ("objective", "others"),
    [
        ("=SUMXMY2(D4:D11,E4:E11)", {}),
        # logistic regression, with the errors squared
        ("=SUMXMY2(F4:F11,G4:G11)", {f"F{r}": float(r in (6, 8, 9, 11)) for r in range(4, 12)}
         | {f"G{r}": f"=1/(1+EXP(-E{r}))" for r in range(4, 12)}),
        # logistic regression as it should be
        ("=-SUM(H4:H11)", {f"F{r}": float(r in (6, 8, 9, 11)) for r in range(4, 12)}
         | {f"G{r}": f"=1/(1+EXP(-E{r}))" for r in range(4, 12)}
         | {f"H{r}": f"=F{r}*LN(G{r})+(1-F{r})*LN(1-G{r})" for r in range(4, 12)}),
        ("=(B1-1)^2+(B2-2)^2", {}),
    ],
    ids=["linear regression", "squared logistic regression", "logistic regression", "no data"],
)  # fmt: skip
def test_other_models_are_not_taken_for_factorizations(objective, others, solver_book):
    import xlcf

    problem = xlcf.read_problem(solver_book(regression_cells() | others | {"A1": objective}))
    assert recognise(problem) is None
    result = xlcf.fit(problem)
    assert result.status == "converged"
    assert result.objective_end < result.objective_start


@pytest.mark.parametrize("kind", ["rmse", "mse", "sse", "root_sse"])
def test_weight_decay_is_recognised(kind, layout, read_layout):
    """Each area of variable cells has a weight of its own."""
    import xlcf
    from xlcf.errors import InputError
    from xlcf.factorization.program import FactorizationProgram

    each = layout(objective=kind)
    formula, _ = each.cells[each.opt]
    penalty = "+".join(f"{0.1 * n}*SUMSQ({area})" for n, area in enumerate(each.areas, 1))
    each.cells[each.opt] = f"{formula}+{penalty}"
    problem = read_layout(each)
    found = recognise(problem)
    assert found.objective_kind == kind
    assert sorted(set(found.weight_decay.round(12))) == [0.1 * n for n in range(1, len(each.areas) + 1)]
    x = np.random.default_rng(5).normal(size=len(problem.variables))
    program = FactorizationProgram(found, len(x))
    (value, gradient), (stated, slope) = program.value_and_gradient(x), problem.objective.program.value_and_gradient(x)
    assert value == pytest.approx(stated, rel=1e-12)
    assert found.objective(x) == pytest.approx(stated, rel=1e-12)
    np.testing.assert_allclose(gradient, slope, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(program(np.stack([x, 2 * x]))[:, 0], [problem.objective(x), problem.objective(2 * x)])
    assert xlcf.fit(problem).status == "converged"
    with pytest.raises(InputError, match="the model's objective adds weight decay"):
        xlcf.fit(problem, method="adam", batch_size=5)


def test_what_is_not_weight_decay_is_not_recognised(layout, read_layout):
    """A sum of absolute values, or a bonus for large factors, is another model."""
    for penalty in ("SUMPRODUCT(ABS({}))", "0.3*SUM({})", "-0.1*SUMSQ({})"):
        each = layout()
        formula, _ = each.cells[each.opt]
        each.cells[each.opt] = f"{formula}+{penalty.format(each.areas[0])}"
        assert recognise(read_layout(each)) is None


def test_two_way_dummies_without_factors_are_not_recognised(layout, read_layout):
    """A bias for each user and item alone has no dot product in it."""
    each = layout(factors=1, form="products", **BOTH)
    for place, content in list(each.cells.items()):
        if isinstance(content, str) and "*" in content:
            _product, *biases = content.removeprefix("=").split("+")
            each.cells[place] = "=" + "+".join(biases)
    assert recognise(read_layout(each)) is None


def test_a_line_through_many_points_costs_no_derivatives(solver_book, monkeypatch):
    cells = {"A1": "=SUMXMY2(D1:D300,E1:E300)", "B1": 0.5, "B2": 1.0}
    for row in range(1, 301):
        cells |= {f"C{row}": row / 100, f"D{row}": 2.0 + row / 50, f"E{row}": f"=$B$1+$B$2*C{row}"}

    def refuse(*_):
        raise AssertionError("two variables cannot make 300 pairs of user and item")

    monkeypatch.setattr(Pairs, "jacobian", refuse)
    assert recognise(xlcf.read_problem(solver_book(cells))) is None
