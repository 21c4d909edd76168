"""A Keras LSTM returns one vector, a PyTorch one the whole sequence."""

import numpy as np

KERAS = """\
return_sequences=False: the output of the last step, (batch, units)
(keras/src/layers/rnn/rnn.py, RNN.call)."""

PYTORCH = """\
Always all steps' outputs, and the last states in a tuple beside them
(torch/nn/modules/rnn.py, LSTM.forward)."""

FIX = """\
Take `h_n[-1]`, the last layer's state; or return_sequences=True in Keras."""

GAP = float("inf")
CLOSED = {"float32": 1e-6, "float64": 1e-14}


def inputs():
    """Sequences, and an LSTM of five units."""
    random = np.random.default_rng(0)
    return {
        "x": random.normal(size=(3, 6, 4)),
        "kernel": random.normal(scale=0.3, size=(4, 20)),
        "recurrent": random.normal(scale=0.3, size=(5, 20)),
    }


def keras_default(x, kernel, recurrent):
    from keras import layers

    lstm = layers.LSTM(5, use_bias=False)
    lstm.build(x.shape)
    lstm.set_weights([kernel, recurrent])
    return lstm(x)


def torch_default(x, kernel, recurrent):
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
    _, (h_n, _) = lstm(torch.from_numpy(x))
    return h_n[-1]


def keras_as_torch(x, kernel, recurrent):
    from keras import layers

    lstm = layers.LSTM(5, return_sequences=True, use_bias=False)
    lstm.build(x.shape)
    lstm.set_weights([kernel, recurrent])
    return lstm(x)
