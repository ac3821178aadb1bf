import gzip
import json
import os
import re
import zipfile
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyarrow import csv, parquet

from xlcf.errors import InputError
from xlcf.ratings.ratings import Ratings
from xlcf.ratings.read_options import ReadOptions
from xlcf.ratings.readers import read_ratings
from xlcf.ratings.splits import split_by_time
from xlcf.ratings.store import write_store

MOVIELENS = "userId,movieId,rating,timestamp\n"


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    if name.endswith(".gz"):
        path.write_bytes(gzip.compress(text.encode()))
    else:
        path.write_text(text, encoding="utf-8")
    return path


def triples(ratings: Ratings) -> list[tuple[object, object, float]]:
    rows = zip(ratings.users, ratings.items, ratings.values, strict=True)
    return [(ratings.user_ids[user], ratings.item_ids[item], value) for user, item, value in rows]


@pytest.mark.parametrize("name", ["r.csv", "r.csv.gz"])
def test_movielens_file(tmp_path: Path, name: str) -> None:
    ratings = read_ratings(write(tmp_path, name, MOVIELENS + "7,10,2.5,100\n7,9,4.0,101\n3,10,5.0,102\n"))
    assert triples(ratings) == [(7, 10, 2.5), (7, 9, 4.0), (3, 10, 5.0)]
    assert (ratings.user_ids, ratings.item_ids) == ([3, 7], [9, 10])
    assert ratings.timestamps is not None
    assert ratings.timestamps.tolist() == [100, 101, 102]
    assert (ratings.user_name, ratings.item_name) == ("userId", "movieId")
    assert ratings.item_titles is None


@pytest.mark.parametrize(
    "header",
    [
        "user,item,rating",
        "user_id,item_id,score",
        "User ID,Movie,Stars",
        "reviewerID,asin,overall",
        "userId,title,rating",
    ],
)
def test_names_of_columns(tmp_path: Path, header: str) -> None:
    ratings = read_ratings(write(tmp_path, "r.csv", header + "\nann,b1,3\nbob,b2,4\n"))
    assert triples(ratings) == [("ann", "b1", 3.0), ("bob", "b2", 4.0)]


@pytest.mark.parametrize(("name", "mark"), [("r.tsv", "\t"), ("r.csv", ";"), ("r.txt", ",")])
def test_separators_blank_lines_and_column_order(tmp_path: Path, name: str, mark: str) -> None:
    lines = ["rating,genre,item,user", "3.5,x,11,1", "", "4,y,12,2", ""]
    ratings = read_ratings(write(tmp_path, name, "\r\n".join(lines).replace(",", mark)))
    assert triples(ratings) == [(1, 11, 3.5), (2, 12, 4.0)]


def test_decimal_comma_in_a_file_with_semicolons(tmp_path: Path) -> None:
    assert triples(read_ratings(write(tmp_path, "r.csv", "user;item;rating\n1;2;3,5\n"))) == [(1, 2, 3.5)]


@pytest.mark.parametrize(
    ("first", "header", "line"),
    [
        ("sep=;", "user;item;rating", "1;2;3,5"),
        ("\ufeffsep=;\r", "user;item;rating", "1;2;3.5"),
        ('"sep=,"', "user,item,rating", "1,2,3.5"),
        ("SEP=\t", "user\titem\trating", "1\t2\t3.5"),
        ("sep=|", "user|item|rating", "1|2|3.5"),
        ("\nsep=;\n", "user;item;rating;a,b,c,d,e", "1;2;3.5;x"),  # the header uses another character more
    ],
)
def test_excels_line_that_names_the_separator(tmp_path: Path, first: str, header: str, line: str) -> None:
    assert triples(read_ratings(write(tmp_path, "r.csv", f"{first}\n{header}\n{line}\n"))) == [(1, 2, 3.5)]


def test_lines_are_counted_from_excels_line(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="rating on line 4"):
        read_ratings(write(tmp_path, "r.csv", "sep=;\nuser;item;rating\n1;2;3\n1;3;x\n"))


