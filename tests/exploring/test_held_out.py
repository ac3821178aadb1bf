"""The error on held-out ratings is told from that on ratings that were trained on, against an independent split."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import xlcf
from xlcf.bridge.train import run_training
from xlcf.exploring import explore
from xlcf.exploring.words import errors
from xlcf.ratings.ratings import Ratings
from xlcf.ratings.writers import write_ratings
from xlcf.training.options import DataOptions, TrainOptions


def made(n_users: int = 40, n_items: int = 25) -> Ratings:
    random = np.random.default_rng(5)
    pairs = random.permutation(np.argwhere(random.random((n_users, n_items)) < 0.5))
    values = np.clip(np.round(random.normal(3.5, 1, len(pairs)) * 2) / 2, 0.5, 5)
    times = random.integers(0, 10**6, len(pairs))
    return Ratings(pairs[:, 0], pairs[:, 1], values, list(range(n_users)), list(range(n_items)), timestamps=times)


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("data") / "ratings.csv"
    write_ratings(path, made())
    return path


def trained(source: Path, folder: Path, **options: Any) -> xlcf.RatingModel:
    few = TrainOptions(n_factors=4, epochs=12, weight_decay=0.0, device="cpu", batch_size=64)
    return run_training(source, few, DataOptions(**options), output=folder / "model.safetensors").model


def rmse(model: xlcf.RatingModel, frame: pd.DataFrame) -> float:
    predicted = model.predict(frame["user"].tolist(), frame["item"].tolist())
    return float(np.sqrt(np.mean((frame["rating"] - predicted) ** 2)))


@pytest.mark.parametrize("options", [{}, {"test_fraction": 0.2}, {"test_fraction": 0.2, "hold_out": 0.0}])
def test_a_random_split_is_done_again(options: dict[str, float], source: Path, tmp_path: Path) -> None:
    model = trained(source, tmp_path, **options)
    ratings = xlcf.read_ratings(source)
    frame = pd.DataFrame(
        {
            "user": [ratings.user_ids[user] for user in ratings.users],
            "item": [ratings.item_ids[item] for item in ratings.items],
            "rating": ratings.values,
        }
    )
    kept = frame
    for name in ("test_fraction", "hold_out"):
        fraction = {"test_fraction": 0.0, "hold_out": 0.1, **options}[name]
        if fraction:  # the definition of the course
            kept = kept.iloc[np.random.RandomState(42).permutation(len(kept))[int(fraction * len(kept)) :]]
    residuals = explore(model.with_ratings(ratings)).residuals
    assert residuals is not None
    assert residuals.trained is not None
    assert residuals.held_out is not None
    assert (residuals.trained.ratings, residuals.held_out.ratings) == (len(kept), len(frame) - len(kept))
    assert residuals.trained.rmse == pytest.approx(rmse(model, kept))
    assert residuals.held_out.rmse == pytest.approx(rmse(model, frame.drop(kept.index)))
    assert residuals.held_out.rmse > residuals.trained.rmse
    said = errors(residuals)
    assert f"{residuals.held_out.ratings:,} ratings held out the RMSE is {residuals.held_out.rmse:.3f}" in said
    assert (
        f"{residuals.trained.ratings:,} ratings that it was fitted to the RMSE is {residuals.trained.rmse:.3f}" in said
    )


@pytest.mark.parametrize("split", ["time", "last"])
def test_other_splits_are_done_again(split: str, source: Path, tmp_path: Path) -> None:
    model = trained(source, tmp_path, split=split)
    ratings = xlcf.read_ratings(source)
    residuals = explore(model.with_ratings(ratings)).residuals
    assert residuals is not None
    assert residuals.held_out is not None
    held_out = ~np.asarray(residuals.is_trained_on)
    if split == "time":
        assert residuals.held_out.ratings == len(ratings) // 10
        assert ratings.timestamps is not None
        assert ratings.timestamps[held_out].min() >= ratings.timestamps[~held_out].max()
    else:
        assert residuals.held_out.ratings == ratings.n_users
        assert sorted(ratings.users[held_out]) == list(range(ratings.n_users))
    assert residuals.held_out.rmse == pytest.approx(model.metrics["valid_rmse"], rel=1e-5)


def test_where_nothing_was_held_out_it_is_said(source: Path, tmp_path: Path) -> None:
    model = trained(source, tmp_path, hold_out=0.0)
    residuals = explore(model.with_ratings(xlcf.read_ratings(source))).residuals
    assert residuals is not None
    assert residuals.held_out is None
    assert "that it was fitted to" in errors(residuals)
    assert "usually errs more" in errors(residuals)


def test_other_ratings_are_not_told_apart(source: Path, tmp_path: Path) -> None:
    ratings = xlcf.read_ratings(source)
    model = trained(source, tmp_path)
    for other in (ratings.take(np.arange(100)), replace(ratings, values=ratings.values[::-1].copy())):
        residuals = explore(model.with_ratings(other)).residuals
        assert residuals is not None
        assert residuals.trained is None
        assert residuals.held_out is None
        assert "is not known" in errors(residuals)


def test_a_workbook_was_fitted_to_its_own_ratings() -> None:
    model = xlcf.read_rating_model(Path(__file__).parents[2] / "workbooks" / "top15.xlsx")
    residuals = explore(model).residuals
    assert residuals is not None
    assert residuals.trained is not None
    assert (residuals.trained.ratings, residuals.held_out) == (206, None)
    assert residuals.trained.rmse == pytest.approx(2.80606206164831)
