import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from xlcf.errors import InputError
from xlcf.ratings.ratings import Ratings
from xlcf.ratings.readers import read_ratings
from xlcf.ratings.store import check_store, is_store, open_store, write_store
from xlcf.ratings.synthetic import synthetic_ratings
from xlcf.ratings.writers import write_ratings

SMALL = 120 * 300  # bytes of memory: 300 rows in hand


def rows(ratings: Ratings) -> list[tuple[object, ...]]:
    times = [None] * len(ratings) if ratings.timestamps is None else ratings.timestamps
    labels = ratings.item_labels()
    return sorted(
        (str(ratings.user_ids[user]), str(ratings.item_ids[item]), labels[item], float(value), time)
        for user, item, value, time in zip(ratings.users, ratings.items, ratings.values, times, strict=True)
    )


@pytest.fixture
def csv(tmp_path: Path) -> Path:
    path = tmp_path / "ratings.csv"
    write_ratings(path, synthetic_ratings("ml-100k", scale=0.05, timestamps=True))
    (tmp_path / "movies.csv").write_text("movieId,title\n1,Heat\n2,Amélie\n", encoding="utf-8")
    return path


class TestWritten:
    def test_it_holds_what_the_source_holds(self, csv: Path, tmp_path: Path) -> None:
        written = write_store(csv, tmp_path / "s.xlcf-ratings", memory=SMALL)
        source = read_ratings(csv)
        assert rows(written) == rows(source)
        assert list(written.user_ids) == list(source.user_ids)
        assert written.item_titles == source.item_titles
        assert (written.user_name, written.item_name) == ("userId", "movieId")
        assert written.values.tolist() != source.values.tolist()
        assert sorted(path.name for path in tmp_path.iterdir()) == ["movies.csv", "ratings.csv", "s.xlcf-ratings"]

    def test_opened_it_is_memory_mapped_and_checked(self, csv: Path, tmp_path: Path) -> None:
        folder = tmp_path / "s.xlcf-ratings"
        write_store(csv, folder, memory=SMALL)
        for ratings in (open_store(folder), read_ratings(folder)):
            for column in (ratings.users, ratings.items, ratings.values, ratings.timestamps):
                assert column is not None
                assert isinstance(column, np.memmap)
                assert not column.flags.writeable
            assert (ratings.users.dtype, ratings.values.dtype) == (np.int32, np.float32)
            assert ratings.mean == pytest.approx(float(np.mean(ratings.values, dtype=float)))
            assert ratings.rating_range == (float(ratings.values.min()), float(ratings.values.max()))
            assert ratings.take(np.arange(3)).mean == pytest.approx(float(ratings.values[:3].mean()))
        meta = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
        assert meta["fingerprint"] == open_store(folder).fingerprint()
        assert meta["source"] == "ratings.csv"
        check_store(folder)
        assert read_ratings(folder, timestamps=False).timestamps is None

    def test_same_for_a_seed_and_only_then(self, csv: Path, tmp_path: Path) -> None:
        first, again, other = (
            write_store(csv, tmp_path / name, seed=seed, memory=SMALL).fingerprint()
            for name, seed in (("a", 1), ("b", 1), ("c", 2))
        )
        assert first == again != other

    def test_from_ratings_in_memory(self, tmp_path: Path) -> None:
        ratings = Ratings(
            users=np.array([0, 1, 0]),
            items=np.array([1, 0, 0]),
            values=np.array([3.5, 2, 1]),
            user_ids=["ann", "bob"],
            item_ids=[20, 10],
            item_titles=["Heat", ""],
        )
        written = write_store(ratings, tmp_path / "s")
        assert rows(written) == [
            ("ann", "10", "10", 3.5, None),
            ("ann", "20", "Heat", 1, None),
            ("bob", "20", "Heat", 2, None),
        ]
        assert written.timestamps is None
        assert not (tmp_path / "s" / "timestamps.npy").exists()

    def test_from_another_store(self, csv: Path, tmp_path: Path) -> None:
        first = write_store(csv, tmp_path / "a")
        second = write_store(tmp_path / "a", tmp_path / "b", seed=1, memory=SMALL)
        assert rows(first) == rows(second)
        assert first.fingerprint() != second.fingerprint()

    def test_titles_given_by_name(self, csv: Path, tmp_path: Path) -> None:
        (tmp_path / "names.csv").write_text("item,name\n1,Given\n")
        assert write_store(csv, tmp_path / "s", titles=tmp_path / "names.csv").item_labels()[:2] == ["Given", "2"]

    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=25)
    @given(
        st.lists(
            st.tuples(st.sampled_from(["1", "2", "a", "é"]), st.integers(0, 3), st.integers(1, 9), st.integers(0, 99)),
            min_size=1,
        )
    )
    def test_of_repeated_pairs_the_last_counts(self, tmp_path: Path, lines: list[tuple[str, int, int, int]]) -> None:
        text = "".join(f"{user},{item},{half / 2},{time}\n" for user, item, half, time in lines)
        (tmp_path / "r.csv").write_text("user,item,rating,timestamp\n" + text, encoding="utf-8")
        assert rows(write_store(tmp_path / "r.csv", tmp_path / "s", memory=1000)) == rows(
            read_ratings(tmp_path / "r.csv")
        )

    def test_a_store_there_is_replaced(self, csv: Path, tmp_path: Path) -> None:
        (tmp_path / "r.csv").write_text("user,item,rating\n1,2,3\n")
        write_store(tmp_path / "r.csv", tmp_path / "s")
        assert len(write_store(csv, tmp_path / "s")) == 5000


