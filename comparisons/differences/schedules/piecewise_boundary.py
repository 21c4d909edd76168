"""Learning rates drop one step earlier in PyTorch's MultiStepLR."""

import numpy as np

KERAS = """\
PiecewiseConstantDecay keeps the old value at the boundary itself: step <=
boundary (keras/src/optimizers/schedules/learning_rate_schedule.py,
PiecewiseConstantDecay.__call__)."""

PYTORCH = """\
MultiStepLR has the new value at the milestone
(torch/optim/lr_scheduler.py, MultiStepLR.get_lr)."""

FIX = """\
PyTorch: milestones of boundary + 1. Keras: boundaries of milestone - 1."""

GAP = 1e-2
# The rates of a Keras schedule are float32 always.
CLOSED = {"float32": 1e-8, "float64": 1e-8}


def inputs():
    """The numbers of twelve updates, counted from 0."""
    return {"steps": np.arange(12)}


def keras_default(steps):
    import keras

    schedule = keras.optimizers.schedules.PiecewiseConstantDecay(
        boundaries=[4, 8], values=[0.1, 0.01, 0.001]
    )
    return np.array([float(schedule(int(step))) for step in steps])


def torch_default(steps):
    import torch

    optimizer = torch.optim.SGD(torch.nn.Linear(1, 1).parameters(), lr=0.1)
    scheduler = torch.optim.lr_scheduler.MultiStepLR(
        optimizer, milestones=[4, 8], gamma=0.1
    )
    rates = []
    for _ in steps:
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return np.array(rates)


def torch_as_keras(steps):
    import torch

    optimizer = torch.optim.SGD(torch.nn.Linear(1, 1).parameters(), lr=0.1)
    scheduler = torch.optim.lr_scheduler.MultiStepLR(
        optimizer, milestones=[4 + 1, 8 + 1], gamma=0.1
    )
    rates = []
    for _ in steps:
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return np.array(rates)


def keras_as_torch(steps):
    import keras

    schedule = keras.optimizers.schedules.PiecewiseConstantDecay(
        boundaries=[4 - 1, 8 - 1], values=[0.1, 0.01, 0.001]
    )
    return np.array([float(schedule(int(step))) for step in steps])
