"""Binary cross entropy of probabilities near 0 and 1 has other limits."""

import numpy as np

KERAS = """\
Clips p to [1e-7, 1 - 1e-7]: a mistake costs 16.1 at most, a perfect answer
1e-7 (keras/src/backend/tensorflow/nn.py, binary_crossentropy)."""

PYTORCH = """\
Clamps the logarithms at -100: a mistake costs up to 100, a perfect answer
nothing (torch/nn/modules/loss.py, BCELoss)."""

FIX = """\
Logits on both sides. With probabilities clamp p before F's loss, or write
PyTorch's formula in Keras."""

GAP = 30.0
# In float32 the logarithms of numbers next to 1 have few digits.
CLOSED = {"float32": 1e-5, "float64": 1e-13}


def inputs():
    return {
        "outputs": np.array([[1e-9, 1.0, 0.3, 0.0, 1.0]]),
        "targets": np.array([[1.0, 0.0, 1.0, 1.0, 1.0]]),
    }


def keras_default(outputs, targets):
    import keras

    return keras.losses.BinaryCrossentropy()(targets, outputs)


def torch_default(outputs, targets):
    import torch
    import torch.nn.functional as F

    outputs, targets = torch.from_numpy(outputs), torch.from_numpy(targets)
    return F.binary_cross_entropy(outputs, targets)


def torch_as_keras(outputs, targets):
    import torch
    import torch.nn.functional as F

    outputs, targets = torch.from_numpy(outputs), torch.from_numpy(targets)
    outputs = outputs.clamp(1e-7, 1 - 1e-7)
    return F.binary_cross_entropy(outputs, targets)


def keras_as_torch(outputs, targets):
    from keras import ops

    hits = ops.maximum(ops.log(outputs), -100)
    misses = ops.maximum(ops.log1p(-outputs), -100)
    return -ops.mean(targets * hits + (1 - targets) * misses)
