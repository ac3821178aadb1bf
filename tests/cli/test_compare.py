"""`xlcf compare` as a person runs it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result
from xlcf_cli.main import cli

import xlcf as xlcf_library
from xlcf.errors import InputError
from xlcf.fitting.starts import random_starts

BOOK = Path(__file__).parents[2] / "workbooks" / "top15.xlsx"
BOWL = {"A1": ("=(B1-3)^2+(B2-4)^2", 8.0), "B1": 1.0, "B2": 2.0}
METHODS = ["scipy", "solver", "sgd", "momentum", "adam", "adamw"]
OPTIMUM = {"dotprod": 0.39290079, "bias": 0.31865497}
SOLVER = {"dotprod": (0.39290, 0.3932), "bias": (0.31865, 0.3200)}


def xlcf(*words: object, timeout: float = 120, **env: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "xlcf_cli", *map(str, words)]
    return subprocess.run(
        command, capture_output=True, text=True, encoding="utf-8", check=False, env=os.environ | env, timeout=timeout
    )


@pytest.fixture
def book(tmp_path):
    return Path(shutil.copy(BOOK, tmp_path / "top15.xlsx"))


def in_process(*words: object) -> Result:
    return CliRunner().invoke(cli, [str(word) for word in words])


def test_any_solver_model(solver_book):
    path = solver_book(BOWL)
    result = json.loads(in_process("compare", path, "--epochs", 50, "--json").stdout)
    assert [row["method"] for row in result["methods"]] == METHODS
    wanted = "method objective_end iterations evaluations gradients seconds status message distance learning_rate"
    for row in result["methods"]:
        assert set(wanted.split()) <= row.keys()
        assert row["hold_out_rmse"] is None
    assert result["best"] == pytest.approx(0, abs=1e-9)
    assert result["agreement"]["of"] == "variables"
    assert Path(result["output"]) == path.with_name("book.compared.xlsx")


def test_a_table_for_a_person(solver_book, tmp_path):
    """With a matplotlib that cannot be loaded: none is needed where no picture is asked for."""
    (tmp_path / "shadow" / "matplotlib").mkdir(parents=True)
    (tmp_path / "shadow" / "matplotlib" / "__init__.py").write_text("raise RuntimeError('loaded')")
    shadowed = os.pathsep.join([str(tmp_path / "shadow"), os.environ.get("PYTHONPATH", "")])
    words = ["--methods", "solver,scipy", "--seeds", 3, "--excel-value", 0.01]
    done = xlcf("compare", solver_book(BOWL), *words, PYTHONPATH=shadowed)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0] == "book.xlsx, sheet S: min A1 over 2 variable cells"
    for column in ("method", "objective", "distance", "evaluations", "median of starts", "reach the best", "ended"):
        assert column in done.stdout
    named = [line.split()[0] for line in lines if line.strip().startswith(("solver ", "scipy ", "Excel "))]
    assert named == ["solver", "scipy", "Excel"]
    assert "Solver's rule stopped" in done.stdout
    assert "written: " in lines[-1]
    assert "…" not in done.stdout


def test_random_starts_in_json(solver_book):
    """Two valleys, and starts at which the objective is an error: these alone are null, and no quartile counts them."""
    cells = {"A1": "=(SQRT(B1)-1)^2*(SQRT(B1)-2)^2+0.01*B1+(B2-4)^2", "B1": 3.0, "B2": 2.0}
    path = solver_book(cells)
    problem = xlcf_library.read_problem(path)
    errors = [not np.isfinite(problem.objective(start)) for start in random_starts(problem, 12, 1, unit=False)]
    assert 0 < sum(errors) < 12
    words = ["--methods", "scipy", "--seeds", 12, "--seed", 1, "--json"]
    (row,) = json.loads(in_process("compare", path, *words).stdout)["methods"]
    starts = row["starts"]
    assert [end is None for end in starts["objectives"]] == errors
    ends = [end for end in starts["objectives"] if end is not None]
    assert max(ends) > min(ends) + 0.01
    quartiles = [starts[name] for name in ("lower_quartile", "median", "upper_quartile")]
    assert quartiles == pytest.approx(np.quantile(ends, [0.25, 0.5, 0.75]))


def test_pictures_and_quiet(solver_book, tmp_path):
    words = ["--methods", "scipy,solver", "--plot", tmp_path / "a.svg", "--plot", tmp_path / "a.png", "--quiet"]
    done = in_process("compare", solver_book(BOWL), *words)
    assert (done.exit_code, done.output) == (0, "")
    assert "<svg" in (tmp_path / "a.svg").read_text(encoding="utf-8")
    assert (tmp_path / "a.png").stat().st_size > 10_000


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--methods", "solver,newton"], "'newton' is none of scipy, solver"),
        (["--factors", "1,two"], "'1,two' is neither a whole number"),
        (["--factors", "2", "--methods", "adam"], "leave out --methods"),
        (["--factors", "2", "--seeds", "3"], "leave out --seeds"),
        (["--sheet", "nowhere"], "There is no sheet 'nowhere'"),
        (["-o", "{book}"], "is the workbook itself"),
        (["--plot", "{folder}/a.bmp"], "must end in .png or .svg"),
        (["--excel-workbook", "{folder}/no.xlsx"], "no.xlsx"),
        (["--methods", "scipy", "--epochs", "3"], "None of the methods scipy has epochs"),
        (["--excel-value", "0.39", "--excel-workbook", "{book}"], "either a value or a workbook"),
    ],
)
def test_wrong_options_write_nothing(book, words, sentence):
    result = in_process("compare", book, *(word.format(book=book, folder=book.parent) for word in words))
    if not isinstance(result.exception, InputError):  # which `main` turns into exit code 2
        assert result.exit_code == 2
    assert sentence in f"{result.exception} {result.stderr}"
    assert [path.name for path in book.parent.iterdir()] == ["top15.xlsx"]


def test_exit_code_2(book, run):
    done = run("compare", book, "--factors", "0")
    assert done.returncode == 2
    assert "The number of factors must be a whole number from 1 to 1000, not 0" in done.stderr
    assert "Traceback" not in done.stderr


def test_numbers_of_factors(book):
    result = json.loads(in_process("compare", book, "--factors", "2,1", "--seed", 1, "--json").stdout)
    one, two = result["factors"]
    assert (one["factors"], one["numbers"], two["numbers"]) == (1, 30, 60)
    assert one["fit_rmse"] > two["fit_rmse"]
    assert one["hold_out_rmse"] < two["hold_out_rmse"]
    assert (result["best_factors"], result["overfits_from"], result["own_factors"]) == (1, 2, 5)


@pytest.mark.slow
@pytest.mark.parametrize("source", ["top15", "course"])
@pytest.mark.parametrize("sheet", ["dotprod", "bias"])
def test_the_course_models(request, tmp_path, source, sheet):
    """Every method's end, Solver's rule and the optimum, in half a minute of one processor, and the same again."""
    resource = pytest.importorskip("resource")  # not on Windows
    path = BOOK
    if source == "course":
        path = request.getfixturevalue("reference") / "workbooks" / "collab_filter_2017.xlsx"
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    done = xlcf("compare", path, "--sheet", sheet, "-o", tmp_path / "out.xlsx", "--json", timeout=600)
    seconds = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before
    assert done.returncode == 0, done.stderr
    rows = {row["method"]: row for row in json.loads(done.stdout)["methods"]}
    assert list(rows) == METHODS
    assert rows["scipy"]["rmse"] == pytest.approx(OPTIMUM[sheet], abs=2e-8)
    low, high = SOLVER[sheet]
    assert low <= rows["solver"]["rmse"] <= high
    for method in ("adam", "momentum", "adamw", "sgd"):
        assert 0 <= rows[method]["rmse"] - OPTIMUM[sheet] + 2e-8 < 1e-3
    assert all(1.0 < row["hold_out_rmse"] < 2.5 for row in rows.values())
    assert seconds < 30
    again = xlcf("compare", path, "--sheet", sheet, "-o", tmp_path / "out.xlsx", "--json", timeout=600)
    for row in json.loads(again.stdout)["methods"]:
        one = rows[row["method"]]
        assert (row["objective_end"], row["hold_out_rmse"]) == (one["objective_end"], one["hold_out_rmse"])
        assert (row["evaluations"], row["learning_rate"]) == (one["evaluations"], one["learning_rate"])
