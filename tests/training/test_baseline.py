"""The baselines: the contract, and the closed forms that they are."""

from typing import ClassVar

import numpy as np
import openpyxl
import pytest
from sklearn.dummy import DummyRegressor

import xlcf
from tests.training.estimator_contract import EstimatorContract, frame_of
from xlcf import Baseline, BaselineOptions, InputError, TrainOptions
from xlcf.exploring.exploration import explore
from xlcf.report.model_book import export_model
from xlcf.training.registry import estimator_for


class TestBias(EstimatorContract):
    is_random = False
    exact_ridge = 5.0
    grid: ClassVar = {"user_damping": [1.0, 5.0], "model": ["bias", "mean"]}

    def make(self, **parameters):
        return Baseline(**parameters)


class TestMean(EstimatorContract):
    is_random = False
    grid: ClassVar = {"model": ["mean"]}

    def make(self, **parameters):
        return Baseline(model="mean", **parameters)


def test_the_mean_is_that_of_a_dummy(parts):
    frame, test = frame_of(parts[0]), frame_of(parts[1])
    dummy = DummyRegressor().fit(frame[["userId"]], frame["rating"])
    pairs = test[["userId", "movieId"]]
    np.testing.assert_allclose(Baseline(model="mean").fit(frame).predict(pairs), dummy.predict(pairs), rtol=1e-6)


def test_undamped_biases_are_least_squares(parts):
    """Without damping and after many sweeps no other biases fit the ratings better."""
    ratings = parts[0]
    estimator = Baseline(user_damping=0.0, item_damping=0.0, sweeps=300).fit(ratings)
    design = np.zeros((len(ratings), ratings.n_users + ratings.n_items))
    design[np.arange(len(ratings)), ratings.users] = 1
    design[np.arange(len(ratings)), ratings.n_users + ratings.items] = 1
    best, *_ = np.linalg.lstsq(design, ratings.values - ratings.mean, rcond=None)
    fitted = np.concatenate([estimator.user_bias_, estimator.item_bias_])
    np.testing.assert_allclose(design @ fitted, design @ best, atol=1e-5)


def test_the_parameters_are_checked(parts):
    for parameters, message in (
        ({"model": "dot"}, "none of bias, mean"),
        ({"user_damping": -1.0}, "user damping must be a number of 0 or more"),
        ({"sweeps": 0}, "number of sweeps"),
    ):
        with pytest.raises(InputError, match=message):
            Baseline(**parameters).fit(parts[0])


def test_what_has_no_epochs_cannot_resume(parts, tmp_path):
    with pytest.raises(InputError, match="no run to resume"):
        xlcf.train(parts[0], BaselineOptions(), checkpoint=tmp_path / "a.checkpoint", resume=True)
    with pytest.raises(TypeError, match="TrainOptions or BaselineOptions, not"):
        xlcf.train(parts[0], {})


def test_options_that_a_model_does_not_take_are_told():
    bias, dot = estimator_for("bias"), estimator_for("dot")
    given = {"model": "bias", "epochs": 3, "dropout": (0.2, 0.2), "user_damping": 2.0, "threshold": None}
    assert bias.not_taken(given) == ["epochs"]
    assert bias.make_options(given) == BaselineOptions(user_damping=2.0)
    assert dot.not_taken(given) == ["user_damping"]
    assert dot.make_options(given | {"model": "dot"}) == TrainOptions(model="dot", epochs=3)
    with pytest.raises(InputError, match="leave out `threshold`, or choose `model` dot or dot-bias or net"):
        bias.make_options(given | {"threshold": 4.0})
    with pytest.raises(InputError, match="'magic' is none of dot, dot-bias, net, bias, mean"):
        estimator_for("magic")


def test_nothing_similar_or_to_explore_without_factors(parts):
    model = Baseline().fit(parts[0]).model_
    with pytest.raises(InputError, match="Without factors"):
        model.similar(parts[0].item_ids[0])
    with pytest.raises(InputError, match="without factors has no directions"):
        explore(model)


@pytest.mark.parametrize(
    ("kind", "words", "equation"),
    [
        ("bias", "biases of users and items around the mean rating", "user_bias[u] + item_bias[i] + {:.4f}"),
        ("mean", "the mean rating for every pair", "{:.4f}"),
    ],
)
def test_its_workbook_says_what_it_is(kind, words, equation, parts, tmp_path):
    model = Baseline(model=kind).fit(parts[0]).model_
    export_model(model, tmp_path / "model.xlsx")
    book = openpyxl.load_workbook(tmp_path / "model.xlsx")
    assert "Learning curves" not in book.sheetnames
    facts = {row[1]: row[2] for row in book["Summary"].iter_rows(values_only=True) if row[1]}
    assert facts["Model"] == words
    assert facts["Prediction"].startswith(equation.format(model.mean))
    assert any(f"--model {kind}" in str(cell.value) for row in book["Summary"] for cell in row)
