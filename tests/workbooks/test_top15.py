import importlib.util
import json
import zipfile
from collections.abc import Callable
from math import sqrt
from pathlib import Path
from types import ModuleType

import openpyxl
import pytest

from xlcf.ooxml import open_workbook
from xlcf.solver.model import solver_models

FOLDER = Path(__file__).parents[2] / "workbooks"
BOOK = FOLDER / "top15.xlsx"


@pytest.fixture(scope="module")
def build() -> ModuleType:
    spec = importlib.util.spec_from_file_location("build_top15", FOLDER / "build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_rebuilt_it_is_the_same_file(build: ModuleType, tmp_path: Path) -> None:
    build.build(tmp_path / "top15.xlsx")

    def parts(path: Path) -> list[tuple[str, tuple[int, ...], bytes]]:
        with zipfile.ZipFile(path) as archive:
            return [(info.filename, info.date_time, archive.read(info)) for info in archive.infolist()]

    # part by part, which holds under any version of zlib; the names of what differs, for whole parts take long to show
    rebuilt, kept = parts(tmp_path / "top15.xlsx"), parts(BOOK)
    assert [part[:2] for part in rebuilt] == [part[:2] for part in kept]
    assert [ours[0] for ours, theirs in zip(rebuilt, kept, strict=True) if ours != theirs] == []


def test_built_twice_it_has_the_same_bytes(build: ModuleType, tmp_path: Path) -> None:
    for name in ("a.xlsx", "b.xlsx"):
        build.build(tmp_path / name)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_objectives_start_where_the_course_starts() -> None:
    book = openpyxl.load_workbook(BOOK, data_only=True)
    dotprod, bias = solver_models(open_workbook(BOOK))
    assert (dotprod.n_variables, bias.n_variables) == (150, 180)
    assert dotprod.problem is bias.problem is None
    starts = [book[model.sheet][str(model.objective_address())].value for model in (dotprod, bias)]
    assert starts == pytest.approx([2.8060620616483134, 28.963803378204645 / sqrt(206)], rel=1e-12)


def test_every_formula_recalculated(
    formula_values: Callable[[Path], dict[tuple[str, str], tuple[float, float]]],
) -> None:
    values = formula_values(BOOK)
    assert len(values) == 2 * (225 + 3)
    for cached, recalculated in values.values():
        assert recalculated == pytest.approx(cached, rel=1e-9, abs=1e-12)


def test_numbers_are_the_course_workbooks(build: ModuleType, reference: Path) -> None:
    ids = json.loads((reference / "data" / "ml-latest-small-2016" / "top15_id_map.json").read_text(encoding="utf-8"))
    ratings = build.read_ratings(FOLDER / "top15_ratings.csv")
    start = build.read_start(FOLDER / "top15_start.csv", ratings)
    course = openpyxl.load_workbook(reference / "workbooks" / "collab_filter_2017.xlsx", read_only=True)
    rows = [[cell.value for cell in row] for row in course["bias"].iter_rows(min_row=1, max_row=40, max_col=22)]
    course.close()
    assert len(ratings) == 206
    for column in range(7, 22):
        place = ratings.item_ids.index(ids["movies"][str(rows[0][column])]["movieId"])
        numbers = [row[column] for row in rows[18:24]]
        assert numbers == [start.bias.item_bias[place], *start.bias.item_factors[place]]
        assert numbers[1:] == list(start.dotprod.item_factors[place])
    for row in rows[25:40]:
        place = ratings.user_ids.index(ids["users"][str(row[6])])
        assert row[:6] == [start.bias.user_bias[place], *start.bias.user_factors[place]]
        assert row[1:6] == list(start.dotprod.user_factors[place])
