"""What a fitted model says: which items are good, which are alike, what the factors mean, how large residuals are.

import xlcf
from xlcf.explore import find_item, similar_items

model = xlcf.read_rating_model("movies.safetensors")  # or a workbook
neighbours = similar_items(model, find_item(model, "The Matrix"))
"""

from xlcf.explore.biases import ItemBiases, item_biases
from xlcf.explore.components import Directions, factor_directions, principal_components
from xlcf.explore.exploration import Exploration, ExploreOptions, explore
from xlcf.explore.lookup import find_item, find_items, find_user
from xlcf.explore.misses import Misses
from xlcf.explore.neighbours import Neighbours, similar_items, similar_users
from xlcf.explore.recommendations import Recommendations, Recommended, parse_ratings, recommend, recommend_new
from xlcf.explore.rotations import Rotation, rotate, varimax

__all__ = [
    "Directions",
    "Exploration",
    "ExploreOptions",
    "ItemBiases",
    "Misses",
    "Neighbours",
    "Recommendations",
    "Recommended",
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
