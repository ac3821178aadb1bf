"""Distributions against SciPy's, Excel's documentation and Excel's own answers; their gradients by differences."""

import math
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

ANSWERS: list[tuple[str, object]] = [
    ("NORM.DIST(42,40,1.5,TRUE)", 0.9087887802741321),
    ('NORM.DIST(42,40,1.5,"TRUE")', 0.9087887802741321),
    ('NORM.DIST(42,40,1.5,"x")', "#VALUE!"),
    ("PHI(0.75)", 0.301137432154804),
    ("GAUSS(2)", 0.477249868051821),
    ("FISHER(0.75)", 0.9729550745276566),
    ("FISHERINV(0.972955)", 0.749999967402769),
    ("FISHER(1)", "#NUM!"),
    ("STANDARDIZE(42,40,1.5)", 4 / 3),
    ("STANDARDIZE(42,40,0)", "#NUM!"),
    ("LOGNORM.DIST(4,3.5,1.2,TRUE)", 0.0390835557068005),
    ("LOGNORMDIST(4,3.5,1.2)", 0.0390835557068005),
    ("LOGNORM.DIST(4,3.5,1.2,FALSE)", 0.0176175966818194),
    ("LOGINV(0.039084,3.5,1.2)", 4.0000252186806),
    ("EXPON.DIST(0.2,10,TRUE)", 0.864664716763387),
    ("EXPONDIST(0.2,10,FALSE)", 1.35335283236613),
    ("EXPON.DIST(-1,10,TRUE)", "#NUM!"),
    ("WEIBULL.DIST(105,20,100,TRUE)", 0.929581390069277),
    ("WEIBULL(105,20,100,FALSE)", 0.0355888640245045),
    ("GAMMA.DIST(10.00001131,9,2,TRUE)", 0.06809400387),
    ("GAMMADIST(10.00001131,9,2,FALSE)", 0.03263913041829),
    ("GAMMA.DIST(0,0.5,1,FALSE)", "#NUM!"),
    ("GAMMA.INV(0.068094,9,2)", 10.0000111914377),
    ("GAMMAINV(1,9,2)", "#NUM!"),
    ("BETA.DIST(2,8,10,TRUE,1,3)", 0.685470581054688),
    ("BETADIST(2,8,10,1,3)", 0.685470581054688),
    ("BETA.DIST(2,8,10,FALSE,1,3)", 1.4837646484375),
    ("BETA.DIST(0.2,8,10,TRUE,0.3,1)", "#NUM!"),
    ("BETA.INV(0.685470581,8,10,1,3)", 1.99999999992),
    ("BETAINV(1,8,10)", "#NUM!"),
    ("CHISQ.DIST(0.5,1,TRUE)", 0.520499877813047),
    ("CHISQ.DIST(2,3,FALSE)", 0.207553748710297),
    ("CHIDIST(18.307,10)", 0.0500005890913981),
    ("CHISQ.INV(0.93,1)", 3.283020286759536),
    ("CHIINV(0.050001,10)", 18.306973),
    ("CHISQ.DIST(1,0.5,TRUE)", "#NUM!"),
    ("F.DIST(15.2069,6,4,TRUE)", 0.99),
    ("F.DIST(15.2069,6,4,FALSE)", stats.f.pdf(15.2069, 6, 4)),
    ("FDIST(15.20686486,6,4)", 0.01),
    ("F.INV(0.01,6,4)", 0.109309914),
    ("FINV(0.01,6,4)", 15.20686486),
    ("F.INV.RT(1E-12,6,4)", 1632992.0507442278),
    ("T.DIST(60,1,TRUE)", 0.99469533),
    ("T.DIST(8,3,FALSE)", stats.t.pdf(8, 3)),
    ("T.DIST.2T(1.959999998,60)", 0.054644927),
    ("TDIST(1.959999998,60,2)", 0.054644927),
    ("TDIST(1.959999998,60,1)", 0.027322464),
    ("TDIST(1,60,3)", "#NUM!"),
    ("T.DIST.RT(1.959999998,60)", 0.027322464),
    ("T.DIST.2T(-1,60)", "#NUM!"),
    ("T.INV(0.75,2)", 0.8164966),
    ("TINV(0.546449,60)", 0.606533),
    ("CONFIDENCE.NORM(0.05,2.5,50)", 0.692951912174839),
    ("CONFIDENCE(0.05,2.5,50)", 0.692951912174839),
    ("CONFIDENCE.T(0.05,1,50)", 0.284196855),
    ("CONFIDENCE.T(0.05,1,1)", "#DIV/0!"),
    ("CONFIDENCE.NORM(1,1,5)", "#NUM!"),
    ("BINOM.DIST(6,10,0.5,FALSE)", 0.205078125),
    ("BINOMDIST(2,10,-2,TRUE)", "#NUM!"),
    ("BINOM.DIST.RANGE(60,0.75,48)", 0.083974967429),
    ("BINOM.DIST.RANGE(60,0.75,45,50)", 0.523629793471),
    ("BINOM.INV(6,0.5,0.75)", 4),
    ("CRITBINOM(6,0.5,0)", "#NUM!"),
    ("NEGBINOM.DIST(10,5,0.25,TRUE)", 0.3135140584781766),
    ("NEGBINOMDIST(10,5,0.25)", 0.0550486603752),
    ("POISSON.DIST(2,5,TRUE)", 0.124652019483081),
    ("POISSON(2,5,FALSE)", 0.0842243374885683),
    ("POISSON.DIST(0,0,FALSE)", 1),
    ("HYPGEOM.DIST(1,4,8,20,TRUE)", 0.4654282765737874),
    ("HYPGEOMDIST(1,4,8,20)", 0.3632610939112487),
    ("HYPGEOMDIST(5,4,8,20)", "#NUM!"),
    ("GAMMA(2.5)", 1.329340388),
    ("GAMMA(-3.75)", 0.267866128861417),
    ("GAMMA(0)", "#NUM!"),
    ("GAMMA(-2)", "#NUM!"),
    ("FACT(5.9)", 120),
    ("FACT(171)", "#NUM!"),
    ("FACTDOUBLE(7)", 105),
    ("FACTDOUBLE(6)", 48),
    ("FACTDOUBLE(-1)", "#NUM!"),
    ("COMBIN(8,2)", 28),
    ("COMBINA(4,3)", 20),
    ("COMBINA(10,3)", 220),
    ("PERMUT(100,3)", 970200),
    ("PERMUTATIONA(3,2)", 9),
    ("GCD(24,36)", 12),
    ("GCD(5,0)", 5),
    ("LCM(24,36)", 72),
    ("LCM(,5)", "#N/A"),
    ("GCD(A1)", "#VALUE!"),
    ("LCM(2147483647,1073741823)", "#NUM!"),
    ("MULTINOMIAL(2,3,4)", 1260),
    ("MULTINOMIAL(TRUE)", "#VALUE!"),
    ("MULTINOMIAL(46000,3)", math.comb(46003, 3)),
    ("MULTINOMIAL(9000,9000)", "#NUM!"),
]


