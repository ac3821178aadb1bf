import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from xlcf_cli.lab import lab

from xlcf.errors import InputError
from xlcf.lab.line import LINE
from xlcf.ooxml import open_workbook


def run(*arguments: object) -> Result:
    return CliRunner().invoke(lab, [str(argument) for argument in arguments])


def test_plain_result(tmp_path: Path) -> None:
    result = run("-o", tmp_path / "lab.xlsx", "--steps", 3)
    assert (result.exit_code, result.stderr) == (0, "")
    *lines, last = result.stdout.splitlines()
    sheets = list(open_workbook(tmp_path / "lab.xlsx").sheets)
    assert [line.partition("  ")[0] for line in lines] == sheets[1:-1]
    assert all("3 steps: loss " in line for line in lines)
    assert last == f"{tmp_path / 'lab.xlsx'}: begin with its first sheet, Lab."


def test_json(tmp_path: Path) -> None:
    result = run("-o", tmp_path / "lab.xlsx", "--steps", 2, "--json")
    assert result.exit_code == 0
    said = json.loads(result.stdout)
    assert said["output"] == str(tmp_path / "lab.xlsx")
    assert len(said["sheets"]) == 14
    first = said["sheets"][0]
    assert {key: first[key] for key in ("sheet", "problem", "method", "steps", "settings")} == {
        "sheet": "SGD",
        "problem": "line",
        "method": "sgd",
        "steps": 2,
        "settings": LINE.settings["sgd"],
    }
    assert first["loss_start"] == LINE.loss(LINE.start) > first["loss_end"]
    assert first["parameters"].keys() == {"a", "b"}


def test_quiet(tmp_path: Path) -> None:
    result = run("-o", tmp_path / "lab.xlsx", "--steps", 1, "--quiet")
    assert (result.exit_code, result.output) == (0, "")
    assert (tmp_path / "lab.xlsx").exists()


@pytest.mark.parametrize("steps", ["0", "1001", "few"])
def test_wrong_steps(tmp_path: Path, steps: str) -> None:
    assert run("-o", tmp_path / "lab.xlsx", "--steps", steps).exit_code == 2
    assert not (tmp_path / "lab.xlsx").exists()


def test_an_output_must_be_named() -> None:
    assert run().exit_code == 2


def test_errors_of_the_library_pass_through(tmp_path: Path) -> None:
    assert isinstance(run("-o", tmp_path / "no" / "lab.xlsx", "--steps", 1).exception, InputError)
    assert list(tmp_path.iterdir()) == []
