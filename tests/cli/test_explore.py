"""`xlcf explore` as a person calls it."""

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner
from xlcf_cli.main import cli

from xlcf.errors import InputError
from xlcf.models.model_file import save_model
from xlcf.ratings.readers import read_ratings
from xlcf.training.options import TrainOptions
from xlcf.training.train import train

TOP15 = Path(__file__).parents[2] / "workbooks" / "top15.xlsx"


def run(*arguments):
    return CliRunner().invoke(cli, ["explore", *map(str, arguments)])


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    path = tmp_path_factory.mktemp("data") / "ratings.csv"
    lines = [f"{user},{item},{1 + (user * 7 + item * 3) % 5}" for user in range(30) for item in range(20)]
    path.write_text("userId,movieId,rating\n" + "\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def model(data):
    path = data.with_name("model.safetensors")
    save_model(train(read_ratings(data), TrainOptions(n_factors=4, epochs=2)), path)
    return path


def test_a_model_with_ratings_is_explored_from_all_sides(model, data, tmp_path):
    book, plots = tmp_path / "explored.xlsx", tmp_path / "plots"
    done = run(model, "--ratings", data, "--rotate", "varimax", "-o", book, "--plots", plots, "--top", 4, "--json")
    assert done.exit_code == 0, done.output
    result = json.loads(done.stdout)
    assert (result["users"], result["items"], result["factors"]) == (30, 20, 4)
    assert len(result["best"]) == len(result["worst"]) == 4
    assert all(item["low"] < item["level"] == item["bias"] < item["high"] for item in result["best"])
    assert [component["kind"] for component in result["components"]] == ["varimax factor"] * 3
    assert result["rotation"]["largest_difference"] <= 1e-12
    assert sum(group["ratings"] for group in result["residuals"]["by_rating"]) == 600
    assert book.exists()
    assert "Rotation" in result["sheets"]
    assert sorted(map(str, plots.iterdir())) == sorted(result["plots"])


def test_without_ratings_it_says_so(model):
    done = run(model)
    assert done.exit_code == 0, done.output
    assert "explore the model together with its ratings" in done.stdout
    assert "the best items" in done.stdout
    assert "principal component 1" in done.stdout
    assert json.loads(run(model, "--json").stdout)["residuals"] is None


def test_a_workbook_that_is_not_fitted_is_recognised():
    done = run(TOP15, "--top", 3)
    assert done.exit_code == 0, done.output
    assert "fit the model first" in done.stdout
    assert run(TOP15, "--quiet").stdout == ""


@pytest.mark.parametrize("arguments", [("--minimum-count", 1000), ("--ratings", "nowhere.csv"), ("-o", "b.csv")])
def test_a_folder_made_for_nothing_goes_again(arguments, tmp_path):
    assert run(TOP15, "--plots", tmp_path / "new" / "folder", *arguments).exit_code != 0
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_was_there_stays(tmp_path):
    assert run(TOP15, "--plots", tmp_path, "--minimum-count", 1000).exit_code != 0
    assert tmp_path.is_dir()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--minimum-count", 1000], "lower `minimum_count`"),
        (["-o", "{}/book.csv"], "end in .xlsx"),
        (["--sheet", "nowhere"], "nowhere"),
    ],
)
def test_bad_input_ends_with_a_sentence_and_no_file(arguments, message, tmp_path):
    done = run(TOP15, *(str(argument).format(tmp_path) for argument in arguments))
    assert isinstance(done.exception, InputError)  # which ends the command with 2
    assert re.search(message, str(done.exception))
    assert not (tmp_path / "book.csv").exists()
