"""A whole training run: held-out ratings, files, resuming, and the numbers of the course."""

import runpy
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest

from xlcf.bridge.train import run_training
from xlcf.errors import FitError, InputError
from xlcf.models.measure import measure
from xlcf.models.model_file import load_model
from xlcf.ratings.readers import read_ratings
from xlcf.ratings.splits import random_split
from xlcf.training.callbacks import Callback
from xlcf.training.options import DataOptions, TrainOptions
from xlcf.training.train import train


@pytest.fixture
def planted(tmp_path):
    """Give a ratings file in which users and items differ by planted biases, with noise of standard deviation 0.5."""
    rng = np.random.default_rng(0)
    user_bias, item_bias = rng.normal(0, 0.6, 80), rng.normal(0, 0.6, 60)
    users, items = (codes.ravel() for codes in np.mgrid[0:80, 0:60])
    kept = rng.random(users.size) < 0.5
    users, items = users[kept], items[kept]
    values = 3 + user_bias[users] + item_bias[items] + rng.normal(0, 0.5, users.size)
    path = tmp_path / "planted.csv"
    lines = [f"{user},item {item},{value:.3f}" for user, item, value in zip(users, items, values, strict=True)]
    path.write_text("user,item,rating\n" + "\n".join(lines) + "\n", encoding="utf-8")
    return path


OPTIONS = TrainOptions(n_factors=2, epochs=4, device="cpu")


def test_a_run_ends_near_the_noise_and_its_file_predicts_as_it_did(planted):
    done = run_training(planted, OPTIONS, DataOptions(test_fraction=0.2, hold_out=0.1))
    assert done.path == planted.with_suffix(".safetensors")
    assert 0.45 < done.model.metrics["test_rmse"] < 0.58
    ratings = read_ratings(planted)
    split = random_split(len(ratings), 0.2)
    test = ratings.take(split.hold_out)
    loaded = load_model(done.path)
    users, items = (
        [ids[code] for code in codes] for ids, codes in ((test.user_ids, test.users), (test.item_ids, test.items))
    )
    errors = loaded.predict(users, items) - test.values
    assert np.sqrt(np.mean(errors**2)) == pytest.approx(done.model.metrics["test_rmse"], rel=1e-9)
    assert not planted.with_suffix(".checkpoint").exists()


def test_what_is_held_out_is_not_trained_on(planted):
    done = run_training(planted, OPTIONS, DataOptions(test_fraction=0.2, hold_out=0.25))
    total = len(read_ratings(planted))
    rest = total - int(0.2 * total)
    assert done.ratings == rest - int(0.25 * rest)
    assert done.model.user_counts.sum() == done.ratings


def test_a_test_file_may_hold_users_and_items_that_the_model_does_not_know(planted, tmp_path):
    other = tmp_path / "test.csv"
    other.write_text("user,item,rating\n1,item 1,3\n9999,item 1,3\n9999,never seen,3\n", encoding="utf-8")
    model = run_training(planted, OPTIONS, DataOptions(test=other)).model
    assert model.predict([9999], ["never seen"])[0] == pytest.approx(model.mean, abs=0.2)
    assert 0 <= model.metrics["test_rmse"] < 2


class _Explode(Callback):
    """Break off after an epoch, as a crash would."""

    def __init__(self, epoch):
        self.epoch = epoch

    def on_epoch(self, trainer):
        if trainer.epoch == self.epoch:
            raise RuntimeError("crash")


def test_an_interrupted_run_goes_on_to_the_same_file(planted, tmp_path):
    whole, broken = tmp_path / "whole.safetensors", tmp_path / "broken.safetensors"
    run_training(planted, OPTIONS, output=whole)
    with pytest.raises(RuntimeError, match="crash"):
        run_training(planted, OPTIONS, output=broken, callbacks=[_Explode(2)])
    assert not broken.exists()
    resumed = run_training(planted, OPTIONS, output=broken, resume=True)
    assert len(resumed.model.history) == 4
    ours, theirs = load_model(whole), load_model(broken)
    np.testing.assert_equal(asdict(ours.predictor), asdict(theirs.predictor))


