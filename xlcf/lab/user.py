"""The second problem: the factors of one user, against the factors of the movies that the user rated.

It is half of a matrix factorization with the other half held still. Ratings and titles are those of the first user in
workbooks/top15.xlsx; they come from MovieLens (F. Maxwell Harper and Joseph A. Konstan 2015, The MovieLens Datasets:
History and Context) on the terms in workbooks/NOTICE-MovieLens.txt. The movies' factors are those that `xlcf fit`
finds for that workbook's sheet dotprod, to two decimals.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from xlcf.lab.problem import LabProblem, Parameter

USER_ID: Final = 15

_MOVIES: Final = (
    ("Toy Story (1995)", 2.0, (1.47, 0.69, 0.51, 0.73, 0.69)),
    ("Braveheart (1995)", 3.0, (-0.47, 0.92, 0.73, 1.23, 1.87)),
    ("Star Wars: Episode IV - A New Hope (1977)", 5.0, (0.72, 2.03, 0.42, -0.01, 1.16)),
    ("Pulp Fiction (1994)", 5.0, (1.25, 0.33, 1.54, 0.54, 1.29)),
    ("Shawshank Redemption, The (1994)", 2.0, (0.95, -0.03, 0.84, 1.71, 1.09)),
    ("Forrest Gump (1994)", 1.0, (0.58, 1.05, -0.17, 1.77, 0.98)),
    ("Jurassic Park (1993)", 3.0, (1.50, 1.45, 0.58, 0.88, -0.50)),
    ("Schindler's List (1993)", 4.0, (0.38, 1.09, 1.12, 1.46, 0.85)),
    ("Terminator 2: Judgment Day (1991)", 4.0, (1.18, 0.82, 1.44, 0.97, -0.54)),
    ("Silence of the Lambs, The (1991)", 5.0, (1.27, 0.13, 1.74, 0.27, 1.10)),
    ("Fargo (1996)", 5.0, (1.11, 0.29, 1.53, 0.84, 0.97)),
    ("Star Wars: Episode V - The Empire Strikes Back (1980)", 5.0, (1.55, 1.53, 0.91, -0.18, 0.57)),
    (
        "Raiders of the Lost Ark (Indiana Jones and the Raiders of the Lost Ark) (1981)",
        4.0,
        (1.68, 1.23, 0.37, 0.44, 0.80),
    ),
    ("Back to the Future (1985)", 5.0, (1.45, 1.00, 0.71, 0.33, 0.67)),
    ("Matrix, The (1999)", 5.0, (-0.37, 1.81, 1.18, 0.90, 0.65)),
)

_ADAM: Final = {"learning_rate": 0.1, "beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-8}

USER: Final = LabProblem(
    key="user",
    title=f"One user's factors, from {len(_MOVIES)} ratings",
    about=(
        f"User {USER_ID} rated {len(_MOVIES)} movies whose five factors m1 to m5 are known; the user's own five, u1 to "
        "u5, have to be found, so that u1 * m1 + ... + u5 * m5 comes near the ratings. No factors meet all of them: "
        "steps that stay long keep missing the best ones, steps that get shorter settle."
    ),
    prefix="User ",
    example="movie",
    target="rating",
    targets_name="user_ratings",
    parameters=tuple(Parameter(f"u{n}", f"m{n}", f"movie_factor_{n}") for n in range(1, 6)),
    labels=tuple(title for title, _, _ in _MOVIES),
    factors=np.array([factors for _, _, factors in _MOVIES]),
    targets=np.array([rating for _, rating, _ in _MOVIES]),
    start=np.array([0.19, 0.63, 0.31, 0.44, 0.51]),
    settings={
        "sgd": {"learning_rate": 0.03},
        "momentum": {"learning_rate": 0.005, "momentum": 0.9},
        "rmsprop": {"learning_rate": 0.03, "alpha": 0.99, "epsilon": 1e-8},
        "adagrad": {"learning_rate": 0.5, "epsilon": 1e-10},
        "adam": {**_ADAM, "weight_decay": 0.0},
        "adamw": {**_ADAM, "weight_decay": 0.01},
        "cosine": {"learning_rate": 0.1, "lowest_rate": 0.0, "first_cycle": 10.0, "cycle_factor": 2.0},
    },
)
