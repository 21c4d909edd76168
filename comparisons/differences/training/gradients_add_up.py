"""PyTorch's gradients add up from step to step unless they are zeroed."""

import numpy as np

KERAS = """\
Every step of fit, and every GradientTape, computes its own gradients
(keras/src/backend/tensorflow/trainer.py, train_step)."""

PYTORCH = """\
backward adds to `.grad`, which zero_grad sets to None
(torch/optim/optimizer.py, zero_grad)."""

FIX = """\
optimizer.zero_grad() in every step. A sum that is never zeroed is what
momentum 1 does; for a real accumulation Keras' optimizers have
gradient_accumulation_steps, which takes the mean."""

GAP = 0.3
CLOSED = {"float32": 2e-6, "float64": 1e-14}


def inputs():
    random = np.random.default_rng(0)
    x = random.normal(size=(16, 3))
    return {"x": x, "y": x @ random.normal(size=(3, 1))}


def keras_default(x, y):
    import keras
    from keras import layers

    layer = layers.Dense(1, use_bias=False, kernel_initializer="zeros")
    model = keras.Sequential([keras.Input((3,)), layer])
    model.compile(keras.optimizers.SGD(0.125), "mse")
    model.fit(x, y, epochs=4, shuffle=False, verbose=0)
    return layer.kernel.value


def torch_default(x, y):
    """Leave out what fit never asked for."""
    import torch
    import torch.nn.functional as F
    from torch import nn

    x, y = torch.from_numpy(x), torch.from_numpy(y)
    model = nn.Linear(3, 1, bias=False)
    nn.init.zeros_(model.weight)
    optimizer = torch.optim.SGD(model.parameters(), 0.125)
    for _ in range(4):
        F.mse_loss(model(x), y).backward()
        optimizer.step()
    return model.weight.T


def torch_as_keras(x, y):
    import torch
    import torch.nn.functional as F
    from torch import nn

    x, y = torch.from_numpy(x), torch.from_numpy(y)
    model = nn.Linear(3, 1, bias=False)
    nn.init.zeros_(model.weight)
    optimizer = torch.optim.SGD(model.parameters(), 0.125)
    for _ in range(4):
        optimizer.zero_grad()
        F.mse_loss(model(x), y).backward()
        optimizer.step()
    return model.weight.T


def keras_as_torch(x, y):
    import keras
    from keras import layers

    layer = layers.Dense(1, use_bias=False, kernel_initializer="zeros")
    model = keras.Sequential([keras.Input((3,)), layer])
    model.compile(keras.optimizers.SGD(0.125, momentum=1.0), "mse")
    model.fit(x, y, epochs=4, shuffle=False, verbose=0)
    return layer.kernel.value
