"""All methods of the laboratory, in the order of its sheets."""

from __future__ import annotations

from typing import Final

from xlcf.lab.adaptive import ADAGRAD, ADAM, ADAMW, RMSPROP
from xlcf.lab.descent import COSINE, SGD, SGD_MOMENTUM
from xlcf.lab.rule import Rule

RULES: Final[tuple[Rule, ...]] = (SGD, SGD_MOMENTUM, RMSPROP, ADAGRAD, ADAM, ADAMW, COSINE)
