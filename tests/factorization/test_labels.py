"""Who the users and items are: ids and titles as the sheet has them, each with its own."""

from pathlib import Path

import numpy as np
import pytest

import xlcf
from xlcf.factorization import recognise

USER_THREE_UNRATED = np.array([[u != 2 for _ in range(5)] for u in range(6)])
USER_THREE_UNRATED[0, 4] = False


def test_titles_stand_beside_the_ids(layout, recognise_layout):
    each = layout(labels="titles")
    ratings = recognise_layout(each)[1].ratings
    assert list(ratings.item_ids) == each.item_ids
    assert list(ratings.item_titles) == each.titles
    assert ratings.item_labels() == each.titles


def test_titles_of_items_below_each_other(layout, recognise_layout):
    each = layout(labels="titles", across=True)
    ratings = recognise_layout(each)[1].ratings
    assert list(ratings.item_ids) == each.item_ids
    assert list(ratings.item_titles) == each.titles


@pytest.mark.parametrize("form", ["cells", "array", "index", "offset"])
def test_ids_that_are_texts(form, layout, recognise_layout):
    """One begins with =, and is a text all the same."""
    each = layout(labels="texts", form=form)
    ratings = recognise_layout(each)[1].ratings
    assert list(ratings.user_ids) == each.user_ids
    assert list(ratings.item_ids) == each.item_ids
    assert ratings.item_titles is None


def test_without_labels_they_are_numbered(layout, recognise_layout):
    ratings = recognise_layout(layout(labels="none"))[1].ratings
    assert list(ratings.user_ids) == [1, 2, 3, 4, 5, 6]
    assert list(ratings.item_ids) == [1, 2, 3, 4, 5]
    assert (ratings.user_name, ratings.item_name) == ("user", "item")


@pytest.mark.parametrize(
    ("user_word", "item_word"),
    [("userId", "movieId"), ("Customer", "Product"), ("Reader", "Book title"), ("Kundennr.", "Película")],
)
@pytest.mark.parametrize("across", [False, True])
def test_headers_tell_users_from_items(user_word, item_word, across, layout, recognise_layout):
    each = layout(user_word=user_word, item_word=item_word, across=across)
    ratings = recognise_layout(each)[1].ratings
    assert list(ratings.user_ids) == each.user_ids
    assert (ratings.user_name, ratings.item_name) == (user_word, item_word)


def test_without_headers_users_stand_below_each_other(layout, recognise_layout):
    each = layout(user_word="", item_word="")
    ratings = recognise_layout(each)[1].ratings
    assert list(ratings.user_ids) == each.user_ids
    assert (ratings.user_name, ratings.item_name) == ("user", "item")


@pytest.mark.parametrize("form", ["cells", "offset", "index", "one_hot"])
def test_a_user_without_ratings_keeps_the_id(form, layout, recognise_layout):
    """In the long form only the label beside the factors tells it."""
    each = layout(form=form, rated=USER_THREE_UNRATED)
    ratings = recognise_layout(each)[1].ratings
    assert list(ratings.user_ids) == each.user_ids
    assert 2 not in ratings.users


def test_a_user_without_ratings_or_id_gets_a_free_number(layout, recognise_layout):
    each = layout(form="index", rated=USER_THREE_UNRATED)
    each.user_ids[2] = 1
    del each.cells["A6"]
    ratings = recognise_layout(each)[1].ratings
    assert list(ratings.user_ids) == each.user_ids


def test_titles_beside_the_factors_of_the_long_form(layout, recognise_layout):
    each = layout(form="index")
    for at, title in enumerate(each.titles):
        each.cells[f"B{13 + at}"] = title
    ratings = recognise_layout(each)[1].ratings
    assert list(ratings.item_ids) == each.item_ids
    assert list(ratings.item_titles) == each.titles


def test_names_beside_the_factors_serve_where_the_ratings_have_none(layout, recognise_layout):
    each = layout(labels="none")
    first = int(each.areas[1].split(":")[0].lstrip("ABCDEFGHIJ"))
    for at in range(6):
        each.cells[f"D{first + at}"] = f"Person {at}"
    ratings = recognise_layout(each)[1].ratings
    assert list(ratings.user_ids) == [f"Person {at}" for at in range(6)]


def test_whole_factors_beside_the_ratings_are_no_ids(solver_book):
    """Starting numbers 1, 2, 3 in the column before the ratings look like ids."""
    ratings = np.array([[5, 3, 4], [4, 1, 2], [3, 5, 1]], dtype=float)
    cells = {"A1": ("=SUMXMY2(C4:E6,G4:I6)", 0.0)}
    for i in range(3):
        cells |= {f"B{4 + i}": float(i + 1), f"{'CDE'[i]}3": float(i + 4)}
        for j in range(3):
            cells |= {f"{'CDE'[j]}{4 + i}": ratings[i, j], f"{'GHI'[j]}{4 + i}": f"=B{4 + i}*{'CDE'[j]}3"}
    workbook = xlcf.open_workbook(solver_book(cells, adj="B4:B6,C3:E3"))
    found = recognise(xlcf.read_problem(workbook), workbook)
    assert list(found.ratings.user_ids) == [1, 2, 3]
    assert list(found.ratings.item_ids) == [1, 2, 3]
    np.testing.assert_array_equal(found.ratings.matrix(), ratings)


def _recognise(path, sheet):
    workbook = xlcf.open_workbook(path)
    return recognise(xlcf.read_problem(workbook, sheet), workbook)


def test_the_course_workbook_and_its_clean_copy_agree(reference):
    """The copy has MovieLens's ids and titles, the course's workbook ids of its own, for the same people and films."""
    clean = _recognise(Path(__file__).parents[2] / "workbooks" / "top15.xlsx", "dotprod")
    for sheet in ("dotprod", "movielens_emb", "bias"):
        course = _recognise(reference / "workbooks" / "collab_filter_2017.xlsx", sheet)
        assert [i + 1 for i in course.ratings.user_ids] == list(clean.ratings.user_ids)
        columns = {int(i): column for column, i in zip(course.ratings.matrix().T, course.ratings.item_ids, strict=True)}
        assert sorted(map(str, columns.values())) == sorted(map(str, clean.ratings.matrix().T))
