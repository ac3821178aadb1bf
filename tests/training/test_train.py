"""From ratings to a trained model: how good it is, what it knows, and what is refused."""

from dataclasses import asdict, replace

import numpy as np
import pandas as pd
import pytest
import torch

from xlcf.errors import InputError
from xlcf.models.damped_means import damped_means
from xlcf.models.measure import measure
from xlcf.ratings.ratings import Ratings
from xlcf.ratings.splits import random_split
from xlcf.ratings.synthetic import planted_ratings
from xlcf.training.options import TrainOptions
from xlcf.training.train import train


@pytest.fixture(scope="module")
def planted():
    """Give ratings to train on and to test on, and the truth behind them."""
    ratings, truth = planted_ratings(n_users=400, n_items=250, n_ratings=30_000, n_factors=2, seed=3)
    split = random_split(len(ratings), 0.2)
    return ratings.take(split.train), ratings.take(split.hold_out), truth


def rmse(predictions, ratings):
    return float(np.sqrt(np.mean((predictions - ratings.values) ** 2)))


@pytest.mark.parametrize("method", ["adam", "adamw", "momentum", "sgd"])
def test_it_beats_the_baseline_and_comes_near_the_truth(method, planted, device):
    ratings, test, truth = planted
    decay = 0.3 if method == "adamw" else None  # its default suits more factors
    model = train(ratings, TrainOptions(method=method, n_factors=5, epochs=10, weight_decay=decay, device=device.type))
    means = damped_means(ratings)
    baseline = rmse(means.mean + means.user_bias[test.users] + means.item_bias[test.items], test)
    found = measure(model, test)
    assert truth.rmse(test) < found["rmse"] < baseline
    assert found["rmse"] < 1.1 * truth.rmse(test)
    predictions = model.predict_codes(test.users.astype(np.int64), test.items.astype(np.int64))
    assert found["rmse"] == pytest.approx(rmse(predictions, test), rel=1e-12)
    assert found["mae"] == pytest.approx(np.abs(predictions - test.values).mean(), rel=1e-12)


@pytest.mark.parametrize("model", ["dot-bias", "dot", "net"])
def test_validation_measures_what_the_model_then_predicts(model, parts, device):
    options = TrainOptions(model=model, n_factors=4, epochs=3, rating_range=(0.0, 5.5), device=device.type)
    trained = train(parts[0], options, validation=parts[1])
    found = measure(trained, parts[1])
    assert {f"valid_{name}": value for name, value in found.items()} == pytest.approx(
        {name: value for name, value in trained.metrics.items() if name != "best_epoch"}, rel=1e-5
    )
    best = int(trained.metrics["best_epoch"])
    assert trained.history[best - 1]["valid_rmse"] == min(record["valid_rmse"] for record in trained.history)


@pytest.fixture(scope="module")
def logistic():
    """Give 0/1 ratings to train on and to test on, and the probabilities behind the latter."""
    random = np.random.default_rng(4)
    user_bias, item_bias = random.normal(0, 1, 300), random.normal(0.3, 1, 200)
    places = random.choice(300 * 200, 24_000, replace=False)
    users, items = np.divmod(places, 200)
    p = 1 / (1 + np.exp(-(user_bias[users] + item_bias[items])))
    values = (random.random(24_000) < p).astype(np.float32)
    ratings = Ratings(users, items, values, list(range(300)), list(range(200)))
    return ratings.take(slice(6000, None)), ratings.take(slice(6000)), p[:6000]


def test_a_classifiers_probabilities_are_right(logistic, device):
    ratings, test, p = logistic
    # next to no ridge, which would draw them to the base rate
    options = TrainOptions(n_factors=1, threshold=1.0, weight_decay=3e-5, device=device.type)
    model = train(ratings, options, validation=test)
    found = measure(model, test)
    truth = -np.mean(test.values * np.log(p) + (1 - test.values) * np.log(1 - p))
    base = ratings.values.mean()
    assert found["base_log_loss"] == pytest.approx(
        -np.mean(test.values * np.log(base) + (1 - test.values) * np.log(1 - base)), rel=1e-6
    )
    assert truth < found["log_loss"] < truth + 0.03 < found["base_log_loss"]
    assert found["auc"] > 0.75
    assert found["auc"] == pytest.approx(model.metrics["valid_auc"], abs=1e-6)
    predictions = model.predict_codes(test.users, test.items)
    for group in np.array_split(np.argsort(predictions), 8):  # of 750 each: four standard errors are 0.07
        assert predictions[group].mean() == pytest.approx(test.values[group].mean(), abs=0.07)
    assert model.mean == pytest.approx(base)
    assert model.prediction_range == (0.0, 1.0)


