import re
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from openpyxl.utils import range_boundaries

import xlcf
from xlcf.errors import InputError
from xlcf.factorization import recognise
from xlcf.models.factors import Factors
from xlcf.ooxml import open_workbook
from xlcf.ooxml.references import r1c1_formula
from xlcf.ratings.ratings import Ratings
from xlcf.report.ratings_book import BookStart, random_start, write_ratings_book
from xlcf.solver.model import solver_models

FormulaValues = Callable[[Path], dict[tuple[str, str], tuple[object, object]]]


def make(n_users: int = 4, n_items: int = 3, blank: tuple[tuple[int, int], ...] = ((0, 1), (3, 2))) -> Ratings:
    pairs = [(user, item) for user in range(n_users) for item in range(n_items) if (user, item) not in blank]
    users, items = np.array(pairs, dtype=np.int64).T
    return Ratings(
        users=users,
        items=items,
        values=1 + (users * 2.5 + items * 1.5) % 4.5,
        user_ids=[10 * user for user in range(n_users)],
        item_ids=[100 + item for item in range(n_items)],
        item_titles=[f"Film {item}" for item in range(n_items)],
        user_name="userId",
        item_name="movieId",
    )


def block(sheet: object, area: str) -> np.ndarray:
    rows = sheet[area]  # type: ignore[index]
    return np.array([[np.nan if cell.value is None else cell.value for cell in row] for row in rows], dtype=np.float64)


def areas(formula: str) -> list[str]:
    return re.findall(r"[A-Z]+[0-9]+:[A-Z]+[0-9]+", formula)


@pytest.mark.parametrize("rating_range", [None, (0.5, 5.0)])
@pytest.mark.parametrize("factors", [1, 3])
def test_cached_values_are_what_libreoffice_computes(
    tmp_path: Path, formula_values: FormulaValues, rating_range: tuple[float, float] | None, factors: int
) -> None:
    path = tmp_path / "book.xlsx"
    sheets = write_ratings_book(path, make(), factors=factors, rating_range=rating_range, seed=3)
    values = formula_values(path)
    assert len(values) == 2 * (4 * 3 + 3 + (rating_range is not None))  # predictions, RMSE and two counts a sheet
    for cached, recalculated in values.values():
        assert recalculated == pytest.approx(cached, rel=1e-12)
    for sheet in sheets:
        assert values[sheet.sheet, sheet.objective][1] == pytest.approx(sheet.objective_value, rel=1e-12)


@pytest.mark.parametrize("rating_range", [None, (-1.0, 7.0)])
@pytest.mark.parametrize("name", ["dotprod", "bias"])
def test_predictions_follow_the_model(tmp_path: Path, name: str, rating_range: tuple[float, float] | None) -> None:
    """The equations, computed here again from the cells alone."""
    path = tmp_path / "book.xlsx"
    ratings = make()
    write_ratings_book(path, ratings, factors=2, rating_range=rating_range, seed=1)
    formulas, values = openpyxl.load_workbook(path)[name], openpyxl.load_workbook(path, data_only=True)[name]
    model = next(model for model in solver_models(open_workbook(path)) if model.sheet == name)
    item_area, user_area = (block(values, area.local()) for area in model.variables)
    objective = model.objective_address()
    assert objective is not None
    rmse = "".join(re.findall(r"^=([A-Z]+[0-9]+)\^2", formulas[objective].value)) or objective
    observed_area, same, predicted_area, counted = areas(formulas[rmse].value)
    assert observed_area == same == counted
    observed, predicted = block(values, observed_area), block(values, predicted_area)

    np.testing.assert_array_equal(observed, ratings.matrix())
    z = user_area[:, -2:] @ item_area[-2:]
    if name == "bias":
        assert item_area.shape == (3, 3)
        assert user_area.shape == (4, 3)
        z = z + user_area[:, :1] + item_area[:1]
    if rating_range is not None:
        low, high = rating_range
        z = low + (high - low) / (1 + np.exp(-z))
    np.testing.assert_allclose(predicted, z, rtol=1e-14)
    rated = ~np.isnan(observed)
    mean_square = np.mean((observed - z)[rated] ** 2)
    assert values[rmse].value == pytest.approx(np.sqrt(mean_square), rel=1e-14)
    if rating_range is not None:
        label = next(cell for row in values.iter_rows() for cell in row if str(cell.value).startswith("weight decay"))
        assert next(cell.value for cell in values[label.row][label.column :] if cell.value is not None) == 0.1
        squares = np.sum(item_area**2) + np.sum(user_area**2)
        assert values[objective].value == pytest.approx(mean_square + 0.1 * squares / rated.sum(), rel=1e-14)


