"""Weight decay shrinks biases in PyTorch, not in Keras."""

import numpy as np

KERAS = """\
kernel_regularizer penalises one layer's kernel; the bias needs its own
bias_regularizer. `weight_decay` of an optimizer takes every variable, but for
those of exclude_from_weight_decay (keras/src/optimizers/base_optimizer.py)."""

PYTORCH = """\
weight_decay takes every parameter of its group, and model.parameters() has
biases, norms and embeddings too (torch/optim/sgd.py)."""

FIX = """\
PyTorch: two parameter groups, the biases' with weight_decay=0. Keras: the same
penalty as bias_regularizer."""

GAP = 1e-3
CLOSED = {"float32": 1e-6, "float64": 1e-13}

L2 = 2.0**-7  # about 0.01; a power of two passes float32 unharmed


def inputs():
    """A layer's weights and a batch."""
    random = np.random.default_rng(0)
    return {
        "kernel": random.normal(size=(6, 5)),
        "bias": random.normal(size=(5,)),
        "x": random.normal(size=(8, 6)),
        "y": random.normal(size=(8, 5)),
    }


def keras_default(kernel, bias, x, y):
    import keras
    from keras import layers, regularizers

    penalty = regularizers.l2(L2)
    model = keras.Sequential([layers.Dense(5, kernel_regularizer=penalty)])
    # Eagerly: to compile would take longer than five steps.
    model.compile(keras.optimizers.SGD(0.1), "mse", run_eagerly=True)
    model.build(x.shape)
    model.set_weights([kernel, bias])
    for _ in range(5):
        model.train_on_batch(x, y)
    kernel, bias = model.get_weights()
    return {"kernel": kernel, "bias": bias}


def torch_default(kernel, bias, x, y):
    import torch
    import torch.nn.functional as F

    x, y = torch.from_numpy(x), torch.from_numpy(y)
    layer = torch.nn.Linear(6, 5)
    layer.weight.data = torch.from_numpy(kernel).T
    layer.bias.data = torch.from_numpy(bias)
    optimizer = torch.optim.SGD(layer.parameters(), lr=0.1, weight_decay=2 * L2)
    for _ in range(5):
        optimizer.zero_grad()
        F.mse_loss(layer(x), y).backward()
        optimizer.step()
    return {"kernel": layer.weight.T, "bias": layer.bias}


def torch_as_keras(kernel, bias, x, y):
    import torch
    import torch.nn.functional as F

    x, y = torch.from_numpy(x), torch.from_numpy(y)
    layer = torch.nn.Linear(6, 5)
    layer.weight.data = torch.from_numpy(kernel).T
    layer.bias.data = torch.from_numpy(bias)
    named = list(layer.named_parameters())
    groups = [
        {"params": [p for name, p in named if not name.endswith("bias")]},
        {
            "params": [p for name, p in named if name.endswith("bias")],
            "weight_decay": 0.0,
        },
    ]
    optimizer = torch.optim.SGD(groups, lr=0.1, weight_decay=2 * L2)
    for _ in range(5):
        optimizer.zero_grad()
        F.mse_loss(layer(x), y).backward()
        optimizer.step()
    return {"kernel": layer.weight.T, "bias": layer.bias}


def keras_as_torch(kernel, bias, x, y):
    import keras
    from keras import layers, regularizers

    penalty = regularizers.l2(L2)
    model = keras.Sequential(
        [layers.Dense(5, kernel_regularizer=penalty, bias_regularizer=penalty)]
    )
    model.compile(keras.optimizers.SGD(0.1), "mse", run_eagerly=True)
    model.build(x.shape)
    model.set_weights([kernel, bias])
    for _ in range(5):
        model.train_on_batch(x, y)
    kernel, bias = model.get_weights()
    return {"kernel": kernel, "bias": bias}
