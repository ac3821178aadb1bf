"""CONVERT, against the units' definitions and Microsoft's documented answers."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlcf.formulas.errors import UnsupportedFormulaError
from xlcf.formulas.functions.units import unit_of
from xlcf.formulas.measures import UNITS

CASES = [
    ('CONVERT(1,"lbm","kg")', 0.45359237),
    ('CONVERT(68,"F","C")', 20.0),
    ('CONVERT(2.5,"ft","sec")', "#N/A"),
    ('CONVERT(CONVERT(100,"ft","m"),"ft","m")', 9.290304),
    ('CONVERT(1,"mi","km")', 1.609344),
    ('CONVERT(1,"ft^2","cm2")', 929.0304),
    ('CONVERT(1,"m3","l")', 1000.0),
    ('CONVERT(1,"kibyte","bit")', 8192.0),
    ('CONVERT(1,"kim","m")', "#N/A"),
    ('CONVERT(1,"gal","l")', 3.785411784),
    ('CONVERT(1,"dam","m")', 10.0),
    ('CONVERT(1,"day","hr")', 24.0),
    ('CONVERT(1,"HP","W")', 745.6998715822702),
    ('CONVERT(0,"K","C")', -273.15),
    ('CONVERT(1,"mK","K")', 0.001),
    ('CONVERT(1,"kn","km/hr")', 1.852),
    ('CONVERT(1,"psi","Pa")', 6894.757293168361),
    ('CONVERT(1,"LBM","g")', "#N/A"),
    ('CONVERT("2","hr","min")', 120.0),
    ('CONVERT("x","hr","min")', "#VALUE!"),
    ('CONVERT(TRUE,"hr","min")', "#VALUE!"),
    ('CONVERT(B9,"C","K")', 273.15),
    ('CONVERT(1/0,"hr","no")', "#DIV/0!"),
    ('CONVERT(1,NA(),"no")', "#N/A"),
    ('SUM(CONVERT({1,2},"hr","min"))', 180.0),
]


def test_values(sheets: Any) -> None:
    assert sheets.differing(CASES) == []


@given(st.sampled_from(sorted(UNITS)), st.sampled_from(["", "k", "m", "da"]))
def test_a_prefix_multiplies(unit: str, prefix: str) -> None:
    plain, found = unit_of(unit), unit_of(prefix + unit)
    kind, factor, power = UNITS[unit]
    assert plain is not None
    assert (plain.kind, plain.factor) == (kind, factor)
    if power and prefix + unit not in UNITS:
        assert found is not None
        assert found.factor == pytest.approx(factor * {"": 1, "k": 1e3, "m": 1e-3, "da": 10}[prefix] ** power)


def test_units_whose_values_were_revised_are_refused(sheets: Any) -> None:
    with pytest.raises(UnsupportedFormulaError, match="unit eV"):
        sheets.computed({"A1": '=CONVERT(1,"keV","J")'}, "A1")


def test_gradient(sheets: Any) -> None:
    program = sheets.program({"A1": 50, "B1": '=CONVERT(A1,"F","C")^2'}, "B1", "A1")
    value, gradient = program.value_and_gradient(np.array([50.0]))
    assert value == pytest.approx(100)
    np.testing.assert_allclose(gradient, [2 * 10 * 5 / 9], rtol=1e-12)
