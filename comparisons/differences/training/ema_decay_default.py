"""Averaged weights lag ten times as long behind in PyTorch."""

import numpy as np

KERAS = """\
use_ema=True averages with ema_momentum=0.99
(keras/src/optimizers/base_optimizer.py, BaseOptimizer.__init__)."""

PYTORCH = """\
get_ema_multi_avg_fn has decay=0.999, and AveragedModel without it takes the
plain mean of all steps (torch/optim/swa_utils.py)."""

FIX = """\
Write the decay out on both sides. Both start from the weights after the first
step."""

GAP = 1e-2
CLOSED = {"float32": 2e-6, "float64": 1e-13}


def inputs():
    """Twenty steps' gradients."""
    random = np.random.default_rng(0)
    return {
        "weights": random.normal(size=(1, 6)),
        "gradients": random.normal(size=(20, 1, 6)),
    }


def keras_default(weights, gradients):
    import keras

    weight = keras.Variable(weights)
    optimizer = keras.optimizers.SGD(0.1, use_ema=True)
    for gradient in gradients:
        optimizer.apply([keras.ops.convert_to_tensor(gradient)], [weight])
    optimizer.finalize_variable_values([weight])  # fit does it
    return weight.value


def torch_default(weights, gradients):
    import torch
    from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

    model = torch.nn.Linear(6, 1, bias=False)
    model.weight.data = torch.from_numpy(weights)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    average = AveragedModel(model, multi_avg_fn=get_ema_multi_avg_fn())
    for gradient in gradients:
        model.weight.grad = torch.from_numpy(gradient)
        optimizer.step()
        average.update_parameters(model)
    return average.module.weight


def torch_as_keras(weights, gradients):
    import torch
    from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

    model = torch.nn.Linear(6, 1, bias=False)
    model.weight.data = torch.from_numpy(weights)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    average = AveragedModel(model, multi_avg_fn=get_ema_multi_avg_fn(0.99))
    for gradient in gradients:
        model.weight.grad = torch.from_numpy(gradient)
        optimizer.step()
        average.update_parameters(model)
    return average.module.weight


def keras_as_torch(weights, gradients):
    import keras

    weight = keras.Variable(weights)
    optimizer = keras.optimizers.SGD(0.1, use_ema=True, ema_momentum=0.999)
    for gradient in gradients:
        optimizer.apply([keras.ops.convert_to_tensor(gradient)], [weight])
    optimizer.finalize_variable_values([weight])
    return weight.value
