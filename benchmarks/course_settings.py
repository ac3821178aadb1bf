"""The course's three models with the course's own settings, and xlcf's defaults, on MovieLens ml-latest-small of 2016.

    python benchmarks/course_settings.py ratings.csv.gz

Validation are the first int(0.2 n) ratings of NumPy's RandomState(42).permutation(n). What fast.ai's course notebook
printed is beside the medians of five seeds. Writes a table to benchmarks/results/course_settings.md.
"""

from __future__ import annotations

import platform
import statistics
import sys
from datetime import date
from pathlib import Path

from xlcf.ratings.ratings import Ratings
from xlcf.ratings.readers import read_ratings
from xlcf.ratings.splits import random_split
from xlcf.training.options import TrainOptions
from xlcf.training.train import train

SEEDS = range(5)
RESULTS = Path(__file__).parent / "results" / "course_settings.md"

# fast.ai course, lesson 5, MovieLens notebook: settings and the best validation losses it printed
LEARNER = {
    "rating_range": (0.5, 5.0),
    "start": "course",
    "learning_rate": 1e-2,
    "weight_decay": 2e-4,
    "batch_size": 64,
    "epochs": 3,
    "cycle_len": 1,
    "cycle_mult": 2,
}
BY_HAND = {
    "rating_range": (0.5, 5.0),
    "start": "course",
    "method": "momentum",
    "schedule": "constant",
    "learning_rate": (0.1, 0.01),
    "weight_decay": 2e-4,
    "batch_size": 64,
    "epochs": (3, 3),
}
MINI_NET = {
    "model": "net",
    "rating_range": (0.0, 5.5),
    "start": "course",
    "dropout": (0.05, 0.5),
    "schedule": "constant",
    "learning_rate": 1e-3,
    "weight_decay": 1e-5,
    "batch_size": 64,
    "epochs": (3, 3),
}
MODELS = {
    "learner (dot-bias, Adam, two cycles)": (LEARNER, 0.7666),
    "by hand (dot-bias, SGD with momentum)": (BY_HAND, 0.8012),
    "mini net": (MINI_NET, 0.7808),
    "xlcf's defaults (dot-bias)": ({}, None),
    "xlcf's defaults, mini net": ({"model": "net"}, None),
}


def validation_mse(
    settings: dict[str, object], training: Ratings, validation: Ratings, seed: int
) -> tuple[float, float]:
    """Train once: the last epoch's validation MSE (the best's for the defaults, as xlcf keeps it), and the seconds."""
    model = train(training, TrainOptions(**settings, seed=seed), validation=validation)  # type: ignore[arg-type]
    rmse = model.history[-1]["valid_rmse"] if settings else model.metrics["valid_rmse"]
    return rmse**2, model.history[-1]["seconds"]


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit("Give MovieLens's ratings.csv (ml-latest-small, 2016) as the argument.")
    ratings = read_ratings(sys.argv[1])
    split = random_split(len(ratings), 0.2, 42)
    training, validation = ratings.take(split.train), ratings.take(split.hold_out)
    lines = [
        f"# The course's settings ({date.today()}, {platform.machine()}, CPU)",
        "",
        "Validation MSE on a fifth of ml-latest-small (2016), medians of five seeds (`make bench-course`).",
        "",
        "| model | the notebook | xlcf | lowest | highest | seconds a run |",
        "|---|---|---|---|---|---|",
    ]
    for name, (settings, notebook) in MODELS.items():
        runs = [validation_mse(settings, training, validation, seed) for seed in SEEDS]
        losses = [loss for loss, _ in runs]
        seconds = statistics.median(seconds for _, seconds in runs)
        shown = "" if notebook is None else f"{notebook:.4f}"
        spread = f"{statistics.median(losses):.4f} | {min(losses):.4f} | {max(losses):.4f}"
        lines.append(f"| {name} | {shown} | {spread} | {seconds:.1f} |")
        print(lines[-1], flush=True)
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