def test_decimal_commas_in_quotation_marks_or_between_tabs(tmp_path: Path) -> None:
    quoted = 'user,item,rating\n1,318,"4,5"\n1,2,3.5\n1,3,"-0,25"\n'
    expected = [(1, 318, 4.5), (1, 2, 3.5), (1, 3, -0.25)]
    assert triples(read_ratings(write(tmp_path, "r.csv", quoted))) == expected
    tabs = "user\titem\trating\n1\t318\t4,5\n1\t2\t3.5\n1\t3\t-0,25\n"
    assert triples(read_ratings(write(tmp_path, "r.tsv", tabs))) == expected


@pytest.mark.parametrize("rating", ["1,234", "1,234.5", "1,2,3", ",5", "4,"])
def test_a_comma_that_may_part_thousands_is_refused(tmp_path: Path, rating: str) -> None:
    with pytest.raises(InputError, match=f"line 2 is '{rating}', not a number; write it with a decimal point"):
        read_ratings(write(tmp_path, "r.csv", f'user,item,rating\n1,318,"{rating}"\n'))


class TestTimes:
    @pytest.mark.parametrize(
        ("text", "moment"),
        [
            ("2020-01-31", datetime(2020, 1, 31, tzinfo=UTC)),
            ("1969-12-31", datetime(1969, 12, 31, tzinfo=UTC)),
            ("2020-01-31T10:20", datetime(2020, 1, 31, 10, 20, tzinfo=UTC)),
            ("2020-01-31 10:20:30", datetime(2020, 1, 31, 10, 20, 30, tzinfo=UTC)),
            ("2020-01-31T10:20:30.9Z", datetime(2020, 1, 31, 10, 20, 30, tzinfo=UTC)),
            ("2020-01-31T10:20:30-05:30", datetime(2020, 1, 31, 15, 50, 30, tzinfo=UTC)),
            ("2020-01-31 10:20:30+02", datetime(2020, 1, 31, 10, 20, 30, tzinfo=timezone(timedelta(hours=2)))),
        ],
    )
    @pytest.mark.parametrize("ids", ["1,2", "ann,2"])
    def test_dates_are_seconds(self, tmp_path: Path, text: str, moment: datetime, ids: str) -> None:
        ratings = read_ratings(write(tmp_path, "r.csv", f"{MOVIELENS}{ids},3,{text}\n7,8,4,0\n"))
        assert ratings.timestamps is not None
        assert ratings.timestamps.tolist() == [moment.timestamp(), 0]
        assert ratings.why_no_times is None

    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("", "blank"),
            ("soon", "'soon', no time"),
            ("2020-02-30", "'2020-02-30', no time"),
            ("1.5", "'1.5', no time"),
        ],
    )
    def test_the_first_line_without_is_told(self, tmp_path: Path, text: str, found: str) -> None:
        lines = f'1,2,3,10\n\n1,"3",3,11\n1,4,3,{text}\n1,5,3,\n'
        ratings = read_ratings(write(tmp_path, "r.csv", MOVIELENS + lines))
        assert ratings.timestamps is None
        assert ratings.why_no_times == f"the timestamp on line 5 of r.csv is {found}"
        assert len(ratings) == 4
        with pytest.raises(InputError, match=r"line 5 of r\.csv is .*: mend that, or split them at random"):
            split_by_time(ratings, 0.5)

    def test_in_a_later_block(self, tmp_path: Path) -> None:
        good = "".join(f"{row},2,3,10\n" for row in range(150_000))  # two blocks
        ratings = read_ratings(write(tmp_path, "r.csv", f"{MOVIELENS}{good}150000,2,3,\n"))
        assert ratings.timestamps is None
        assert ratings.why_no_times == "the timestamp on line 150002 of r.csv is blank"


def test_superseded_lines_are_counted(tmp_path: Path) -> None:
    assert read_ratings(write(tmp_path, "r.csv", MOVIELENS + "1,2,3,0\n1,2,4,0\n1,3,4,0\n1,2,5,0\n")).superseded == 2
    assert read_ratings(write(tmp_path, "r.csv", MOVIELENS + "1,2,3,0\n")).superseded == 0


def test_byte_order_mark(tmp_path: Path) -> None:
    assert triples(read_ratings(write(tmp_path, "r.csv", "\ufeffuser,item,rating\n1,2,3\n"))) == [(1, 2, 3.0)]


