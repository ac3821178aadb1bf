"""MatrixFactorization: scikit-learn's manners, and the same results as `train`."""

import inspect
import pickle
import subprocess
import sys
from dataclasses import fields, replace

import numpy as np
import pandas as pd
import polars
import pytest
import sklearn.exceptions
from sklearn.base import clone, is_classifier, is_regressor
from sklearn.metrics import r2_score
from sklearn.model_selection import GridSearchCV, GroupKFold, KFold, cross_val_score
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.utils.validation import check_is_fitted

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
    assert estimator.fit(ratings, validation=validation) is estimator
    assert estimator.model_.metrics == model.metrics
    factors = model.factors
    for name in ("user_factors", "item_factors", "user_bias", "item_bias", "global_bias"):
        np.testing.assert_array_equal(getattr(estimator, f"{name}_"), getattr(factors, name))
    assert [record["epoch"] for record in estimator.history_] == [1, 2, 3]
    errors = estimator.predict(validation) - validation.values
    assert np.sqrt(np.mean(errors**2)) == pytest.approx(model.metrics["valid_rmse"], rel=1e-6)


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
    r_squared = r2_score(frames[1]["rating"], predictions)
    assert estimator.score(frames[1]) == pytest.approx(r_squared, rel=1e-9)
    assert estimator.score(frames[1].drop(columns="rating"), frames[1]["rating"]) == estimator.score(frames[1])


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
    assert (
        small().fit(ratings, validation=turned).model_.metrics
        == small().fit(ratings, validation=validation).model_.metrics
    )
    with pytest.raises(InputError, match="no ratings to validate on"):
        small().fit(kept, validation=strangers.tail(1))


def test_a_classifier_predicts_classes_and_probabilities(parts):
    training, test = parts
    estimator = small(threshold=np.float32(4.0), n_hidden=np.int64(5)).fit(training, validation=test)
    probabilities = estimator.predict_proba(frame_of(test))
    assert probabilities.shape == (len(test), 2)
    assert ((probabilities > 0) & (probabilities < 1)).all()
    np.testing.assert_allclose(probabilities.sum(axis=1), 1)
    ones = test.values >= 4
    log_loss = -np.mean(np.where(ones, np.log(probabilities[:, 1]), np.log(probabilities[:, 0])))
    assert estimator.model_.metrics["valid_log_loss"] == pytest.approx(log_loss, rel=1e-6)
    classes = estimator.predict(test)
    assert estimator.classes_.tolist() == [0, 1]
    np.testing.assert_array_equal(classes, probabilities[:, 1] >= 0.5)
    assert estimator.score(test) == np.mean(classes == ones)
    with pytest.raises(InputError, match="Only a classifier"):
        small().fit(training).predict_proba(test)


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
    fitted = small().fit(parts[0])
    for wrong, message in (
        (lambda: small().fit("ratings.csv"), r"not str; xlcf\.read_ratings reads a file"),
        (lambda: small().fit([(1, 2)]), "has 2 columns: a row is a user, an item, a rating"),
        (lambda: small().fit([(1, 2), (1, 3)], [4]), "1 ratings for 2 pairs"),
        (lambda: small().fit([(1, 2, 3)], [4]), "has 3 columns: a row is a user and an item"),
        (lambda: small().fit([(1, 2), (3,)], [4, 5]), "different numbers of columns: 1, 2"),
        (lambda: small().fit(*parts), "as validation="),
        (lambda: small().fit(parts[0], parts[0].values), "given twice"),
        (lambda: fitted.predict([(1, 2, 3)]), "a row is a user and an item"),
        (lambda: fitted.score([(1, 2)], [3, 4]), "2 ratings for 1 pairs"),
        (lambda: fitted.score([(1, 2)], [[3, 4]]), "one number a row"),
        (lambda: fitted.predict([(1, None)]), "1 row lacks user or item .row 0."),
    ):
        with pytest.raises(InputError, match=message) as caught:
            wrong()
        assert isinstance(caught.value, ValueError)
    assert fitted.predict([]).shape == (0,)


