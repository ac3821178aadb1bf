"""Learning-rate schedules: the factor by which the rate is multiplied, as a function of the time in epochs."""

from __future__ import annotations

import math

from xlcf.training.options import DescentOptions

# of Smith's one-cycle, as torch's OneCycleLR has them
_WARM_UP, _FIRST, _LAST = 0.3, 1 / 25, 1 / 25e4


def learning_rate_at(options: DescentOptions, epoch: float) -> float:
    """Give the learning rate after `epoch` epochs, a fraction within one included.

    constant; cosine with warm restarts (Loshchilov, Hutter 2017, "SGDR"); one-cycle (Smith 2018, "A disciplined
    approach to neural network hyper-parameters"), without its cycle of momentum.
    """
    begin = 0
    for length, rate in options.phases:
        if epoch < begin + length:
            return rate * _factor(options, epoch - begin, length)
        begin += length
    return options.phases[-1][1] * _factor(options, options.phases[-1][0], options.phases[-1][0])


def _factor(options: DescentOptions, epoch: float, length: int) -> float:
    if options.schedule == "constant":
        return 1.0
    if options.schedule == "one-cycle":
        return _one_cycle(epoch / length)
    return _restarting_cosine(epoch, options.cycle_len or length, options.cycle_mult, length)


def _restarting_cosine(epoch: float, cycle: float, multiplier: int, length: int) -> float:
    begin = 0.0
    while epoch >= begin + cycle and begin + cycle < length:
        begin += cycle
        cycle *= multiplier
    return _half_cosine(1.0, 0.0, (epoch - begin) / cycle)


def _one_cycle(progress: float) -> float:
    if progress < _WARM_UP:
        return _half_cosine(_FIRST, 1.0, progress / _WARM_UP)
    return _half_cosine(1.0, _LAST, (progress - _WARM_UP) / (1 - _WARM_UP))


def _half_cosine(start: float, end: float, progress: float) -> float:
    return end + (start - end) * (1 + math.cos(math.pi * min(progress, 1.0))) / 2
