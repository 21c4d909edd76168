"""LearningRateScheduler lowers the rate before the first epoch already."""

import numpy as np

KERAS = """\
The callback asks for a rate at the beginning of every epoch, the first too,
and hands over the last one: lr * 0.9 starts at 0.9 of the optimizer's rate
(keras/src/callbacks/learning_rate_scheduler.py, on_epoch_begin)."""

PYTORCH = """\
ExponentialLR and all others leave the first epoch at the optimizer's lr and
move on after it (torch/optim/lr_scheduler.py, LRScheduler.step)."""

FIX = """\
Keras: return lr unchanged at epoch 0. PyTorch: start from lr * 0.9."""

GAP = 1e-3
CLOSED = {"float32": 3e-8, "float64": 1e-13}


def inputs():
    """Five epochs."""
    return {"epochs": np.arange(5)}


def keras_default(epochs):
    import keras

    model = keras.Sequential([keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(0.1), "mse")
    callback = keras.callbacks.LearningRateScheduler(lambda epoch, lr: lr * 0.9)
    callback.set_model(model)  # fit does it
    rates = []
    for epoch in epochs:
        callback.on_epoch_begin(epoch)
        rates.append(float(model.optimizer.learning_rate))
    return np.array(rates)


def torch_default(epochs):
    import torch

    model = torch.nn.Linear(1, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    scheduler = torch.optim.lr_scheduler.ExponentialLR(optimizer, gamma=0.9)
    rates = []
    for _ in epochs:
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return np.array(rates)


def torch_as_keras(epochs):
    import torch

    model = torch.nn.Linear(1, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1 * 0.9)
    scheduler = torch.optim.lr_scheduler.ExponentialLR(optimizer, gamma=0.9)
    rates = []
    for _ in epochs:
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return np.array(rates)


def keras_as_torch(epochs):
    import keras

    model = keras.Sequential([keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(0.1), "mse")
    callback = keras.callbacks.LearningRateScheduler(
        lambda epoch, lr: lr * 0.9 if epoch else lr
    )
    callback.set_model(model)
    rates = []
    for epoch in epochs:
        callback.on_epoch_begin(epoch)
        rates.append(float(model.optimizer.learning_rate))
    return np.array(rates)
