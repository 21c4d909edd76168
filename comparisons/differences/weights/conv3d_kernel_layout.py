"""A Conv3D kernel copied into nn.Conv3d gives other volumes."""

import numpy as np

KERAS = """\
The kernel is (depth, rows, columns, channels in, filters)
(keras/src/layers/convolutional/base_conv.py, build)."""

PYTORCH = """\
The weight is (filters, channels in, depth, rows, columns)
(torch/nn/modules/conv.py, _ConvNd.__init__)."""

FIX = """\
`kernel.transpose(4, 3, 0, 1, 2)` to PyTorch, `weight.transpose(2, 3, 4, 1, 0)`
back."""

GAP = 20.0
CLOSED = {"float32": 5e-5, "float64": 1e-13}


def inputs():
    """Three cells each way, from three channels to three: any order fits."""
    random = np.random.default_rng(0)
    return {
        "volumes": random.normal(size=(2, 5, 5, 5, 3)),
        "kernel": random.normal(size=(3, 3, 3, 3, 3)),
        "bias": random.normal(size=(3,)),
    }


def keras_default(volumes, kernel, bias):
    from keras import layers

    conv = layers.Conv3D(3, 3)
    conv.build(volumes.shape)
    conv.set_weights([kernel, bias])
    return conv(volumes)


def torch_default(volumes, kernel, bias):
    import torch
    from torch import nn

    conv = nn.Conv3d(3, 3, kernel_size=3)
    conv.load_state_dict(
        {"weight": torch.from_numpy(kernel), "bias": torch.from_numpy(bias)}
    )
    return conv(torch.from_numpy(volumes).movedim(-1, 1)).movedim(1, -1)


def torch_as_keras(volumes, kernel, bias):
    import torch
    from torch import nn

    conv = nn.Conv3d(3, 3, kernel_size=3)
    weight = torch.from_numpy(kernel).permute(4, 3, 0, 1, 2)
    conv.load_state_dict({"weight": weight, "bias": torch.from_numpy(bias)})
    return conv(torch.from_numpy(volumes).movedim(-1, 1)).movedim(1, -1)


def keras_as_torch(volumes, kernel, bias):
    from keras import layers

    conv = layers.Conv3D(3, 3)
    conv.build(volumes.shape)
    conv.set_weights([kernel.transpose(2, 3, 4, 1, 0), bias])
    return conv(volumes)
