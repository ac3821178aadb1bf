"""Two processes that train one model, talking by gloo, beside one that trains it alone."""

import os
import pickle
import runpy
import socket
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
import torch

from xlcf.errors import InputError
from xlcf.models.measure import measure
from xlcf.ratings.ratings import Ratings
from xlcf.ratings.synthetic import synthetic_ratings
from xlcf.training.distributed import ALONE, Processes, process_group
from xlcf.training.shards import ShardBatches, cut_users
from xlcf.training.train import train

SCRIPT = Path(__file__).parent / "processes.py"
EQUAL, ALIKE, RESUMED, data = (runpy.run_path(str(SCRIPT))[name] for name in ("EQUAL", "ALIKE", "RESUMED", "data"))


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("processes")


@pytest.fixture(scope="module")
def found(folder):
    """Give what came of the two processes."""
    if sys.platform == "win32":
        pytest.skip("torch.distributed's rendezvous needs a build with libuv on Windows")
    shared = os.environ | {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(free_port()), "OMP_NUM_THREADS": "1"}
    running = [
        subprocess.Popen(
            [sys.executable, str(SCRIPT), str(folder)],
            env=shared | {"RANK": str(rank), "LOCAL_RANK": str(rank), "WORLD_SIZE": "2"},
            stderr=subprocess.PIPE,
            text=True,
        )
        for rank in range(2)
    ]
    errors = [process.communicate(timeout=120)[1] for process in running]
    assert [process.returncode for process in running] == [0, 0], errors
    return pickle.loads((folder / "found.pickle").read_bytes())


@pytest.mark.slow
def test_torchrun_starts_them_as_well(found, tmp_path):
    torchrun = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2"]
    subprocess.run([*torchrun, str(SCRIPT), str(tmp_path)], check=True, capture_output=True, timeout=300)
    again = pickle.loads((tmp_path / "found.pickle").read_bytes())
    np.testing.assert_equal(asdict(found["whole"].predictor), asdict(again["whole"].predictor))


def test_they_know_of_each_other(found):
    assert (found["size"], found["gathered"]) == (2, [0, 1])
    assert found["same"]
    ratings, _ = data()
    assert sum(found["users"]) == ratings.n_users
    assert sum(found["ratings"]) == len(ratings)
    assert max(found["ratings"]) < 0.6 * len(ratings)


@pytest.mark.parametrize("items", ["models", "sharded"])
@pytest.mark.parametrize("name", EQUAL)
def test_on_full_batches_they_end_as_one_process_does(name, items, found):
    ratings, validation = data()
    alone, together = train(ratings, EQUAL[name], validation=validation), found[items][name]
    tolerance = 1e-5 if "adam" in EQUAL[name].method else 1e-6  # adam divides by what may be small
    for name, weight in asdict(alone.predictor).items():
        if weight is not None:
            np.testing.assert_allclose(getattr(together.predictor, name), weight, rtol=tolerance, atol=tolerance)
    assert together.metrics == pytest.approx(alone.metrics, rel=1e-5)
    assert [record["loss"] for record in together.history] == pytest.approx(
        [record["loss"] for record in alone.history], rel=1e-5
    )


@pytest.mark.parametrize("name", ALIKE)
def test_in_batches_they_end_alike(name, found):
    ratings, validation = data()
    alone, together = train(ratings, ALIKE[name], validation=validation), found["models"][name]
    assert together.metrics["valid_rmse"] == pytest.approx(alone.metrics["valid_rmse"], rel=0.03)
    assert together.history[-1]["loss"] == pytest.approx(alone.history[-1]["loss"], rel=0.15)
    assert together.training == alone.training
    # what was measured on shards is what the whole model does
    assert together.metrics["valid_rmse"] == pytest.approx(measure(together, validation)["rmse"], rel=1e-5)
    assert together.metrics["valid_mae"] == pytest.approx(measure(together, validation)["mae"], rel=1e-5)


@pytest.mark.parametrize("name", ALIKE)
def test_with_sharded_items_they_end_in_the_same_place(name, found):
    copied, sharded = asdict(found["models"][name].predictor), found["sharded"][name].predictor
    for field, weight in copied.items():
        if weight is not None:
            np.testing.assert_allclose(getattr(sharded, field), weight, rtol=1e-4, atol=1e-4)


def test_each_holds_a_part_of_the_items(found):
    assert found["items"] == [20, 20]
    assert data()[0].n_items == 40


def test_a_single_one_can_end_the_run(found):
    assert len(found["stopped"].history) == 2


