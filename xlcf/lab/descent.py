"""Methods with one step size for all parameters: plain descent, momentum, cosine restarts.

Each is written twice: as formulas for the sheet, and as a function that gives the values stored with them. Both follow
torch.optim's definitions.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from xlcf.lab.hyperparameters import CYCLE_FACTOR, FIRST_CYCLE, LEARNING_RATE, LOWEST_RATE, MOMENTUM, Settings
from xlcf.lab.rule import NEW, Quantity, Row, Rule
from xlcf.optimizers import OPTIMIZERS


def _sgd_step(_before: Row, now: Row, settings: Settings) -> Row:
    change = settings["learning_rate"] * now["gradient"]
    return {"change": change, "new": now["value"] - change}


SGD: Final = Rule(
    method="sgd",
    title=OPTIMIZERS["sgd"].title,
    idea="Go downhill: a step against the gradient, as long as the learning rate says.",
    source="Robbins and Monro 1951, A stochastic approximation method",
    hyperparameters=(LEARNING_RATE,),
    quantities=(Quantity("change", "Change", "learning_rate * [gradient]"), NEW),
    step=_sgd_step,
)


def _momentum_step(before: Row, now: Row, settings: Settings) -> Row:
    velocity = settings["momentum"] * before["velocity"] + now["gradient"]
    change = settings["learning_rate"] * velocity
    return {"velocity": velocity, "change": change, "new": now["value"] - change}


SGD_MOMENTUM: Final = Rule(
    method="momentum",
    title=OPTIMIZERS["momentum"].title,
    idea="Roll downhill: gradients add up to a velocity; what they agree on grows, their zigzag cancels.",
    source="Polyak 1964, Some methods of speeding up the convergence of iteration methods",
    hyperparameters=(LEARNING_RATE, MOMENTUM),
    quantities=(
        Quantity("velocity", "Velocity", "momentum * [velocity before] + [gradient]", start=0.0),
        Quantity("change", "Change", "learning_rate * [velocity]"),
        NEW,
    ),
    step=_momentum_step,
)


def _cosine_step(before: Row, now: Row, settings: Settings) -> Row:
    restarts = bool(before["place"] >= before["length"])
    place = np.ones(()) if restarts else before["place"] + 1
    length = before["length"] * (settings["cycle_factor"] if restarts else 1)
    highest, lowest = settings["learning_rate"], settings["lowest_rate"]
    rate = lowest + (highest - lowest) * (1 + np.cos(np.pi * (place - 1) / length)) / 2
    change = rate * now["gradient"]
    return {"place": place, "length": length, "rate": rate, "change": change, "new": now["value"] - change}


COSINE: Final = Rule(
    method="cosine",
    title="Cosine restarts",
    idea="SGD whose rate falls along half a cosine, then starts again: long steps to travel, short ones to settle.",
    source="Loshchilov and Hutter 2017, SGDR: stochastic gradient descent with warm restarts",
    hyperparameters=(LEARNING_RATE, LOWEST_RATE, FIRST_CYCLE, CYCLE_FACTOR),
    quantities=(
        Quantity(
            "place",
            "place: step in the cycle",
            "IF([place before] >= [length before], 1, [place before] + 1)",
            start=0.0,
            shared=True,
        ),
        Quantity(
            "length",
            "length: steps of the cycle",
            "IF([place before] >= [length before], [length before] * cycle_factor, [length before])",
            start="first_cycle",
            shared=True,
        ),
        Quantity(
            "rate",
            "rate: learning rate now",
            "lowest_rate + (learning_rate - lowest_rate) * (1 + COS(PI() * ([place] - 1) / [length])) / 2",
            shared=True,
        ),
        Quantity("change", "Change", "[rate] * [gradient]"),
        NEW,
    ),
    step=_cosine_step,
)
