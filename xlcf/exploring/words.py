"""What an exploration comes to, in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlcf.exploring.biases import ItemBiases
from xlcf.exploring.residuals import PartError, Residuals
from xlcf.models.factors import Factors
from xlcf.models.rating_model import RatingModel

if TYPE_CHECKING:
    from xlcf.exploring.exploration import Exploration


def findings(exploration: Exploration) -> list[str]:
    """Say what was explored, how well it fits, what was rotated, and what is missing, a sentence each."""
    model = exploration.model
    size = f"{model.n_users:,} users, {model.n_items:,} items, {model.factors.n_factors:,} factors"
    sentences = [f"{model.source}: {size}", listing(model, exploration.biases)]
    residuals = exploration.residuals
    if residuals is None:
        sentences.append("Without the ratings there are no residuals: explore the model together with its ratings.")
    else:
        judged = residuals.held_out or residuals.all
        sentences.append(errors(residuals))
        if judged.rmse > judged.spread:
            sentences.append("That is worse than their mean, so nothing below means much: fit the model first.")
    if exploration.rotation is not None:
        sentences.append(rotated(exploration))
    return sentences


def errors(residuals: Residuals) -> str:
    """Say how far predictions are off on ratings that the model was fitted to and on others, as far as known."""
    trained, held_out = residuals.trained, residuals.held_out
    if trained is None and held_out is None:
        return (
            f"On {_error(residuals.all, 'known ratings')}. Which of them the model was fitted to is not known: on "
            "those it usually errs less than on others."
        )
    parts = [
        _error(part, name)
        for part, name in ((held_out, "ratings held out"), (trained, "ratings that it was fitted to"))
        if part is not None
    ]
    text = f"On {'; on '.join(parts)}."
    return text if held_out is not None else f"{text} On others it usually errs more."


def _error(error: PartError, name: str) -> str:
    what = f"{error.ratings:,} {name}"
    return (
        f"{what} the RMSE is {error.rmse:.3f}, the mean absolute error {error.mae:.3f} (the ratings' own standard "
        f"deviation is {error.spread:.3f})"
    )


def listing(model: RatingModel, biases: ItemBiases) -> str:
    """Say which items are listed, and how they are ordered."""
    least = "" if biases.minimum_count <= 1 else f" with at least {biases.minimum_count:,} ratings"
    what = biases.measure
    if not biases.is_bias:
        predictor = model.predictor
        has_bias = isinstance(predictor, Factors) and predictor.item_bias is not None
        what += " (without weight decay a bias alone means nothing)" if has_bias else " (the model has no biases)"
    return (
        f"Listed are {len(biases.items):,} items{least}, ordered by an end of the 95 % interval of their {what}: "
        "the best by the lower, the worst by the upper end."
    )


def rotated(found: Exploration) -> str:
    """Say how factors were rotated, and that predictions are the same."""
    assert found.rotation is not None
    return (
        f"Factors rotated by {found.options.rotate}: the largest change of {found.rotation.compared:,} predictions is "
        f"{found.rotation.largest_difference:.1e}."
    )


def interval(model: RatingModel, biases: ItemBiases) -> str:
    """Say where the intervals come from."""
    ridge = model.ridge
    prior = f" and {ridge:.3g} more for the weight decay" if ridge else ""
    return (
        f"Interval: {biases.measure} ± 1.96 × {biases.sd:.3f} / √n, n being the item's ratings{prior}; "
        f"{biases.sd:.3f} is the error of a rating, measured on {biases.sd_source}."
    )
