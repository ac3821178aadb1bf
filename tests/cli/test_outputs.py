"""What is read is never written over."""

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner
from xlcf_cli.main import cli

from xlcf.errors import InputError

TOP15 = Path(__file__).parents[2] / "workbooks" / "top15.xlsx"


@pytest.mark.parametrize(
    "arguments",
    [
        "explore {book} -o {book}",
        "explore {book} --ratings {ratings} -o {ratings}",
        "recommend {book} -o {book}",
        "recommend {book} --user 1 --ratings {ratings} --csv {ratings}",
        "recommend {book} --user 1 --csv {book}",
        "similar {book} --user 1 --csv {book}",
        "export {book} -o {book}",
        "export {book} --test {ratings} -o {ratings}",
    ],
)
def test_an_input_is_refused_as_output(tmp_path, arguments):
    book = Path(shutil.copy(TOP15, tmp_path / "book.xlsx"))
    ratings = tmp_path / "ratings.csv"
    ratings.write_text("userId,movieId,rating\n1,1,3\n", encoding="utf-8")
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    done = CliRunner().invoke(cli, arguments.format(book=book, ratings=ratings).split())
    assert isinstance(done.exception, InputError)
    assert "is what is read; choose another name for it." in str(done.exception)
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before
