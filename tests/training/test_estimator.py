"""MatrixFactorization: scikit-learn's manners, and the same results as `train`."""

import inspect
from dataclasses import fields, replace

import numpy as np
import pandas as pd
import pytest

import xlcf
from xlcf import InputError, MatrixFactorization, TrainOptions


def frame_of(ratings):
    return pd.DataFrame(
        {
            "userId": [ratings.user_ids[code] for code in ratings.users],
            "movieId": [ratings.item_ids[code] for code in ratings.items],
            "rating": ratings.values,
        }
    )


def small(**parameters):
    return MatrixFactorization(n_factors=3, epochs=3, device="cpu", **parameters)


def test_parameters_are_the_options_of_training():
    parameters = inspect.signature(MatrixFactorization).parameters
    assert {name: parameter.default for name, parameter in parameters.items()} == {
        field.name: field.default for field in fields(TrainOptions)
    }


def test_a_clone_has_the_same_parameters():
    estimator = MatrixFactorization(rating_range=(0.5, 5.0), learning_rate=(0.1, 0.01), epochs=(2, 1), seed=3)
    parameters = estimator.get_params(deep=False)
    clone = type(estimator)(**parameters)
    for name, value in clone.get_params().items():
        assert value is parameters[name]
    assert clone is not estimator
    assert not hasattr(clone, "model_")


def test_set_params():
    estimator = small()
    assert estimator.set_params(n_factors=7, method="sgd") is estimator
    assert (estimator.n_factors, estimator.get_params()["method"]) == (7, "sgd")
    with pytest.raises(InputError, match="no parameter 'factors'"):
        estimator.set_params(factors=3)
    assert repr(estimator) == "MatrixFactorization(n_factors=7, method='sgd', epochs=3, device='cpu')"


def test_parameters_are_checked_when_fitted(parts):
    estimator = MatrixFactorization(method="magic")
    with pytest.raises(InputError, match="magic"):
        estimator.fit(parts[0])


def test_it_is_the_same_as_train(parts):
    ratings, validation = parts
    model = xlcf.train(ratings, TrainOptions(n_factors=3, epochs=3, device="cpu"), validation=validation)
    estimator = small()
    assert estimator.fit(ratings, validation) is estimator
    assert estimator.model_.metrics == model.metrics
    factors = model.factors
    for name in ("user_factors", "item_factors", "user_bias", "item_bias", "global_bias"):
        np.testing.assert_array_equal(getattr(estimator, f"{name}_"), getattr(factors, name))
    assert [record["epoch"] for record in estimator.history_] == [1, 2, 3]
    assert estimator.score(validation) == pytest.approx(-model.metrics["valid_rmse"], rel=1e-6)


@pytest.mark.parametrize("parameters", [{}, {"rating_range": (0.0, 5.5)}])
def test_the_prediction_equation(parameters, parts):
    estimator = small(**parameters).fit(parts[0])
    users, items = [0, 5, 7], [3, 3, 1]
    z = (
        (estimator.user_factors_[users] * estimator.item_factors_[items]).sum(axis=1)
        + estimator.user_bias_[users] + estimator.item_bias_[items] + estimator.global_bias_
    )  # fmt: skip
    expected = z if not parameters else 5.5 / (1 + np.exp(-z))
    ids = [(parts[0].user_ids[user], parts[0].item_ids[item]) for user, item in zip(users, items, strict=True)]
    np.testing.assert_allclose(estimator.predict(ids), expected.clip(*parts[0].rating_range), rtol=1e-5)


def test_a_data_frame_is_as_good(parts):
    frames = [frame_of(part) for part in parts]
    estimator = small().fit(frames[0], validation=frames[1])
    assert estimator.model_.user_name == "userId"
    predictions = estimator.predict(frames[1].drop(columns="rating"))
    pairs = list(zip(frames[1]["userId"], frames[1]["movieId"], strict=True))
    np.testing.assert_array_equal(predictions, estimator.predict(pairs))
    np.testing.assert_array_equal(predictions, estimator.predict(np.array(pairs)))
    rmse = np.sqrt(np.mean((predictions - frames[1]["rating"]) ** 2))
    assert estimator.score(frames[1]) == pytest.approx(-rmse, rel=1e-9)
    assert estimator.score(frames[1]) > -np.std(frames[1]["rating"]) * 1.1


def test_validation_by_strangers_is_left_out(parts):
    ratings, validation = parts
    few = ratings.take(slice(300))
    kept = frame_of(few)
    strangers = pd.concat([frame_of(validation), pd.DataFrame({"userId": [999], "movieId": [1], "rating": [0.5]})])
    found = small().fit(kept, validation=strangers).model_.metrics["valid_rmse"]
    known = strangers[strangers["userId"].isin(kept["userId"]) & strangers["movieId"].isin(kept["movieId"])]
    assert 0 < len(known) < len(strangers)
    assert found == pytest.approx(small().fit(kept, validation=known).model_.metrics["valid_rmse"])
    # codes of their own are translated
    order = np.arange(validation.n_users)[::-1]
    turned = replace(validation, users=order[validation.users], user_ids=list(validation.user_ids)[::-1])
    assert small().fit(ratings, turned).model_.metrics == small().fit(ratings, validation).model_.metrics
    with pytest.raises(InputError, match="no ratings to validate on"):
        small().fit(kept, validation=strangers.tail(1))


def test_a_classifier(parts):
    estimator = small(threshold=np.float32(4.0), n_hidden=np.int64(5)).fit(*parts)
    predictions = estimator.predict(frame_of(parts[1]))
    assert ((predictions > 0) & (predictions < 1)).all()
    ones = parts[1].values >= 4
    log_loss = -np.mean(np.where(ones, np.log(predictions), np.log(1 - predictions)))
    assert estimator.score(parts[1]) == pytest.approx(-log_loss, rel=1e-6)


def test_a_net_has_embeddings_and_no_biases(parts, tmp_path):
    estimator = small(model="net").fit(parts[0])
    assert estimator.user_factors_.shape == (parts[0].n_users, 3)
    assert estimator.item_factors_.shape == (parts[0].n_items, 3)
    assert estimator.user_bias_ is None
    xlcf.save_model(estimator.model_, tmp_path / "net.safetensors")
    loaded = xlcf.load_model(tmp_path / "net.safetensors")
    pair = (parts[0].user_ids[0], parts[0].item_ids[0])
    np.testing.assert_array_equal(loaded.predict(*([raw_id] for raw_id in pair)), estimator.predict([pair]))


def test_what_cannot_be_used_is_said(parts):
    with pytest.raises(InputError, match="learned nothing yet"):
        small().predict([(1, 2)])
    with pytest.raises(InputError, match="learned nothing yet"):
        small().score(parts[0])
    with pytest.raises(InputError, match="or a DataFrame of them, not list"):
        small().fit([(1, 2, 3.0)])
    with pytest.raises(InputError, match="a user and an item each"):
        small().fit(parts[0]).predict([(1, 2, 3)])
    assert small().fit(parts[0]).predict([]).shape == (0,)
