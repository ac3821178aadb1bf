"""A run that goes on from a checkpoint ends as the one that was never interrupted, bit for bit on a CPU."""

import json
from dataclasses import asdict, replace

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors.torch import save_file

from xlcf.errors import InputError
from xlcf.models.model_file import save_model
from xlcf.training.callbacks import Callback
from xlcf.training.options import TrainOptions
from xlcf.training.train import train

METHODS = ["sgd", "momentum", "adam", "adamw"]
EPOCHS, STEPS = 4, 5  # 480 ratings in batches of 100


class Stop(Callback):
    """End the run after an epoch, as Ctrl+C does."""

    def __init__(self, epoch):
        self.epoch = epoch

    def on_epoch(self, trainer):
        trainer.stopping = trainer.stopping or trainer.epoch == self.epoch


class Crash(Callback):
    """Break off after a step, as a power cut does."""

    def __init__(self, step):
        self.step = step

    def on_step(self, trainer):
        if trainer.steps == self.step:
            raise KeyboardInterrupt


def options_of(method="adam", model="dot-bias", **more):
    return TrainOptions(
        **{"n_factors": 4, "epochs": EPOCHS, "batch_size": 100, "learning_rate": 0.05, "device": "cpu"}
        | {"method": method, "model": model}
        | more
    )


def assert_same(one, other):
    np.testing.assert_equal(asdict(one.predictor), asdict(other.predictor))
    timed = ("seconds", "ratings_per_second")
    for ours, theirs in zip(one.history, other.history, strict=True):
        assert {k: v for k, v in ours.items() if k not in timed} == {k: v for k, v in theirs.items() if k not in timed}
    assert one.metrics == other.metrics


@pytest.mark.parametrize("validated", ["no", "yes", "patient"])
@pytest.mark.parametrize("model", ["dot", "dot-bias", "net"])
@pytest.mark.parametrize("method", METHODS)
def test_an_interrupted_run_ends_as_a_whole_one(method, model, validated, parts, tmp_path):
    ratings, validation = parts[0], None if validated == "no" else parts[1]
    options = options_of(method, model, patience=2 if validated == "patient" else None)
    whole = train(ratings, options, validation=validation)
    path = tmp_path / "run.checkpoint"
    for epoch in (1, 3):
        train(
            ratings, options, validation=validation, checkpoint=path, resume=path.exists(), callbacks=[Stop(epoch)]
        )  # fmt: skip
    assert_same(whole, train(ratings, options, validation=validation, checkpoint=path, resume=True))


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(step=st.integers(1, STEPS * EPOCHS), method=st.sampled_from(METHODS))
def test_a_crash_at_any_step_costs_no_more_than_its_epoch(step, method, parts, tmp_path):
    path = tmp_path / "run.checkpoint"
    path.unlink(missing_ok=True)
    options = options_of(method, "net", schedule="one-cycle")
    with pytest.raises(KeyboardInterrupt):
        train(parts[0], options, validation=parts[1], checkpoint=path, callbacks=[Crash(step)])
    resumed = train(parts[0], options, validation=parts[1], checkpoint=path, resume=path.exists())
    assert_same(train(parts[0], options, validation=parts[1]), resumed)


def test_resuming_on_a_gpu_goes_on(parts, tmp_path, device):
    options = options_of("adam", "net", device=device.type)
    path = tmp_path / "run.checkpoint"
    whole = train(parts[0], options)
    train(parts[0], options, checkpoint=path, callbacks=[Stop(2)])
    resumed = train(parts[0], options, checkpoint=path, resume=True)
    for name, weight in asdict(whole.predictor).items():
        if weight is not None:
            np.testing.assert_allclose(getattr(resumed.predictor, name), weight, rtol=1e-4, atol=1e-5)


