"""Nadam with the same learning rate differs between Keras and PyTorch."""

import numpy as np

KERAS = """\
Nesterov's share warms up with 0.96**t; learning_rate 0.001, epsilon 1e-7
(keras/src/optimizers/nadam.py, update_step)."""

PYTORCH = """\
NAdam's warms up with 0.96**(t * momentum_decay), and momentum_decay is 0.004:
250 times as slowly; lr 0.002, eps 1e-8 (torch/optim/nadam.py,
_single_tensor_nadam)."""

FIX = """\
PyTorch: momentum_decay=1.0, eps=1e-7 and the rate. Keras has no argument for
it: write PyTorch's formula out."""

GAP = 2e-3
# Keras holds both betas and 0.96 as float32.
CLOSED = {"float32": 2e-6, "float64": 6e-8}


def inputs():
    """Thirty steps' gradients."""
    random = np.random.default_rng(0)
    return {
        "weights": random.normal(size=(6,)),
        "gradients": random.normal(size=(30, 6)),
    }


def keras_default(weights, gradients):
    import keras

    weight = keras.Variable(weights)
    optimizer = keras.optimizers.Nadam(1e-2)
    for gradient in gradients:
        optimizer.apply([keras.ops.convert_to_tensor(gradient)], [weight])
    return weight.value


def torch_default(weights, gradients):
    import torch

    weight = torch.nn.Parameter(torch.from_numpy(weights))
    optimizer = torch.optim.NAdam([weight], lr=1e-2)
    for gradient in gradients:
        weight.grad = torch.from_numpy(gradient)
        optimizer.step()
    return weight


def torch_as_keras(weights, gradients):
    import torch

    weight = torch.nn.Parameter(torch.from_numpy(weights))
    optimizer = torch.optim.NAdam(
        [weight], lr=1e-2, eps=1e-7, momentum_decay=1.0
    )
    for gradient in gradients:
        weight.grad = torch.from_numpy(gradient)
        optimizer.step()
    return weight


def keras_as_torch(weights, gradients):
    from keras import ops

    weight, mean, square = ops.convert_to_tensor(weights), 0.0, 0.0
    product = 1.0
    for step, gradient in enumerate(map(ops.convert_to_tensor, gradients), 1):
        now = 0.9 * (1 - 0.5 * 0.96 ** (0.004 * step))
        later = 0.9 * (1 - 0.5 * 0.96 ** (0.004 * (step + 1)))
        product *= now
        mean = 0.9 * mean + 0.1 * gradient
        square = 0.999 * square + 0.001 * gradient**2
        ahead = later * mean / (1 - product * later)
        ahead += (1 - now) * gradient / (1 - product)
        root = ops.sqrt(square / (1 - 0.999**step))
        weight = weight - 1e-2 * ahead / (root + 1e-8)
    return weight
