"""`xlcf explore`: what a fitted model says, on the terminal, as a workbook, as pictures."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from xlcf.exploring.options import ExploreOptions
from xlcf_cli.console import working
from xlcf_cli.options import FILE, json_option, options_from, output_option, quiet_option, sheet_option
from xlcf_cli.reading import read_noting, reading_options

if TYPE_CHECKING:
    from xlcf.exploring.exploration import Exploration
    from xlcf.exploring.residual_groups import ResidualGroup
    from xlcf.ratings.read_options import ReadOptions


@click.command(epilog="Example: xlcf explore movies.safetensors --ratings ml-latest-small.zip -o movies.explored.xlsx")
@click.argument("model", metavar="MODEL-OR-WORKBOOK", type=FILE)
@click.option(
    "--ratings", metavar="DATA", type=FILE, help="Ratings to set beside predictions; those in a workbook are known."
)
@sheet_option("Of a workbook: the sheet whose Solver model is meant.")
@output_option("Write a workbook.")
@click.option("--plots", metavar="DIR", type=FILE, help="Draw pictures, as PNG and SVG.")
@options_from(ExploreOptions)
@reading_options
@json_option
@quiet_option
def explore(
    model: Path,
    ratings: Path | None,
    sheet: str | None,
    output: Path | None,
    plots: Path | None,
    reading: ReadOptions,
    as_json: bool,
    quiet: bool,
    **options: Any,
) -> None:
    """Say what a model file, or the fitted factors in a workbook, know.

    The best and the worst items by bias, the directions in which items differ most, neighbours, and residuals
    (rating - prediction).
    """
    with ExitStack() as stack:
        stack.enter_context(working("Exploring ...", quiet=quiet))
        from xlcf.bridge.rating_models import read_rating_model
        from xlcf.exploring.exploration import explore as look

        chosen = ExploreOptions(**options)
        stack.enter_context(_places(output, plots, (model, ratings)))
        rating_model = read_rating_model(model, sheet)
        if ratings is not None:
            rating_model = rating_model.with_ratings(read_noting(ratings, reading, quiet=quiet))
        found = look(rating_model, chosen)
        sheets, pictures = _write(found, output, plots)
    if as_json:
        click.echo(json.dumps(as_dict(found, output, sheets, pictures), indent=2, allow_nan=False))
    elif not quiet:
        _show(found)
        for path in [*([] if output is None else [output]), *pictures]:
            click.echo(f"written: {path}")


@contextmanager
def _places(output: Path | None, plots: Path | None, inputs: Iterable[Path | None]) -> Iterator[None]:
    """Refuse before any work what could not be written, and leave no empty folder where the work fails."""
    if output is not None:
        from xlcf.report.explore_book import check_output

        check_output(output, inputs)
    if plots is None:
        yield
        return
    from xlcf.plots.exploration import picture_folder

    with picture_folder(plots):
        yield


def _write(found: Exploration, output: Path | None, plots: Path | None) -> tuple[list[str], list[Path]]:
    """Write what was asked for; give the sheets and the pictures."""
    sheets, pictures = [], []
    if output is not None:
        from xlcf.report.explore_book import write_explore_book

        sheets = write_explore_book(output, found)
    if plots is not None:
        from xlcf.plots.exploration import draw_exploration

        pictures = draw_exploration(found, plots)
    return sheets, pictures


def _show(found: Exploration) -> None:
    from xlcf.exploring.words import findings
    from xlcf_cli.tables import print_table

    biases, labels = found.biases, found.model.item_labels()
    click.echo("\n".join(findings(found)))
    sign = "+" if biases.is_bias else ""
    for name, places in (("best", biases.best(found.options.top)), ("worst", biases.worst(found.options.top))):
        rows = [
            [
                labels[biases.items[place]],
                f"{biases.level[place]:{sign}.3f}",
                f"{biases.high[place] - biases.level[place]:.3f}",
                f"{biases.counts[place]:,}",
            ]
            for place in places.tolist()
        ]
        click.echo()
        print_table([f"the {name} items", biases.measure, "+-", "ratings"], rows)
    for k, share in enumerate(found.directions.explained.tolist()):
        top, bottom = found.directions.ends(k, biases.items, 5)
        click.echo(f"{found.directions.kind[:-1]} {k + 1} ({share:.1%} of the variance)")
        click.echo(f"  + {'; '.join(labels[item] for item in top.tolist())}")
        click.echo(f"  - {'; '.join(labels[item] for item in bottom.tolist())}")


def as_dict(found: Exploration, output: Path | None, sheets: list[str], pictures: list[Path]) -> dict[str, Any]:
    """Give the result under the keys that docs/reference/json.md lists."""
    model, biases, residuals, rotation = found.model, found.biases, found.residuals, found.rotation
    return {
        "source": model.source,
        "users": model.n_users,
        "items": model.n_items,
        "factors": model.factors.n_factors,
        "minimum_count": biases.minimum_count,
        "items_listed": len(biases.items),
        "measure": biases.measure,
        "error": {"sd": biases.sd, "measured_on": biases.sd_source},
        "best": [_item_bias(found, place) for place in biases.best(found.options.top).tolist()],
        "worst": [_item_bias(found, place) for place in biases.worst(found.options.top).tolist()],
        "components": [_component(found, k) for k in range(len(found.directions.explained))],
        "rotation": rotation
        and {
            "kind": found.options.rotate,
            "largest_difference": rotation.largest_difference,
            "compared": rotation.compared,
        },
        "residuals": residuals
        and {
            "ratings": len(residuals.actual),
            "rmse": residuals.rmse,
            "mae": residuals.mae,
            "trained_on": residuals.trained and asdict(residuals.trained),
            "held_out": residuals.held_out and asdict(residuals.held_out),
            **{
                name: [_group(group) for group in getattr(residuals, name)]
                for name in ("by_rating", "by_prediction", "by_activity", "by_popularity")
            },
        },
        "output": output and str(output),
        "sheets": sheets,
        "plots": [str(picture) for picture in pictures],
    }


def _item(found: Exploration, item: int) -> dict[str, Any]:
    model = found.model
    title = None if model.item_titles is None else model.item_titles[item]
    return {"id": model.item_ids[item], "title": title, "ratings": int(model.item_counts[item])}


def _item_bias(found: Exploration, place: int) -> dict[str, Any]:
    biases = found.biases
    item = int(biases.items[place])
    bias = found.model.factors.item_bias
    numbers = {name: float(getattr(biases, name)[place]) for name in ("level", "low", "high")}
    return {**_item(found, item), "bias": None if bias is None else float(bias[item]), **numbers}


def _component(found: Exploration, k: int) -> dict[str, Any]:
    directions = found.directions
    ends = directions.ends(k, found.biases.items, found.options.top)
    listed = [
        [{**_item(found, item), "score": float(directions.scores[item, k])} for item in end.tolist()] for end in ends
    ]
    return {
        "kind": directions.kind[:-1],
        "number": k + 1,
        "explained": float(directions.explained[k]),
        "top": listed[0],
        "bottom": listed[1],
    }


def _group(group: ResidualGroup) -> dict[str, Any]:
    return {
        "label": group.label,
        "ratings": group.count,
        "rating": group.actual,
        "prediction": group.prediction,
        "rmse": group.rmse,
        "residual": group.residual,
    }