def test_a_run_that_patience_ended_stays_ended(parts, tmp_path):
    options = options_of(epochs=40, learning_rate=0.1, weight_decay=0.0, schedule="constant", patience=2)
    path = tmp_path / "run.checkpoint"
    whole = train(parts[0], options, validation=parts[1], checkpoint=path)
    assert len(whole.history) < 40
    assert_same(whole, train(parts[0], options, validation=parts[1], checkpoint=path, resume=True))


def test_a_run_that_is_done_gives_its_model_again(parts, tmp_path):
    path = tmp_path / "run.checkpoint"
    whole = train(parts[0], options_of(), validation=parts[1], checkpoint=path)
    assert_same(whole, train(parts[0], options_of(), validation=parts[1], checkpoint=path, resume=True))


@pytest.fixture
def checkpoint(parts, tmp_path):
    """Give a checkpoint after the second of four epochs."""
    path = tmp_path / "run.checkpoint"
    train(parts[0], options_of(), validation=parts[1], checkpoint=path, callbacks=[Stop(2)])
    return path


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"method": "adamw"}, "another method \\(adam\\)"),
        ({"epochs": 5}, "another epochs \\(4\\)"),
        ({"seed": 1}, "another seed \\(0\\)"),
        ({"batch_size": 64}, "another batch size \\(100\\)"),
        ({"n_factors": 5}, "another n factors \\(4\\)"),
        ({"rating_range": (0.5, 5.0)}, "another rating range \\(None\\)"),
        ({"weight_decay": 0.5}, "another weight decay"),
    ],
)
def test_other_options_are_refused(change, message, parts, checkpoint):
    with pytest.raises(InputError, match=message):
        train(parts[0], replace(options_of(), **change), validation=parts[1], checkpoint=checkpoint, resume=True)


def test_other_ratings_are_refused(parts, checkpoint):
    fewer, other = parts[0].take(slice(1, None)), replace(parts[0], values=parts[0].values[::-1].copy())
    for ratings, validation in ((fewer, parts[1]), (other, parts[1]), (parts[0], fewer), (parts[0], None)):
        with pytest.raises(InputError, match="on other ratings: train without `resume`"):
            train(ratings, options_of(), validation=validation, checkpoint=checkpoint, resume=True)


def refused(path, parts):
    with pytest.raises(InputError) as caught:
        train(parts[0], options_of(), validation=parts[1], checkpoint=path, resume=True)
    sentence = str(caught.value)
    assert "\n" not in sentence
    assert sentence.endswith(".")
    return sentence


def test_a_missing_checkpoint_is_said(parts, tmp_path):
    assert "train without `resume`" in refused(tmp_path / "none", parts)
    with pytest.raises(InputError, match="say where the checkpoint is"):
        train(parts[0], options_of(), resume=True)


def test_something_else_is_refused(parts, checkpoint, tmp_path):
    path = tmp_path / "other"
    for content in (b"", b"PK\x03\x04", json.dumps({"epoch": 3}).encode(), checkpoint.read_bytes()[:-1]):
        path.write_bytes(content)
        assert "is no checkpoint, or damaged" in refused(path, parts)
    save_file({"weights": torch.zeros(3)}, path)
    assert "something else" in refused(path, parts)
    save_model(train(parts[0], options_of()), path)
    assert "something else" in refused(path, parts)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_single_wrong_byte_is_found(data, parts, checkpoint, tmp_path):
    content = bytearray(checkpoint.read_bytes())
    place = data.draw(st.integers(0, len(content) - 1))
    content[place] ^= data.draw(st.integers(1, 255))
    path = tmp_path / "damaged"
    path.write_bytes(content)
    assert "is no checkpoint, or damaged" in refused(path, parts)


def test_a_crash_while_writing_leaves_the_checkpoint_before(parts, checkpoint, monkeypatch):
    before = checkpoint.read_bytes()
    monkeypatch.setattr("xlcf.models.tensor_file.save", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        train(parts[0], options_of(), validation=parts[1], checkpoint=checkpoint, resume=True)
    assert checkpoint.read_bytes() == before
    assert list(checkpoint.parent.iterdir()) == [checkpoint]
