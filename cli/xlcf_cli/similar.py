"""`xlcf similar`: the neighbours of an item or of a user."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from xlcf.models.query_options import NeighbourOptions
from xlcf_cli.console import working
from xlcf_cli.options import FILE, json_option, options_from, quiet_option, sheet_option
from xlcf_cli.outputs import check_outputs

if TYPE_CHECKING:
    from xlcf.models.neighbours import Neighbours
    from xlcf.models.rating_model import RatingModel


@click.command(epilog='Example: xlcf similar movies.safetensors --item "The Matrix" --top 5')
@click.argument("model", metavar="MODEL-OR-WORKBOOK", type=FILE)
@click.option("--item", metavar="TITLE", help="The item: its title, a part that only it has, its id, or TITLE [ID].")
@click.option("--user", metavar="ID", help="The user instead.")
@sheet_option("Of a workbook: the sheet whose Solver model is meant.")
@options_from(NeighbourOptions)
@click.option("--csv", "csv_file", metavar="FILE", type=FILE, help="Write them to a CSV file too.")
@json_option
@quiet_option
def similar(
    model: Path,
    item: str | None,
    user: str | None,
    sheet: str | None,
    csv_file: Path | None,
    as_json: bool,
    quiet: bool,
    **options: Any,
) -> None:
    """Find the items that the same users like, or the users with the same taste.

    Neighbours are ordered by the cosine of their factors, biases left out, damped where few ratings stand behind it.
    """
    if (item is None) == (user is None):
        raise click.UsageError("Give either --item TITLE or --user ID.")
    check_outputs((csv_file,), (model,))
    with working("Searching ...", quiet=quiet):
        from xlcf.bridge.rating_models import read_rating_model
        from xlcf.models.lookup import find_item, find_user
        from xlcf.models.neighbours import similar_items, similar_users

        fitted = read_rating_model(model, sheet)
        if item is not None:
            code = find_item(fitted, item)
            found = similar_items(fitted, code, **options)
        else:
            code = find_user(fitted, str(user))
            found = similar_users(fitted, code, **options)
    records = _records(fitted, found, items=item is not None)
    if csv_file is not None:
        _write_csv(csv_file, records)
    if as_json:
        click.echo(json.dumps(as_dict(fitted, code, records, items=item is not None), indent=2))
    elif not quiet:
        _show(fitted, code, found, items=item is not None)
        if csv_file is not None:
            click.echo(f"written: {csv_file}")


def as_dict(fitted: RatingModel, code: int, records: list[dict[str, Any]], *, items: bool) -> dict[str, Any]:
    """Give the result under the keys that docs/reference/json.md lists."""
    counts = fitted.item_counts if items else fitted.user_counts
    return {
        "source": fitted.source,
        "of": {**_identity(fitted, code, items=items), "ratings": int(counts[code])},
        "neighbours": records,
    }


def _records(fitted: RatingModel, found: Neighbours, *, items: bool) -> list[dict[str, Any]]:
    from xlcf.models.neighbours import named_items, named_users

    if items:
        return [asdict(neighbour) for neighbour in named_items(fitted, found)]
    return [
        {name: value for name, value in asdict(neighbour).items() if name != "title"}
        for neighbour in named_users(fitted, found)
    ]


def _identity(fitted: RatingModel, code: int, *, items: bool) -> dict[str, Any]:
    if not items:
        return {"id": fitted.user_ids[code]}
    return {"id": fitted.item_ids[code], "title": None if fitted.item_titles is None else fitted.item_titles[code]}


def _show(fitted: RatingModel, code: int, found: Neighbours, *, items: bool) -> None:
    from xlcf_cli.tables import print_table

    labels = fitted.item_labels() if items else [str(raw_id) for raw_id in fitted.user_ids]
    who = labels[code] if items else f"{fitted.user_name} {labels[code]}"
    if not found.codes.size:
        others = "items" if items else "users"
        click.echo(f"Nothing is similar to {who}: all other {others} have too few ratings, or factors of 0.")
        return
    click.echo(f"{'Liked by the same users as' if items else 'With the taste of'} {who}:")
    name = "title" if items and fitted.item_titles is not None else (fitted.item_name if items else fitted.user_name)
    columns = (found.codes.tolist(), found.similarity.tolist(), found.cosine.tolist(), found.counts.tolist())
    rows = [
        [labels[other], f"{similarity:.3f}", f"{cosine:.3f}", f"{count:,}"]
        for other, similarity, cosine, count in zip(*columns, strict=True)
    ]
    print_table([name, "similarity", "cosine", "ratings"], rows)


def _write_csv(path: Path, records: list[dict[str, Any]]) -> None:
    import csv

    from xlcf.files.replacing import replacing

    with replacing(path) as unfinished, unfinished.open("w", newline="", encoding="utf-8") as stream:
        names = list(records[0]) if records else ["id", "similarity", "cosine", "ratings"]
        writer = csv.DictWriter(stream, names)
        writer.writeheader()
        writer.writerows(records)
