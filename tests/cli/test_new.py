import json
import zipfile
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner, Result
from xlcf_cli.new import new

from xlcf.errors import InputError

RATINGS = "userId,movieId,rating,timestamp\n" + "".join(
    f"{user},{item},{(user * item) % 9 / 2 + 0.5},0\n" for user in range(1, 7) for item in range(1, 6) if user != item
)


def run(*arguments: object) -> Result:
    return CliRunner().invoke(new, [str(argument) for argument in arguments])


@pytest.fixture
def ratings(tmp_path: Path) -> Path:
    path = tmp_path / "ratings.csv"
    path.write_text(RATINGS, encoding="utf-8")
    return path


def test_plain_result(ratings: Path, tmp_path: Path) -> None:
    book = tmp_path / "my book.xlsx"
    result = run(ratings, "-o", book)
    assert (result.exit_code, result.stderr) == (0, "")
    first, second = result.stdout.splitlines()
    assert first.startswith(f"{book}: 25 ratings and 5 blanks of 6 users by 5 items; at the start dotprod RMSE ")
    assert second == f"Next: xlcf fit '{book}'"
    assert openpyxl.load_workbook(book).sheetnames == ["dotprod", "bias"]


def test_json(ratings: Path, tmp_path: Path) -> None:
    book = tmp_path / "book.xlsx"
    result = run(ratings, "--top", "4x3", "--factors", 2, "--range", "0.5,5", "--seed", 7, "--json", "-o", book)
    assert result.exit_code == 0
    said = json.loads(result.stdout)
    sheets = said.pop("sheets")
    assert said == {
        "output": str(book),
        "users": 4,
        "items": 3,
        "ratings": 12 - said["blanks"],
        "blanks": said["blanks"],
        "factors": 2,
        "range": [0.5, 5.0],
    }
    assert [(sheet["sheet"], sheet["variables"]) for sheet in sheets] == [("dotprod", 14), ("bias", 21)]
    values = openpyxl.load_workbook(book, data_only=True)
    for sheet in sheets:
        assert values[sheet["sheet"]][sheet["objective"]].value == sheet["objective_value"]


def test_quiet(ratings: Path, tmp_path: Path) -> None:
    result = run(ratings, "--quiet", "-o", tmp_path / "book.xlsx")
    assert (result.exit_code, result.output) == (0, "")
    assert json.loads(run(ratings, "--quiet", "--json", "-o", tmp_path / "book.xlsx").stdout)["users"] == 6


def test_seed(ratings: Path, tmp_path: Path) -> None:
    def sheet(seed: int) -> bytes:
        run(ratings, "--seed", seed, "-o", tmp_path / "book.xlsx")
        with zipfile.ZipFile(tmp_path / "book.xlsx") as archive:
            return archive.read("xl/worksheets/sheet2.xml")

    assert sheet(1) == sheet(1) != sheet(2)


def test_titles(ratings: Path, tmp_path: Path) -> None:
    names = tmp_path / "names.csv"
    names.write_text("movieId,title\n1,=cmd\n2,Two\n3,Three\n4,Four\n5,Five\n", encoding="utf-8")
    run(ratings, "--titles", names, "-o", tmp_path / "book.xlsx")
    first_row = [cell.value for cell in openpyxl.load_workbook(tmp_path / "book.xlsx")["dotprod"][1]]
    assert first_row[-5:] == ["=cmd", "Two", "Three", "Four", "Five"]


@pytest.mark.parametrize(
    ("option", "text", "said"),
    [
        ("--top", "0", "neither a number such as 15 nor a size such as 20x10"),
        ("--top", "15x", "neither a number"),
        ("--top", "a", "neither a number"),
        ("--range", "5", "not two numbers with a comma"),
        ("--range", "a,b", "not two numbers"),
        ("--range", "5,0.5", "the first number must be below the second"),
        ("--range", "0,inf", "the first number must be below the second"),
        ("--factors", "0", "0 is not in the range"),
    ],
)
def test_wrong_options(ratings: Path, tmp_path: Path, option: str, text: str, said: str) -> None:
    result = run(ratings, option, text, "-o", tmp_path / "book.xlsx")
    assert result.exit_code == 2
    assert said in " ".join(result.stderr.split())
    assert not (tmp_path / "book.xlsx").exists()


def test_an_output_must_be_named(ratings: Path) -> None:
    assert run(ratings).exit_code == 2


def test_errors_of_the_library_pass_through(ratings: Path, tmp_path: Path) -> None:
    for arguments in (
        (tmp_path / "none.csv", "-o", tmp_path / "book.xlsx"),
        (ratings, "-o", tmp_path / "no" / "b.xlsx"),
    ):
        result = run(*arguments)
        assert isinstance(result.exception, InputError)
    assert list(tmp_path.iterdir()) == [ratings]


@pytest.mark.usefixtures("ratings")
def test_help_has_an_example_that_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = " ".join(run("--help").stdout.split())
    example = text.partition("Example: xlcf new ")[2].split()
    assert example[0] == "ratings.csv"
    monkeypatch.chdir(tmp_path)
    assert run(*example).exit_code == 0
    assert (tmp_path / "book.xlsx").exists()


def test_the_course_block(reference: Path, tmp_path: Path) -> None:
    folder = reference / "data" / "ml-latest-small-2016"
    result = run(folder / "ratings.csv.gz", "--top", 15, "--json", "-o", tmp_path / "book.xlsx")
    said = json.loads(result.stdout)
    assert (said["ratings"], said["blanks"], said["users"], said["items"]) == (206, 19, 15, 15)
    movies = json.loads((folder / "top15_id_map.json").read_text(encoding="utf-8"))["movies"].values()
    titles = [movie["title"] for movie in sorted(movies, key=lambda movie: int(movie["movieId"]))]
    assert [cell.value for cell in openpyxl.load_workbook(tmp_path / "book.xlsx")["dotprod"][1]][-15:] == titles
