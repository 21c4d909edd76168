"""F.dropout goes on dropping after model.eval()."""

import numpy as np

KERAS = """\
Dropout drops only where `training` is true, which fit sees to; a model that
is called plainly does not (keras/src/layers/regularization/dropout.py)."""

PYTORCH = """\
nn.Dropout follows train() and eval(); F.dropout has training=True for a
default and knows of no module (torch/nn/functional.py, dropout)."""

FIX = """\
F.dropout(x, p, training=self.training), or nn.Dropout. To drop in prediction
on purpose (Monte Carlo dropout), call a Keras layer with training=True."""

GAP = 0.4
# The share of 20,000 values that are dropped tells its own by 0.004.
CLOSED = {"float32": 0.03, "float64": 0.03}


def inputs():
    return {"x": np.ones((100, 200))}


def keras_default(x):
    import keras
    from keras import layers, ops

    model = keras.Sequential([keras.Input((200,)), layers.Dropout(0.5)])
    return ops.mean(ops.cast(model(x) == 0, "float32"))


def torch_default(x):
    import torch
    import torch.nn.functional as F
    from torch import nn

    class Model(nn.Module):
        def forward(self, x):
            return F.dropout(x, 0.5)

    model = Model().eval()
    return (model(torch.from_numpy(x)) == 0).float().mean()


def torch_as_keras(x):
    import torch
    import torch.nn.functional as F
    from torch import nn

    class Model(nn.Module):
        def forward(self, x):
            return F.dropout(x, 0.5, training=self.training)

    model = Model().eval()
    return (model(torch.from_numpy(x)) == 0).float().mean()


def keras_as_torch(x):
    import keras
    from keras import layers, ops

    model = keras.Sequential([keras.Input((200,)), layers.Dropout(0.5)])
    return ops.mean(ops.cast(model(x, training=True) == 0, "float32"))
