"""How long xlcf and the loop of PyTorch tutorials take to the same test RMSE, on one machine in one run.

    python benchmarks/time_to_rmse.py ratings.csv.gz

The first tenth of NumPy's RandomState(42).permutation is the test set. The tutorial's loop is run at two learning
rates until its test RMSE no longer falls; its time is that at its best. xlcf's is the time at which it is as low.
Validation and reading are in neither time. Writes benchmarks/results/time_to_rmse.md.
"""

from __future__ import annotations

import platform
import sys
from datetime import date
from pathlib import Path

import torch
from tutorial_loop import TutorialLoop

from xlcf.ratings.ratings import Ratings
from xlcf.ratings.readers import read_ratings
from xlcf.ratings.splits import random_split
from xlcf.training.options import TrainOptions
from xlcf.training.train import train

RESULTS = Path(__file__).parent / "results" / "time_to_rmse.md"
LEARNING_RATES = (1e-3, 5e-3)
MOST_EPOCHS = 12


def tutorial(training: Ratings, test: Ratings, learning_rate: float) -> tuple[float, float]:
    """Give the best test RMSE and the seconds to it."""
    loop = TutorialLoop(training, learning_rate)
    best, seconds = float("inf"), 0.0
    for _ in range(MOST_EPOCHS):
        for _ in loop.epoch():
            pass
        rmse = loop.rmse(test)
        if rmse >= best:
            break
        best, seconds = rmse, loop.seconds
    return best, seconds


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit("Give MovieLens's ratings.csv (ml-latest-small, 2016) as the argument.")
    ratings = read_ratings(sys.argv[1])
    split = random_split(len(ratings), 0.1, 42)
    training, test = ratings.take(split.train), ratings.take(split.hold_out)
    model = train(training, TrainOptions(), validation=test)
    lines = [
        f"# Time to the same test RMSE ({date.today()}, {platform.machine()}, CPU, {torch.get_num_threads()} threads)",
        "",
        "ml-latest-small (2016), nine tenths trained on. The loop of PyTorch tutorials (DataLoader, batch 64, Adam)",
        "until its best epoch, and xlcf's defaults in the same run until an epoch is as good.",
        "",
        "| the tutorial's rate | its test RMSE | its seconds | xlcf's test RMSE | its seconds | times sooner |",
        "|---|---|---|---|---|---|",
    ]
    for rate in LEARNING_RATES:
        rmse, seconds = tutorial(training, test, rate)
        own = next(record for record in model.history if record["valid_rmse"] <= rmse)
        lines.append(
            f"| {rate:g} | {rmse:.4f} | {seconds:.1f} | {own['valid_rmse']:.4f} | {own['seconds']:.2f} | "
            f"{seconds / own['seconds']:.0f} |"
        )
    lines += ["", f"xlcf's best: {model.metrics['valid_rmse']:.4f} after {model.history[-1]['seconds']:.2f} s."]
    print("\n".join(lines))
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
