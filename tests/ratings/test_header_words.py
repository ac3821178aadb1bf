"""One vocabulary for the headers of files and of sheets."""

from pathlib import Path

import pytest

import xlcf
from xlcf.ratings.header_words import is_about, naming

HEADERS = {
    "English": ("user_id", "movie_id", "score", "timestamp"),
    "a school": ("Student", "Course", "Grade", "Date"),
    "German": ("KundenNr", "Produkt-ID", "Bewertung", "Datum"),
    "French": ("id_utilisateur", "Livre", "Note", "Horodatage"),
    "Spanish": ("Usuario", "Película", "Calificación", "Fecha"),
    "Portuguese": ("Usuário", "Filme", "Avaliação", "Time"),
    "Italian": ("Utente", "Libro", "Voto", "timestamp"),
    "Dutch": ("gebruiker", "boek", "beoordeling", "tijd"),
}


@pytest.mark.parametrize("language", HEADERS)
def test_a_file_and_a_sheet_know_the_same_words(language: str, tmp_path: Path) -> None:
    user, item, rating, time = HEADERS[language]
    path = tmp_path / "r.csv"
    path.write_text(f"{rating},{item},extra,{time},{user}\n2.5,31,x,1000,7\n3,32,x,2000,8\n", encoding="utf-8")
    ratings = xlcf.read_ratings(path)
    assert (ratings.user_name, ratings.item_name) == (user, item)
    assert (list(ratings.user_ids), list(ratings.item_ids)) == ([7, 8], [31, 32])
    assert ratings.values.tolist() == [2.5, 3.0]
    assert ratings.timestamps is not None
    assert ratings.timestamps.tolist() == [1000, 2000]
    assert is_about(user, "user")
    assert not is_about(user, "item")
    assert is_about(item, "item")
    assert not is_about(item, "user")


def test_sure_words_go_before_others() -> None:
    header = ["userId", "movieId", "rating", "note", "member", "time", "timestamp"]
    assert [naming(header, role) for role in ("user", "item", "rating", "time")] == [
        ["userId"],
        ["movieId"],
        ["rating"],
        ["timestamp"],
    ]
    assert naming(["reader", "book", "note"], "rating") == ["note"]


def test_texts_of_several_words() -> None:
    assert is_about("The user's id", "user")
    assert is_about("Book title", "item")
    assert is_about("MovieLens id", "item") == is_about("movieLensId", "item") is True
    assert not is_about("Titanic", "item")
    assert not is_about("used platform", "user")
    assert not is_about("used platform", "item")
    assert not is_about("Film", "user")
