"""`xlcf train` as a person calls it."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import asdict
from functools import partial

import numpy as np
import pytest

import xlcf


@pytest.fixture
def ratings_file(tmp_path):
    path = tmp_path / "ratings.csv"
    lines = [f"{user},{item},{1 + (user * 7 + item * 3) % 5}" for user in range(30) for item in range(20)]
    path.write_text("userId,movieId,rating\n" + "\n".join(lines) + "\n", encoding="utf-8")
    return path


def run_process(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "xlcf_cli", "train", *map(str, arguments)], capture_output=True, text=True, check=False
    )


@pytest.fixture
def train(run):
    """Give a function that runs the command."""
    return partial(run, "train")


def test_json_ends_with_what_was_reached(ratings_file, train):
    done = train(ratings_file, "--test-fraction", "0.1", "--factors", 3, "--json")
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert {"valid_rmse", "test_rmse", "epochs", "seconds", "ratings_per_second", "model"} <= result.keys()
    assert result["epochs"] == len(result["history"]) == 5
    assert result["ratings"] == 600 - 60 - 54
    assert result["history"][-1]["valid_rmse"] > 0
    assert (ratings_file.parent / "ratings.safetensors").exists()


def test_a_line_an_epoch_goes_to_stderr_and_the_outcome_to_stdout(ratings_file, train):
    done = train(ratings_file, "--epochs", 2, "--model", "net", "--range", "data")
    assert [line.split()[:2] for line in done.stderr.splitlines()] == [["epoch", "1/2"], ["epoch", "2/2"]]
    assert "validation: RMSE" in done.stdout
    assert train(ratings_file, "--epochs", 2, "--quiet").stdout == ""


def test_phases_have_learning_rates_of_their_own(ratings_file, train):
    done = train(ratings_file, "--epochs", "1,2", "--learning-rate", "0.1,0.01", "--schedule", "constant", "--json")
    rates = [record["learning_rate"] for record in json.loads(done.stdout)["history"]]
    assert rates == [0.1, 0.01, 0.01]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--learning-rate", "fast"], "neither a number"),
        (["--epochs", "1,2", "--learning-rate", "1,2,3"], "one a phase"),
        (["--range", "5"], "two numbers"),
        (["--range", "5,1"], "below the second"),
        (["--resume"], "train without --resume"),
        (["--test", "missing.csv"], "missing.csv"),
        (["--cycle-len", "1", "--schedule", "constant"], "Cycles"),
        (["--classify", "3", "--range", "1,5"], "leave the rating range out"),
        (["--dropout", "0.5"], "2 numbers"),
        (["--hold-out", "nan"], "from 0 to below 1"),
        (["--seed", "9" * 20], "0<=x<=4294967295"),
        (["--split-seed", "4294967296"], "0<=x<=4294967295"),
        (["-o", "model.checkpoint"], "must end in .safetensors"),
    ],
)
def test_wrong_usage_is_a_sentence_and_code_2(ratings_file, train, arguments, message):
    done = train(ratings_file, *arguments)
    assert done.returncode == 2
    assert message in " ".join(done.stderr.split())
    assert [path.name for path in ratings_file.parent.iterdir()] == [ratings_file.name]


def test_the_ratings_are_not_written_over(ratings_file, train):
    before = ratings_file.read_bytes()
    done = train(ratings_file, "-o", ratings_file)
    assert done.returncode == 2
    assert "must end in .safetensors" in done.stderr
    assert ratings_file.read_bytes() == before


def test_items_are_sharded_over_several_processes_only(ratings_file, train):
    done = train(ratings_file, "--epochs", 1, "--shard-items")
    assert (done.returncode, done.stderr.count("start several with torchrun")) == (0, 1)


def test_test_ratings_of_others_are_said(ratings_file, tmp_path, train):
    strangers, mixed = tmp_path / "strangers.csv", tmp_path / "mixed.csv"
    strangers.write_text("userId,movieId,rating\n999,1,3\n1,999,4\n", encoding="utf-8")
    done = train(ratings_file, "--test", strangers)
    assert done.returncode == 2
    assert "None of the test ratings" in done.stderr
    assert not ratings_file.with_suffix(".safetensors").exists()
    # one name makes texts of all ids; they are still the same users
    mixed.write_text("userId,movieId,rating\n1,1,3\n2,1,4\nguest,1,5\n", encoding="utf-8")
    plain = tmp_path / "plain.csv"
    plain.write_text("userId,movieId,rating\n1,1,3\n2,1,4\n999,1,5\n", encoding="utf-8")
    both = [train(ratings_file, "--test", file, "--json") for file in (mixed, plain)]
    assert all("1 of 3 test ratings" in done.stderr for done in both)
    assert len({json.loads(done.stdout)["test_rmse"] for done in both}) == 1


def test_a_missing_data_set_is_said(train):
    done = train("no-such-file.csv")
    assert done.returncode == 2
    assert "no-such-file.csv" in done.stderr


@pytest.mark.skipif(os.name == "nt", reason="signals differ on Windows")
def test_ctrl_c_finishes_the_epoch_and_the_run_can_go_on(ratings_file):
    arguments = [sys.executable, "-m", "xlcf_cli", "train", str(ratings_file), "--epochs", "4000", "--json"]
    process = subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    assert process.stderr.readline().startswith("epoch 1/")
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=60)
    result = json.loads(out)
    assert process.returncode == 0
    assert result["interrupted"]
    assert 1 <= result["epochs"] < 4000
    assert (ratings_file.parent / "ratings.safetensors").exists()
    assert (ratings_file.parent / "ratings.checkpoint").exists()


@pytest.mark.slow
def test_killed_at_any_moment_it_resumes_to_the_uninterrupted_result(ratings_file, tmp_path):
    arguments = f"{ratings_file} --epochs 200 --factors 4 --batch-size 64 --model net --quiet".split()
    whole, killed = tmp_path / "whole.safetensors", tmp_path / "killed.safetensors"
    assert run_process(*arguments, "-o", whole).returncode == 0
    checkpoint = killed.with_suffix(".checkpoint")
    random = np.random.default_rng(0)
    for _ in range(20):
        resume = ["--resume"] if checkpoint.exists() else []
        written = checkpoint.stat().st_mtime_ns if resume else None
        process = subprocess.Popen([sys.executable, "-m", "xlcf_cli", "train", *arguments, "-o", str(killed), *resume])
        # let it start, then kill it at any moment of its steps and writing
        while process.poll() is None and (not checkpoint.exists() or checkpoint.stat().st_mtime_ns == written):
            time.sleep(0.005)
        time.sleep(random.uniform(0, 0.1))
        process.kill()
        process.wait()
        if killed.exists():
            break
    if not killed.exists():
        done = run_process(*arguments, "-o", killed, "--resume")
        assert done.returncode == 0, done.stderr
    from xlcf.models.model_file import load_model

    ours, theirs = load_model(whole), load_model(killed)
    assert ours.metrics == theirs.metrics
    np.testing.assert_equal(asdict(ours.predictor), asdict(theirs.predictor))


def test_processes_that_torchrun_started_train_together(ratings_file, tmp_path, train):
    output = tmp_path / "together.safetensors"
    arguments = f"--device cpu --factors 3 --epochs 3 --shard-items --json -o {output}".split()
    torchrun = [sys.executable, "-m", "torch.distributed.run", "--nproc-per-node=2"]
    done = subprocess.run(
        [*torchrun, "-m", "xlcf_cli", "train", str(ratings_file), *arguments],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    together = json.loads(done.stdout[done.stdout.index("{") :])  # one process speaks
    alone = json.loads(train(ratings_file, *arguments[:-2]).stdout)
    assert together["ratings"] == alone["ratings"]
    assert together["valid_rmse"] == pytest.approx(alone["valid_rmse"], rel=0.05)
    assert output.exists()


def test_columns_by_name_and_lines_that_lack_something(tmp_path, train):
    path = tmp_path / "sales.csv"
    rows = [f"{user},{item},{1 + (user * 7 + item * 3) % 5}" for user in range(30) for item in range(20)]
    path.write_text("who,what,grade\n" + "\n".join([*rows, "3,,4", "4,5,NA"]) + "\n", encoding="utf-8")
    names = ("--user-column", "who", "--item-column", "what", "--rating-column", "grade")
    refused = train(path, *names)
    assert (refused.returncode, "2 lines lack who, what or grade (lines 602, 603)" in refused.stderr) == (2, True)
    done = train(path, *names, "--missing", "drop", "--test", path, "--epochs", 1)
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("sales.csv: 2 lines lack who, what or grade (lines 602, 603): left out.") == 2
    assert "600 ratings" not in done.stdout  # a tenth is held out
    assert "540 ratings by 30 users of 20 items" in done.stdout


def test_a_baseline_is_worked_out_at_once(ratings_file, train, tmp_path):
    model = tmp_path / "bias.safetensors"
    done = train(ratings_file, "--model", "bias", "--epochs", 3, "--learning-rate", "find", "-o", model)
    assert done.returncode == 0, done.stderr
    assert "worked out in" in done.stdout
    assert "ratings a second" not in done.stdout
    for name in ("--epochs", "--learning-rate"):
        assert f"{name} has no effect with model bias." in done.stderr
    result = json.loads(train(ratings_file, "--model", "bias", "--json", "--user-damping", 2).stdout)
    assert (result["epochs"], result["history"], result["ratings_per_second"]) == (0, [], None)
    assert (result["options"]["model"], result["options"]["user_damping"]) == ("bias", 2.0)
    residuals = result["valid_rmse"]
    assert residuals == pytest.approx(xlcf.load_model(result["model"]).metrics["valid_rmse"])


def test_a_baseline_gives_no_probabilities(ratings_file, train):
    done = train(ratings_file, "--model", "mean", "--classify", 4)
    assert done.returncode == 2
    assert "leave out --classify, or choose --model dot or dot-bias or net" in done.stderr


def test_what_only_a_baseline_takes_is_told(ratings_file, train):
    done = train(ratings_file, "--factors", 2, "--epochs", 1, "--user-damping", 2)
    assert done.returncode == 0
    assert "--user-damping has no effect with model dot-bias." in done.stderr
