"""The numbers below the ranked list: the constants of the model, and the weights of the new user or item."""

from __future__ import annotations

from xlcf.models.query_options import RecommendOptions
from xlcf.report.cells import merge_text, write_formula, write_number, write_text
from xlcf.report.live_book import places as names
from xlcf.report.live_book.cold_start_page import NUMBER, ColdStartPage
from xlcf.report.page import LEFT

_RIGHT = LEFT + len(names.LIST_COLUMNS) - 1
_EXPLAINED = {
    names.RIDGE: "the higher, the nearer to the average",
    names.TYPED: "in the yellow column",
    names.GLOBAL_BIAS: "the same for every prediction",
    names.SIGMOID_ENDS[0]: "no prediction is below it",
    names.SIGMOID_ENDS[1]: "and none above",
    names.RANGE_ENDS[0]: "a prediction below is raised to it",
    names.RANGE_ENDS[1]: "and one above is lowered",
    names.MEAN: "that the model was fitted to",
    names.LEAST: "the list ends here; few ratings leave it near the mean of all",
}


def write_constants(page: ColdStartPage) -> None:
    """Write the ridge, which may be changed, and what every prediction rests on."""
    cold_start, top = page.cold_start, page.places.constants_row
    model = cold_start.model
    page.caption(top - 1, LEFT, _RIGHT, "Constants")
    values = {names.RIDGE: cold_start.ridge, names.GLOBAL_BIAS: model.factors.global_bias, names.MEAN: model.mean}
    values |= dict(zip(names.SIGMOID_ENDS, model.factors.rating_range or (), strict=False))
    values |= dict(zip(names.RANGE_ENDS, model.shown_range or (), strict=False))
    for row, name in enumerate(page.places.constants, top):
        _write_label(page, row, name)
        if name == names.TYPED:
            formula = f"=COUNT({page.places.column(names.RATING)})"
            write_formula(page.sheet, row, LEFT + 2, formula, float(cold_start.is_rated.sum()), page.count)
        elif name == names.LEAST:
            assert cold_start.least is not None
            formula, bold = page.formulas.least(), page.style("cell", num_format=NUMBER, bold=True)
            write_formula(page.sheet, row, LEFT + 2, formula, cold_start.least, bold)
        else:
            role = "input" if name == names.RIDGE else "cell"
            number = NUMBER if name in (names.GLOBAL_BIAS, names.MEAN) else "General"
            write_number(page.sheet, row, LEFT + 2, values[name], page.style(role, num_format=number))
        write_text(page.sheet, row, LEFT + 3, _EXPLAINED[name], page.style("subtitle", indent=1))
    _validate_ridge(page, top + page.places.constants.index(names.RIDGE))


def write_weights(page: ColdStartPage) -> None:
    """Write the average's weights, how far those of the new user or item are from them, and these."""
    cold_start, places = page.cold_start, page.places
    fold_in, (average, change, own) = cold_start.fold_in, map(places.weights, range(3))
    what = "bias and factors" if fold_in.has_bias else "factors"
    page.caption(average.top - 2, LEFT, _RIGHT, f"The new {cold_start.kind}'s {what}")
    for column, text in enumerate(("", "", "Average", "Difference", f"New {cold_start.kind}"), LEFT):
        write_text(page.sheet, average.top - 1, column, text, page.style("header"))
    difference = cold_start.weights - fold_in.average
    page.sheet.write_array_formula(
        *(change.top, change.left, change.bottom, change.right),
        page.formulas.difference(),
        page.number,
        float(difference[0]),
    )
    factors = (f"Factor {factor + 1}" for factor in range(cold_start.model.factors.n_factors))
    labels = [names.BIAS, *factors] if fold_in.has_bias else list(factors)
    bold = page.style("cell", num_format=NUMBER, bold=True)
    for place, label in enumerate(labels):
        row = average.top + place
        _write_label(page, row, label)
        write_number(page.sheet, row, average.left, float(fold_in.average[place]), page.number)
        if place:  # the first cell holds the formula, these what it gives to the others
            write_number(page.sheet, row, change.left, float(difference[place]), page.number)
        weight = float(cold_start.weights[place])
        write_formula(page.sheet, row, own.left, page.formulas.weight(place), weight, bold)


def _write_label(page: ColdStartPage, row: int, text: str) -> None:
    merge_text(page.sheet, row, LEFT, LEFT + 1, text, page.style("id", num_format="General"))


def _validate_ridge(page: ColdStartPage, row: int) -> None:
    page.sheet.data_validation(
        *(row, LEFT + 2, row, LEFT + 2),
        {
            "validate": "decimal",
            "criteria": ">",
            "value": 0,
            "error_title": "Ridge",
            "error_message": f"The ridge is a number above 0, such as {RecommendOptions.ridge:g}.",
        },
    )
