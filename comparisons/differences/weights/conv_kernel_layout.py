"""A Conv2D kernel copied into nn.Conv2d gives other feature maps."""

import numpy as np

KERAS = """\
The kernel is (rows, columns, channels in / groups, filters)
(keras/src/layers/convolutional/base_conv.py, build)."""

PYTORCH = """\
The weight is (filters, channels in / groups, rows, columns)
(torch/nn/modules/conv.py, _ConvNd.__init__)."""

FIX = """\
`kernel.transpose(3, 2, 0, 1)` to PyTorch, `weight.transpose(2, 3, 1, 0)` back;
with groups too. Neither framework flips the kernel."""

GAP = 10.0
CLOSED = {"float32": 1e-5, "float64": 1e-13}


def inputs():
    """Three by three, from three channels to three: any order fits."""
    random = np.random.default_rng(0)
    return {
        "images": random.normal(size=(2, 7, 7, 3)),
        "kernel": random.normal(size=(3, 3, 3, 3)),
        "bias": random.normal(size=(3,)),
    }


def keras_default(images, kernel, bias):
    from keras import layers

    conv = layers.Conv2D(3, 3)
    conv.build(images.shape)
    conv.set_weights([kernel, bias])
    return conv(images)


def torch_default(images, kernel, bias):
    import torch
    from torch import nn

    conv = nn.Conv2d(3, 3, kernel_size=3)
    conv.load_state_dict(
        {"weight": torch.from_numpy(kernel), "bias": torch.from_numpy(bias)}
    )
    x = torch.from_numpy(images).permute(0, 3, 1, 2)
    return conv(x).permute(0, 2, 3, 1)


def torch_as_keras(images, kernel, bias):
    import torch
    from torch import nn

    conv = nn.Conv2d(3, 3, kernel_size=3)
    weight = torch.from_numpy(kernel).permute(3, 2, 0, 1)
    conv.load_state_dict({"weight": weight, "bias": torch.from_numpy(bias)})
    x = torch.from_numpy(images).permute(0, 3, 1, 2)
    return conv(x).permute(0, 2, 3, 1)


def keras_as_torch(images, kernel, bias):
    from keras import layers

    conv = layers.Conv2D(3, 3)
    conv.build(images.shape)
    conv.set_weights([kernel.transpose(2, 3, 1, 0), bias])
    return conv(images)
