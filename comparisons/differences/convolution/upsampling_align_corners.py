"""Bilinear upsampling in a PyTorch U-Net is shifted."""

import numpy as np

KERAS = """\
UpSampling2D(interpolation="bilinear") works between the pixels' centres
(keras/src/layers/reshaping/up_sampling2d.py)."""

PYTORCH = """\
nn.UpsamplingBilinear2d, and align_corners=True in many a U-Net, lay the corner
pixels' centres on each other (torch/nn/modules/upsampling.py); nn.Upsample
and F.interpolate have align_corners=False."""

FIX = """\
align_corners=False in PyTorch. In Keras two matrices of weights, one for rows
and one for columns."""

GAP = 0.3
# TensorFlow resizes in float32, in float64 too: resize_in_float32.
CLOSED = {"float32": 5e-6, "float64": 5e-6}


def inputs():
    return {"x": np.random.default_rng(0).normal(size=(2, 5, 5, 3))}


def keras_default(x):
    from keras import layers

    return layers.UpSampling2D(2, interpolation="bilinear")(x)


def torch_default(x):
    import torch
    from torch import nn

    x = torch.from_numpy(x).permute(0, 3, 1, 2)
    return nn.UpsamplingBilinear2d(scale_factor=2)(x).permute(0, 2, 3, 1)


def torch_as_keras(x):
    import torch
    from torch import nn

    x = torch.from_numpy(x).permute(0, 3, 1, 2)
    upsample = nn.Upsample(scale_factor=2, mode="bilinear")
    return upsample(x).permute(0, 2, 3, 1)


def keras_as_torch(x):
    from keras import ops

    old, new = np.arange(5), np.linspace(0, 5 - 1, 2 * 5)
    weights = np.maximum(0, 1 - abs(new[:, None] - old)).astype(x.dtype)
    return ops.einsum("yi,bijc,xj->byxc", weights, x, weights)
