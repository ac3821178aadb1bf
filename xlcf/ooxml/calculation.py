"""How a workbook wants to be calculated (ECMA-376 Part 1, 18.2.2 and 18.2.28)."""

from __future__ import annotations

import math
from dataclasses import dataclass

from lxml import etree

_TRUE = ("1", "true")


@dataclass(frozen=True)
class Calculation:
    """The settings of a workbook's `calcPr`.

    Attributes:
        on_load: Excel computes every formula anew when it opens the file.
        manual: Excel computes only when told to.
        as_displayed: Excel rounds each value to what its format shows.
        iterative: Excel computes circular formulas again and again until they settle.
        iterations: how often at most.
        tolerance: they are settled when no value changes by more than this.

    """

    on_load: bool = False
    manual: bool = False
    as_displayed: bool = False
    iterative: bool = False
    iterations: int = 100
    tolerance: float = 0.001


def calculation(workbook: etree._Element | None) -> Calculation:
    """Read the settings of a workbook part, given its root; where there are none, Excel's defaults hold."""
    element = None if workbook is None else workbook.find("{*}calcPr")
    if element is None:
        return Calculation()
    return Calculation(
        on_load=element.get("fullCalcOnLoad") in _TRUE,
        manual=element.get("calcMode") == "manual",
        as_displayed=element.get("fullPrecision") in ("0", "false"),
        iterative=element.get("iterate") in _TRUE,
        iterations=max(1, int(_number(element.get("iterateCount"), 100.0))),
        tolerance=max(0.0, _number(element.get("iterateDelta"), 0.001)),
    )


def counts_from_1904(workbook: etree._Element) -> bool:
    """Tell whether the serial numbers of dates count from 1 January 1904, as on old Macintosh computers."""
    element = workbook.find("{*}workbookPr")
    return element is not None and element.get("date1904") in _TRUE


def _number(text: str | None, default: float) -> float:
    try:
        number = float(text or "")
    except ValueError:
        return default
    return number if math.isfinite(number) else default
