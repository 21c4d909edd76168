"""A decoder's Conv2DTranspose gives other images after its conversion."""

import numpy as np

KERAS = """\
The kernel is (rows, columns, filters, channels in), the last two the other way
round than in Conv2D (keras/src/layers/convolutional/base_conv_transpose.py)."""

PYTORCH = """\
The weight is (channels in, filters, rows, columns), the first two the other
way round than in Conv2d (torch/nn/modules/conv.py, _ConvNd.__init__)."""

FIX = """\
Both swap, so `transpose(3, 2, 0, 1)` as for ordinary convolutions; to think of
only one swap gives (2, 3, 0, 1). The kernel is not flipped."""

GAP = 5.0
CLOSED = {"float32": 5e-6, "float64": 1e-13}


def inputs():
    """From three channels to three: either order fits."""
    random = np.random.default_rng(0)
    return {
        "images": random.normal(size=(2, 4, 4, 3)),
        "kernel": random.normal(size=(3, 3, 3, 3)),
        "bias": random.normal(size=(3,)),
    }


def keras_default(images, kernel, bias):
    from keras import layers

    conv = layers.Conv2DTranspose(3, 3, strides=2)
    conv.build(images.shape)
    conv.set_weights([kernel, bias])
    return conv(images)


def torch_default(images, kernel, bias):
    import torch
    from torch import nn

    conv = nn.ConvTranspose2d(3, 3, kernel_size=3, stride=2)
    weight = torch.from_numpy(kernel).permute(2, 3, 0, 1)
    conv.load_state_dict({"weight": weight, "bias": torch.from_numpy(bias)})
    x = torch.from_numpy(images).permute(0, 3, 1, 2)
    return conv(x).permute(0, 2, 3, 1)


def torch_as_keras(images, kernel, bias):
    import torch
    from torch import nn

    conv = nn.ConvTranspose2d(3, 3, kernel_size=3, stride=2)
    weight = torch.from_numpy(kernel).permute(3, 2, 0, 1)
    conv.load_state_dict({"weight": weight, "bias": torch.from_numpy(bias)})
    x = torch.from_numpy(images).permute(0, 3, 1, 2)
    return conv(x).permute(0, 2, 3, 1)


def keras_as_torch(images, kernel, bias):
    from keras import layers

    weight = kernel.transpose(2, 3, 0, 1)  # PyTorch's
    conv = layers.Conv2DTranspose(3, 3, strides=2)
    conv.build(images.shape)
    conv.set_weights([weight.transpose(2, 3, 1, 0), bias])
    return conv(images)
