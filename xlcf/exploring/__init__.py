"""What a fitted model says: which items are good, which are alike, what the factors mean, how large residuals are.

import xlcf
from xlcf.exploring import find_item, similar_items

model = xlcf.read_rating_model("movies.safetensors")  # or a workbook
neighbours = similar_items(model, find_item(model, "The Matrix"))
"""

from typing import TYPE_CHECKING

from xlcf.lazy import imported_when_used

if TYPE_CHECKING:
    from xlcf.exploring.biases import ItemBiases, item_biases
    from xlcf.exploring.components import Directions, factor_directions, principal_components
    from xlcf.exploring.exploration import Exploration, explore
    from xlcf.exploring.options import ExploreOptions
    from xlcf.exploring.residuals import Residuals
    from xlcf.exploring.rotations import Rotation, rotate, varimax
    from xlcf.models.lookup import find_item, find_items, find_user
    from xlcf.models.neighbours import Neighbours, similar_items, similar_users
    from xlcf.models.recommendations import Recommendations, Recommended, parse_ratings, recommend, recommend_new

__all__ = [
    "Directions",
    "Exploration",
    "ExploreOptions",
    "ItemBiases",
    "Neighbours",
    "Recommendations",
    "Recommended",
    "Residuals",
    "Rotation",
    "explore",
    "factor_directions",
    "find_item",
    "find_items",
    "find_user",
    "item_biases",
    "parse_ratings",
    "principal_components",
    "recommend",
    "recommend_new",
    "rotate",
    "similar_items",
    "similar_users",
    "varimax",
]

__getattr__ = imported_when_used(
    __name__,
    {
        "Directions": "xlcf.exploring.components",
        "Exploration": "xlcf.exploring.exploration",
        "ExploreOptions": "xlcf.exploring.options",
        "ItemBiases": "xlcf.exploring.biases",
        "Residuals": "xlcf.exploring.residuals",
        "Neighbours": "xlcf.models.neighbours",
        "Recommendations": "xlcf.models.recommendations",
        "Recommended": "xlcf.models.recommendations",
        "Rotation": "xlcf.exploring.rotations",
        "explore": "xlcf.exploring.exploration",
        "factor_directions": "xlcf.exploring.components",
        "find_item": "xlcf.models.lookup",
        "find_items": "xlcf.models.lookup",
        "find_user": "xlcf.models.lookup",
        "item_biases": "xlcf.exploring.biases",
        "parse_ratings": "xlcf.models.recommendations",
        "principal_components": "xlcf.exploring.components",
        "recommend": "xlcf.models.recommendations",
        "recommend_new": "xlcf.models.recommendations",
        "rotate": "xlcf.exploring.rotations",
        "similar_items": "xlcf.models.neighbours",
        "similar_users": "xlcf.models.neighbours",
        "varimax": "xlcf.exploring.rotations",
    },
)
