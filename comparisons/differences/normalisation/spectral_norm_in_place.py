"""SpectralNormalization does nothing to loaded weights until trained."""

import numpy as np

KERAS = """\
Divides the kernel itself by its norm, in calls with training=True alone; the
given kernel is gone, and no gradient knows of the division
(keras/src/layers/normalization/spectral_normalization.py, call)."""

PYTORCH = """\
Keeps the weight and divides it anew in every forward, in evaluation too, as a
part of what is differentiated (torch/nn/utils/parametrizations.py,
_SpectralNorm)."""

FIX = """\
PyTorch: divide the weight in place after each step. Keras: a layer whose call
divides. Both use the exact norm here, towards which power iteration goes."""

GAP = 1.0
CLOSED = {"float32": 1e-5, "float64": 1e-12}


def inputs():
    """A kernel with one large singular value, so that iteration is fast."""
    random = np.random.default_rng(0)
    large = np.outer(random.normal(size=4), random.normal(size=3))
    return {
        "x": random.normal(size=(5, 4)),
        "kernel": 3 * large + 0.1 * random.normal(size=(4, 3)),
    }


def keras_default(x, kernel):
    from keras import layers

    dense = layers.Dense(3, use_bias=False)
    model = layers.SpectralNormalization(dense, power_iterations=20)
    model.build(x.shape)
    dense.set_weights([kernel])
    loaded = model(x)
    model(x, training=True)
    return {"loaded": loaded, "stored": dense.kernel}


def torch_default(x, kernel):
    import torch
    from torch import nn
    from torch.nn.utils.parametrizations import spectral_norm

    x = torch.from_numpy(x)
    linear = nn.Linear(4, 3, bias=False)
    linear.weight.data = torch.from_numpy(kernel.T.copy())
    model = spectral_norm(linear, n_power_iterations=20)
    loaded = model.eval()(x)
    model.train()(x)
    stored = model.parametrizations.weight.original
    return {"loaded": loaded, "stored": stored.T}


def torch_as_keras(x, kernel):
    import torch
    from torch import nn

    x = torch.from_numpy(x)
    linear = nn.Linear(4, 3, bias=False)
    linear.weight.data = torch.from_numpy(kernel.T.copy())
    loaded = linear(x)
    with torch.no_grad():  # in training, before each forward
        linear.weight /= torch.linalg.matrix_norm(linear.weight, 2)
    return {"loaded": loaded, "stored": linear.weight.T}


def keras_as_torch(x, kernel):
    from keras import layers, ops

    class SpectralDense(layers.Dense):
        def call(self, x):
            return ops.matmul(x, self.kernel / ops.norm(self.kernel, ord=2))

    dense = SpectralDense(3, use_bias=False)
    dense.build(x.shape)
    dense.set_weights([kernel])
    loaded = dense(x)
    dense(x, training=True)
    return {"loaded": loaded, "stored": dense.kernel}
