"""Linear decay ends at 0.0001 in Keras, at 0 in PyTorch."""

import numpy as np

KERAS = """\
PolynomialDecay has end_learning_rate=0.0001, power=1 and no default number of
steps (keras/src/optimizers/schedules/learning_rate_schedule.py,
PolynomialDecay.__init__)."""

PYTORCH = """\
PolynomialLR ends at 0 after total_iters=5, power=1
(torch/optim/lr_scheduler.py, PolynomialLR.__init__)."""

FIX = """\
Keras: end_learning_rate=0.0. PyTorch: LambdaLR for any power; for power 1
LinearLR(start_factor=1, end_factor=end / lr)."""

GAP = 5e-5
# The rates of a Keras schedule are float32 always.
CLOSED = {"float32": 5e-10, "float64": 5e-10}


def inputs():
    """Ten updates, of a decay over six."""
    return {"steps": np.arange(10)}


def keras_default(steps):
    import keras

    schedule = keras.optimizers.schedules.PolynomialDecay(0.001, 6)
    return np.array([float(schedule(int(step))) for step in steps])


def torch_default(steps):
    import torch

    optimizer = torch.optim.SGD(torch.nn.Linear(1, 1).parameters(), lr=0.001)
    scheduler = torch.optim.lr_scheduler.PolynomialLR(optimizer, total_iters=6)
    rates = []
    for _ in steps:
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return np.array(rates)


def torch_as_keras(steps):
    import torch

    optimizer = torch.optim.SGD(torch.nn.Linear(1, 1).parameters(), lr=0.001)
    scheduler = torch.optim.lr_scheduler.LinearLR(
        optimizer,
        start_factor=1.0,
        end_factor=0.0001 / 0.001,
        total_iters=6,
    )
    rates = []
    for _ in steps:
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return np.array(rates)


def keras_as_torch(steps):
    import keras

    schedule = keras.optimizers.schedules.PolynomialDecay(
        0.001, 6, end_learning_rate=0.0
    )
    return np.array([float(schedule(int(step))) for step in steps])
