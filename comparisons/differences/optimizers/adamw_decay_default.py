"""AdamW shrinks weights two and a half times as fast in PyTorch."""

import numpy as np

KERAS = """\
AdamW's weight_decay is 0.004 (keras/src/optimizers/adamw.py,
AdamW.__init__)."""

PYTORCH = """\
AdamW's weight_decay is 0.01 (torch/optim/adamw.py, AdamW.__init__)."""

FIX = """\
Write weight_decay out on both sides: both take learning rate * decay off a
weight before the step. Epsilon differs as in adam_epsilon."""

GAP = 5e-4
# What is left is adam_epsilon, and that Keras holds beta_2 as a float32.
CLOSED = {"float32": 8e-6, "float64": 8e-6}


def inputs():
    """Twenty steps' gradients, large: epsilon is not felt."""
    random = np.random.default_rng(0)
    return {
        "weights": random.normal(size=(6,)),
        "gradients": random.normal(scale=10.0, size=(20, 6)),
    }


def keras_default(weights, gradients):
    import keras

    weight = keras.Variable(weights)
    optimizer = keras.optimizers.AdamW(1e-2)
    for gradient in gradients:
        optimizer.apply([keras.ops.convert_to_tensor(gradient)], [weight])
    return weight.value


def torch_default(weights, gradients):
    import torch

    weight = torch.nn.Parameter(torch.from_numpy(weights))
    optimizer = torch.optim.AdamW([weight], lr=1e-2)
    for gradient in gradients:
        weight.grad = torch.from_numpy(gradient)
        optimizer.step()
    return weight


def torch_as_keras(weights, gradients):
    import torch

    weight = torch.nn.Parameter(torch.from_numpy(weights))
    optimizer = torch.optim.AdamW([weight], lr=1e-2, weight_decay=0.004)
    for gradient in gradients:
        weight.grad = torch.from_numpy(gradient)
        optimizer.step()
    return weight


def keras_as_torch(weights, gradients):
    import keras

    weight = keras.Variable(weights)
    optimizer = keras.optimizers.AdamW(1e-2, weight_decay=0.01)
    for gradient in gradients:
        optimizer.apply([keras.ops.convert_to_tensor(gradient)], [weight])
    return weight.value
