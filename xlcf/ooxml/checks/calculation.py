"""How a workbook wants to be calculated (ECMA-376 Part 1, 18.2.2): no check, but what the checks of values go by."""

from __future__ import annotations

from dataclasses import dataclass

from xlcf.ooxml.checks.contents import Contents

_TRUE = ("1", "true")


@dataclass(frozen=True)
class Calculation:
    """The settings of a workbook's `calcPr`.

    Attributes:
        on_load: Excel computes every formula anew when it opens the file.
        manual: Excel computes only when told to.
        as_displayed: Excel rounds each value to what its format shows.
        iterative: Excel computes circular formulas again and again until they settle.

    """

    on_load: bool = False
    manual: bool = False
    as_displayed: bool = False
    iterative: bool = False


def calculation(book: Contents) -> Calculation:
    """Read the settings; where there are none, Excel's defaults hold."""
    element = None if book.workbook is None else book.workbook.find("{*}calcPr")
    if element is None:
        return Calculation()
    return Calculation(
        on_load=element.get("fullCalcOnLoad") in _TRUE,
        manual=element.get("calcMode") == "manual",
        as_displayed=element.get("fullPrecision") in ("0", "false"),
        iterative=element.get("iterate") in _TRUE,
    )
