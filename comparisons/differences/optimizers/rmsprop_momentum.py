"""RMSprop with momentum differs once the learning rate changes."""

import numpy as np

KERAS = """\
The momentum buffer holds learning rate * gradient / sqrt(v + epsilon)
(keras/src/optimizers/rmsprop.py, update_step)."""

PYTORCH = """\
The buffer holds gradient / (sqrt(v) + eps), and today's learning rate
multiplies it (torch/optim/rmsprop.py, _single_tensor_rmsprop)."""

FIX = """\
Where the rate changes, scale PyTorch's momentum_buffer by old rate / new rate
as for SGD, or write the formula out, which mends epsilon too."""

GAP = 1e-1
CLOSED = {"float32": 5e-7, "float64": 1e-13}


def inputs():
    """Ten steps; the learning rate falls to a tenth after five."""
    random = np.random.default_rng(0)
    return {
        "weights": random.normal(size=(6,)),
        "gradients": random.normal(size=(10, 6)),
        "rates": np.repeat([0.01, 0.001], 5),
    }


def keras_default(weights, gradients, rates):
    import keras

    weight = keras.Variable(weights)
    optimizer = keras.optimizers.RMSprop(momentum=0.9)
    for gradient, rate in zip(gradients, rates, strict=True):
        optimizer.learning_rate = float(rate)
        optimizer.apply([keras.ops.convert_to_tensor(gradient)], [weight])
    return weight.value


def torch_default(weights, gradients, rates):
    import torch

    weight = torch.nn.Parameter(torch.from_numpy(weights))
    optimizer = torch.optim.RMSprop([weight], alpha=0.9, momentum=0.9)
    for gradient, rate in zip(gradients, rates, strict=True):
        optimizer.param_groups[0]["lr"] = float(rate)
        weight.grad = torch.from_numpy(gradient)
        optimizer.step()
    return weight


def torch_as_keras(weights, gradients, rates):
    import torch

    weight, square, velocity = torch.from_numpy(weights), 0.0, 0.0
    for gradient, rate in zip(gradients, rates, strict=True):
        gradient = torch.from_numpy(gradient)
        square = 0.9 * square + 0.1 * gradient**2
        step = float(rate) * gradient / torch.sqrt(square + 1e-7)
        velocity = 0.9 * velocity + step
        weight = weight - velocity
    return weight


def keras_as_torch(weights, gradients, rates):
    from keras import ops

    weight, square, velocity = ops.convert_to_tensor(weights), 0.0, 0.0
    for gradient, rate in zip(gradients, rates, strict=True):
        gradient = ops.convert_to_tensor(gradient)
        square = 0.9 * square + 0.1 * gradient**2
        velocity = 0.9 * velocity + gradient / (ops.sqrt(square) + 1e-8)
        weight = weight - float(rate) * velocity
    return weight
