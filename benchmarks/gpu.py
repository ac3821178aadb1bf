"""Training on a GPU: time of an epoch, time to the best RMSE, and the share of the memory's bandwidth that it uses.

    python benchmarks/gpu.py                            # the shapes of MovieLens 25M and 32M: some minutes on an H100
    python benchmarks/gpu.py --device cpu --scale 0.01  # the same code on a CPU, on a hundredth of the data

The ratings are synthetic, with a planted truth whose own RMSE is the floor. Beside it, the loop of PyTorch tutorials
(DataLoader, batches of 64), measured for some seconds and extrapolated. Writes gpu-DEVICE.json and gpu-DEVICE.md into
benchmarks/results/.
"""

from __future__ import annotations

import argparse
import json
import platform
import re
import statistics
import sys
import time
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.utils.data import DataLoader, TensorDataset

from xlcf.models.build import build_module
from xlcf.models.damped_means import damped_means
from xlcf.models.model_options import ModelOptions
from xlcf.ratings.ratings import Ratings
from xlcf.ratings.splits import random_split
from xlcf.ratings.synthetic import planted_ratings
from xlcf.training.callbacks import Callback
from xlcf.training.options import TrainOptions
from xlcf.training.train import train

SHAPES = ("ml-25m", "ml-32m")
FACTORS = 50
HOLD_OUT = 0.02
WAYS = (("adam", "float32"), ("adam", "bfloat16"), ("sgd", "float32"))  # method and precision
NAIVE_SECONDS = 5.0
GOAL_EPOCH, GOAL_FIT = 0.25, 10.0  # seconds, for 25M ratings on an H100
# how often a weight moves in a step of an optimizer: sgd reads weight and gradient and writes the weight; momentum and
# adam read and write one and two more of its size
OPTIMIZER_MOVES = {"sgd": 3, "momentum": 5, "adam": 7}
FORMULA = (
    "Bytes of a step = 4 n_weights (moves + 1) + batch (20 + 4 * 7 * 2 (factors + 1)): the optimizer moves each weight "
    "and what belongs to it (sgd 3 times, adam 7) and clears its gradient; each rating has codes, a value and a place, "
    "and two rows of factors and bias that are read, kept, read for the product and again for its gradient, and whose "
    "gradient is written, read and added. With bfloat16 fewer bytes move, but they are counted the same."
)


def bytes_of_step(method: str, n_weights: int, batch_size: int) -> int:
    return 4 * n_weights * (OPTIMIZER_MOVES[method] + 1) + batch_size * (20 + 4 * 7 * 2 * (FACTORS + 1))


def bandwidth(device: torch.device, megabytes: int) -> float:
    """Give the bytes a second that a copy in the device's memory moves."""
    source = torch.ones(megabytes << 18, device=device)
    target = torch.empty_like(source)
    seconds = []
    for _ in range(10):
        synchronize(device)
        began = time.perf_counter()
        target.copy_(source)
        synchronize(device)
        seconds.append(time.perf_counter() - began)
    return 2 * source.nbytes / statistics.median(seconds)


