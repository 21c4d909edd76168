"""Pictures in 0..255 stay unscaled in torchvision if they are floats."""

import numpy as np

KERAS = """\
Rescaling(1 / 255) multiplies whatever comes
(keras/src/layers/preprocessing/rescaling.py)."""

PYTORCH = """\
v2.ToDtype(scale=True), like ToTensor, scales integers only: floats are taken
to be in 0..1 (torchvision/transforms/v2/functional/_misc.py,
to_dtype_image)."""

FIX = """\
x / 255 in PyTorch, if x is floats in 0..255; in Keras look at the type."""

GAP = 100.0
# Keras holds 1 / 255 as a float32, in float64 too.
CLOSED = {"float32": 1e-6, "float64": 1e-7}


def inputs():
    x = np.random.default_rng(0).uniform(0, 255, size=(2, 6, 6, 3))
    return {"x": x}


def keras_default(x):
    from keras import layers

    return layers.Rescaling(1 / 255)(x)


def torch_default(x):
    import torch
    from torchvision.transforms import v2

    x = torch.from_numpy(x).permute(0, 3, 1, 2)
    scale = v2.ToDtype(torch.get_default_dtype(), scale=True)
    return scale(x).permute(0, 2, 3, 1)


def torch_as_keras(x):
    import torch

    x = torch.from_numpy(x).permute(0, 3, 1, 2)
    return (x / 255).permute(0, 2, 3, 1)


def keras_as_torch(x):
    from keras import layers, ops

    x = ops.convert_to_tensor(x)
    if "int" in str(x.dtype):
        x = layers.Rescaling(1 / 255)(x)
    return x