@pytest.mark.parametrize("header", [MOVIELENS, "user,item,rating,timestamp\n"])
def test_of_a_repeated_pair_the_last_line_counts(tmp_path: Path, header: str) -> None:
    ratings = read_ratings(write(tmp_path, "r.csv", header + "1,2,3,10\n1,5,1,11\n1,2,4,12\n"))
    assert triples(ratings) == [(1, 5, 1.0), (1, 2, 4.0)]
    assert ratings.timestamps is not None
    assert ratings.timestamps.tolist() == [11, 12]


def test_ids_are_numbers_only_where_all_are_plain_whole_numbers(tmp_path: Path) -> None:
    ratings = read_ratings(write(tmp_path, "r.csv", "user,item,rating\n007,10.0,3\n10,9,4\n10,10,5\n"))
    assert ratings.user_ids == ["007", "10"]
    assert ratings.item_ids == [9, 10]
    assert triples(ratings) == [("007", 10, 3.0), ("10", 9, 4.0), ("10", 10, 5.0)]


def test_two_spellings_of_one_id_are_one_pair(tmp_path: Path) -> None:
    assert triples(read_ratings(write(tmp_path, "r.csv", "user,item,rating\n1,2,3\n1.0,2,4\n"))) == [(1, 2, 4.0)]


class TestTitles:
    def test_beside_the_ratings(self, tmp_path: Path) -> None:
        write(tmp_path, "movies.csv.gz", 'movieId,title,genres\n2,"Father, The (1995)",Comedy\n8,Heat (1995),Action\n')
        ratings = read_ratings(write(tmp_path, "ratings.csv", MOVIELENS + "1,8,4,0\n1,2,3,0\n1,30,1,0\n"))
        assert ratings.item_titles == ["Father, The (1995)", "Heat (1995)", "30"]

    def test_beside_but_of_other_items(self, tmp_path: Path) -> None:
        write(tmp_path, "movies.csv", "movieId,title\n2,Heat (1995)\n")
        assert read_ratings(write(tmp_path, "r.csv", "user,item,rating\n1,x,4\n")).item_titles is None

    def test_in_the_file(self, tmp_path: Path) -> None:
        write(tmp_path, "movies.csv", "movieId,title\n2,Other\n")
        text = "userId,movieId,title,rating\n1,2,=cmd,4\n2,1,Toy Story,3\n"
        assert read_ratings(write(tmp_path, "r.csv", text)).item_titles == ["Toy Story", "=cmd"]

    def test_given_by_name_they_go_first(self, tmp_path: Path) -> None:
        given = write(tmp_path, "names.csv", "item_id,name\n2,Given\n")
        text = "userId,movieId,title,rating\n1,2,Own,4\n"
        assert read_ratings(write(tmp_path, "r.csv", text), titles=given).item_titles == ["Given"]

    def test_of_a_column_pair_movie_id_and_movie(self, tmp_path: Path) -> None:
        ratings = read_ratings(write(tmp_path, "r.csv", "user,movieId,movie,rating\n1,2,Heat,4\n"))
        assert (ratings.item_ids, ratings.item_titles) == ([2], ["Heat"])

    def test_that_fit_nothing(self, tmp_path: Path) -> None:
        given = write(tmp_path, "names.csv", "movieId,title\n99,Given\n")
        with pytest.raises(InputError, match=r"names\.csv has a title for none"):
            read_ratings(write(tmp_path, "r.csv", "user,item,rating\n1,2,3\n"), titles=given)

    def test_without_a_title_column(self, tmp_path: Path) -> None:
        given = write(tmp_path, "names.csv", "movieId,genre\n2,Comedy\n")
        with pytest.raises(InputError, match=r"movieId,title; it has the columns movieId, genre"):
            read_ratings(write(tmp_path, "r.csv", "user,item,rating\n1,2,3\n"), titles=given)


