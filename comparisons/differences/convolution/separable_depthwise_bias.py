"""A SeparableConv2D has one bias, two convolutions in PyTorch have two."""

import numpy as np

KERAS = """\
No bias between the depthwise and the pointwise part, one after both
(keras/src/layers/convolutional/base_separable_conv.py, build)."""

PYTORCH = """\
Has no such layer; of the two nn.Conv2d that stand for it each has a bias by
default (torch/nn/modules/conv.py, Conv2d)."""

FIX = """\
`bias=False` in the depthwise one: else its random bias stays when the weights
are copied. In Keras DepthwiseConv2D and Conv2D have both biases."""

GAP = 0.2
CLOSED = {"float32": 2e-5, "float64": 1e-13}


def inputs():
    """The weights, and a bias as the first convolution may have it."""
    random = np.random.default_rng(0)
    return {
        "images": random.normal(size=(2, 6, 6, 4)),
        "depthwise": random.normal(size=(3, 3, 4, 1)),
        "pointwise": random.normal(size=(1, 1, 4, 5)),
        "bias": random.normal(size=(5,)),
        "first_bias": random.uniform(-1 / 3, 1 / 3, size=(4,)),
    }


def keras_default(images, depthwise, pointwise, bias, first_bias):
    from keras import layers

    conv = layers.SeparableConv2D(5, 3)
    conv.build(images.shape)
    conv.set_weights([depthwise, pointwise, bias])  # no place for first_bias
    return conv(images)


def torch_default(images, depthwise, pointwise, bias, first_bias):
    import torch
    from torch import nn

    conv = nn.Sequential(nn.Conv2d(4, 4, 3, groups=4), nn.Conv2d(4, 5, 1))
    conv.load_state_dict(
        {
            "0.weight": torch.from_numpy(depthwise).permute(2, 3, 0, 1),
            "0.bias": torch.from_numpy(first_bias),
            "1.weight": torch.from_numpy(pointwise).permute(3, 2, 0, 1),
            "1.bias": torch.from_numpy(bias),
        }
    )
    x = torch.from_numpy(images).permute(0, 3, 1, 2)
    return conv(x).permute(0, 2, 3, 1)


def torch_as_keras(images, depthwise, pointwise, bias, first_bias):
    import torch
    from torch import nn

    conv = nn.Sequential(
        nn.Conv2d(4, 4, 3, groups=4, bias=False), nn.Conv2d(4, 5, 1)
    )
    conv.load_state_dict(
        {
            "0.weight": torch.from_numpy(depthwise).permute(2, 3, 0, 1),
            "1.weight": torch.from_numpy(pointwise).permute(3, 2, 0, 1),
            "1.bias": torch.from_numpy(bias),
        }
    )
    x = torch.from_numpy(images).permute(0, 3, 1, 2)
    return conv(x).permute(0, 2, 3, 1)


def keras_as_torch(images, depthwise, pointwise, bias, first_bias):
    from keras import layers

    first, second = layers.DepthwiseConv2D(3), layers.Conv2D(5, 1)
    first.build(images.shape)
    first.set_weights([depthwise, first_bias])
    second.build((None, 4, 4, 4))
    second.set_weights([pointwise, bias])
    return second(first(images))
