"""Adadelta hardly moves in Keras."""

import numpy as np

KERAS = """\
learning_rate 0.001, rho 0.95, epsilon 1e-7 (keras/src/optimizers/adadelta.py,
Adadelta.__init__)."""

PYTORCH = """\
lr 1.0 as in the paper, rho 0.9, eps 1e-6 (torch/optim/adadelta.py,
Adadelta.__init__)."""

FIX = """\
Set all three on one side; the formula is the same."""

GAP = 1e-2
CLOSED = {"float32": 2e-7, "float64": 1e-13}


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
    optimizer = keras.optimizers.Adadelta()
    for gradient in gradients:
        optimizer.apply([keras.ops.convert_to_tensor(gradient)], [weight])
    return weight.value


def torch_default(weights, gradients):
    import torch

    weight = torch.nn.Parameter(torch.from_numpy(weights))
    optimizer = torch.optim.Adadelta([weight])
    for gradient in gradients:
        weight.grad = torch.from_numpy(gradient)
        optimizer.step()
    return weight


def torch_as_keras(weights, gradients):
    import torch

    weight = torch.nn.Parameter(torch.from_numpy(weights))
    optimizer = torch.optim.Adadelta([weight], lr=0.001, rho=0.95, eps=1e-7)
    for gradient in gradients:
        weight.grad = torch.from_numpy(gradient)
        optimizer.step()
    return weight


def keras_as_torch(weights, gradients):
    import keras

    weight = keras.Variable(weights)
    optimizer = keras.optimizers.Adadelta(1.0, rho=0.9, epsilon=1e-6)
    for gradient in gradients:
        optimizer.apply([keras.ops.convert_to_tensor(gradient)], [weight])
    return weight.value
