"""The last state of a PyTorch LSTM has an axis more than Keras'."""

import numpy as np

KERAS = """\
return_state=True: output, h, c, each state (batch, units); initial_state
takes them alike (keras/src/layers/rnn/rnn.py, RNN.call)."""

PYTORCH = """\
output, (h_n, c_n), each (layers * directions, batch, units), whatever
batch_first says; hx takes them alike (torch/nn/modules/rnn.py, LSTM)."""

FIX = """\
Index the first axis, `h_n[-1]`, or add it to a state that goes in,
`h[None]`."""

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

    lstm = layers.LSTM(5, return_state=True, use_bias=False)
    lstm.build(x.shape)
    lstm.set_weights([kernel, recurrent])
    _, h, c = lstm(x)
    return {"h": h, "c": c}


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
    _, (h, c) = lstm(torch.from_numpy(x))
    return {"h": h, "c": c}


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
    _, (h, c) = lstm(torch.from_numpy(x))
    return {"h": h[-1], "c": c[-1]}


def keras_as_torch(x, kernel, recurrent):
    from keras import layers

    lstm = layers.LSTM(5, return_state=True, use_bias=False)
    lstm.build(x.shape)
    lstm.set_weights([kernel, recurrent])
    _, h, c = lstm(x)
    return {"h": h[None], "c": c[None]}
