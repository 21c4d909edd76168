"""Pictures of uint8 go into a Keras model, and not into a PyTorch one."""

import numpy as np

KERAS = """\
A model casts its inputs to the type of its Input, float32 by default
(keras/src/models/functional.py, _convert_inputs_to_tensors)."""

PYTORCH = """\
A convolution refuses bytes: RuntimeError (torch/nn/modules/conv.py)."""

FIX = """\
.to(weight.dtype) / 255 in PyTorch. In Keras nothing fails, and the values
are 0 to 255 unless Rescaling(1 / 255) comes first."""

NOT_POSSIBLE = "No Keras code is wanted that refuses what works."

GAP = float("inf")
# Sums of 27 products of up to 255.
CLOSED = {"float32": 5e-4, "float64": 5e-12}


def inputs():
    random = np.random.default_rng(0)
    return {
        "images": random.integers(256, size=(2, 8, 8, 3), dtype="uint8"),
        "kernel": random.normal(size=(3, 3, 3, 4)),
    }


def keras_default(images, kernel):
    import keras
    from keras import layers

    conv = layers.Conv2D(4, 3, use_bias=False)
    model = keras.Sequential([keras.Input((8, 8, 3)), conv])
    conv.set_weights([kernel])
    return model(images)


def torch_default(images, kernel):
    import torch
    from torch import nn

    conv = nn.Conv2d(3, 4, 3, bias=False)
    weight = torch.from_numpy(kernel).permute(3, 2, 0, 1)
    conv.load_state_dict({"weight": weight})
    images = torch.from_numpy(images).permute(0, 3, 1, 2)
    return conv(images).permute(0, 2, 3, 1)


def torch_as_keras(images, kernel):
    import torch
    from torch import nn

    conv = nn.Conv2d(3, 4, 3, bias=False)
    weight = torch.from_numpy(kernel).permute(3, 2, 0, 1)
    conv.load_state_dict({"weight": weight})
    images = torch.from_numpy(images).permute(0, 3, 1, 2)
    return conv(images.to(conv.weight.dtype)).permute(0, 2, 3, 1)