class TestRefused:
    @pytest.mark.parametrize("header", [MOVIELENS, "user,item,rating,timestamp\n"])
    @pytest.mark.parametrize(
        ("rating", "said"),
        [
            ("good", "'good', not a number"),
            ("none", "'none', not a number"),
            ("inf", "'inf'"),
            ("4_5", "'4_5'"),
            ("1e300", "'1e300', beyond 3.4e+38"),
            ("-1e39", "'-1e39', beyond 3.4e+38"),
        ],
    )
    def test_rating_that_is_no_number(self, tmp_path: Path, header: str, rating: str, said: str) -> None:
        path = write(tmp_path, "r.csv", f"{header}1,2,3,0\n\n1,3,{rating},0\n1,4,4,0\n")
        with pytest.raises(InputError) as raised:
            read_ratings(path)
        assert "rating on line 4" in str(raised.value)
        assert said in str(raised.value)

    @pytest.mark.parametrize("header", [MOVIELENS, "user,item,rating,timestamp\n"])
    def test_blank_id(self, tmp_path: Path, header: str) -> None:
        with pytest.raises(InputError, match=r"r\.csv: 1 line lacks \w+, \w+ or rating \(line 3\): fill it in"):
            read_ratings(write(tmp_path, "r.csv", header + "1,2,3,0\n1,,4,0\n"))

    @pytest.mark.parametrize("line", ["1,2,3", "1,2,3,4,5"])
    def test_ragged_line(self, tmp_path: Path, line: str) -> None:
        with pytest.raises(InputError, match=r"fields on line 3, but its header names 4 columns"):
            read_ratings(write(tmp_path, "r.csv", MOVIELENS + "1,2,3,0\n" + line + "\n"))

    def test_every_line_a_field_longer_than_the_header(self, tmp_path: Path) -> None:
        with pytest.raises(InputError, match="5 fields on line 2"):
            read_ratings(write(tmp_path, "r.csv", MOVIELENS + "1,2,3,0,9\n1,3,3,0,9\n"))

    def test_no_header(self, tmp_path: Path) -> None:
        with pytest.raises(InputError, match=r"no header line .*1, 31, 2\.5.*userId,movieId,rating"):
            read_ratings(write(tmp_path, "r.csv", "1,31,2.5\n1,32,3\n"))

    @pytest.mark.parametrize(
        ("header", "said"),
        [
            ("userId,movieId,comment", "no rating column: name it rating .* userId, movieId, comment"),
            ("who,movieId,rating", "no user column"),
            ("user,what,rating", "no item column"),
            ("user,customer,item,rating", r"several columns that may be the user \(user, customer\)"),
            ("user,book,movie,rating", r"several columns that may be the item \(book, movie\)"),
            ("user,item,rating,score", r"several columns that may be the rating \(rating, score\)"),
            ("user,item,rating,rating", "names a column twice"),
        ],
    )
    def test_columns_that_cannot_be_told(self, tmp_path: Path, header: str, said: str) -> None:
        with pytest.raises(InputError, match=said):
            read_ratings(write(tmp_path, "r.csv", header + "\na,b,3,4\n"))

    def test_missing_empty_and_strange_files(self, tmp_path: Path) -> None:
        with pytest.raises(InputError, match="There is no file"):
            read_ratings(tmp_path / "none.csv")
        with pytest.raises(InputError, match="is a folder"):
            read_ratings(tmp_path)
        with pytest.raises(InputError, match="is empty"):
            read_ratings(write(tmp_path, "empty.csv", " \n\n"))
        with pytest.raises(InputError, match="holds no ratings"):
            read_ratings(write(tmp_path, "header.csv", MOVIELENS))
        (tmp_path / "cut.csv.gz").write_bytes(gzip.compress(MOVIELENS.encode() * 1000)[:60])
        with pytest.raises(InputError, match="not a whole gzip file"):
            read_ratings(tmp_path / "cut.csv.gz")
        (tmp_path / "plain.csv.gz").write_bytes(MOVIELENS.encode())  # a text, whatever its name says
        with pytest.raises(InputError, match="holds no ratings"):
            read_ratings(tmp_path / "plain.csv.gz")


@pytest.mark.skipif(not Path("/dev/fd").exists(), reason="no names for open files")
def test_a_pipe_is_refused() -> None:
    end, other_end = os.pipe()  # as a shell makes one for `<(cat r.csv)`
    os.write(other_end, b"user,item,rating\n1,2,3\n")
    os.close(other_end)
    try:
        with pytest.raises(
            InputError, match="is a pipe, which can be read only once: save what comes out of it to a file"
        ):
            read_ratings(f"/dev/fd/{end}")
    finally:
        os.close(end)


