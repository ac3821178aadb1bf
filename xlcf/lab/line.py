"""The first problem: a line through 29 points, with slope and intercept planted in them."""

from __future__ import annotations

from typing import Final

import numpy as np

from xlcf.lab.problem import LabProblem, Parameter

PLANTED: Final = (2.0, 30.0)
"""Slope a and intercept b."""

_X: Final = (10, 1, 6, 6, 3, 6, 7, 3, 6, 2, 10, 1, 5, 4, 1, 4, 7, 1, 1, 3, 2, 8, 2, 7, 9, 10, 2, 9, 10)
_FACTORS: Final = np.column_stack([np.array(_X, dtype=np.float64), np.ones(len(_X))])

# Rates near the largest that stay calm, so that the methods show what they can do.
_ADAM: Final = {"learning_rate": 1.0, "beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-8}

LINE: Final = LabProblem(
    key="line",
    title=f"A line through {len(_X)} points",
    about=(
        f"y = a * x + b, with a = {PLANTED[0]:g} and b = {PLANTED[1]:g} planted in the points; the methods start at "
        "a = b = 1 and have to find them. a is found quickly, b slowly: the gradient of a is x times as large. All "
        "points lie on the line, so that the shorter steps of cosine restarts gain nothing here."
    ),
    prefix="",
    example="point",
    target="y",
    targets_name="line_y",
    parameters=(Parameter("a", "x", "line_x"), Parameter("b", None, None)),
    labels=(),
    factors=_FACTORS,
    targets=_FACTORS @ np.array(PLANTED),
    start=np.ones(2),
    settings={
        "sgd": {"learning_rate": 0.01},
        "momentum": {"learning_rate": 0.002, "momentum": 0.9},
        "rmsprop": {"learning_rate": 0.3, "alpha": 0.99, "epsilon": 1e-8},
        "adagrad": {"learning_rate": 4.0, "epsilon": 1e-10},
        "adam": {**_ADAM, "weight_decay": 0.0},
        "adamw": {**_ADAM, "weight_decay": 0.001},
        "cosine": {"learning_rate": 0.01, "lowest_rate": 0.0, "first_cycle": 58.0, "cycle_factor": 1.0},
    },
)

WEIGHT_DECAY: Final = {**_ADAM, "weight_decay": 0.01}
"""Settings for Adam and AdamW side by side."""
