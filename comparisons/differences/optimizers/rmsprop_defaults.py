"""RMSprop with default settings takes far longer steps in PyTorch."""

import numpy as np

KERAS = """\
learning_rate 0.001, rho 0.9, epsilon 1e-7 inside the root
(keras/src/optimizers/rmsprop.py, RMSprop.__init__)."""

PYTORCH = """\
lr 0.01, alpha 0.99, eps 1e-8 outside the root (torch/optim/rmsprop.py,
RMSprop.__init__). Averaging over more steps from zero, alpha 0.99 makes the
first step another three times longer."""

FIX = """\
Write lr and alpha (rho) out on both sides. That is all where gradients are
large; where they are small, see rmsprop_epsilon."""

GAP = 1e-1
# What is left is epsilon: 1e-7 under a root that holds 0.1 * gradient**2.
CLOSED = {"float32": 1e-6, "float64": 5e-7}


def inputs():
    """Ten steps' gradients, all between 0.5 and 1.5."""
    random = np.random.default_rng(0)
    return {
        "weights": random.normal(size=(6,)),
        "gradients": random.uniform(0.5, 1.5, size=(10, 6)),
    }


def keras_default(weights, gradients):
    import keras

    weight = keras.Variable(weights)
    optimizer = keras.optimizers.RMSprop()
    for gradient in gradients:
        optimizer.apply([keras.ops.convert_to_tensor(gradient)], [weight])
    return weight.value


def torch_default(weights, gradients):
    import torch

    weight = torch.nn.Parameter(torch.from_numpy(weights))
    optimizer = torch.optim.RMSprop([weight])
    for gradient in gradients:
        weight.grad = torch.from_numpy(gradient)
        optimizer.step()
    return weight


def torch_as_keras(weights, gradients):
    import torch

    weight = torch.nn.Parameter(torch.from_numpy(weights))
    optimizer = torch.optim.RMSprop([weight], lr=0.001, alpha=0.9)
    for gradient in gradients:
        weight.grad = torch.from_numpy(gradient)
        optimizer.step()
    return weight


def keras_as_torch(weights, gradients):
    import keras

    weight = keras.Variable(weights)
    # Under the root epsilon stands as its square.
    optimizer = keras.optimizers.RMSprop(0.01, rho=0.99, epsilon=1e-16)
    for gradient in gradients:
        optimizer.apply([keras.ops.convert_to_tensor(gradient)], [weight])
    return weight.value