def synchronize(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize()


class Clock(Callback):
    """Note when the first step begins, so that what comes before it can be told apart."""

    def __init__(self) -> None:
        self.began = 0.0

    def on_start(self, _trainer: object) -> None:
        self.began = time.perf_counter()


def epochs(ratings: Ratings, method: str, precision: str, device: torch.device, peak: float) -> dict[str, Any]:
    """Measure epochs without validation; the first, in which the step is captured, is left out."""
    options = TrainOptions(n_factors=FACTORS, method=method, epochs=4, device=device.type, precision=precision)
    model = train(ratings, options)
    ends = [record["seconds"] for record in model.history]
    seconds = statistics.median(np.diff(ends).tolist())
    batch_size = int(str(model.training["batch_size"]))
    n_weights = (ratings.n_users + ratings.n_items) * (FACTORS + 1)
    steps = -(-len(ratings) // batch_size)
    moved = steps * bytes_of_step(method, n_weights, batch_size) / seconds
    return {
        "method": method,
        "precision": precision,
        "batch_size": batch_size,
        "epoch_seconds": seconds,
        "first_epoch_seconds": ends[0],
        "ratings_per_second": len(ratings) / seconds,
        "bytes_per_second": moved,
        "share_of_bandwidth": moved / peak,
    }


def fit(ratings: Ratings, hold_out: Ratings, device: torch.device) -> dict[str, Any]:
    """Train with the defaults, measured after each epoch, and say when the best came."""
    clock, began = Clock(), time.perf_counter()
    options = TrainOptions(n_factors=FACTORS, device=device.type)
    model = train(ratings, options, validation=hold_out, callbacks=[clock])
    best = int(model.metrics["best_epoch"])
    return {
        "valid_rmse": model.metrics["valid_rmse"],
        "best_epoch": best,
        "epochs": len(model.history),
        "seconds_to_best": model.history[best - 1]["seconds"],
        "start_seconds": clock.began - began,
        "fit_seconds": time.perf_counter() - began,
        "rmse_by_epoch": [record["valid_rmse"] for record in model.history],
    }


def naive(ratings: Ratings, device: torch.device) -> float:
    """Give the ratings a second of the tutorials' loop."""
    module = build_module(ratings, ModelOptions(n_factors=FACTORS, start="course")).to(device)
    optimizer = torch.optim.Adam(module.parameters(), 1e-2)
    columns = (torch.from_numpy(np.asarray(array)) for array in (ratings.users, ratings.items, ratings.values))
    done, began = 0, 0.0
    for step, batch in enumerate(DataLoader(TensorDataset(*columns), batch_size=64, shuffle=True)):
        if step == 3:  # what is set up once has been
            done, began = 0, time.perf_counter()
        users, items, values = (column.to(device) for column in batch)
        optimizer.zero_grad()
        (module(users, items) - values).square().mean().backward()
        optimizer.step()
        done += len(values)
        if step > 3 and time.perf_counter() - began > NAIVE_SECONDS:
            break
    synchronize(device)
    return done / (time.perf_counter() - began)


def measure(shape: str, scale: float, device: torch.device, peak: float) -> dict[str, Any]:
    began = time.perf_counter()
    ratings, planted = planted_ratings(shape, scale=scale)
    made = time.perf_counter() - began
    split = random_split(len(ratings), HOLD_OUT)
    training, hold_out = ratings.take(split.train), ratings.take(split.hold_out)
    means = damped_means(training)
    baseline = means.mean + means.user_bias[hold_out.users] + means.item_bias[hold_out.items]
    result: dict[str, Any] = {
        "shape": shape,
        "ratings": len(training),
        "users": ratings.n_users,
        "items": ratings.n_items,
        "making_seconds": made,
        "truth_rmse": planted.rmse(hold_out),
        "baseline_rmse": float(np.sqrt(np.mean((baseline - hold_out.values) ** 2))),
        "epochs": [epochs(training, *way, device, peak) for way in WAYS],
        "fit": fit(training, hold_out, device),
        "naive_ratings_per_second": naive(training, device),
    }
    result["naive_epoch_seconds"] = len(training) / result["naive_ratings_per_second"]
    if device.type == "cuda":
        result["peak_memory_gb"] = torch.cuda.max_memory_allocated() / 1e9
    return result


def table(header: str, rows: list[list[str]]) -> list[str]:
    names = header.split(", ")
    return ["", *(f"| {' | '.join(row)} |" for row in (names, ["---"] * len(names), *rows))]


def markdown(report: dict[str, Any]) -> str:
    speed = [
        [
            shape["shape"],
            f"{shape['ratings']:,}",
            own["method"],
            own["precision"],
            f"{own['batch_size']:,}",
            f"{own['epoch_seconds']:.3f}",
            f"{own['ratings_per_second']:,.0f}",
            f"{own['share_of_bandwidth']:.0%}",
            f"{shape['naive_epoch_seconds']:,.0f}",
            f"{shape['naive_epoch_seconds'] / own['epoch_seconds']:,.0f}",
        ]
        for shape in report["shapes"]
        for own in shape["epochs"]
    ]
    quality = [
        [
            shape["shape"],
            f"{own['valid_rmse']:.4f}",
            f"{shape['truth_rmse']:.4f}",
            f"{shape['baseline_rmse']:.4f}",
            f"{own['best_epoch']} of {own['epochs']}",
            f"{own['seconds_to_best']:.2f}",
            f"{own['start_seconds']:.2f}",
            f"{own['fit_seconds']:.2f}",
        ]
        for shape in report["shapes"]
        for own in [shape["fit"]]
    ]
    lines = [
        f"# Training on {report['device']} ({report['date']})",
        "",
        f"Synthetic ratings, scale {report['scale']:g}; dot-bias, {FACTORS} factors, xlcf's defaults; "
        f"torch {report['torch']}. Shares of bandwidth are of what a copy in the device's memory reaches: "
        f"{report['bandwidth'] / 1e9:,.0f} GB/s.",
        *table(
            "shape, ratings, method, precision, batch, seconds an epoch, ratings a second, share of bandwidth, "
            "seconds an epoch of the tutorials' loop, times as fast",
            speed,
        ),
        *table(
            "shape, best validation RMSE, the truth's, the damped means', best epoch, seconds of training until it, "
            "seconds before the first step, seconds of the whole fit",
            quality,
        ),
        "",
        FORMULA,
        "",
        f"Goals for 25M ratings on an H100: an epoch in {GOAL_EPOCH} s, a whole fit in {GOAL_FIT:g} s.",
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--device", choices=["cuda", "cpu"], default="cuda")
    parser.add_argument("--scale", type=float, default=1.0, help="of the shapes")
    parser.add_argument("--output", type=Path, default=Path(__file__).parent / "results", help="the folder to write to")
    arguments = parser.parse_args()
    device = torch.device(arguments.device)
    if device.type == "cuda" and not torch.cuda.is_available():
        print("No CUDA device was found; --device cpu --scale 0.01 tries the same code on a CPU.", file=sys.stderr)
        sys.exit(2)
    name = torch.cuda.get_device_name() if device.type == "cuda" else f"CPU {platform.machine()}"
    peak = bandwidth(device, 1024 if device.type == "cuda" else 128)
    report: dict[str, Any] = {
        "device": name,
        "date": str(date.today()),
        "torch": torch.__version__,
        "scale": arguments.scale,
        "bandwidth": peak,
        "formula": FORMULA,
        "shapes": [measure(shape, arguments.scale, device, peak) for shape in SHAPES],
    }
    arguments.output.mkdir(parents=True, exist_ok=True)
    stem = f"gpu-{re.sub('[^a-z0-9]+', '-', name.lower()).strip('-')}"
    (arguments.output / f"{stem}.json").write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    (arguments.output / f"{stem}.md").write_text(markdown(report), encoding="utf-8")
    print(markdown(report))


if __name__ == "__main__":
    main()
