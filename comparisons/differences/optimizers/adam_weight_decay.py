"""Adam's weight_decay is another thing in Keras than in PyTorch."""

import numpy as np

KERAS = """\
Adam(weight_decay=...) shrinks the weight before the step, past the moments
(decoupled: keras/src/backend/tensorflow/optimizer.py, _apply_weight_decay)."""

PYTORCH = """\
Adam(weight_decay=...) adds weight_decay * weight to the gradient, which the
moments then divide away (coupled: torch/optim/adam.py,
_single_tensor_adam)."""

FIX = """\
Keras' Adam with weight_decay is PyTorch's AdamW. PyTorch's Adam with it is
Keras' Adam with an L2 penalty of half that: regularizers.l2(decay / 2)."""

GAP = 5e-3
# What is left is adam_epsilon, and that Keras holds beta_2 as a float32.
CLOSED = {"float32": 8e-6, "float64": 8e-6}


def inputs():
    """Twenty steps' gradients, large: epsilon is not felt."""
    random = np.random.default_rng(0)
    return {
        "weights": random.normal(size=(6,)),
        "gradients": random.normal(scale=10.0, size=(20, 6)),
    }


def keras_default(weights, gradients):
    import keras

    weight = keras.Variable(weights)
    optimizer = keras.optimizers.Adam(1e-2, weight_decay=0.1)
    for gradient in gradients:
        optimizer.apply([keras.ops.convert_to_tensor(gradient)], [weight])
    return weight.value


def torch_default(weights, gradients):
    import torch

    weight = torch.nn.Parameter(torch.from_numpy(weights))
    optimizer = torch.optim.Adam([weight], lr=1e-2, weight_decay=0.1)
    for gradient in gradients:
        weight.grad = torch.from_numpy(gradient)
        optimizer.step()
    return weight


def torch_as_keras(weights, gradients):
    import torch

    weight = torch.nn.Parameter(torch.from_numpy(weights))
    optimizer = torch.optim.AdamW([weight], lr=1e-2, weight_decay=0.1)
    for gradient in gradients:
        weight.grad = torch.from_numpy(gradient)
        optimizer.step()
    return weight


def keras_as_torch(weights, gradients):
    import keras

    weight = keras.Variable(weights)
    optimizer = keras.optimizers.Adam(1e-2)
    for gradient in map(keras.ops.convert_to_tensor, gradients):
        # The gradient that regularizers.l2(0.1 / 2) has in a model.
        optimizer.apply([gradient + 0.1 * weight], [weight])
    return weight.value
