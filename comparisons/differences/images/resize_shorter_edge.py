"""v2.Resize(224) keeps the proportions, Resizing(224, 224) does not."""

import numpy as np

KERAS = """\
Resizing(height, width) stretches; crop_to_aspect_ratio=True cuts first
(keras/src/layers/preprocessing/image_preprocessing/resizing.py)."""

PYTORCH = """\
v2.Resize(8) makes the shorter edge 8 long and the other to suit; it is
v2.Resize((8, 8)) that stretches (torchvision/transforms/v2/_geometry.py)."""

FIX = """\
Give both edges, or compute the longer one: int(8 * width / height). Mind
antialias too."""

GAP = float("inf")
# TensorFlow resizes in float32, in float64 too: resize_in_float32.
CLOSED = {"float32": 5e-6, "float64": 5e-6}


def inputs():
    """Pictures 12 high and 17 wide."""
    return {"x": np.random.default_rng(0).uniform(size=(2, 12, 17, 3))}


def keras_default(x):
    from keras import layers

    return layers.Resizing(8, 8)(x)


def torch_default(x):
    import torch
    from torchvision.transforms import v2

    x = torch.from_numpy(x).permute(0, 3, 1, 2)
    return v2.Resize(8)(x).permute(0, 2, 3, 1)


def torch_as_keras(x):
    import torch
    from torchvision.transforms import v2

    x = torch.from_numpy(x).permute(0, 3, 1, 2)
    return v2.Resize((8, 8), antialias=False)(x).permute(0, 2, 3, 1)


def keras_as_torch(x):
    from keras import layers

    height, width = x.shape[1:3]
    return layers.Resizing(8, int(8 * width / height), antialias=True)(x)
