"""Checkpoints: the whole state of a training run after an epoch, in one tensor file (`xlcf.models.tensor_file`)."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from xlcf.errors import InputError
from xlcf.files.input_files import check_input
from xlcf.models.tensor_file import plain_number, read_tensors, write_tensors
from xlcf.training.callbacks import Callback
from xlcf.training.shards import join_rows, own_rows, own_tables
from xlcf.training.trainer import EpochRecord, Trainer

_KIND = "xlcf-checkpoint"
_WEIGHT, _BEST, _OPTIMIZER, _RANDOM = "weight.", "best.", "optimizer.", "random."


class Checkpoint(Callback):
    """Write a checkpoint after each epoch; a run that goes on from it ends as if it had never been interrupted.

    With several processes the first one writes for all of them, and each reads.

    Args:
        path: the file; it is replaced whole or not at all.
        fingerprint: of the ratings; a run on other ratings cannot go on from it.

    """

    def __init__(self, path: Path, fingerprint: str) -> None:
        self.path, self.fingerprint = path, fingerprint

    def on_epoch(self, trainer: Trainer) -> None:
        """Write."""
        tensors = {_WEIGHT + name: weight for name, weight in trainer.module.state_dict().items()}
        tensors |= {_OPTIMIZER + name: value for name, value in _optimizer_state(trainer).items()}
        tensors |= {_RANDOM + name: value for name, value in trainer.random.state().items()}
        tensors["average"] = trainer.average
        best = trainer.best_weights
        if best is not None:
            tensors |= {_BEST + name: weight for name, weight in best.weights.items()}
        header = {
            "fingerprint": self.fingerprint,
            "options": _options(trainer),
            "epoch": trainer.epoch,
            "steps": trainer.steps,
            "stopping": trainer.stopping and best is not None and best.gives_up(trainer),
            "history": [asdict(record) for record in trainer.history],
            "best": None if best is None or not best.epoch else {"error": best.best, "epoch": best.epoch},
        }
        parts = trainer.processes.gather_to_first({name: tensor.detach().cpu() for name, tensor in tensors.items()})
        if parts is not None:
            streams = [name for name in tensors if name.startswith(_RANDOM)]
            random = {name: torch.stack([part[name] for part in parts]) for name in streams}
            joined = join_rows(parts, own_tables(trainer.module)) | random
            write_tensors(self.path, _KIND, header, {name: tensor.numpy() for name, tensor in joined.items()})

    def resume(self, trainer: Trainer) -> None:
        """Set the trainer to where the checkpoint was written.

        Raises:
            InputError: where there is no checkpoint, it is damaged, or of other ratings or options.

        """
        header, tensors = self._read()
        if header["fingerprint"] != self.fingerprint:
            raise InputError(f"{self.path.name} was written in training on other ratings: train without `resume`.")
        differing = [name for name, value in _options(trainer).items() if header["options"].get(name) != value]
        if differing:
            raise InputError(
                f"{self.path.name} was written with another {differing[0].replace('_', ' ')} "
                f"({header['options'].get(differing[0])}): give the same options, or train without `resume`."
            )
        streams = {name: states[trainer.processes.rank] for name, states in _part(tensors, _RANDOM).items()}
        tensors = own_rows(tensors, trainer.module, trainer.processes)
        trainer.module.load_state_dict(_part(tensors, _WEIGHT))
        _set_optimizer_state(trainer, _part(tensors, _OPTIMIZER))
        trainer.random.set_state(streams)
        trainer.average.copy_(tensors["average"])
        trainer.epoch, trainer.steps = header["epoch"], header["steps"]
        trainer.stopping = header["stopping"]
        trainer.history[:] = [EpochRecord(**record) for record in header["history"]]
        best = trainer.best_weights
        if best is not None and header["best"] is not None:
            best.best, best.epoch = header["best"]["error"], header["best"]["epoch"]
            best.weights = {name: tensor.to(trainer.device) for name, tensor in _part(tensors, _BEST).items()}

    def _read(self) -> tuple[dict[str, Any], dict[str, Tensor]]:
        check_input(self.path, kind="checkpoint", if_missing="train without `resume`")
        try:
            header, arrays = read_tensors(self.path, _KIND)
        except ValueError as error:
            raise InputError(
                f"{self.path.name} is no checkpoint, or damaged ({error}): delete it and train without `resume`."
            ) from error
        return header, {name: torch.from_numpy(array) for name, array in arrays.items()}


def _options(trainer: Trainer) -> dict[str, Any]:
    """Give what decides the result, as JSON gives it back."""
    options = asdict(trainer.options) | {
        "device": trainer.device.type,  # each kind of device draws random numbers of its own
        "number_of_processes": trainer.processes.size,
    }
    plain: dict[str, Any] = json.loads(json.dumps(options, default=plain_number))
    return plain


def _optimizer_state(trainer: Trainer) -> dict[str, Tensor]:
    return {
        f"{name}.{quantity}": value
        for name, weight in trainer.module.named_parameters()
        for quantity, value in trainer.step.optimizer.state[weight].items()
        if isinstance(value, Tensor)
    }


def _set_optimizer_state(trainer: Trainer, tensors: dict[str, Tensor]) -> None:
    for name, weight in trainer.module.named_parameters():
        state = _part(tensors, f"{name}.")
        if state:
            trainer.step.optimizer.state[weight] = {
                quantity: value.to(trainer.device) for quantity, value in state.items()
            }


def _part(tensors: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): tensor for name, tensor in tensors.items() if name.startswith(prefix)}
