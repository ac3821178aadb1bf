"""`xlcf fit` and `xlcf inspect` as a person runs them."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import xlsxwriter

BOOK = Path(__file__).parents[2] / "workbooks" / "top15.xlsx"
OPTIMUM = {"dotprod": 0.3929009, "bias": 0.3186551}


@pytest.fixture
def book(tmp_path):
    return Path(shutil.copy(BOOK, tmp_path / "top15.xlsx"))


@pytest.mark.parametrize("sheet", ["dotprod", "bias"])
def test_fits_to_the_optimum_and_says_so_in_json(book, sheet, run):
    done = run("fit", book, "--sheet", sheet, "--json")
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert result["rmse"] <= OPTIMUM[sheet]
    assert result["sheet"] == sheet
    assert result["status"] == "converged"
    wanted = "sheet method objective_start objective_end rmse status message iterations seconds output"
    assert set(wanted.split()) <= result.keys()
    assert Path(result["output"]) == book.with_name("top15.fitted.xlsx")
    assert "Traceback" not in done.stderr


def test_the_command_repeats_the_fit(book, run):
    first = json.loads(run("fit", book, "--starts", 2, "--seed", 3, "--json").stdout)
    words = shlex.split(first["command"])
    assert words[0] == "xlcf"
    again = json.loads(run(*words[1:], "--json").stdout)
    assert again["objective_end"] == first["objective_end"]


def test_fitted_again_starts_where_the_first_fit_started_and_adds_no_sheets(book, run):
    first = json.loads(run("fit", book, "--json").stdout)
    second = run("fit", first["output"], "-o", book.with_name("again.xlsx"), "--json")
    result = json.loads(second.stdout)
    assert result["objective_start"] == first["objective_start"]
    assert "last fit" in second.stderr
    with zipfile.ZipFile(first["output"]) as one, zipfile.ZipFile(result["output"]) as two:
        assert sorted(one.namelist()) == sorted(two.namelist())
    going_on = run("fit", first["output"], "--continue", "-o", book.with_name("on.xlsx"), "--json")
    assert json.loads(going_on.stdout)["objective_start"] == pytest.approx(first["objective_end"], rel=1e-12)


def test_in_place_keeps_a_backup(book, run):
    before = book.read_bytes()
    result = json.loads(run("fit", book, "--in-place", "--json").stdout)
    assert Path(result["backup"]).read_bytes() == before
    assert Path(result["output"]) == book
    assert book.read_bytes() != before


def test_keep_start_and_report_only_leave_the_variable_cells(book, run):
    kept = json.loads(run("fit", book, "--keep-start", "--json").stdout)
    inspected = json.loads(run("inspect", kept["output"], "--json").stdout)
    assert inspected["solver_models"][0]["computed"] == pytest.approx(kept["objective_start"], rel=1e-12)
    report = json.loads(run("fit", book, "--report-only", "--json").stdout)
    assert report["output"].endswith("top15.report.xlsx")
    assert json.loads(run("inspect", report["output"], "--json").stdout)["solver_models"] == []


def test_the_fitted_workbook_is_sound(book, run):
    output = json.loads(run("fit", book, "--json").stdout)["output"]
    checked = json.loads(run("verify", output, "--against", book, "--json").stdout)
    assert checked["sound"]
    assert checked["values"]["differing"] == []
    assert not [part for part in checked["against"]["parts"] if part["status"] == "lost"]


def test_inspect_shows_computed_beside_stored(book, run):
    models = json.loads(run("inspect", book, "--json").stdout)["solver_models"]
    assert [found["sheet"] for found in models] == ["dotprod", "bias"]
    for found in models:
        assert found["computed"] == pytest.approx(found["cached"], rel=1e-12)
        assert {"sheet", "objective", "cached", "computed", "variables"} <= found.keys()
    said = run("inspect", book).stdout
    assert "the same" in said
    assert "206 by 15 users (userId) of 15 items (movieId)" in said


def test_other_models_are_named_on_stderr_alone(book, run):
    done = run("fit", book)
    assert "choose with --sheet: bias" in done.stderr
    assert "--sheet" not in done.stdout
    assert "written:" in done.stdout
    assert run("fit", book, "--quiet").stdout == ""


def test_a_stale_objective_is_warned_of(solver_book, run):
    path = solver_book({"A1": "=B1^2+(B2-1)^2+1", "B1": 3.0, "B2": 4.0})  # XlsxWriter stores 0 for the formula
    done = run("fit", path, "--quiet")
    assert done.returncode == 0
    assert "WARNING" in done.stderr


def text_file(folder):
    path = folder / "text.xlsx"
    path.write_text("this is text")
    return path


def encrypted(folder):
    path = folder / "secret.xlsx"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512) + "EncryptedPackage".encode("utf-16-le"))
    return path


def empty_book(folder):
    path = folder / "empty.xlsx"
    xlsxwriter.Workbook(path).close()
    return path


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda folder: folder / "missing.xlsx", "no file"),
        (text_file, "not an Excel workbook"),
        (encrypted, "password"),
        (empty_book, "no Solver model"),
        (lambda folder: folder, "is a folder"),
    ],
)
def test_bad_workbooks_get_a_sentence_and_exit_code_2(tmp_path, make, words, run):
    for command in (["fit"], ["fit", "--json"]):
        done = run(*command, make(tmp_path))
        assert done.returncode == 2
        assert words in done.stderr
        assert "Traceback" not in done.stderr
        assert done.stdout == ""
    assert not list(tmp_path.glob("*fitted*"))


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ({"A1": "=B1/B3+B2", "B1": 1.0, "B2": 2.0, "B3": 0.0}, "#DIV/0!|is an error"),
        ({"A1": "=B1+B2", "B1": "=1+1", "B2": 2.0}, "B1.*holds a formula"),
        ({"A1": "=B1+B2", "B1": "three", "B2": 2.0}, "'three'|number"),
        ({"A1": 5.0, "B1": 1.0, "B2": 2.0}, "no formula"),
        ({"A1": "=C1", "C1": 2.0, "B1": 1.0, "B2": 2.0}, "does not depend"),
        ({"A1": "=NOSUCH(B1)", "B1": 1.0, "B2": 2.0}, "A1.*NOSUCH"),
    ],
)
def test_bad_models_get_a_sentence_and_exit_code_2(solver_book, cells, words, tmp_path, run):
    done = run("fit", solver_book(cells))
    assert done.returncode == 2
    assert re.search(words, done.stderr), done.stderr
    assert not list(tmp_path.glob("*fitted*"))


@pytest.mark.parametrize(
    "words",
    [
        ["--sheet", "nowhere"],
        ["-o", "{book}"],
        ["-o", "{folder}/no/such/folder/out.xlsx"],
        ["-o", "{folder}/out.txt"],
        ["--in-place", "-o", "{folder}/out.xlsx"],
        ["--learning-rate", "0.1"],
        ["--method", "newton"],
        ["--method", "adam", "--epochs", "0"],
    ],
)
def test_wrong_options_exit_with_2_and_write_nothing(book, words, run):
    before = book.read_bytes()
    done = run("fit", book, *(word.format(book=book, folder=book.parent) for word in words))
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    assert [path.name for path in book.parent.iterdir()] == ["top15.xlsx"]
    assert book.read_bytes() == before


def test_an_existing_output_survives_a_failed_fit(book, solver_book, run):
    output = book.with_name("out.xlsx")
    output.write_text("kept")
    assert run("fit", solver_book({"A1": "=B1-B2", "B1": 1.0, "B2": 2.0}), "-o", output).returncode == 1
    assert output.read_text() == "kept"


def interrupted(book, *words):
    """Run a fit on a terminal and press Ctrl+C as soon as it says how far it is; give exit code, stdout and stderr."""
    pty = pytest.importorskip("pty")
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "xlcf_cli", "fit", str(book), *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=theirs, env=os.environ | {"TERM": "xterm"}) as fit:
        os.close(theirs)
        shown = b""
        while not re.search(rb"iteration [1-9]", shown):  # 0 while a learning rate is searched
            shown += os.read(ours, 1000)
        fit.send_signal(signal.SIGINT)
        with contextlib.suppress(OSError):  # by which Linux says that the other end is closed
            while more := os.read(ours, 1000):
                shown += more
        said = fit.stdout.read().decode()
        os.close(ours)
    return fit.returncode, said, shown.decode()


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
@pytest.mark.parametrize(
    "words",
    [["--method", "adam", "--epochs", "500000"], ["--starts", "50000"], ["--method", "solver", "--starts", "50000"]],
)
def test_ctrl_c_keeps_the_best_so_far(book, words, run):
    code, said, shown = interrupted(book, "--json", *words)
    result = json.loads(said)
    assert (code, result["status"]) == (0, "interrupted")
    assert result["objective_end"] < result["objective_start"]
    assert "Interrupted" in result["message"]
    assert "evaluations a second" in shown
    inspected = json.loads(run("inspect", result["output"], "--json").stdout)
    assert inspected["solver_models"][0]["computed"] == pytest.approx(result["objective_end"], rel=1e-9)


def test_a_second_ctrl_c_gives_up(book):
    import xlcf as library
    from xlcf.bridge.fit import fit_workbook

    def twice(_):
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)

    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        fit_workbook(book, library.FitOptions(), progress=twice)
    assert signal.getsignal(signal.SIGINT) is before
    assert [path.name for path in book.parent.iterdir()] == ["top15.xlsx"]


def test_no_progress_in_pipes(book, run):
    done = run("fit", book, "--method", "adam", "--epochs", 300)
    assert "evaluations a second" not in done.stderr
