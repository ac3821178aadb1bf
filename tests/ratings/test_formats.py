"""What a file is shows in its content, whatever it is called."""

import gzip
import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest
import xlsxwriter
from pyarrow import parquet

import xlcf
from xlcf.errors import InputError
from xlcf.files.formats import Format, format_of
from xlcf.models.model_file import save_model

CSV = "userId,movieId,rating\n1,31,2.5\n2,31,3\n"
RATINGS = [(1, 31, 2.5), (2, 31, 3.0)]


def triples(path: Path) -> list[tuple[object, object, float]]:
    ratings = xlcf.read_ratings(path)
    users, items = list(ratings.user_ids), list(ratings.item_ids)
    return [
        (users[u], items[i], float(r)) for u, i, r in zip(ratings.users, ratings.items, ratings.values, strict=True)
    ]


def zipped(name: str, content: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr(name, content)
    return stream.getvalue()


def as_parquet() -> bytes:
    stream = io.BytesIO()
    parquet.write_table(pa.table({"userId": [1, 2], "movieId": [31, 31], "rating": [2.5, 3.0]}), stream)
    return stream.getvalue()


def as_workbook() -> bytes:
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream) as book:
        book.add_worksheet("S").write_row("A1", ["userId", "movieId", "rating"])
    return stream.getvalue()


MISNAMED: dict[str, Callable[[], bytes]] = {
    "gzipped.csv": lambda: gzip.compress(CSV.encode()),
    "plain.csv.gz": lambda: CSV.encode(),
    "text.parquet": lambda: CSV.encode(),
    "parquet.dat": as_parquet,
    "zip.csv": lambda: zipped("ratings.csv", CSV.encode()),
    "gzipped member.zip": lambda: zipped("ratings.csv", gzip.compress(CSV.encode())),
    "movielens.txt": lambda: b"1::31::2.5::978300760\n2::31::3::978300761\n",
}


@pytest.mark.parametrize("name", MISNAMED)
def test_ratings_under_another_formats_name(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(MISNAMED[name]())
    assert triples(path) == RATINGS


def test_titles_under_another_name(tmp_path: Path) -> None:
    ratings = tmp_path / "r.csv"
    ratings.write_text(CSV)
    for name, text in (("t.csv", "31|Heat (1995)|01-Jan-1995\n"), ("t", "31::Heat (1995)::Action\n")):
        titles = tmp_path / name
        titles.write_bytes(gzip.compress(text.encode()))
        assert list(xlcf.read_ratings(ratings, titles).item_titles or ()) == ["Heat (1995)"]


def test_a_workbook_is_no_table_whatever_it_is_called(tmp_path: Path) -> None:
    for name in ("ratings.xlsx", "ratings.zip", "ratings.csv"):
        path = tmp_path / name
        path.write_bytes(as_workbook())
        with pytest.raises(InputError, match=r"is an Excel workbook .*not a text table; save the table as CSV"):
            xlcf.read_ratings(path)


def test_a_damaged_parquet_file_is_no_text(tmp_path: Path) -> None:
    path = tmp_path / "r.parquet"
    path.write_bytes(b"X" + as_parquet()[1:-1] + b"X")
    with pytest.raises(InputError, match="not a whole Parquet file"):
        xlcf.read_ratings(path)


def test_a_gzipped_parquet_file_is_to_be_unzipped(tmp_path: Path) -> None:
    path = tmp_path / "r.parquet.gz"
    path.write_bytes(gzip.compress(as_parquet()))
    with pytest.raises(InputError, match="unzip the Parquet file first"):
        xlcf.read_ratings(path)


def test_each_format(tmp_path: Path) -> None:
    contents = {
        Format.WORKBOOK: as_workbook(),
        Format.ZIP: zipped("ratings.csv", b""),
        Format.OPEN_DOCUMENT: zipped("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"),
        Format.BINARY_WORKBOOK: zipped("xl/workbook.bin", b""),
        Format.OLD_WORKBOOK: bytes.fromhex("d0cf11e0a1b11ae1") + bytes(504),
        Format.GZIP: gzip.compress(b""),
        Format.PARQUET: as_parquet(),
        Format.TEXT: b"PK, a column\n",
    }
    for told, content in contents.items():
        path = tmp_path / "any.name"
        path.write_bytes(content)
        assert format_of(path) is told
    damaged = tmp_path / "damaged.xlsx"
    damaged.write_bytes(as_workbook()[:-30])
    assert format_of(damaged) is Format.ZIP


def test_models_and_ratings_are_not_taken_for_each_other(tmp_path: Path) -> None:
    ratings = tmp_path / "r.csv"
    ratings.write_text(
        "user,item,rating\n" + "".join(f"{u},{i},{1 + (u + i) % 5}\n" for u in range(9) for i in range(9))
    )
    model = tmp_path / "model.csv"
    save_model(xlcf.MatrixFactorization(n_factors=2, epochs=1).fit(xlcf.read_ratings(ratings)).model_, model)
    assert format_of(model) is Format.MODEL
    assert xlcf.read_rating_model(model).n_users == 9
    with pytest.raises(InputError, match="is a model file, not a text table"):
        xlcf.read_ratings(model)
    packed = tmp_path / "model.safetensors"
    packed.write_bytes(gzip.compress(model.read_bytes()))
    with pytest.raises(InputError, match="is a gzip file; give the model file"):
        xlcf.read_rating_model(packed)
