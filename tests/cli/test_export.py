"""`xlcf export` as a person calls it."""

import json
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from click.testing import CliRunner, Result
from xlcf_cli.export import export

from xlcf.errors import InputError
from xlcf.models.model_file import save_model
from xlcf.ratings.readers import read_ratings
from xlcf.training.options import TrainOptions
from xlcf.training.train import train

PAIRS = [(user, item) for user in range(1, 13) for item in range(1, 11) if (user + item) % 3]
RATINGS = "userId,movieId,rating\n" + "".join(f"{user},{item},{1 + (user + item) % 5}\n" for user, item in PAIRS)


def run(*arguments: object) -> Result:
    return CliRunner().invoke(export, [str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with ratings, and a model of them."""
    folder = tmp_path_factory.mktemp("export")
    (folder / "ratings.csv").write_text(RATINGS, encoding="utf-8")
    ratings = read_ratings(folder / "ratings.csv")
    model = train(ratings, TrainOptions(n_factors=2, epochs=1, device="cpu"), source="ratings.csv")
    save_model(model, folder / "model.safetensors")
    return folder


def test_plain_result(folder: Path, tmp_path: Path) -> None:
    book = tmp_path / "book.xlsx"
    result = run(folder / "model.safetensors", "-o", book)
    assert (result.exit_code, result.stderr) == (0, "")
    first, second = result.stdout.splitlines()
    assert first.startswith("ratings.csv: dot-bias of 12 users and 10 items; sheets Summary, Learning curves, Predict,")
    assert second == f"written: {book}"
    assert openpyxl.load_workbook(book).sheetnames[0] == "Summary"


def test_ratings_of_others_are_said(folder: Path, tmp_path: Path) -> None:
    ratings, book = tmp_path / "ratings.csv", tmp_path / "book.xlsx"
    ratings.write_text("userId,movieId,rating\nguest,1,5\n", encoding="utf-8")
    result = run(folder / "model.safetensors", "--ratings", ratings, "-o", book)
    assert isinstance(result.exception, InputError)
    assert "None of the ratings" in str(result.exception)
    assert not book.exists()
    ratings.write_text("userId,movieId,rating\nguest,1,5\n1,1,3\n", encoding="utf-8")
    result = run(folder / "model.safetensors", "--ratings", ratings, "-o", book)
    assert "1 of 2 ratings are of a user or an item that was not trained on." in result.stdout.splitlines()


def test_a_workbook_is_no_model_file(tmp_path: Path) -> None:
    (tmp_path / "book.xlsx").write_bytes(b"PK\x03\x04")
    result = run(tmp_path / "book.xlsx")
    assert "is a workbook or another zip file; give the model file" in str(result.exception)


def test_json_says_what_was_cut(folder: Path, tmp_path: Path) -> None:
    book = tmp_path / "book.xlsx"
    cut = ("--rows", 4, "--tables", "parquet")
    options = ("--ratings", folder / "ratings.csv", *cut, "--minimum-count", 2, "--top", 3)
    result = run(folder / "model.safetensors", *options, "--user", 7, "--user", 5, "--json", "-o", book)
    assert (result.exit_code, result.stderr) == (0, "")
    said = json.loads(result.stdout)
    (sentence,) = said.pop("sentences")
    assert "4 of 12 users and 4 of 10 items" in sentence
    assert said.pop("sheets")[-1] == "Predicted against actual"
    assert said == {
        "output": str(book),
        "files": [str(tmp_path / "book.users.parquet"), str(tmp_path / "book.items.parquet")],
        "users": 12,
        "items": 10,
        "cut": {"users": 8, "items": 6},
        "minimum_count": 2,
        "recommended_users": [7, 5],
    }
    assert sorted(path.name for path in tmp_path.iterdir()) == ["book.items.parquet", "book.users.parquet", "book.xlsx"]
    assert sentence in run(folder / "model.safetensors", *options, "-o", book).stdout


def test_recommendations_leave_out_what_was_rated(folder: Path, tmp_path: Path) -> None:
    options = ("--ratings", folder / "ratings.csv", "--user", 4, "-o", tmp_path / "book.xlsx")
    assert run(folder / "model.safetensors", *options).exit_code == 0
    sheet = openpyxl.load_workbook(tmp_path / "book.xlsx")["Recommendations"]
    items = [row[3] for row in sheet.iter_rows(values_only=True) if row[1] == 4 and row[2] is not None]
    assert set(items) <= {item for item in range(1, 11) if (4, item) not in PAIRS}
    assert "predicted at or above the user's own mean rating" in sheet["B2"].value


def test_predictions_are_compared_with_the_test_ratings(folder: Path, tmp_path: Path) -> None:
    test = tmp_path / "test.csv"
    test.write_text("userId,movieId,rating\n1,1,3\n2,3,4\n", encoding="utf-8")
    assert run(folder / "model.safetensors", "--test", test, "-o", tmp_path / "book.xlsx").exit_code == 0
    sheet = openpyxl.load_workbook(tmp_path / "book.xlsx")["Predicted against actual"]
    assert "The 2 ratings of the test." in [cell.value for cell in sheet["B"]]


def test_without_an_output_the_workbook_lies_beside_the_model(folder: Path) -> None:
    result = run(folder / "model.safetensors", "--quiet")
    assert (result.exit_code, result.output) == (0, "")
    assert (folder / "model.xlsx").exists()


def test_errors_of_the_library_pass_through(folder: Path, tmp_path: Path) -> None:
    model, book = folder / "model.safetensors", tmp_path / "book.xlsx"
    (tmp_path / "junk.safetensors").write_bytes(np.random.default_rng(0).bytes(64))
    for arguments in (
        (tmp_path / "none.safetensors", "-o", book),
        (tmp_path / "junk.safetensors", "-o", book),
        (model, "--user", 99, "-o", book),
        (model, "--ratings", tmp_path / "none.csv", "-o", book),
        (model, "-o", tmp_path / "book.txt"),
    ):
        assert isinstance(run(*arguments).exception, InputError)
    assert [path.name for path in tmp_path.iterdir()] == ["junk.safetensors"]


@pytest.mark.parametrize(
    ("option", "text"), [("--rows", "0"), ("--top", "0"), ("--minimum-count", "0"), ("--tables", "xls")]
)
def test_wrong_options(option: str, text: str, folder: Path) -> None:
    assert run(folder / "model.safetensors", option, text).exit_code == 2
