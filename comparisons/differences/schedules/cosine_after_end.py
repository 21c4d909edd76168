"""CosineAnnealingLR climbs again after T_max; CosineDecay stays low."""

import math

import numpy as np

KERAS = """\
CosineDecay ends at alpha, a share of the first rate, and stays there
(keras/src/optimizers/schedules/learning_rate_schedule.py,
CosineDecay.__call__)."""

PYTORCH = """\
CosineAnnealingLR ends at eta_min, a rate, and goes up again the way it came
(torch/optim/lr_scheduler.py, CosineAnnealingLR.get_lr)."""

FIX = """\
Train for T_max steps; or LambdaLR with min(step, T_max). eta_min is alpha
times the first rate. In Keras write a schedule of the bare cosine."""

GAP = 1e-2
# The rates of a Keras schedule are float32 always.
CLOSED = {"float32": 5e-8, "float64": 5e-8}


def inputs():
    """Twelve updates, of a decay over six."""
    return {"steps": np.arange(12)}


def keras_default(steps):
    import keras

    schedule = keras.optimizers.schedules.CosineDecay(0.1, 6, alpha=0.1)
    return np.array([float(schedule(int(step))) for step in steps])


def torch_default(steps):
    import torch

    optimizer = torch.optim.SGD(torch.nn.Linear(1, 1).parameters(), lr=0.1)
    scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(
        optimizer, T_max=6, eta_min=0.01
    )
    rates = []
    for _ in steps:
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return np.array(rates)


def torch_as_keras(steps):
    import torch

    def cosine(step):
        share = 0.5 * (1 + math.cos(math.pi * min(step, 6) / 6))
        return (1 - 0.1) * share + 0.1

    optimizer = torch.optim.SGD(torch.nn.Linear(1, 1).parameters(), lr=0.1)
    scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, cosine)
    rates = []
    for _ in steps:
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return np.array(rates)


def keras_as_torch(steps):
    import keras
    from keras import ops

    class Cosine(keras.optimizers.schedules.LearningRateSchedule):
        def __call__(self, step):
            angle = math.pi / 6 * ops.cast(step, "float32")
            return 0.01 + (0.1 - 0.01) * 0.5 * (1 + ops.cos(angle))

    schedule = Cosine()
    return np.array([float(schedule(int(step))) for step in steps])
