"""A schedule function moved to LambdaLR gives far too small a rate."""

import numpy as np

KERAS = """\
The function given to LearningRateScheduler returns the rate itself
(keras/src/callbacks/learning_rate_scheduler.py)."""

PYTORCH = """\
The function given to LambdaLR returns a factor of the optimizer's first lr
(torch/optim/lr_scheduler.py, LambdaLR.get_lr)."""

FIX = """\
PyTorch: lr=1.0, and the function's values are rates. Keras: multiply by the
first rate."""

GAP = 1e-2
CLOSED = {"float32": 2e-8, "float64": 1e-13}


def inputs():
    """Five epochs."""
    return {"epochs": np.arange(5)}


def keras_default(epochs):
    import keras

    def schedule(epoch):
        return 0.1 / (1 + epoch)

    model = keras.Sequential([keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(0.1), "mse")
    callback = keras.callbacks.LearningRateScheduler(schedule)
    callback.set_model(model)  # fit does it
    rates = []
    for epoch in epochs:
        callback.on_epoch_begin(epoch)
        rates.append(float(model.optimizer.learning_rate))
    return np.array(rates)


def torch_default(epochs):
    import torch

    def schedule(epoch):
        return 0.1 / (1 + epoch)

    model = torch.nn.Linear(1, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, schedule)
    rates = []
    for _ in epochs:
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return np.array(rates)


def torch_as_keras(epochs):
    import torch

    def schedule(epoch):
        return 0.1 / (1 + epoch)

    model = torch.nn.Linear(1, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
    scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, schedule)
    rates = []
    for _ in epochs:
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return np.array(rates)


def keras_as_torch(epochs):
    import keras

    def schedule(epoch):
        return 0.1 * 0.1 / (1 + epoch)

    model = keras.Sequential([keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(0.1), "mse")
    callback = keras.callbacks.LearningRateScheduler(schedule)
    callback.set_model(model)
    rates = []
    for epoch in epochs:
        callback.on_epoch_begin(epoch)
        rates.append(float(model.optimizer.learning_rate))
    return np.array(rates)
