"""Nesterov momentum with a learning-rate schedule differs."""

import numpy as np

KERAS = """\
The velocity holds learning rate times gradient; looks ahead by momentum *
velocity - learning rate * gradient (keras/src/optimizers/sgd.py,
update_step)."""

PYTORCH = """\
The velocity holds gradients, and today's learning rate multiplies gradient +
momentum * velocity (torch/optim/sgd.py, _single_tensor_sgd)."""

FIX = """\
Equal at a constant learning rate. With a schedule, write the other's three
lines out, or scale the velocity at every change as in sgd_velocity."""

GAP = 1e-2
# TensorFlow holds the momentum as a float32, 0.9 is 2e-8 away, and a
# schedule's rates too.
CLOSED = {"float32": 2e-6, "float64": 1e-6}


def inputs():
    """Ten steps, over which the learning rate halves every three."""
    random = np.random.default_rng(0)
    return {
        "weights": random.normal(size=(6,)),
        "gradients": random.normal(size=(10, 6)),
    }


def keras_default(weights, gradients):
    import keras

    weight = keras.Variable(weights)
    schedule = keras.optimizers.schedules.ExponentialDecay(0.1, 3, 0.5)
    optimizer = keras.optimizers.SGD(schedule, momentum=0.9, nesterov=True)
    for gradient in gradients:
        optimizer.apply([keras.ops.convert_to_tensor(gradient)], [weight])
    return weight.value


def torch_default(weights, gradients):
    import torch

    weight = torch.nn.Parameter(torch.from_numpy(weights))
    optimizer = torch.optim.SGD([weight], lr=0.1, momentum=0.9, nesterov=True)
    schedule = torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.5 ** (1 / 3))
    for gradient in gradients:
        weight.grad = torch.from_numpy(gradient)
        optimizer.step()
        schedule.step()
    return weight


def torch_as_keras(weights, gradients):
    import torch

    weight, velocity = torch.from_numpy(weights), 0.0
    for step, gradient in enumerate(map(torch.from_numpy, gradients)):
        rate = 0.1 * 0.5 ** (step / 3)
        velocity = 0.9 * velocity - rate * gradient
        weight = weight + 0.9 * velocity - rate * gradient
    return weight


def keras_as_torch(weights, gradients):
    from keras import ops

    weight, velocity = ops.convert_to_tensor(weights), 0.0
    for step, gradient in enumerate(map(ops.convert_to_tensor, gradients)):
        rate = 0.1 * 0.5 ** (step / 3)
        velocity = 0.9 * velocity + gradient
        weight = weight - rate * (gradient + 0.9 * velocity)
    return weight
