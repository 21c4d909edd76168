"""SGD with momentum differs once the learning rate changes."""

import numpy as np

KERAS = """\
The velocity holds learning rate times gradient
(keras/src/optimizers/sgd.py, update_step)."""

PYTORCH = """\
The velocity holds gradients; the learning rate multiplies the velocity
(torch/optim/sgd.py, _single_tensor_sgd)."""

FIX = """\
Equal at a constant learning rate. Where it changes, scale PyTorch's
momentum_buffer by old rate / new rate, or Keras' momentums by new / old;
sides/torch/keras_formulas.py has Keras' formula for any half."""

GAP = 1e-1
# TensorFlow holds the momentum as a float32: 0.9 is 2e-8 away.
CLOSED = {"float32": 2e-6, "float64": 1e-6}


def inputs():
    """Ten steps; the learning rate falls to a tenth after five."""
    random = np.random.default_rng(0)
    return {
        "weights": random.normal(size=(6,)),
        "gradients": random.normal(size=(10, 6)),
        "rates": np.repeat([0.1, 0.01], 5),
    }


def keras_default(weights, gradients, rates):
    import keras

    weight = keras.Variable(weights)
    optimizer = keras.optimizers.SGD(0.1, momentum=0.9)
    for gradient, rate in zip(gradients, rates, strict=True):
        optimizer.learning_rate = float(rate)
        optimizer.apply([keras.ops.convert_to_tensor(gradient)], [weight])
    return weight.value


def torch_default(weights, gradients, rates):
    import torch

    weight = torch.nn.Parameter(torch.from_numpy(weights))
    optimizer = torch.optim.SGD([weight], lr=0.1, momentum=0.9)
    for gradient, rate in zip(gradients, rates, strict=True):
        optimizer.param_groups[0]["lr"] = float(rate)
        weight.grad = torch.from_numpy(gradient)
        optimizer.step()
    return weight


def torch_as_keras(weights, gradients, rates):
    import torch

    weight = torch.nn.Parameter(torch.from_numpy(weights))
    optimizer = torch.optim.SGD([weight], lr=0.1, momentum=0.9)
    group = optimizer.param_groups[0]
    for gradient, rate in zip(gradients, rates, strict=True):
        for state in optimizer.state.values():
            state["momentum_buffer"].mul_(group["lr"] / float(rate))
        group["lr"] = float(rate)
        weight.grad = torch.from_numpy(gradient)
        optimizer.step()
    return weight


def keras_as_torch(weights, gradients, rates):
    import keras

    weight = keras.Variable(weights)
    optimizer = keras.optimizers.SGD(0.1, momentum=0.9)
    optimizer.build([weight])
    for gradient, rate in zip(gradients, rates, strict=True):
        for velocity in optimizer.momentums:
            velocity.assign(velocity * float(rate) / optimizer.learning_rate)
        optimizer.learning_rate = float(rate)
        optimizer.apply([keras.ops.convert_to_tensor(gradient)], [weight])
    return weight.value
