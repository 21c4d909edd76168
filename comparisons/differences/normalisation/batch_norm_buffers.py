"""All parameters of a BatchNorm were copied, yet validation is wrong."""

import numpy as np

KERAS = """\
The moving statistics are weights, though not trainable ones: `get_weights()`
is gamma, beta, moving_mean, moving_variance
(keras/src/layers/normalization/batch_normalization.py, build)."""

PYTORCH = """\
running_mean and running_var are buffers: in `state_dict()`, but not in
`parameters()` (torch/nn/modules/batchnorm.py, _NormBase.__init__)."""

FIX = """\
Go by `state_dict()`. It has a fifth entry, num_batches_tracked, that Keras
lacks and that shifts all that follows where weights are zipped in order."""

GAP = 0.5
CLOSED = {"float32": 5e-6, "float64": 1e-13}


def inputs():
    """gamma, beta, moving_mean and moving_variance of four channels."""
    random = np.random.default_rng(0)
    return {
        "images": random.normal(size=(3, 5, 5, 4)),
        "weights": np.stack(
            [
                random.normal(1, 0.3, size=4),
                random.normal(size=4),
                random.normal(size=4),
                random.uniform(0.5, 2, size=4),
            ]
        ),
    }


def keras_default(images, weights):
    from keras import layers

    norm = layers.BatchNormalization()
    norm.build(images.shape)
    norm.set_weights(list(weights))
    return norm(images, training=False)


def torch_default(images, weights):
    import torch
    from torch import nn

    norm = nn.BatchNorm2d(4, eps=1e-3).eval()
    with torch.no_grad():
        for parameter, weight in zip(norm.parameters(), weights, strict=False):
            parameter.copy_(torch.from_numpy(weight))
    x = torch.from_numpy(images).permute(0, 3, 1, 2)
    return norm(x).permute(0, 2, 3, 1)


def torch_as_keras(images, weights):
    import torch
    from torch import nn

    norm = nn.BatchNorm2d(4, eps=1e-3).eval()
    names = ("weight", "bias", "running_mean", "running_var")
    tensors = map(torch.from_numpy, weights)
    norm.load_state_dict(dict(zip(names, tensors, strict=True)))
    x = torch.from_numpy(images).permute(0, 3, 1, 2)
    return norm(x).permute(0, 2, 3, 1)


def keras_as_torch(images, weights):
    from keras import layers

    norm = layers.BatchNormalization()
    norm.build(images.shape)
    for variable, weight in zip(
        norm.trainable_variables, weights, strict=False
    ):
        variable.assign(weight)
    return norm(images, training=False)
