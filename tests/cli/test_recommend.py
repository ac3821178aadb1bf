"""`xlcf recommend` as a person calls it."""

import csv
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result
from xlcf_cli.recommend import recommend

from xlcf.bridge.rating_models import read_rating_model
from xlcf.errors import InputError
from xlcf.models.fold_in import FoldIn
from xlcf.models.model_file import load_model, save_model
from xlcf.ooxml import open_workbook
from xlcf.ratings.readers import read_ratings
from xlcf.training.options import TrainOptions
from xlcf.training.train import train

TOP15 = Path(__file__).parents[2] / "workbooks" / "top15.xlsx"
TITLES = ["Toy Story (1995)", "Toy Story 2 (1999)", "Heat (1995)", "Matrix, The (1999)", "[REC] (2007)", "Alien (1979)"]
ROWS = [(user, item, 1 + (user * item) % 5) for user in range(1, 10) for item in range(6) if (user + item) % 4]


def run(*arguments: object) -> Result:
    return CliRunner().invoke(recommend, [str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with ratings, and a model of them."""
    folder = tmp_path_factory.mktemp("recommend")
    lines = [f"{user},{item + 10},{rating},{json.dumps(TITLES[item])}" for user, item, rating in ROWS]
    (folder / "ratings.csv").write_text("\n".join(["userId,movieId,rating,title", *lines]), encoding="utf-8")
    ratings = read_ratings(folder / "ratings.csv")
    model = train(ratings, TrainOptions(n_factors=2, epochs=2, device="cpu"), source="ratings.csv")
    save_model(model, folder / "model.safetensors")
    return folder


def test_a_user_gets_what_is_not_rated_yet(folder: Path) -> None:
    result = run(folder / "model.safetensors", "--user", 3, "--ratings", folder / "ratings.csv")
    assert (result.exit_code, result.stderr) == (0, "")
    title, header, *rows = result.stdout.splitlines()
    assert title == "For userId 3"
    assert header.split() == ["Rank", "Title", "Prediction", "Ratings"]
    unrated = {TITLES[item] for item in range(6)} - {TITLES[item] for user, item, _ in ROWS if user == 3}
    rows = [row for row in rows if row.split()[0].isdigit()]
    assert 0 < len(rows) <= len(unrated)
    assert all(any(title in row for title in unrated) for row in rows)


def test_without_ratings_it_says_what_it_does_not_know(folder: Path) -> None:
    result = run(folder / "model.safetensors", "--user", 3, "--top", 2)
    assert result.exit_code == 0
    assert len(result.stdout.splitlines()) == 4
    assert "--ratings" in result.stderr


def test_a_new_user_as_json_and_csv(folder: Path, tmp_path: Path) -> None:
    table = tmp_path / "new.csv"
    model = folder / "model.safetensors"
    result = run(model, "--new", "toy story=5", "--new", "The Matrix=1.5", "--ridge", 2, "--json", "--csv", table)
    assert (result.exit_code, result.stderr) == (0, "")
    said = json.loads(result.stdout)
    assert said["source"] == str(model)
    assert said["user"] is None
    assert said["new"] == [
        {"item_id": 10, "title": TITLES[0], "rating": 5.0},
        {"item_id": 13, "title": TITLES[3], "rating": 1.5},
    ]
    assert (said["rated_left_out"], said["csv"], said["output"], said["sheets"]) == (True, str(table), None, [])
    fitted = read_rating_model(model)
    codes = [fitted.item_ids.index(10), fitted.item_ids.index(13)]
    fold_in = FoldIn.of_users(fitted)
    expected = fitted.rating_of(fold_in.sums(fold_in.weights(codes, [5.0, 1.5], 2.0)))
    found = said["recommendations"]
    least = (5 + 1.5 + 2 * fitted.mean) / 4
    assert said["least_prediction"] == pytest.approx(least)
    assert {item["item_id"] for item in found} == {
        raw_id for raw_id in (11, 12, 14, 15) if expected[fitted.item_ids.index(raw_id)] >= least
    }
    assert said["left_out"] == 4 - len(found)
    for item in found:
        assert item["prediction"] == expected[fitted.item_ids.index(item["item_id"])]
    with table.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [int(row["movieId"]) for row in rows] == [item["item_id"] for item in found]


def test_a_workbook_to_type_into(folder: Path, tmp_path: Path) -> None:
    book = tmp_path / "new.xlsx"
    result = run(folder / "model.safetensors", "--new", "Heat=4", "-o", book)
    assert result.exit_code == 0
    assert result.stdout.splitlines()[-1] == f"written: {book}"
    assert list(open_workbook(book).sheets) == ["New user", "New item", "Waterfall"]
    assert 4.0 in open_workbook(book)["New user"].values.values()
    assert (
        run(folder / "model.safetensors", "-o", tmp_path / "blank.xlsx").stdout == f"written: {tmp_path}/blank.xlsx\n"
    )


def test_from_a_workbook() -> None:
    fitted = read_rating_model(TOP15)
    result = run(TOP15, "--new", f"{fitted.item_labels()[0]}=5", "--sheet", "bias", "--json")
    assert result.exit_code == 0
    said = json.loads(result.stdout)
    assert len(said["recommendations"]) + said["left_out"] == 14
    user = int(np.flatnonzero(fitted.user_counts < 15)[0])
    result = run(TOP15, "--user", fitted.user_ids[user], "--json")
    said = json.loads(result.stdout)
    assert len(said["recommendations"]) + said["left_out"] == 15 - fitted.user_counts[user]
    assert said["left_out"]
    assert "is predicted at or above this user's mean rating" in run(TOP15, "--user", fitted.user_ids[user]).stdout
    full = fitted.user_ids[int(np.flatnonzero(fitted.user_counts == 15)[0])]
    assert "Nothing is left" in run(TOP15, "--user", full).stdout


@pytest.mark.parametrize("typed", ["Toy Story=5", "Heet=1"])
def test_a_classifier_takes_no_ratings(folder: Path, tmp_path: Path, typed: str) -> None:
    options = TrainOptions(n_factors=2, epochs=1, device="cpu", threshold=3.0)
    save_model(train(read_ratings(folder / "ratings.csv"), options), tmp_path / "c.safetensors")
    error = run(tmp_path / "c.safetensors", "--new", typed).exception
    assert isinstance(error, InputError)
    assert "classifier" in str(error)
    assert run(tmp_path / "c.safetensors", "--user", 3).exit_code == 0


def test_items_with_one_title_are_told_apart(folder: Path) -> None:
    model = replace(load_model(folder / "model.safetensors"), item_titles=["Emma (1996)"] * 6)
    save_model(model, folder / "twins.safetensors")
    result = run(folder / "twins.safetensors", "--new", "Emma (1996) [12]=5", "--json")
    assert result.exit_code == 0, result.output
    assert [item["item_id"] for item in json.loads(result.stdout)["new"]] == [12]
    assert "Emma (1996) [13]" in run(folder / "twins.safetensors", "--new", "Emma [12]=5").stdout


def test_quiet(folder: Path, tmp_path: Path) -> None:
    result = run(folder / "model.safetensors", "--user", 3, "--quiet", "--csv", tmp_path / "r.csv")
    assert (result.exit_code, result.output) == (0, "")
    assert (tmp_path / "r.csv").exists()


@pytest.mark.parametrize(
    "arguments",
    [(), ("--user", 3, "--new", "Heat=4"), ("-o", "b.xlsx", "--csv", "r.csv"), ("--user", 3, "--ridge", 0)],
)
def test_wrong_usage(folder: Path, arguments: tuple[object, ...]) -> None:
    assert run(folder / "model.safetensors", *arguments).exit_code == 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--user", 99), "99"),
        (("--new", "Heet=4"), "did you mean Heat"),
        (("--new", "Story=4"), "Toy Story 2"),
        (("--new", "Heat=9"), "ratings go from 1 to 5"),
        (("--new", "Heat=4", "--ridge", "1e-300"), "raise it"),
    ],
)
def test_what_is_not_known_is_said_and_nothing_written(
    folder: Path, tmp_path: Path, arguments: tuple[object, ...], said: str
) -> None:
    files = ("-o", tmp_path / "b.xlsx", "--csv", tmp_path / "r.csv")
    error = run(folder / "model.safetensors", *arguments, *files).exception
    assert isinstance(error, InputError)
    assert said in str(error)
    assert list(tmp_path.iterdir()) == []