@pytest.mark.parametrize(("rating_range", "weight_decay"), [((0.5, 5.0), None), (None, 0.3), ((0.5, 5.0), 0.02)])
def test_with_weight_decay_a_fit_ends_and_its_ratings_are_recognised(
    tmp_path: Path, rating_range: tuple[float, float] | None, weight_decay: float | None
) -> None:
    ratings = make(7, 6)
    path = tmp_path / "book.xlsx"
    sheets = write_ratings_book(path, ratings, factors=2, rating_range=rating_range, weight_decay=weight_decay)
    for sheet in sheets:
        problem = xlcf.read_problem(path, sheet.sheet)
        found = recognise(problem)
        assert found is not None
        assert found.rating_range == rating_range
        assert found.objective_kind == "mse"
        weight = 0.1 if weight_decay is None else weight_decay
        np.testing.assert_allclose(found.weight_decay, weight / len(ratings), rtol=1e-9)
        rmse = np.sqrt(np.mean(found.residuals(found.factors(problem.start)) ** 2))
        assert sheet.rmse == pytest.approx(rmse, rel=1e-12)
        assert sheet.objective_value == pytest.approx(problem.computed, rel=1e-12)
        result = xlcf.fit(problem)
        assert result.status == "converged"
        assert np.abs(result.x).max() < 5


