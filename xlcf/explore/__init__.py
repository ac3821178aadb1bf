"""What a fitted model says: which items are good, which are alike, what the factors mean, where predictions miss.

from xlcf.explore import explore, find_item, read_fitted, similar_items

fitted = read_fitted("movies.safetensors")  # or a workbook
neighbours = similar_items(fitted, find_item(fitted, "The Matrix"))
"""

from xlcf.explore.biases import ItemBiases, item_biases
from xlcf.explore.components import Directions, factor_directions, principal_components
from xlcf.explore.exploration import Exploration, ExploreOptions, explore
from xlcf.explore.fitted import Fitted, read_fitted
from xlcf.explore.lookup import find_item, find_items, find_user
from xlcf.explore.misses import Misses
from xlcf.explore.neighbours import Neighbours, similar_items, similar_users
from xlcf.explore.rotations import Rotation, rotate, varimax

__all__ = [
    "Directions",
    "Exploration",
    "ExploreOptions",
    "Fitted",
    "ItemBiases",
    "Misses",
    "Neighbours",
    "Rotation",
    "explore",
    "factor_directions",
    "find_item",
    "find_items",
    "find_user",
    "item_biases",
    "principal_components",
    "read_fitted",
    "rotate",
    "similar_items",
    "similar_users",
    "varimax",
]
