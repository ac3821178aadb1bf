"""The table of estimators: whatever trains models (`train`, the command line) reads it.

An estimator is a class of its own that inherits `xlcf.training.estimator.RatingEstimator`, and a dataclass of options
(`xlcf.options`) whose type tells which estimator is meant. Both are entered here; the estimator is then offered by
`xlcf.train` and by `xlcf train`, and its tests inherit the contract of tests/training/estimator_contract.py. The
class is loaded when it is used, so that the table itself is light.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, TypeAlias, cast

from xlcf.errors import InputError
from xlcf.models.model_options import MODELS
from xlcf.options import merged_options, options_given, options_of
from xlcf.training.options import BASELINES, BaselineOptions, TrainOptions

if TYPE_CHECKING:
    from xlcf.training.estimator import RatingEstimator

EstimatorOptions: TypeAlias = TrainOptions | BaselineOptions


@dataclass(frozen=True)
class EstimatorEntry:
    """An estimator in the table.

    Attributes:
        models: the kinds of model that it fits: values of the option `model`.
        options: the dataclass of its options.
        home: its module and class, as `module:Class`.
        classifies: whether it can predict how likely a rating reaches a threshold; all predict ratings.

    """

    models: tuple[str, ...]
    options: type[EstimatorOptions]
    home: str
    classifies: bool = False

    def not_taken(self, values: Mapping[str, Any]) -> list[str]:
        """Name the options among `values` that were given and are none of this estimator's."""
        known = merged_options([entry.options for entry in ESTIMATORS])
        return [
            name for name, value in values.items() if name not in options_of(self.options) and value != known[name][1]
        ]

    def make_options(self, values: Mapping[str, Any]) -> EstimatorOptions:
        """Make its options from the values by name, of which there may be more.

        Raises:
            InputError: where a value is out of range, or probabilities are asked for that it does not give.

        """
        if values.get("threshold") is not None and not self.classifies:
            raise InputError(
                f"The model {values['model']} predicts ratings and no probabilities: leave out `threshold`, or choose "
                f"`model` {' or '.join(kind for entry in ESTIMATORS if entry.classifies for kind in entry.models)}."
            )
        names = options_of(self.options)
        return self.options(**{name: value for name, value in values.items() if name in names})

    def load(self) -> type[RatingEstimator]:
        """Give the estimator's class."""
        module, name = self.home.split(":")
        return cast("type[RatingEstimator]", getattr(import_module(module), name))


ESTIMATORS: Final[tuple[EstimatorEntry, ...]] = (
    EstimatorEntry(MODELS, TrainOptions, "xlcf.training.matrix_factorization:MatrixFactorization", classifies=True),
    EstimatorEntry(BASELINES, BaselineOptions, "xlcf.training.baseline:Baseline"),
)


def estimator_of(options: EstimatorOptions) -> EstimatorEntry:
    """Find the estimator that options belong to.

    Raises:
        TypeError: where they are no options of an estimator.

    """
    for entry in ESTIMATORS:
        if isinstance(options, entry.options):
            return entry
    names = " or ".join(entry.options.__name__ for entry in ESTIMATORS)
    raise TypeError(f"The options must be {names}, not {options!r}; or give them as keywords.")


def estimator_for(model: str) -> EstimatorEntry:
    """Find the estimator that fits a kind of model.

    Raises:
        InputError: where there is none.

    """
    for entry in ESTIMATORS:
        if model in entry.models:
            return entry
    raise InputError(
        f"The model {model!r} is none of {', '.join(kind for each in ESTIMATORS for kind in each.models)}."
    )


def estimator_options(options: EstimatorOptions | None, keywords: Mapping[str, Any]) -> EstimatorOptions:
    """Give the options meant: of the estimator that they belong to, or that fits the model among the keywords.

    Raises:
        TypeError: where they are no options of an estimator, or a keyword is no field of them.
        InputError: where a value is out of its range.

    """
    if options is not None:
        return options_given(estimator_of(options).options, options, keywords)
    entry = estimator_for(keywords["model"]) if "model" in keywords else ESTIMATORS[0]
    return options_given(entry.options, None, keywords)
