import io
import socket
import zipfile
from pathlib import Path

import numpy as np
import pytest

from xlcf.errors import InputError
from xlcf.ratings import download as module
from xlcf.ratings.download import DownloadError, download
from xlcf.ratings.readers import read_ratings
from xlcf.ratings.releases import RELEASES

NAME = "ml-latest-small"  # its checksum is looked up, so that any content will do
ZIP = f"{NAME}.zip"


@pytest.fixture
def content(server) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(f"{NAME}/ratings.csv", "userId,movieId,rating,timestamp\n1,2,3.5,10\n")
        archive.writestr(f"{NAME}/filling", np.random.default_rng(0).bytes(1_500_000))
    server.publish(ZIP, buffer.getvalue())
    return buffer.getvalue()


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_whole_file(server, content, tmp_path: Path) -> None:
    told: list[tuple[int, int | None]] = []
    path = download("latest-small", tmp_path / "new", home=server.home, progress=lambda *now: told.append(now))
    assert path == tmp_path / "new" / ZIP
    assert path.read_bytes() == content
    assert names(path.parent) == [ZIP]
    assert told == sorted(told)
    assert told[-1] == (len(content), len(content))
    assert read_ratings(path).values.tolist() == [3.5]


def test_what_is_there_is_not_fetched_again(server, content, tmp_path: Path) -> None:
    (tmp_path / ZIP).write_bytes(content)
    download(NAME, tmp_path, home=server.home)
    assert server.ranges == []


def test_a_connection_cut_midway_is_taken_up_again(server, content, tmp_path: Path) -> None:
    server.breaks_after = 400_000
    assert download(NAME, tmp_path, home=server.home).read_bytes() == content
    assert server.ranges == sorted(set(server.ranges))
    assert 4 <= len(server.ranges) <= 6


def test_a_download_that_failed_goes_on_in_a_later_call(server, content, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(module, "_TRIES", 1)

    def stop(arrived: int, _total: int | None) -> None:
        if arrived > 600_000:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        download(NAME, tmp_path, home=server.home, progress=stop)
    assert names(tmp_path) == [f"{ZIP}.part"]
    arrived = (tmp_path / f"{ZIP}.part").stat().st_size
    assert 600_000 < arrived < len(content)
    server.breaks_after = 100
    with pytest.raises(DownloadError, match="no connection"):
        download(NAME, tmp_path, home=server.home)
    server.breaks_after = None
    assert download(NAME, tmp_path, home=server.home).read_bytes() == content
    assert server.ranges == [0, arrived, arrived]
    assert names(tmp_path) == [ZIP]


def test_a_server_that_does_not_know_ranges(server, content, tmp_path: Path) -> None:
    server.knows_ranges = False
    (tmp_path / f"{ZIP}.part").write_bytes(content[:1000])
    assert download(NAME, tmp_path, home=server.home).read_bytes() == content


def test_a_part_longer_than_the_file(server, content, tmp_path: Path) -> None:
    (tmp_path / f"{ZIP}.part").write_bytes(content + b"more")
    assert download(NAME, tmp_path, home=server.home).read_bytes() == content


class TestRefused:
    def test_another_checksum(self, server, content, tmp_path: Path) -> None:
        server.files[ZIP] = content[:-1] + b"x"
        with pytest.raises(DownloadError, match=r"arrived with a checksum other than the published one"):
            download(NAME, tmp_path, home=server.home)
        assert names(tmp_path) == []

    def test_a_part_of_another_file(self, server, content, tmp_path: Path) -> None:
        (tmp_path / f"{ZIP}.part").write_bytes(b"x" * 1000)
        with pytest.raises(DownloadError, match="was deleted; try again"):
            download(NAME, tmp_path, home=server.home)
        assert download(NAME, tmp_path, home=server.home).read_bytes() == content

    def test_the_checksum_of_a_release_is_known(self, server, content, tmp_path: Path) -> None:
        server.publish("ml-25m.zip", content)
        with pytest.raises(DownloadError, match="checksum other than the published one"):
            download("ml-25m", tmp_path, home=server.home)

    def test_no_such_file(self, server, tmp_path: Path) -> None:
        with pytest.raises(DownloadError, match=r"ml-1m\.zip cannot be had \(the server says 404"):
            download("ml-1m", tmp_path, home=server.home)

    def test_no_checksum(self, server, tmp_path: Path) -> None:
        server.files[f"{ZIP}.md5"] = b"<html>moved</html>"
        with pytest.raises(DownloadError, match="holds no MD5 checksum"):
            download(NAME, tmp_path, home=server.home)

    def test_no_network(self, tmp_path: Path) -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            home = f"http://127.0.0.1:{taken.getsockname()[1]}/"
            with pytest.raises(DownloadError) as raised:
                download("ml-1m", tmp_path, home=home)
        assert "(no connection)" in str(raised.value)
        assert f"{home}ml-1m.zip" in str(raised.value)
        assert f"put it at {tmp_path / 'ml-1m.zip'}" in str(raised.value)

    @pytest.mark.usefixtures("content")
    def test_no_release_and_no_folder(self, server, tmp_path: Path) -> None:
        with pytest.raises(InputError, match="no MovieLens release 'ml-3m'"):
            download("ml-3m", tmp_path, home=server.home)
        (tmp_path / "file").touch()
        with pytest.raises(InputError, match="cannot be written"):
            download(NAME, tmp_path / "file", home=server.home)


def test_checksums_are_md5s() -> None:
    known = [release.md5 for release in RELEASES.values() if release.md5]
    assert all(len(md5) == 32 and int(md5, 16) for md5 in known)
    assert len(set(known)) == 6
