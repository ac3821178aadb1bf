"""What stands at a path that a person names: only ordinary files are opened, and all else is told in a sentence."""

import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from xlcf_cli.main import cli

from xlcf.bridge.rating_models import read_rating_model
from xlcf.models.model_file import load_model
from xlcf.ooxml.checks import check_package
from xlcf.ooxml.hidden_names import HiddenName, add_hidden_names
from xlcf.ooxml.package_writer import PackageWriter
from xlcf.ooxml.workbook import open_workbook
from xlcf.ratings.readers import read_ratings
from xlcf.ratings.store import open_store, write_store
from xlcf.ratings.titles import read_titles
from xlcf.training.checkpoint import Checkpoint

READERS: dict[str, tuple[str, Callable[[Path], object]]] = {
    "workbook": (".xlsx", open_workbook),
    "workbook to change": (".xlsx", PackageWriter),
    "workbook to check": (".xlsx", check_package),
    "names to add": (".xlsx", lambda path: add_hidden_names(path, [HiddenName("solver_opt", "S!A1", "S")])),
    "model": (".safetensors", load_model),
    "model or workbook": (".safetensors", read_rating_model),
    "checkpoint": (".checkpoint", lambda path: Checkpoint(path, "")._read()),
    "table": (".csv", read_ratings),
    "gzipped table": (".csv.gz", read_ratings),
    "zipped table": (".zip", read_ratings),
    "Parquet": (".parquet", read_ratings),
    "titles": (".csv", lambda path: read_titles(path, [1], [])),
    "to be stored": (".csv", lambda path: write_store(path, path.parent / "store")),
}


def loop(path: Path) -> None:
    path.symlink_to(path.name)


def listen(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        folder = Path.cwd()
        os.chdir(path.parent)  # a socket's name is short
        try:
            server.bind(path.name)
        finally:
            os.chdir(folder)


KINDS: dict[str, tuple[Callable[[Path], object], str]] = {
    "pipe": (os.mkfifo, "is a pipe, which can be read only once: save what comes out of it to a file"),
    "link to a pipe": (lambda path: (os.mkfifo(path.with_name("p")), path.symlink_to("p")), "is a pipe"),
    "endless device": (lambda path: path.symlink_to("/dev/zero"), "is a device, which may never end"),
    "loop of links": (loop, "is a link that leads back to itself"),
    "socket": (listen, "is a socket"),
    "nothing": (Path.absolute, "There is no file"),
    "link to nothing": (lambda path: path.symlink_to("none"), "There is no file"),
    "memory of a process": (lambda path: path.symlink_to("/proc/self/mem"), ""),
    "empty": (Path.touch, ""),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("reader", READERS)
def test_only_ordinary_files_are_opened(tmp_path: Path, refused, reader: str, kind: str) -> None:
    ending, read = READERS[reader]
    make, said = KINDS[kind]
    path = tmp_path / f"x{ending}"
    make(path)
    sentence = refused(lambda: read(path), seconds=3)
    assert sentence is not None
    assert said in sentence or (reader == "names to add" and "no ordinary file" in sentence)


@pytest.mark.parametrize("reader", [reader for reader in READERS if reader != "names to add"])
def test_names_that_no_file_can_have(tmp_path: Path, refused, reader: str) -> None:
    ending, read = READERS[reader]
    for name, said in (
        ("x" * 300 + ending, "longer than a file's name can be"),
        ("a\0b" + ending, "null character"),
        ("file" + ending + "/x" + ending, "There is no file"),
    ):
        (tmp_path / f"file{ending}").touch()
        sentence = refused(lambda name=name: read(tmp_path / name), seconds=3)
        assert sentence is not None
        assert said in sentence
        assert len(sentence) < 900


@pytest.mark.parametrize("name", ["loop.csv", "x" * 300 + ".csv", "pipe.csv", "-"])
def test_training_refuses_them_before_it_makes_anything(tmp_path: Path, refused, name: str) -> None:
    loop(tmp_path / "loop.csv")
    os.mkfifo(tmp_path / "pipe.csv")
    before = sorted(tmp_path.iterdir())
    command = ["train", str(tmp_path / name) if name != "-" else name]
    assert refused(lambda: CliRunner().invoke(cli, command, catch_exceptions=False), seconds=3)
    assert sorted(tmp_path.iterdir()) == before


def test_a_workbook_has_a_largest_size(tmp_path: Path, refused) -> None:
    path = tmp_path / "large.xlsx"
    with path.open("wb") as file:
        file.truncate(3 << 30)  # which takes no room on the disk
    assert "has 3.0 GiB; a workbook may have at most 2 GiB" in str(refused(lambda: open_workbook(path), seconds=1))


@pytest.mark.parametrize("name", ["meta.json", "users.npy", "values.npy", "users.parquet", "items.parquet"])
def test_pipes_in_a_store(tmp_path: Path, refused, name: str) -> None:
    table = tmp_path / "r.csv"
    table.write_text("user,item,rating\n1,2,3\n")
    write_store(table, tmp_path / "s")
    (tmp_path / "s" / name).unlink()
    os.mkfifo(tmp_path / "s" / name)
    assert "is a pipe" in str(refused(lambda: open_store(tmp_path / "s"), seconds=3))
