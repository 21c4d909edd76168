"""Learning-rate schedules count steps in Keras, your calls in PyTorch."""

import numpy as np

KERAS = """\
A schedule given to the optimizer is read at every update, with constants
rounded to float32; the callback LearningRateScheduler sets the rate once at
the beginning of an epoch (keras/src/callbacks/learning_rate_scheduler.py)."""

PYTORCH = """\
A scheduler moves on when its step() is called, after the optimizer's; the
unit is whatever that is called for (torch/optim/lr_scheduler.py)."""

FIX = """\
Per epoch: LearningRateScheduler, or a schedule with decay_steps of one epoch
and staircase=True; and scheduler.step() after each epoch. Per step: a
keras.optimizers.schedules object, and scheduler.step() after every
optimizer.step()."""

GAP = 1e-2
# The rates of a Keras schedule are float32 always.
CLOSED = {"float32": 1e-6, "float64": 5e-7}


def inputs():
    """Three epochs of four steps."""
    random = np.random.default_rng(0)
    return {
        "weights": random.normal(size=(6,)),
        "epochs": random.normal(size=(3, 4, 6)),
    }


def keras_default(weights, epochs):
    import keras

    weight = keras.Variable(weights)
    schedule = keras.optimizers.schedules.ExponentialDecay(
        0.1, decay_steps=1, decay_rate=0.9
    )
    optimizer = keras.optimizers.SGD(schedule)
    for gradients in epochs:
        for gradient in map(keras.ops.convert_to_tensor, gradients):
            optimizer.apply([gradient], [weight])
    return weight.value


def torch_default(weights, epochs):
    import torch

    weight = torch.nn.Parameter(torch.from_numpy(weights))
    optimizer = torch.optim.SGD([weight], lr=0.1)
    scheduler = torch.optim.lr_scheduler.ExponentialLR(optimizer, gamma=0.9)
    for gradients in epochs:
        for gradient in gradients:
            weight.grad = torch.from_numpy(gradient)
            optimizer.step()
        scheduler.step()
    return weight


def torch_as_keras(weights, epochs):
    import torch

    weight = torch.nn.Parameter(torch.from_numpy(weights))
    optimizer = torch.optim.SGD([weight], lr=0.1)
    scheduler = torch.optim.lr_scheduler.ExponentialLR(optimizer, gamma=0.9)
    for gradients in epochs:
        for gradient in gradients:
            weight.grad = torch.from_numpy(gradient)
            optimizer.step()
            scheduler.step()
    return weight


def keras_as_torch(weights, epochs):
    import keras

    weight = keras.Variable(weights)
    schedule = keras.optimizers.schedules.ExponentialDecay(
        0.1, decay_steps=len(epochs[0]), decay_rate=0.9, staircase=True
    )
    optimizer = keras.optimizers.SGD(schedule)
    for gradients in epochs:
        for gradient in map(keras.ops.convert_to_tensor, gradients):
            optimizer.apply([gradient], [weight])
    return weight.value
