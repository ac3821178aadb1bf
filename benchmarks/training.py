"""Ratings a second, and memory, on a synthetic data set of the shape of MovieLens 25M, on the CPU.

    python benchmarks/training.py [SCALE]

Each is a process of its own, so that its peak memory is its own: xlcf with sgd and with adam for two epochs, from
memory and from a memory-mapped store, and the loop of PyTorch tutorials for some seconds. Writes
benchmarks/results/training.md.
"""

from __future__ import annotations

import json
import platform
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

from peak_memory import peak_mb

RESULTS = Path(__file__).parent / "results" / "training.md"
TUTORIAL_SECONDS = 30.0


def run_xlcf(store: str, method: str, where: str) -> dict[str, float]:
    import numpy as np

    from xlcf.ratings.ratings import Ratings
    from xlcf.ratings.store import open_store
    from xlcf.training.options import TrainOptions
    from xlcf.training.train import train

    ratings = open_store(store)
    if where == "memory":
        copies = {name: np.array(getattr(ratings, name)) for name in ("users", "items", "values")}
        ratings = Ratings(**copies, user_ids=ratings.user_ids, item_ids=ratings.item_ids)
    hold_out = len(ratings) // 100
    model = train(
        ratings.take(slice(hold_out, None)),
        TrainOptions(method=method, epochs=2, device="cpu"),
        validation=ratings.take(slice(hold_out)),
    )
    return {"speed": model.history[-1]["ratings_per_second"], "rmse": model.metrics["valid_rmse"]}


def run_tutorial(store: str) -> dict[str, float]:
    from tutorial_loop import TutorialLoop

    from xlcf.ratings.store import open_store

    loop = TutorialLoop(open_store(store))
    done, began = 0, time.perf_counter()
    for count in loop.epoch():
        done += count
        if time.perf_counter() - began > TUTORIAL_SECONDS:
            break
    return {"speed": done / loop.seconds}


def measured(*arguments: str) -> dict[str, float]:
    done = subprocess.run([sys.executable, __file__, "--child", *arguments], check=True, capture_output=True, text=True)
    result: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return result


def main() -> None:
    from xlcf.ratings.store import write_store
    from xlcf.ratings.synthetic import synthetic_ratings

    scale = float(sys.argv[1]) if len(sys.argv) > 1 else 1.0
    with tempfile.TemporaryDirectory() as folder:
        store = str(Path(folder) / "synthetic")
        ratings = synthetic_ratings(like="ml-25m", scale=scale)
        write_store(ratings, store)
        shape = f"{len(ratings):,} ratings, {ratings.n_users:,} users, {ratings.n_items:,} items"
        del ratings
        naive = measured("tutorial", store)["speed"]
        lines = [
            f"# Training on the CPU ({date.today()}, {platform.machine()})",
            "",
            f"A synthetic set of the shape of MovieLens 25M: {shape}; dot-bias, 50 factors.",
            "",
            "| | ratings a second | times the tutorial's loop | validation RMSE after 2 epochs | peak memory, GB |",
            "|---|---|---|---|---|",
            f"| the loop of PyTorch tutorials (DataLoader, batch 64, Adam) | {naive:,.0f} | 1 | | |",
        ]
        for method, where in (("sgd", "memory"), ("adam", "memory"), ("adam", "store")):
            own = measured("xlcf", store, method, where)
            lines.append(
                f"| xlcf, {method}, ratings in {'memory' if where == 'memory' else 'a memory-mapped store'} | "
                f"{own['speed']:,.0f} | {own['speed'] / naive:,.0f} | {own['rmse']:.4f} | {own['memory']:.2f} |"
            )
            print(lines[-1], flush=True)
    print("\n".join(lines))
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        outcome = run_tutorial(*sys.argv[3:]) if sys.argv[2] == "tutorial" else run_xlcf(*sys.argv[3:])
        outcome["memory"] = peak_mb() / 1e3
        print(json.dumps(outcome))
    else:
        main()