def test_without_weight_decay_the_objective_is_the_rmse(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    for sheet in write_ratings_book(path, make(), rating_range=(0.5, 5), weight_decay=0):
        assert sheet.objective_value == sheet.rmse
        assert "weight decay" not in str(
            [cell.value for row in openpyxl.load_workbook(path)[sheet.sheet] for cell in row]
        )
    with pytest.raises(InputError, match="The weight decay must be a number of 0 or more, not -1"):
        write_ratings_book(path, make(), weight_decay=-1)


def test_predictions_are_one_fill_for_every_pair(tmp_path: Path) -> None:
    write_ratings_book(tmp_path / "book.xlsx", make(), rating_range=(0.5, 5))
    for sheet in openpyxl.load_workbook(tmp_path / "book.xlsx"):
        filled = [
            (cell.value, cell.row, cell.column)
            for row in sheet.iter_rows()
            for cell in row
            if cell.data_type == "f" and "MMULT" in cell.value
        ]
        assert len(filled) == 4 * 3
        assert len({r1c1_formula(*cell) for cell in filled}) == 1


def test_the_range_stands_in_labelled_cells(tmp_path: Path) -> None:
    write_ratings_book(tmp_path / "book.xlsx", make(), rating_range=(0.5, 5))
    for sheet in openpyxl.load_workbook(tmp_path / "book.xlsx"):
        formula = next(cell.value for row in sheet.iter_rows() for cell in row if "EXP" in str(cell.value))
        low, high = re.match(r"=(\S+?)\+\((\S+?)-", formula).groups()  # type: ignore[union-attr]
        for address, value, word in ((low, 0.5, "low"), (high, 5, "high")):
            cell = sheet[address.replace("$", "")]
            assert cell.value == value
            assert sheet.cell(cell.row, 2).value.startswith(word)


def test_ids_titles_and_counts_are_on_the_sheet(tmp_path: Path) -> None:
    ratings = make()
    write_ratings_book(tmp_path / "book.xlsx", ratings)
    for sheet in openpyxl.load_workbook(tmp_path / "book.xlsx", data_only=True):
        rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
        assert [row for row in rows if row[-3:] == list(ratings.item_titles or ())] == [rows[0]]
        assert sum(row[-3:] == ratings.item_ids for row in rows) == 2
        columns = list(zip(*rows, strict=True))
        numbers = [value for value in columns[-4] if isinstance(value, int | float)]
        rmse, *counts_and_ids = numbers
        assert counts_and_ids == [10, 2, *ratings.user_ids, *ratings.user_ids]
        assert 0 < rmse < 5


def test_solver_opens_with_the_model(tmp_path: Path) -> None:
    sheets = write_ratings_book(tmp_path / "book.xlsx", make(), factors=2)
    models = solver_models(open_workbook(tmp_path / "book.xlsx"))
    assert [model.sheet for model in models] == [sheet.sheet for sheet in sheets] == ["dotprod", "bias"]
    for model, sheet, size in zip(models, sheets, (14, 21), strict=True):
        assert model.problem is None
        assert model.objective_address() == sheet.objective
        assert model.n_variables == sheet.variables == size
        assert (model.goal, model.constraints) == ("min", ())
        assert (model.options.engine, model.options.non_negative, model.options.central) == (1, False, True)
        assert model.options.convergence == 1e-4


def test_solver_names_are_those_that_excel_writes(tmp_path: Path, reference: Path) -> None:
    def names(path: Path) -> dict[str, str]:
        with zipfile.ZipFile(path) as archive:
            text = archive.read("xl/workbook.xml").decode()
        return dict(re.findall(r'<definedName name="(solver_\w+)" localSheetId="0" hidden="1">([^<]*)<', text))

    write_ratings_book(tmp_path / "book.xlsx", make())
    ours, excels = names(tmp_path / "book.xlsx"), names(reference / "workbooks" / "collab_filter_2017.xlsx")
    assert len(excels) == 27
    cells = {"solver_adj", "solver_opt"}
    assert {key: ours[key] for key in ours.keys() - cells} == {key: excels[key] for key in excels.keys() - cells}
    assert cells < ours.keys()


def test_only_a_sheet_beyond_solvers_200_cells_says_so(tmp_path: Path) -> None:
    write_ratings_book(tmp_path / "book.xlsx", make(20, 14, ()), factors=5)
    book = openpyxl.load_workbook(tmp_path / "book.xlsx")
    texts = {sheet.title: " ".join(str(sheet.cell(row, 2).value) for row in (2, 3)) for sheet in book}
    assert "the 170 variable cells" in texts["dotprod"]
    assert "stops at 200 variable cells, and this sheet has 204" in texts["bias"]
    assert "xlcf fit" in texts["bias"]
    assert [model.n_variables for model in solver_models(open_workbook(tmp_path / "book.xlsx"))] == [170, 204]


def test_text_stays_text(tmp_path: Path) -> None:
    odd = ["=HYPERLINK(1)", "<r><t>x</t></r>", "{=1}"]
    ratings = replace(make(), user_ids=["=1+1", "a", "b", "c" * 300], item_ids=odd, item_titles=odd)
    write_ratings_book(tmp_path / "book.xlsx", ratings)
    for sheet in openpyxl.load_workbook(tmp_path / "book.xlsx"):
        cells = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
        found = [cell.value.strip() for cell in cells if cell.data_type == "s"]
        for text in odd:
            assert found.count(text) == 3  # its title and two rows of ids
        assert found.count("=1+1") == 2
        assert all(cell.value.startswith(("=MMULT", "=SQRT", "=COUNT")) for cell in cells if cell.data_type == "f")


def test_frozen_below_the_ids_and_printed_on_one_page(tmp_path: Path) -> None:
    write_ratings_book(tmp_path / "book.xlsx", make())
    for sheet in openpyxl.load_workbook(tmp_path / "book.xlsx"):
        first_rating = range_boundaries(areas(sheet[sheet.sheet_view.selection[-1].activeCell].value)[0])
        frozen = range_boundaries(sheet.freeze_panes)
        assert frozen[0] == first_rating[0]
        assert frozen[1] == first_rating[1] - 1  # between them, the heading of the ratings
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        one_by_one = (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight or 1)
        assert (sheet.page_setup.orientation, one_by_one) == ("landscape", (1, 1))


def test_start_numbers_are_written_as_they_are(tmp_path: Path) -> None:
    random = np.random.default_rng(5)
    users, items = random.normal(size=(4, 2)), random.normal(size=(3, 2))
    start = BookStart(
        Factors(users, items), Factors(users + 1, items + 1, random.normal(size=4), random.normal(size=3))
    )
    # a cell keeps 16 digits
    write_ratings_book(tmp_path / "book.xlsx", make(), start=start)
    book = openpyxl.load_workbook(tmp_path / "book.xlsx")
    dotprod, bias = solver_models(open_workbook(tmp_path / "book.xlsx"))
    np.testing.assert_allclose(block(book["dotprod"], dotprod.variables[0].local()), items.T, rtol=1e-15)
    np.testing.assert_allclose(block(book["dotprod"], dotprod.variables[1].local()), users, rtol=1e-15)
    assert start.bias.item_bias is not None
    expected = np.vstack([start.bias.item_bias, (items + 1).T])
    np.testing.assert_allclose(block(book["bias"], bias.variables[0].local()), expected, rtol=1e-15)


def test_random_start_is_seeded_and_uniform() -> None:
    ratings = make(100, 100, ())
    start = random_start(ratings, 5, seed=1)
    np.testing.assert_array_equal(start.dotprod.user_factors, random_start(ratings, 5, seed=1).bias.user_factors)
    assert not np.array_equal(start.dotprod.user_factors, random_start(ratings, 5, seed=2).dotprod.user_factors)
    assert 0 <= start.dotprod.item_factors.min() < 0.02
    assert 0.98 < start.dotprod.item_factors.max() < 1
    assert start.dotprod.item_factors.mean() == pytest.approx(0.5, abs=0.05)


def test_the_same_call_with_a_date_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a.xlsx", "b.xlsx"):
        write_ratings_book(tmp_path / name, make(), created=datetime(2020, 1, 1, tzinfo=UTC))
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_refused(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    path.write_text("old")
    ratings = make()
    empty = replace(ratings, users=ratings.users[:0], items=ratings.items[:0], values=ratings.values[:0])
    wide = replace(ratings, item_ids=list(range(16_400)), item_titles=None)
    start = random_start(ratings, 2, 0)
    globally = replace(start.bias, global_bias=1.0)
    with pytest.raises(InputError, match="no ratings between"):
        write_ratings_book(path, empty)
    with pytest.raises(InputError, match="from low to high, not from 5 to 1"):
        write_ratings_book(path, ratings, rating_range=(5, 1))
    with pytest.raises(InputError, match="The number of factors must be a whole number of 1 or more, not 0"):
        write_ratings_book(path, ratings, factors=0)
    with pytest.raises(InputError, match=r"choose fewer"):
        write_ratings_book(path, wide)
    with pytest.raises(InputError, match="are for 4 users by 3 items, the ratings for 5 by 3"):
        write_ratings_book(path, make(5), start=start)
    with pytest.raises(InputError, match="no cell for a global bias"):
        write_ratings_book(path, ratings, start=replace(start, bias=globally))
    with pytest.raises(InputError, match="need user_bias and item_bias"):
        write_ratings_book(path, ratings, start=replace(start, bias=start.dotprod))
    with pytest.raises(InputError, match="must be without biases"):
        write_ratings_book(path, ratings, start=replace(start, dotprod=start.bias))
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]
