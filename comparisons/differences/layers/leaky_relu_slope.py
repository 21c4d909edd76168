"""LeakyReLU has three default slopes: 0.3, 0.2 and 0.01."""

import numpy as np

KERAS = """\
layers.LeakyReLU has negative_slope=0.3 (keras/src/layers/activations/
leaky_relu.py); the string "leaky_relu" and ops.leaky_relu have 0.2
(keras/src/activations/activations.py)."""

PYTORCH = """\
nn.LeakyReLU and F.leaky_relu have negative_slope=0.01
(torch/nn/modules/activation.py, LeakyReLU)."""

FIX = """\
Always write the slope down, on both sides."""

GAP = 1.0
# In float64 TensorFlow holds the slope as a float32: see float32_constants.
CLOSED = {"float32": 1e-6, "float64": 5e-7}


def inputs():
    return {"x": np.linspace(-4, 4, 401)}


def keras_default(x):
    from keras import layers

    return {
        "layer": layers.LeakyReLU()(x),
        "string": layers.Activation("leaky_relu")(x),
    }


def torch_default(x):
    import torch
    from torch import nn

    outputs = nn.LeakyReLU()(torch.from_numpy(x))
    return {"layer": outputs, "string": outputs}


def torch_as_keras(x):
    import torch
    from torch import nn

    x = torch.from_numpy(x)
    return {"layer": nn.LeakyReLU(0.3)(x), "string": nn.LeakyReLU(0.2)(x)}


def keras_as_torch(x):
    from keras import layers

    outputs = layers.LeakyReLU(negative_slope=0.01)(x)
    return {"layer": outputs, "string": outputs}