def test_answers(sheets: Any) -> None:
    assert not sheets.differing(ANSWERS, rel=2e-7)


def expected(x: float, p: float, a: float, b: float) -> dict[str, float]:
    """Give formulas of A1:A4 with what SciPy makes of them."""
    return {
        "GAMMA.DIST(A1,A3,A4,TRUE)": stats.gamma.cdf(x, a, scale=b),
        "GAMMA.DIST(A1,A3,A4,FALSE)": stats.gamma.pdf(x, a, scale=b),
        "GAMMA.INV(A2,A3,A4)": stats.gamma.ppf(p, a, scale=b),
        "BETA.DIST(A2,A3,A4,TRUE,-1,2)": stats.beta.cdf(p, a, b, -1, 3),
        "BETA.DIST(A2,A3,A4,FALSE)": stats.beta.pdf(p, a, b),
        "BETA.INV(A2,A3,A4)": stats.beta.ppf(p, a, b),
        "LOGNORM.DIST(A1,A3,A4,FALSE)": stats.lognorm.pdf(x, b, scale=math.exp(a)),
        "LOGNORM.INV(A2,A3,A4)": stats.lognorm.ppf(p, b, scale=math.exp(a)),
        "WEIBULL.DIST(A1,A3,A4,TRUE)": stats.weibull_min.cdf(x, a, scale=b),
        "WEIBULL.DIST(A1,A3,A4,FALSE)": stats.weibull_min.pdf(x, a, scale=b),
        "EXPON.DIST(A1,A3,FALSE)": stats.expon.pdf(x, scale=1 / a),
        "CHISQ.DIST(A1,5,TRUE)+CHISQ.DIST(A1,5,FALSE)": stats.chi2.cdf(x, 5) + stats.chi2.pdf(x, 5),
        "CHISQ.DIST.RT(A1,5)": stats.chi2.sf(x, 5),
        "CHISQ.INV(A2,5)+CHISQ.INV.RT(A2,4)": stats.chi2.ppf(p, 5) + stats.chi2.isf(p, 4),
        "F.DIST(A1,5,7,TRUE)+F.DIST(A1,5,7,FALSE)": stats.f.cdf(x, 5, 7) + stats.f.pdf(x, 5, 7),
        "F.DIST.RT(A1,5,7)": stats.f.sf(x, 5, 7),
        "F.INV(A2,5,7)+F.INV.RT(A2,3,4)": stats.f.ppf(p, 5, 7) + stats.f.isf(p, 3, 4),
        "T.DIST(A1,4,TRUE)+T.DIST(A1,4,FALSE)": stats.t.cdf(x, 4) + stats.t.pdf(x, 4),
        "T.DIST.2T(A1,4)+T.DIST.RT(A1,4)": 3 * stats.t.sf(x, 4),
        "T.INV(A2,4)+T.INV.2T(A2,4)": stats.t.ppf(p, 4) + stats.t.isf(p / 2, 4),
        "TDIST(A1,4,1)": stats.t.sf(x, 4),
        "BINOM.DIST(3,8,A2,TRUE)+BINOM.DIST(3,8,A2,FALSE)": stats.binom.cdf(3, 8, p) + stats.binom.pmf(3, 8, p),
        "BINOM.DIST.RANGE(8,A2,2,5)": stats.binom.pmf([2, 3, 4, 5], 8, p).sum(),
        "NEGBINOM.DIST(3,8,A2,TRUE)+NEGBINOMDIST(3,8,A2)": stats.nbinom.cdf(3, 8, p) + stats.nbinom.pmf(3, 8, p),
        "POISSON.DIST(3,A1,TRUE)+POISSON.DIST(3,A1,FALSE)": stats.poisson.cdf(3, x) + stats.poisson.pmf(3, x),
        "CONFIDENCE.T(A2,A3,7)": stats.t.isf(p / 2, 6) * a / math.sqrt(7),
        "CONFIDENCE.NORM(A2,A3,7)": stats.norm.isf(p / 2) * a / math.sqrt(7),
        "PHI(A1)+GAUSS(A1)": stats.norm.pdf(x) + stats.norm.cdf(x) - 0.5,
        "FISHER(A2)+FISHERINV(A1)+STANDARDIZE(A1,A2,A3)": math.atanh(p) + math.tanh(x) + (x - p) / a,
        "GAMMA(A1)": math.gamma(x),
    }


@settings(max_examples=8, deadline=None)
@given(x=st.floats(0.3, 4), p=st.floats(0.05, 0.95), a=st.floats(0.6, 4), b=st.floats(0.6, 3))
def test_values_and_gradients(sheets: Any, x: float, p: float, a: float, b: float) -> None:
    cells: dict[str, Any] = {"A1": x, "A2": p, "A3": a, "A4": b}
    truth = expected(x, p, a, b)
    cells |= {f"C{row}": f"={formula}" for row, formula in enumerate(truth, 1)}
    program = sheets.program(cells, f"C1:C{len(truth)}", "A1:A4")
    point = np.array([x, p, a, b])
    np.testing.assert_allclose(program(point), list(truth.values()), rtol=1e-9)
    step = 1e-4 * point
    points = point + np.concatenate([k * np.diag(step) for k in (1, -1, 2, -2)])
    one, minus, two, minus_two = np.split(program(points), 4)
    slopes = (8 * (one - minus) - (two - minus_two)) / (12 * step[:, None])
    np.testing.assert_allclose(program.jacobian(point), slopes.T, rtol=2e-6, atol=2e-7)
