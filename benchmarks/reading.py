"""Seconds and peak memory of reading 25 million ratings, beside pandas; and of storing 4 GB of CSV in a stream.

Each way runs in a process of its own, the file being in the system's cache; the least of three runs counts. It needs
about 15 GB of disk for the time being, in the folder for temporary files (TMPDIR).

    python benchmarks/reading.py            # prints
    python benchmarks/reading.py --write    # and keeps the tables in benchmarks/results/reading.md
"""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from datetime import date
from pathlib import Path

from peak_memory import peak_mb

RUNS = 3
COPIES = 6  # of ml-25m's size in the large file
MEMORY_MB = 256
RESULTS = Path(__file__).parent / "results" / "reading.md"
WAYS = {
    "xlcf": "xlcf.read_ratings",
    "pandas": "pandas.read_csv, factorize",
    "pandas-arrow": "the same, engine='pyarrow'",
    "xlcf-3": "xlcf.read_ratings(timestamps=False)",
    "pandas-3": "pandas.read_csv with three columns of 32 bits, factorize",
    "pandas-arrow-3": "the same, engine='pyarrow'",
}
"""What is measured, by name: all four columns, then the three that a model needs."""


def read(way: str, path: str) -> None:
    if way.startswith("xlcf"):
        from xlcf.ratings.readers import read_ratings

        read_ratings(path, timestamps=not way.endswith("-3"))
        return
    import pandas as pd

    types = {"userId": "int32", "movieId": "int32", "rating": "float32"}
    options = {"usecols": list(types), "dtype": types} if way.endswith("-3") else {}
    frame = pd.read_csv(path, engine="pyarrow" if "arrow" in way else "c", **options)
    for column in ("userId", "movieId"):
        pd.factorize(frame[column])


def store(path: str) -> None:
    from xlcf.ratings.store import write_store

    write_store(path, f"{path}.xlcf-ratings", memory=MEMORY_MB << 20)


def in_this_process(way: str, path: str) -> None:
    """Do one thing and print what it took."""
    began, cpu = time.perf_counter(), time.process_time()
    if way == "store":
        store(path)
    else:
        read(way, path)
    took = {"seconds": time.perf_counter() - began, "cpu": time.process_time() - cpu, "peak_mb": peak_mb()}
    print(json.dumps(took))


def measure(way: str, path: Path, runs: int = 1) -> dict[str, float]:
    """Do it in processes of their own, and give the least seconds and the largest peak."""
    took = []
    for _ in range(runs):
        command = [sys.executable, __file__, way, str(path)]
        took.append(json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout))
    return {
        "seconds": min(each["seconds"] for each in took),
        "cpu": min(each["cpu"] for each in took),
        "peak_mb": max(each["peak_mb"] for each in took),
    }


def write_files(folder: Path) -> tuple[Path, Path]:
    """Write a ratings.csv of ml-25m's size, and one several times as large, of as many users more."""
    import numpy as np

    from xlcf.ratings.synthetic import synthetic_ratings
    from xlcf.ratings.writers import write_ratings

    small, part, large = (folder / name for name in ("ratings.csv", "part.csv", "large.csv"))
    ratings = synthetic_ratings("ml-25m", timestamps=True)
    write_ratings(small, ratings)
    shutil.copyfile(small, large)
    for copy in range(1, COPIES):
        user_ids = np.arange(1, ratings.n_users + 1) + copy * ratings.n_users
        write_ratings(part, replace(ratings, user_ids=user_ids))
        with part.open("rb") as lines, large.open("ab") as stream:
            lines.readline()
            shutil.copyfileobj(lines, stream, 1 << 24)
    part.unlink()
    return small, large


def machine() -> str:
    """Describe the machine in words."""
    name = platform.processor() or platform.machine()
    if sys.platform == "linux":
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        name = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), name)
    return f"{os.cpu_count()} cores of {name}, {platform.system()}, Python {platform.python_version()}"


def table(took: dict[str, dict[str, float]], ways: list[str]) -> str:
    rows = []
    ours = took[ways[0]]
    for way in ways:
        each = took[way]
        times, part = each["seconds"] / ours["seconds"], ours["peak_mb"] / each["peak_mb"]
        beside = "" if way == ways[0] else f"{times:.1f} times our time, we take {part:.2f} of its memory"
        rows.append(f"| {WAYS[way]} | {each['seconds']:.2f} | {each['cpu']:.2f} | {each['peak_mb']:,.0f} | {beside} |")
    head = "| | seconds | CPU seconds | peak memory, MB | |\n|---|---|---|---|---|\n"
    return head + "\n".join(rows)


def main(*, write: bool) -> None:
    with tempfile.TemporaryDirectory() as name:
        small, large = write_files(Path(name))
        sizes = [path.stat().st_size / 1e6 for path in (small, large)]
        took = {way: measure(way, small, RUNS) for way in WAYS}
        stored = measure("store", large)
    ways = list(WAYS)
    text = f"""# Reading ratings

A ratings.csv of ml-25m's size, 25,000,095 lines, {sizes[0]:,.0f} MB, to codes: all four columns.

{table(took, ways[:3])}

Only users, items and ratings:

{table(took, ways[3:])}

A CSV of {sizes[1]:,.0f} MB, {COPIES * 25_000_095:,} lines, to a store (`xlcf data store --memory {MEMORY_MB}`):
{stored["seconds"]:.0f} s, {stored["cpu"]:.0f} s of CPU time, peak memory {stored["peak_mb"]:.0f} MB.

{date.today().isoformat()}; {machine()}. `python benchmarks/reading.py --write` measures again.
"""
    print(text, end="")
    if write:
        RESULTS.parent.mkdir(exist_ok=True)
        RESULTS.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) > 2:
        in_this_process(*sys.argv[1:])
    else:
        main(write="--write" in sys.argv[1:])
