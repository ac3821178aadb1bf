"""Ratings files with harmed bytes and absurd content: read as they are, or refused in a sentence, within limits."""

import gzip
import random
from pathlib import Path

import numpy as np
import pytest

from xlcf.ratings.readers import read_ratings

WHOLE = "user,item,rating,timestamp,title\n" + "".join(
    f'{row % 7},{row % 11},{row % 5 + 0.5},{10**9 + row},"Film, the {row % 11}é"\n' for row in range(77)
)
_TOKENS = [
    *(
        "",
        " ",
        ",",
        ";",
        "\t",
        '"',
        "'",
        "\n",
        "\r\n",
        "\r",
        "\0",
        "-",
        "1e999",
        "nan",
        "inf",
        "-0",
        "9" * 40,
        "1,5",
        "é",
    ),
    *(
        "\ufeff",
        "\ud83d\ude00",
        "user",
        "sep=;\n",
        "=1+1",
        "0x10",
        "1_000",
        "\u0663",
        "2020-01-01T00:00:00Z",
        '""',
        "::",
    ),
]


def harm(content: bytes, rng: random.Random) -> bytes:
    start = rng.randrange(len(content))
    end = start + rng.randrange(1, 40)
    token = rng.choice(_TOKENS).encode("utf-8", "surrogatepass")
    flipped = bytes([content[start] ^ (1 << rng.randrange(8))])
    return rng.choice(
        (
            content[:start] + flipped + content[start + 1 :],
            content[:start],
            content[:start] + content[end:],
            content[:end] + content[start:],
            content[:start] + token + content[start + rng.randrange(2) :],
            content[:start] + token * rng.randrange(50) + content[start:],
        )
    )


def harmed_files(folder: Path, refused, n: int, seed: int) -> None:
    rng = random.Random(seed)
    for _ in range(n):
        content = WHOLE.encode()
        for _ in range(rng.choice((1, 1, 2, 5))):
            content = harm(content, rng) or b"x"
        name = rng.choice(("r.csv", "r.tsv", "r.csv.gz", "u.data"))
        if name.endswith(".gz"):
            content = gzip.compress(content)
            content = harm(content, rng) if rng.random() < 0.5 else content
        (folder / name).write_bytes(content)
        said = refused(lambda name=name: read_ratings(folder / name), seconds=3)
        assert said is None or len(said) < 1500


def test_harmed_files(tmp_path: Path, refused) -> None:
    harmed_files(tmp_path, refused, 250, 1)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(8))
def test_many_harmed_files(tmp_path: Path, refused, seed: int) -> None:
    harmed_files(tmp_path, refused, 2000, 100 + seed)


@pytest.mark.parametrize(
    "content",
    [
        "user,item,rating\n" + '"' * 400_000,
        "user,item,rating\n" + "," * 400_000,
        "user,item,rating" + ",x" * 100_000 + "\n1,2,3\n",
        "user,item,rating\n" + "\n" * 400_000 + "1,2,3\n",
        "user,item,rating\n1,2," + "9" * 400_000 + "\n",
        "user,item,rating\n" + "a" * 400_000 + ",2,3\n",
        "user,item,rating\n" + " " * 400_000 + "1,2,3\n",
        "\n" * 400_000 + "user,item,rating\n1,2,3\n",
        "user;item;rating\n" + '"1";"2";"3,5"\n' * 40_000,
        "user,item,rating,timestamp\n" + "1,2,3," + "2020-01-01T00:00:00" + "0" * 400_000 + "\n",
    ],
    ids=["quotes", "commas", "columns", "blank lines", "digits", "an id", "blanks", "before", "quoted", "a time"],
)
def test_absurd_files(tmp_path: Path, refused, content: str) -> None:
    (tmp_path / "r.csv").write_text(content)
    refused(lambda: read_ratings(tmp_path / "r.csv"), seconds=4)


def test_pairs_repeated_many_times_take_memory_for_what_is_kept(tmp_path: Path, within) -> None:
    n = 8_000_000
    lines = np.array([f"{pair % 3},{pair % 4},{pair % 5}\n" for pair in range(60)], dtype="S6")
    drawn = np.random.default_rng(0).integers(0, 60, n)
    (tmp_path / "r.csv").write_bytes(b"user,item,rating\n" + lines[drawn].tobytes())
    read_ratings(tmp_path / "r.csv")  # threads and modules that stay
    with within(20, 200 << 20):  # room for all rows, which is not used, is 96 MB; to sort their pairs took 200 more
        ratings = read_ratings(tmp_path / "r.csv")
    last = {pair: int(np.flatnonzero(drawn == pair)[-1]) for pair in range(60)}
    truth = {(pair % 3, pair % 4): float(pair % 5) for pair in sorted(last, key=lambda pair: last[pair])}
    found = zip(ratings.users.tolist(), ratings.items.tolist(), ratings.values.tolist(), strict=True)
    assert {(ratings.user_ids[user], ratings.item_ids[item]): value for user, item, value in found} == truth
    assert (len(ratings), ratings.superseded) == (12, n - 12)
