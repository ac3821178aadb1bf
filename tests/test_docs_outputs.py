"""The outputs that the documentation shows are those that the commands print.

Each line `$ xlcf ...` in a block of code is run, a page's commands one after the other in a folder of its own, and what
it prints is compared with the lines below it. There a line `...` stands for any number of lines. Times and speeds are
not compared, nor how wide a table is; numbers may differ as they do between machines.
"""

from __future__ import annotations

import math
import re
import shlex
import shutil
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from gzip import decompress
from itertools import pairwise
from pathlib import Path

import pytest
from click.testing import CliRunner
from xlcf_cli.main import cli

from xlcf.verifying.libreoffice import has_soffice

ROOT = Path(__file__).parents[1]
DATA = "ml-latest-small.zip"
# what pages take for granted, and how it is made
MADE_BY = {
    "top15.fitted.xlsx": "fit workbooks/top15.xlsx -o top15.fitted.xlsx",
    "movies.safetensors": f"train {DATA} -o movies.safetensors",
}
COUNTS_DIFFER, NUMBERS_DIFFER, SEARCHES_DIFFER = 0.05, 1e-4, 0.02  # relatively, from machine to machine


@dataclass(frozen=True)
class Shown:
    """A command, and what the page says that it prints."""

    command: str
    lines: tuple[str, ...]


def shown_on(page: Path) -> list[Shown]:
    """Give the commands of a page that are shown with what they print."""
    shown = []
    for block in re.findall(r"^```\w*\n(.*?)^```", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE):
        for part in re.split(r"^\$ ", block.replace("\\\n", " "), flags=re.MULTILINE)[1:]:
            command, *lines = part.splitlines()
            if command.startswith("xlcf "):
                shown.append(Shown(command.removeprefix("xlcf "), tuple(lines)))
    return shown


PAGES = [page for page in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))] if shown_on(page)]


def needs_data(page: Path) -> bool:
    return any(DATA in each.command or "movies." in each.command for each in shown_on(page))


def is_slow(page: Path) -> bool:
    return needs_data(page) or any(each.command.startswith("compare") for each in shown_on(page))


@pytest.mark.parametrize(
    "page",
    [
        pytest.param(page, id=page.relative_to(ROOT).as_posix(), marks=pytest.mark.slow if is_slow(page) else ())
        for page in PAGES
    ],
)
def test_commands_print_what_is_shown(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    shutil.copytree(ROOT / "workbooks", tmp_path / "workbooks")
    if needs_data(page):
        zip_movielens(request.getfixturevalue("reference"), tmp_path / DATA)
    if any("growth.xlsx" in each.command for each in shown_on(page)):
        request.getfixturevalue("growth_book")()  # into tmp_path
    if any(each.command.startswith("verify") for each in shown_on(page)) and not has_soffice():
        pytest.skip("what verify prints is shown with LibreOffice (soffice) installed")
    monkeypatch.chdir(tmp_path)
    wrong = []
    for each in shown_on(page):
        for name, command in MADE_BY.items():
            words = shlex.split(each.command)
            if name in words and not Path(name).exists() and ("-o", name) not in pairwise(words):
                run(command)
        printed = run(each.command)
        if not agree(each.lines, printed, SEARCHES_DIFFER if is_slow(page) else NUMBERS_DIFFER):
            wrong.append("\n".join([f"$ xlcf {each.command}", *printed]))
    assert not wrong, f"{page.name} shows another output than:\n" + "\n\n".join(wrong)


def run(command: str) -> list[str]:
    result = CliRunner().invoke(cli, shlex.split(command))
    assert result.exit_code == 0, result.output
    return result.output.splitlines()


def zip_movielens(reference: Path, path: Path) -> None:
    folder = reference / "data" / "ml-latest-small-2016"
    with zipfile.ZipFile(path, "w") as archive:
        for name in ("ratings.csv", "movies.csv"):
            archive.writestr(f"ml-latest-small/{name}", decompress((folder / f"{name}.gz").read_bytes()))


def agree(shown: Sequence[str], printed: Sequence[str], tolerance: float) -> bool:
    """Tell whether the lines printed are those shown, where `...` is any number of lines; blank ends do not count."""
    wanted, got = (without_times(lines) for lines in (_strip(shown), _strip(printed)))

    @cache
    def rest(i: int, j: int) -> bool:
        if i == len(wanted):
            return j == len(got)
        if wanted[i] == "...":
            return any(rest(i + 1, k) for k in range(j, len(got) + 1))
        return j < len(got) and same_line(wanted[i], got[j], tolerance) and rest(i + 1, j + 1)

    return rest(0, 0)


def _strip(lines: Sequence[str]) -> list[str]:
    return "\n".join(line.rstrip() for line in lines).strip("\n").splitlines()


TIMES = re.compile(r"\b[\d,.]+(?= (?:s|seconds|ratings/s|ratings a second|evaluations/s|evaluations a second)\b)")
ROUNDING = re.compile(r"\b(?:\d\.\de-(?:0[7-9]|1\d)|0\.0e\+00)")  # what is left where numbers cancel


def without_times(lines: Sequence[str]) -> list[str]:
    """Replace what differs from run to run, and the widths of columns, which follow from it."""
    column, plain = None, []
    for line in lines:
        fields = re.split(r" {2,}", line.strip())
        if "seconds" in fields:
            column = fields.index("seconds")
        elif not line.strip():
            column = None
        elif column is not None and column < len(fields):
            fields[column] = "#"
        text = ROUNDING.sub("~0", TIMES.sub("#", "  ".join(fields)))
        plain.append(re.sub("[─━-]{5,}", "---", text))
    return plain


NUMBER = re.compile(r"(?<![\w.])[-+]?\d[\d,]*(?:\.\d+)?(?:e[-+]\d+)?(?![\w])")


def same_line(shown: str, printed: str, tolerance: float) -> bool:
    if NUMBER.sub("#", shown) != NUMBER.sub("#", printed):
        return False
    pairs = zip(NUMBER.findall(shown), NUMBER.findall(printed), strict=True)
    return all(same_number(*pair, tolerance) for pair in pairs)


def same_number(shown: str, printed: str, tolerance: float) -> bool:
    first, second = (float(text.replace(",", "")) for text in (shown, printed))
    return math.isclose(first, second, rel_tol=tolerance if "." in shown else COUNTS_DIFFER)


@pytest.mark.parametrize(
    ("shown", "printed", "same"),
    [
        (["a 1.5"], ["a 1.5"], True),
        (["a 1.5"], ["a 1.6"], False),
        (["a", "b"], ["a"], False),
        (["a"], ["a", "b"], False),
        (["...", "b"], ["a", "c", "b"], True),
        (["a", "...", "c", "..."], ["a", "c"], True),
        (["a", "...", "d"], ["a", "c"], False),
        (["131 iterations, 0.15 s"], ["131 iterations, 12.48 s"], True),
        (["131 iterations"], ["11 iterations"], False),
        (["m   seconds   end", "x   1.0   a"], ["m  seconds  end", "x   17.3   a"], True),
        (["m   seconds   end", "x   1.0   a"], ["m  seconds  end", "x   17.3   b"], False),
        (["difference 0.0e+00"], ["difference 9.1e-13"], True),
        (["difference 0.0e+00"], ["difference 9.1e-03"], False),
    ],
)
def test_agreement_of_lines(shown: list[str], printed: list[str], same: bool) -> None:
    assert agree(shown, printed, NUMBERS_DIFFER) is same
