"""`xlcf recommend`: what to show a user next, one who was fitted or a new one."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from xlcf.models.query_options import RecommendOptions
from xlcf.plain_numbers import counted
from xlcf.report.live_book.options import LiveOptions
from xlcf_cli.console import notice, working
from xlcf_cli.options import FILE, json_option, options_from, output_option, quiet_option, sheet_option
from xlcf_cli.outputs import check_outputs
from xlcf_cli.reading import read_noting, reading_options
from xlcf_cli.threads import keep_to_one_thread

if TYPE_CHECKING:
    from xlcf.models.rating_model import RatingModel
    from xlcf.models.recommendations import Recommendations
    from xlcf.ratings.read_options import ReadOptions


@click.command(epilog='Example: xlcf recommend movies.safetensors --new "Toy Story=5" --new "Heat=2" -o new-user.xlsx')
@click.argument("source", metavar="MODEL-OR-WORKBOOK", type=FILE)
@click.option("--user", metavar="ID", help="Recommend to this user.")
@click.option("--new", metavar="TITLE=RATING", multiple=True, help="Recommend to a new user who rates so; repeatable.")
@options_from(RecommendOptions)
@click.option(
    "--ratings",
    metavar="DATA",
    type=FILE,
    help="What users have rated: left out of their recommendations. A workbook holds it already.",
)
@sheet_option()
@click.option("--csv", "csv_file", type=FILE, help="Write the recommendations as CSV.")
@output_option("Write a workbook to type ratings of a new user or item into: factors and recommendations follow, live.")
@options_from(LiveOptions, leave_out=("ridge",))
@reading_options
@json_option
@quiet_option
def recommend(
    source: Path,
    user: str | None,
    new: tuple[str, ...],
    top: int,
    minimum_count: int,
    ratings: Path | None,
    ridge: float,
    sheet: str | None,
    csv_file: Path | None,
    output: Path | None,
    rows: int,
    reading: ReadOptions,
    as_json: bool,
    quiet: bool,
) -> None:
    """Recommend items to a user: the unrated ones that are predicted at or above the user's mean rating, best first.

    The user is one who was fitted (--user) or a new one (--new), whose factors are found from some ratings without
    fitting the model again. Titles need not be exact. The source is a model file or a workbook with fitted factors.
    """
    if user is not None and new:
        raise click.UsageError("Give --user or --new, not both.")
    if user is None and not new and (output is None or csv_file is not None):
        raise click.UsageError("Say whom to recommend to: --user ID, or --new TITLE=RATING.")
    check_outputs((csv_file, output), (source, ratings))
    keep_to_one_thread()
    with working("Reading ...", quiet=quiet):
        from xlcf.bridge.rating_models import read_rating_model
        from xlcf.models.fold_in import check_no_classifier
        from xlcf.models.lookup import find_user
        from xlcf.models.recommendations import parse_ratings, recommend_new, write_recommended
        from xlcf.models.recommendations import recommend as recommend_known

        model = read_rating_model(source, sheet)
        if ratings is not None:
            model = model.with_ratings(read_noting(ratings, reading, quiet=quiet))
        if new or output is not None:
            check_no_classifier(model)
        typed = parse_ratings(model, new)
        known = None if user is None else find_user(model, user)
        found: Recommendations | None = None
        if known is not None:
            found = recommend_known(model, known, top, minimum_count)
        elif new:
            found = recommend_new(model, typed, top, minimum_count, ridge)
    sheets = []
    if output is not None:
        with working("Writing ...", quiet=quiet):
            from xlcf.report.live_book import write_live_book

            options = LiveOptions(rows=rows, ratings=typed, ridge=ridge, user=known)
            sheets = write_live_book(output, model, options).sheets
    if csv_file is not None:
        write_recommended(csv_file, found or (), model.item_name)
    if as_json:
        files = {"csv": _text(csv_file), "output": _text(output), "sheets": sheets}
        click.echo(json.dumps(_as_dict(model, source, known, typed, found) | files, indent=2))
    elif not quiet:
        if found is not None:
            _print_found(model, _title(model, known, typed), found)
        if known is not None and model.ratings is None:
            notice(
                "What the user has rated is not known. So it may be among these, and so may items predicted below the "
                "user's mean rating: give the data with --ratings."
            )
        for path in filter(None, (csv_file, output)):
            click.echo(f"written: {path}")


def _title(model: RatingModel, known: int | None, typed: dict[int, float]) -> str:
    if known is not None:
        return f"For {model.user_name} {model.user_ids[known]}"
    labels = model.item_labels()
    return f"For a new user with {counted(len(typed), 'ratings')}: " + ", ".join(
        f"{labels[item]} {rating:g}" for item, rating in typed.items()
    )


def _print_found(model: RatingModel, title: str, found: Recommendations) -> None:
    """Print the recommendations, and what to know of them."""
    from xlcf.models.recommendations import disagreement

    if not found:
        reason = found.why_empty()
        click.echo(f"{title}: {reason}." if found.left_out else f"{reason[0].upper()}{reason[1:]}.")
        return
    _print_table(model, title, found)
    if found.left_out:
        click.echo(_left_out(found))
    if model.spread is not None:
        click.echo(model.spread.describe())
        if any(item.fits_agree is False for item in found):
            far = disagreement(model)
            click.echo(f"Where these disagree by {far:.2g} or more, the prediction means nothing.")


def _left_out(found: Recommendations) -> str:
    items = "1 unrated item is" if found.left_out == 1 else f"{found.left_out:,} unrated items are"
    return f"Not listed: {items} predicted below {found.least_text}."


def _print_table(model: RatingModel, title: str, found: Recommendations) -> None:
    from rich.table import Table
    from rich.text import Text

    from xlcf_cli.tables import print_wide

    has_spread = any(item.fits_agree is not None for item in found)
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("Rank", justify="right")
    table.add_column("Title", overflow="fold")
    for name in ("Prediction", "Ratings", *(("Lowest", "Highest") if has_spread else ())):
        table.add_column(name, justify="right")
    if has_spread:
        table.add_column("Equally good fits")
    labels = model.item_labels()
    for rank, (code, item) in enumerate(zip(found.codes.tolist(), found, strict=True), 1):
        # as Text: a title's brackets are no markup
        row: list[str | Text] = [str(rank), Text(labels[code]), f"{item.prediction:.2f}", f"{item.count:,}"]
        if item.lowest is not None and item.highest is not None:
            said = "agree" if item.fits_agree else "disagree: means nothing"
            row += [f"{item.lowest:.2f}", f"{item.highest:.2f}", said]
        table.add_row(*row)
    click.echo(title)
    print_wide(table, markup=False)


def _as_dict(
    model: RatingModel, source: Path, known: int | None, typed: dict[int, float], found: Recommendations | None
) -> dict[str, Any]:
    """Give the result under the keys that docs/reference/json.md lists."""
    labels = model.item_labels()
    return {
        "source": str(source),
        "user": None if known is None else model.user_ids[known],
        "new": [
            {"item_id": model.item_ids[item], "title": labels[item], "rating": rating} for item, rating in typed.items()
        ],
        "rated_left_out": known is None or model.ratings is not None,
        "least_prediction": None if found is None else found.least,
        "left_out": 0 if found is None else found.left_out,
        "recommendations": [asdict(item) for item in found or ()],
    }


def _text(path: Path | None) -> str | None:
    return None if path is None else str(path)
