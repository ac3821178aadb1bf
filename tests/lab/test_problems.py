"""The data are what they are said to be."""

import csv
from pathlib import Path

import numpy as np

from xlcf.lab.line import LINE, PLANTED
from xlcf.lab.user import USER, USER_ID

WORKBOOKS = Path(__file__).parents[2] / "workbooks"


def ratings() -> list[dict[str, str]]:
    with (WORKBOOKS / "top15_ratings.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_the_line_is_planted() -> None:
    assert len(LINE) == 29
    np.testing.assert_array_equal(LINE.targets, PLANTED[0] * LINE.factors[:, 0] + PLANTED[1])
    np.testing.assert_array_equal(LINE.factors[:, 1], 1)


def test_the_user_is_the_first_of_the_workbook() -> None:
    own = [row for row in ratings() if row["userId"] == ratings()[0]["userId"]]
    assert str(USER_ID) == own[0]["userId"]
    assert list(USER.labels) == [row["title"] for row in own]
    np.testing.assert_array_equal(USER.targets, [float(row["rating"]) for row in own])
    with (WORKBOOKS / "top15_start.csv").open(encoding="utf-8", newline="") as stream:
        start = next(row for row in csv.DictReader(stream) if (row["side"], row["id"]) == ("user", str(USER_ID)))
    np.testing.assert_allclose(USER.start, [float(start[f"factor{n}"]) for n in range(1, 6)], atol=0.005)


def test_the_movies_factors_are_those_of_the_best_fit() -> None:
    """Against them, least squares for each of the 15 users gives the best RMSE known, 0.3929008, but for rounding."""
    place = {title: number for number, title in enumerate(USER.labels)}
    squares = []
    for user in {row["userId"] for row in ratings()}:
        own = [row for row in ratings() if row["userId"] == user]
        factors = USER.factors[[place[row["title"]] for row in own]]
        values = np.array([float(row["rating"]) for row in own])
        squares += list((factors @ np.linalg.lstsq(factors, values, rcond=None)[0] - values) ** 2)
    assert len(squares) == 206
    assert 0.39290079 < np.sqrt(np.mean(squares)) < 0.3932


def test_loss_and_its_formula_agree() -> None:
    x, y = LINE.factors[:, 0], LINE.targets
    assert LINE.loss(np.array([1.5, 2.5])) == np.mean((1.5 * x + 2.5 - y) ** 2)
    assert (
        LINE.loss_formula("[new of {}]") == "SUMPRODUCT(([new of a] * line_x + [new of b] - line_y)^2) / ROWS(line_y)"
    )
    assert LINE.prediction_formula("a", "+ nudge") == "([value of a] + nudge) * [x] + [value of b]"
