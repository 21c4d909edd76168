"""normalize to unit length takes another axis in PyTorch."""

import numpy as np

KERAS = """\
ops.normalize has axis=-1 and epsilon 1e-7 (keras/src/ops/nn.py);
layers.UnitNormalization has axis=-1 and 1e-12."""

PYTORCH = """\
F.normalize has dim=1 and eps=1e-12 (torch/nn/functional.py)."""

FIX = """\
Give dim=-1; for vectors about as short as epsilon, eps too."""

GAP = 0.4
CLOSED = {"float32": 2e-6, "float64": 1e-14}


def inputs():
    """Sequences of vectors; one vector is as good as nothing."""
    x = np.random.default_rng(0).normal(size=(2, 4, 3))
    x[0, 0] *= 1e-9
    return {"x": x}


def keras_default(x):
    from keras import ops

    return ops.normalize(x)


def torch_default(x):
    import torch
    import torch.nn.functional as F

    return F.normalize(torch.from_numpy(x))


def torch_as_keras(x):
    import torch
    import torch.nn.functional as F

    return F.normalize(torch.from_numpy(x), dim=-1, eps=1e-7)


def keras_as_torch(x):
    from keras import ops

    return ops.normalize(x, axis=1, epsilon=1e-12)
