"""The mean over a padded sequence is smaller in PyTorch."""

import numpy as np

KERAS = """\
GlobalAveragePooling1D leaves masked steps out, of the sum and of the count;
GlobalMaxPooling1D does not (keras/src/layers/pooling/
global_average_pooling1d.py, call)."""

PYTORCH = """\
x.mean(1) and nn.AdaptiveAvgPool1d know no mask
(torch/nn/modules/pooling.py)."""

FIX = """\
PyTorch: (x * mask).sum(1) / mask.sum(1). Keras: give mask=None to average
over padding too."""

GAP = 0.3
CLOSED = {"float32": 2e-6, "float64": 1e-14}


def inputs():
    """Two sequences of which three and five steps are real."""
    random = np.random.default_rng(0)
    return {
        "x": random.normal(loc=1.0, size=(2, 6, 3)),
        "mask": np.arange(6) < np.array([[3], [5]]),
    }


def keras_default(x, mask):
    from keras import layers

    return layers.GlobalAveragePooling1D()(x, mask=mask)


def torch_default(x, mask):
    import torch

    return torch.from_numpy(x).mean(1)


def torch_as_keras(x, mask):
    import torch

    x, mask = torch.from_numpy(x), torch.from_numpy(mask)[:, :, None]
    return (x * mask).sum(1) / mask.sum(1)


def keras_as_torch(x, mask):
    from keras import layers

    return layers.GlobalAveragePooling1D()(x, mask=None)
