"""Resized pictures differ by 1e-7 even in float64."""

import numpy as np

KERAS = """\
`ops.image.resize` on TensorFlow computes in float32 whatever it is given, and
casts back."""

PYTORCH = """\
`F.interpolate` computes in the input's own dtype. Both are bilinear between
the pixels' centres and smooth nothing before, if not asked to."""

FIX = """\
In Keras multiply by two matrices of weights, one for rows and one for columns
(`interpolation` in shared_data/sources/pictures.py)."""

NOT_POSSIBLE = """\
PyTorch's float32 rounds otherwise than TensorFlow's: as far off as float64."""

GAP = 1e-8
GAP_TYPE = "float64"
CLOSED = {"float32": 2e-6, "float64": 1e-14}


def inputs():
    return {"x": np.random.default_rng(0).uniform(size=(2, 9, 9, 3))}


def keras_default(x):
    from keras import ops

    return ops.image.resize(x, (13, 13))


def torch_default(x):
    import torch
    import torch.nn.functional as F

    x = torch.from_numpy(x).permute(0, 3, 1, 2)
    return F.interpolate(x, (13, 13), mode="bilinear").permute(0, 2, 3, 1)


def keras_as_torch(x):
    from keras import ops

    old = np.arange(9)
    new = ((np.arange(13) + 0.5) * 9 / 13 - 0.5).clip(0, 8)
    weights = np.maximum(0, 1 - abs(new[:, None] - old)).astype(x.dtype)
    return ops.einsum("yi,bijc,xj->byxc", weights, x, weights)
