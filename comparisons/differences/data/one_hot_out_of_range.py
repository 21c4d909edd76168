"""A label out of range is a row of zeros in Keras, an error in PyTorch."""

import numpy as np

KERAS = """\
ops.one_hot(x, num_classes) gives zeros for -1, and for num_classes and above
(keras/src/backend/tensorflow/nn.py, one_hot)."""

PYTORCH = """\
F.one_hot raises; without num_classes it takes the largest label of the batch
for the last class, so that the width changes (torch/nn/functional.py)."""

FIX = """\
Clamp, and multiply by whether the label was in range. Always pass
num_classes."""

NOT_POSSIBLE = "No Keras code is wanted that refuses what works."

GAP = float("inf")
CLOSED = {"float32": 0.0, "float64": 0.0}


def inputs():
    """-1 marks what has no label."""
    return {"labels": np.array([0, 2, -1, 1])}


def keras_default(labels):
    from keras import ops

    return ops.one_hot(labels, 3)


def torch_default(labels):
    import torch
    import torch.nn.functional as F

    return F.one_hot(torch.from_numpy(labels), 3)


def torch_as_keras(labels):
    import torch
    import torch.nn.functional as F

    labels = torch.from_numpy(labels)
    known = (labels >= 0) & (labels < 3)
    return F.one_hot(labels.clamp(0, 2), 3) * known[:, None]
