"""dropout= of stacked LSTMs drops something else in Keras and PyTorch."""

import numpy as np

KERAS = """\
Every layer drops its inputs, by one mask a sequence that stays the same over
all time steps (keras/src/layers/rnn/lstm.py, LSTM.inner_loop)."""

PYTORCH = """\
Outputs are dropped between stacked layers, anew at every step; the first
layer's input never, so that one layer drops nothing
(torch/nn/modules/rnn.py, RNNBase)."""

FIX = """\
Multiply the input by `F.dropout(torch.ones_like(x[:, :1]), rate)`, in
training; or put a Dropout layer between the Keras LSTMs."""

GAP = 0.1
# Random masks never agree: 20,000 of them tell a mean and a spread by 5e-3.
CLOSED = {"float32": 0.02, "float64": 0.02}


def inputs():
    """One sequence, asked 20,000 times, and two LSTMs' four kernels."""
    random = np.random.default_rng(0)
    return {
        "x": random.normal(size=(1, 6, 4)),
        "weights": random.normal(scale=1.5, size=(4, 4, 16)),
    }


def keras_default(x, weights):
    import keras
    from keras import layers, ops

    model = keras.Sequential(
        [
            layers.LSTM(4, dropout=0.5, return_sequences=True, use_bias=False),
            layers.LSTM(4, dropout=0.5, use_bias=False),
        ]
    )
    model.build(x.shape)
    model.set_weights(list(weights))
    y = model(np.repeat(x, 20_000, axis=0), training=True)
    return {"mean": ops.mean(y, axis=0), "spread": ops.std(y, axis=0)}


def torch_default(x, weights):
    import torch
    from torch import nn

    lstm = nn.LSTM(4, 4, 2, dropout=0.5, bias=False, batch_first=True)
    for parameter, weight in zip(lstm.parameters(), weights, strict=True):
        parameter.data.copy_(torch.from_numpy(weight.T))
    y, _ = lstm(torch.from_numpy(x).repeat(20_000, 1, 1))
    return {"mean": y[:, -1].mean(0), "spread": y[:, -1].std(0)}


def torch_as_keras(x, weights):
    import torch
    import torch.nn.functional as F
    from torch import nn

    class DroppingLSTM(nn.LSTM):
        def forward(self, x, rate=0.5):
            mask = torch.ones_like(x[:, :1])
            x = x * F.dropout(mask, rate, self.training)
            return super().forward(x)[0]

    lstm = nn.Sequential(
        DroppingLSTM(4, 4, bias=False, batch_first=True),
        DroppingLSTM(4, 4, bias=False, batch_first=True),
    )
    for parameter, weight in zip(lstm.parameters(), weights, strict=True):
        parameter.data.copy_(torch.from_numpy(weight.T))
    y = lstm(torch.from_numpy(x).repeat(20_000, 1, 1))
    return {"mean": y[:, -1].mean(0), "spread": y[:, -1].std(0)}


def keras_as_torch(x, weights):
    import keras
    from keras import layers, ops

    model = keras.Sequential(
        [
            layers.LSTM(4, return_sequences=True, use_bias=False),
            layers.Dropout(0.5),
            layers.LSTM(4, use_bias=False),
        ]
    )
    model.build(x.shape)
    model.set_weights(list(weights))
    y = model(np.repeat(x, 20_000, axis=0), training=True)
    return {"mean": ops.mean(y, axis=0), "spread": ops.std(y, axis=0)}
