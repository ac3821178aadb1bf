import os
import threading
from pathlib import Path

import pytest

from xlcf.errors import InputError
from xlcf.files.replacing import check_replaceable, replacing

POSIX = pytest.mark.skipif(os.name == "nt", reason="Windows has other rights for files, and no pipes with names")


def test_replaces_and_leaves_nothing_behind(tmp_path: Path) -> None:
    path = tmp_path / "out.txt"
    path.write_text("old")
    with replacing(path) as beside:
        beside.write_text("new")
        assert path.read_text() == "old"
    assert path.read_text() == "new"
    assert list(tmp_path.iterdir()) == [path]


def test_an_error_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "out.txt"
    path.write_text("old")

    def write_half() -> None:
        with replacing(path) as beside:
            beside.write_text("half")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_half()
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_places_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for path, said in (
        (tmp_path, "is a folder"),
        (tmp_path / "none" / "out.txt", "no folder"),
        (tmp_path / "file" / "out.txt", "no folder"),
        (tmp_path / ("x" * 300), "cannot be written"),
    ):
        with pytest.raises(InputError, match=said), replacing(path):
            pytest.fail("nothing must be written")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_file_that_another_program_holds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: Path, target: Path) -> Path:
        raise PermissionError(13, "in use", str(self), None, str(target))

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(InputError, match="close it in Excel"), replacing(tmp_path / "out.xlsx") as beside:
        beside.write_text("new")
    assert list(tmp_path.iterdir()) == []


def test_what_is_refused_later_is_refused_at_once(tmp_path: Path) -> None:
    (tmp_path / "out.xlsx").write_text("kept")
    check_replaceable(tmp_path / "out.xlsx")
    check_replaceable(tmp_path / "new.xlsx")
    with pytest.raises(InputError, match="no folder"):
        check_replaceable(tmp_path / "none" / "out.xlsx")
    assert [path.name for path in tmp_path.iterdir()] == ["out.xlsx"]
    assert (tmp_path / "out.xlsx").read_text() == "kept"


def test_what_is_read_is_not_replaced(tmp_path: Path) -> None:
    read, link, other = (tmp_path / name for name in ("ratings.csv", "link.csv", "other.csv"))
    read.write_text("kept")
    link.hardlink_to(read)
    for path in (read, link, tmp_path / "." / "ratings.csv"):
        with pytest.raises(InputError, match="is what is read; choose another name"):
            check_replaceable(path, (None, other, read))
    check_replaceable(other, (None, read))
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"ratings.csv": "kept", "link.csv": "kept"}


def test_the_longest_names(tmp_path: Path) -> None:
    path = tmp_path / ("é" * 125 + ".xlsx")  # 255 bytes
    with replacing(path) as beside:
        beside.write_text("new")
    assert path.read_text() == "new"


@POSIX
def test_links_and_permissions_stay(tmp_path: Path) -> None:
    path, link = tmp_path / "out.txt", tmp_path / "link.txt"
    path.write_text("old")
    path.chmod(0o640)
    link.symlink_to(path.name)
    with replacing(link) as beside:
        beside.write_text("new")
    assert link.is_symlink()
    assert path.read_text() == "new"
    assert path.stat().st_mode & 0o777 == 0o640


@POSIX
def test_what_is_no_ordinary_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(InputError, match="no ordinary file"), replacing(tmp_path / "pipe"):
        pytest.fail("nothing must be written")


@POSIX
@pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="the superuser may write anywhere")
def test_a_read_only_file_is_not_replaced(tmp_path: Path) -> None:
    path = tmp_path / "out.txt"
    path.write_text("old")
    path.chmod(0o444)
    with pytest.raises(InputError, match="is read-only"), replacing(path):
        pytest.fail("nothing must be written")
    assert path.read_text() == "old"


def test_no_room_is_said_and_other_trouble_is_passed_on(tmp_path: Path) -> None:
    def write(error: OSError) -> None:
        with replacing(tmp_path / "out.txt") as beside:
            beside.write_text("half")
            raise error

    with pytest.raises(InputError, match=r"out\.txt cannot be written \(No space left\); free some space"):
        write(OSError(28, "No space left"))
    with pytest.raises(FileNotFoundError):
        write(FileNotFoundError(2, "No such file", "another.txt"))
    assert list(tmp_path.iterdir()) == []


def test_two_writers_at_once_leave_the_work_of_one(tmp_path: Path) -> None:
    path = tmp_path / "out.txt"
    barrier = threading.Barrier(2)

    def write(letter: str) -> None:
        with replacing(path) as beside, beside.open("w") as stream:
            for _ in range(50):
                stream.write(letter * 100)
                stream.flush()
            barrier.wait()

    threads = [threading.Thread(target=write, args=(letter,)) for letter in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert path.read_text() in ("a" * 5000, "b" * 5000)
    assert list(tmp_path.iterdir()) == [path]
