"""BatchNorm gives other validation results in PyTorch: running variance."""

import numpy as np

KERAS = """\
Stores the biased variance of the batch (divides by N:
keras/src/layers/normalization/batch_normalization.py)."""

PYTORCH = """\
Normalises with the biased variance, stores the unbiased one (N - 1:
torch/nn/modules/batchnorm.py; F.batch_norm)."""

FIX = """\
Also set eps=1e-3 and momentum=1 - 0.99. The rest, 1/(N - 1) of the variance,
no argument removes: sides/torch/keras_formulas.py."""

GAP = 0.05
CLOSED = {"float32": 1e-5, "float64": 1e-13}


def inputs():
    """Sixty batches of two tiny pictures: N is 8 for every channel."""
    random = np.random.default_rng(0)
    return {"batches": random.normal(scale=2.0, size=(60, 2, 2, 2, 3))}


def keras_default(batches):
    from keras import layers

    norm = layers.BatchNormalization()
    for batch in batches:
        norm(batch, training=True)
    return {"variance": norm.moving_variance, "output": norm(batches[0])}


def torch_default(batches):
    import torch
    from torch import nn

    # What arguments can settle is settled: the variance alone is left.
    norm = nn.BatchNorm2d(3, eps=1e-3, momentum=0.01)
    batches = torch.from_numpy(batches).movedim(-1, 2)
    for batch in batches:
        norm(batch)
    output = norm.eval()(batches[0]).movedim(1, -1)
    return {"variance": norm.running_var, "output": output}


def torch_as_keras(batches):
    import torch
    from torch import nn

    class BiasedBatchNorm2d(nn.BatchNorm2d):
        def forward(self, x):
            kept = (1 - self.momentum) * self.running_var
            y = super().forward(x)
            if self.training:
                n = x.numel() / x.shape[1]
                new = self.running_var - kept
                self.running_var = kept + new * (n - 1) / n
            return y

    norm = BiasedBatchNorm2d(3, eps=1e-3, momentum=0.01)
    batches = torch.from_numpy(batches).movedim(-1, 2)
    for batch in batches:
        norm(batch)
    output = norm.eval()(batches[0]).movedim(1, -1)
    return {"variance": norm.running_var, "output": output}


def keras_as_torch(batches):
    from keras import layers, ops

    class UnbiasedBatchNormalization(layers.BatchNormalization):
        def call(self, x, training=False):
            kept = self.momentum * self.moving_variance
            y = super().call(x, training=training)
            if training and self.trainable:
                n = ops.cast(ops.size(x) / x.shape[-1], x.dtype)
                new = self.moving_variance - kept
                self.moving_variance.assign(kept + new * n / (n - 1))
            return y

    norm = UnbiasedBatchNormalization()
    for batch in batches:
        norm(batch, training=True)
    return {"variance": norm.moving_variance, "output": norm(batches[0])}
