"""A table of recommendations on a sheet: for each user the best items, ranked, with what is known of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from xlsxwriter.utility import xl_range

from xlcf.models.recommendations import Recommended
from xlcf.report.cells import Formula
from xlcf.report.page import LEFT, Page
from xlcf.report.style import MUTED, PAPER, id_width, sequential_scale, title_width
from xlcf.report.table import Column, numbers, write_table

_TITLE_WIDTH = 72.0
_QUIET: dict[str, object] = {"italic": True, "font_color": MUTED}
_WHY_EMPTY = {**_QUIET, "bold": False, "bg_color": PAPER, "num_format": "General", "shrink": True}
_PREDICTION = "Prediction"
_MEANS_NOTHING = "disagree: means nothing"


@dataclass(frozen=True)
class Recommendation:
    """An item for a user.

    Attributes:
        item: what is recommended.
        title: its title; empty where items have none.
        formula: the live formula of the prediction, or None.
        mean: the mean of the item's ratings, or None.

    """

    item: Recommended
    title: str
    formula: str | None
    mean: float | None

    @property
    def shown(self) -> Formula | float:
        """The prediction as a cell holds it."""
        return self.item.prediction if self.formula is None else Formula(self.formula, self.item.prediction)


@dataclass(frozen=True)
class RecommendationColumns:
    """Which columns a table has, and how they look.

    Attributes:
        user_name: what a user id is called.
        user_ids: the ids that the column of users must have room for.
        item_name: what an item id is called.
        item_ids: the ids that the column of items must have room for.
        titles: the titles that their column must have room for, or None for no such column.
        has_mean: whether there are columns of the user's and the items' mean ratings.
        has_spread: whether there are columns of what equally good fits predict.
        number: the number format of predictions and means.
        ends: the lowest and the highest prediction that colours are spread over.

    """

    user_name: str
    user_ids: Sequence[object]
    item_name: str
    item_ids: Sequence[object]
    titles: Sequence[str] | None
    has_mean: bool
    has_spread: bool
    number: str
    ends: tuple[float, float]


class RecommendationTable:
    """A table that is gathered user by user, and then written.

    Attributes:
        row: 0-based, the row of the last recommendation.

    """

    def __init__(self, page: Page, row: int, columns: RecommendationColumns) -> None:
        self.row = row
        self._page, self._top, self._columns = page, row, columns
        self._rows: list[_Row] = []

    def add_user(self, user_id: object, items: Sequence[Recommendation], mean: float | None, why_empty: str) -> None:
        """Add a user's recommendations, the best first.

        Args:
            user_id: the user's raw id.
            items: the recommendations.
            mean: the user's mean rating, or None.
            why_empty: said in their place where there are none.

        """
        self._rows += [_Row(user_id, rank, mean, item) for rank, item in enumerate(items, 1)]
        if not items:
            self._rows.append(_Row(user_id, None, mean, why_empty))
        self.row = self._top + len(self._rows)

    def write(self) -> None:
        """Write it, with filter and colours, of predictions that mean something, and say what is printed."""
        page, columns = self._page, self._all()
        write_table(page, columns, self._top, row_look=lambda place: self._rows[place].edge)
        page.sheet.freeze_panes(self._top + 1, 0)
        page.print_table((self._top, self._top), self.row, page.last)
        if self._rows:
            page.sheet.autofilter(self._top, LEFT, self.row, page.last)
        at = LEFT + [column.name for column in columns].index(_PREDICTION)
        coloured = [
            xl_range(row, at, row, at)
            for row, each in enumerate(self._rows, self._top + 1)
            if each.item is not None and not each.means_nothing
        ]
        if coloured:
            scale = sequential_scale(*self._columns.ends) | {"multi_range": " ".join(coloured)}
            page.sheet.conditional_format(self._top + 1, at, self.row, at, scale)

    def _all(self) -> list[Column]:
        rows, shown = self._rows, self._columns
        items = [row.item for row in rows]

        def each(value: Callable[[Recommendation], Any]) -> list[Any]:
            return [None if item is None else value(item) for item in items]

        def quiet(place: int) -> dict[str, object]:
            return _QUIET if rows[place].means_nothing else {}

        columns = [
            Column(shown.user_name, id_width(shown.user_name, shown.user_ids), [row.user_id for row in rows], "id"),
            numbers("Rank", 9.0, [row.rank for row in rows], "0"),
            Column(
                shown.item_name,
                id_width(shown.item_name, shown.item_ids),
                [row.content if isinstance(row.content, str) else row.content.item.item_id for row in rows],
                "id",
                lambda place: {"bold": False} if rows[place].item else _WHY_EMPTY,
            ),
        ]
        if shown.titles is not None:
            width = title_width(shown.titles, _TITLE_WIDTH)
            columns.append(Column("Title", width, each(lambda item: item.title), "text"))
        columns.append(
            Column(
                _PREDICTION,
                13.0,
                each(lambda item: item.shown),
                "cell",
                lambda place: {"num_format": shown.number} | (quiet(place) or {"bold": True}),
            )
        )
        if shown.has_mean:
            columns.append(numbers("User's mean", 14.0, [row.mean for row in rows], shown.number))
            columns.append(numbers("Item's mean", 14.0, each(lambda item: item.mean), shown.number))
        columns.append(numbers("Ratings", 11.0, each(lambda item: item.item.count), "#,##0"))
        if shown.has_spread:
            columns.append(numbers("Lowest", 11.0, each(lambda item: item.item.lowest), shown.number))
            columns.append(numbers("Highest", 11.0, each(lambda item: item.item.highest), shown.number))
            agree = each(lambda item: _MEANS_NOTHING if item.item.fits_agree is False else "agree")
            columns.append(Column("Equally good fits", 25.0, agree, "text", quiet))
        return columns


@dataclass(frozen=True)
class _Row:
    """A row of the table: a recommendation with its rank, or why a user has none."""

    user_id: object
    rank: int | None
    mean: float | None
    content: Recommendation | str

    @property
    def item(self) -> Recommendation | None:
        """The recommendation."""
        return None if isinstance(self.content, str) else self.content

    @property
    def means_nothing(self) -> bool:
        """Whether equally good fits disagree on it."""
        return self.item is not None and self.item.item.fits_agree is False

    @property
    def edge(self) -> dict[str, object]:
        """A line that parts a user from the one above."""
        return {} if self.rank and self.rank > 1 else {"top": 1, "top_color": MUTED}
