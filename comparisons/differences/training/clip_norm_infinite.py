"""One infinite gradient spoils all weights in Keras, few in PyTorch."""

import numpy as np

KERAS = """\
global_clipnorm makes every gradient nan where the norm is not finite
(keras/src/optimizers/base_optimizer.py, clip_by_global_norm)."""

PYTORCH = """\
clip_grad_norm_ multiplies by max_norm / inf = 0: infinite entries become nan,
all others 0, and training goes on with the damage hidden
(torch/nn/utils/clip_grad.py, _clip_grads_with_norm_)."""

FIX = """\
Look at the norm that clip_grad_norm_ returns, or pass
error_if_nonfinite=True. To spoil all as Keras does, add norm - norm."""

GAP = float("inf")
CLOSED = {"float32": 1e-6, "float64": 1e-12}


def inputs():
    """Two weights' gradients; one entry of one of them is infinite."""
    random = np.random.default_rng(0)
    return {
        "one": random.normal(size=(3,)),
        "other": random.normal(size=(3,)),
        "gradients": np.array([[1.0, np.inf, 2.0], [3.0, 4.0, 5.0]]),
    }


def keras_default(one, other, gradients):
    import keras

    weights = [keras.Variable(one), keras.Variable(other)]
    optimizer = keras.optimizers.SGD(0.1, global_clipnorm=1.0)
    optimizer.apply(list(map(keras.ops.convert_to_tensor, gradients)), weights)
    return {"one": weights[0].value, "other": weights[1].value}


def torch_default(one, other, gradients):
    import torch

    weights = [torch.nn.Parameter(torch.from_numpy(w)) for w in (one, other)]
    for weight, gradient in zip(weights, gradients, strict=True):
        weight.grad = torch.from_numpy(gradient)
    torch.nn.utils.clip_grad_norm_(weights, 1.0)
    torch.optim.SGD(weights, lr=0.1).step()
    return {"one": weights[0], "other": weights[1]}


def torch_as_keras(one, other, gradients):
    import torch

    weights = [torch.nn.Parameter(torch.from_numpy(w)) for w in (one, other)]
    for weight, gradient in zip(weights, gradients, strict=True):
        weight.grad = torch.from_numpy(gradient)
    norm = torch.nn.utils.clip_grad_norm_(weights, 1.0)
    for weight in weights:
        weight.grad += norm - norm  # 0, or nan where the norm is infinite
    torch.optim.SGD(weights, lr=0.1).step()
    return {"one": weights[0], "other": weights[1]}


def keras_as_torch(one, other, gradients):
    import keras
    from keras import ops

    weights = [keras.Variable(one), keras.Variable(other)]
    gradients = list(map(ops.convert_to_tensor, gradients))
    norm = ops.sqrt(sum(ops.sum(gradient**2) for gradient in gradients))
    scale = ops.minimum(1.0, 1.0 / (norm + 1e-6))
    optimizer = keras.optimizers.SGD(0.1)
    optimizer.apply([gradient * scale for gradient in gradients], weights)
    return {"one": weights[0].value, "other": weights[1].value}