@pytest.mark.parametrize("items", ["", ", sharded"])
def test_they_resume_to_the_same_end_bit_for_bit(items, found):
    whole, resumed = found[f"whole{items}"], found[f"resumed{items}"]
    np.testing.assert_equal(asdict(whole.predictor), asdict(resumed.predictor))
    assert whole.metrics == resumed.metrics
    assert [record["loss"] for record in whole.history] == [record["loss"] for record in resumed.history]


def test_another_number_of_processes_cannot_resume(found, folder):
    assert "resumed" in found
    ratings, validation = data()
    with pytest.raises(InputError, match=r"another number of processes \(2\)"):
        train(ratings, RESUMED, validation=validation, checkpoint=folder / "run.checkpoint", resume=True)


def test_they_find_the_same_learning_rate(found):
    first, second = found["range test"]
    assert first == second
    assert 1e-3 < first < 1
    assert found["range test, sharded"] == pytest.approx(first)


def test_ratings_that_cannot_be_shared_out_are_refused(found):
    assert "cannot be shared out among 2 processes: start fewer of them." in found["too few"]


@pytest.mark.parametrize("size", [2, 3, 7])
def test_shards_are_runs_of_users_with_about_as_many_ratings(size):
    ratings = synthetic_ratings(n_users=200, n_items=100, n_ratings=4000, seed=2)
    shards = [cut_users(ratings, Processes(rank, size)) for rank in range(size)]
    assert [shard.first for shard in shards] == [0, *(shard.last for shard in shards[:-1])]
    assert shards[-1].last == ratings.n_users
    parts = [shard.ratings(ratings) for shard in shards]
    most = np.bincount(ratings.users).max()
    assert all(abs(len(part) - 4000 / size) <= most for part in parts)
    rows = [
        (part.user_ids[user], part.item_ids[item], value)
        for part in parts
        for user, item, value in zip(part.users, part.items, part.values, strict=True)
    ]
    assert sorted(rows) == sorted(
        (ratings.user_ids[user], ratings.item_ids[item], value)
        for user, item, value in zip(ratings.users, ratings.items, ratings.values, strict=True)
    )


def test_a_process_without_ratings_is_refused():
    codes = np.array([0, 0, 0, 0, 0, 1], dtype=np.int32)
    ratings = Ratings(codes, np.arange(6, dtype=np.int32), np.ones(6, np.float32), [1, 2, 3], list(range(6)))
    assert cut_users(ratings, Processes(1, 2)) != cut_users(ratings, Processes(0, 2))
    with pytest.raises(InputError, match="start fewer"):
        cut_users(ratings, Processes(0, 3))


def test_a_batch_without_a_rating_for_each_process_is_refused(ratings):
    with pytest.raises(InputError, match="at least 3 ratings"):
        ShardBatches(ratings, (600, 600, 600), 2, torch.device("cpu"), torch.float32)


@pytest.mark.parametrize("batch_size", [2, 16, 1000])
@pytest.mark.parametrize("sizes", [(300, 300), (600, 3), (7, 13), (5, 1)])
def test_all_have_as_many_batches_and_their_sizes_add_up(sizes, batch_size, ratings):
    def steps(size):
        batches = ShardBatches(ratings.take(slice(size)), sizes, batch_size, torch.device("cpu"), torch.float32)
        return list(batches.positions(torch.Generator()))

    shards = [steps(size) for size in sizes]
    assert [len(batches) for batches in shards] == [-(-sum(sizes) // batch_size)] * 2
    for batches in zip(*shards, strict=True):
        together = sum(len(positions) for _, positions, _ in batches)
        assert [size for *_, size in batches] == [together, together]
        assert 0 < together <= batch_size + 1
    for batches, size in zip(shards, sizes, strict=True):
        assert sorted(torch.cat([positions for _, positions, _ in batches]).tolist()) == list(range(size))


def test_alone_there_is_nothing_to_exchange(monkeypatch):
    monkeypatch.delenv("WORLD_SIZE", raising=False)
    with process_group() as processes:
        assert processes is ALONE
    tensor = torch.tensor([1.0])
    ALONE.all_reduce(tensor)
    assert (tensor.item(), ALONE.gather(3), ALONE.gather_to_first(3), ALONE.any(False)) == (1, [3], [3], False)


def test_more_processes_than_gpus_are_refused(monkeypatch):
    for name, value in (
        ("RANK", "2"),
        ("LOCAL_RANK", "2"),
        ("WORLD_SIZE", "4"),
        ("MASTER_ADDR", "x"),
        ("MASTER_PORT", "1"),
    ):
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    with pytest.raises(InputError, match="There are 2 GPUs for at least 3 processes"), process_group():
        pass