@pytest.mark.parametrize(
    "ask", [lambda e: e.predict([(1, 2)]), lambda e: e.score([(1, 2, 3)]), lambda e: e.recommend(1)]
)
def test_before_fit_it_is_not_fitted_for_scikit_learn_too(ask):
    for error in (xlcf.errors.NotFittedError, sklearn.exceptions.NotFittedError, InputError):
        with pytest.raises(error, match="call fit with ratings first"):
            ask(small())
    assert pickle.loads(pickle.dumps(_raised(ask))).args == _raised(ask).args


def _raised(ask):
    try:
        ask(small())
    except InputError as error:
        return error


def test_scikit_learn_is_not_loaded():
    code = (
        "import sys, xlcf\n"
        "try: xlcf.MatrixFactorization().predict([(1, 2)])\n"
        "except xlcf.errors.NotFittedError as e: print(isinstance(e, AttributeError), 'sklearn' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "False"]


def test_is_fitted(parts):
    with pytest.raises(sklearn.exceptions.NotFittedError):
        check_is_fitted(small())
    check_is_fitted(small().fit(parts[0]))


def test_regressor_or_classifier():
    assert is_regressor(small())
    assert not is_classifier(small())
    assert is_classifier(small(threshold=4))
    assert not is_regressor(small(threshold=4))


def test_clone_of_scikit_learn(parts):
    estimator = small(rating_range=(0.5, 5.0)).fit(parts[0])
    copy = clone(estimator)
    assert copy.get_params() == estimator.get_params()
    assert not hasattr(copy, "model_")


def columns_of(ratings):
    """X and y as a DataFrame, as an array, as an array of objects with texts, and as lists."""
    frame = frame_of(ratings)
    pairs = frame[["userId", "movieId"]]
    texts = pairs.astype(str).add_prefix("my_").astype(object)
    texts["my_userId"] = "u" + texts["my_userId"]
    return {
        "frame": (pairs, frame["rating"]),
        "polars": (polars.DataFrame({name: pairs[name].to_numpy() for name in pairs}), frame["rating"].to_list()),
        "array": (pairs.to_numpy(), frame["rating"].to_numpy()),
        "objects": (texts.to_numpy(), frame["rating"].to_numpy()),
        "list": (list(pairs.itertuples(index=False, name=None)), frame["rating"].tolist()),
        "whole frame": (frame, None),
    }


@pytest.mark.parametrize("kind", ["frame", "polars", "array", "objects", "list", "whole frame"])
def test_cross_val_score(kind, parts):
    pairs, y = columns_of(parts[0])[kind]
    folds = KFold(3, shuffle=True, random_state=1)
    scores = cross_val_score(small(), pairs, y, cv=folds, error_score="raise")
    everything = frame_of(parts[0])
    expected = []
    for training, test in folds.split(everything):
        model = xlcf.train(everything.iloc[training], TrainOptions(n_factors=3, epochs=3, device="cpu"))
        predictions = model.predict(everything["userId"].iloc[test].tolist(), everything["movieId"].iloc[test].tolist())
        expected.append(r2_score(everything["rating"].iloc[test], predictions))
    # as texts, ids come in another order and so get other starting weights
    np.testing.assert_allclose(scores, expected, rtol=1e-6, atol=0.1 if kind == "objects" else 0)


def test_a_fold_of_unseen_users_is_predicted(parts):
    frame = frame_of(parts[0])
    pairs, y = frame[["userId", "movieId"]], frame["rating"]
    for scoring in (None, "neg_root_mean_squared_error"):
        scores = cross_val_score(
            small(), pairs, y, groups=frame["userId"], cv=GroupKFold(3), scoring=scoring, error_score="raise"
        )
        assert np.isfinite(scores).all()


def test_grid_search(parts):
    frame = frame_of(parts[0])
    search = GridSearchCV(small(), {"n_factors": [1, 3], "weight_decay": [None, 100.0]}, cv=2, error_score="raise")
    search.fit(frame[["userId", "movieId"]], frame["rating"])
    assert search.best_params_["weight_decay"] is None  # the other draws all to 0
    assert search.best_estimator_.user_factors_.shape[1] == search.best_params_["n_factors"]
    assert search.predict([(1, 2)]).shape == (1,)
    with pytest.raises(ValueError, match="no parameter 'factors'"):
        GridSearchCV(small(), {"factors": [1]}, error_score="raise").fit(frame[["userId", "movieId"]], frame["rating"])


def test_pipeline(parts):
    frame = frame_of(parts[0]).rename(columns={"userId": "who"})
    rename = FunctionTransformer(lambda frame: frame.rename(columns={"who": "userId"}))
    pipeline = Pipeline([("names", rename), ("factors", small())])
    pairs, y = frame[["who", "movieId"]], frame["rating"]
    predictions = pipeline.fit(pairs, y).predict(pairs)
    np.testing.assert_array_equal(predictions, small().fit(frame_of(parts[0])).predict(frame_of(parts[0])))
    assert pipeline.score(pairs, y) == pytest.approx(r2_score(y, predictions))
    assert is_regressor(pipeline)


def test_a_classifier_suits_scorers(parts):
    frame = frame_of(parts[0])
    pairs, y = frame[["userId", "movieId"]], (frame["rating"] >= 4).astype(int)
    for scoring in (None, "accuracy", "roc_auc", "neg_log_loss"):
        scores = cross_val_score(small(threshold=1), pairs, y, cv=2, scoring=scoring, error_score="raise")
        assert np.isfinite(scores).all()


def test_score_as_scikit_learn_where_ratings_are_equal(parts):
    estimator = small().fit(parts[0])
    pairs = [(parts[0].user_ids[0], parts[0].item_ids[0])] * 3
    assert estimator.score(pairs, [3, 3, 3]) == r2_score([3, 3, 3], estimator.predict(pairs)) == 0
    assert estimator.score(pairs, estimator.predict(pairs)) == 1
    assert np.isnan(estimator.score(pairs[:1], [3]))


def test_recommend_leaves_out_what_is_rated(parts):
    ratings = replace(parts[0], item_titles=[f"Film {raw_id}" for raw_id in parts[0].item_ids])
    estimator = small().fit(ratings)
    user = ratings.user_ids[3]
    unrated = np.setdiff1d(np.arange(ratings.n_items), ratings.items[ratings.users == 3])
    items = [ratings.item_ids[item] for item in unrated]
    found = estimator.recommend(user, top=len(unrated))
    assert {item.item_id for item in found} <= set(items)
    predicted = dict(zip(items, estimator.predict([(user, item) for item in items]), strict=True))
    for item in found:
        assert item.prediction == pytest.approx(predicted[item.item_id], abs=1e-5)
        assert item.title == f"Film {item.item_id}"
    assert [item.item_id for item in estimator.recommend(str(user), top=2)] == [item.item_id for item in found[:2]]
    with pytest.raises(InputError, match="There is no userId 999"):
        estimator.recommend(999)
    without = {item.item_id for item in estimator.model_.recommend(user, top=ratings.n_items)}
    assert len(without) >= len(found)


def test_similar_items_and_users(parts):
    ratings = replace(parts[0], item_titles=[f"Film {raw_id}" for raw_id in parts[0].item_ids])
    estimator = small().fit(ratings)
    code = 4
    found = estimator.similar(ratings.item_ids[code], top=5)
    factors = estimator.item_factors_
    cosine = factors @ factors[code] / np.linalg.norm(factors, axis=1) / np.linalg.norm(factors[code])
    codes = [list(ratings.item_ids).index(neighbour.id) for neighbour in found]
    assert code not in codes
    np.testing.assert_allclose([neighbour.cosine for neighbour in found], cosine[codes], rtol=1e-6)
    assert [neighbour.title for neighbour in found] == [f"Film {neighbour.id}" for neighbour in found]
    assert [neighbour.ratings for neighbour in found] == [int((ratings.items == other).sum()) for other in codes]
    assert estimator.similar(f"Film {ratings.item_ids[code]}", top=5) == found
    users = estimator.model_.similar(user=ratings.user_ids[0], top=3)
    assert {neighbour.title for neighbour in users} == {None}
    assert ratings.user_ids[0] not in {neighbour.id for neighbour in users}
    for arguments in ({}, {"item": 1, "user": 1}):
        with pytest.raises(InputError, match="either an item or a user"):
            estimator.similar(**arguments)
