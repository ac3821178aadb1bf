"""The verdict of a fit in plain words, and the formats of numbers."""

from dataclasses import replace

import numpy as np
import pytest

from xlcf.models.factors import Factors
from xlcf.models.rating_model import RatingModel
from xlcf.plain_numbers import plain
from xlcf.ratings.ratings import Ratings
from xlcf.report.fit_report import FitReport
from xlcf.report.style import decimals_format, decimals_of, line_count, signed_format
from xlcf.report.verdict import verdict, warnings
from xlcf.solver.solution import History, Solution


def report(
    ratings: int, variables: int, goal: str = "min", start: float = 2.0, end: float = 1.0, status: str = "stopped"
) -> FitReport:
    one = np.zeros(1)
    history = History(np.zeros(1, dtype=np.int64), one, np.zeros(1, dtype=np.int64), one)
    result = Solution(
        None,
        "solver",
        start,
        end,
        status,
        "five steps.",
        1,
        2,
        3,
        0.1,
        history,
        np.zeros(variables),
        np.zeros(variables),
    )
    codes = np.zeros(ratings, dtype=np.int64)
    data = Ratings(codes, np.arange(ratings), np.full(ratings, 3.0), ["u"], list(range(max(1, ratings))))

    def model(prediction: float) -> RatingModel:
        return RatingModel.of_factors(data, Factors(np.full((1, 1), prediction), np.ones((max(1, ratings), 1))))

    return FitReport(
        *("book.xlsx", "sheet", "A1", "=B1", goal, None, "B1", (), None, result),
        model(1.0) if ratings else None,
        model(2.75) if ratings else None,
        "2026-01-31 09:30",
        "0.1.0",
    )


def test_a_reason_with_a_colon_is_a_sentence_of_its_own() -> None:
    given = report(ratings=10, variables=9)
    message = "Optimum reached: the gradient is below 1e-08 of that at the start."
    given = replace(given, result=replace(given.result, status="converged", message=message))
    assert verdict(given).splitlines()[1] == f"The method converged. {message}"


def test_verdict_with_ratings_gives_mean_miss_reason_and_caution() -> None:
    assert verdict(report(ratings=10, variables=9)).split("\n") == [
        "On average a prediction differs from the rating by 0.25; before the fit it was 2.",
        "The method stopped by its stopping rule: five steps.",
        "There are 10 ratings for 9 variable cells, fewer than three for each: this error says little about ratings "
        "that the model was not fitted to.",
    ]
    assert "the very ratings that the model was fitted to" in verdict(report(ratings=100, variables=9))


@pytest.mark.parametrize("decay", [None, 0.0, 0.01])
def test_the_verdict_says_that_weight_decay_was_minimised_too(decay: float | None) -> None:
    plain = report(ratings=10, variables=9)
    options = {} if decay is None else {"weight_decay": decay}
    said = verdict(replace(plain, result=replace(plain.result, options=options))).split("\n")
    line = "A weight decay of 0.01 kept the variables small at the same time: the objective alone could be better."
    assert (line in said) == bool(decay)
    assert any("weight decay" in each for each in said) == bool(decay)


@pytest.mark.parametrize(
    ("goal", "start", "end", "said"),
    [
        ("min", 2.0, 1.0, "A1 (Profit) fell from 2 to 1."),
        ("max", 1234.5, 2345.67, "A1 (Profit) rose from 1,234.5 to 2,345.67."),
        ("max", 2.0, 1.0, "A1 (Profit) fell from 2 to 1, which is worse than the start."),
        ("min", 1.0, 2.0, "A1 (Profit) rose from 1 to 2, which is worse than the start."),
        ("min", 2.3, 2.3 - 1e-8, "A1 (Profit) fell from 2.3 to 2.29999999."),
        ("min", 1.0, 1.0, "A1 (Profit) stayed at 1."),
        ("min", 2.3, 2.3 - 1e-14, "A1 (Profit) stayed at 2.3."),
        ("value", 1.0, 12.0, "A1 (Profit) reached 12; at the start it was 1."),
        ("value", 1.0, 10.0, "A1 (Profit) was to reach 12 and came to 10, 2 away; at the start it was 1."),
        ("value", 12.0, 12.0, "A1 (Profit) reached 12; at the start it was 12."),
    ],
)
def test_verdict_without_ratings_follows_the_goal(goal: str, start: float, end: float, said: str) -> None:
    named = replace(report(0, 5, goal, start, end), objective_label="Profit", target=12.0 if goal == "value" else None)
    assert verdict(named).split("\n")[0] == said


def test_an_infeasible_end_is_not_said_to_have_converged() -> None:
    violated = report(0, 5, status="infeasible")
    assert warnings(violated)[0].startswith("The model's constraints are violated: ")
    assert "converged" not in verdict(violated)
    assert warnings(report(0, 5)) == []


def test_a_limit_is_not_called_success() -> None:
    assert "a better answer may exist" in verdict(report(0, 5, status="limit"))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.28345, "0.283"),
        (2.806062, "2.81"),
        (12345.6, "12,300"),
        (0.0, "0"),
        (1e-7, "1e-07"),
        (-2.5, "-2.5"),
        (float("nan"), "a number that is not finite"),
    ],
)
def test_plain_numbers(value: float, text: str) -> None:
    assert plain(value) == text


def test_number_formats_follow_the_size() -> None:
    assert decimals_format(4.5) == "0.00"
    assert decimals_format(0.039) == "0.0000"
    assert decimals_format(1234.0) == "#,##0"
    assert decimals_format(1e-12) == "0.00E+00"
    assert decimals_of(np.array([3.0, 4.5])) == "0.0"
    assert decimals_of(np.array([3.0, 4.0])) == "0"
    assert decimals_of(np.array([1 / 3])) == "0.000"
    assert signed_format("0.00") == "[>=0.005]+0.00;[<=-0.005]-0.00;0.00"


def test_lines_are_broken_at_spaces_and_long_words() -> None:
    assert line_count("one two", 7) == 1
    assert line_count("one two", 6) == 2
    assert line_count("abcdefghij", 5) == 2
    assert line_count("a\nb", 80) == 2


@pytest.mark.parametrize("rating_range", [None, (0.5, 5.0)])
def test_pairs_and_blocks_equal_the_whole_matrix(rating_range: tuple[float, float] | None) -> None:
    random = np.random.default_rng(3)
    factors = Factors(
        *(random.normal(size=(6, 3)), random.normal(size=(5, 3)), random.normal(size=6), random.normal(size=5)),
        1.5,
        rating_range=rating_range,
    )
    users, items = np.array([5, 0, 2]), np.array([4, 4, 1])
    everything = factors.predict_all()
    np.testing.assert_allclose(factors.predict(users, items), everything[users, items], rtol=1e-13)
    np.testing.assert_allclose(factors.take(users, items).predict_all(), everything[np.ix_(users, items)], rtol=1e-13)
