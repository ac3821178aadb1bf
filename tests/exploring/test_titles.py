"""Titles as people type them."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlcf.errors import InputError
from xlcf.models.lookup import find_item, find_items, find_user
from xlcf.models.titles import TitleIndex, names_of

TITLES = [
    "Matrix, The (1999)",
    "Matrix Reloaded, The (2003)",
    "Animatrix, The (2003)",
    "Seven (a.k.a. Se7en) (1995)",
    "Amelie (Fabuleux destin d'Amélie Poulain, Le) (2001)",
    "Sabrina (1954)",
    "Sabrina (1995)",
    "Star Wars: Episode V - The Empire Strikes Back (1980)",
    "Dungeons & Dragons (2000)",
    "Pulp Fiction (1994)",
    "Schindler's List (1993)",
    "300 (2007)",
]
INDEX = TitleIndex(TITLES, np.arange(len(TITLES), 0, -1))


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("The Matrix", "Matrix, The (1999)"),
        ("matrix", "Matrix, The (1999)"),
        ("Matrix, The (1999)", "Matrix, The (1999)"),
        ("the matrix (1999)", "Matrix, The (1999)"),
        ("se7en", "Seven (a.k.a. Se7en) (1995)"),
        ("Amélie", "Amelie (Fabuleux destin d'Amélie Poulain, Le) (2001)"),
        ("le fabuleux destin d'amelie poulain", "Amelie (Fabuleux destin d'Amélie Poulain, Le) (2001)"),
        ("Sabrina (1995)", "Sabrina (1995)"),
        ("empire strikes back", "Star Wars: Episode V - The Empire Strikes Back (1980)"),
        ("dungeons and dragons", "Dungeons & Dragons (2000)"),
        ("schindlers list", "Schindler's List (1993)"),
        ("300", "300 (2007)"),
    ],
)
def test_a_title_is_found_as_people_type_it(text, title):
    assert [TITLES[code] for code in INDEX.named(text) or INDEX.with_phrase(text)] == [title]


def test_what_names_several_gives_all_of_them():
    assert [TITLES[code] for code in INDEX.named("Sabrina")] == ["Sabrina (1954)", "Sabrina (1995)"]


@pytest.mark.parametrize(("text", "meant"), [("Martix", "Matrix, The (1999)"), ("pulp fition", "Pulp Fiction (1994)")])
def test_a_slip_is_answered_by_what_was_meant(text, meant):
    assert INDEX.named(text) == INDEX.with_phrase(text) == []
    assert INDEX.suggestions(text)[0] == meant


@given(
    st.lists(
        st.text(min_size=1).filter(lambda text: text.strip()), min_size=1, unique_by=lambda t: t.strip().casefold()
    )
)
def test_every_title_as_it_stands_is_found(titles):
    index = TitleIndex(titles, np.ones(len(titles), dtype=int))
    for code, title in enumerate(titles):
        assert code in index.named(title)
        assert names_of(title)  # and has a name
        index.suggestions(title)


def test_find_item_takes_an_id_too_and_explains_itself(fitted):
    assert find_items(fitted, ["The Film 3", "1007"]) == [3, 7]
    with pytest.raises(InputError, match=r"No item is called 'Flim 3': did you mean .*Film 3"):
        find_item(fitted, "Flim 3")
    with pytest.raises(InputError, match=r"may be one of 40 items: .* and 35 more; give the whole title"):
        find_item(fitted, "Film")


def test_of_equal_titles_the_id_says_which(fitted):
    """Labels are as the live sheets have them."""
    twins = replace(fitted, item_titles=["War (2005)", "Peace (1956)", "war (2005)", *fitted.item_titles[3:]])
    assert twins.item_labels()[:3] == ["War (2005) [1000]", "Peace (1956)", "war (2005) [1002]"]
    with pytest.raises(InputError) as refused:
        find_item(twins, "War (2005)")
    said = str(refused.value)
    assert "one of 2 items" in said
    assert "War (2005) [1000]" in said
    assert "war (2005) [1002]" in said
    assert said.endswith("give the whole title, with the id in brackets.")
    for code, label in enumerate(twins.item_labels()):
        assert find_item(twins, label) == code
    assert find_items(twins, ["war [1002]", "Peace (1956) [1001]", "1000"]) == [2, 1, 0]
    with pytest.raises(InputError, match=r"did you mean War \(2005\) \[100[02]\]; or"):
        find_item(twins, "War (2005) [7]")


def test_brackets_may_belong_to_a_title(fitted):
    titles = ["[REC] (2007)", "Alien [Director's cut]", *fitted.item_titles[2:]]
    assert find_items(replace(fitted, item_titles=titles), ["[rec]", "alien [director's cut]"]) == [0, 1]


def test_an_id_goes_before_a_word_of_a_title(fitted):
    titles = [*fitted.item_titles[:-1], "Route 1007 (1999)"]
    assert find_item(replace(fitted, item_titles=titles), "1007") == 7


def test_find_user(fitted):
    assert find_user(fitted, " 105 ") == 5
    with pytest.raises(InputError, match="There is no user 1055; there are 30, such as 105"):
        find_user(fitted, "1055")
