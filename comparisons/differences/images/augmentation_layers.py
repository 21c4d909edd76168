"""Random flips, turns and zooms of pictures are other ones in PyTorch."""

import numpy as np

KERAS = """\
RandomFlip, RandomRotation and RandomZoom are layers of the model: at work in
training only, drawn for each picture, the edges filled by reflection. Pixels
are found in float32, and RandomRotation fails where floatx is float64
(keras/src/layers/preprocessing/image_preprocessing). Zooming by +0.2 shows
1.2 times as much: it makes things smaller."""

PYTORCH = """\
torchvision.transforms.v2 draws once for a whole batch, fills with a constant
and changes pictures in evaluation as well. RandomAffine's scale=1.2 makes
things larger (torchvision/transforms/v2/_geometry.py)."""

FIX = """\
One matrix a picture, F.affine_grid, then F.grid_sample with
padding_mode="reflection" and align_corners=False, if self.training. Random
numbers are not shared: prove it with a range of a single value."""

GAP = 0.5
# TensorFlow finds the pixels in float32, in float64 too.
CLOSED = {"float32": 2e-5, "float64": 2e-5}


def inputs():
    """Pictures in 0..1; what is drawn is always +0.2."""
    return {"x": np.random.default_rng(0).uniform(size=(4, 16, 16, 3))}


def keras_default(x):
    from keras import layers

    zoom = layers.RandomZoom((0.2, 0.2))
    return {
        "training": zoom(x, training=True),
        "prediction": zoom(x, training=False),
    }


def torch_default(x):
    import torch
    from torchvision.transforms import v2

    x = torch.from_numpy(x).permute(0, 3, 1, 2)
    zoom = v2.RandomAffine(0, scale=(1.2, 1.2))
    return {
        "training": zoom.train()(x).permute(0, 2, 3, 1),
        "prediction": zoom.eval()(x).permute(0, 2, 3, 1),
    }


def torch_as_keras(x):
    import torch
    import torch.nn.functional as F
    from torch import nn

    class RandomZoom(nn.Module):
        def forward(self, x):
            if not self.training:
                return x
            zoom = torch.empty(len(x)).uniform_(1.2, 1.2)
            matrix = torch.zeros(len(x), 2, 3)
            matrix[:, 0, 0] = matrix[:, 1, 1] = zoom
            grid = F.affine_grid(matrix, x.shape, align_corners=False)
            return F.grid_sample(
                x, grid, padding_mode="reflection", align_corners=False
            )

    x = torch.from_numpy(x).permute(0, 3, 1, 2)
    zoom = RandomZoom()
    return {
        "training": zoom.train()(x).permute(0, 2, 3, 1),
        "prediction": zoom.eval()(x).permute(0, 2, 3, 1),
    }


def keras_as_torch(x):
    from keras import layers

    factor = 1 / 1.2 - 1
    zoom = layers.RandomZoom(
        (factor, factor), fill_mode="constant", interpolation="nearest"
    )
    return {
        "training": zoom(x, training=True),
        "prediction": zoom(x, training=True),
    }
