"""The GPU's benchmark, tried on a CPU with next to no data."""

import json
import runpy
import sys
from pathlib import Path

import pytest
import torch

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "gpu.py"


@pytest.fixture(scope="module")
def benchmark():
    return runpy.run_path(str(SCRIPT))


@pytest.mark.slow
def test_it_measures_and_writes(benchmark, tmp_path, monkeypatch, capsys):
    main = benchmark["main"]
    monkeypatch.setitem(main.__globals__, "NAIVE_SECONDS", 0.05)
    monkeypatch.setattr(sys, "argv", ["gpu.py", "--device", "cpu", "--scale", "0.0002", "--output", str(tmp_path)])
    main()
    (written,) = tmp_path.glob("*.json")
    report = json.loads(written.read_text())
    assert [shape["shape"] for shape in report["shapes"]] == ["ml-25m", "ml-32m"]
    for shape in report["shapes"]:
        assert shape["truth_rmse"] < shape["fit"]["valid_rmse"] < 1.2
        assert 0 < shape["fit"]["seconds_to_best"] < shape["fit"]["fit_seconds"]
        assert 0 < shape["naive_ratings_per_second"] < shape["epochs"][0]["ratings_per_second"]
        assert all(own["share_of_bandwidth"] > 0 for own in shape["epochs"])
    text = written.with_suffix(".md").read_text()
    assert text == capsys.readouterr().out.removesuffix("\n")
    assert text.startswith("# Training on CPU")
    tables = [line for line in text.splitlines() if line.startswith("|")]
    assert len({line.count("|") for line in tables}) == 2


def test_the_bytes_of_a_step_are_those_of_the_formula(benchmark):
    # two weights: 7 moves and a cleared gradient of 4 bytes each; one rating: 20 bytes, and 14 moves of a row
    assert benchmark["bytes_of_step"]("adam", 2, 1) == 2 * 4 * 8 + 20 + 14 * 4 * 51


def test_without_a_gpu_it_says_so(benchmark, monkeypatch, capsys):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(sys, "argv", ["gpu.py"])
    with pytest.raises(SystemExit) as caught:
        benchmark["main"]()
    assert caught.value.code == 2
    said = capsys.readouterr().err
    assert said.startswith("No CUDA device was found;")
    assert said.count("\n") == 1