@pytest.mark.parametrize(
    ("options", "data_options", "message"),
    [
        (TrainOptions(patience=1), DataOptions(hold_out=0), "needs validation"),
        (OPTIONS, DataOptions(test_fraction=0.0001), "too few"),
        (OPTIONS, DataOptions(split="time"), "timestamps"),
        (TrainOptions(threshold=99.0), DataOptions(), "one class"),
    ],
)
def test_what_does_not_fit_together_is_said_and_nothing_is_written(planted, options, data_options, message):
    with pytest.raises(InputError, match=message):
        run_training(planted, options, data_options)
    assert [path.name for path in planted.parent.iterdir()] == [planted.name]


class _Interrupt(Callback):
    def on_epoch(self, trainer):
        if trainer.epoch == 2:
            raise KeyboardInterrupt


def test_an_end_at_once_says_where_to_go_on_from(planted):
    notices = []
    with pytest.raises(KeyboardInterrupt):
        run_training(planted, OPTIONS, callbacks=[_Interrupt()], notice=notices.append)
    checkpoint = planted.with_name(f"{planted.name.split('.')[0]}.checkpoint")
    assert notices == [f"The last whole epoch is in {checkpoint.name}: the same command with `resume` goes on from it."]
    assert checkpoint.exists()
    assert run_training(planted, OPTIONS, resume=True).model.history[-1]["epoch"] >= 2


def test_a_folder_that_is_missing_is_said_before_training(planted, tmp_path):
    with pytest.raises(InputError, match="no folder"):
        run_training(planted, OPTIONS, output=tmp_path / "missing" / "model.safetensors")


def test_a_loss_that_is_no_number_stops_with_advice(planted):
    with pytest.raises(FitError, match="learning rate well below 1e"):
        run_training(planted, TrainOptions(method="sgd", learning_rate=1e12, n_factors=2))


def test_a_learning_rate_can_be_found(planted):
    done = run_training(planted, TrainOptions(n_factors=2, epochs=4), find_learning_rate=True)
    assert done.range_test is not None
    assert done.model.training["learning_rate"] == done.range_test.suggestion
    assert 1e-4 < done.range_test.suggestion < 1
    assert done.model.metrics["valid_rmse"] < 0.6


@pytest.fixture(scope="module")
def course(reference):
    """Give the ratings of ml-latest-small of 2016."""
    return read_ratings(reference / "data" / "ml-latest-small-2016" / "ratings.csv.gz")


def test_defaults_reach_a_test_rmse_of_870_on_movielens(course):
    split = random_split(len(course), 0.1)
    model = train(course.take(split.train), TrainOptions(device="cpu"))
    assert measure(model, course.take(split.hold_out))["rmse"] <= 0.870  # Surprise's tuned SVD: 0.868


def test_a_classifier_beats_the_base_rate_on_movielens(course):
    split = random_split(len(course), 0.1)
    metrics = measure(
        train(course.take(split.train), TrainOptions(threshold=4.0, device="cpu")), course.take(split.hold_out)
    )
    assert metrics["log_loss"] < 0.82 * metrics["base_log_loss"]
    assert metrics["auc"] > 0.77


@pytest.mark.slow
@pytest.mark.parametrize(
    ("settings", "notebook", "tolerance"),
    [("LEARNER", 0.7666, 0.003), ("BY_HAND", 0.8012, 0.003), ("MINI_NET", 0.7808, 0.012)],
)
def test_the_courses_own_settings_give_its_own_numbers(course, settings, notebook, tolerance):
    """The validation MSE that the course's notebook printed, by medians of three seeds."""
    course_settings = runpy.run_path(str(Path(__file__).parents[2] / "benchmarks" / "course_settings.py"))
    split = random_split(len(course), 0.2, 42)
    training, validation = course.take(split.train), course.take(split.hold_out)
    losses = [
        course_settings["validation_mse"](course_settings[settings], training, validation, seed)[0] for seed in range(3)
    ]
    assert np.median(losses) <= notebook + tolerance
