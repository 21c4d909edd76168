"""PyTorch's softplus is a straight line above 20."""

import numpy as np

KERAS = """\
ops.softplus follows log(1 + exp(x)) to the last digit everywhere
(keras/src/backend/tensorflow/nn.py)."""

PYTORCH = """\
Returns x itself where beta * x > threshold=20
(torch/nn/modules/activation.py, Softplus)."""

FIX = """\
Nothing in float32, which cannot show it. In float64 threshold=40: there
both agree to the last digit, and exp is still far from infinity."""

GAP = 1e-9
GAP_TYPE = "float64"
CLOSED = {"float32": 2e-5, "float64": 5e-14}


def inputs():
    return {"x": np.linspace(15, 50, 701)}


def keras_default(x):
    from keras import ops

    return ops.softplus(x)


def torch_default(x):
    import torch
    import torch.nn.functional as F

    return F.softplus(torch.from_numpy(x))


def torch_as_keras(x):
    import torch
    import torch.nn.functional as F

    return F.softplus(torch.from_numpy(x), threshold=40)


def keras_as_torch(x):
    from keras import ops

    return ops.where(ops.greater(x, 20), x, ops.softplus(x))
