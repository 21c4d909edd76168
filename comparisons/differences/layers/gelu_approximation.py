"""keras.ops.gelu is the tanh approximation; F.gelu is exact."""

import numpy as np

KERAS = """\
ops.gelu has approximate=True (keras/src/ops/nn.py); Activation("gelu") and
keras.activations.gelu have False (keras/src/activations/activations.py)."""

PYTORCH = """\
F.gelu and nn.GELU have approximate="none"
(torch/nn/modules/activation.py, GELU)."""

FIX = """\
Say which: approximate="tanh" in PyTorch, approximate=False in keras.ops."""

GAP = 1e-4
# In float64 TensorFlow holds 1/sqrt(2) as a float32: see float32_constants.
CLOSED = {"float32": 1e-5, "float64": 5e-8}


def inputs():
    return {"x": np.linspace(-6, 6, 601)}


def keras_default(x):
    from keras import ops

    return ops.gelu(x)


def torch_default(x):
    import torch
    import torch.nn.functional as F

    return F.gelu(torch.from_numpy(x))


def torch_as_keras(x):
    import torch
    import torch.nn.functional as F

    return F.gelu(torch.from_numpy(x), approximate="tanh")


def keras_as_torch(x):
    from keras import ops

    return ops.gelu(x, approximate=False)
