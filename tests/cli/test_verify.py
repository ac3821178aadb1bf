"""`xlcf verify`: a line a fault, tables, JSON, exit codes."""

import json
import shutil
import zipfile
from pathlib import Path

import pytest
import xlsxwriter
from click.testing import CliRunner, Result
from xlcf_cli.verify import verify

from xlcf.errors import InputError
from xlcf.verifying.libreoffice import has_soffice

SHEET = "xl/worksheets/sheet1.xml"


def run(*arguments: object, libreoffice: str | None = "--no-libreoffice") -> Result:
    """Run the command, but for `libreoffice` without LibreOffice, which takes seconds each time."""
    words = [str(argument) for argument in arguments] + ([libreoffice] if libreoffice else [])
    return CliRunner().invoke(verify, words)


@pytest.fixture
def book(tmp_path: Path) -> Path:
    path = tmp_path / "book.xlsx"
    made = xlsxwriter.Workbook(path)
    sheet = made.add_worksheet("Data")
    sheet.write_column("A1", [1.5, 2.5])
    sheet.write_formula("B1", "=A1+A2", None, 4)
    sheet.write_formula("B2", "=NOSUCH(A1)", None, 4)
    sheet.write_formula("B3", "=NOSUCH(A2)", None, 4)
    made.close()
    return path


def swapped(source: Path, target: Path, *pairs: tuple[str, str]) -> Path:
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            content = old.read(name).decode()
            for before, after in pairs if name == SHEET else ():
                assert before in content
                content = content.replace(before, after)
            new.writestr(name, content)
    return target


@pytest.fixture
def bad(book: Path, tmp_path: Path) -> Path:
    return swapped(
        book, tmp_path / "bad.xlsx", ("A1+A2</f><v>4<", "A1+A2</f><v>5<"), ("<v>2.5<", '<v>2.5</v></c><c r="A2"><v>1<')
    )


def test_a_sound_workbook(book: Path) -> None:
    result = run(book)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.splitlines() == [
        "book.xlsx is sound: no faults. 1 formula holds the value that xlcf computes; 2 could not be compared.",
        "",
        f"{book}: 6 parts, 1 sheet, 5 cells.",
        "Formulas, computed by xlcf: 1 as stored, 0 different, 2 not computed.",
        "  not computed: Data!B2 and 1 more: the function NOSUCH is not supported",
    ]
    assert run(book, "--quiet").output == ""


def test_each_fault_is_one_line_and_the_exit_code_says_so(bad: Path) -> None:
    result = run(bad)
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    assert lines[0] == (
        "bad.xlsx is not sound: 2 faults. "
        "1 of 1 formula holds another value than xlcf computes; 2 could not be compared."
    )
    assert lines[1:3] == [
        "error: Data!A2: The cell A2 follows A2. [cell-order] Sort the rows by number and the cells by column, "
        "and keep one of each.",
        "warning: Data!B1: It holds 5, but =A1+A2 gives 2.5. [cached-value] Press Ctrl+Alt+F9 in Excel and save.",
    ]
    quiet = run(bad, "--quiet")
    assert quiet.exit_code == 1
    assert quiet.stdout.splitlines() == lines[1:3]


def test_json(bad: Path, book: Path) -> None:
    result = run(bad, "--json", "--against", book)
    assert result.exit_code == 1
    said = json.loads(result.stdout)
    assert set(said) == {
        *(
            "workbook",
            "sound",
            "verdict",
            "findings",
            "parts",
            "sheets",
            "cells",
            "formulas",
            "values",
            "libreoffice",
            "against",
        )
    }
    assert (said["workbook"], said["sound"], said["libreoffice"]) == (str(bad), False, None)
    assert [(each["check"], each["severity"], each["where"], each["count"]) for each in said["findings"]] == [
        ("cell-order", "error", "Data!A2", 1),
        ("cached-value", "warning", "Data!B1", 1),
    ]
    assert all(each["what"] and each["mend"] for each in said["findings"])
    assert said["values"] == {
        "compared": 1,
        "differing": [{"cell": "Data!B1", "formula": "=A1+A2", "cached": 5.0, "computed": 2.5}],
        "placeholders": 0,
        "without_value": 0,
        "volatile": 0,
        "unsupported": {"the function NOSUCH is not supported": ["Data!B2", "Data!B3"]},
        "skipped": None,
    }
    parts = {part["name"]: part["status"] for part in said["against"]["parts"]}
    assert [name for name, status in parts.items() if status != "same"] == [SHEET]
    assert said["against"]["cells"]["Data"] == [
        {"cell": "B1", "before": 4.0, "after": 5.0, "formula_before": "=A1+A2", "formula": "=A1+A2"},
        {"cell": "A2", "before": 2.5, "after": 1.0, "formula_before": None, "formula": None},
    ]


