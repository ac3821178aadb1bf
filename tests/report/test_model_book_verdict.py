"""Each sentence about a trained model holds, however it was trained: the facts are worked out here from its record."""

import re
from dataclasses import replace
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest
from scipy.stats import rankdata

from xlcf.models.measure import measure
from xlcf.models.model_file import load_model, save_model
from xlcf.models.rating_model import RatingModel
from xlcf.ratings.ratings import Ratings
from xlcf.report.model_book import export_model
from xlcf.report.model_book.verdict import verdict, what_was_measured
from xlcf.training.callbacks import Callback
from xlcf.training.options import TrainOptions
from xlcf.training.train import train
from xlcf.training.trainer import Trainer

KINDS = {"dot": {"model": "dot"}, "dot-bias": {}, "net": {"model": "net"}, "classifier": {"threshold": 4.0}}
HELD_OUT = ("nothing", "validation", "test", "both")
RUNS: dict[str, dict[str, Any]] = {
    "falling": {"epochs": 6},
    "constant": {"epochs": 6, "schedule": "constant"},
    "one-cycle": {"epochs": 4, "schedule": "one-cycle"},
    "restarts": {"epochs": 5, "cycle_len": 2},
    "phases": {"epochs": (2, 2), "learning_rate": (0.05, 0.01)},
    "one epoch": {"epochs": 1},
    "patience": {"epochs": 40, "patience": 2, "schedule": "constant", "learning_rate": 0.3, "weight_decay": 0.0},
    "over-fitting": {"epochs": 15, "schedule": "constant", "learning_rate": 0.1, "weight_decay": 0.0},
    "interrupted": {"epochs": 6},
    "resumed": {"epochs": 6},
    "clipped by a sigmoid": {"epochs": 3, "rating_range": (0.0, 5.5)},
}


@cache
def data() -> tuple[Ratings, Ratings, Ratings]:
    """Give ratings to train on, to validate on, and to test on."""
    random = np.random.default_rng(3)
    pairs = np.argwhere(random.random((24, 18)) < 0.6)
    tastes = random.normal(size=24)[pairs[:, 0]] * random.normal(size=18)[pairs[:, 1]]
    values = np.clip(np.round(2 * (3.5 + tastes)) / 2, 0.5, 5)
    ratings = Ratings(pairs[:, 0], pairs[:, 1], values, list(range(24)), list(range(18)))
    order = random.permutation(len(ratings))
    return ratings.take(order[80:]), ratings.take(order[:40]), ratings.take(order[40:80])


class Stop(Callback):
    """Ends a run after some epochs, as Ctrl+C does."""

    def __init__(self, epochs: int) -> None:
        self.epochs = epochs

    def on_epoch(self, trainer: Trainer) -> None:
        trainer.stopping = trainer.epoch == self.epochs


@cache
def trained(kind: str, held_out: str, run: str, folder: Path) -> RatingModel:
    training, validation, test = data()
    chosen = {**KINDS[kind], **RUNS[run]}
    if kind == "classifier":
        chosen.pop("rating_range", None)
    if held_out not in ("validation", "both"):
        chosen.pop("patience", None)
        validation = None
    options = TrainOptions(**{"n_factors": 2, "batch_size": 64, "device": "cpu"} | chosen)
    common: dict[str, Any] = {"validation": validation, "checkpoint": folder / f"{kind}{held_out}{run}.checkpoint"}
    model = train(training, options, **common, callbacks=[Stop(2)] if run in ("interrupted", "resumed") else ())
    if run == "resumed":
        model = train(training, options, **common, resume=True)
    if held_out in ("test", "both"):
        metrics = {f"test_{name}": value for name, value in measure(model, test).items()}
        model = replace(model, metrics={**model.metrics, **metrics})
    return model


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("models")


OTHERS = [kind for kind in KINDS if kind != "dot-bias"]
COMBINATIONS = [
    *(("dot-bias", *each) for each in product(HELD_OUT, RUNS)),
    *((kind, held_out, "falling") for kind, held_out in product(OTHERS, HELD_OUT)),
    *((kind, "validation", run) for kind, run in product(OTHERS, RUNS) if run != "falling"),
]


def error(model: RatingModel, ratings: Ratings) -> tuple[float, float]:
    """Work out the RMSE and the mean absolute error, or the log loss and the AUC, without xlcf's metrics."""
    predicted = model.predict(
        [ratings.user_ids[u] for u in ratings.users], [ratings.item_ids[i] for i in ratings.items]
    )
    values = np.asarray(ratings.values, dtype=float)
    if not model.is_classifier:
        return float(np.sqrt(np.mean((values - predicted) ** 2))), float(np.mean(np.abs(values - predicted)))
    ones = values >= 4
    ranks, n = rankdata(predicted), int(ones.sum())
    auc = (ranks[ones].sum() - n * (n + 1) / 2) / (n * (len(values) - n))
    return float(-np.mean(np.log(np.where(ones, predicted, 1 - predicted)))), float(auc)


