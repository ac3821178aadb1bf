"""Lists of items: ids, titles and numbers of ratings about further columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from xlcf.arrays import Integers
from xlcf.models.rating_model import RatingModel
from xlcf.report.style import id_width, title_width
from xlcf.report.table import Column, numbers

_TITLE_WIDTH = 60.0


def item_columns(model: RatingModel, items: Integers, columns: Sequence[Column]) -> list[Column]:
    """Give the columns of a list of items.

    Args:
        model: whose items they are.
        items: shape (rows,), codes.
        columns: what stands between the titles, where there are some, and the numbers of ratings.

    """
    codes = items.tolist()
    ids = [model.item_ids[item] for item in codes]
    first = [Column(model.item_name, id_width(model.item_name, ids), ids, "id", {"bold": False})]
    if model.item_titles is not None:
        titles = [model.item_titles[item] for item in codes]
        first.append(Column("Title", title_width(titles, _TITLE_WIDTH), titles, "text"))
    return [*first, *columns, numbers("Ratings", 10.0, model.item_counts[items].tolist(), "#,##0")]


def of_equal_widths(*lists: Sequence[Column]) -> list[list[Column]]:
    """Give lists with the same columns the same widths, in which all have room."""
    widths = [max(column.width for column in columns) for columns in zip(*lists, strict=True)]
    return [[replace(column, width=width) for column, width in zip(each, widths, strict=True)] for each in lists]
