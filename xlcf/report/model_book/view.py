"""A trained model as its workbook shows it: who is listed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from xlcf.errors import InputError
from xlcf.models.factors import Factors
from xlcf.models.rating_model import RatingModel
from xlcf.ratings.ids import id_text
from xlcf.ratings.ratings import Id
from xlcf.report.style import decimals_format

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True)
class ModelView:
    """A model and which of its users and items the sheets list.

    Attributes:
        model: the trained model.
        rows: most users, and most items, that a sheet lists: those with most ratings.

    """

    model: RatingModel
    rows: int

    @cached_property
    def all_users(self) -> Integers:
        """Codes of all users, those with most ratings first (ties: the first in the data)."""
        return _most_first(self.model.user_counts)

    @cached_property
    def all_items(self) -> Integers:
        """Codes of all items, those with most ratings first."""
        return _most_first(self.model.item_counts)

    @property
    def users(self) -> Integers:
        """Codes of the listed users, in that order."""
        return self.all_users[: self.rows]

    @property
    def items(self) -> Integers:
        """Codes of the listed items, in that order."""
        return self.all_items[: self.rows]

    @cached_property
    def factors(self) -> Factors | None:
        """Factors and biases; None where predictions take more than these, as those of a net do."""
        return self.model.predictor if isinstance(self.model.predictor, Factors) else None

    @property
    def biases(self) -> tuple[Floats | None, Floats | None]:
        """The users' and the items' biases, shapes (users,) and (items,), or None."""
        return (None, None) if self.factors is None else (self.factors.user_bias, self.factors.item_bias)

    @property
    def number(self) -> str:
        """The number format of a prediction."""
        if self.model.is_classifier:
            return "0.0%"
        return decimals_format(max(map(abs, self.model.prediction_range)))

    def user_codes(self, ids: Sequence[Id]) -> list[int]:
        """Give the codes of some users, whose ids may be given as text; without any, of the most active five.

        Raises:
            InputError: where the model does not know one of them.

        """
        if not ids:
            return [int(user) for user in self.users[:5]]
        code_of_text = {id_text(raw_id): code for code, raw_id in enumerate(self.model.user_ids)}
        texts = [id_text(raw_id) for raw_id in ids]
        unknown = next((text for text in texts if text not in code_of_text), None)
        if unknown is not None:
            example = self.model.user_ids[int(self.users[0])]
            raise InputError(
                f"The model does not know the {self.model.user_name} {unknown}: choose one that it was trained on, "
                f"such as {example}."
            )
        return list(dict.fromkeys(code_of_text[text] for text in texts))

    def title(self, item: int) -> str:
        """Give the title of an item; empty where items have none."""
        return "" if self.model.item_titles is None else self.model.item_titles[item]


def _most_first(counts: Integers) -> Integers:
    return np.argsort(-np.asarray(counts), kind="stable").astype(np.int64)
