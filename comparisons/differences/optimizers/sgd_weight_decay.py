"""SGD with momentum and weight_decay differs between Keras and PyTorch."""

import numpy as np

KERAS = """\
weight_decay shrinks the weight before the step and never enters the velocity
(decoupled: keras/src/backend/tensorflow/optimizer.py, _apply_weight_decay)."""

PYTORCH = """\
weight_decay * weight is added to the gradient and runs on in the velocity
(coupled: torch/optim/sgd.py, _single_tensor_sgd)."""

FIX = """\
PyTorch: no weight_decay, and weight.mul_(1 - lr * decay) before the step.
Keras: regularizers.l2(decay / 2) in place of weight_decay. Without momentum
both are equal."""

GAP = 1e-2
# TensorFlow holds momentum and decay as float32, 2e-8 of themselves away.
CLOSED = {"float32": 2e-6, "float64": 1e-6}


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
    optimizer = keras.optimizers.SGD(0.1, momentum=0.9, weight_decay=0.01)
    for gradient in gradients:
        optimizer.apply([keras.ops.convert_to_tensor(gradient)], [weight])
    return weight.value


def torch_default(weights, gradients):
    import torch

    weight = torch.nn.Parameter(torch.from_numpy(weights))
    optimizer = torch.optim.SGD(
        [weight], lr=0.1, momentum=0.9, weight_decay=0.01
    )
    for gradient in gradients:
        weight.grad = torch.from_numpy(gradient)
        optimizer.step()
    return weight


def torch_as_keras(weights, gradients):
    import torch

    weight = torch.nn.Parameter(torch.from_numpy(weights))
    optimizer = torch.optim.SGD([weight], lr=0.1, momentum=0.9)
    for gradient in gradients:
        weight.grad = torch.from_numpy(gradient)
        with torch.no_grad():
            weight.mul_(1 - 0.1 * 0.01)
        optimizer.step()
    return weight


def keras_as_torch(weights, gradients):
    import keras

    weight = keras.Variable(weights)
    optimizer = keras.optimizers.SGD(0.1, momentum=0.9)
    for gradient in map(keras.ops.convert_to_tensor, gradients):
        # The gradient that regularizers.l2(0.01 / 2) has in a model.
        optimizer.apply([gradient + 0.01 * weight], [weight])
    return weight.value
