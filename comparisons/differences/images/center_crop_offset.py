"""CenterCrop is off by one pixel between Keras and torchvision."""

import numpy as np

KERAS = """\
Starts at (size - target) // 2
(keras/src/layers/preprocessing/image_preprocessing/center_crop.py)."""

PYTORCH = """\
Starts at round((size - target) / 2), to the even number: 1.5 becomes 2
(torchvision/transforms/v2/functional/_geometry.py,
_center_crop_compute_crop_anchor)."""

FIX = """\
Slice by hand on one side, where size and target are not both even or odd."""

GAP = 0.5
CLOSED = {"float32": 0.0, "float64": 0.0}


def inputs():
    """Five rows or seven columns, of which two or four are kept."""
    return {"x": np.random.default_rng(0).uniform(size=(1, 5, 7, 1))}


def keras_default(x):
    from keras import layers

    return layers.CenterCrop(2, 4)(x)


def torch_default(x):
    import torch
    from torchvision.transforms import v2

    x = torch.from_numpy(x).permute(0, 3, 1, 2)
    return v2.CenterCrop((2, 4))(x).permute(0, 2, 3, 1)


def torch_as_keras(x):
    import torch

    x = torch.from_numpy(x).permute(0, 3, 1, 2)
    top, left = (x.shape[2] - 2) // 2, (x.shape[3] - 4) // 2
    x = x[:, :, top : top + 2, left : left + 4]
    return x.permute(0, 2, 3, 1)


def keras_as_torch(x):
    top, left = round((x.shape[1] - 2) / 2), round((x.shape[2] - 4) / 2)
    return x[:, top : top + 2, left : left + 4]
