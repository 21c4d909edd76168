"""RMSprop with the same settings takes other steps in PyTorch."""

import numpy as np

KERAS = """\
Divides by sqrt(v + epsilon), rho 0.9, epsilon 1e-7
(keras/src/optimizers/rmsprop.py, update_step)."""

PYTORCH = """\
Divides by sqrt(v) + eps; by default alpha 0.99, eps 1e-8, lr 1e-2
(torch/optim/rmsprop.py, _single_tensor_rmsprop)."""

FIX = """\
Set lr, alpha and eps; no argument moves epsilon. Where gradients are small,
Keras' epsilon is felt like 3e-4 and PyTorch's like 1e-7, so PyTorch's early
steps are larger. sides/torch/keras_formulas.py has the formula for any half."""

GAP = 1e-3
# In float64 TensorFlow still holds rho as a float32: 0.9 is 2e-8 away.
CLOSED = {"float32": 1e-6, "float64": 1e-7}


def inputs():
    """Five steps' gradients, about as small as the first layers' are."""
    random = np.random.default_rng(0)
    return {
        "weights": random.normal(size=(6,)),
        "gradients": random.normal(scale=1e-4, size=(5, 6)),
    }


def keras_default(weights, gradients):
    import keras

    weight = keras.Variable(weights)
    optimizer = keras.optimizers.RMSprop(learning_rate=1e-3)
    for gradient in gradients:
        optimizer.apply([keras.ops.convert_to_tensor(gradient)], [weight])
    return weight.value


def torch_default(weights, gradients):
    import torch

    weight = torch.nn.Parameter(torch.from_numpy(weights))
    optimizer = torch.optim.RMSprop([weight], lr=1e-3, alpha=0.9, eps=1e-7)
    for gradient in gradients:
        weight.grad = torch.from_numpy(gradient)
        optimizer.step()
    return weight


def torch_as_keras(weights, gradients):
    import torch

    weight, square = torch.from_numpy(weights), 0.0
    for gradient in map(torch.from_numpy, gradients):
        square = 0.9 * square + 0.1 * gradient**2
        weight = weight - 1e-3 * gradient / torch.sqrt(square + 1e-7)
    return weight


def keras_as_torch(weights, gradients):
    from keras import ops

    weight, square = ops.convert_to_tensor(weights), 0.0
    for gradient in map(ops.convert_to_tensor, gradients):
        square = 0.9 * square + 0.1 * gradient**2
        weight = weight - 1e-3 * gradient / (ops.sqrt(square) + 1e-7)
    return weight