def test_ratings_in_several_places_are_refused(tmp_path: Path) -> None:
    for name in ("old", "new"):
        (tmp_path / name).mkdir()
        write(tmp_path / name, "ratings.csv", MOVIELENS + "1,2,3,0\n")
    said = re.escape("(new/ratings.csv and old/ratings.csv): give the file that is meant.")
    with pytest.raises(InputError, match=said):
        read_ratings(tmp_path)
    with zipfile.ZipFile(tmp_path / "r.zip", "w") as archive:
        for name in ("old/ratings.csv", "new/ratings.csv", "new/movies.csv"):
            archive.writestr(name, MOVIELENS + "1,2,3,0\n")
    with pytest.raises(InputError, match=said):
        read_ratings(tmp_path / "r.zip")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(
    st.lists(
        st.tuples(st.integers(1, 6), st.integers(1, 6), st.floats(-10, 10), st.integers(0, 2**40)),
        min_size=1,
        max_size=30,
    )
)
def test_fast_and_careful_reading_agree(tmp_path: Path, rows: list[tuple[int, int, float, int]]) -> None:
    text = "".join(f"{user},{item},{value!r},{time}\n" for user, item, value, time in rows)
    fast = read_ratings(write(tmp_path, "a.csv", MOVIELENS + text))
    careful = read_ratings(write(tmp_path, "b.csv", "user,item,rating,timestamp\n" + text))
    expected = {(user, item): value for user, item, value, _ in rows}
    for ratings in (fast, careful):
        assert {(user, item): value for user, item, value in triples(ratings)} == expected
        assert len(ratings) == len(expected)
    np.testing.assert_array_equal(fast.matrix(), careful.matrix())
    np.testing.assert_array_equal(fast.timestamps, careful.timestamps)


def test_all_of_movielens(reference: Path) -> None:
    folder = reference / "data" / "ml-latest-small-2016"
    ratings = read_ratings(folder / "ratings.csv.gz")
    assert (len(ratings), ratings.n_users, ratings.n_items) == (100_004, 671, 9_066)
    known = json.loads((folder / "top15_id_map.json").read_text(encoding="utf-8"))["movies"].values()
    assert ratings.item_titles is not None
    titles = dict(zip(ratings.item_ids, ratings.item_titles, strict=True))
    assert {movie["movieId"]: movie["title"] for movie in known}.items() <= titles.items()


class TestEncodings:
    @pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "cp1252", "utf-8", "utf-8-sig"])
    @pytest.mark.parametrize("separator", [",", "\t"])
    def test_texts_are_the_same_in_each(self, tmp_path: Path, encoding: str, separator: str) -> None:
        rows = [("user", "item", "rating", "title"), ("zoë", "b1", "3.5", "Amélie – œuvre"), ("bob", "b2", "4", "€5")]
        text = "\r\n".join(separator.join(row) for row in rows) + "\r\n"
        (tmp_path / "r.csv").write_bytes(text.encode(encoding))
        ratings = read_ratings(tmp_path / "r.csv")
        assert triples(ratings) == [("zoë", "b1", 3.5), ("bob", "b2", 4)]
        assert ratings.item_titles == ["Amélie – œuvre", "€5"]
        expected = {"cp1252": "not in UTF-8: read as cp1252", "utf-16": "read as UTF-16"}.get(encoding[:6])
        assert len(ratings.notes) == (expected is not None)
        assert expected is None or expected in ratings.notes[0]

    @pytest.mark.parametrize("is_cp1252", [False, True])
    def test_the_first_block_that_is_not_ascii_tells(self, tmp_path: Path, is_cp1252: bool) -> None:
        """The bytes of é in UTF-8 are those of Ã© in cp1252."""
        plain = "".join(f"{user},{user % 7},3,plain\n" for user in range(120_000)).encode()
        told = b"1,100,4,zo\xeb\n" if is_cp1252 else b""
        (tmp_path / "r.csv").write_bytes(
            b"user,item,rating,title\n" + plain + told + plain + plain + b"2,101,5,x\xc3\xa9\n"
        )
        ratings = read_ratings(tmp_path / "r.csv")
        assert ratings.item_titles is not None
        assert ratings.item_titles[-1] == ("xÃ©" if is_cp1252 else "xé")
        assert ("zoë" in ratings.item_titles) == bool(ratings.notes) == is_cp1252

    def test_damaged_utf_8_is_not_taken_for_cp1252(self, tmp_path: Path) -> None:
        text = "user,item,rating,title\n1,2,3,Amélie\n".encode()
        plain = b"".join(b"%d,2,3,x\n" % user for user in range(200_000))
        (tmp_path / "r.csv").write_bytes(text + plain + b"5,3,3,\xe9\n")
        with pytest.raises(InputError, match="not a text table in one encoding"):
            read_ratings(tmp_path / "r.csv")

    def test_utf_16_that_is_cut_off(self, tmp_path: Path) -> None:
        (tmp_path / "r.csv").write_bytes("user,item,rating\n1,2,3\n1,3,4\n".encode("utf-16")[:-1])
        with pytest.raises(InputError, match="not a whole text in UTF-16"):
            read_ratings(tmp_path / "r.csv")

    def test_in_gzip_and_zip_and_beside(self, tmp_path: Path) -> None:
        text = "user\titem\trating\nzoë\tb1\t3\n".encode("utf-16")
        (tmp_path / "r.tsv.gz").write_bytes(gzip.compress(text))
        assert triples(read_ratings(tmp_path / "r.tsv.gz")) == [("zoë", "b1", 3)]
        (tmp_path / "movies.csv").write_bytes("movieId,title\nb1,Amélie\n".encode("cp1252"))
        ratings = read_ratings(tmp_path / "r.tsv.gz")
        assert ratings.item_titles == ["Amélie"]
        assert len(ratings.notes) == 2


