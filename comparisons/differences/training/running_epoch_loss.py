"""The training loss of an epoch is higher than what evaluate finds after it."""

import numpy as np

KERAS = """\
fit reports the mean over the epoch, each batch by the weights of its moment
and in training mode (keras/src/backend/tensorflow/trainer.py, train_step)."""

PYTORCH = """\
Whatever the loop writes down; an extra pass over the training set when the
epoch ends, in eval mode, is a loss of other weights."""

FIX = """\
Compare like with like: the running mean on both sides, or
model.evaluate(x, y) and a pass under torch.inference_mode() on both."""

GAP = 0.3
CLOSED = {"float32": 5e-6, "float64": 1e-13}


def inputs():
    random = np.random.default_rng(0)
    x = random.normal(size=(64, 3))
    return {"x": x, "y": x @ random.normal(size=(3, 1))}


def keras_default(x, y):
    import keras
    from keras import layers

    layer = layers.Dense(1, kernel_initializer="zeros")
    model = keras.Sequential([keras.Input((3,)), layer])
    model.compile(keras.optimizers.SGD(0.125), "mse")
    history = model.fit(x, y, batch_size=8, shuffle=False, verbose=0)
    return history.history["loss"][0]


def torch_default(x, y):
    import torch
    import torch.nn.functional as F
    from torch import nn

    x, y = torch.from_numpy(x), torch.from_numpy(y)
    model = nn.Linear(3, 1)
    for parameter in model.parameters():
        nn.init.zeros_(parameter)
    optimizer = torch.optim.SGD(model.parameters(), 0.125)
    for inputs, targets in zip(x.split(8), y.split(8), strict=True):
        optimizer.zero_grad()
        F.mse_loss(model(inputs), targets).backward()
        optimizer.step()
    model.eval()
    with torch.inference_mode():
        return F.mse_loss(model(x), y)


def torch_as_keras(x, y):
    import torch
    import torch.nn.functional as F
    from torch import nn

    x, y = torch.from_numpy(x), torch.from_numpy(y)
    model = nn.Linear(3, 1)
    for parameter in model.parameters():
        nn.init.zeros_(parameter)
    optimizer = torch.optim.SGD(model.parameters(), 0.125)
    total = 0.0
    for inputs, targets in zip(x.split(8), y.split(8), strict=True):
        loss = F.mse_loss(model(inputs), targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item() * len(inputs)
    return total / len(x)


def keras_as_torch(x, y):
    import keras
    from keras import layers

    layer = layers.Dense(1, kernel_initializer="zeros")
    model = keras.Sequential([keras.Input((3,)), layer])
    model.compile(keras.optimizers.SGD(0.125), "mse")
    model.fit(x, y, batch_size=8, shuffle=False, verbose=0)
    return model.evaluate(x, y, verbose=0)
