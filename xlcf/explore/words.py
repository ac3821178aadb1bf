"""What an exploration comes to, in sentences."""

from __future__ import annotations

from xlcf.explore.exploration import Exploration


def findings(found: Exploration) -> list[str]:
    """Say what was explored, how well it fits, what was rotated, and what is missing, a sentence each."""
    fitted = found.fitted
    size = f"{fitted.n_users:,} users, {fitted.n_items:,} items, {fitted.factors.n_factors:,} factors"
    sentences = [f"{fitted.source}: {size}", listing(found)]
    misses = found.misses
    if misses is None:
        sentences.append("Without the ratings it cannot be said where predictions miss; give them with --ratings.")
    else:
        spread = float(misses.actual.std())
        sentences.append(
            f"Of {len(misses.actual):,} known ratings predictions miss by {misses.mae:.3f} on average "
            f"(RMSE {misses.rmse:.3f}; the ratings themselves vary by {spread:.3f})."
        )
        if misses.rmse > spread:
            sentences.append("That is worse than the mean rating, so nothing below means much: fit the model first.")
    if found.rotation is not None:
        sentences.append(rotated(found))
    return sentences


def listing(found: Exploration) -> str:
    """Say which items are listed, and how they are ordered."""
    biases = found.biases
    least = "" if biases.minimum_count <= 1 else f" with at least {biases.minimum_count:,} ratings"
    what = biases.measure
    if not biases.is_bias:
        has_bias = found.fitted.factors.item_bias is not None
        what += " (without weight decay a bias alone means nothing)" if has_bias else " (the model has no biases)"
    return f"Listed are {len(biases.items):,} items{least}, by the cautious end of the 95 % interval of their {what}."


def rotated(found: Exploration) -> str:
    """Say how factors were rotated, and that predictions are the same."""
    assert found.rotation is not None
    return (
        f"Factors rotated by {found.options.rotate}: the largest change of {found.rotation.compared:,} predictions is "
        f"{found.rotation.largest_difference:.1e}."
    )


def interval(found: Exploration) -> str:
    """Say where the intervals come from."""
    biases, ridge = found.biases, found.fitted.ridge
    prior = f" and {ridge:.3g} more for the weight decay" if ridge else ""
    return (
        f"Interval: {biases.measure} ± 1.96 × {biases.sd:.3f} / √n, n being the item's ratings{prior}; "
        f"{biases.sd:.3f} is the error of a rating, measured on {biases.sd_source}."
    )
