"""PyTorch has no Lion optimizer."""

import numpy as np

KERAS = """\
keras.optimizers.Lion: learning_rate 0.001, beta_1 0.9, beta_2 0.99
(keras/src/optimizers/lion.py, update_step)."""

PYTORCH = """\
torch.optim has no Lion; nor Lamb, Ftrl or ScheduleFreeAdamW."""

FIX = """\
Lion is a few lines of an own torch.optim.Optimizer."""

NOT_POSSIBLE = "There is no Lion in PyTorch that Keras could imitate."

GAP = float("inf")
# TensorFlow holds both betas as float32; only a sign depends on them.
CLOSED = {"float32": 1e-6, "float64": 1e-13}


def inputs():
    """Ten steps' gradients."""
    random = np.random.default_rng(0)
    return {
        "weights": random.normal(size=(6,)),
        "gradients": random.normal(size=(10, 6)),
    }


def keras_default(weights, gradients):
    import keras

    weight = keras.Variable(weights)
    optimizer = keras.optimizers.Lion(1e-3)
    for gradient in gradients:
        optimizer.apply([keras.ops.convert_to_tensor(gradient)], [weight])
    return weight.value


def torch_default(weights, gradients):
    import torch

    weight = torch.nn.Parameter(torch.from_numpy(weights))
    optimizer = torch.optim.Lion([weight], lr=1e-3)
    for gradient in gradients:
        weight.grad = torch.from_numpy(gradient)
        optimizer.step()
    return weight


def torch_as_keras(weights, gradients):
    import torch

    class Lion(torch.optim.Optimizer):
        def __init__(self, params, lr=1e-3, betas=(0.9, 0.99)):
            super().__init__(params, {"lr": lr, "betas": betas})

        @torch.no_grad()
        def step(self):
            for group in self.param_groups:
                near, far = group["betas"]
                for p in group["params"]:
                    zeros = torch.zeros_like(p)
                    mean = self.state[p].setdefault("mean", zeros)
                    blend = near * mean + (1 - near) * p.grad
                    p.sub_(group["lr"] * torch.sign(blend))
                    mean.mul_(far).add_(p.grad, alpha=1 - far)

    weight = torch.nn.Parameter(torch.from_numpy(weights))
    optimizer = Lion([weight], lr=1e-3)
    for gradient in gradients:
        weight.grad = torch.from_numpy(gradient)
        optimizer.step()
    return weight
