"""A layer frozen after fit goes on training until compile is called again."""

import numpy as np

KERAS = """\
fit traces its step once and keeps it: `trainable` counts as it was then
(keras/src/backend/tensorflow/trainer.py, make_train_function)."""

PYTORCH = """\
requires_grad_(False) holds from the next forward pass on."""

FIX = """\
Call compile again after each change of `trainable`, with a new optimizer or
the old one, which then keeps its slots."""

GAP = 0.05
CLOSED = {"float32": 1e-6, "float64": 1e-14}


def inputs():
    """Two factors that train, then the first is frozen for an epoch."""
    return {"x": np.ones((4, 1)), "y": np.full((4, 1), 2.0)}


def keras_default(x, y):
    import keras
    from keras import layers

    body = layers.Dense(1, use_bias=False, kernel_initializer="ones")
    head = layers.Dense(1, use_bias=False, kernel_initializer="ones")
    model = keras.Sequential([keras.Input((1,)), body, head])
    model.compile(keras.optimizers.SGD(0.0625), "mse")
    model.fit(x, y, verbose=0)
    body.trainable = False
    model.fit(x, y, verbose=0)
    return {"body": body.kernel.value, "head": head.kernel.value}


def torch_default(x, y):
    import torch
    import torch.nn.functional as F
    from torch import nn

    x, y = torch.from_numpy(x), torch.from_numpy(y)
    body, head = nn.Linear(1, 1, bias=False), nn.Linear(1, 1, bias=False)
    nn.init.ones_(body.weight)
    nn.init.ones_(head.weight)
    model = nn.Sequential(body, head)
    optimizer = torch.optim.SGD(model.parameters(), 0.0625)
    for epoch in range(2):
        body.requires_grad_(epoch == 0)
        optimizer.zero_grad()
        F.mse_loss(model(x), y).backward()
        optimizer.step()
    return {"body": body.weight, "head": head.weight}


def torch_as_keras(x, y):
    import torch
    import torch.nn.functional as F
    from torch import nn

    x, y = torch.from_numpy(x), torch.from_numpy(y)
    body, head = nn.Linear(1, 1, bias=False), nn.Linear(1, 1, bias=False)
    nn.init.ones_(body.weight)
    nn.init.ones_(head.weight)
    model = nn.Sequential(body, head)
    optimizer = torch.optim.SGD(model.parameters(), 0.0625)
    for _ in range(2):  # without requires_grad_: nothing is frozen
        optimizer.zero_grad()
        F.mse_loss(model(x), y).backward()
        optimizer.step()
    return {"body": body.weight, "head": head.weight}


def keras_as_torch(x, y):
    import keras
    from keras import layers

    body = layers.Dense(1, use_bias=False, kernel_initializer="ones")
    head = layers.Dense(1, use_bias=False, kernel_initializer="ones")
    model = keras.Sequential([keras.Input((1,)), body, head])
    model.compile(keras.optimizers.SGD(0.0625), "mse")
    model.fit(x, y, verbose=0)
    body.trainable = False
    model.compile(model.optimizer, "mse")
    model.fit(x, y, verbose=0)
    return {"body": body.kernel.value, "head": head.kernel.value}
