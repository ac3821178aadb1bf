from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from click.testing import CliRunner
from xlcf_cli.main import cli

from tests.cli.conftest import Done
from xlcf.ratings.readers import read_ratings
from xlcf.ratings.store import open_store

Run = Callable[..., Done]


@pytest.fixture
def data(run: Run) -> Run:
    """Give a function that runs the command."""
    return partial(run, "data")


@pytest.fixture
def ratings_csv(tmp_path: Path, data: Run) -> Path:
    assert data("synthetic", "--like", "ml-100k", "--scale", 0.02, "-o", tmp_path / "r.csv").returncode == 0
    return tmp_path / "r.csv"


def test_synthetic_says_what_it_made(tmp_path: Path, data: Run) -> None:
    sizes = ("--users", 30, "--items", 40, "--ratings", 500, "--factors", 3, "--seed", 7)
    for name in ("r.csv", "r.csv.gz", "r.parquet", "r.xlcf-ratings"):
        done = data("synthetic", *sizes, "-o", tmp_path / name, "--json")
        said = json.loads(done.stdout)
        assert said.pop("rmse_of_the_truth") == pytest.approx(0.77, abs=0.1)
        assert said == {
            "output": str(tmp_path / name),
            "users": 30,
            "items": 40,
            "ratings": 500,
            "factors": 3,
            "seed": 7,
        }
        ratings = read_ratings(tmp_path / name)
        assert (ratings.n_users, ratings.n_items, len(ratings)) == (30, 40, 500)
    assert read_ratings(tmp_path / "r.csv").fingerprint() == read_ratings(tmp_path / "r.parquet").fingerprint()


def test_info(ratings_csv: Path, data: Run) -> None:
    (ratings_csv.parent / "movies.csv").write_text("movieId,title\n1,Heat (1995)\n", encoding="utf-8")
    said = json.loads(data("info", ratings_csv, "--json").stdout)
    ratings = read_ratings(ratings_csv)
    assert (said["users"], said["items"], said["ratings"]) == (19, 238, 2000)
    assert said["fingerprint"] == ratings.fingerprint()
    assert sum(bar["count"] for bar in said["histogram"]) == 2000
    assert set(said["per_user"]) == {"least", "median", "mean", "most"}
    text = data("info", ratings_csv).stdout
    assert "2,000, mean" in text
    assert "19 (userId), ratings each" in text
    assert data("info", ratings_csv, "--quiet").stdout == ""


def test_info_says_what_was_left_out(tmp_path: Path, data: Run) -> None:
    path = tmp_path / "r.csv"
    path.write_text("user,item,rating,timestamp\n1,2,3,10\n1,2,4,\n2,2,5,12\n", encoding="utf-8")
    data("store", path, "-o", tmp_path / "s.xlcf-ratings")
    for source in (path, tmp_path / "s.xlcf-ratings"):
        said = json.loads(data("info", source, "--json").stdout)
        assert (said["ratings"], said["superseded"]) == (2, 1)
        assert said["why_no_times"] == "the timestamp on line 3 of r.csv is blank"
        text = data("info", source).stdout
        assert "1 line, as a later one is of the same user and item" in text
        assert "times are left out, as the timestamp on line 3 of r.csv is blank" in text
    path.write_text("user,item,rating\n1,2,3\n", encoding="utf-8")
    assert "superseded" not in data("info", path).stdout


def test_times_beyond_the_calendar(tmp_path: Path, data: Run) -> None:
    (tmp_path / "r.csv").write_text("user,item,rating,timestamp\n1,2,3,1600000000000\n", encoding="utf-8")
    assert "second 1,600,000,000,000" in data("info", tmp_path / "r.csv").stdout


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
@pytest.mark.parametrize("words", [["--help"], ["data", "info", "r.csv"], ["data", "info", "r.csv", "--json"]])
def test_a_full_disk_is_a_sentence(tmp_path: Path, words: list[str]) -> None:
    (tmp_path / "r.csv").write_text("user,item,rating\n1,2,3\n", encoding="utf-8")
    command = [sys.executable, "-m", "xlcf_cli", *words]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 2
    said = "xlcf: cannot write the output, no space is left on the device: make room, or write elsewhere.\n"
    assert done.stderr == said


