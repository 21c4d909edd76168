"""Adagrad's first steps are far longer in PyTorch."""

import numpy as np

KERAS = """\
The sum of squares starts from initial_accumulator_value 0.1, and epsilon 1e-7
stands under the root; learning_rate 0.001 (keras/src/optimizers/adagrad.py,
Adagrad.__init__, update_step)."""

PYTORCH = """\
The sum starts from 0: the first step is the whole lr, whatever the gradient.
eps 1e-10 stands outside the root; lr 0.01 (torch/optim/adagrad.py,
_single_tensor_adagrad)."""

FIX = """\
PyTorch: initial_accumulator_value=0.1 + 1e-7, eps=0. Keras:
initial_accumulator_value=0, epsilon=1e-20. And the same learning rate."""

GAP = 1e-2
# TensorFlow holds 0.1 as a float32, and eps is 1e-10 outside the root.
CLOSED = {"float32": 2e-7, "float64": 2e-9}


def inputs():
    """Ten steps' gradients of about 0.1."""
    random = np.random.default_rng(0)
    return {
        "weights": random.normal(size=(6,)),
        "gradients": random.normal(scale=0.1, size=(10, 6)),
    }


def keras_default(weights, gradients):
    import keras

    weight = keras.Variable(weights)
    optimizer = keras.optimizers.Adagrad(0.01)
    for gradient in gradients:
        optimizer.apply([keras.ops.convert_to_tensor(gradient)], [weight])
    return weight.value


def torch_default(weights, gradients):
    import torch

    weight = torch.nn.Parameter(torch.from_numpy(weights))
    optimizer = torch.optim.Adagrad([weight], lr=0.01)
    for gradient in gradients:
        weight.grad = torch.from_numpy(gradient)
        optimizer.step()
    return weight


def torch_as_keras(weights, gradients):
    import torch

    weight = torch.nn.Parameter(torch.from_numpy(weights))
    optimizer = torch.optim.Adagrad(
        [weight], lr=0.01, initial_accumulator_value=0.1 + 1e-7, eps=0.0
    )
    for gradient in gradients:
        weight.grad = torch.from_numpy(gradient)
        optimizer.step()
    return weight


def keras_as_torch(weights, gradients):
    import keras

    weight = keras.Variable(weights)
    optimizer = keras.optimizers.Adagrad(
        0.01, initial_accumulator_value=0.0, epsilon=1e-20
    )
    for gradient in gradients:
        optimizer.apply([keras.ops.convert_to_tensor(gradient)], [weight])
    return weight.value
