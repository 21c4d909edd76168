"""Keras refuses a learning rate that is a whole number."""

import numpy as np

KERAS = """\
learning_rate must be a float, a schedule or a callable: 1 raises ValueError,
"Argument `learning_rate` should be float" (keras/src/optimizers/
base_optimizer.py, BaseOptimizer.__init__)."""

PYTORCH = """\
Takes any number that is not negative (torch/optim/sgd.py, SGD.__init__)."""

FIX = """\
Write 1.0, or float(rate) where it comes from a file or an argument."""

NOT_POSSIBLE = "To raise Keras' error in PyTorch would help nobody."

GAP = float("inf")
CLOSED = {"float32": 1e-6, "float64": 1e-13}


def inputs():
    """Weights and a gradient."""
    random = np.random.default_rng(0)
    return {
        "weights": random.normal(size=(6,)),
        "gradient": random.normal(size=(6,)),
    }


def keras_default(weights, gradient):
    import keras

    weight = keras.Variable(weights)
    optimizer = keras.optimizers.SGD(learning_rate=1)
    optimizer.apply([keras.ops.convert_to_tensor(gradient)], [weight])
    return weight.value


def torch_default(weights, gradient):
    import torch

    weight = torch.nn.Parameter(torch.from_numpy(weights))
    weight.grad = torch.from_numpy(gradient)
    torch.optim.SGD([weight], lr=1).step()
    return weight


def keras_as_torch(weights, gradient):
    import keras

    weight = keras.Variable(weights)
    optimizer = keras.optimizers.SGD(learning_rate=float(1))
    optimizer.apply([keras.ops.convert_to_tensor(gradient)], [weight])
    return weight.value
