"""Adamax takes steps twice as long in PyTorch."""

import numpy as np

KERAS = """\
learning_rate 0.001, epsilon 1e-7 added to the largest gradient
(keras/src/optimizers/adamax.py, update_step)."""

PYTORCH = """\
lr 0.002, eps 1e-8 added to today's gradient before the largest is taken
(torch/optim/adamax.py, _single_tensor_adamax)."""

FIX = """\
Write the rate out and set eps equal. Where epsilon stands makes less than a
thousandth of a step, as long as gradients do not vanish."""

GAP = 1e-3
# Keras holds beta_1 as a float32, so 1 - beta_1 is 2e-7 of itself away.
CLOSED = {"float32": 5e-7, "float64": 2e-8}


def inputs():
    """Ten steps' gradients."""
    random = np.random.default_rng(0)
    return {
        "weights": random.normal(size=(6,)),
        "gradients": random.normal(size=(10, 6)),
    }


def keras_default(weights, gradients):
    import keras

    weight = keras.Variable(weights)
    optimizer = keras.optimizers.Adamax()
    for gradient in gradients:
        optimizer.apply([keras.ops.convert_to_tensor(gradient)], [weight])
    return weight.value


def torch_default(weights, gradients):
    import torch

    weight = torch.nn.Parameter(torch.from_numpy(weights))
    optimizer = torch.optim.Adamax([weight])
    for gradient in gradients:
        weight.grad = torch.from_numpy(gradient)
        optimizer.step()
    return weight


def torch_as_keras(weights, gradients):
    import torch

    weight = torch.nn.Parameter(torch.from_numpy(weights))
    optimizer = torch.optim.Adamax([weight], lr=0.001, eps=1e-7)
    for gradient in gradients:
        weight.grad = torch.from_numpy(gradient)
        optimizer.step()
    return weight


def keras_as_torch(weights, gradients):
    import keras

    weight = keras.Variable(weights)
    optimizer = keras.optimizers.Adamax(0.002, epsilon=1e-8)
    for gradient in gradients:
        optimizer.apply([keras.ops.convert_to_tensor(gradient)], [weight])
    return weight.value
