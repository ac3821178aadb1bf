"""Model files: weights, ids, titles and a JSON header in one tensor file (`xlcf.models.tensor_file`).

Ids and titles are tensors, whole numbers as int64 and anything else as the bytes of a JSON list.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from xlcf.errors import InputError
from xlcf.models.build import ModelOptions, model_with
from xlcf.models.tensor_file import read_tensors, write_tensors
from xlcf.models.trained_model import TrainedModel

FORMAT = 1

_PLAIN = ("rating_range", "mean", "metrics", "history", "training", "source", "fingerprint", "versions")
_NAMES = ("user_name", "item_name")
_KIND = "xlcf"
_WEIGHT = "weight."


def save_model(model: TrainedModel, path: str | Path) -> None:
    """Write a model file; an existing one is replaced whole or not at all."""
    header = {
        "format": FORMAT,
        "options": asdict(model.options),
        "n_users": len(model.user_ids),
        "n_items": len(model.item_ids),
        **{name: getattr(model, name) for name in (*_PLAIN, *_NAMES)},
    }
    tensors = {_WEIGHT + name: weight for name, weight in model.module.state_dict().items()}
    tensors["user_counts"] = torch.from_numpy(np.asarray(model.user_counts, dtype=np.int64))
    tensors["item_counts"] = torch.from_numpy(np.asarray(model.item_counts, dtype=np.int64))
    tensors["user_ids"] = list_to_tensor(model.user_ids)
    tensors["item_ids"] = list_to_tensor(model.item_ids)
    if model.item_titles is not None:
        tensors["item_titles"] = list_to_tensor(model.item_titles)
    write_tensors(Path(path), _KIND, header, tensors)


def load_model(path: str | Path) -> TrainedModel:
    """Read a model file.

    Raises:
        InputError: where there is no file, it is no model of xlcf's, or it is damaged.

    """
    path = Path(path)
    if not path.is_file():
        raise InputError(f"There is no model file {path}; make one with xlcf train.")
    with path.open("rb") as stream:
        is_zip = stream.read(2) == b"PK"
    if is_zip:
        raise InputError(f"{path.name} is a workbook or another zip file; give the model file that xlcf train wrote.")
    try:
        header, tensors = read_tensors(path, _KIND)
        return _read(header, tensors)
    except InputError:
        raise
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise InputError(f"{path.name} is no model file, or damaged ({error}); train the model again.") from error


def list_to_tensor(values: Sequence[Any]) -> Tensor:
    """Store a list as a tensor: whole numbers as int64, anything else as the UTF-8 bytes of its JSON."""
    if all(type(value) is int and abs(value) < 1 << 63 for value in values):
        return torch.tensor(list(values), dtype=torch.int64)
    return torch.frombuffer(bytearray(json.dumps(list(values)).encode()), dtype=torch.uint8)


def list_from_tensor(tensor: Tensor) -> list[Any]:
    """Give the list that `list_to_tensor` stored."""
    if tensor.dtype == torch.int64:
        return tensor.tolist()
    values: list[Any] = json.loads(tensor.numpy().tobytes())
    return values


def _read(header: dict[str, Any], tensors: dict[str, Tensor]) -> TrainedModel:
    if header["format"] > FORMAT:
        raise InputError("This model file was written by a newer xlcf: update xlcf to read it.")
    options: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in header["options"].items()
    }
    model_options = ModelOptions(**options)
    n_users, n_items = header["n_users"], header["n_items"]
    user_ids, item_ids = (list_from_tensor(tensors[name]) for name in ("user_ids", "item_ids"))
    if (len(user_ids), len(item_ids)) != (n_users, n_items):
        raise ValueError("its ids are not as many as its users and items")
    weights = {name.removeprefix(_WEIGHT): tensor for name, tensor in tensors.items() if name.startswith(_WEIGHT)}
    low, high = header["rating_range"]
    titles = tensors.get("item_titles")
    return TrainedModel(
        module=model_with(weights, n_users, n_items, model_options),
        options=model_options,
        user_ids=user_ids,
        item_ids=item_ids,
        item_titles=None if titles is None else list_from_tensor(titles),
        user_counts=tensors["user_counts"].numpy(),
        item_counts=tensors["item_counts"].numpy(),
        rating_range=(low, high),
        **{name: header[name] for name in (*_PLAIN, *_NAMES) if name != "rating_range"},
    )
