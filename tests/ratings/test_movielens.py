"""Every release of MovieLens in its own format, as a zip file, a folder, and file by file."""

import gzip
import zipfile
from pathlib import Path

import pytest

from xlcf.errors import InputError
from xlcf.ratings.ratings import Ratings
from xlcf.ratings.readers import read_ratings

ROWS = [(3, 10, 2.0, 978300760), (7, 9, 4.0, 978302109), (7, 10, 5.0, 978301968)]
TITLES = {9: "Heat: A Film (1995)", 10: "Amélie (2001)"}


def lines(separator: str, number: str = "{:g}") -> str:
    return "".join(separator.join([str(u), str(i), number.format(r), str(t)]) + "\n" for u, i, r, t in ROWS)


CSV = "userId,movieId,rating,timestamp\n" + lines(",", "{:.1f}")
MOVIES_CSV = "movieId,title,genres\n" + "".join(f"{item},{title},Drama\n" for item, title in TITLES.items())
MOVIES_DAT = "".join(f"{item}::{title}::Drama|War\n" for item, title in TITLES.items())
U_ITEM = "".join(f"{item}|{title}|01-Jan-1995||http://x|0|1\n" for item, title in TITLES.items())

RELEASES = {
    "ml-100k": {"u.data": lines("\t"), "u.item": U_ITEM.encode("latin-1"), "u1.base": lines("\t"), "README": "x"},
    "ml-1m": {
        "ratings.dat": lines("::"),
        "movies.dat": MOVIES_DAT.encode("latin-1"),
        "users.dat": "1::F::1::10::48067\n",
    },
    "ml-10M100K": {
        "ratings.dat": lines("::"),
        "movies.dat": MOVIES_DAT,
        "tags.dat": "15::4973::excellent!::1215184630\n",
    },
    "ml-25m": {"ratings.csv": CSV, "movies.csv": MOVIES_CSV, "tags.csv": "userId,movieId,tag,timestamp\n3,10,x,1\n"},
}


def as_bytes(content: str | bytes) -> bytes:
    return content if isinstance(content, bytes) else content.encode()


def as_folder(folder: Path, name: str) -> Path:
    (folder / name).mkdir()
    for file, content in RELEASES[name].items():
        (folder / name / file).write_bytes(as_bytes(content))
    return folder / name


