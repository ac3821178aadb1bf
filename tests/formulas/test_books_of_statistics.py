"""Excel's own answers, book by book: criteria, searches, rounding, logic, statistics, distributions, engineering."""

from typing import Any

import pytest

BOOKS = [
    "AND_OR_XOR",
    "ATAN2_POWER",
    "AVERAGE",
    "BETADIST_BETAINV",
    "BETA_GAMMA",
    "BINOM",
    "CHISQ",
    "COMBIN_COMBINA",
    "CONFIDENCE",
    "CORREL_SLOPE_INTERCEPT_RSQ_STEYX",
    "COS",
    "COUNT",
    "COUNTIF",
    "COUNTIFS",
    "COVARIANCE",
    "DCOUNT_DCOUNTA_DGET_DPRODUCT",
    "DEGREES_RADIANS",
    "DMIN_DMAX_DAVERAGE_DSUM",
    "DVAR_DVARP_DSTDEV_DSTDEVP",
    "ERF",
    "ERF-PRECISE",
    "ERFC",
    "ERFC-PRECISE",
    "ERFs",
    "EVEN_ODD",
    "EXPONDIST",
    "EXP_SIGN",
    "FACT_DOUBLEFACT",
    "FISHER",
    "FLOOR_CEILING",
    "F_DIST",
    "GAMMA",
    "GAMMALN_GAMMALNPRECISE",
    "GCD_LCM",
    "GESTEP_DELTA",
    "HVLOOKUP",
    "IS_INFORMATION",
    "LCM_GCD",
    "LINEST_LOGEST",
    "LOGNORM",
    "LOG_LOG10_LN",
    "MEADIAN_KURT_SKEW_HARMEAN",
    "MINA_MAXA",
    "MIN_MAX",
    "MOD_QUOTIENT",
    "MROUND_TRUNC_INT",
    "NORM_DIST",
    "PERCENTIL_QUARTIL",
    "POISSON",
    "RANK_EQ_RANK_AVG",
    "ROUND",
    "SIN",
    "SMALL_LARGE",
    "SQRT_SQRTPI",
    "STDEV",
    "SUMIFS",
    "SUMIF_AVERAGE_IF",
    "SUMIF_array",
    "SUMSQ",
    "SUMX2MY2_SUMX2PY2_SUMXMY2",
    "T_DIST",
    "VARIANCE",
    "logical",
    "trigonometric_functions",
]

OWN_NOISE = {
    "BESSEL": 10,  # of order 1, and what follows from it, from 8 on: Excel is wrong from the fifth digit
    "FISHER_FISHERINV": 2,  # of 1e-10: Excel loses 9 digits in (1 + x) / (1 - x)
    "TAN": 4,  # next to a pole: Excel reduces angles with a pi of 64 bits
    "TRIGONOMETRIC": 4,  # likewise
}

WITH_TEXTS = ("COUNTIF", "COUNTIFS")  # they join texts


@pytest.mark.parametrize("name", [*OWN_NOISE, *BOOKS])
def test_book(differing: Any, name: str) -> None:
    assert len(differing(name, or_refused=name not in WITH_TEXTS)) == OWN_NOISE.get(name, 0)
