"""A GRU's weights fit nn.GRU, and its outputs are other ones."""

import numpy as np

KERAS = """\
Gates in the order z, r, h (update, reset, candidate); the bias is (2, 3 *
units), for the input and the state (keras/src/layers/rnn/gru.py, GRUCell)."""

PYTORCH = """\
Gates in the order r, z, n (reset, update, new); bias_ih and bias_hh
(torch/nn/modules/rnn.py, GRU)."""

FIX = """\
Swap the first two blocks of both kernels and of both rows of the bias. Only
`reset_after=True`, Keras' default, can be converted."""

GAP = 0.3
CLOSED = {"float32": 1e-6, "float64": 1e-13}


def inputs():
    """Sequences, and the weights of a GRU of five units."""
    random = np.random.default_rng(0)
    return {
        "x": random.normal(size=(3, 6, 4)),
        "kernel": random.normal(scale=0.3, size=(4, 15)),
        "recurrent": random.normal(scale=0.3, size=(5, 15)),
        "bias": random.normal(scale=0.3, size=(2, 15)),
    }


def keras_default(x, kernel, recurrent, bias):
    from keras import layers

    gru = layers.GRU(5, return_sequences=True)
    gru.build(x.shape)
    gru.set_weights([kernel, recurrent, bias])
    return gru(x)


def torch_default(x, kernel, recurrent, bias):
    import torch
    from torch import nn

    gru = nn.GRU(4, 5, batch_first=True)
    gru.load_state_dict(
        {
            "weight_ih_l0": torch.from_numpy(kernel.T),
            "weight_hh_l0": torch.from_numpy(recurrent.T),
            "bias_ih_l0": torch.from_numpy(bias[0]),
            "bias_hh_l0": torch.from_numpy(bias[1]),
        }
    )
    return gru(torch.from_numpy(x))[0]


def torch_as_keras(x, kernel, recurrent, bias):
    import torch
    from torch import nn

    def gates(weight):
        z, r, h = torch.from_numpy(weight.T).chunk(3)
        return torch.cat([r, z, h])

    gru = nn.GRU(4, 5, batch_first=True)
    gru.load_state_dict(
        {
            "weight_ih_l0": gates(kernel),
            "weight_hh_l0": gates(recurrent),
            "bias_ih_l0": gates(bias[0]),
            "bias_hh_l0": gates(bias[1]),
        }
    )
    return gru(torch.from_numpy(x))[0]


def keras_as_torch(x, kernel, recurrent, bias):
    from keras import layers

    def gates(weight):
        r, z, n = np.split(weight, 3, axis=-1)
        return np.concatenate([z, r, n], axis=-1)

    gru = layers.GRU(5, return_sequences=True)
    gru.build(x.shape)
    gru.set_weights([gates(kernel), gates(recurrent), gates(bias)])
    return gru(x)
