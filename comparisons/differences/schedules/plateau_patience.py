"""ReduceLROnPlateau waits one epoch longer in PyTorch."""

import numpy as np

KERAS = """\
Lowers the rate in the patience-th epoch without progress: wait >= patience
(keras/src/callbacks/reduce_lr_on_plateau.py, on_epoch_end)."""

PYTORCH = """\
Lowers it in the epoch after that: num_bad_epochs > patience
(torch/optim/lr_scheduler.py, ReduceLROnPlateau.step)."""

FIX = """\
PyTorch: patience - 1. Keras: patience + 1."""

GAP = 1e-2
CLOSED = {"float32": 1e-8, "float64": 1e-13}


def inputs():
    """The validation losses of ten epochs; there is no progress."""
    return {"losses": np.full(10, 1.0)}


def keras_default(losses):
    import keras

    model = keras.Sequential([keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(0.1), "mse")
    callback = keras.callbacks.ReduceLROnPlateau(patience=3, factor=0.5)
    callback.set_model(model)  # fit does it
    rates = []
    for epoch, loss in enumerate(losses):
        callback.on_epoch_end(epoch, {"val_loss": float(loss)})
        rates.append(float(model.optimizer.learning_rate))
    return np.array(rates)


def torch_default(losses):
    import torch

    optimizer = torch.optim.SGD(torch.nn.Linear(1, 1).parameters(), lr=0.1)
    scheduler = torch.optim.lr_scheduler.ReduceLROnPlateau(
        optimizer, patience=3, factor=0.5
    )
    rates = []
    for loss in losses:
        scheduler.step(loss)
        rates.append(optimizer.param_groups[0]["lr"])
    return np.array(rates)


def torch_as_keras(losses):
    import torch

    optimizer = torch.optim.SGD(torch.nn.Linear(1, 1).parameters(), lr=0.1)
    scheduler = torch.optim.lr_scheduler.ReduceLROnPlateau(
        optimizer, patience=3 - 1, factor=0.5
    )
    rates = []
    for loss in losses:
        scheduler.step(loss)
        rates.append(optimizer.param_groups[0]["lr"])
    return np.array(rates)


def keras_as_torch(losses):
    import keras

    model = keras.Sequential([keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(0.1), "mse")
    callback = keras.callbacks.ReduceLROnPlateau(patience=3 + 1, factor=0.5)
    callback.set_model(model)
    rates = []
    for epoch, loss in enumerate(losses):
        callback.on_epoch_end(epoch, {"val_loss": float(loss)})
        rates.append(float(model.optimizer.learning_rate))
    return np.array(rates)
