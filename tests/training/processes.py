"""What each of two processes runs for `test_distributed`: `python processes.py FOLDER`.

The first one writes what came of it.
"""

import pickle
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np

from xlcf.errors import InputError
from xlcf.ratings.splits import random_split
from xlcf.ratings.synthetic import synthetic_ratings
from xlcf.training.callbacks import Callback
from xlcf.training.distributed import process_group
from xlcf.training.gradient_descent import make_trainer
from xlcf.training.options import TrainOptions
from xlcf.training.range_test import range_test
from xlcf.training.train import train

_LITTLE = {"n_factors": 4, "device": "cpu", "epochs": 4, "learning_rate": 0.1, "dropout": (0.0, 0.0)}
_FULL_BATCH = _LITTLE | {"batch_size": 1000, "schedule": "constant", "weight_decay": 0.01}

# by name: options with which two processes must end as one does
EQUAL = {
    "sgd": TrainOptions(**_FULL_BATCH | {"method": "sgd", "learning_rate": 1.0}),
    "momentum": TrainOptions(**_FULL_BATCH | {"method": "momentum"}),
    "adam": TrainOptions(**_FULL_BATCH),
    "adamw": TrainOptions(**_FULL_BATCH | {"method": "adamw"}),
    "dot with a range": TrainOptions(**_FULL_BATCH | {"model": "dot", "rating_range": (0.0, 5.5)}),
    "net": TrainOptions(**_FULL_BATCH | {"model": "net", "method": "sgd"}),
    "classifier": TrainOptions(**_FULL_BATCH | {"threshold": 4.0}),
}
# with which they must end as one does but for luck
ALIKE = {
    "batches": TrainOptions(**_LITTLE | {"batch_size": 64, "learning_rate": 0.03}),
    "hardly a rating a step": TrainOptions(**_LITTLE | {"batch_size": 4, "learning_rate": 0.01, "epochs": 2}),
    "dropout": TrainOptions(**_LITTLE | {"model": "net", "dropout": (0.05, 0.5), "batch_size": 64}),
    "defaults": TrainOptions(n_factors=4, device="cpu"),
}
RESUMED = replace(ALIKE["dropout"], patience=3)


def data():
    """Give ratings to train on and to validate on."""
    ratings = synthetic_ratings(n_users=30, n_items=40, n_ratings=600, seed=1)
    split = random_split(len(ratings), 0.2)
    return ratings.take(split.train), ratings.take(split.hold_out)


class Stop(Callback):
    """End the run after an epoch."""

    def __init__(self, epoch):
        self.epoch = epoch

    def on_epoch(self, trainer):
        trainer.stopping = trainer.stopping or trainer.epoch == self.epoch


def message_of(call):
    """Give the sentence with which a call is refused."""
    try:
        call()
    except InputError as error:
        return str(error)
    return None


def run(processes, folder):
    """Train in all ways."""
    ratings, validation = data()
    found = {"size": processes.size, "gathered": processes.gather(processes.rank)}
    found["models"] = {
        name: train(ratings, options, validation=validation, processes=processes)
        for name, options in (EQUAL | ALIKE).items()
    }
    # the same model in every process, and a shard in each
    weights = pickle.dumps(found["models"]["batches"].predictor)
    found["same"] = all(theirs == weights for theirs in processes.gather(weights))
    trainer = make_trainer(ratings, ALIKE["batches"], validation, processes=processes)
    found["users"] = processes.gather(trainer.module.user_factors.weight.shape[0])
    found["ratings"] = processes.gather(len(trainer.ratings))
    # only the second asks for an end
    second = [Stop(2)] if processes.rank == 1 else []
    found["stopped"] = train(ratings, ALIKE["batches"], callbacks=second, processes=processes)
    sharded = {"processes": processes, "shard_items": True}
    found["sharded"] = {
        name: train(ratings, options, validation=validation, **sharded) for name, options in (EQUAL | ALIKE).items()
    }
    trainer = make_trainer(ratings, ALIKE["batches"], **sharded)
    found["items"] = processes.gather(trainer.module.item_factors.weight.shape[0])
    path = folder / "run.checkpoint"
    arguments = {"validation": validation, "processes": processes}
    found["whole"] = train(ratings, RESUMED, **arguments)
    train(ratings, RESUMED, checkpoint=path, callbacks=[Stop(2)], **arguments)
    found["resumed"] = train(ratings, RESUMED, checkpoint=path, resume=True, **arguments)
    path = folder / "sharded.checkpoint"
    train(ratings, RESUMED, checkpoint=path, callbacks=[Stop(2)], validation=validation, **sharded)
    found["resumed, sharded"] = train(ratings, RESUMED, checkpoint=path, resume=True, validation=validation, **sharded)
    found["whole, sharded"] = train(ratings, RESUMED, validation=validation, **sharded)
    found["range test"] = processes.gather(range_test(ratings, ALIKE["batches"], processes=processes).suggestion)
    found["range test, sharded"] = range_test(ratings, ALIKE["batches"], **sharded).suggestion
    few = ratings.take(np.flatnonzero(ratings.users == 3))
    found["too few"] = message_of(lambda: train(few, ALIKE["batches"], processes=processes))
    return found


if __name__ == "__main__":
    with process_group("cpu") as group:
        results = run(group, Path(sys.argv[1]))
        if group.is_first:
            (Path(sys.argv[1]) / "found.pickle").write_bytes(pickle.dumps(results))
