"""The last step of an unpacked PyTorch sequence is zero for short texts."""

import numpy as np

KERAS = """\
A masked step repeats the output before it, so that the last step is the
text's last (keras/src/backend/tensorflow/rnn.py, rnn)."""

PYTORCH = """\
pad_packed_sequence fills with zeros what lies behind a text's end
(torch/nn/utils/rnn.py)."""

FIX = """\
Take `h_n[-1]`, which is in the batch's order again, and not `out[:, -1]`.
zero_output_for_mask=True gives the zeros in Keras."""

GAP = 0.1
CLOSED = {"float32": 1e-6, "float64": 1e-14}


def inputs():
    """Three sequences, the last two of them padded, and an LSTM."""
    random = np.random.default_rng(0)
    return {
        "x": random.normal(size=(3, 6, 4)),
        "lengths": np.array([6, 3, 1]),
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
    from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

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
    out, _ = pad_packed_sequence(lstm(packed)[0], batch_first=True)
    return out[:, -1]


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
    packed = pack_padded_sequence(
        torch.from_numpy(x), lengths, batch_first=True, enforce_sorted=False
    )
    _, (h_n, _) = lstm(packed)
    return h_n[-1]


def keras_as_torch(x, lengths, kernel, recurrent):
    from keras import layers

    lstm = layers.LSTM(
        5, return_sequences=True, zero_output_for_mask=True, use_bias=False
    )
    lstm.build(x.shape)
    lstm.set_weights([kernel, recurrent])
    return lstm(x, mask=np.arange(6) < lengths[:, None])[:, -1]
