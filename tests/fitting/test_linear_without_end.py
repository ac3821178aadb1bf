"""A linear objective without bounds has no best value, which is said before any search."""

import pytest

import xlcf

LONG = "=" + "+".join(["B1"] * 2000)


@pytest.mark.parametrize(("formula", "typ"), [(LONG, 2), (LONG, 1), ("=3*B1-2*B2+1", 2)])
def test_it_is_refused_at_once(formula, typ, read_cells):
    problem = read_cells({"A1": formula, "B1": 1.0, "B2": 2.0}, typ=typ)
    with pytest.raises(xlcf.FitError, match=r"without end \(it is linear\)"):
        xlcf.fit(problem)


def test_with_a_bound_on_each_side_that_counts_it_is_fitted(read_cells):
    problem = read_cells(
        {"A1": "=3*B1-2*B2+1", "B1": 1.0, "B2": 2.0}, lhs1="B1", rel1=3, rhs1="-1", lhs2="B2", rel2=1, rhs2="4"
    )
    assert xlcf.fit(problem).objective_end == pytest.approx(3 * -1 - 2 * 4 + 1, abs=1e-9)
