"""Model files: the fitted numbers, ids, titles and a JSON header in one tensor file (`xlcf.models.tensor_file`).

Weights are named as in a torch module's `state_dict`. Those that single precision holds exactly are stored in it. Ids
and titles are tensors too, whole numbers as int64 and anything else as the bytes of a JSON list.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xlcf.errors import InputError
from xlcf.files.formats import Format, format_of
from xlcf.models.factors import Factors
from xlcf.models.net import Net
from xlcf.models.predictor import Predictor
from xlcf.models.rating_model import RatingModel
from xlcf.models.tensor_file import read_tensors, write_tensors
from xlcf.ratings.vocabulary import Vocabulary

FORMAT = 1

_PLAIN = ("mean", "metrics", "history", "training", "source", "fingerprint", "versions", "user_name", "item_name")
_KIND = "xlcf"
_WEIGHT = "weight."
_MAKE_ONE = "make a model file with xlcf train"

Tensor = NDArray[Any]


def save_model(model: RatingModel, path: str | Path) -> None:
    """Write a model file; an existing one is replaced whole or not at all. Known ratings are not part of it."""
    predictor = model.predictor
    options = {
        "model": model.kind,
        "n_factors": predictor.n_factors,
        "rating_range": None if model.is_classifier else predictor.rating_range,
        "threshold": model.threshold,
    }
    if isinstance(predictor, Net):
        options["n_hidden"] = predictor.n_hidden
    else:
        options["biases"] = [name for name, bias in _biases(model.factors).items() if bias is not None]
    header: dict[str, Any] = {
        "format": FORMAT,
        "options": options,
        "n_users": model.n_users,
        "n_items": model.n_items,
        "rating_range": model.rating_range,
        "is_clipped": model.is_clipped,
        **{name: getattr(model, name) for name in _PLAIN},
    }
    tensors = {_WEIGHT + name: _compact(weight) for name, weight in _weights(predictor).items()}
    tensors["user_counts"] = np.asarray(model.user_counts, dtype=np.int64)
    tensors["item_counts"] = np.asarray(model.item_counts, dtype=np.int64)
    tensors["user_ids"] = list_to_tensor(model.user_ids)
    tensors["item_ids"] = list_to_tensor(model.item_ids)
    if model.item_titles is not None:
        tensors["item_titles"] = list_to_tensor(model.item_titles)
    write_tensors(Path(path), _KIND, header, tensors)


def load_model(path: str | Path) -> RatingModel:
    """Read a model file.

    Raises:
        InputError: where there is no file, it is no model of xlcf's, or it is damaged.

    """
    path = Path(path)
    told = format_of(path, kind="model file", if_missing=_MAKE_ONE)
    if told.is_spreadsheet or told is Format.ZIP:
        raise InputError(f"{path.name} is a workbook or another zip file; give the model file that xlcf train wrote.")
    if told not in (Format.MODEL, Format.TEXT):
        raise InputError(f"{path.name} is {told.value}; give the model file that xlcf train wrote.")
    try:
        header, tensors = read_tensors(path, _KIND)
        return _read(header, tensors)
    except InputError:
        raise
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
        raise InputError(f"{path.name} is no model file, or damaged ({error}); train the model again.") from error


def list_to_tensor(values: Sequence[Any]) -> Tensor:
    """Store a list as a tensor: whole numbers as int64, anything else as the UTF-8 bytes of its JSON."""
    if all(type(value) is int and abs(value) < 1 << 63 for value in values):
        return np.array(list(values), dtype=np.int64)
    return np.frombuffer(json.dumps(list(values)).encode(), dtype=np.uint8)


def list_from_tensor(tensor: Tensor) -> list[Any]:
    """Give the list that `list_to_tensor` stored."""
    values: list[Any] = tensor.tolist() if tensor.dtype == np.int64 else json.loads(tensor.tobytes())
    return values


def _weights(predictor: Predictor) -> dict[str, Tensor]:
    """Name the fitted arrays as a torch module's `state_dict` does."""
    weights = {"user_factors.weight": predictor.user_factors, "item_factors.weight": predictor.item_factors}
    if isinstance(predictor, Net):
        return weights | {
            "hidden.weight": predictor.hidden_weight,
            "hidden.bias": predictor.hidden_bias,
            "output.weight": predictor.output_weight[None],
            "output.bias": np.array([predictor.output_bias]),
        }
    assert isinstance(predictor, Factors)
    weights["global_bias"] = np.array(predictor.global_bias)
    given = {f"{name}.weight": bias[:, None] for name, bias in _biases(predictor).items() if bias is not None}
    return weights | given


