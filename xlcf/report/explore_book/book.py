"""The workbook of an exploration."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from xlsxwriter.workbook import Workbook

from xlcf._version import __version__
from xlcf.errors import InputError
from xlcf.exploring.exploration import Exploration
from xlcf.exploring.words import findings, interval, listing, rotated
from xlcf.files.replacing import check_replaceable
from xlcf.report import best_and_worst
from xlcf.report.explore_book import (
    directions_sheet,
    map_sheet,
    neighbours_sheet,
    residuals_sheet,
    rotation_sheets,
)
from xlcf.report.live_book import LiveNames, write_live_sheets
from xlcf.report.new_book import new_book
from xlcf.report.sections import CHART_SIZE, other_sheets, summary_page, written_by

SUMMARY = "Summary"

_CHART_LABELS = 14


def check_output(path: Path, inputs: Iterable[Path | None] = ()) -> None:
    """Refuse now what could not be written later.

    Args:
        path: the workbook to write.
        inputs: what is read, and may not be replaced; None counts as nothing.

    Raises:
        InputError: where the name does not end in .xlsx, or the file cannot be replaced.

    """
    check_replaceable(path, inputs)
    if path.suffix.lower() != ".xlsx":
        raise InputError(f"{path} is no name for a workbook: let it end in .xlsx.")


def write_explore_book(path: Path, found: Exploration, created: datetime | None = None) -> list[str]:
    """Write an exploration as a workbook; give the names of its sheets.

    Its sheets: Summary, Best and worst, Components, Map, Neighbours, Residuals (with ratings), and for a rotation
    Users, Items and Rotation; then the live sheets of `write_live_sheets` (not for a classifier). An existing file is
    replaced whole or not at all.

    Raises:
        InputError: where the file cannot be written.

    """
    check_output(path)
    created = (created or datetime.now()).replace(tzinfo=None)
    title = f"What the model of {found.model.source or 'ratings'} knows"
    with new_book(path, title, created) as book:
        _write(book, found, title, created)
        return [sheet.name for sheet in book.worksheets()]


def _write(book: Workbook, found: Exploration, title: str, created: datetime) -> None:
    items = map_sheet.MapSheet(book, found)
    _summary(book, found, title, created, items)
    best_and_worst.write_best_and_worst(book, found.model, found.biases, found.options.top)
    directions_sheet.write_directions_sheet(book, found)
    items.write()
    neighbours_sheet.write_neighbours_sheet(book, found)
    if found.residuals is not None:
        residuals_sheet.write_residuals_sheet(book, found.residuals)
    if found.rotation is not None:
        rotation_sheets.write_rotation_sheets(book, found)
    if found.model.threshold is None:
        write_live_sheets(book, found.model)


def _summary(book: Workbook, found: Exploration, title: str, created: datetime, items: map_sheet.MapSheet) -> None:
    model = found.model
    made = written_by("Explored", f"{created:%Y-%m-%d %H:%M}", __version__)
    chart = items.chart(CHART_SIZE, _CHART_LABELS)
    page = summary_page(book, SUMMARY, title, made, "\n".join(findings(found)[2:]), chart)
    facts = [
        ("Source", model.source or "unknown"),
        ("Size", f"{model.n_users:,} users, {model.n_items:,} items, {model.factors.n_factors:,} factors"),
        ("Listed", listing(model, found.biases)),
        ("Intervals", interval(model, found.biases)),
    ]
    if found.rotation is not None:
        facts.append(("Rotation", rotated(found)))
    page.facts("What was explored", facts)
    labels, biases = model.item_labels(), found.biases
    for name, places in (("best", biases.best(5)), ("worst", biases.worst(5))):
        sign = "+" if biases.is_bias else ""
        texts = [f"{labels[biases.items[place]]} ({biases.level[place]:{sign}.2f})" for place in places.tolist()]
        page.facts(f"The {name}", [(f"{rank}.", text) for rank, text in enumerate(texts, 1)])
    other_sheets(page, _links(found))


def _links(found: Exploration) -> list[tuple[str, str]]:
    links = [
        (best_and_worst.NAME, "items by bias, with intervals and numbers of ratings"),
        (directions_sheet.NAME, "the directions in which items differ most, and who stands at their ends"),
        (map_sheet.NAME, "the first two of them as a chart"),
        (neighbours_sheet.NAME, "which items the same users like"),
    ]
    if found.residuals is not None:
        links.append((residuals_sheet.NAME, "rating - prediction, by groups of ratings"))
    if found.rotation is not None:
        users, items, rotation = rotation_sheets.NAMES
        links += [(users, "users' rotated factors"), (items, "items' rotated factors"), (rotation, "the matrix")]
    if found.model.threshold is None:
        live = LiveNames()
        links += [
            (live.waterfall, "what a prediction is made of, for a user and an item of your choice"),
            (live.new_user, "type ratings: a new user's factors and recommendations, live"),
            (live.new_item, "the same for a new item"),
        ]
    return links
