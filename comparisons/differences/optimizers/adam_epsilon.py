"""Adam with the same epsilon drifts apart between Keras and PyTorch."""

import numpy as np

KERAS = """\
Adds epsilon 1e-7 to sqrt(v) before the bias correction ("epsilon hat":
keras/src/optimizers/adam.py, update_step)."""

PYTORCH = """\
Adds eps 1e-8 to sqrt(v) after the bias correction (torch/optim/adam.py,
_single_tensor_adam)."""

FIX = """\
eps=1e-7 is not enough. Before step t set eps to 1e-7 / sqrt(1 - beta_2**t),
or use the formula in sides/torch/keras_formulas.py."""

GAP = 1e-3
# Keras holds beta_2 as a float32, so 1 - beta_2 is 1.3e-5 of itself away.
CLOSED = {"float32": 2e-6, "float64": 5e-7}


def inputs():
    """Ten steps' gradients, about as small as the first layers' are."""
    random = np.random.default_rng(0)
    return {
        "weights": random.normal(size=(6,)),
        "gradients": random.normal(scale=1e-6, size=(10, 6)),
    }


def keras_default(weights, gradients):
    import keras

    weight = keras.Variable(weights)
    optimizer = keras.optimizers.Adam(1e-3)
    for gradient in gradients:
        optimizer.apply([keras.ops.convert_to_tensor(gradient)], [weight])
    return weight.value


def torch_default(weights, gradients):
    import torch

    weight = torch.nn.Parameter(torch.from_numpy(weights))
    optimizer = torch.optim.Adam([weight], lr=1e-3, eps=1e-7)
    for gradient in gradients:
        weight.grad = torch.from_numpy(gradient)
        optimizer.step()
    return weight


def torch_as_keras(weights, gradients):
    import torch

    weight = torch.nn.Parameter(torch.from_numpy(weights))
    optimizer = torch.optim.Adam([weight], lr=1e-3)
    for step, gradient in enumerate(gradients, start=1):
        hat = 1e-7 / (1 - 0.999**step) ** 0.5
        optimizer.param_groups[0]["eps"] = hat
        weight.grad = torch.from_numpy(gradient)
        optimizer.step()
    return weight


def keras_as_torch(weights, gradients):
    import keras
    from keras import ops

    class TorchAdam(keras.optimizers.Adam):
        def update_step(self, gradient, variable, learning_rate):
            step = ops.cast(self.iterations + 1, variable.dtype)
            epsilon = self.epsilon
            self.epsilon = epsilon * ops.sqrt(1 - ops.power(self.beta_2, step))
            super().update_step(gradient, variable, learning_rate)
            self.epsilon = epsilon

    weight = keras.Variable(weights)
    optimizer = TorchAdam(1e-3, epsilon=1e-7)
    for gradient in gradients:
        optimizer.apply([ops.convert_to_tensor(gradient)], [weight])
    return weight.value
