"""Methods with a step size for each parameter, from the squares of its gradients: Adagrad, RMSProp, Adam, AdamW.

Each is written twice: as formulas for the sheet, and as a function that gives the values stored with them. Both follow
torch.optim's definitions.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from xlcf.arrays import Floats
from xlcf.lab.hyperparameters import ALPHA, BETA_1, BETA_2, EPSILON, LEARNING_RATE, WEIGHT_DECAY, Settings
from xlcf.lab.rule import NEW, Quantity, Row, Rule
from xlcf.optimizers import OPTIMIZERS


def _adagrad_step(before: Row, now: Row, settings: Settings) -> Row:
    total = before["total"] + now["gradient"] ** 2
    change = settings["learning_rate"] * now["gradient"] / (np.sqrt(total) + settings["epsilon"])
    return {"total": total, "change": change, "new": now["value"] - change}


ADAGRAD: Final = Rule(
    method="adagrad",
    title="Adagrad",
    idea="Divide each gradient by the root of the sum of its squares: steep ways get short steps, and all get shorter.",
    source="Duchi, Hazan and Singer 2011, Adaptive subgradient methods",
    hyperparameters=(LEARNING_RATE, EPSILON),
    quantities=(
        Quantity("total", "total: sum of squares", "[total before] + [gradient]^2", start=0.0),
        Quantity("change", "Change", "learning_rate * [gradient] / (SQRT([total]) + epsilon)"),
        NEW,
    ),
    step=_adagrad_step,
)


def _rmsprop_step(before: Row, now: Row, settings: Settings) -> Row:
    alpha = settings["alpha"]
    v = alpha * before["v"] + (1 - alpha) * now["gradient"] ** 2
    change = settings["learning_rate"] * now["gradient"] / (np.sqrt(v) + settings["epsilon"])
    return {"v": v, "change": change, "new": now["value"] - change}


RMSPROP: Final = Rule(
    method="rmsprop",
    title="RMSProp",
    idea="Divide each gradient by the root of the average of its squares: old gradients are forgotten.",
    source="Tieleman and Hinton 2012, Neural networks for machine learning, lecture 6.5",
    hyperparameters=(LEARNING_RATE, ALPHA, EPSILON),
    quantities=(
        Quantity("v", "v: average square", "alpha * [v before] + (1 - alpha) * [gradient]^2", start=0.0),
        Quantity("change", "Change", "learning_rate * [gradient] / (SQRT([v]) + epsilon)"),
        NEW,
    ),
    step=_rmsprop_step,
)


def _moments(before: Row, gradient: Floats, step: Floats, settings: Settings) -> Row:
    """Compute Adam's averages m and v, both corrected for their start at 0, and the change that follows."""
    beta_1, beta_2 = settings["beta_1"], settings["beta_2"]
    m = beta_1 * before["m"] + (1 - beta_1) * gradient
    v = beta_2 * before["v"] + (1 - beta_2) * gradient**2
    m_hat, v_hat = m / (1 - beta_1**step), v / (1 - beta_2**step)
    change = settings["learning_rate"] * m_hat / (np.sqrt(v_hat) + settings["epsilon"])
    return {"m": m, "v": v, "m_hat": m_hat, "v_hat": v_hat, "change": change}


def _moment_quantities(gradient: str) -> tuple[Quantity, ...]:
    return (
        Quantity("m", "m: average gradient", f"beta_1 * [m before] + (1 - beta_1) * {gradient}", start=0.0),
        Quantity("v", "v: average square", f"beta_2 * [v before] + (1 - beta_2) * {gradient}^2", start=0.0),
        Quantity("m_hat", "m_hat: bias corrected", "[m] / (1 - beta_1^[step])"),
        Quantity("v_hat", "v_hat: bias corrected", "[v] / (1 - beta_2^[step])"),
        Quantity("change", "Change", "learning_rate * [m_hat] / (SQRT([v_hat]) + epsilon)"),
    )


def _adam_step(before: Row, now: Row, settings: Settings) -> Row:
    decayed = now["gradient"] + settings["weight_decay"] * now["value"]
    moments = _moments(before, decayed, now["step"], settings)
    return {"decayed": decayed, **moments, "new": now["value"] - moments["change"]}


ADAM: Final = Rule(
    method="adam",
    title=OPTIMIZERS["adam"].title,
    idea="Momentum over RMSProp: an average gradient by the root of an average square, corrected for their start at 0.",
    source="Kingma and Ba 2015, Adam: a method for stochastic optimization",
    hyperparameters=(LEARNING_RATE, BETA_1, BETA_2, EPSILON, WEIGHT_DECAY),
    quantities=(
        Quantity("decayed", "decayed: gradient and decay", "[gradient] + weight_decay * [value]"),
        *_moment_quantities("[decayed]"),
        NEW,
    ),
    step=_adam_step,
)


def _adamw_step(before: Row, now: Row, settings: Settings) -> Row:
    decay = settings["learning_rate"] * settings["weight_decay"] * now["value"]
    moments = _moments(before, now["gradient"], now["step"], settings)
    return {**moments, "decay": decay, "new": now["value"] - decay - moments["change"]}


ADAMW: Final = Rule(
    method="adamw",
    title=OPTIMIZERS["adamw"].title,
    idea="Adam, with weight decay beside the step and not in the gradient: every parameter shrinks by the same share.",
    source="Loshchilov and Hutter 2019, Decoupled weight decay regularization",
    hyperparameters=(LEARNING_RATE, BETA_1, BETA_2, EPSILON, WEIGHT_DECAY),
    quantities=(
        *_moment_quantities("[gradient]"),
        Quantity("decay", "Decay", "learning_rate * weight_decay * [value]"),
        Quantity("new", "After the step", "[value] - [decay] - [change]"),
    ),
    step=_adamw_step,
)
