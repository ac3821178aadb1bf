"""`xlcf similar` as a person calls it."""

import csv
import json
import re
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from xlcf_cli.main import cli

from xlcf.bridge.rating_models import read_rating_model
from xlcf.errors import InputError
from xlcf.models.model_file import save_model
from xlcf.ratings.readers import read_ratings
from xlcf.training.options import TrainOptions
from xlcf.training.train import train

TOP15 = Path(__file__).parents[2] / "workbooks" / "top15.xlsx"


def run(*arguments):
    return CliRunner().invoke(cli, ["similar", *map(str, arguments)])


def test_json_has_the_neighbours(tmp_path):
    done = run(TOP15, "--item", "The Matrix", "--top", 3, "--damping", 0, "--json", "--csv", tmp_path / "n.csv")
    assert done.exit_code == 0, done.output
    result = json.loads(done.stdout)
    assert result["of"]["title"] == "Matrix, The (1999)"
    factors = read_rating_model(TOP15).factors.item_factors
    unit = factors / np.linalg.norm(factors, axis=1, keepdims=True)
    cosines = np.sort(unit[-1] @ unit[:-1].T)[::-1]  # The Matrix comes last
    np.testing.assert_allclose([record["cosine"] for record in result["neighbours"]], cosines[:3])
    with (tmp_path / "n.csv").open(encoding="utf-8", newline="") as stream:
        assert [row["title"] for row in csv.DictReader(stream)] == [n["title"] for n in result["neighbours"]]


def test_a_person_sees_titles():
    done = run(TOP15, "--sheet", "bias", "--item", "fargo", "--top", 2)
    assert done.exit_code == 0, done.output
    assert "Fargo (1996)" in done.stdout.splitlines()[0]
    assert run(TOP15, "--item", "fargo", "--quiet").stdout == ""


def test_items_with_one_title_are_told_apart(tmp_path):
    lines = [f"{user},{item},{1 + user * item % 5},Film {item // 2}" for user in range(1, 9) for item in range(8)]
    (tmp_path / "r.csv").write_text("userId,movieId,rating,title\n" + "\n".join(lines), encoding="utf-8")
    options = TrainOptions(n_factors=2, epochs=1, device="cpu")
    save_model(train(read_ratings(tmp_path / "r.csv"), options), tmp_path / "m.safetensors")
    asked = run(tmp_path / "m.safetensors", "--item", "Film 1")
    assert "Film 1 [2]; Film 1 [3]; give the whole title, with the id in brackets" in str(asked.exception)
    done = run(tmp_path / "m.safetensors", "--item", "Film 1 [3]")
    assert done.exit_code == 0, done.output
    assert "as Film 1 [3]:" in done.stdout
    assert re.findall(r"Film \d \[\d\]", done.stdout.partition("\n")[2])
    found = json.loads(run(tmp_path / "m.safetensors", "--item", "Film 1 [3]", "--json").stdout)
    assert found["of"]["id"] == 3
    assert {neighbour["title"] for neighbour in found["neighbours"]} == {f"Film {number}" for number in range(4)}


@pytest.mark.parametrize("who", [("--item", "fargo"), ("--user", 15)])
def test_where_nothing_is_similar_it_says_so(who):
    done = run(TOP15, *who, "--minimum-count", 999)
    assert done.exit_code == 0
    assert re.match(r"Nothing is similar to .*: all other (items|users) have too few ratings", done.stdout)
    assert done.stdout.count("\n") == 1
    assert json.loads(run(TOP15, *who, "--minimum-count", 999, "--json").stdout)["neighbours"] == []


def test_users_have_neighbours_too():
    result = json.loads(run(TOP15, "--user", 15, "--json").stdout)
    assert result["of"]["id"] == 15
    assert len(result["neighbours"]) == 10


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--item", "Farog"], r"did you mean Fargo \(1996\)"),
        (["--item", "Star Wars"], "may be one of 2 items"),
        (["--user", "9999"], "There is no"),
    ],
)
def test_what_cannot_be_found_is_answered_with_a_sentence(arguments, message):
    done = run(TOP15, *arguments)
    assert isinstance(done.exception, InputError)  # which ends the command with 2
    assert re.search(message, str(done.exception))
    assert done.stdout == ""


@pytest.mark.parametrize("arguments", [[], ["--item", "fargo", "--user", "15"]])
def test_one_of_item_and_user_is_needed(arguments):
    done = run(TOP15, *arguments)
    assert done.exit_code == 2
    assert "either --item TITLE or --user ID" in done.output
