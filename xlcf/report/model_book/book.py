"""The sheets of a trained model, all together, and files beside the workbook for what they cannot hold."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from xlsxwriter.exceptions import FileCreateError
from xlsxwriter.workbook import Workbook

from xlcf.errors import InputError
from xlcf.exploring.biases import item_biases
from xlcf.exploring.predicted_actual import predicted_actual
from xlcf.files.replacing import replacing
from xlcf.models.coded_ratings import CodedRatings
from xlcf.report import best_and_worst
from xlcf.report.factor_table import FactorTable
from xlcf.report.model_book import places
from xlcf.report.model_book.actual import write_actual
from xlcf.report.model_book.factor_sheets import items_table, users_table, write_factor_sheet
from xlcf.report.model_book.learning_curves import write_learning_curves
from xlcf.report.model_book.predict import write_predict
from xlcf.report.model_book.recommendations import recommend, write_recommendations
from xlcf.report.model_book.summary import write_summary
from xlcf.report.model_book.table_files import write_table_file
from xlcf.report.model_book.verdict import verdict
from xlcf.report.model_view import ModelView
from xlcf.report.new_book import cause_of, open_book
from xlcf.report.page import Page

_CONTENTS = {
    places.CURVES: "the errors of each epoch",
    places.PREDICT: "type a user and an item: the prediction, live",
    places.USERS: "users' factors",
    places.ITEMS: "items' factors",
    best_and_worst.NAME: "the best and the worst items",
    places.RECOMMENDATIONS: "what to show some users next",
    places.ACTUAL: "predictions beside the ratings that were given",
}


@dataclass(frozen=True)
class ModelBook:
    """A workbook of a trained model.

    Attributes:
        view: the model, and who is listed.
        ratings: what the users have rated, or None.
        test: ratings to compare predictions with; None: `validation`.
        validation: those that were held out to choose the epoch; None: `ratings`.
        users: codes of the users to make recommendations for.
        top: recommendations for each of them.
        minimum_count: the least ratings of an item among the best and worst.
        created: the time in the workbook.

    """

    view: ModelView
    ratings: CodedRatings | None
    test: CodedRatings | None
    validation: CodedRatings | None
    users: list[int]
    top: int
    minimum_count: int
    created: datetime

    @property
    def sheets(self) -> list[str]:
        """The sheets' names, in order."""
        left_out = set()
        if not self.view.model.history:
            left_out.add(places.CURVES)
        if self.view.factors is None:
            left_out.add(places.PREDICT)
        if self._actual is None:
            left_out.add(places.ACTUAL)
        return [places.SUMMARY, *(name for name in _CONTENTS if name not in left_out)]

    def write(self, path: Path, kind: str) -> list[Path]:
        """Write the workbook, and tables in a format (csv or parquet) beside it; gives their files.

        Each file is replaced whole, and none before all are finished.

        Raises:
            InputError: where a file cannot be written.

        """
        tables = self._tables_beside(path, kind)
        with ExitStack() as files:
            unfinished = {file: files.enter_context(replacing(file)) for file in (path, *tables)}
            folder = files.enter_context(TemporaryDirectory(ignore_cleanup_errors=True))
            try:
                for file, table in tables.items():
                    write_table_file(unfinished[file], table(), kind)
                self._write_sheets(unfinished[path], list(tables), folder)
            except (FileCreateError, OSError) as error:  # the disk is full, say
                cause = cause_of(error) if isinstance(error, FileCreateError) else error
                why = getattr(cause, "strerror", None) or cause
                raise InputError(f"{path} cannot be written ({why}); choose another place with -o.") from error
        return list(tables)

    def cuts(self, files: list[Path]) -> list[str]:
        """Say who is not on the sheets, and which files hold all."""
        cut = [
            f"{listed:,} of {total:,} {what}"
            for what, listed, total in (
                ("users", len(self.view.users), len(self.view.model.user_ids)),
                ("items", len(self.view.items), len(self.view.model.item_ids)),
            )
            if listed < total
        ]
        if not cut:
            return []
        names = " and ".join(file.name for file in files)
        hold = "holds all" if len(files) == 1 else "hold all"
        return [f"Listed are {' and '.join(cut)}, those with most ratings; beside the workbook {names} {hold}."]

    @property
    def _actual(self) -> CodedRatings | None:
        """The ratings that predictions are compared with."""
        chosen = self.test or self.validation or self.ratings
        return chosen if chosen is not None and len(chosen.ratings) else None

    def _tables_beside(self, path: Path, kind: str) -> dict[Path, Callable[[], FactorTable]]:
        """Give the files that must lie beside the workbook, each with a function that gathers its table."""
        view = self.view
        sides = (
            ("users", view.users, view.all_users, users_table),
            ("items", view.items, view.all_items, items_table),
        )
        return {
            path.with_suffix(f".{name}.{kind}"): partial(table, view, everyone)
            for name, listed, everyone, table in sides
            if len(listed) < len(everyone)
        }

    def _write_sheets(self, path: Path, files: list[Path], folder: str) -> None:
        """Write the workbook; `folder` is for what is not finished."""
        view, where = self.view, places.ModelPlaces(self.view)
        book = open_book(
            path,
            f"The model of {view.model.source or 'ratings'}",
            self.created,
            {"constant_memory": True, "tmpdir": folder},  # a row at a time: cells are written from the top down
            comments=verdict(view.model),
        )
        links = [(name, _CONTENTS[name]) for name in self.sheets[1:]]
        write_summary(book, view, links, self.cuts(files), f"{self.created:%Y-%m-%d %H:%M}")
        if places.CURVES in self.sheets:
            write_learning_curves(book, view.model)
        if view.factors is not None:
            write_predict(book, where)
        file_of = {file.name.split(".")[-2]: file.name for file in files}
        write_factor_sheet(book, view, where.users, users_table(view, view.users), file_of.get("users"))
        write_factor_sheet(book, view, where.items, items_table(view, view.items), file_of.get("items"))
        self._write_best_and_worst(book)
        write_recommendations(book, where, recommend(view, self.users, self.top, self.ratings), self.ratings)
        if self._actual is not None:
            write_actual(book, view, predicted_actual(self._actual), self._actual.unknown, self._whose(self._actual))
        book.close()

    def _write_best_and_worst(self, book: Workbook) -> None:
        model = self.view.model
        most = int(model.item_counts.max(initial=0))
        if most < self.minimum_count:
            text = f"No item has {self.minimum_count:,} ratings; the most are {most:,}."
        elif not model.has_known_error:
            text = "How far the model's predictions err is not known, so no item can be shown to be good or bad."
        else:
            biases = item_biases(model, self.minimum_count)
            best_and_worst.write_best_and_worst(book, model, biases, best_and_worst.LISTED)
            return
        Page(book, best_and_worst.NAME, best_and_worst.NAME, text, landscape=False)

    def _whose(self, ratings: CodedRatings) -> str:
        """Say which ratings predictions are compared with."""
        count = len(ratings.ratings)
        if ratings.ratings.fingerprint() == self.view.model.fingerprint:
            return f"The {count:,} ratings that the model was trained on: on new ones it errs more."
        if ratings is self.test:
            return f"The {count:,} ratings of the test."
        if ratings is self.validation:
            return f"The {count:,} ratings held out for validation."
        return f"{count:,} ratings, which may include those that the model was trained on: on new ones it errs more."