def test_store(ratings_csv: Path, tmp_path: Path, data: Run) -> None:
    folder = tmp_path / "s.xlcf-ratings"
    said = json.loads(data("store", ratings_csv, "-o", folder, "--seed", 3, "--memory", 1, "--json").stdout)
    assert said == {"output": str(folder), "users": 19, "items": 238, "ratings": 2000}
    assert len(open_store(folder)) == 2000
    assert "2,000 ratings by 19 users of 238 items" in data("store", ratings_csv, "-o", folder).stdout
    (folder / "values.npy").write_bytes((folder / "values.npy").read_bytes()[:-4] + b"\0\0\0\0")
    done = data("info", folder)
    assert done.returncode == 2
    assert "is damaged" in done.stderr


def test_download_without_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, data: Run) -> None:
    monkeypatch.setattr("xlcf.ratings.download.HOME", "http://127.0.0.1:9/")
    done = data("download", "ml-1m", "--to", tmp_path)
    assert done.returncode == 1
    assert re.search(r"no connection.*put it at", done.stderr)


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["info", "none.csv"], 2, "There is no file none.csv"),
        (["download", "ml-7m"], 2, "no MovieLens release 'ml-7m'"),
        (["synthetic", "-o", "r.xlsx"], 2, "ends in none of .csv, .csv.gz, .parquet and .xlcf-ratings"),
        (["synthetic", "--users", "5", "--items", "5", "--ratings", "99", "-o", "r.csv"], 2, "99 ratings do not fit"),
        (["store", "none.csv", "-o", "s"], 2, "There is no file none.csv"),
    ],
)
def test_errors_are_sentences(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], code: int, said: str, data: Run
) -> None:
    monkeypatch.chdir(tmp_path)
    done = data(*words)
    assert done.returncode == code
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert not list(tmp_path.iterdir())


FOREIGN = "Käufer;Ware;Note\r\n1;Brötchen;2,5\r\n;Käse;3\r\n2;Käse;4\r\n"
NAMES = ("--user-column", "Käufer", "--item-column", "Ware", "--rating-column", "Note")


@pytest.fixture
def foreign_csv(tmp_path: Path) -> Path:
    (tmp_path / "kunden.csv").write_bytes(FOREIGN.encode("cp1252"))
    return tmp_path / "kunden.csv"


def test_columns_missing_values_and_encoding(foreign_csv: Path, data: Run) -> None:
    done = data("info", foreign_csv, *NAMES)
    assert done.returncode == 2
    assert done.stderr == (
        "xlcf: kunden.csv: 1 line lacks Käufer, Ware or Note (line 3): fill it in or delete it, or have such lines "
        "left out (missing: drop).\n"
    )
    done = data("info", foreign_csv, *NAMES, "--missing", "drop", "--json")
    said = json.loads(done.stdout)
    assert (said["ratings"], said["mean"]) == (2, 3.25)
    assert [item["label"] for item in said["busiest_items"]] == ["Brötchen", "Käse"]
    notes = [
        "kunden.csv is not in UTF-8: read as cp1252 (Western European Windows).",
        "kunden.csv: 1 line lacks Käufer, Ware or Note (line 3): left out.",
    ]
    assert said["notes"] == done.stderr.splitlines() == notes
    assert data("info", foreign_csv, *NAMES, "--missing", "drop", "--quiet").stderr == ""


def test_store_takes_the_same_options(foreign_csv: Path, tmp_path: Path, data: Run) -> None:
    done = data("store", foreign_csv, "-o", tmp_path / "s.xlcf-ratings", *NAMES, "--missing", "drop")
    assert done.returncode == 0
    assert "left out" in done.stderr
    assert open_store(tmp_path / "s.xlcf-ratings").item_ids == ["Brötchen", "Käse"]


@pytest.mark.parametrize("command", ["data info", "data store", "train", "new", "explore", "recommend", "export"])
def test_every_command_that_reads_ratings_has_the_options(command: str) -> None:
    text = CliRunner().invoke(cli, [*command.split(), "--help"]).output
    for option in (*NAMES[::2], "--title-column", "--time-column", "--missing"):
        assert option in text
