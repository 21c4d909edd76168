"""Centered RMSprop leaps in PyTorch once gradients stop changing."""

import numpy as np

KERAS = """\
centered=True divides by sqrt(v - average**2 + epsilon), at least 3e-4
(keras/src/optimizers/rmsprop.py, update_step)."""

PYTORCH = """\
Divides by sqrt(v - average**2) + eps, down to 1e-8; rounding can put a
negative number under that root, and nan into the weights
(torch/optim/rmsprop.py, _single_tensor_rmsprop)."""

FIX = """\
No argument moves epsilon under the root: write the formula out. A larger eps,
3e-4 say, at least stops the leaps."""

GAP = 1e-2
CLOSED = {"float32": 5e-7, "float64": 1e-13}


def inputs():
    """Twenty steps' gradients that hardly change."""
    random = np.random.default_rng(0)
    gradient = random.uniform(5e-4, 1.5e-3, size=(6,))
    return {
        "weights": random.normal(size=(6,)),
        "gradients": gradient * random.uniform(0.99, 1.01, size=(20, 6)),
    }


def keras_default(weights, gradients):
    import keras

    weight = keras.Variable(weights)
    optimizer = keras.optimizers.RMSprop(1e-3, centered=True)
    for gradient in gradients:
        optimizer.apply([keras.ops.convert_to_tensor(gradient)], [weight])
    return weight.value


def torch_default(weights, gradients):
    import torch

    weight = torch.nn.Parameter(torch.from_numpy(weights))
    optimizer = torch.optim.RMSprop([weight], 1e-3, alpha=0.9, centered=True)
    for gradient in gradients:
        weight.grad = torch.from_numpy(gradient)
        optimizer.step()
    return weight


def torch_as_keras(weights, gradients):
    import torch

    weight, square, mean = torch.from_numpy(weights), 0.0, 0.0
    for gradient in map(torch.from_numpy, gradients):
        square = 0.9 * square + 0.1 * gradient**2
        mean = 0.9 * mean + 0.1 * gradient
        variance = square - mean**2
        weight = weight - 1e-3 * gradient / torch.sqrt(variance + 1e-7)
    return weight


def keras_as_torch(weights, gradients):
    from keras import ops

    weight, square, mean = ops.convert_to_tensor(weights), 0.0, 0.0
    for gradient in map(ops.convert_to_tensor, gradients):
        square = 0.9 * square + 0.1 * gradient**2
        mean = 0.9 * mean + 0.1 * gradient
        variance = square - mean**2
        weight = weight - 1e-3 * gradient / (ops.sqrt(variance) + 1e-8)
    return weight
