"""Cosine restarts grow twice as long each time in Keras."""

import numpy as np

KERAS = """\
CosineDecayRestarts has t_mul=2.0, and ends a period at alpha, a share of the
rate (keras/src/optimizers/schedules/learning_rate_schedule.py,
CosineDecayRestarts.__init__)."""

PYTORCH = """\
CosineAnnealingWarmRestarts has T_mult=1 and ends at eta_min, a rate
(torch/optim/lr_scheduler.py, CosineAnnealingWarmRestarts.__init__)."""

FIX = """\
T_mult=2 in PyTorch, or t_mul=1.0 in Keras. Only Keras can lower the peaks
(m_mul)."""

GAP = 1e-2
# The rates of a Keras schedule are float32 always.
CLOSED = {"float32": 5e-8, "float64": 5e-8}


def inputs():
    """Fourteen updates, of a first period of four."""
    return {"steps": np.arange(14)}


def keras_default(steps):
    import keras

    schedule = keras.optimizers.schedules.CosineDecayRestarts(0.1, 4)
    return np.array([float(schedule(int(step))) for step in steps])


def torch_default(steps):
    import torch

    optimizer = torch.optim.SGD(torch.nn.Linear(1, 1).parameters(), lr=0.1)
    schedulers = torch.optim.lr_scheduler
    scheduler = schedulers.CosineAnnealingWarmRestarts(optimizer, T_0=4)
    rates = []
    for _ in steps:
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return np.array(rates)


def torch_as_keras(steps):
    import torch

    optimizer = torch.optim.SGD(torch.nn.Linear(1, 1).parameters(), lr=0.1)
    schedulers = torch.optim.lr_scheduler
    scheduler = schedulers.CosineAnnealingWarmRestarts(
        optimizer, T_0=4, T_mult=2
    )
    rates = []
    for _ in steps:
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return np.array(rates)


def keras_as_torch(steps):
    import keras

    schedule = keras.optimizers.schedules.CosineDecayRestarts(0.1, 4, t_mul=1.0)
    return np.array([float(schedule(int(step))) for step in steps])
