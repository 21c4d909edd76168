"""PReLU starts as a plain ReLU in Keras, and has more slopes to learn."""

import numpy as np

KERAS = """\
Slopes start at 0, one for every element of a sample unless shared_axes
joins some (keras/src/layers/activations/prelu.py)."""

PYTORCH = """\
One slope for all, which starts at 0.25; num_parameters makes it one per
channel (torch/nn/modules/activation.py, PReLU)."""

FIX = """\
PyTorch: PReLU(num_parameters=channels, init=0.0). Keras: an initializer,
and in shared_axes all axes that one slope serves."""

GAP = 0.5
CLOSED = {"float32": 1e-6, "float64": 1e-14}


def inputs():
    return {"x": np.random.default_rng(0).normal(size=(8, 6))}


def keras_default(x):
    from keras import layers

    prelu = layers.PReLU()
    return {"outputs": prelu(x), "slopes": prelu.count_params()}


def torch_default(x):
    import torch
    from torch import nn

    prelu = nn.PReLU()
    outputs = prelu(torch.from_numpy(x))
    return {"outputs": outputs, "slopes": prelu.weight.numel()}


def torch_as_keras(x):
    import torch
    from torch import nn

    prelu = nn.PReLU(num_parameters=x.shape[1], init=0.0)
    outputs = prelu(torch.from_numpy(x))
    return {"outputs": outputs, "slopes": prelu.weight.numel()}


def keras_as_torch(x):
    import keras
    from keras import layers

    start = keras.initializers.Constant(0.25)
    prelu = layers.PReLU(alpha_initializer=start, shared_axes=[1])
    return {"outputs": prelu(x), "slopes": prelu.count_params()}
