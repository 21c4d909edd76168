"""Strided convolutions, and transposed ones, are off by one pixel."""

import numpy as np

KERAS = """\
padding="same" with a stride pads by the input's size, the odd cell after: an
even size, kernel 3 and stride 2 get (0, 1). Conv2DTranspose crops likewise
(compute_conv_transpose_padding_args_for_torch in keras/src/backend/common)."""

PYTORCH = """\
padding=1 pads both sides of every size, padding="same" refuses strides, and
ConvTranspose2d's padding=1, output_padding=1 has the right shape only
(torch/nn/modules/conv.py)."""

FIX = """\
F.pad(x, (0, 1, 0, 1)) before an unpadded convolution; after an unpadded
transposed one keep the first 2n rows and columns, where kernel 3 leaves
2n + 1. Kernel 4 with stride 2 needs neither: padding=1 is the same."""

GAP = 1.0
CLOSED = {"float32": 2e-5, "float64": 1e-13}


def inputs():
    random = np.random.default_rng(0)
    return {
        "x": random.normal(size=(2, 8, 8, 3)),
        "kernel": random.normal(size=(3, 3, 3, 3)),
    }


def keras_default(x, kernel):
    from keras import layers

    outputs = {}
    for Layer in (layers.Conv2D, layers.Conv2DTranspose):
        layer = Layer(3, 3, strides=2, padding="same", use_bias=False)
        layer.build(x.shape)
        layer.set_weights([kernel])
        outputs[Layer.__name__] = layer(x)
    return outputs


def torch_default(x, kernel):
    import torch
    import torch.nn.functional as F

    x = torch.from_numpy(x).permute(0, 3, 1, 2)
    kernel = torch.from_numpy(kernel).permute(3, 2, 0, 1)
    down = F.conv2d(x, kernel, stride=2, padding=1)
    up = F.conv_transpose2d(x, kernel, stride=2, padding=1, output_padding=1)
    return {
        "Conv2D": down.permute(0, 2, 3, 1),
        "Conv2DTranspose": up.permute(0, 2, 3, 1),
    }


def torch_as_keras(x, kernel):
    import torch
    import torch.nn.functional as F

    x = torch.from_numpy(x).permute(0, 3, 1, 2)
    kernel = torch.from_numpy(kernel).permute(3, 2, 0, 1)
    height, width = x.shape[2:]
    down = F.conv2d(F.pad(x, (0, 1, 0, 1)), kernel, stride=2)
    up = F.conv_transpose2d(x, kernel, stride=2)
    up = up[:, :, : 2 * height, : 2 * width]
    return {
        "Conv2D": down.permute(0, 2, 3, 1),
        "Conv2DTranspose": up.permute(0, 2, 3, 1),
    }


def keras_as_torch(x, kernel):
    from keras import layers

    down = layers.Conv2D(3, 3, strides=2, use_bias=False)
    up = layers.Conv2DTranspose(3, 3, strides=2, use_bias=False)
    for layer in (down, up):
        layer.build(x.shape)
        layer.set_weights([kernel])
    return {
        "Conv2D": down(layers.ZeroPadding2D(1)(x)),
        "Conv2DTranspose": layers.Cropping2D(((1, 0), (1, 0)))(up(x)),
    }
