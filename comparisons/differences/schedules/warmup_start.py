"""Warmup starts at 0 in Keras, at a third of the rate in PyTorch."""

import numpy as np

KERAS = """\
CosineDecay(0.0, warmup_target=...) climbs from the first argument, 0 in
Keras' example: the first update changes nothing
(keras/src/optimizers/schedules/learning_rate_schedule.py, CosineDecay)."""

PYTORCH = """\
LinearLR has start_factor=1/3, which must not be 0
(torch/optim/lr_scheduler.py, LinearLR.__init__)."""

FIX = """\
Keras: start from a third of warmup_target. PyTorch: LambdaLR, which may start
at 0, in LinearLR's place; or a tiny start_factor."""

GAP = 1e-2
# The rates of a Keras schedule are float32 always.
CLOSED = {"float32": 5e-8, "float64": 5e-8}


def inputs():
    """Nine updates: three of warmup, six of decay."""
    return {"steps": np.arange(9)}


def keras_default(steps):
    import keras

    schedule = keras.optimizers.schedules.CosineDecay(
        0.0, 6, warmup_target=0.1, warmup_steps=3
    )
    return np.array([float(schedule(int(step))) for step in steps])


def torch_default(steps):
    import torch
    from torch.optim import lr_scheduler

    optimizer = torch.optim.SGD(torch.nn.Linear(1, 1).parameters(), lr=0.1)
    warmup = lr_scheduler.LinearLR(optimizer, total_iters=3)
    decay = lr_scheduler.CosineAnnealingLR(optimizer, T_max=6)
    scheduler = lr_scheduler.SequentialLR(optimizer, [warmup, decay], [3])
    rates = []
    for _ in steps:
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return np.array(rates)


def torch_as_keras(steps):
    import torch
    from torch.optim import lr_scheduler

    optimizer = torch.optim.SGD(torch.nn.Linear(1, 1).parameters(), lr=0.1)
    warmup = lr_scheduler.LambdaLR(optimizer, lambda step: step / 3)
    decay = lr_scheduler.CosineAnnealingLR(optimizer, T_max=6)
    scheduler = lr_scheduler.SequentialLR(optimizer, [warmup, decay], [3])
    rates = []
    for _ in steps:
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return np.array(rates)


def keras_as_torch(steps):
    import keras

    schedule = keras.optimizers.schedules.CosineDecay(
        0.1 / 3, 6, warmup_target=0.1, warmup_steps=3
    )
    return np.array([float(schedule(int(step))) for step in steps])