class TestMissing:
    TEXT = "user,item,rating,timestamp\n1,2,3,10\n,2,4,11\n\n1,,4,x\n1,3,,12\n1,4,NA,12\n2,3,5,13\n,,,\n"

    def test_refused_with_their_number_and_the_first(self, tmp_path: Path) -> None:
        with pytest.raises(InputError) as caught:
            read_ratings(write(tmp_path, "r.csv", self.TEXT + "1,5,null,9\n"))
        assert str(caught.value) == (
            "r.csv: 6 lines lack user, item or rating (lines 3, 5, 6, 7, 9, ...): fill them in or delete them, or have "
            "such lines left out (missing: drop)."
        )

    def test_left_out_and_said(self, tmp_path: Path) -> None:
        ratings = read_ratings(write(tmp_path, "r.csv", self.TEXT), missing="drop")
        assert triples(ratings) == [(1, 2, 3), (2, 3, 5)]
        assert ratings.timestamps is not None
        assert ratings.timestamps.tolist() == [10, 13]  # the time that is none was in a line that was left out
        assert ratings.notes == ["r.csv: 5 lines lack user, item or rating (lines 3, 5, 6, 7, 9): left out."]

    def test_far_into_a_file(self, tmp_path: Path) -> None:
        good = "".join(f"{line},{line % 97},3\n" for line in range(150_000))
        path = write(tmp_path, "r.csv", f"userId,movieId,rating\n{good}7,1,\n{good}8,,2\n")
        ratings = read_ratings(path, missing="drop")
        assert ratings.notes == ["r.csv: 2 lines lack userId, movieId or rating (lines 150002, 300003): left out."]
        assert len(ratings) == 150_000

    def test_nothing_is_left(self, tmp_path: Path) -> None:
        with pytest.raises(InputError, match="holds no ratings"):
            read_ratings(write(tmp_path, "r.csv", "user,item,rating\n1,2,\n"), missing="drop")

    def test_an_id_may_be_called_na(self, tmp_path: Path) -> None:
        assert triples(read_ratings(write(tmp_path, "r.csv", "user,item,rating\nNA,null,3\n"))) == [("NA", "null", 3)]

    def test_unknown_policy(self, tmp_path: Path) -> None:
        with pytest.raises(InputError, match="'ignore' is none of error, drop"):
            read_ratings(tmp_path / "r.csv", missing="ignore")

    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
    @given(
        st.lists(
            st.tuples(*(st.sampled_from(texts) for texts in (["1", "2", "ann", ""], ["5", "6", ""], ["3", "4.5", ""]))),
            min_size=1,
        )
    )
    def test_files_and_frames_agree(self, tmp_path: Path, rows: list[tuple[str, str, str]]) -> None:
        kept = [row for row in rows if all(row)]
        table = pa.table(dict(zip(("user", "item", "rating"), map(list, zip(*rows, strict=True)), strict=True)))
        numbers = pa.array([float(text) if text else None for text in table["rating"].to_pylist()])
        parquet.write_table(table.set_column(2, "rating", numbers), tmp_path / "r.parquet")
        path = write(tmp_path, "r.csv", "user,item,rating\n" + "".join(",".join(row) + "\n" for row in rows))
        for source in (path, tmp_path / "r.parquet", table):
            if not kept:
                with pytest.raises(InputError):
                    read_ratings(source, missing="drop")
                continue
            ratings = read_ratings(source, missing="drop")
            last = {(user, item): float(rating) for user, item, rating in kept}
            assert {(str(user), str(item)): value for user, item, value in triples(ratings)} == last
            assert len(ratings.notes) == (len(kept) < len(rows))


