"""L2 penalties with Adam in Keras are not AdamW in PyTorch."""

import numpy as np

KERAS = """\
regularizers.l2 is part of the loss, so its gradient passes through Adam's
moments and is scaled with the rest
(keras/src/regularizers/regularizers.py, L2)."""

PYTORCH = """\
AdamW, what most take for "Adam with L2", shrinks weights past the moments
(torch/optim/adamw.py); Adam(weight_decay=...) is the coupled one."""

FIX = """\
PyTorch: Adam(weight_decay=2 * l2) on the penalised kernels. Keras: AdamW and
no regularizer."""

GAP = 1e-2
# What is left is adam_epsilon, and that Keras holds beta_2 as a float32.
CLOSED = {"float32": 2e-5, "float64": 2e-5}

L2 = 2.0**-4


def inputs():
    """A kernel and a batch."""
    random = np.random.default_rng(0)
    return {
        "kernel": random.normal(size=(6, 5)),
        "x": random.normal(size=(8, 6)),
        "y": random.normal(size=(8, 5)),
    }


def keras_default(kernel, x, y):
    import keras
    from keras import layers, regularizers

    penalty = regularizers.l2(L2)
    model = keras.Sequential(
        [layers.Dense(5, use_bias=False, kernel_regularizer=penalty)]
    )
    # Eagerly: to compile would take longer than ten steps.
    model.compile(keras.optimizers.Adam(0.01), "mse", run_eagerly=True)
    model.build(x.shape)
    model.set_weights([kernel])
    for _ in range(10):
        model.train_on_batch(x, y)
    return model.layers[0].kernel.value


def torch_default(kernel, x, y):
    import torch
    import torch.nn.functional as F

    x, y = torch.from_numpy(x), torch.from_numpy(y)
    layer = torch.nn.Linear(6, 5, bias=False)
    layer.weight.data = torch.from_numpy(kernel).T
    optimizer = torch.optim.AdamW(layer.parameters(), 0.01, weight_decay=2 * L2)
    for _ in range(10):
        optimizer.zero_grad()
        F.mse_loss(layer(x), y).backward()
        optimizer.step()
    return layer.weight.T


def torch_as_keras(kernel, x, y):
    import torch
    import torch.nn.functional as F

    x, y = torch.from_numpy(x), torch.from_numpy(y)
    layer = torch.nn.Linear(6, 5, bias=False)
    layer.weight.data = torch.from_numpy(kernel).T
    optimizer = torch.optim.Adam(layer.parameters(), 0.01, weight_decay=2 * L2)
    for _ in range(10):
        optimizer.zero_grad()
        F.mse_loss(layer(x), y).backward()
        optimizer.step()
    return layer.weight.T


def keras_as_torch(kernel, x, y):
    import keras
    from keras import layers

    model = keras.Sequential([layers.Dense(5, use_bias=False)])
    optimizer = keras.optimizers.AdamW(0.01, weight_decay=2 * L2)
    model.compile(optimizer, "mse", run_eagerly=True)
    model.build(x.shape)
    model.set_weights([kernel])
    for _ in range(10):
        model.train_on_batch(x, y)
    return model.layers[0].kernel.value