def _biases(factors: Factors) -> dict[str, Tensor | None]:
    return {"user_bias": factors.user_bias, "item_bias": factors.item_bias}


def _compact(weight: Tensor) -> Tensor:
    with np.errstate(over="ignore"):
        single = weight.astype(np.float32)
    return single if np.array_equal(single, weight, equal_nan=True) else weight


def _read(header: dict[str, Any], tensors: dict[str, Tensor]) -> RatingModel:
    if header["format"] > FORMAT:
        raise InputError("This model file was written by a newer xlcf: update xlcf to read it.")
    user_ids, item_ids = (Vocabulary(_ids(tensors[name])) for name in ("user_ids", "item_ids"))
    if (len(user_ids), len(item_ids)) != (header["n_users"], header["n_items"]):
        raise ValueError("its ids are not as many as its users and items")
    titles = tensors.get("item_titles")
    low, high = header["rating_range"]
    threshold = header["options"]["threshold"]
    model = RatingModel(
        predictor=_read_predictor(header["options"], tensors, (0.0, 1.0) if threshold is not None else None),
        user_ids=user_ids,
        item_ids=item_ids,
        item_titles=None if titles is None else list_from_tensor(titles),
        user_counts=tensors["user_counts"],
        item_counts=tensors["item_counts"],
        rating_range=(float(low), float(high)),
        is_clipped=header.get("is_clipped", True),
        threshold=threshold,
        **{name: header[name] for name in _PLAIN},
    )
    _require_shapes(model)
    return model


def _ids(tensor: Tensor) -> Any:
    return tensor if tensor.dtype == np.int64 else list_from_tensor(tensor)


def _read_predictor(
    options: dict[str, Any], tensors: dict[str, Tensor], rating_range: tuple[float, float] | None
) -> Predictor:
    def weight(name: str) -> Any:
        return tensors[_WEIGHT + name].astype(np.float64)

    if rating_range is None and options["rating_range"] is not None:
        low, high = options["rating_range"]
        rating_range = float(low), float(high)
    user_factors, item_factors = weight("user_factors.weight"), weight("item_factors.weight")
    match options["model"]:
        case "net":
            return Net(
                user_factors,
                item_factors,
                weight("hidden.weight"),
                weight("hidden.bias"),
                weight("output.weight")[0],
                float(weight("output.bias")[0]),
                rating_range=rating_range,
            )
        case "dot" | "dot-bias" | "bias" | "mean":
            # files of earlier versions do not name the biases: a model had both or none
            names = options.get("biases", ["user_bias", "item_bias"] if options["model"] == "dot-bias" else [])
            biases = {name: weight(f"{name}.weight")[:, 0] for name in names}
            mean = float(weight("global_bias"))
            return Factors(user_factors, item_factors, **biases, global_bias=mean, rating_range=rating_range)
        case kind:
            raise ValueError(f"a model {kind!r}, which is none of dot, dot-bias, net, bias and mean")


def _require_shapes(model: RatingModel) -> None:
    """Refuse arrays whose shapes do not fit together."""
    predictor, n_factors = model.predictor, model.predictor.n_factors
    shapes = [
        (predictor.user_factors, (model.n_users, n_factors)),
        (predictor.item_factors, (model.n_items, n_factors)),
        (model.user_counts, (model.n_users,)),
        (model.item_counts, (model.n_items,)),
    ]
    if isinstance(predictor, Net):
        shapes.append((predictor.hidden_weight, (predictor.n_hidden, 2 * n_factors)))
        shapes.append((predictor.output_weight, (predictor.n_hidden,)))
    else:
        n_of = {"user_bias": model.n_users, "item_bias": model.n_items}
        shapes += [(bias, (n_of[name],)) for name, bias in _biases(model.factors).items() if bias is not None]
    if any(array.shape != shape for array, shape in shapes):
        raise ValueError("its weights do not fit its users, items and options")