class TestNamedColumns:
    TEXT = "who,what,stars,stars of others,when,called\n1,2,3,9,10,Heat\n1,3,4,9,11,Emma\n"

    def test_by_their_names(self, tmp_path: Path) -> None:
        path = write(tmp_path, "r.csv", self.TEXT)
        names = {"user": "who", "item": " What", "rating": "stars", "time": "when", "title": "called"}
        ratings = read_ratings(path, **{f"{role}_column": name for role, name in names.items()})
        assert triples(ratings) == [(1, 2, 3), (1, 3, 4)]
        assert ratings.timestamps is not None
        assert ratings.timestamps.tolist() == [10, 11]
        assert ratings.item_titles == ["Heat", "Emma"]
        assert (ratings.user_name, ratings.item_name) == ("who", "what")
        options = ReadOptions("who", "what", "stars of others")
        assert read_ratings(path, options=options).values.tolist() == [9, 9]
        assert read_ratings(path, options=options, rating_column="stars").values.tolist() == [3, 4]

    def test_one_settles_what_is_ambiguous(self, tmp_path: Path) -> None:
        path = write(tmp_path, "r.csv", "user,customer,item,rating\n1,7,2,3\n")
        assert triples(read_ratings(path, user_column="customer")) == [(7, 2, 3)]

    def test_a_number_may_be_a_name(self, tmp_path: Path) -> None:
        path = write(tmp_path, "r.csv", "user,item,2020\n1,2,3\n")
        assert triples(read_ratings(path, rating_column="2020")) == [(1, 2, 3)]

    @pytest.mark.parametrize(
        ("names", "said"),
        [
            (
                {"user_column": "whom"},
                "no column whom, which is given as the user: give one of its columns who, what",
            ),
            ({"user_column": "who", "item_column": "who"}, "is given as the user and as the item"),
            (
                {"item_column": "what"},
                "has no user column: name it userId in the first line, or say which is the user column",
            ),
        ],
    )
    def test_names_that_are_wrong(self, tmp_path: Path, names: dict[str, str], said: str) -> None:
        with pytest.raises(InputError, match=said):
            read_ratings(write(tmp_path, "r.csv", self.TEXT), **names)

    def test_stores_know_their_columns(self, tmp_path: Path) -> None:
        path = write(tmp_path, "r.csv", self.TEXT + "1,,3,9,9,Emma\n")
        options = ReadOptions("who", "what", "stars", missing="drop")
        stored = write_store(path, tmp_path / "s.xlcf-ratings", options=options)
        assert stored.notes == ["r.csv: 1 line lacks who, what or stars (line 4): left out."]
        assert read_ratings(tmp_path / "s.xlcf-ratings").notes == stored.notes
        with pytest.raises(InputError, match="which knows its columns"):
            read_ratings(tmp_path / "s.xlcf-ratings", user_column="who")


def test_tables_in_memory_are_read_too(tmp_path: Path) -> None:
    path = write(tmp_path, "r.csv", "who,item,rating,timestamp\n1,2,3,10\n1,3,4,11\n")
    table = csv.read_csv(path)
    theirs, ours = read_ratings(path, user_column="who"), read_ratings(table, user_column="who")
    assert ours.fingerprint() == theirs.fingerprint()
    assert ours.timestamps is not None
    assert read_ratings(table, user_column="who", timestamps=False).timestamps is None
    titles = write(tmp_path, "titles.csv", "movieId,title\n2,Heat\n")
    assert read_ratings(table, titles, user_column="who").item_titles == ["Heat", "3"]
    with pytest.raises(TypeError, match="users_column"):
        read_ratings(table, users_column="who")