def test_ratings_of_any_kind_become_targets_by_the_threshold(parts):
    stars, validation = parts
    ones = [replace(part, values=(part.values >= 4).astype(np.float32)) for part in parts]
    by_stars = train(stars, TrainOptions(n_factors=2, threshold=4.0, device="cpu"), validation=validation)
    by_ones = train(ones[0], TrainOptions(n_factors=2, threshold=1.0, device="cpu"), validation=ones[1])
    assert by_stars.metrics == by_ones.metrics
    assert by_stars.mean == pytest.approx((stars.values >= 4).mean())


def test_memory_mapped_ratings_train_as_those_in_memory(on_disk, ratings):
    # of a single block, so that the order is the same
    for options in (TrainOptions(n_factors=3, device="cpu"), TrainOptions(threshold=4.0, device="cpu", method="sgd")):
        streamed, resident = train(on_disk, options), train(ratings, options)
        np.testing.assert_equal(asdict(resident.predictor), asdict(streamed.predictor))
        assert streamed.fingerprint == resident.fingerprint


def test_predictions_for_those_it_does_not_know(parts):
    model = train(parts[0], TrainOptions(n_factors=3, device="cpu"))
    known = parts[0].user_ids[0]
    unknown = model.predict(["nobody", known, "nobody"], [parts[0].item_ids[0], "nothing", "nothing"])
    assert ((unknown >= 0.5) & (unknown <= 5)).all()
    assert unknown[2] == pytest.approx(model.mean, abs=0.3)
    strangers = replace(parts[1], user_ids=[f"user {raw_id}" for raw_id in parts[1].user_ids])
    assert measure(model, strangers)["rmse"] < 1.2 * parts[1].values.std()


def test_the_record(parts):
    ratings = replace(parts[0], item_titles=[f"Item {raw_id}" for raw_id in parts[0].item_ids])
    model = train(ratings, TrainOptions(n_factors=3, epochs=2, device="cpu"), validation=parts[1], source="a.csv")
    assert model.source == "a.csv"
    assert model.fingerprint == ratings.fingerprint()
    assert model.item_titles == ratings.item_titles
    assert model.rating_range == ratings.rating_range
    np.testing.assert_array_equal(model.user_counts, np.bincount(ratings.users, minlength=ratings.n_users))
    np.testing.assert_array_equal(model.item_counts, np.bincount(ratings.items, minlength=ratings.n_items))
    assert [record["epoch"] for record in model.history] == [1, 2]
    assert model.history[0]["seconds"] < model.history[1]["seconds"]
    assert model.versions["torch"] == torch.__version__
    # what was found for want of an option is in it
    assert model.training["batch_size"] == 64
    assert model.training["learning_rate"] == 0.02
    assert model.training["device"] == "cpu"


def test_what_does_not_fit_together_is_said(parts):
    ratings, validation = parts
    nothing = ratings.take(slice(0))
    fewer_users = Ratings(*(np.zeros(1, int),) * 2, np.ones(1), [1], ratings.item_ids)
    for arguments, message in (
        ((nothing,), "no ratings to train on"),
        ((ratings, TrainOptions(), nothing), "no ratings to validate on"),
        ((ratings, TrainOptions(), fewer_users), "same users and items"),
        ((ratings, TrainOptions(patience=1)), "needs validation"),
        ((ratings, TrainOptions(threshold=0.5)), "one class"),
        ((ratings, TrainOptions(threshold=5.5)), "one class"),
    ):
        with pytest.raises(InputError, match=message):
            train(*arguments[:2], validation=arguments[2] if len(arguments) > 2 else None)
    with pytest.raises(InputError, match="no ratings to measure"):
        measure(train(ratings, TrainOptions(epochs=1), validation=validation), nothing)


def test_a_device_that_is_missing_is_said(parts, monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(InputError, match="No CUDA device was found"):
        train(parts[0], TrainOptions(device="cuda"))
    assert train(parts[0], TrainOptions(epochs=1)).training["device"] == "cpu"


def test_a_data_frame_will_do_and_anything_else_is_refused(ratings):
    frame = pd.DataFrame(
        {
            "userId": [ratings.user_ids[code] for code in ratings.users],
            "movieId": [ratings.item_ids[code] for code in ratings.items],
            "rating": ratings.values,
        }
    )
    options = TrainOptions(n_factors=2, epochs=1, device="cpu")
    ours, theirs = train(frame, options), train(ratings, options)
    assert ours.metrics == theirs.metrics
    assert ours.history[0]["loss"] == theirs.history[0]["loss"]
    with pytest.raises(InputError, match=r"not str; xlcf\.read_ratings reads a file"):
        train("ratings.csv", options)
