"""PyTorch refuses to pack an empty text; Keras masks all of it."""

import numpy as np

KERAS = """\
Where every step is masked the last state is the first one, zeros
(keras/src/backend/tensorflow/rnn.py, rnn)."""

PYTORCH = """\
pack_padded_sequence raises an error for a length of 0
(torch/nn/utils/rnn.py)."""

FIX = """\
Pack at least one step, `lengths.clamp(min=1)`, and set what comes of the
empty texts to zero."""

NOT_POSSIBLE = "PyTorch gives no answer that Keras could imitate."

GAP = float("inf")
CLOSED = {"float32": 1e-6, "float64": 1e-14}


def inputs():
    """Three sequences, one of them empty, and an LSTM of five units."""
    random = np.random.default_rng(0)
    return {
        "x": random.normal(size=(3, 6, 4)),
        "lengths": np.array([4, 0, 2]),
        "kernel": random.normal(scale=0.3, size=(4, 20)),
        "recurrent": random.normal(scale=0.3, size=(5, 20)),
    }


def keras_default(x, lengths, kernel, recurrent):
    from keras import layers

    lstm = layers.LSTM(5, use_bias=False)
    lstm.build(x.shape)
    lstm.set_weights([kernel, recurrent])
    return lstm(x, mask=np.arange(6) < lengths[:, None])


def torch_default(x, lengths, kernel, recurrent):
    import torch
    from torch import nn
    from torch.nn.utils.rnn import pack_padded_sequence

    lstm = nn.LSTM(4, 5, bias=False, batch_first=True)
    lstm.load_state_dict(
        {
            "weight_ih_l0": torch.from_numpy(kernel.T),
            "weight_hh_l0": torch.from_numpy(recurrent.T),
        }
    )
    packed = pack_padded_sequence(
        torch.from_numpy(x), lengths, batch_first=True, enforce_sorted=False
    )
    _, (h, _) = lstm(packed)
    return h[-1]


def torch_as_keras(x, lengths, kernel, recurrent):
    import torch
    from torch import nn
    from torch.nn.utils.rnn import pack_padded_sequence

    lstm = nn.LSTM(4, 5, bias=False, batch_first=True)
    lstm.load_state_dict(
        {
            "weight_ih_l0": torch.from_numpy(kernel.T),
            "weight_hh_l0": torch.from_numpy(recurrent.T),
        }
    )
    x, lengths = torch.from_numpy(x), torch.from_numpy(lengths)
    packed = pack_padded_sequence(
        x, lengths.clamp(min=1), batch_first=True, enforce_sorted=False
    )
    _, (h, _) = lstm(packed)
    return torch.where(lengths[:, None] > 0, h[-1], 0.0)
