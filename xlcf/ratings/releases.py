"""The releases of MovieLens: how large each is, and what its zip file's checksum is.

Sources: the releases' READMEs and `.zip.md5` files at https://files.grouplens.org/datasets/movielens/; F. M. Harper and
J. A. Konstan, "The MovieLens Datasets: History and Context", ACM TiiS 5(4), 2015. Items are those with a rating, as are
users: the READMEs also count movies that nobody rated.
"""

from __future__ import annotations

from dataclasses import dataclass

from xlcf.errors import InputError

HOME = "https://files.grouplens.org/datasets/movielens/"


@dataclass(frozen=True)
class Release:
    """One release of MovieLens.

    Attributes:
        users: how many users rated.
        items: how many movies were rated.
        ratings: how many ratings there are.
        md5: the MD5 of the zip file, in hexadecimal; None where the release changes from time to time.

    """

    users: int
    items: int
    ratings: int
    md5: str | None


RELEASES = {
    "ml-100k": Release(943, 1_682, 100_000, "0e33842e24a9c977be4e0107933c0723"),
    "ml-1m": Release(6_040, 3_706, 1_000_209, "c4d9eecfca2ab87c1945afe126590906"),
    "ml-10m": Release(69_878, 10_677, 10_000_054, "ce571fd55effeba0271552578f2648bd"),
    "ml-20m": Release(138_493, 26_744, 20_000_263, "cd245b17a1ae2cc31bb14903e1204af3"),
    "ml-25m": Release(162_541, 59_047, 25_000_095, "6b51fb2759a8657d3bfcbfc42b592ada"),
    "ml-32m": Release(200_948, 84_432, 32_000_204, "d472be332d4daa821edc399621853b57"),
    "ml-latest": Release(330_975, 83_239, 33_832_162, None),
    "ml-latest-small": Release(610, 9_724, 100_836, None),
}
"""Releases by name; the two latest ones as of 2023-07 and 2018-09."""


def find_release(name: str) -> tuple[str, Release]:
    """Give the full name of a release, and the release, from a name such as `ml-25m` or `25m`.

    Raises:
        InputError: where there is none of that name.

    """
    full_name = "ml-" + name.strip().lower().removeprefix("ml-")
    if full_name not in RELEASES:
        raise InputError(f"There is no MovieLens release {name!r}; choose one of {', '.join(RELEASES)}.")
    return full_name, RELEASES[full_name]
