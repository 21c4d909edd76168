"""Accumulated gradients are averaged in Keras and summed in PyTorch."""

import numpy as np

KERAS = """\
gradient_accumulation_steps=4 divides the sum of four gradients by four
(keras/src/optimizers/base_optimizer.py, _backend_apply_gradients)."""

PYTORCH = """\
backward() adds to .grad until zero_grad(), so four calls make a gradient four
times as large (torch/optim/optimizer.py, zero_grad)."""

FIX = """\
PyTorch: divide the loss by the number of accumulated batches. Keras: multiply
it, or with SGD the learning rate."""

GAP = 1e-1
CLOSED = {"float32": 1e-6, "float64": 1e-13}


def inputs():
    """Eight batches' gradients, accumulated by four."""
    random = np.random.default_rng(0)
    return {
        "weights": random.normal(size=(6,)),
        "gradients": random.normal(size=(8, 6)),
    }


def keras_default(weights, gradients):
    import keras

    weight = keras.Variable(weights)
    optimizer = keras.optimizers.SGD(0.1, gradient_accumulation_steps=4)
    for gradient in gradients:
        optimizer.apply([keras.ops.convert_to_tensor(gradient)], [weight])
    return weight.value


def torch_default(weights, gradients):
    import torch

    weight = torch.nn.Parameter(torch.from_numpy(weights))
    optimizer = torch.optim.SGD([weight], lr=0.1)
    for batch, gradient in enumerate(map(torch.from_numpy, gradients), 1):
        loss = weight @ gradient
        loss.backward()
        if batch % 4 == 0:
            optimizer.step()
            optimizer.zero_grad()
    return weight


def torch_as_keras(weights, gradients):
    import torch

    weight = torch.nn.Parameter(torch.from_numpy(weights))
    optimizer = torch.optim.SGD([weight], lr=0.1)
    for batch, gradient in enumerate(map(torch.from_numpy, gradients), 1):
        loss = weight @ gradient / 4
        loss.backward()
        if batch % 4 == 0:
            optimizer.step()
            optimizer.zero_grad()
    return weight


def keras_as_torch(weights, gradients):
    import keras

    weight = keras.Variable(weights)
    optimizer = keras.optimizers.SGD(0.1, gradient_accumulation_steps=4)
    for gradient in map(keras.ops.convert_to_tensor, gradients):
        # The gradient of four times the loss.
        optimizer.apply([4 * gradient], [weight])
    return weight.value
