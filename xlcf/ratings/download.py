"""Downloading MovieLens: with its checksum, and on from where a broken download ended."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xlcf.errors import InputError, XlcfError
from xlcf.ratings.releases import HOME, find_release

if TYPE_CHECKING:
    from requests import RequestException

Progress = Callable[[int, int | None], None]

_TIMEOUT = (10, 60)  # seconds to connect, and between two pieces
_PIECE = 1 << 16  # bytes; the piece that a connection breaks in is lost
_TRIES = 5  # in a row that bring nothing more


class DownloadError(XlcfError):
    """A file could not be had from the network."""


def download(name: str, folder: str | Path = ".", *, home: str | None = None, progress: Progress | None = None) -> Path:
    """Download a release of MovieLens as its zip file, unless it is there and whole.

    A download that broke off goes on from where it ended, in the same call or in a later one. What arrives is compared
    with the MD5 checksum that is published for it; that of a release that changes from time to time is looked up first.

    Args:
        name: the release, such as `ml-25m`.
        folder: where to put it; made where it is missing.
        home: the address under which the files lie, by default that of MovieLens.
        progress: called with how many bytes have arrived, and how many there will be where that is known.

    Returns:
        the zip file, which `xlcf.ratings.readers.read_ratings` reads as it is.

    Raises:
        InputError: where there is no such release, or the folder cannot be written to.
        DownloadError: where the file cannot be had, or what arrived is something else.

    """
    import pooch
    from requests import RequestException

    name, release = find_release(name)
    path = Path(folder) / f"{name}.zip"
    url = f"{HOME if home is None else home}{path.name}"
    pooch.get_logger().setLevel("WARNING")
    try:
        md5 = release.md5 or _published_md5(f"{url}.md5")
        pooch.retrieve(url, f"md5:{md5}", path.name, path.parent, downloader=_Resuming(path, progress))
    except RequestException as error:
        raise DownloadError(
            f"{url} cannot be had ({_reason(error)}); fetch it in another way, put it at {path}, and xlcf will read it."
        ) from None
    except ValueError:
        raise DownloadError(
            f"{url} arrived with a checksum other than the published one, and was deleted; try again."
        ) from None
    except OSError as error:
        raise InputError(f"{path} cannot be written ({error.strerror}); choose another folder.") from None
    return path


class _Resuming:
    """A downloader for pooch that keeps what has arrived in a file beside the one wanted.

    The rest is asked for by a Range header (RFC 9110, section 14).
    """

    def __init__(self, path: Path, progress: Progress | None) -> None:
        self._part = path.with_name(f"{path.name}.part")
        self._progress = progress or (lambda arrived, total: None)  # noqa: ARG005

    def __call__(self, url: str, output_file: Any, pooch: Any, check_only: bool = False) -> None:  # noqa: ARG002
        from requests import HTTPError, RequestException

        tries = 0
        while True:
            arrived = self._arrived()
            try:
                self._go_on(url)
                break
            except HTTPError:
                raise
            except RequestException:
                tries = 0 if self._arrived() > arrived else tries + 1
                if tries == _TRIES:
                    raise
        self._part.replace(output_file)

    def _arrived(self) -> int:
        return self._part.stat().st_size if self._part.exists() else 0

    def _go_on(self, url: str) -> None:
        import requests

        arrived = self._arrived()
        headers = {"Range": f"bytes={arrived}-"} if arrived else {}
        with requests.get(url, headers=headers, stream=True, timeout=_TIMEOUT) as response:
            if response.status_code == requests.codes.requested_range_not_satisfiable:
                self._part.unlink()  # longer than the file is: of another one
                raise requests.ConnectionError("the part of the file that was there is of no use")
            response.raise_for_status()
            if response.status_code != requests.codes.partial_content:
                arrived = 0
            length = response.headers.get("Content-Length")
            total = arrived + int(length) if length else None
            with self._part.open("ab" if arrived else "wb") as stream:
                for piece in response.iter_content(_PIECE):
                    stream.write(piece)
                    arrived += len(piece)
                    self._progress(arrived, total)
        if total is not None and arrived < total:
            raise requests.ConnectionError("the connection was cut")


def _published_md5(url: str) -> str:
    import requests

    response = requests.get(url, timeout=_TIMEOUT)
    response.raise_for_status()
    found = re.search(r"\b[0-9a-fA-F]{32}\b", response.text)
    if found is None:
        raise DownloadError(f"{url} holds no MD5 checksum, so the file cannot be checked; try again later.")
    return found[0]


def _reason(error: RequestException) -> str:
    import requests

    if isinstance(error, requests.HTTPError) and error.response is not None:
        return f"the server says {error.response.status_code} {error.response.reason}"
    return "no answer in time" if isinstance(error, requests.Timeout) else "no connection"