def as_zip(folder: Path, name: str) -> Path:
    with zipfile.ZipFile(folder / f"{name}.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"__MACOSX/{name}/._ratings.csv", b"\0junk")
        for file, content in RELEASES[name].items():
            archive.writestr(f"{name}/{file}", as_bytes(content))
    return folder / f"{name}.zip"


def check(ratings: Ratings) -> None:
    rows = zip(ratings.users, ratings.items, ratings.values, ratings.timestamps, strict=True)  # type: ignore[arg-type]
    assert [(ratings.user_ids[u], ratings.item_ids[i], r, t) for u, i, r, t in rows] == ROWS
    assert ratings.item_titles == [TITLES[9], TITLES[10]]
    assert (ratings.user_name, ratings.item_name) == ("userId", "movieId")


@pytest.mark.parametrize("name", RELEASES)
def test_zip_and_folder(tmp_path: Path, name: str) -> None:
    check(read_ratings(as_zip(tmp_path, name)))
    check(read_ratings(as_folder(tmp_path, name)))
    check(read_ratings(tmp_path / name / next(iter(RELEASES[name]))))


def test_folder_around_the_folder(tmp_path: Path) -> None:
    as_folder(tmp_path, "ml-25m")
    check(read_ratings(tmp_path))


def test_folder_with_gzipped_files(tmp_path: Path) -> None:
    (tmp_path / "ratings.csv.gz").write_bytes(gzip.compress(CSV.encode()))
    (tmp_path / "movies.csv.gz").write_bytes(gzip.compress(MOVIES_CSV.encode()))
    check(read_ratings(tmp_path))


def test_zip_with_one_table_of_another_name(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr("books.csv", "reader,book,stars\n".replace("reader", "user") + "ann,b1,3\n")
        archive.writestr("README.md", "hello")
    assert read_ratings(tmp_path / "x.zip").item_ids == ["b1"]


def test_three_columns_without_times(tmp_path: Path) -> None:
    (tmp_path / "ratings.dat").write_text("1::2::3.5\n1::4::5\n")
    ratings = read_ratings(tmp_path / "ratings.dat")
    assert ratings.values.tolist() == [3.5, 5]
    assert ratings.timestamps is None


def test_times_can_be_left_out(tmp_path: Path) -> None:
    assert read_ratings(as_zip(tmp_path, "ml-25m"), timestamps=False).timestamps is None


class TestRefused:
    def test_line_number_in_a_file_without_header(self, tmp_path: Path) -> None:
        for name, separator in (("u.data", "\t"), ("ratings.dat", "::")):
            (tmp_path / name).write_text(lines(separator) + separator.join(["1", "2", "x", "4"]) + "\n")
            with pytest.raises(InputError, match=rf"{name}: the rating on line 4 is 'x'"):
                read_ratings(tmp_path / name)
            (tmp_path / name).write_text(lines(separator) + separator.join(["1", "2"]) + "\n")
            with pytest.raises(InputError, match="has 2 fields on line 4, but a line needs 4 columns"):
                read_ratings(tmp_path / name)

    def test_line_number_in_a_zip(self, tmp_path: Path) -> None:
        with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
            archive.writestr("ml/ratings.csv", CSV + "1,2\n")
        with pytest.raises(InputError, match=r"ml/ratings.csv in x.zip has 2 fields on line 5"):
            read_ratings(tmp_path / "x.zip")

    def test_line_number_far_into_a_file(self, tmp_path: Path) -> None:
        many = "".join(f"{user},{user % 97},3.5,1\n" for user in range(200_000))
        text = "userId,movieId,rating,timestamp\n" + many + "\n1,2,,4\n" + many
        (tmp_path / "ratings.csv").write_text(text)
        with pytest.raises(InputError, match=r"1 line lacks userId, movieId or rating \(line 200003\)"):
            read_ratings(tmp_path / "ratings.csv")

    def test_nothing_to_read(self, tmp_path: Path) -> None:
        (tmp_path / "a.csv").touch()
        (tmp_path / "b.csv").touch()
        with pytest.raises(InputError, match=r"is a folder without a ratings\.csv, .* and with 2 other tables"):
            read_ratings(tmp_path)
        with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
            archive.writestr("README", "hello")
        with pytest.raises(InputError, match=r"x.zip is a zip file without a ratings.csv, .* and with no other tables"):
            read_ratings(tmp_path / "x.zip")

    def test_damaged_zip(self, tmp_path: Path) -> None:
        path = as_zip(tmp_path, "ml-25m")
        whole = path.read_bytes()
        path.write_bytes(whole[: len(whole) // 2])
        with pytest.raises(InputError, match="is not a whole zip file"):
            read_ratings(path)
        place = whole.index(b"ml-25m/ratings.csv") + len("ml-25m/ratings.csv") + 5
        path.write_bytes(whole[:place] + bytes(byte ^ 0xFF for byte in whole[place : place + 20]) + whole[place + 20 :])
        with pytest.raises(InputError, match="is not a whole zip file"):
            read_ratings(path)
        path.write_bytes(b"no zip at all")
        with pytest.raises(InputError, match="is not a whole zip file"):
            read_ratings(path)
        with pytest.raises(InputError, match="There is no file"):
            read_ratings(tmp_path / "none.zip")

    def test_junk(self, tmp_path: Path) -> None:
        for name in ("ratings.csv", "u.data", "ratings.dat"):
            (tmp_path / name).write_bytes(bytes(range(256)) * 50)
            with pytest.raises(InputError, match="not a text table in one encoding"):
                read_ratings(tmp_path / name)
            (tmp_path / name).write_bytes(b"")
            with pytest.raises(InputError, match="is empty"):
                read_ratings(tmp_path / name)
        (tmp_path / "junk.csv").write_bytes(CSV.encode() + b"\xff\xfe\x00\n")
        with pytest.raises(InputError, match=r"one encoding|fields on line"):
            read_ratings(tmp_path / "junk.csv")

    def test_gzip_cut_off_far_in(self, tmp_path: Path) -> None:
        text = CSV + "".join(f"{user},{user % 97},3.5,1\n" for user in range(100_000))
        whole = gzip.compress(text.encode())
        (tmp_path / "ratings.csv.gz").write_bytes(whole[: len(whole) * 3 // 4])
        with pytest.raises(InputError, match="not a whole gzip file"):
            read_ratings(tmp_path / "ratings.csv.gz")


def test_the_folder_of_2016(reference: Path) -> None:
    ratings = read_ratings(reference / "data" / "ml-latest-small-2016")
    assert (len(ratings), ratings.n_users, ratings.n_items) == (100_004, 671, 9_066)
    assert ratings.item_titles is not None
    assert ratings.item_titles[0] == "Toy Story (1995)"
