"""A DepthwiseConv2D with a multiplier mixes up its filters in PyTorch."""

import numpy as np

KERAS = """\
The kernel is (rows, columns, channels, multiplier)
(keras/src/layers/convolutional/base_depthwise_conv.py, build)."""

PYTORCH = """\
nn.Conv2d with groups=channels has (channels * multiplier, 1, rows, columns);
a channel's filters lie next to one another (torch/nn/modules/conv.py)."""

FIX = """\
`transpose(2, 3, 0, 1)`, channels before multiplier, then reshape. The rule for
ordinary convolutions, (3, 2, 0, 1), is right only for a multiplier of 1."""

GAP = 10.0
CLOSED = {"float32": 5e-6, "float64": 1e-13}


def inputs():
    """Two filters for each of four channels."""
    random = np.random.default_rng(0)
    return {
        "images": random.normal(size=(2, 6, 6, 4)),
        "kernel": random.normal(size=(3, 3, 4, 2)),
        "bias": random.normal(size=(8,)),
    }


def keras_default(images, kernel, bias):
    from keras import layers

    conv = layers.DepthwiseConv2D(3, depth_multiplier=2)
    conv.build(images.shape)
    conv.set_weights([kernel, bias])
    return conv(images)


def torch_default(images, kernel, bias):
    import torch
    from torch import nn

    conv = nn.Conv2d(4, 8, kernel_size=3, groups=4)
    weight = torch.from_numpy(kernel).permute(3, 2, 0, 1)
    conv.load_state_dict(
        {"weight": weight.reshape(8, 1, 3, 3), "bias": torch.from_numpy(bias)}
    )
    x = torch.from_numpy(images).permute(0, 3, 1, 2)
    return conv(x).permute(0, 2, 3, 1)


def torch_as_keras(images, kernel, bias):
    import torch
    from torch import nn

    conv = nn.Conv2d(4, 8, kernel_size=3, groups=4)
    weight = torch.from_numpy(kernel).permute(2, 3, 0, 1)
    conv.load_state_dict(
        {"weight": weight.reshape(8, 1, 3, 3), "bias": torch.from_numpy(bias)}
    )
    x = torch.from_numpy(images).permute(0, 3, 1, 2)
    return conv(x).permute(0, 2, 3, 1)


def keras_as_torch(images, kernel, bias):
    from keras import layers

    weight = kernel.transpose(3, 2, 0, 1).reshape(8, 1, 3, 3)  # PyTorch's
    conv = layers.DepthwiseConv2D(3, depth_multiplier=2)
    conv.build(images.shape)
    weight = weight.reshape(4, 2, 3, 3).transpose(2, 3, 0, 1)
    conv.set_weights([weight, bias])
    return conv(images)