class TestNothingHalfWritten:
    def test_where_the_source_is_wrong(self, csv: Path, tmp_path: Path) -> None:
        with csv.open("a") as stream:
            stream.write("1,2,x,4\n")
        with pytest.raises(InputError, match="the rating on line 5002 is 'x'"):
            write_store(csv, tmp_path / "s", memory=SMALL)
        assert sorted(path.name for path in tmp_path.iterdir()) == ["movies.csv", "ratings.csv"]

    def test_where_something_else_is_there(self, csv: Path, tmp_path: Path) -> None:
        (tmp_path / "mine").mkdir()
        for name in ("mine", "movies.csv"):
            with pytest.raises(InputError, match="is no store of ratings; choose another name"):
                write_store(csv, tmp_path / name)

    def test_where_there_is_no_folder(self, csv: Path, tmp_path: Path) -> None:
        with pytest.raises(InputError, match="cannot be written"):
            write_store(csv, tmp_path / "none" / "s")

    def test_a_store_that_fails_leaves_the_one_before(self, csv: Path, tmp_path: Path) -> None:
        before = write_store(csv, tmp_path / "s").fingerprint()
        (tmp_path / "bad.csv").write_text("user,item,rating\n1,2,x\n")
        with pytest.raises(InputError):
            write_store(tmp_path / "bad.csv", tmp_path / "s")
        assert open_store(tmp_path / "s").fingerprint() == before

    def test_no_ratings(self, tmp_path: Path) -> None:
        for blank in ("", "\n\n \n"):
            (tmp_path / "r.csv").write_text("user,item,rating\n" + blank)
            with pytest.raises(InputError, match="holds no ratings"):
                write_store(tmp_path / "r.csv", tmp_path / "s")
            with pytest.raises(InputError, match="holds no ratings"):
                read_ratings(tmp_path / "r.csv")


class TestDamaged:
    @pytest.mark.parametrize(
        "file", ["users.npy", "items.npy", "values.npy", "timestamps.npy", "users.parquet", "meta.json"]
    )
    @pytest.mark.parametrize("harm", ["cut", "empty", "gone", "junk"])
    def test_a_file(self, csv: Path, tmp_path: Path, file: str, harm: str) -> None:
        write_store(csv, tmp_path / "s")
        path = tmp_path / "s" / file
        whole = path.read_bytes()
        path.write_bytes({"cut": whole[: len(whole) // 2], "empty": b"", "gone": b"", "junk": b"junk" * 20}[harm])
        if harm == "gone":
            path.unlink()
        assert is_store(tmp_path / "s") is not (file == "meta.json" and harm == "gone")
        with pytest.raises(InputError, match=r"[Tt]he store .* is damaged|no store of ratings at"):
            open_store(tmp_path / "s")

    def test_a_number(self, csv: Path, tmp_path: Path) -> None:
        write_store(csv, tmp_path / "s")
        users = np.load(tmp_path / "s" / "users.npy")
        users[7] += 1
        np.save(tmp_path / "s" / "users.npy", users)
        open_store(tmp_path / "s")
        with pytest.raises(InputError, match="damaged"):
            check_store(tmp_path / "s")

    def test_a_newer_version(self, csv: Path, tmp_path: Path) -> None:
        write_store(csv, tmp_path / "s")
        meta = json.loads((tmp_path / "s" / "meta.json").read_text())
        (tmp_path / "s" / "meta.json").write_text(json.dumps(meta | {"version": 2}))
        with pytest.raises(InputError, match="newer xlcf"):
            open_store(tmp_path / "s")


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux says how much memory a process has had at most")
def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    """Four times as many ratings: the same peak, to a tenth."""
    code = r"""
import pathlib, re, sys
from xlcf.ratings.store import write_store
write_store(sys.argv[1], sys.argv[2], memory=32 << 20)
print(re.search("VmHWM:\\s*([0-9]+)", pathlib.Path("/proc/self/status").read_text())[1])
"""
    peaks = []
    for size in (1_000_000, 4_000_000):
        ratings = synthetic_ratings(n_users=20_000, n_items=10_000, n_ratings=size, timestamps=True)
        write_ratings(tmp_path / f"{size}.csv", ratings)
        command = [sys.executable, "-c", code, str(tmp_path / f"{size}.csv"), str(tmp_path / f"{size}.xlcf-ratings")]
        peaks.append(int(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout))
    assert peaks[1] < 1.1 * peaks[0], peaks
