"""With gradient accumulation a Keras schedule runs several times as fast."""

import numpy as np

KERAS = """\
A schedule reads the optimizer's own count, which grows with every batch, also
with those that are only accumulated (keras/src/optimizers/base_optimizer.py,
_get_current_learning_rate)."""

PYTORCH = """\
scheduler.step() is called after optimizer.step(), once per update
(torch/optim/lr_scheduler.py, LRScheduler.step)."""

FIX = """\
Keras: a schedule that divides the count by the accumulated steps. PyTorch:
scheduler.step() after every batch, updated or not."""

GAP = 1e-2
# The rates of a Keras schedule are float32 always.
CLOSED = {"float32": 1e-6, "float64": 1e-7}


def inputs():
    """Twelve batches, accumulated by four."""
    random = np.random.default_rng(0)
    return {
        "weights": random.normal(size=(6,)),
        "gradients": random.normal(size=(12, 6)),
    }


def keras_default(weights, gradients):
    import keras

    weight = keras.Variable(weights)
    schedule = keras.optimizers.schedules.ExponentialDecay(0.1, 1, 0.8)
    optimizer = keras.optimizers.SGD(schedule, gradient_accumulation_steps=4)
    for gradient in gradients:
        optimizer.apply([keras.ops.convert_to_tensor(gradient)], [weight])
    return weight.value


def torch_default(weights, gradients):
    import torch

    weight = torch.nn.Parameter(torch.from_numpy(weights))
    optimizer = torch.optim.SGD([weight], lr=0.1)
    scheduler = torch.optim.lr_scheduler.ExponentialLR(optimizer, gamma=0.8)
    for batch, gradient in enumerate(map(torch.from_numpy, gradients), 1):
        (weight @ gradient / 4).backward()
        if batch % 4 == 0:
            optimizer.step()
            optimizer.zero_grad()
            scheduler.step()
    return weight


def torch_as_keras(weights, gradients):
    import torch

    weight = torch.nn.Parameter(torch.from_numpy(weights))
    optimizer = torch.optim.SGD([weight], lr=0.1)
    scheduler = torch.optim.lr_scheduler.ExponentialLR(optimizer, gamma=0.8)
    for batch, gradient in enumerate(map(torch.from_numpy, gradients), 1):
        (weight @ gradient / 4).backward()
        if batch % 4 == 0:
            optimizer.step()
            optimizer.zero_grad()
        scheduler.step()
    return weight


def keras_as_torch(weights, gradients):
    import keras

    schedules = keras.optimizers.schedules

    class PerUpdate(schedules.LearningRateSchedule):
        def __init__(self, schedule, accumulated):
            self.schedule, self.accumulated = schedule, accumulated

        def __call__(self, step):
            return self.schedule(step // self.accumulated)

    weight = keras.Variable(weights)
    schedule = PerUpdate(schedules.ExponentialDecay(0.1, 1, 0.8), 4)
    optimizer = keras.optimizers.SGD(schedule, gradient_accumulation_steps=4)
    for gradient in gradients:
        optimizer.apply([keras.ops.convert_to_tensor(gradient)], [weight])
    return weight.value
