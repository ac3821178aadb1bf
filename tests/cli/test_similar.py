"""`xlcf similar` as a person calls it."""

import csv
import json
import re
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from xlcf_cli.main import cli

from xlcf.errors import InputError
from xlcf.explore import read_fitted

TOP15 = Path(__file__).parents[2] / "workbooks" / "top15.xlsx"


def run(*arguments):
    return CliRunner().invoke(cli, ["similar", *map(str, arguments)])


def test_json_has_the_neighbours(tmp_path):
    done = run(TOP15, "--item", "The Matrix", "--top", 3, "--damping", 0, "--json", "--csv", tmp_path / "n.csv")
    assert done.exit_code == 0, done.output
    result = json.loads(done.stdout)
    assert result["of"]["title"] == "Matrix, The (1999)"
    factors = read_fitted(TOP15).factors.item_factors
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
