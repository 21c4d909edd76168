"""ReduceLROnPlateau lowers the rate in PyTorch while a large loss improves."""

import numpy as np

KERAS = """\
Progress is more than min_delta=1e-4, absolute
(keras/src/callbacks/reduce_lr_on_plateau.py, monitor_callback.py)."""

PYTORCH = """\
Progress is more than threshold=1e-4 of the best so far, relative: 0.01 for a
loss of 100 (torch/optim/lr_scheduler.py, ReduceLROnPlateau._is_better)."""

FIX = """\
PyTorch: threshold_mode="abs". Keras: a subclass that compares relatively.
Patience differs as in plateau_patience."""

GAP = 1e-2
CLOSED = {"float32": 1e-8, "float64": 1e-13}


def inputs():
    """The losses of eight epochs: from 100 down by 0.002 each."""
    return {"losses": 100 - 0.002 * np.arange(8)}


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
        optimizer, patience=2, factor=0.5
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
        optimizer, patience=2, factor=0.5, threshold_mode="abs"
    )
    rates = []
    for loss in losses:
        scheduler.step(loss)
        rates.append(optimizer.param_groups[0]["lr"])
    return np.array(rates)


def keras_as_torch(losses):
    import keras

    class ReduceOnRelativePlateau(keras.callbacks.ReduceLROnPlateau):
        def _is_improvement(self, value, best):
            return best is None or value < best * (1 - 1e-4)

    model = keras.Sequential([keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(0.1), "mse")
    callback = ReduceOnRelativePlateau(patience=3, factor=0.5)
    callback.set_model(model)
    rates = []
    for epoch, loss in enumerate(losses):
        callback.on_epoch_end(epoch, {"val_loss": float(loss)})
        rates.append(float(model.optimizer.learning_rate))
    return np.array(rates)
