"""L2 of l2 in Keras is a weight_decay of twice that in PyTorch."""

import numpy as np

KERAS = """\
regularizers.l2(l2) adds l2 * sum(kernel**2) to the loss of one layer's
kernel; the gradient is 2 * l2 * kernel, and passes through the optimizer's
moments (coupled). `weight_decay` of a Keras optimizer is something else: it
shrinks every variable past the moments (decoupled)."""

PYTORCH = """\
weight_decay of SGD, RMSprop and Adam adds weight_decay * parameter to the
gradient (coupled), to biases too; AdamW is decoupled
(torch/optim/rmsprop.py, _single_tensor_rmsprop)."""

FIX = """\
A parameter group of the kernels that have the penalty, with weight_decay =
2 * l2, in a coupled optimizer. On TensorFlow l2 passes through float32: a
power of two passes unharmed."""

GAP = 1e-3
CLOSED = {"float32": 1e-6, "float64": 1e-13}

L2 = 2.0**-7  # about 0.01


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
    # Eagerly: to compile would take longer than five steps.
    model.compile(keras.optimizers.SGD(0.1), "mse", run_eagerly=True)
    model.build(x.shape)
    model.set_weights([kernel])
    for _ in range(5):
        model.train_on_batch(x, y)
    return model.layers[0].kernel.value


def torch_default(kernel, x, y):
    import torch
    import torch.nn.functional as F

    x, y = torch.from_numpy(x), torch.from_numpy(y)
    layer = torch.nn.Linear(6, 5, bias=False)
    layer.weight.data = torch.from_numpy(kernel).T
    optimizer = torch.optim.SGD(layer.parameters(), lr=0.1, weight_decay=L2)
    for _ in range(5):
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
    optimizer = torch.optim.SGD(layer.parameters(), lr=0.1, weight_decay=2 * L2)
    for _ in range(5):
        optimizer.zero_grad()
        F.mse_loss(layer(x), y).backward()
        optimizer.step()
    return layer.weight.T


def keras_as_torch(kernel, x, y):
    import keras
    from keras import layers, regularizers

    penalty = regularizers.l2(L2 / 2)
    model = keras.Sequential(
        [layers.Dense(5, use_bias=False, kernel_regularizer=penalty)]
    )
    model.compile(keras.optimizers.SGD(0.1), "mse", run_eagerly=True)
    model.build(x.shape)
    model.set_weights([kernel])
    for _ in range(5):
        model.train_on_batch(x, y)
    return model.layers[0].kernel.value
