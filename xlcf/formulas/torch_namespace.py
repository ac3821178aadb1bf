"""The torch side of the array namespace: the same operations, with gradients."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from xlcf.formulas.differentiable import Elementwise


class _External(torch.autograd.Function):
    """A function that NumPy works out, with its derivatives, as an operation of torch."""

    @staticmethod
    def forward(ctx: Any, function: Elementwise, *tensors: Tensor) -> Tensor:
        ctx.function = function
        arrays = [tensor.detach().cpu().numpy() for tensor in tensors]
        with np.errstate(all="ignore"):
            result = torch.as_tensor(function.values(*arrays), dtype=torch.float64, device=tensors[0].device)
        ctx.save_for_backward(*tensors, result)
        return result

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        *tensors, result = ctx.saved_tensors
        arrays = [tensor.detach().cpu().numpy() for tensor in tensors]
        back: list[Tensor | None] = [None]
        for number, tensor in enumerate(tensors):
            if not ctx.needs_input_grad[number + 1]:
                back.append(None)
                continue
            with np.errstate(all="ignore"):
                slope = ctx.function.derivative(number, arrays, result.detach().cpu().numpy())
            back.append((gradients[0] * torch.as_tensor(slope, device=tensor.device)).sum_to_size(tensor.shape))
        return tuple(back)


class _Worked(torch.autograd.Function):
    """What NumPy works out, with the derivatives that NumPy takes back, as an operation of torch."""

    @staticmethod
    def forward(ctx: Any, values: Callable[..., Any], back: Callable[..., Any], *tensors: Tensor) -> Tensor:
        ctx.back = back
        arrays = [tensor.detach().cpu().numpy() for tensor in tensors]
        result = torch.as_tensor(values(*arrays), dtype=torch.float64, device=tensors[0].device)
        ctx.save_for_backward(*tensors, result)
        return result

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        *tensors, result = ctx.saved_tensors
        arrays = [tensor.detach().cpu().numpy() for tensor in tensors]
        taken = ctx.back(arrays, result.detach().cpu().numpy(), gradients[0].detach().cpu().numpy()[None])
        moved = (torch.as_tensor(g[0], device=tensor.device) for g, tensor in zip(taken, tensors, strict=True))
        return (None, None, *moved)


class TorchNamespace:
    """float64 torch on one device.

    Its backpropagation multiplies a gradient of 0 by an infinite or undefined derivative and gives NaN, though the
    value in question was never taken: =IF(A1>0,SQRT(A1),0) at A1 = 0. `xlcf.formulas.tape` does not.
    """

    def __init__(self, device: str = "cpu") -> None:
        self.device = torch.device(device)
        self._constants: dict[int, tuple[Any, Tensor]] = {}

    def asarray(self, array: Any) -> Tensor:
        """Move a NumPy array over."""
        return torch.tensor(array, device=self.device)

    def constant(self, array: Any) -> Tensor:
        """Move a NumPy array over once, and keep it as long as the namespace lives."""
        held = self._constants.get(id(array))
        if held is None or held[0] is not array:
            held = self._constants[id(array)] = (array, self.asarray(array))
        return held[1]

    def where(self, condition: Any, yes: Any, no: Any) -> Tensor:
        return torch.where(self._tensor(condition), self._tensor(yes), self._tensor(no))

    def sum(self, array: Tensor) -> Tensor:
        return array.sum(dim=(-2, -1), keepdim=True)

    def amax(self, array: Tensor) -> Tensor:
        return self._apply(lambda values: values.amax(dim=(-2, -1), keepdim=True), array)

    def amin(self, array: Tensor) -> Tensor:
        return self._apply(lambda values: values.amin(dim=(-2, -1), keepdim=True), array)

    def multiply(self, left: Any, right: Any) -> Tensor:
        return self._apply(torch.mul, left, right)

    def divide(self, left: Any, right: Any) -> Tensor:
        return self._apply(torch.div, left, right)

    def power(self, base: Any, exponent: Any) -> Tensor:
        return self._apply(torch.pow, base, exponent)

    def square(self, array: Any) -> Tensor:
        return self._apply(torch.square, array)

    def elementwise(self, function: str | Elementwise, *arrays: Any) -> Tensor:
        if isinstance(function, str):
            return self._apply(getattr(torch, function, None) or getattr(torch.special, function), *arrays)
        result: Tensor = _External.apply(function, *map(self._tensor, arrays))  # type: ignore[no-untyped-call]
        return result

    def matmul(self, left: Tensor, right: Tensor) -> Tensor:
        return torch.matmul(left, right)

    def swap_last(self, array: Tensor) -> Tensor:
        return array.transpose(-1, -2)

    def inverse(self, array: Tensor) -> Tensor:
        result, info = torch.linalg.inv_ex(array)
        return torch.where((info == 0)[..., None, None], result, torch.nan)

    def isnan(self, array: Any) -> Tensor:
        return torch.isnan(self._tensor(array))

    def values(self, array: Any) -> NDArray[np.float64]:
        return array.detach().cpu().numpy() if isinstance(array, Tensor) else np.asarray(array)

    def broadcast_to(self, array: Tensor, shape: Sequence[int]) -> Tensor:
        return torch.broadcast_to(array, tuple(shape))

    def concatenate(self, arrays: Sequence[Tensor]) -> Tensor:
        return torch.cat(list(arrays), dim=-1)

    def take(self, array: Tensor, index: Any) -> Tensor:
        flat = self._tensor(index)
        return array.index_select(-1, flat.reshape(-1)).reshape(*array.shape[:-1], *flat.shape)

    def sort_last(self, array: Tensor) -> Tensor:
        return array.sort(dim=-1).values

    def external(self, values: Callable[..., Any], back: Callable[..., Any], /, *arrays: Any) -> Tensor:
        result: Tensor = _Worked.apply(values, back, *map(self._tensor, arrays))  # type: ignore[no-untyped-call]
        return result

    def _tensor(self, value: Any) -> Tensor:
        if isinstance(value, Tensor):
            return value
        if isinstance(value, np.ndarray):
            return self.asarray(value)
        return torch.as_tensor(value, dtype=torch.float64, device=self.device)

    def _apply(self, operation: Callable[..., Tensor], *arrays: Any) -> Tensor:
        return operation(*(self._tensor(array) for array in arrays))
