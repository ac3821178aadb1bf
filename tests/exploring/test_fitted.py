"""One view of model files and workbooks."""

from pathlib import Path

import numpy as np
import pytest

import xlcf
from xlcf.bridge.rating_models import read_rating_model
from xlcf.errors import InputError
from xlcf.models.model_file import save_model
from xlcf.ratings.ratings import Ratings
from xlcf.ratings.synthetic import synthetic_ratings
from xlcf.training.options import TrainOptions
from xlcf.training.train import train

TOP15 = Path(__file__).parents[2] / "workbooks" / "top15.xlsx"


@pytest.fixture(scope="module")
def ratings():
    return synthetic_ratings(n_users=30, n_items=40, n_ratings=600, seed=1)


@pytest.mark.parametrize("options", [{}, {"model": "dot"}, {"rating_range": (0.0, 5.5)}, {"threshold": 4.0}])
def test_a_model_file_predicts_as_the_model(ratings, options, tmp_path):
    model = train(ratings, TrainOptions(n_factors=3, epochs=2, **options))
    save_model(model, tmp_path / "m.xlsx")  # what a file is shows in its content
    fitted = read_rating_model(tmp_path / "m.xlsx")
    users, items = ratings.users[:200], ratings.items[:200]
    np.testing.assert_allclose(fitted.predict_codes(users, items), model.predict_codes(users, items), atol=1e-6)
    assert fitted.source == "m.xlsx"
    assert fitted.ratings is None


def test_a_workbook_gives_the_factors_in_its_cells():
    fitted = read_rating_model(TOP15)
    assert fitted.ratings is not None
    errors = fitted.ratings.values - fitted.predict_codes(fitted.ratings.users, fitted.ratings.items)
    cached = xlcf.read_problem(TOP15).objective.cached  # what Excel computes from the same cells
    assert np.sqrt(np.mean(errors**2)) == pytest.approx(cached, rel=1e-12)
    assert fitted.item_titles is not None
    assert "Matrix, The (1999)" in fitted.item_titles
    assert read_rating_model(TOP15, "bias").factors.item_bias is not None


def test_predictions_of_codes_are_those_of_all_pairs(either):
    users, items = np.divmod(np.arange(30 * 40), 40)
    expected = either.factors.predict_all().ravel()
    np.testing.assert_allclose(either.predict_codes(users, items), expected, rtol=1e-13)


def test_ratings_are_brought_into_its_codes(fitted):
    other = Ratings(
        users=np.array([0, 1, 1]),
        items=np.array([0, 1, 0]),
        values=np.array([1.0, 2.0, 3.0]),
        user_ids=[999, 105],
        item_ids=[1007, 5],
    )
    known = fitted.with_ratings(other).ratings
    assert (known.users.tolist(), known.items.tolist(), known.values.tolist()) == ([5], [7], [3.0])
    with pytest.raises(InputError, match="None of the ratings"):
        fitted.with_ratings(other.take([0, 1]))


def test_the_slope_is_the_derivative_at_the_mean(either):
    z, step = either.factors.global_bias, 1e-6
    numeric = (either.factors.rating_of(np.array([z + step])) - either.factors.rating_of(np.array([z - step]))) / 2e-6
    assert either.slope() == pytest.approx(float(numeric[0]), rel=1e-6)


@pytest.mark.parametrize("options", [{}, {"rating_range": (0.5, 5.0)}, {"threshold": 4.0}])
def test_the_ridge_is_the_weight_decay_in_ratings(ratings, options):
    """A rating's loss curves by 2 slope^2 (squared error) or p (1 - p); the decay of all N by N d."""
    decay = 1e-3
    fitted = train(ratings, TrainOptions(n_factors=2, epochs=1, weight_decay=decay, **options))
    z, step = fitted.factors.global_bias, 1e-4

    def loss(x):
        prediction = float(fitted.factors.rating_of(np.array([x]))[0])
        if fitted.threshold is None:
            return (prediction - target) ** 2
        return -target * np.log(prediction) - (1 - target) * np.log1p(-prediction)

    target = float(fitted.factors.rating_of(np.array([z]))[0])
    curvature = (loss(z + step) + loss(z - step) - 2 * loss(z)) / step**2
    assert fitted.ridge == pytest.approx(len(ratings) * decay / curvature, rel=1e-4)


@pytest.mark.parametrize(
    ("content", "message"),
    [(None, "There is no file"), (b"not a model", "is no model file"), (b"PK not a workbook", "book.bin")],
)
def test_what_is_neither_is_refused_with_a_sentence(content, message, tmp_path):
    path = tmp_path / "book.bin"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError, match=message):
        read_rating_model(path)


def test_a_solver_model_without_factors_is_refused(solver_book):
    path = solver_book({"A1": ("=(B1-1)^2+B2^2", 1), "B1": 0, "B2": 0})
    with pytest.raises(InputError, match="no factorization"):
        read_rating_model(path)


def test_a_net_is_refused(ratings):
    with pytest.raises(InputError, match="A net is more"):
        _ = train(ratings, TrainOptions(model="net", n_factors=2, epochs=1)).factors
