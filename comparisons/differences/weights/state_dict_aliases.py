"""The best state_dict I kept turns out to hold the last weights."""

import numpy as np

KERAS = """\
get_weights gives NumPy copies (keras/src/layers/layer.py, get_weights)."""

PYTORCH = """\
state_dict refers to the living tensors, which the optimizer changes in place
(torch/nn/modules/module.py, state_dict)."""

FIX = """\
copy.deepcopy(model.state_dict()), or torch.save at once. In Keras a list of
the variables themselves lives on in the same way."""

GAP = 0.5
CLOSED = {"float32": 0.0, "float64": 0.0}


def inputs():
    random = np.random.default_rng(0)
    return {
        "kernel": random.normal(size=(3, 2)),
        "gradient": np.ones((3, 2)),
    }


def keras_default(kernel, gradient):
    import keras
    from keras import layers

    layer = layers.Dense(2, use_bias=False)
    layer.build((None, 3))
    layer.set_weights([kernel])
    best = layer.get_weights()
    optimizer = keras.optimizers.SGD(1.0)
    optimizer.apply([keras.ops.convert_to_tensor(gradient)], [layer.kernel])
    layer.set_weights(best)
    return layer.kernel.value


def torch_default(kernel, gradient):
    import torch
    from torch import nn

    layer = nn.Linear(3, 2, bias=False)
    layer.load_state_dict({"weight": torch.from_numpy(kernel.T)})
    best = layer.state_dict()
    optimizer = torch.optim.SGD(layer.parameters(), lr=1.0)
    layer.weight.grad = torch.from_numpy(gradient.T)
    optimizer.step()
    layer.load_state_dict(best)
    return layer.weight.T


def torch_as_keras(kernel, gradient):
    import copy

    import torch
    from torch import nn

    layer = nn.Linear(3, 2, bias=False)
    layer.load_state_dict({"weight": torch.from_numpy(kernel.T)})
    best = copy.deepcopy(layer.state_dict())
    optimizer = torch.optim.SGD(layer.parameters(), lr=1.0)
    layer.weight.grad = torch.from_numpy(gradient.T)
    optimizer.step()
    layer.load_state_dict(best)
    return layer.weight.T


def keras_as_torch(kernel, gradient):
    import keras
    from keras import layers

    layer = layers.Dense(2, use_bias=False)
    layer.build((None, 3))
    layer.set_weights([kernel])
    best = layer.weights
    optimizer = keras.optimizers.SGD(1.0)
    optimizer.apply([keras.ops.convert_to_tensor(gradient)], [layer.kernel])
    for weight, kept in zip(layer.weights, best, strict=True):
        weight.assign(kept)
    return layer.kernel.value
