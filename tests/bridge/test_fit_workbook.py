"""The whole road as a library: choosing a model, warnings, the command that repeats a fit, where outputs may go."""

import os
import shlex
import shutil
from pathlib import Path

import pytest

import xlcf
from xlcf.bridge.fit import fit_workbook
from xlcf.bridge.outputs import OutputOptions
from xlcf.errors import FitError, InputError
from xlcf.files.input_files import open_input

TOP15 = Path(__file__).parents[2] / "workbooks" / "top15.xlsx"
BOWL = {"A1": ("=(B1-3)^2+(B2-4)^2", 8.0), "B1": 1.0, "B2": 2.0}


@pytest.fixture
def book(tmp_path):
    return Path(shutil.copy(TOP15, tmp_path / "top15.xlsx"))


def options_of(command):
    """Read a command's options back as the command line would."""
    from xlcf_cli.fit import fit as command_line

    words = shlex.split(command)
    assert words[:2] == ["xlcf", "fit"]
    return command_line.make_context("fit", words[2:]).params


@pytest.mark.parametrize(
    "way",
    [
        {},
        {"method": "solver", "derivatives": "exact", "max_iterations": 9},
        {"method": "adamw", "learning_rate": 0.1 + 0.2, "epochs": 7, "weight_decay": 1e-3},
        {"method": "momentum", "batch_size": 40, "epochs": 3, "seed": 11, "polish": True},
        {"method": "solver", "starts": 2, "seed": 5, "max_iterations": 5},
    ],
    ids=str,
)
def test_the_command_says_all_that_was_asked_for(way):
    result = xlcf.fit(TOP15, sheet="bias", **way)
    said = options_of(result.command)
    assert (Path(said["workbook"]), said["sheet"]) == (TOP15, "bias")
    options = xlcf.FitOptions(**way)
    assert all(said[name] == getattr(options, name) for name in options.__dataclass_fields__)


def test_odd_names_survive_in_the_command(solver_book):
    path = solver_book(BOWL, "'it''s $1'!A1", "'it''s $1'!B1:B2", sheet="it's $1", name="a book's name.xlsx")
    said = options_of(xlcf.fit(path).command)
    assert (said["workbook"], said["sheet"]) == (path, "it's $1")


def test_the_first_usable_model_is_taken():
    assert xlcf.read_problem(TOP15).sheet == "dotprod"
    assert xlcf.read_problem(TOP15, "BIAS").sheet == "bias"
    with pytest.raises(InputError, match=r"There is no sheet 'nope' in top15\.xlsx; it has dotprod, bias"):
        xlcf.read_problem(TOP15, "nope")


def test_of_one_model_the_reason_alone_is_said(solver_book):
    with pytest.raises(InputError) as caught:
        xlcf.read_problem(solver_book(BOWL | {"A1": "=FROBNICATE(B1)"}))
    assert str(caught.value) == (
        "S!A1 (=FROBNICATE(B1)): the function FROBNICATE is not supported; write it with other functions and try again."
    )


def test_a_workbook_without_stored_value_is_warned_of(solver_book):
    path = solver_book(BOWL | {"A1": ("=(B1-3)^2+(B2-4)^2", "")})
    done = fit_workbook(path, xlcf.FitOptions())
    assert any("stores no value for S!A1" in sentence for sentence in done.warnings)


@pytest.mark.parametrize("link", [False, True])
def test_the_workbook_is_never_its_own_output(book, link):
    output = book
    if link:
        output = book.with_name("link.xlsx")
        try:
            output.symlink_to(book)
        except OSError:
            pytest.skip("no symbolic links here")
    with pytest.raises(InputError, match="is the workbook itself"):
        fit_workbook(book, xlcf.FitOptions(), output=OutputOptions(output))


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("no/such/out.xlsx", "does not exist; create it"),
        ("out.csv", r"must end in \.xlsx"),
        ("out", r"must end in \.xlsx"),
        ("folder.xlsx", "is a folder"),
    ],
)
def test_outputs_that_cannot_be_are_refused_before_the_fit(book, name, sentence, monkeypatch):
    book.with_name("folder.xlsx").mkdir()
    monkeypatch.setattr("xlcf.bridge.fit.fit_problem", lambda *_: pytest.fail("fitted in vain"))
    with pytest.raises(InputError, match=sentence):
        fit_workbook(book, xlcf.FitOptions(), output=OutputOptions(book.parent / name))


@pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root may write anywhere")
@pytest.mark.skipif(os.name == "nt", reason="Windows has other rights for folders")
def test_a_folder_that_may_not_be_written_to(book, tmp_path):
    folder = tmp_path / "kept"
    folder.mkdir(mode=0o555)
    with pytest.raises(InputError, match="cannot be written"):
        fit_workbook(book, xlcf.FitOptions(), output=OutputOptions(folder / "out.xlsx"))


def test_a_write_that_is_refused_leaves_nothing_behind(book, monkeypatch):
    """As on a read-only folder, or where the output is open in Excel."""
    output = book.with_name("out.xlsx")
    output.write_text("kept")

    def refuse(self, *_arguments, **_more):
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(InputError, match="close it in Excel, or choose another"):
        fit_workbook(book, xlcf.FitOptions(max_iterations=1), output=OutputOptions(output))
    assert output.read_text() == "kept"
    assert sorted(path.name for path in book.parent.iterdir()) == ["out.xlsx", "top15.xlsx"]


def test_a_failed_fit_writes_nothing(solver_book, tmp_path):
    path = solver_book({"A1": ("=B1-B2", -1.0), "B1": 1.0, "B2": 2.0})
    with pytest.raises(FitError, match="without end"):
        fit_workbook(path, xlcf.FitOptions())
    assert list(tmp_path.iterdir()) == [path]


def test_what_a_fit_says_agrees_with_itself(book):
    done = fit_workbook(book, xlcf.FitOptions(method="solver"), sheet="dotprod")
    assert done.rmse_start == pytest.approx(done.result.objective_start, rel=1e-12)
    assert done.rmse == pytest.approx(done.result.objective_end, rel=1e-12)
    assert done.mae < done.rmse
    assert done.other_sheets == ("bias",)
    assert done.warnings == ()
    fitted = xlcf.read_problem(done.written.output, "dotprod")
    assert list(fitted.start) == list(done.result.x)
    assert fitted.objective.cached == pytest.approx(done.result.objective_end, rel=1e-12)


def test_a_workbook_is_opened_once(tmp_path, monkeypatch):
    """The zip file is opened once, for reading, checking, the stored start and writing back."""
    book = tmp_path / "book.xlsx"
    book.write_bytes(TOP15.read_bytes())
    opened = []

    def counting(path, *arguments, **keywords):
        opened.append(Path(path))
        return open_input(path, *arguments, **keywords)

    monkeypatch.setattr("xlcf.ooxml.package.open_input", counting)
    fit_workbook(book, max_iterations=2, output=OutputOptions(tmp_path / "out.xlsx"))
    assert opened.count(book) == 1
    opened.clear()
    xlcf.compare_workbook(book, methods=["scipy"], max_iterations=2, output=tmp_path / "compared.xlsx")
    assert opened.count(book) == 1
