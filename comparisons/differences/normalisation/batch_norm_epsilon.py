"""BatchNorm of small activations is weaker in Keras: epsilon."""

import numpy as np

KERAS = """\
epsilon=1e-3, added to the variance
(keras/src/layers/normalization/batch_normalization.py)."""

PYTORCH = """\
eps=1e-5, added to the variance (torch/nn/modules/batchnorm.py)."""

FIX = """\
Set eps=1e-3, or epsilon=1e-5 in Keras. It is felt where the deviation is not
far above sqrt(1e-3), about 0.03."""

GAP = 0.2
CLOSED = {"float32": 1e-5, "float64": 1e-13}


def inputs():
    random = np.random.default_rng(0)
    return {"x": random.normal(scale=0.05, size=(8, 4, 4, 3))}


def keras_default(x):
    from keras import layers

    return layers.BatchNormalization()(x, training=True)


def torch_default(x):
    import torch
    from torch import nn

    x = torch.from_numpy(x).permute(0, 3, 1, 2)
    return nn.BatchNorm2d(3)(x).permute(0, 2, 3, 1)


def torch_as_keras(x):
    import torch
    from torch import nn

    x = torch.from_numpy(x).permute(0, 3, 1, 2)
    return nn.BatchNorm2d(3, eps=1e-3)(x).permute(0, 2, 3, 1)


def keras_as_torch(x):
    from keras import layers

    return layers.BatchNormalization(epsilon=1e-5)(x, training=True)
