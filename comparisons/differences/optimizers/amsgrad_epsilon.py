"""AMSGrad takes larger steps in PyTorch where gradients are small."""

import numpy as np

KERAS = """\
Adam(amsgrad=True) keeps the largest v and adds epsilon 1e-7 to its root before
the bias correction (keras/src/optimizers/adam.py, update_step)."""

PYTORCH = """\
Adam(amsgrad=True) keeps the largest v too, but adds eps 1e-8 after the bias
correction (torch/optim/adam.py, _single_tensor_adam)."""

FIX = """\
As for Adam: before step t set eps to 1e-7 / sqrt(1 - beta_2**t); in Keras
multiply epsilon by that root."""

GAP = 1e-3
# Keras holds beta_2 as a float32, so 1 - beta_2 is 1.3e-5 of itself away.
CLOSED = {"float32": 1e-6, "float64": 5e-7}


def inputs():
    """Ten steps' gradients that fall: the largest v is an early one."""
    random = np.random.default_rng(0)
    return {
        "weights": random.normal(size=(6,)),
        "gradients": random.normal(scale=1e-6, size=(10, 6))
        / np.arange(1.0, 11)[:, None],
    }


def keras_default(weights, gradients):
    import keras

    weight = keras.Variable(weights)
    optimizer = keras.optimizers.Adam(1e-3, amsgrad=True)
    for gradient in gradients:
        optimizer.apply([keras.ops.convert_to_tensor(gradient)], [weight])
    return weight.value


def torch_default(weights, gradients):
    import torch

    weight = torch.nn.Parameter(torch.from_numpy(weights))
    optimizer = torch.optim.Adam([weight], lr=1e-3, amsgrad=True)
    for gradient in gradients:
        weight.grad = torch.from_numpy(gradient)
        optimizer.step()
    return weight


def torch_as_keras(weights, gradients):
    import torch

    weight = torch.nn.Parameter(torch.from_numpy(weights))
    optimizer = torch.optim.Adam([weight], lr=1e-3, amsgrad=True)
    for step, gradient in enumerate(gradients, start=1):
        hat = 1e-7 / (1 - 0.999**step) ** 0.5
        optimizer.param_groups[0]["eps"] = hat
        weight.grad = torch.from_numpy(gradient)
        optimizer.step()
    return weight


def keras_as_torch(weights, gradients):
    import keras

    weight = keras.Variable(weights)
    optimizer = keras.optimizers.Adam(1e-3, amsgrad=True)
    for step, gradient in enumerate(gradients, start=1):
        # In a loop of one's own; for fit see adam_epsilon.
        optimizer.epsilon = 1e-8 * (1 - 0.999**step) ** 0.5
        optimizer.apply([keras.ops.convert_to_tensor(gradient)], [weight])
    return weight.value