def test_against_the_original(book: Path, tmp_path: Path) -> None:
    new = swapped(book, tmp_path / "new.xlsx", ("<v>1.5<", "<v>3<"), ("A1+A2</f><v>4<", "A1*2-0.5</f><v>5.5<"))
    with zipfile.ZipFile(book, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"macros")
    result = run(new, "--against", book)
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    assert lines[0] == (
        "new.xlsx is not sound: 1 fault. 1 formula holds the value that xlcf computes; 2 could not be compared. "
        "Against the original: 1 part lost, 2 cells changed on Data."
    )
    assert lines[1].startswith("warning: xl/vbaProject.bin: ")
    table = next(
        place for place, line in enumerate(lines) if line.split() == ["part", "status", "bytes", "before", "now"]
    )
    assert lines[table + 1].split() == ["xl/vbaProject.bin", "lost", "6", "-"]
    assert lines[table + 2].split()[:2] == [SHEET, "changed"]
    with zipfile.ZipFile(new) as archive:
        same_parts = len(archive.namelist()) - 1
    assert f"parts: 1 lost, 1 changed, 0 added, {same_parts} same" in lines
    assert "cells changed on Data: 2: A1 1.5 -> 3, B1 =A1+A2 -> =A1*2-0.5" in lines
    same = run(new, "--against", new)
    assert same.exit_code == 0
    assert "cells changed: none" in same.stdout.splitlines()
    assert same.stdout.splitlines()[0].endswith("Against the original: nothing lost, no cell changed.")


def test_a_file_that_is_no_workbook_passes_through(tmp_path: Path) -> None:
    (tmp_path / "text.xlsx").write_text("no zip", encoding="utf-8")
    for arguments in ((tmp_path / "none.xlsx",), (tmp_path / "text.xlsx",)):
        assert isinstance(run(*arguments).exception, InputError)


def test_wrong_usage() -> None:
    assert run().exit_code == 2


def test_help_has_an_example_that_works(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    example = " ".join(run("--help").stdout.split()).partition("Example: xlcf verify ")[2].split()
    assert example == ["book.fitted.xlsx", "--against", "book.xlsx"]
    monkeypatch.chdir(book.parent)
    Path("book.fitted.xlsx").write_bytes(book.read_bytes())
    assert run(*example).exit_code == 0


def test_libreoffice_not_installed(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    result = run(book, libreoffice="--libreoffice")
    assert isinstance(result.exception, InputError)
    assert "LibreOffice is not installed" in str(result.exception)
    said = "LibreOffice: not installed, so only xlcf computed the formulas."
    result = run(book, libreoffice=None)
    assert result.exit_code == 0
    assert said in result.stdout.splitlines()
    assert json.loads(run(book, "--json", libreoffice=None).stdout)["libreoffice"] is None
    assert said not in run(book).stdout.splitlines()


def test_libreoffice_computes_where_it_is_installed(book: Path) -> None:
    if not has_soffice():
        pytest.skip("LibreOffice (soffice) is not installed")
    result = run(book, libreoffice=None)
    assert result.exit_code == 0
    assert result.stdout.splitlines()[0] == (
        "book.xlsx is sound: no faults. 1 formula holds the value that xlcf and LibreOffice compute; "
        "2 could not be compared."
    )
    assert "Formulas, computed by LibreOffice: 1 as stored, 0 different, 2 not computed." in result.stdout.splitlines()
    assert json.loads(run(book, "--json", libreoffice=None).stdout)["libreoffice"]["compared"] == 1


def test_the_course_workbook(reference: Path) -> None:
    result = run(reference / "workbooks" / "collab_filter_2017.xlsx")
    assert result.exit_code == 0
    assert "Formulas, computed by xlcf: 3,666 as stored, 0 different." in result.stdout.splitlines()


def test_folder(book: Path, tmp_path: Path) -> None:
    """A line a workbook, a summary, the exit code of the worst; what has not changed is not checked again."""
    folder = tmp_path / "books"
    (folder / "inner").mkdir(parents=True)
    shutil.copy(book, folder / "a.xlsx")
    held = tmp_path / "held.jsonl"
    good = run(folder, "--resume", held)
    assert good.exit_code == 0, good.output
    assert good.output.splitlines()[0].startswith("a.xlsx: a.xlsx is sound")
    (folder / "inner" / "b.xlsm").write_text("no workbook")
    (folder / "~$a.xlsx").write_text("of a book that is open")
    kept = held.read_text()
    marked = json.loads(kept) | {"verdict": "kept from before"}
    held.write_text(json.dumps(marked) + "\n" + '{"cut o')
    both = run(folder, "--resume", held)
    assert both.exit_code == 1
    lines = both.output.splitlines()
    assert lines[0] == "a.xlsx: kept from before"
    assert lines[1].startswith("inner/b.xlsm: ")
    assert lines[2].startswith("1 of 2 workbooks have no fault; 1 of 1 formulas hold")
    told = json.loads(run(folder, "--json").output)
    assert [each["sound"] for each in told["workbooks"]] == [True, False]
    assert run(folder, "--quiet").output.count("\n") == 1
    empty = tmp_path / "empty"
    empty.mkdir()
    assert isinstance(run(empty).exception, InputError)
    assert run(book, "--resume", held).exit_code == 2
    assert run(folder, "--against", book).exit_code == 2
