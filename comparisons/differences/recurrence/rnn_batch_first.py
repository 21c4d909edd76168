"""A PyTorch LSTM given a batch runs through the batch instead of time."""

import numpy as np

KERAS = """\
Inputs are (batch, time, features) (keras/src/layers/rnn/rnn.py, RNN.call)."""

PYTORCH = """\
batch_first=False: inputs are (time, batch, features). Nothing complains, as
any size fits either axis (torch/nn/modules/rnn.py, RNNBase.__init__)."""

FIX = """\
`batch_first=True`, for nn.RNN and nn.GRU too. The states h_n and c_n keep
their shape of (layers, batch, units): see `rnn_state_axis`."""

GAP = 0.1
CLOSED = {"float32": 1e-6, "float64": 1e-14}


def inputs():
    """Three sequences of six steps, and an LSTM of five units."""
    random = np.random.default_rng(0)
    return {
        "x": random.normal(size=(3, 6, 4)),
        "kernel": random.normal(scale=0.3, size=(4, 20)),
        "recurrent": random.normal(scale=0.3, size=(5, 20)),
    }


def keras_default(x, kernel, recurrent):
    from keras import layers

    lstm = layers.LSTM(5, return_sequences=True, use_bias=False)
    lstm.build(x.shape)
    lstm.set_weights([kernel, recurrent])
    return lstm(x)


def torch_default(x, kernel, recurrent):
    import torch
    from torch import nn

    lstm = nn.LSTM(4, 5, bias=False)
    lstm.load_state_dict(
        {
            "weight_ih_l0": torch.from_numpy(kernel.T),
            "weight_hh_l0": torch.from_numpy(recurrent.T),
        }
    )
    y, _ = lstm(torch.from_numpy(x))
    return y


def torch_as_keras(x, kernel, recurrent):
    import torch
    from torch import nn

    lstm = nn.LSTM(4, 5, bias=False, batch_first=True)
    lstm.load_state_dict(
        {
            "weight_ih_l0": torch.from_numpy(kernel.T),
            "weight_hh_l0": torch.from_numpy(recurrent.T),
        }
    )
    y, _ = lstm(torch.from_numpy(x))
    return y


def keras_as_torch(x, kernel, recurrent):
    from keras import layers, ops

    lstm = layers.LSTM(5, return_sequences=True, use_bias=False)
    lstm.build((None, None, 4))
    lstm.set_weights([kernel, recurrent])
    return ops.swapaxes(lstm(ops.swapaxes(x, 0, 1)), 0, 1)
