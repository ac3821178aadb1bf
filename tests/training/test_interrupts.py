import signal

import pytest

from xlcf.training.callbacks import Callback
from xlcf.training.interrupts import FinishEpoch
from xlcf.training.options import TrainOptions
from xlcf.training.train import train


class PressCtrlC(Callback):
    def __init__(self, steps):
        self.steps = steps

    def on_step(self, trainer):
        if trainer.steps in self.steps:
            signal.raise_signal(signal.SIGINT)


def options():
    return TrainOptions(n_factors=2, epochs=4, batch_size=100, device="cpu")  # six steps an epoch


def test_the_first_ctrl_c_finishes_the_epoch(ratings):
    handler = signal.getsignal(signal.SIGINT)
    with FinishEpoch() as finish:
        model = train(ratings, options(), callbacks=[PressCtrlC([8]), finish])
    assert finish.interrupted
    assert len(model.history) == 2
    assert signal.getsignal(signal.SIGINT) is handler


def test_the_second_ctrl_c_ends_at_once(ratings):
    handler = signal.getsignal(signal.SIGINT)
    press = PressCtrlC([8, 9])
    with pytest.raises(KeyboardInterrupt), FinishEpoch() as finish:
        train(ratings, options(), callbacks=[press, finish])
    assert signal.getsignal(signal.SIGINT) is handler


def test_without_ctrl_c_all_epochs_are_run(ratings):
    with FinishEpoch() as finish:
        assert len(train(ratings, options(), callbacks=[finish]).history) == 4
    assert not finish.interrupted
