"""Clipping by global norm leaves a gap of a millionth."""

import numpy as np

KERAS = """\
global_clipnorm divides by the norm (keras/src/optimizers/base_optimizer.py,
clip_by_global_norm)."""

PYTORCH = """\
clip_grad_norm_ divides by the norm + 1e-6 (torch/nn/utils/clip_grad.py,
_clip_grads_with_norm_)."""

FIX = """\
No argument removes it, but clip_grads_with_norm_ takes any norm, so norm -
1e-6 too. sides/torch/keras_formulas.py clips with Keras' formula."""

GAP = 1e-6
# In float32 the rounding of the weights is half a millionth too.
GAP_TYPE = "float64"
CLOSED = {"float32": 2e-6, "float64": 1e-13}


def inputs():
    """Ten steps' gradients, of norms above 1."""
    random = np.random.default_rng(0)
    return {
        "weights": random.normal(size=(2,)),
        "gradients": random.uniform(1, 2, size=(10, 2)),
    }


def keras_default(weights, gradients):
    import keras

    weight = keras.Variable(weights)
    optimizer = keras.optimizers.SGD(1.0, global_clipnorm=1.0)
    for gradient in gradients:
        optimizer.apply([keras.ops.convert_to_tensor(gradient)], [weight])
    return weight.value


def torch_default(weights, gradients):
    import torch

    weight = torch.nn.Parameter(torch.from_numpy(weights))
    optimizer = torch.optim.SGD([weight], lr=1.0)
    for gradient in gradients:
        weight.grad = torch.from_numpy(gradient)
        torch.nn.utils.clip_grad_norm_([weight], 1.0)
        optimizer.step()
    return weight


def torch_as_keras(weights, gradients):
    import torch
    from torch.nn.utils import clip_grads_with_norm_, get_total_norm

    weight = torch.nn.Parameter(torch.from_numpy(weights))
    optimizer = torch.optim.SGD([weight], lr=1.0)
    for gradient in gradients:
        weight.grad = torch.from_numpy(gradient)
        norm = get_total_norm([weight.grad])
        clip_grads_with_norm_([weight], 1.0, norm - 1e-6)
        optimizer.step()
    return weight


def keras_as_torch(weights, gradients):
    import keras
    from keras import ops

    weight = keras.Variable(weights)
    optimizer = keras.optimizers.SGD(1.0)
    for gradient in map(ops.convert_to_tensor, gradients):
        norm = ops.sqrt(ops.sum(gradient**2))
        scale = ops.minimum(1.0, 1.0 / (norm + 1e-6))
        optimizer.apply([gradient * scale], [weight])
    return weight.value
