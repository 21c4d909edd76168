"""Training in PyTorch changes the NumPy array that the weights came from."""

import numpy as np

KERAS = """\
A Variable copies what it is given
(keras/src/backend/tensorflow/core.py, Variable)."""

PYTORCH = """\
torch.from_numpy shares the array's memory, and a Parameter of it does too
(torch/nn/parameter.py): steps in place reach the array."""

FIX = """\
torch.tensor(array) or .clone(); load_state_dict and copy_ copy as well."""

NOT_POSSIBLE = "A Keras Variable has no way to train in an array's memory."

GAP = 0.5
CLOSED = {"float32": 0.0, "float64": 0.0}


def inputs():
    return {"weights": np.random.default_rng(0).normal(size=(3, 2))}


def keras_default(weights):
    import keras

    variable = keras.Variable(weights)
    optimizer = keras.optimizers.SGD(1.0)
    optimizer.apply([keras.ops.ones((3, 2))], [variable])
    return weights


def torch_default(weights):
    import torch
    from torch import nn

    parameter = nn.Parameter(torch.from_numpy(weights))
    parameter.grad = torch.ones_like(parameter)
    torch.optim.SGD([parameter], lr=1.0).step()
    return weights


def torch_as_keras(weights):
    import torch
    from torch import nn

    parameter = nn.Parameter(torch.tensor(weights))
    parameter.grad = torch.ones_like(parameter)
    torch.optim.SGD([parameter], lr=1.0).step()
    return weights
