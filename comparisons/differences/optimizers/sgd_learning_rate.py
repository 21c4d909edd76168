"""Plain SGD learns ten times slower in PyTorch with the defaults."""

import numpy as np

KERAS = """\
SGD's learning_rate is 0.01 (keras/src/optimizers/sgd.py, SGD.__init__)."""

PYTORCH = """\
SGD's lr is 0.001 (torch/optim/sgd.py, SGD.__init__)."""

FIX = """\
Write the rate out on both sides. Adam and AdamW agree on 0.001; RMSprop,
Adagrad, Adadelta, Adamax and Nadam have other defaults too."""

GAP = 1e-2
CLOSED = {"float32": 1e-6, "float64": 1e-13}


def inputs():
    """Five steps' gradients."""
    random = np.random.default_rng(0)
    return {
        "weights": random.normal(size=(6,)),
        "gradients": random.normal(size=(5, 6)),
    }


def keras_default(weights, gradients):
    import keras

    weight = keras.Variable(weights)
    optimizer = keras.optimizers.SGD()
    for gradient in gradients:
        optimizer.apply([keras.ops.convert_to_tensor(gradient)], [weight])
    return weight.value


def torch_default(weights, gradients):
    import torch

    weight = torch.nn.Parameter(torch.from_numpy(weights))
    optimizer = torch.optim.SGD([weight])
    for gradient in gradients:
        weight.grad = torch.from_numpy(gradient)
        optimizer.step()
    return weight


def torch_as_keras(weights, gradients):
    import torch

    weight = torch.nn.Parameter(torch.from_numpy(weights))
    optimizer = torch.optim.SGD([weight], lr=0.01)
    for gradient in gradients:
        weight.grad = torch.from_numpy(gradient)
        optimizer.step()
    return weight


def keras_as_torch(weights, gradients):
    import keras

    weight = keras.Variable(weights)
    optimizer = keras.optimizers.SGD(0.001)
    for gradient in gradients:
        optimizer.apply([keras.ops.convert_to_tensor(gradient)], [weight])
    return weight.value
