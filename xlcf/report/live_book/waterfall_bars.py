"""The bars of a waterfall: a table of live numbers, which a chart of stacked columns shows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import floor

from xlsxwriter.worksheet import Worksheet

from xlcf.report.area import Area, cell_name
from xlcf.report.cells import write_formula, write_text
from xlcf.report.live_book import waterfall_places as names
from xlcf.report.live_book.waterfall_places import BAR_COLUMNS, WaterfallPlaces
from xlcf.report.page import Page
from xlcf.report.style import Style

_BAR, _FACTOR, _CHANGE, _FROM, _TO, _BASE = range(6)
"""The table's first columns; what is stacked upon the base follows."""

_MINUS = "\N{MINUS SIGN}"  # no line is broken after it, as after a hyphen
_NUMBER = "0.0000;-0.0000;0"

Live = tuple[str, float]
"""A formula and its value."""


@dataclass(frozen=True)
class WaterfallBar:
    """A bar.

    Attributes:
        name: what it shows.
        change: how far it goes.
        factor: the number of the factor that it shows, an array formula; or None.
        begins_at_0: whether it does, or begins where the bar before it ends.
        signed: whether its label gives the change with a sign.

    """

    name: str
    change: Live
    factor: Live | None = None
    begins_at_0: bool = False
    signed: bool = True


def write_bars(page: Page, places: WaterfallPlaces) -> None:
    """Write the table, a row each; no bar may be missing from it, whatever is chosen."""
    area, sheet, style = places.bars, page.sheet, page.style
    page.caption(area.top - 2, area.left, area.right, "The bars of the chart")
    for column, text in enumerate(BAR_COLUMNS, area.left):
        write_text(sheet, area.top - 1, column, text, style("header" if column > area.left else "header_text"))
    end = 0.0
    for row, bar in enumerate(_bars(places), area.top):
        end = _write_bar(sheet, style, area, row, bar, end)


def _bars(places: WaterfallPlaces) -> Iterator[WaterfallBar]:
    """Give the bars from left to right."""
    if places.has_base:
        base = (places.part(places.base), places.parts[places.base])
        yield WaterfallBar(places.base, base, begins_at_0=True, signed=False)
    rank = 0
    for row, (name, change) in enumerate(places.changes(), places.bars.top + places.has_base):
        if name in (names.OTHERS, names.CLIPPED) or name in places.parts:
            yield WaterfallBar(name, (_change(places, name), change))
        else:
            product = f"INDEX({places.factor_table.column(3)},{cell_name(row, places.bars.left + _FACTOR)})"
            factor = (_ranked_factor(places, rank), float(places.order[rank] + 1))
            yield WaterfallBar("Factor", (product, change), factor)
            rank += 1
    name, value = places.last
    # a pair that is not listed has no prediction, which N makes 0
    yield WaterfallBar(name, (f"N({places.part(name)})", value), begins_at_0=True, signed=False)


def _change(places: WaterfallPlaces, name: str) -> str:
    if name == names.CLIPPED:
        return f"N({places.part(names.PREDICTION)})-{places.part(names.SUM)}"
    if name == names.OTHERS:
        first = places.bars.top + len(places.parts) - 1  # below the mean and the biases
        shown = Area("", first, places.bars.left + _CHANGE, len(places.order), 1)
        return f"{places.part(names.FACTORS)}-SUM({shown})"
    return places.part(name)


def _ranked_factor(places: WaterfallPlaces, rank: int) -> str:
    """Give the factor at a rank by the size of its product; of equal ones each has its turn."""
    numbers, sizes = places.factor_table.column(0), places.factor_table.column(4)
    size = f"LARGE({sizes},{rank + 1})"
    return f"SMALL(IF({sizes}={size},{numbers}),{rank + 1}-SUM(IF({sizes}>{size},1,0)))"


def _write_bar(sheet: Worksheet, style: Style, area: Area, row: int, bar: WaterfallBar, before: float) -> float:
    """Write a bar, the one before which ends at `before`, and give where it ends."""
    number, left = style("cell", num_format=_NUMBER), area.left
    change, begin, end = (cell_name(row, left + column) for column in (_CHANGE, _FROM, _TO))
    if bar.factor is None:
        sheet.write_blank(row, left + _FACTOR, None, number)
    else:
        at, whole = left + _FACTOR, style("cell", num_format="0")
        sheet.write_array_formula(row, at, row, at, f"={bar.factor[0]}", whole, bar.factor[1])
    is_first = row == area.top
    from_0 = bar.begins_at_0 or is_first
    start = 0.0 if from_0 else before
    stop = start + bar.change[1]
    label, text = _label(bar, change, cell_name(row, left + _FACTOR))
    write_formula(sheet, row, left + _BAR, f"={label}", text, style("text", num_format="General"))
    live: list[Live] = [
        bar.change,
        ("0" if from_0 else cell_name(row - 1, left + _TO), start),
        (f"{begin}+{change}", stop),
        *_stacked(bar, begin, end, start, stop),
    ]
    for column, (formula, value) in enumerate(live, left + _CHANGE):
        write_formula(sheet, row, column, f"={formula}", value, number)
    return stop


def _stacked(bar: WaterfallBar, begin: str, end: str, start: float, stop: float) -> Iterator[Live]:
    """Give the pieces that are stacked: the base, rises and falls above and below 0, and a total."""
    if bar.begins_at_0:
        yield from [("0", 0.0)] * 5
        yield end, stop
        return
    low, high = min(start, stop), max(start, stop)
    lowest, highest = f"MIN({begin},{end})", f"MAX({begin},{end})"
    yield f"MAX(0,{lowest})+MIN(0,{highest})", max(0.0, low) + min(0.0, high)
    above = f"MAX(0,{highest})-MAX(0,{lowest})", max(0.0, high) - max(0.0, low)
    below = f"MIN(0,{lowest})-MIN(0,{highest})", min(0.0, low) - min(0.0, high)
    for condition, holds in ((f"{end}>={begin}", stop >= start), (f"{end}<{begin}", stop < start)):
        for formula, value in (above, below):
            yield f"IF({condition},{formula},0)", value if holds else 0.0
    yield "0", 0.0


def _label(bar: WaterfallBar, change: str, factor: str) -> tuple[str, str]:
    """Give the label of a bar, its change to two decimals in it: a formula, and its value."""
    name, text = f'"{bar.name} "', f"{bar.name} "
    if bar.factor is not None:
        name, text = f'{name}&{factor}&" "', f"{text}{bar.factor[1]:g} "
    value = bar.change[1]
    plus = "+" if bar.signed else ""
    rounded = floor(abs(value) * 100 + 0.5) / 100
    formula = f'{name}&IF({change}<0,"{_MINUS}","{plus}")&ROUND(ABS({change}),2)'
    return formula, f"{text}{_MINUS if value < 0 else plus}{rounded:.15g}"