@pytest.mark.parametrize(("kind", "held_out", "run"), COMBINATIONS)
def test_each_sentence_is_true(kind: str, held_out: str, run: str, folder: Path) -> None:
    model = trained(kind, held_out, run, folder)
    training, validation, test = data()
    said = verdict(model).splitlines()
    has_validation, has_test = held_out in ("validation", "both"), held_out in ("test", "both")
    n = len(model.history)
    metric = "valid_log_loss" if model.is_classifier else "valid_rmse"
    errors = [record[metric] for record in model.history] if has_validation else []

    # how good it is: of the ratings that it names
    first = said.pop(0)
    if not has_validation and not has_test:
        assert first.startswith("No ratings were held out")
        assert said.pop(0) == "To measure it, train with a part of the ratings held out, such as a tenth."
    else:
        ratings = test if has_test else validation
        assert first.startswith("On the test ratings" if has_test else "On the ratings held out for validation")
        expected = error(model, ratings)
        if model.is_classifier:
            numbers = re.search(
                r"log loss is ([\d.]+); always predicting ([\d.]+)%, .* has ([\d.]+)\. .* ([\d.]+)% of the time", first
            )
            assert numbers is not None
            rate, share = (np.mean(np.asarray(each.values) >= 4) for each in (training, ratings))
            base = -share * np.log(rate) - (1 - share) * np.log(1 - rate)
            stated = [float(number) for number in numbers.groups()]
            assert stated == pytest.approx([expected[0], 100 * rate, base, 100 * expected[1]], abs=0.06, rel=5e-3)
        else:
            numbers = re.search(r"off by ([\d.]+) on average \(RMSE ([\d.]+)\)", first)
            assert numbers is not None
            assert [float(number) for number in numbers.groups()] == pytest.approx(expected[::-1], rel=5e-3)

    # how long it was trained
    asked = int(np.sum(RUNS[run]["epochs"]))
    short = [line for line in said if line.startswith("Training")]
    assert len(short) == (n < asked)
    for line in short:
        assert f"after {n} of" in line
        assert f"{asked} epochs" in line
        if "stopped early" in line:
            assert has_validation
            assert run == "patience"
            assert f"after epoch {int(np.argmin(errors)) + 1}" in line
            assert n - (int(np.argmin(errors)) + 1) == 2
        else:
            assert run == "interrupted"

    # which epoch
    epoch = [line for line in said if line not in short]
    assert len(epoch) == (has_validation and n > 1)
    for line in epoch:
        best = int(np.argmin(errors)) + 1
        kept = error(model, validation)[0]
        assert kept == pytest.approx(errors[best - 1], rel=1e-4)  # those are the weights that the model has
        if best < n:
            assert line.startswith(f"Validation was best in epoch {best} of {n}, whose weights the model has")
            losses = [record["loss"] for record in model.history[best - 1 :]]
            assert ("over-fitting" in line) == all(np.diff(losses) < 0)
            assert "more" not in line
        else:
            assert line.startswith(f"Validation was best in the last of {n} epochs")
            rates = [record["learning_rate"] for record in model.history]
            at_its_highest = rates[-1] == pytest.approx(max(rates))
            assert ("more of them may help" in line) == at_its_highest
            assert ("the learning rate falls" in line) != at_its_highest
            assert "over-fitting" not in line

    # the note on the table
    note = what_was_measured(model)
    assert ("Validation: " in note) == has_validation
    assert ("Test: " in note) == has_test
    assert ("chose the epoch" in note) == (has_validation and n > 1)
    assert ("fairer" in note) == (has_validation and has_test and n > 1)


def test_the_runs_are_what_they_are_called(folder: Path) -> None:
    by_run = {run: trained("dot-bias", "validation", run, folder) for run in RUNS}
    said = {run: verdict(model) for run, model in by_run.items()}
    assert "stopped early" in said["patience"]
    assert "sign of over-fitting" in said["over-fitting"]
    assert "as is usual where the learning rate falls" in said["falling"]
    assert "after 2 of the 6 epochs" in said["interrupted"]
    assert len(by_run["resumed"].history) == 6
    assert said["resumed"] == said["falling"]


def test_the_summary_and_the_model_file_say_the_same(folder: Path, tmp_path: Path) -> None:
    model = trained("dot-bias", "both", "over-fitting", folder)
    save_model(model, tmp_path / "model.safetensors")
    assert verdict(load_model(tmp_path / "model.safetensors")) == verdict(model)
    export_model(model, tmp_path / "book.xlsx", created=None)
    texts = [
        str(cell.value) for row in openpyxl.load_workbook(tmp_path / "book.xlsx")["Summary"].iter_rows() for cell in row
    ]
    assert verdict(model) in texts
    assert what_was_measured(model) in texts


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({}, "of the test"),
        ({"test": None}, "held out for validation"),
        ({"test": None, "validation": None}, "that the model was trained on"),
    ],
)
def test_the_sheet_of_predictions_says_whose_ratings_they_are(
    given: dict[str, None], says: str, folder: Path, tmp_path: Path
) -> None:
    training, validation, test = data()
    ratings = {"ratings": training, "validation": validation, "test": test} | given
    export_model(trained("dot-bias", "both", "falling", folder), tmp_path / "book.xlsx", **ratings)
    sheet = openpyxl.load_workbook(tmp_path / "book.xlsx")["Predicted against actual"]
    assert any(says in str(cell.value) for row in sheet.iter_rows(max_row=4) for cell in row)


def test_a_test_put_aside_is_told_from_one_that_was_given(folder: Path) -> None:
    model = trained("dot-bias", "test", "falling", folder)
    assert "given for that" in what_was_measured(model)
    aside = replace(model, training={**model.training, "test_fraction": 0.1})
    assert "put aside before the training" in what_was_measured(aside)
