"""Rebuild workbooks/top15.xlsx from top15_ratings.csv and top15_start.csv: `python workbooks/build.py`.

The same bytes every time.
"""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from xlcf.models.factors import Factors
from xlcf.ratings.ratings import Floats, Ratings
from xlcf.ratings.readers import read_ratings
from xlcf.report.ratings_book import BookStart, write_ratings_book

HERE = Path(__file__).parent
CREATED = datetime(2017, 2, 1, tzinfo=UTC)


def build(path: Path) -> None:
    """Write the workbook to `path`."""
    ratings = read_ratings(HERE / "top15_ratings.csv")
    write_ratings_book(path, ratings, start=read_start(HERE / "top15_start.csv", ratings), created=CREATED)


def read_start(path: Path, ratings: Ratings) -> BookStart:
    """Read the course's starting numbers; both sheets share the factors."""
    with path.open(encoding="utf-8", newline="") as stream:
        lines = list(csv.DictReader(stream))

    def side(name: str, ids: list[object]) -> Floats:
        """Give bias and factors, shape (ids, 1 + factors), in the order of the ids."""
        rows = {
            line["id"]: [float(value) for key, value in line.items() if key not in ("side", "id")]
            for line in lines
            if line["side"] == name
        }
        return np.array([rows[str(raw_id)] for raw_id in ids])

    users, items = side("user", list(ratings.user_ids)), side("item", list(ratings.item_ids))
    return BookStart(
        dotprod=Factors(users[:, 1:], items[:, 1:]),
        bias=Factors(users[:, 1:], items[:, 1:], user_bias=users[:, 0], item_bias=items[:, 0]),
    )


if __name__ == "__main__":
    build(HERE / "top15.xlsx")
    print(f"wrote {HERE / 'top15.xlsx'}")
