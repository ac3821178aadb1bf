"""The page "Extend xlcf": each file that it shows is put into its folder, and the tests that it shows are run."""

import importlib
import inspect
import re
import sys
from pathlib import Path

import pytest

from xlcf.entries import import_modules_of
from xlcf.fitting.registry import METHODS
from xlcf.formulas.registry import FUNCTIONS
from xlcf.ratings.formats import FORMATS, formats
from xlcf.report.fit_sheets import FIT_SHEETS

PAGE = Path(__file__).parents[1] / "docs" / "how-to" / "extend.md"
TABLES = (FUNCTIONS, METHODS, FORMATS, FIT_SHEETS)
BLOCK = re.compile(r"^`(\S+\.py)`:\n\n```python\n(.*?)^```$", flags=re.DOTALL | re.MULTILINE)


def sections() -> list[tuple[str, list[tuple[str, str]]]]:
    """Give title and files (path and content) of each section."""
    parts = PAGE.read_text(encoding="utf-8").split("\n## ")[1:]
    return [(part.partition("\n")[0], BLOCK.findall(part)) for part in parts]


@pytest.fixture
def as_before(monkeypatch):
    """Leave tables, packages and modules as they were."""
    formats()  # all that come with xlcf
    kept = [(table, dict(table)) for table in TABLES]
    modules = set(sys.modules)
    yield monkeypatch
    for table, before in kept:
        table.clear()
        table.update(before)
    for name in set(sys.modules) - modules:
        if name.startswith("xlcf."):
            del sys.modules[name]


@pytest.mark.parametrize(("title", "files"), sections(), ids=[title for title, _ in sections()])
def test_one_file_and_its_test_are_enough(title, files, as_before, tmp_path, request):  # noqa: ARG001
    (path, content), (test_path, test) = files
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / Path(path).name).write_text(content, encoding="utf-8")
    package = importlib.import_module(path.rpartition("/")[0].replace("/", "."))
    as_before.setattr(package, "__path__", [*package.__path__, str(folder)])
    for table in TABLES:  # as if xlcf did not have it yet
        for name in re.findall(r'"([A-Z.]+)"', content):
            table.pop(name, None)
    sizes = [len(table) for table in TABLES]
    import_modules_of(package)
    assert sizes != [len(table) for table in TABLES]
    names: dict[str, object] = {}
    exec(compile(test, test_path, "exec"), names)
    tests = {name: run for name, run in names.items() if name.startswith("test_")}
    assert tests
    for run in tests.values():
        run(**{fixture: request.getfixturevalue(fixture) for fixture in inspect.signature(run).parameters})


def test_every_block_of_code_is_run():
    shown = PAGE.read_text(encoding="utf-8").count("```python\n")
    assert shown == sum(len(files) for _, files in sections()) > 0
