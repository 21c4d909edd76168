"""CenterCrop of a small picture is enlarged in Keras, framed in torchvision."""

import numpy as np

KERAS = """\
Cuts the largest part with the target's proportions and enlarges it, bilinearly
(keras/src/layers/preprocessing/image_preprocessing/center_crop.py)."""

PYTORCH = """\
Pads with zeros (torchvision/transforms/v2/functional/_geometry.py,
center_crop_image)."""

FIX = """\
Resize before cropping on both sides; or do by hand what the other does."""

GAP = 0.5
# TensorFlow resizes in float32, in float64 too: resize_in_float32.
CLOSED = {"float32": 2e-6, "float64": 2e-6}


def inputs():
    """A picture of 5 x 7 pixels where 8 x 8 are wanted."""
    return {"x": np.random.default_rng(0).uniform(size=(1, 5, 7, 3))}


def keras_default(x):
    from keras import layers

    return layers.CenterCrop(8, 8)(x)


def torch_default(x):
    import torch
    from torchvision.transforms import v2

    x = torch.from_numpy(x).permute(0, 3, 1, 2)
    return v2.CenterCrop(8)(x).permute(0, 2, 3, 1)


def torch_as_keras(x):
    import torch
    from torchvision.transforms import v2

    x = torch.from_numpy(x).permute(0, 3, 1, 2)
    crop = v2.CenterCrop(min(x.shape[2:]))
    resize = v2.Resize((8, 8), antialias=False)
    return resize(crop(x)).permute(0, 2, 3, 1)


def keras_as_torch(x):
    from keras import layers

    rows, columns = 8 - x.shape[1], 8 - x.shape[2]
    return layers.ZeroPadding2D(
        ((rows // 2, (rows + 1) // 2), (columns // 2, (columns + 1) // 2))
    )(x)
