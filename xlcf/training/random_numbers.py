"""The random numbers of a training run: repeatable, resumable, and nobody else's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor


class RandomNumbers:
    """Two streams of random numbers: for the order of ratings, and torch's own on a device (for dropout).

    Args:
        seed: of both.
        device: whose stream of torch's is taken care of.

    Attributes:
        order: the generator for the order of ratings, on the device: a CPU takes longer over a permutation of millions
            than a GPU over a whole epoch.

    """

    def __init__(self, seed: int, device: torch.device) -> None:
        self.order = torch.Generator(device).manual_seed(seed)
        self._device = device
        self._own = torch.Generator(device).manual_seed(seed).get_state()

    @contextmanager
    def in_use(self) -> Iterator[None]:
        """Let torch's functions draw from the run's own stream within; afterwards everyone else's is as it was."""
        others = self._torch_state()
        self._set_torch_state(self._own)
        try:
            yield
        finally:
            self._own = self._torch_state()
            self._set_torch_state(others)

    def state(self) -> dict[str, Tensor]:
        """Give the state of both streams as tensors of bytes."""
        return {"order": self.order.get_state(), "torch": self._own}

    def set_state(self, state: dict[str, Tensor]) -> None:
        """Go on from a state."""
        # a copy each: torch reads a state from the start of its storage, even where the tensor is a later part of it
        self.order.set_state(state["order"].clone())
        self._own = state["torch"].clone()

    def _torch_state(self) -> Tensor:
        if self._device.type == "cuda":
            return torch.cuda.get_rng_state(self._device)
        return torch.get_rng_state()

    def _set_torch_state(self, state: Tensor) -> None:
        if self._device.type == "cuda":
            torch.cuda.set_rng_state(state, self._device)
        else:
            torch.set_rng_state(state)
