"""Model files: what comes back, and what is refused."""

import json
import pickle
from dataclasses import fields, replace

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors.torch import save_file

from xlcf.errors import InputError
from xlcf.models.build import build_module
from xlcf.models.model_file import list_from_tensor, list_to_tensor, load_model, save_model
from xlcf.models.model_options import ModelOptions
from xlcf.models.rating_model import RatingModel
from xlcf.models.tensor_file import read_tensors, write_tensors
from xlcf.ratings.ratings import Ratings
from xlcf.ratings.vocabulary import Vocabulary

IDS = {
    "whole numbers": [3, 1, -(2**62)],
    "an array": Vocabulary(np.array([5, 6, 7], dtype=np.int32)),
    "text": ["007", "ü, 7", "\ud800 lone"],
    "mixed": [1, "1", 1.5],
    "larger than 64 bits": [2**70, 1, 2],
}
TITLES = ["=1+1", "Amélie (Fabuleux destin d'Amélie Poulain, Le) (2001)", "千と千尋の神隠し \N{CLAPPER BOARD}"]


def make_model(ids=(1, 2, 3), **options):
    ratings = Ratings(np.array([0, 1, 2]), np.array([0, 1, 2]), np.array([1.0, 2.0, 5.0]), ids, ids)
    options = ModelOptions(n_factors=2, **options)
    return RatingModel(
        predictor=build_module(ratings, options).to_predictor(),
        user_ids=ids,
        item_ids=ids,
        item_titles=TITLES,
        user_counts=np.array([1, 2, 3]),
        item_counts=np.array([0, 2, 4]),
        rating_range=(1.0, 5.0),
        mean=8 / 3,
        threshold=options.threshold,
        metrics={"valid_rmse": 0.9, "valid_auc": float("nan")},
        history=[{"epoch": 1, "loss": 0.5}],
        training={"method": "adam", "epochs": [1, 2], "n_factors": np.int64(2)},
        source="ratings.csv",
        fingerprint="abc",
        versions={"xlcf": "0.1"},
        user_name="userId",
        item_name="movieId",
    )


@pytest.mark.parametrize("ids", IDS.values(), ids=IDS)
@pytest.mark.parametrize(
    "options",
    [
        {"model": "dot"},
        {"rating_range": (0.5, 5.5), "start": "course"},
        {"model": "net", "n_hidden": 3, "dropout": (0.1, 0.2)},
        {"threshold": 4.0},
    ],
)
def test_all_of_a_model_comes_back(ids, options, tmp_path):
    model = make_model(ids, **options)
    save_model(model, tmp_path / "model.safetensors")
    before = torch.get_rng_state()
    loaded = load_model(tmp_path / "model.safetensors")
    assert torch.get_rng_state().equal(before)
    assert type(loaded.predictor) is type(model.predictor)
    for field in fields(model.predictor):
        np.testing.assert_array_equal(getattr(loaded.predictor, field.name), getattr(model.predictor, field.name))
    assert list(loaded.user_ids) == list(loaded.item_ids) == list(ids)
    assert [type(raw_id) for raw_id in loaded.user_ids] == [type(raw_id) for raw_id in ids]
    assert str(loaded.metrics) == str(model.metrics)
    for field in fields(RatingModel):
        if field.name not in ("predictor", "user_ids", "item_ids", "metrics"):
            np.testing.assert_array_equal(getattr(loaded, field.name), getattr(model, field.name))
    np.testing.assert_array_equal(loaded.predict(ids, ids), model.predict(ids, ids))


def test_no_titles_stay_none(tmp_path):
    save_model(replace(make_model(), item_titles=None), tmp_path / "model")
    assert load_model(tmp_path / "model").item_titles is None


@given(st.lists(st.one_of(st.integers(), st.text(), st.floats(allow_nan=False))))
def test_lists_survive_as_tensors(values):
    back = list_from_tensor(list_to_tensor(values))
    assert back == values
    assert [type(value) for value in back] == [type(value) for value in values]


def refused(path):
    with pytest.raises(InputError) as caught:
        load_model(path)
    sentence = str(caught.value)
    assert "\n" not in sentence
    assert sentence.endswith(".")
    return sentence


@pytest.fixture(scope="module")
def content(tmp_path_factory):
    path = tmp_path_factory.mktemp("model") / "model.safetensors"
    save_model(make_model(), path)
    return path.read_bytes()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_damaged_file_is_refused(data, content, tmp_path):
    path = tmp_path / "model.safetensors"
    damaged = bytearray(content)
    if data.draw(st.booleans()):
        damaged[data.draw(st.integers(0, len(content) - 1))] ^= data.draw(st.integers(1, 255))
    else:
        del damaged[data.draw(st.integers(0, len(content) - 1)) :]
    path.write_bytes(damaged)
    assert "is no model file, or damaged" in refused(path)


def test_what_is_no_model_is_refused(tmp_path):
    path = tmp_path / "model.safetensors"
    assert "make a model file with xlcf train" in refused(path)
    assert "is a folder; give the model file inside it" in refused(tmp_path)
    for other in (b"", b"userId,movieId,rating\n", json.dumps({"xlcf": 1}).encode(), b"\xff" * 100):
        path.write_bytes(other)
        assert "is no model file" in refused(path)
    save_file({"weight.user_factors.weight": torch.zeros(3, 2)}, path)
    assert "something else" in refused(path)


def test_nothing_is_unpickled(tmp_path):
    class Trap:
        def __reduce__(self):
            return (pytest.fail, ("the file was unpickled",))

    path = tmp_path / "model.safetensors"
    path.write_bytes(pickle.dumps(Trap()))
    refused(path)
    torch.save({"model": Trap()}, path)
    refused(path)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"format": 99}, "newer xlcf"),
        ({"n_users": 4}, "its ids are not as many"),
        ({"n_items": 10**12}, "its ids are not as many"),
        ({"options": {"model": "tree", "threshold": None, "rating_range": None}}, "tree"),
        ({"options": {"branches": 3}}, ""),
        ({"options": []}, ""),
        ({"rating_range": 5}, ""),
    ],
)
def test_a_header_that_says_something_else_is_refused(change, message, content, tmp_path):
    path = tmp_path / "model.safetensors"
    path.write_bytes(content)
    header, tensors = read_tensors(path, "xlcf")
    write_tensors(path, "xlcf", header | change, tensors)
    assert message in refused(path)


def test_weights_of_another_shape_are_refused(content, tmp_path):
    path = tmp_path / "model.safetensors"
    path.write_bytes(content)
    header, tensors = read_tensors(path, "xlcf")
    for change in ({"weight.user_factors.weight": np.zeros((3, 5))}, {"weight.item_bias.weight": np.zeros(3)}):
        write_tensors(path, "xlcf", header, tensors | change)
        refused(path)
    del tensors["weight.user_bias.weight"]
    write_tensors(path, "xlcf", header, tensors)
    refused(path)


def test_a_crash_while_writing_leaves_the_file_before(content, tmp_path, monkeypatch):
    path = tmp_path / "model.safetensors"
    path.write_bytes(content)
    monkeypatch.setattr("xlcf.models.tensor_file.save", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        save_model(make_model(), path)
    assert path.read_bytes() == content
    assert list(tmp_path.iterdir()) == [path]
