"""Tensor files: tensors and a JSON object in one safetensors file, with a digest; reading one executes nothing.

The format: https://github.com/huggingface/safetensors#format. Its `__metadata__` holds the JSON object, under the name
of what the file is, and the SHA-256 of all its contents, so that a damaged file is not taken for a whole one.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from xlcf.files.replacing import replacing

_DIGEST = "sha256"

Tensor = NDArray[Any]


def write_tensors(path: Path, kind: str, header: Mapping[str, Any], tensors: Mapping[str, Tensor]) -> None:
    """Write a file; an existing one is replaced whole or not at all.

    Args:
        path: the file.
        kind: what it is; `read_tensors` takes no other for it.
        header: what JSON can hold.
        tensors: NumPy arrays by name.

    """
    plain = {name: np.asarray(tensor, order="C") for name, tensor in tensors.items()}
    text = json.dumps(header, default=plain_number)
    with replacing(path) as unfinished:
        unfinished.write_bytes(save(plain, metadata={kind: text, _DIGEST: _digest(text, plain)}))


def read_tensors(path: Path, kind: str) -> tuple[dict[str, Any], dict[str, Tensor]]:
    """Read a file's header and tensors.

    Raises:
        ValueError: where it is not such a file, or damaged; in a few words.

    """
    try:
        with safe_open(path, framework="np") as file:
            metadata = file.metadata() or {}
            if kind not in metadata:
                raise ValueError("a safetensors file with something else in it")
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (SafetensorError, OSError) as error:
        raise ValueError(str(error)) from error
    if metadata.get(_DIGEST) != _digest(metadata[kind], tensors):
        raise ValueError("its checksum does not fit")
    header: dict[str, Any] = json.loads(metadata[kind])
    return header, tensors


def plain_number(number: Any) -> Any:
    """Give Python's number for one of NumPy's, which JSON does not know."""
    return number.item()


def _digest(text: str, tensors: Mapping[str, Tensor]) -> str:
    digest = hashlib.sha256(text.encode())
    for name in sorted(tensors):
        tensor = tensors[name]
        digest.update(f"{name} torch.{tensor.dtype} {list(tensor.shape)}".encode())  # types as torch calls them
        digest.update(np.ascontiguousarray(tensor).reshape(-1).view(np.uint8).data)
    return digest.hexdigest()
