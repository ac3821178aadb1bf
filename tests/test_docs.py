"""The documentation says what is true."""

from __future__ import annotations

import re
import runpy
import shlex
from collections.abc import Callable
from inspect import cleandoc
from pathlib import Path

import click
import numpy as np
import pytest
from scipy.optimize import curve_fit
from xlcf_cli.main import cli

import xlcf

ROOT = Path(__file__).parents[1]


def test_the_table_of_functions_is_that_of_the_registry() -> None:
    """Mend it with `python tools/function_reference.py`."""
    page = (ROOT / "docs" / "reference" / "formulas.md").read_text(encoding="utf-8")
    tool = runpy.run_path(str(ROOT / "tools" / "function_reference.py"))
    assert tool["with_table"](page) == page
    assert {"SUM", "VLOOKUP"} <= set(re.findall(r"`([A-Z0-9.]+)`", page))


PAGES = sorted(ROOT.glob("*.md")) + sorted((ROOT / "docs").rglob("*.md"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text(encoding="utf-8")):
        if not target.startswith("http"):
            assert (page.parent / target).exists(), target


def test_every_page_is_in_the_navigation() -> None:
    navigation = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    for page in [*(ROOT / "docs").rglob("*.md"), *(ROOT / "docs").rglob("*.ipynb")]:
        assert page.relative_to(ROOT / "docs").as_posix() in navigation


def test_every_public_name_is_in_the_reference_and_nothing_else() -> None:
    page = (ROOT / "docs" / "reference" / "python.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^::: xlcf\.(\w+)$", page, flags=re.MULTILINE)) == set(xlcf.__all__) - {"__version__"}


def commands_shown() -> list[tuple[str, str]]:
    """Give (page, command line) of every xlcf command in the blocks of code."""
    shown = []
    for page in PAGES:
        for block in re.findall(
            r"^```\w*\n(.*?)^```", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE
        ):
            lines = block.replace("\\\n", " ").splitlines()
            shown += [(page.name, line.removeprefix("$ ")) for line in lines if re.match(r"(\$ )?xlcf [a-z]", line)]
    return shown


@pytest.mark.parametrize(("page", "line"), commands_shown())
def test_commands_shown_can_be_given(page: str, line: str) -> None:  # noqa: ARG001
    words = shlex.split(line, comments=True)[1:]
    command: click.Command | None = cli
    while isinstance(command, click.Group):
        context = click.Context(command)
        command = command.get_command(context, words.pop(0))
        assert command is not None
    assert command is not None
    command.make_context(command.name, [word for word in words if word != "..."])


def test_the_reference_of_commands_shows_their_examples(monkeypatch: pytest.MonkeyPatch) -> None:
    hook = runpy.run_path(str(ROOT / "docs" / "command_examples.py"))
    commands = list(hook["_commands"](cli))
    for command in commands:
        monkeypatch.setattr(command, "help", command.help)  # so that it is as before after the test
    described = {command: command.help for command in commands}
    hook["on_startup"]()
    for command, text in described.items():
        assert command.epilog is not None
        example = command.epilog.removeprefix("Example: ")
        assert example.startswith("xlcf ")
        assert command.help == f"{cleandoc(text or '')}\n\nFor example:\n\n```\n{example}\n```"


def test_the_growth_curve_is_fitted_as_its_page_says(growth_book: Callable[[], Path]) -> None:
    page = (ROOT / "docs" / "how-to" / "solver-workbook.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| [2-9] \| (\d+) \| (\d+) \|", page, flags=re.MULTILINE)
    week, measured = np.array(rows, dtype=np.float64).T
    book = growth_book()

    def curve(x: np.ndarray, limit: float, rate: float) -> np.ndarray:
        return limit * (1 - np.exp(-rate * x))

    found = xlcf.fit(book)
    best, _ = curve_fit(curve, week, measured, [50, 0.5])
    assert found.x == pytest.approx(best, rel=1e-6)
    least = float(np.sum((curve(week, *best) - measured) ** 2))
    assert found.objective_end == pytest.approx(least, rel=1e-9)
    assert f"objective {found.objective_start:.7g} -> {least:.7g}" in page


def test_the_tutorials_say_what_the_sheet_comes_to() -> None:
    found = xlcf.fit(ROOT / "workbooks" / "top15.xlsx")
    for name in ("first-fit.md", "all-of-movielens.md"):
        page = (ROOT / "docs" / "tutorial" / name).read_text(encoding="utf-8")
        assert f"objective {found.objective_start:.7g} -> {found.objective_end:.7g}" in page


@pytest.mark.slow
def test_the_tutorial_says_what_training_reaches(reference: Path) -> None:
    from xlcf.ratings.splits import random_split

    ratings = xlcf.read_ratings(reference / "data" / "ml-latest-small-2016" / "ratings.csv.gz")
    split = random_split(len(ratings), 0.1, seed=42)
    model = xlcf.train(ratings.take(split.train), validation=ratings.take(split.hold_out))
    page = (ROOT / "docs" / "tutorial" / "all-of-movielens.md").read_text(encoding="utf-8")
    stated = re.search(r"validation: RMSE (\d\.\d+)", page)
    assert stated is not None
    # other machines add up in another order
    assert model.metrics["valid_rmse"] == pytest.approx(float(stated[1]), abs=0.003)


def test_pictures_are_small() -> None:
    pictures = list((ROOT / "docs").rglob("*.png"))
    assert pictures
    for picture in pictures:
        assert picture.stat().st_size < 200_000, picture.name
