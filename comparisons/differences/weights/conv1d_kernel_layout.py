"""A Conv1D kernel copied into nn.Conv1d gives other sequences."""

import numpy as np

KERAS = """\
The kernel is (steps, channels in, filters)
(keras/src/layers/convolutional/base_conv.py, build)."""

PYTORCH = """\
The weight is (filters, channels in, steps), and sequences are (batch,
channels, steps) (torch/nn/modules/conv.py, Conv1d)."""

FIX = """\
`kernel.transpose(2, 1, 0)` either way, and swap the axes of what goes in and
out: `x.transpose(1, 2)`."""

GAP = 5.0
CLOSED = {"float32": 1e-5, "float64": 1e-13}


def inputs():
    """Three steps, from three channels to three: any order fits."""
    random = np.random.default_rng(0)
    return {
        "sequences": random.normal(size=(2, 7, 3)),
        "kernel": random.normal(size=(3, 3, 3)),
        "bias": random.normal(size=(3,)),
    }


def keras_default(sequences, kernel, bias):
    from keras import layers

    conv = layers.Conv1D(3, 3)
    conv.build(sequences.shape)
    conv.set_weights([kernel, bias])
    return conv(sequences)


def torch_default(sequences, kernel, bias):
    import torch
    from torch import nn

    conv = nn.Conv1d(3, 3, kernel_size=3)
    conv.load_state_dict(
        {"weight": torch.from_numpy(kernel), "bias": torch.from_numpy(bias)}
    )
    return conv(torch.from_numpy(sequences).transpose(1, 2)).transpose(1, 2)


def torch_as_keras(sequences, kernel, bias):
    import torch
    from torch import nn

    conv = nn.Conv1d(3, 3, kernel_size=3)
    weight = torch.from_numpy(kernel).permute(2, 1, 0)
    conv.load_state_dict({"weight": weight, "bias": torch.from_numpy(bias)})
    return conv(torch.from_numpy(sequences).transpose(1, 2)).transpose(1, 2)


def keras_as_torch(sequences, kernel, bias):
    from keras import layers

    conv = layers.Conv1D(3, 3)
    conv.build(sequences.shape)
    conv.set_weights([kernel.transpose(2, 1, 0), bias])
    return conv(sequences)
