"""Everything that a fitted model says, gathered for a page, a workbook or pictures."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from xlcf.arrays import Integers
from xlcf.errors import InputError
from xlcf.exploring.biases import ItemBiases, item_biases
from xlcf.exploring.components import Directions, factor_directions, principal_components
from xlcf.exploring.options import ExploreOptions
from xlcf.exploring.residuals import Residuals
from xlcf.exploring.rotations import Rotation, rotate
from xlcf.models.neighbours import Neighbours, similar_items
from xlcf.models.rating_model import RatingModel
from xlcf.notebook import MOST_ROWS, facts, table

NEIGHBOURS = 5
"""Neighbours of each item in `Exploration.neighbours`."""

_WITH_NEIGHBOURS = 100


@dataclass(frozen=True)
class Exploration:
    """What a fitted model says.

    Attributes:
        model: the model; with `rotation`, in its rotated axes.
        options: what was asked for.
        biases: items by bias.
        directions: in which items differ most.
        rotation: how factors were rotated, or None.
        residuals: the known ratings beside predictions; None where none are known.

    """

    model: RatingModel
    options: ExploreOptions
    biases: ItemBiases
    directions: Directions
    rotation: Rotation | None
    residuals: Residuals | None

    @property
    def known(self) -> Integers:
        """Codes of the items that are listed, those with most ratings first."""
        items = self.biases.items
        return items[np.argsort(-self.biases.counts, kind="stable")]

    def _repr_html_(self) -> str:
        from xlcf.exploring.words import findings

        biases, labels = self.biases, self.model.item_labels()
        ends = (("best", biases.best(self.options.top)), ("worst", biases.worst(self.options.top)))
        rows = [
            (end, labels[biases.items[place]], float(biases.level[place]), int(biases.counts[place]))
            for end, places in ends
            for place in places[: MOST_ROWS // 2].tolist()
        ]
        says, *others = findings(self)
        return facts(says, [], others) + table(("", self.model.item_name, biases.measure, "ratings"), rows)

    def neighbours(self) -> list[tuple[int, Neighbours]]:
        """Give the five nearest neighbours of each of the hundred best known items, from among the listed ones."""
        least = self.biases.minimum_count
        return [
            (int(item), similar_items(self.model, int(item), NEIGHBOURS, minimum_count=least))
            for item in self.known[:_WITH_NEIGHBOURS]
        ]


def explore(model: RatingModel, options: ExploreOptions | None = None) -> Exploration:
    """Look at a fitted model from all sides.

    Raises:
        InputError: where options do not suit it, such as more components than factors.

    """
    options = options or ExploreOptions()
    if not model.factors.n_factors:
        raise InputError("A model without factors has no directions to explore: train the model dot or dot-bias.")
    options = replace(options, components=min(options.components, model.factors.n_factors))
    rotation = rotate(model, options.rotate) if options.rotate else None
    if rotation is not None:
        model = rotation.model
    if options.rotate == "varimax":
        directions = factor_directions(model, options.components)
    else:
        directions = principal_components(model, options.components)
    return Exploration(
        model=model,
        options=options,
        biases=item_biases(model, options.minimum_count),
        directions=directions,
        rotation=rotation,
        residuals=None if model.ratings is None else Residuals.of(model),
    )
